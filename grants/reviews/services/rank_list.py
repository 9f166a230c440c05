"""The list of a ranking: every application of some states with its rank, or why it has none."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grants.reviews.queries.scored import StoredPlaces
from grants.reviews.services.ranking import Round, StateRanking
from scoring.aggregate import present
from scoring.exact import show_apart, show_exact, show_points
from scoring.rank import Place
from scoring.threshold import Ballot, Rules, Standing, Status

LAST = 10**9
"""Where what has no place stands among those that have one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One application of the list."""

    state: str
    number: str
    organization: str
    label: str
    """Its rank, or why it has none."""
    is_ranked: bool
    is_provisional: bool
    """It has a rank that may change, as the panel of its state is not closed."""
    reviews: int
    sheets: str
    """How many of the awaited sheets are in; while revisions are awaited, before and after the call."""
    result: str
    mean: str
    spread: str
    interval: str
    low: int
    high: int
    place: int
    count: int
    far: str
    by_mean: Fraction
    by_spread: Fraction


def list_rows(
    found: Round, rankings: Mapping[str, StateRanking], stored: Mapping[str, StoredPlaces]
) -> list[Row]:
    """Return every application of these states, by state and rank."""
    rows: list[Row] = []
    for state, decision in rankings.items():
        places = {place.application: place for place in decision.ranking.places}
        known = stored[state].places if state in stored else None
        for standing in decision.ranking.standings:
            name = standing.application
            shown = None if known is None else known.get(name, {})
            rows.append(_row(found, decision, standing, places.get(name), shown))
    return rows


def _row(
    found: Round,
    decision: StateRanking,
    standing: Standing,
    place: Place | None,
    stored: Mapping[str, Any] | None,
) -> Row:
    name, ballot = standing.application, decision.ballot
    totals = list(present(ballot.final(name)).values())
    mean = sum(totals, Fraction(0)) / len(totals) if totals else Fraction(-1)
    spread = max(totals) - min(totals) if totals else Fraction(-1)
    low, high = (stored["low"], stored["high"]) if stored and "low" in stored else (0, 0)
    return Row(
        state=decision.state,
        number=name,
        organization=found.applications[name].organization,
        label=place.label if place else _without_place(standing, decision),
        is_ranked=place is not None,
        is_provisional=place is not None and found.why_provisional(decision) is not None,
        reviews=len(totals),
        sheets=_sheets(decision.ballot, standing),
        result=show_points(place.value) if place else "",
        mean=_mean(decision.rules, decision.means.get(name), mean, totals),
        spread=show_exact(spread) if totals else "",
        interval=_interval(place, low, high, stored),
        low=low,
        high=high,
        place=place.place if place else LAST,
        count=len(decision.ranking.places),
        far=", ".join(stored.get("far", ())) if stored else "",
        by_mean=mean,
        by_spread=spread,
    )


def _sheets(ballot: Ballot, standing: Standing) -> str:
    """Say how many sheets are in; one that is being revised was in before the call and is not lost."""
    name = standing.application
    final = ballot.final(name)
    revised = {who: total for who, total in ballot.revised.get(name, {}).items() if who in final}
    after = len(present(revised))
    if after < len(revised):
        before = len(present({who: total for who, total in ballot.initial[name].items() if who in final}))
        return f"{before} of {len(final)} before the call, {after} of {len(revised)} after"
    now = len(present(final))
    return f"{now} of {now + len(standing.awaited)}" if standing.awaited else str(now)


def _mean(rules: Rules, shown: str | None, mean: Fraction, totals: list[Fraction]) -> str:
    if shown is not None or not totals:
        return shown or ""
    bar = () if rules.threshold is None else (Fraction(rules.threshold),)
    return show_apart([mean, *bar])[0]


def _interval(place: Place | None, low: int, high: int, stored: Mapping[str, Any] | None) -> str:
    if place is None:
        return ""
    if stored is None:
        return "being computed"
    if not low:
        return "not defined"
    return str(low) if low == high else f"{low} to {high}"


def _without_place(standing: Standing, decision: StateRanking) -> str:
    if standing.status is Status.BELOW:
        return "not a finalist"
    return "provisional" if decision.ranking.refusals else "no rank"
