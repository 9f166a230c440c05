"""Changing the criteria tree: add, replace, remove, move up and down; each gives a new tree."""

from collections.abc import Callable
from dataclasses import replace

from grants.competitions.rules.notice import CriterionPlan, walk

Tree = tuple[CriterionPlan, ...]


def found(tree: Tree, key: str) -> CriterionPlan | None:
    """Return the criterion of this key."""
    return next((one for one in walk(tree) if one.key == key), None)


def added(tree: Tree, new: CriterionPlan, *, under: str | None) -> Tree:
    """Return the tree with a new last criterion, at the top or under another."""
    if under is None:
        return (*tree, new)
    return changed(tree, under, lambda parent: replace(parent, criterion=(*parent.criterion, new)))


def changed(tree: Tree, key: str, change: Callable[[CriterionPlan], CriterionPlan]) -> Tree:
    """Return the tree with one criterion changed."""
    return tuple(
        change(one) if one.key == key else replace(one, criterion=changed(one.criterion, key, change))
        for one in tree
    )


def removed(tree: Tree, key: str) -> Tree:
    """Return the tree without a criterion and what is below it."""
    return tuple(replace(one, criterion=removed(one.criterion, key)) for one in tree if one.key != key)


def moved(tree: Tree, key: str, *, by: int) -> Tree:
    """Return the tree with a criterion moved among its siblings; at the end it stays where it is."""
    keys = [one.key for one in tree]
    if key not in keys:
        return tuple(replace(one, criterion=moved(one.criterion, key, by=by)) for one in tree)
    at = keys.index(key)
    to = min(max(at + by, 0), len(tree) - 1)
    rest = [one for one in tree if one.key != key]
    return (*rest[:to], tree[at], *rest[to:])


def gone(before: Tree, after: Tree) -> list[CriterionPlan]:
    """Return the uppermost criteria of a tree that another one no longer has, each with what is below it."""
    left = {one.key for one in walk(after)}
    lost: list[CriterionPlan] = []
    for one in before:
        lost.extend([one] if one.key not in left else gone(one.criterion, after))
    return lost


def put_back(tree: Tree, before: Tree, key: str) -> Tree:
    """Return the tree with a removed criterion where it stood; unchanged where nothing holds it now."""
    if found(tree, key) is not None:
        return tree
    for at, one in enumerate(before):
        if one.key == key:
            return (*tree[:at], one, *tree[at:])
    parent = next((one for one in walk(before) if any(under.key == key for under in one.criterion)), None)
    if parent is None or found(tree, parent.key) is None:
        return tree
    return changed(
        tree,
        parent.key,
        lambda standing: replace(standing, criterion=put_back(standing.criterion, parent.criterion, key)),
    )
