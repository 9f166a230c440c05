"""The published ranking of one state's finalists: exact, ties as ties, or refused with the reason.

Sources: the competition's notice for method, tie rule and tie-break; competition ranks (1, 2, 2, 4).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from scoring.aggregate import mean, median, present, trimmed_mean
from scoring.exact import show_against
from scoring.faults import Undefined
from scoring.scoresheet import Absent
from scoring.threshold import (
    Ballot,
    Method,
    Rules,
    Standing,
    Status,
    TieRule,
    finalists,
)

Scores = Mapping[str, Mapping[str, Fraction]]
"""Finalist, then reviewer, then final total; nothing absent."""


@dataclass(frozen=True, slots=True)
class Place:
    """One finalist in the published order."""

    application: str
    place: int
    tied: bool
    value: Fraction
    """What the method ranks by: the rank sum (lowest first) or the mean, median or trimmed mean."""
    ranks: Mapping[str, Fraction]
    """Ordinal rank given by each reviewer; empty unless the method sums them."""
    final_mean: Fraction
    place_by_mean: int
    decided_by: str | None
    """The declared tie-break that parted it from an equal one, if any."""
    flag: str | None
    """Said where the final mean fell under the threshold that the initial one met."""

    @property
    def label(self) -> str:
        """Return the place as printed: "1" or "1 (tied)"."""
        return f"{self.place} (tied)" if self.tied else str(self.place)


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way out of a refusal, and whether it is open."""

    kind: str
    """`wait`, `replace` or `leave-out`."""
    reviewer: str
    message: str
    possible: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no official rank, with the ways out."""

    code: str
    message: str
    where: str = ""
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """A state's finalists in order, or the reasons why there is no official order."""

    state: str
    rules: Rules
    standings: tuple[Standing, ...]
    places: tuple[Place, ...]
    refusals: tuple[Refusal, ...]

    @property
    def official(self) -> bool:
        """Say whether this order may be published."""
        return not self.refusals

    @property
    def winners(self) -> tuple[str, ...]:
        """Return who is in first place; several where they are tied, none where no one is ranked."""
        return tuple(place.application for place in self.places if place.place == 1)

    def place_of(self, application: str) -> Place | None:
        """Return the place of one application, or None if it is not ranked."""
        return next((place for place in self.places if place.application == application), None)


@dataclass(frozen=True, slots=True)
class OtherTieRule:
    """What another tie rule would have made of the same totals."""

    tie_rule: TieRule
    winners: tuple[str, ...]
    changes_winner: bool
    message: str


def rank(ballot: Ballot, rules: Rules) -> Ranking:
    """Rank a state's finalists by the published method; never fills, scales or averages what is absent."""
    standings = finalists(ballot, rules)
    names = [one.application for one in standings if one.status is Status.FINALIST]
    refusals = tuple(_refusals(ballot, rules, standings, names))
    places: tuple[Place, ...] = ()
    if not refusals and names:
        places = order({name: present(ballot.final(name)) for name in names}, rules)
    return Ranking(ballot.state, rules, standings, places, refusals)


def order(scores: Scores, rules: Rules) -> tuple[Place, ...]:
    """Return finalists in the order of the method; equal ones share a place and stand by name."""
    ranks = reviewer_ranks(scores, rules.tie_rule) if rules.method is Method.RANK_SUM else {}
    values = results(scores, rules)
    means = {name: _defined(mean(scores[name].values())) for name in scores}
    by_method = _whole({name: _ascending(values[name], rules.method) for name in scores})
    mean_keys = _whole({name: -means[name] for name in scores})
    keys = {name: (by_method[name], *(mean_keys[name] for _ in rules.tie_breaks)) for name in scores}
    in_order, by_mean = sorted(keys.values()), sorted(mean_keys.values())
    parted = _parted(by_method, keys, rules)
    placed = [
        Place(
            application=name,
            place=1 + bisect_left(in_order, keys[name]),
            tied=bisect_right(in_order, keys[name]) - bisect_left(in_order, keys[name]) > 1,
            value=values[name],
            ranks=ranks.get(name, {}),
            final_mean=means[name],
            place_by_mean=1 + bisect_left(by_mean, mean_keys[name]),
            decided_by=parted.get(name),
            flag=_flag(means[name], rules),
        )
        for name in scores
    ]
    return tuple(sorted(placed, key=lambda place: (place.place, place.application)))


