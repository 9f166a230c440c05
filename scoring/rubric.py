"""The published criteria: a tree with points, and the test that what acts is what was published."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from scoring.exact import POINT_SCALE, in_thousandths, show_exact
from scoring.faults import Fault, Refused
from scoring.scale import Scale


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion as the notice prints it.

    `points` may be left out on a sub-criterion of an `equal` parent (it shares the parent's points
    equally) and on a parent whose sub-criteria all have points (it has their sum).
    """

    key: str
    title: str
    points: Decimal | None = None
    children: tuple["Criterion", ...] = ()
    equal: bool = False
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A criterion that reviewers score, with the points it is worth in fact."""

    key: str
    title: str
    points: Fraction
    scale: Scale | None
    path: tuple[str, ...]
    """Titles from the top criterion down to this one."""


@dataclass(frozen=True, slots=True)
class Node:
    """A criterion with the points it is worth in fact; None where they follow from nothing."""

    criterion: Criterion
    points: Fraction | None
    children: tuple["Node", ...]
    path: tuple[str, ...]

    def everything(self) -> Iterator["Node"]:
        """Yield this criterion and all below it, parents before children, in published order."""
        yield self
        for child in self.children:
            yield from child.everything()


@dataclass(frozen=True)
class Rubric:
    """All criteria of a notice and the total it promises."""

    criteria: tuple[Criterion, ...]
    total: Decimal
    allow_not_applicable: bool = False

    @cached_property
    def tree(self) -> tuple[Node, ...]:
        """Return the criteria with the points each is worth in fact."""
        return tuple(_resolve(criterion, None, ()) for criterion in self.criteria)

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """Return what reviewers score, in published order; raises `Refused` while points are missing."""
        missing = tuple(_missing_points(self))
        if missing:
            raise Refused(missing)
        return tuple(
            Leaf(node.criterion.key, node.criterion.title, node.points, node.criterion.scale, node.path)
            for node in self.nodes()
            if not node.children and node.points is not None
        )

    @cached_property
    def scored_keys(self) -> frozenset[str]:
        """Return the keys that a sheet may use."""
        return frozenset(leaf.key for leaf in self.leaves)

    @cached_property
    def most_points(self) -> dict[str, tuple[int, Fraction]] | None:
        """Return the most of each scored criterion, in whole thousandths and exactly.

        None where one is rated on a scale.
        """
        if any(leaf.scale is not None for leaf in self.leaves):
            return None
        return {leaf.key: (int(leaf.points * POINT_SCALE), leaf.points) for leaf in self.leaves}

    @cached_property
    def worth(self) -> Fraction:
        """Return what a full sheet earns."""
        return sum((leaf.points for leaf in self.leaves), Fraction(0))

    def nodes(self) -> Iterator[Node]:
        """Yield every criterion of the tree, parents before children, in published order."""
        for node in self.tree:
            yield from node.everything()

    def effective_weights(self) -> dict[str, Fraction]:
        """Return the share of a full sheet that each scored criterion decides, as totals are computed."""
        return {leaf.key: leaf.points / self.worth for leaf in self.leaves} if self.worth else {}

    def published_weights(self) -> dict[str, Fraction]:
        """Return the share of the promised total that the notice gives each scored criterion.

        Read from the top: a criterion's printed points over the total, split among its sub-criteria.
        Empty where points or the total are missing.
        """
        weights: dict[str, Fraction] = {}
        if self.total <= 0 or any(_missing_points(self)):
            return weights
        for node in self.tree:
            _split(node, (node.points or Fraction(0)) / Fraction(self.total), weights)
        return weights

    def faults(self) -> tuple[Fault, ...]:
        """Return everything that keeps this rubric from being published, each as a sentence."""
        if not self.criteria:
            return (Fault("no-criteria", "There are no criteria. Add the criteria of the notice."),)
        found = [*_key_faults(self), *_missing_points(self)]
        for node in self.nodes():
            found.extend(_point_faults(node.criterion))
            found.extend(_family_faults(node))
            found.extend(_scale_faults(node.criterion))
        found.extend(_total_faults(self))
        return tuple(found)


def _resolve(criterion: Criterion, given: Fraction | None, above: tuple[str, ...]) -> Node:
    """Return the criterion with its points: `given` by an equal parent, printed, or the sum below."""
    path = (*above, criterion.title)
    points = given if given is not None else _printed(criterion)
    children = tuple(_resolve(child, _equal_share(criterion, points), path) for child in criterion.children)
    if points is None and children:
        points = _sum(children)
    return Node(criterion, points, children, path)


def _equal_share(criterion: Criterion, points: Fraction | None) -> Fraction | None:
    return points / len(criterion.children) if criterion.equal and points is not None else None


def _printed(criterion: Criterion) -> Fraction | None:
    if criterion.points is None or not criterion.points.is_finite():
        return None
    return Fraction(criterion.points)


def _sum(nodes: tuple[Node, ...]) -> Fraction | None:
    known = [node.points for node in nodes if node.points is not None]
    return sum(known, Fraction(0)) if len(known) == len(nodes) else None


def _split(node: Node, weight: Fraction, weights: dict[str, Fraction]) -> None:
    if not node.children:
        weights[node.criterion.key] = weight
        return
    whole = _sum(node.children)
    for child in node.children:
        even = node.criterion.equal or not whole
        part = Fraction(1, len(node.children)) if even else (child.points or Fraction(0)) / (whole or 1)
        _split(child, weight * part, weights)


def _missing_points(rubric: Rubric) -> Iterator[Fault]:
    for node in rubric.nodes():
        if not node.children and node.points is None:
            title = node.criterion.title
            yield Fault("missing-points", f"“{title}” has no points. Enter them.", node.criterion.key)


def _key_faults(rubric: Rubric) -> Iterator[Fault]:
    keys = Counter(node.criterion.key for node in rubric.nodes())
    for key, times in keys.items():
        if not key:
            yield Fault("missing-key", "A criterion has no key. Give each criterion its own.")
        elif times > 1:
            sentence = f"The key “{key}” stands for {times} criteria. Give each its own."
            yield Fault("duplicate-key", sentence, key)


def _point_faults(criterion: Criterion) -> Iterator[Fault]:
    points, title, key = criterion.points, criterion.title, criterion.key
    if points is None:
        return
    if not points.is_finite():
        yield Fault("not-a-number", f"The points of “{title}” are not a number. Enter a number.", key)
    elif points < 0:
        yield Fault("negative-points", f"“{title}” has negative points. Enter more than 0.", key)
    elif points == 0:
        yield Fault("zero-points", f"“{title}” has 0 points and decides nothing. Enter more than 0.", key)
    elif not in_thousandths(points):
        yield Fault("points-too-fine", f"“{title}” has more than three decimals. Use three at most.", key)


def _family_faults(node: Node) -> Iterator[Fault]:
    found, title = _sum(node.children), node.criterion.title
    if not node.children or node.points is None or found is None:
        return
    if node.criterion.equal:
        yield from _equal_faults(node, node.points / len(node.children))
    elif found != node.points:
        yield Fault(
            "sub-criteria-do-not-add-up",
            f"The sub-criteria of “{title}” add up to {show_exact(found)}. "
            f"The criterion has {show_exact(node.points)}. {_mend(found, node.points)}",
            node.criterion.key,
        )


def _equal_faults(node: Node, share: Fraction) -> Iterator[Fault]:
    title = node.criterion.title
    for child in (one.criterion for one in node.children):
        own = _printed(child)
        if own is not None and own != share:
            yield Fault(
                "equal-differs",
                f"“{child.title}” has {show_exact(own)} points, but the sub-criteria of “{title}” weigh "
                f"equally, {show_exact(share)} each. Leave its points out.",
                child.key,
            )


def _scale_faults(criterion: Criterion) -> Iterator[Fault]:
    if criterion.scale is None:
        return
    title, key = criterion.title, criterion.key
    if criterion.children:
        sentence = f"“{title}” has sub-criteria, so it is not rated itself. Move its scale to them."
        yield Fault("scale-on-parent", sentence, key)
    for sentence in criterion.scale.faults():
        yield Fault("scale", f"Scale of “{title}”: {sentence}", key)


def _total_faults(rubric: Rubric) -> Iterator[Fault]:
    if not rubric.total.is_finite() or rubric.total <= 0:
        sentence = "The total of the notice is not above 0. Enter it, for example 100."
        yield Fault("total-not-positive", sentence)
        return
    found, promised = _sum(rubric.tree), Fraction(rubric.total)
    if found is not None and found != promised:
        yield Fault(
            "total-does-not-add-up",
            f"Points add up to {show_exact(found)}. The notice promises {show_exact(promised)}. "
            f"{_mend(found, promised)}",
        )


def _mend(found: Fraction, promised: Fraction) -> str:
    if found < promised:
        return f"Add {show_exact(promised - found)}."
    return f"Take away {show_exact(found - promised)}."
