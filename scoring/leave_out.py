"""The published ranking again with one reviewer, or one other finalist, left out; for information."""

from dataclasses import dataclass, replace
from itertools import combinations

from scoring.aggregate import present
from scoring.rank import Ranking, listed, rank
from scoring.threshold import Ballot, Method, Rules

TOLD = 4
"""Changes that a sentence lists."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One ranking without one reviewer or finalist, compared with the published one."""

    name: str
    ranking: Ranking
    same_order: bool
    winner_stays: bool
    message: str


def without_each_reviewer(ballot: Ballot, rules: Rules) -> tuple[LeftOut, ...]:
    """Return the ranking with each reviewer left out; the finalists stay those of the record."""
    published = rank(ballot, rules)
    if not published.places:
        return ()
    names = [place.application for place in published.places]
    reviewers = sorted({reviewer for name in names for reviewer in present(ballot.final(name))})
    # Minimum and threshold are rules of the record, not of a what-if.
    loose = replace(rules, reviewers_minimum=1, threshold=None)
    return tuple(
        _compared(name, published, rank(_without_reviewer(ballot, name, names), loose)) for name in reviewers
    )


def without_each_finalist(ballot: Ballot, rules: Rules) -> tuple[LeftOut, ...]:
    """Return the ranking with each finalist left out: rank sums depend on who else is compared.

    Empty for means and medians, which do not.
    """
    published = rank(ballot, rules)
    if len(published.places) <= 1 or rules.method is not Method.RANK_SUM:
        return ()
    return tuple(
        _compared(place.application, published, rank(_without_finalist(ballot, place.application), rules))
        for place in published.places
    )


def _without_reviewer(ballot: Ballot, reviewer: str, names: list[str]) -> Ballot:
    """Return a ballot of the finalists alone, the reviewer's totals gone from it."""
    totals = {
        name: {who: total for who, total in ballot.final(name).items() if who != reviewer} for name in names
    }
    return Ballot(ballot.state, totals)


def _without_finalist(ballot: Ballot, application: str) -> Ballot:
    initial = {name: totals for name, totals in ballot.initial.items() if name != application}
    return replace(ballot, initial=initial)


def _compared(name: str, published: Ranking, other: Ranking) -> LeftOut:
    if other.refusals or not other.places:
        reason = other.refusals[0].message if other.refusals else "There is nobody left to rank."
        return LeftOut(name, other, same_order=False, winner_stays=False, message=f"Without {name}: {reason}")
    changes = _changed_pairs(published, other)
    stays = other.winners == _first_of_those_left(published, other)
    first = "first place stays" if stays else f"first place goes to {listed(other.winners)}"
    return LeftOut(name, other, not changes, stays, _sentence(name, changes, first))


def _first_of_those_left(published: Ranking, other: Ranking) -> tuple[str, ...]:
    there = {place.application for place in other.places}
    left = [place for place in published.places if place.application in there]
    best = min(place.place for place in left)
    return tuple(place.application for place in left if place.place == best)


def _changed_pairs(published: Ranking, other: Ranking) -> list[str]:
    """Return a phrase per pair whose order is not the published one."""
    after = {place.application: place.place for place in other.places}
    before = [place for place in published.places if place.application in after]
    phrases = []
    for first, second in combinations(before, 2):
        name, next_name = first.application, second.application
        was, is_now = second.place - first.place, after[next_name] - after[name]
        if was and not is_now:
            phrases.append(f"{name} and {next_name} tie")
        elif is_now < 0:
            phrases.append(f"{next_name} comes before {name}")
        elif is_now and not was:
            phrases.append(f"{name} comes before {next_name}")
    return phrases


def _sentence(name: str, changes: list[str], first: str) -> str:
    if not changes:
        return f"Without {name} the order stays the same."
    more = f"; and {len(changes) - TOLD} more changes" if len(changes) > TOLD else ""
    return f"Without {name} {first}: {'; '.join(changes[:TOLD])}{more}."