def _whole(values: Mapping[str, Fraction]) -> dict[str, int]:
    """Return the values times their common denominator: the same order, compared much faster."""
    common = lcm(*(value.denominator for value in values.values()))
    return {name: value.numerator * (common // value.denominator) for name, value in values.items()}


def results(scores: Scores, rules: Rules) -> dict[str, Fraction]:
    """Return what the method ranks each finalist by: a rank sum, mean, median or trimmed mean."""
    ranks = reviewer_ranks(scores, rules.tie_rule) if rules.method is Method.RANK_SUM else {}
    return {name: _value(scores[name], ranks.get(name, {}), rules.method) for name in scores}


def reviewer_ranks(scores: Scores, tie_rule: TieRule) -> dict[str, dict[str, Fraction]]:
    """Return each finalist's ordinal rank by each reviewer, 1 for the highest total."""
    ranks: dict[str, dict[str, Fraction]] = {name: {} for name in scores}
    for reviewer in _reviewers(scores):
        given = ordinal_ranks({name: totals[reviewer] for name, totals in scores.items()}, tie_rule)
        for name, value in given.items():
            ranks[name][reviewer] = value
    return ranks


def ordinal_ranks(totals: Mapping[str, Fraction], tie_rule: TieRule) -> dict[str, Fraction]:
    """Return ordinal ranks of one reviewer's totals, highest first, equal ones by the tie rule."""
    fallen = _whole({name: -total for name, total in totals.items()})
    falling = sorted(set(fallen.values()) if tie_rule is TieRule.DENSE else fallen.values())
    return {name: _ordinal(value, falling, tie_rule) for name, value in fallen.items()}


def other_tie_rules(ballot: Ballot, rules: Rules) -> tuple[OtherTieRule, ...]:
    """Return what each other tie rule would make of a rank sum, the winner's change said plainly."""
    published = rank(ballot, rules)
    if rules.method is not Method.RANK_SUM or not published.places:
        return ()
    others = (tie_rule for tie_rule in TieRule if tie_rule is not rules.tie_rule)
    return tuple(_other(ballot, rules, published, tie_rule) for tie_rule in others)


def _other(ballot: Ballot, rules: Rules, published: Ranking, tie_rule: TieRule) -> OtherTieRule:
    winners = rank(ballot, replace(rules, tie_rule=tie_rule)).winners
    changes = winners != published.winners
    if changes:
        message = f"With {tie_rule} ranks for equal totals first place would go to {listed(winners)}."
    else:
        message = f"With {tie_rule} ranks for equal totals first place stays with {listed(winners)}."
    return OtherTieRule(tie_rule, winners, changes, message)


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence prints them: "A", "A and B", "A, B and C"."""
    *first, last = list(names) or ["nobody"]
    return f"{', '.join(first)} and {last}" if first else last


def _ordinal(fallen: int, falling: list[int], tie_rule: TieRule) -> Fraction:
    above = bisect_left(falling, fallen)
    if tie_rule is TieRule.AVERAGE:
        return Fraction(above + bisect_right(falling, fallen) + 1, 2)
    return Fraction(above + 1)


def _value(totals: Mapping[str, Fraction], ranks: Mapping[str, Fraction], method: Method) -> Fraction:
    match method:
        case Method.RANK_SUM:
            return sum(ranks.values(), Fraction(0))
        case Method.MEAN:
            return _defined(mean(totals.values()))
        case Method.MEDIAN:
            return _defined(median(totals.values()))
        case Method.TRIMMED_MEAN:
            return _defined(trimmed_mean(totals.values()))


def _ascending(value: Fraction, method: Method) -> Fraction:
    """Return the value so that smaller is better."""
    return value if method is Method.RANK_SUM else -value


def _defined(value: Fraction | Undefined) -> Fraction:
    if isinstance(value, Fraction):
        return value
    raise ValueError(value.reason)


def _parted(
    by_method: Mapping[str, int], keys: Mapping[str, tuple[int, ...]], rules: Rules
) -> dict[str, str]:
    """Return the first tie-break that parted each finalist from one with an equal result."""
    equal: dict[int, list[str]] = {}
    for name, value in by_method.items():
        equal.setdefault(value, []).append(name)
    return {
        name: str(tie_break)
        for rivals in equal.values()
        for position, tie_break in reversed(list(enumerate(rules.tie_breaks, start=1)))
        if len({keys[name][position] for name in rivals}) > 1
        for name in rivals
        if any(keys[name][position] != keys[other][position] for other in rivals)
    }


def _flag(final_mean: Fraction, rules: Rules) -> str | None:
    if rules.threshold is None or final_mean >= Fraction(rules.threshold):
        return None
    return f"Final mean {show_against(final_mean, rules.threshold)}; a finalist by its initial scores."


def _reviewers(scores: Scores) -> list[str]:
    return sorted({reviewer for totals in scores.values() for reviewer in totals})


def _refusals(
    ballot: Ballot, rules: Rules, standings: Iterable[Standing], names: list[str]
) -> Iterator[Refusal]:
    for standing in standings:
        if standing.status is Status.UNDECIDED:
            yield _undecided(ballot, rules, standing)
    absent = [refusal for name in names for refusal in _absent(ballot, rules, name, names)]
    yield from absent
    scored = {name: frozenset(present(ballot.final(name))) for name in names}
    for name, reviewers in scored.items():
        if len(reviewers) < rules.reviewers_minimum:
            yield Refusal(
                "too-few-reviewers",
                f"{name} has the final scores of {len(reviewers)} reviewers; the notice promises at least "
                f"{rules.reviewers_minimum}.",
                name,
            )
        if isinstance(fault := _no_value(ballot, rules, name), Undefined):
            yield Refusal("undefined", f"{name}: {fault.reason}", name)
    if rules.method is Method.RANK_SUM and not absent:
        yield from _panels_differ(ballot.state, scored)


def _no_value(ballot: Ballot, rules: Rules, name: str) -> Fraction | Undefined:
    totals = present(ballot.final(name)).values()
    return trimmed_mean(totals) if rules.method is Method.TRIMMED_MEAN else mean(totals)


def _undecided(ballot: Ballot, rules: Rules, standing: Standing) -> Refusal:
    name = standing.application
    if standing.awaited:
        message = f"{name}: the score sheet of {listed(standing.awaited)} is missing."
        ways = tuple(way for who in standing.awaited for way in _remedies(ballot, rules, who, missing=True))
        return Refusal("sheet-missing", message, name, ways)
    message = (
        f"{name} has {standing.reviewers} of at least {max(1, rules.reviewers_minimum)} score sheets. "
        "Assign another reviewer."
    )
    return Refusal("too-few-reviewers", message, name)


def _absent(ballot: Ballot, rules: Rules, name: str, names: list[str]) -> Iterator[Refusal]:
    for reviewer, total in ballot.final(name).items():
        if total is Absent.MISSING:
            message = f"{name}: the final score of {reviewer} is missing."
            yield Refusal("sheet-missing", message, name, _remedies(ballot, rules, reviewer, missing=True))
        elif total is Absent.RECUSED and not _recused_from_all(ballot, reviewer, names):
            message = (
                f"{reviewer} is recused from {name} but scored other finalists of {ballot.state}. "
                "Nothing is filled in, scaled or averaged in its place."
            )
            yield Refusal("recused", message, name, _remedies(ballot, rules, reviewer, missing=False))


def _recused_from_all(ballot: Ballot, reviewer: str, names: list[str]) -> bool:
    return all(isinstance(ballot.final(name).get(reviewer, Absent.RECUSED), Absent) for name in names)


def _remedies(ballot: Ballot, rules: Rules, reviewer: str, *, missing: bool) -> tuple[Remedy, ...]:
    state = ballot.state
    left = {name for totals in ballot.initial.values() for name in totals} - {reviewer, *ballot.left_out}
    enough = len(left) >= rules.reviewers_minimum
    limit = "" if enough else f"; not open: {len(left)} would remain of at least {rules.reviewers_minimum}"
    ways = [
        Remedy("replace", reviewer, f"Replace {reviewer} for all finalists of {state}."),
        Remedy("leave-out", reviewer, f"Leave {reviewer} out for all finalists of {state}{limit}.", enough),
    ]
    return (Remedy("wait", reviewer, f"Wait for {reviewer}."), *ways) if missing else tuple(ways)


def _panels_differ(state: str, scored: Mapping[str, frozenset[str]]) -> Iterator[Refusal]:
    if len(set(scored.values())) <= 1:
        return
    panels = "; ".join(f"{name} by {listed(sorted(reviewers))}" for name, reviewers in scored.items())
    yield Refusal(
        "reviewers-differ",
        f"Ordinal ranks add up only where the same reviewers scored every finalist of {state}. "
        f"Scored: {panels}.",
        state,
    )
