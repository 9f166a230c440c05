"""What the ranking pages show, made ready for their templates: rows of the list, sections, charts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from grants.reviews.services.rank_list import Row
from grants.reviews.services.ranking import Round, StateRanking
from grants.reviews.services.statistics import Beside
from scoring.account import exact_sections, waiting_for
from scoring.threshold import Ballot

NUMBER = re.compile(r"[+-]?[\d.,]+( \(tied\))?")
NO_NUMBER = frozenset({"", "holds", "no limit", "none", "not defined"})
"""What stands where a column of numbers has none."""
SORTS = ("rank", "application", "reviews", "mean", "spread")


@dataclass(frozen=True)
class StateLine:
    """One state in one line."""

    state: str
    summary: str
    tag: tuple[str, str] | None
    is_current: bool


def in_order(rows: list[Row], sort: str) -> list[Row]:
    """Return rows in the order of one column, the other way round with a minus in front."""
    key, falling = sort.removeprefix("-"), sort.startswith("-")
    if key == "application":
        return sorted(rows, key=lambda row: row.number, reverse=falling)
    if key == "reviews":
        return sorted(rows, key=lambda row: (row.reviews, row.number), reverse=falling)
    if key == "mean":
        return sorted(rows, key=lambda row: row.by_mean, reverse=falling)
    if key == "spread":
        return sorted(rows, key=lambda row: row.by_spread, reverse=falling)
    return sorted(rows, key=lambda row: (row.state, row.place, row.number), reverse=falling)


def state_lines(
    found: Round, rankings: Mapping[str, StateRanking], current: Iterable[str]
) -> list[StateLine]:
    """Return one line per state: who is first, or why nobody is."""
    known = set(current)
    return [
        _line(decision, found.why_provisional(decision), is_current=state in known)
        for state, decision in rankings.items()
    ]


def _line(decision: StateRanking, provisional: str | None, *, is_current: bool) -> StateLine:
    ranking = decision.ranking
    if ranking.refusals:
        words, mark = " ".join(waiting_for(ranking)), ("No official rank", "warn")
    elif not ranking.places:
        words, mark = f"No application from {decision.state} is a finalist.", ("No finalist", "stop")
    else:
        first = " and ".join(ranking.winners) + (" (tied)" if len(ranking.winners) > 1 else "")
        words, mark = f"First: {first}, of {len(ranking.places)} ranked.", None
        if provisional is not None:
            words, mark = f"{words} {provisional}", ("Provisional", "warn")
    return StateLine(decision.state, words, mark, is_current)


def sections_of(
    decision: StateRanking, beside: Beside, names: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return every section by its key, exact ones and stored ones alike, with columns marked as numbers."""
    exact = [asdict(section) for section in exact_sections(decision)]
    stored = beside.stored.content["sections"] if beside.stored else []
    return {section["key"]: _ready(section, names) for section in (*exact, *stored)}


def _ready(section: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {**section, "tables": [_table(table, names) for table in section["tables"]]}


def _table(table: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    columns = list(zip(*table["rows"], strict=True)) or [()] * len(table["heads"])
    numbers = [all(NUMBER.fullmatch(cell) or cell in NO_NUMBER for cell in column) for column in columns]
    heads = [{"label": label, "number": flag} for label, flag in zip(table["heads"], numbers, strict=True)]
    return {"caption": table["caption"], "heads": heads, "rows": table["rows"], "names": names}


def interval_chart(section: Mapping[str, Any] | None, decision: StateRanking) -> dict[str, Any] | None:
    """Return the dot and bar of each finalist in published order, and the finding in a sentence."""
    places = {place.application: place for place in decision.ranking.places}
    if not section or not section["tables"]:
        return None
    found = {row[0]: row for row in section["tables"][0]["rows"] if row[0] in places}
    rows = [
        {"label": name, "place": places[name].place, "low": int(found[name][1]), "high": int(found[name][2])}
        for name in places
        if name in found
    ]
    firm = [str(row["label"]) for row in rows if row["low"] == row["high"]]
    if not firm:
        words = "No finalist keeps one place in 95 of 100 samples."
    elif len(firm) == 1:
        words = f"{firm[0]} keeps one place in 95 of 100 samples."
    else:
        words = f"{len(firm)} of {len(rows)} finalists keep one place in 95 of 100 samples."
    return {"rows": rows, "count": len(places), "sentence": words}


def severity_chart(section: Mapping[str, Any] | None, people: Mapping[str, str]) -> dict[str, Any] | None:
    """Return each reviewer's shift with two standard errors to each side."""
    if not section or not section["tables"]:
        return None
    rows = [
        {
            "label": f"{seat} {people.get(seat, '')}".strip(),
            "value": float(shift),
            "error": _float(error),
            "written": shift,
        }
        for seat, shift, error, _ in section["tables"][0]["rows"]
    ]
    span = max([1.0, *(abs(row["value"]) + 2 * row["error"] for row in rows)])
    apart = [row["label"] for row in rows if row["error"] and abs(row["value"]) > 2 * row["error"]]
    sentence = (
        f"More than two standard errors from the others: {', '.join(apart)}."
        if apart
        else "No reviewer stands more than two standard errors from the others."
    )
    return {"rows": rows, "span": span, "sentence": sentence}


def criteria_chart(section: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return each criterion's correlation with the others."""
    if not section or not section["tables"]:
        return None
    rows = [
        {"label": row[0], "value": _float(row[1]), "written": row[1]} for row in section["tables"][0]["rows"]
    ]
    known = [row for row in rows if row["written"] != "not defined"]
    if not known:
        return None
    best, least = max(known, key=lambda row: row["value"]), min(known, key=lambda row: row["value"])
    sentence = f"{best['label']} goes most with the other criteria, {least['label']} least."
    return {"rows": rows, "sentence": sentence}


def _float(text: str) -> float:
    return float(text) if NUMBER.fullmatch(text) else 0.0


def names_in(found: Round, state: str) -> dict[str, str]:
    """Return the names of a state's applications and of all reviewers, by number and seat."""
    own = {name: one.organization for name, one in found.applications.items() if one.state == state}
    return {**own, **found.people}


def ballot_seats(ballot: Ballot) -> list[str]:
    """Return the reviewers of a state, in the order of their seats."""
    seats = {seat for totals in ballot.initial.values() for seat in totals}
    return sorted(seats, key=lambda seat: int(seat.removeprefix("R")))
