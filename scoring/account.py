"""One state's decision as sections of sentences and tables: what the page shows and `show` prints.

Every figure stands here as the text that people read, so that page and command cannot differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from scoring.aggregate import mean, present
from scoring.exact import show_apart, show_exact, show_points
from scoring.faults import Undefined
from scoring.leave_out import LeftOut, without_each_finalist, without_each_reviewer
from scoring.rank import OtherTieRule, Ranking, listed, other_tie_rules, rank
from scoring.scoresheet import Absent
from scoring.threshold import Ballot, Method, Rules, Status

TOLD = 5
"""Applications that one line lists before it says how many more."""
SUMMED_UP = frozenset({"sheet-missing", "too-few-reviewers"})
"""Reasons that are told once, whatever their number."""
WIDE = 10
"""Reviewers of a state up to which each has a column."""
NOT_ASSIGNED = "not assigned"
LONG = 300
"""Characters of a list in a message that a page still prints."""
RESULTS = {
    Method.RANK_SUM: "Sum",
    Method.MEDIAN: "Median",
    Method.TRIMMED_MEAN: "Trimmed mean",
    Method.MEAN: "Mean",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heads; the first cell of a row names it."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One headed part of what is said of a state."""

    key: str
    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Decision:
    """One state's ranking by the published method, with what follows exactly from the same totals."""

    ballot: Ballot
    rules: Rules

    @property
    def state(self) -> str:
        """Return the state."""
        return self.ballot.state

    @cached_property
    def ranking(self) -> Ranking:
        """Return the published order, or why there is none."""
        return rank(self.ballot, self.rules)

    @cached_property
    def other_rules(self) -> tuple[OtherTieRule, ...]:
        """Return what another rule for equal totals would have made."""
        return other_tie_rules(self.ballot, self.rules)

    @cached_property
    def without_reviewer(self) -> tuple[LeftOut, ...]:
        """Return the order with each reviewer left out."""
        return without_each_reviewer(self.ballot, self.rules)

    @cached_property
    def without_finalist(self) -> tuple[LeftOut, ...]:
        """Return the order with each finalist left out."""
        return without_each_finalist(self.ballot, self.rules)

    @property
    def finalists(self) -> tuple[str, ...]:
        """Return who met the threshold."""
        return tuple(one.application for one in self.ranking.standings if one.status is Status.FINALIST)

    @cached_property
    def means(self) -> dict[str, str]:
        """Return the finalists' final means, with the digits that keep them and the threshold apart."""
        places = self.ranking.places
        bar = () if self.rules.threshold is None else (self.rules.threshold,)
        shown = show_apart([*(place.final_mean for place in places), *bar])
        return {place.application: text for place, text in zip(places, shown, strict=False)}

    @cached_property
    def strengths(self) -> dict[str, tuple[int, int]]:
        """Return the best and worst place of each finalist with any one reviewer left out."""
        found: dict[str, tuple[int, int]] = {}
        for place in self.ranking.places:
            others = [what.ranking.place_of(place.application) for what in self.without_reviewer]
            places = [place.place, *(one.place for one in others if one is not None)]
            found[place.application] = (min(places), max(places))
        return found


def exact_sections(decision: Decision) -> tuple[Section, ...]:
    """Return what follows exactly: the rank first, then what would change with one thing less."""
    sections = [_rank(decision), _totals(decision)]
    if decision.ranking.places:
        sections += [_reviewer_out(decision), _finalist_out(decision), _other_rules(decision)]
    return tuple(section for section in sections if section.sentences or section.tables)


def waiting_for(ranking: Ranking) -> tuple[str, ...]:
    """Return why there is no official rank, one line per kind of reason, whatever their number."""
    missing: dict[str, set[str]] = {}
    for one in ranking.refusals:
        if one.code == "sheet-missing":
            missing.setdefault(one.where, set()).update(way.reviewer for way in one.remedies)
    few = [one for one in ranking.refusals if one.code == "too-few-reviewers" and one.where not in missing]
    lines = []
    if missing:
        pairs = [(name, sorted(reviewers)) for name, reviewers in missing.items()]
        count = sum(len(reviewers) for _, reviewers in pairs)
        each = "; ".join(f"{name} by {listed(reviewers)}" for name, reviewers in pairs[:TOLD])
        noun = "score sheet is" if count == 1 else "score sheets are"
        lines.append(f"Provisional: {count} {noun} missing: {each}{_more(len(pairs))}.")
    if len(few) > 1:
        names = ", ".join(one.where for one in few[:TOLD])
        lines.append(f"{len(few)} applications have too few score sheets: {names}{_more(len(few))}.")
    elif few:
        lines.append(few[0].message)
    told = {*missing, *(one.where for one in few)}
    lines += [
        _shortened(one.message)
        for one in ranking.refusals
        if one.code not in SUMMED_UP and not (one.code == "undefined" and one.where in told)
    ]
    return tuple(lines)


def _shortened(message: str) -> str:
    """Return a message, without its list of panels where that would fill the page."""
    first, _, rest = message.partition(" Scored: ")
    return first if len(rest) > LONG else message


def _more(count: int) -> str:
    return f"; and {count - TOLD} more applications" if count > TOLD else ""


def _rank(decision: Decision) -> Section:
    ranking = decision.ranking
    tables = (_rank_table(decision),) if ranking.places else ()
    return Section("rank", "Rank by the published method", tuple(_rank_notes(decision)), tables)


def _rank_table(decision: Decision) -> Table:
    ranking, means = decision.ranking, decision.means
    method = decision.rules.method
    seats = tuple(ranking.places[0].ranks)
    result = () if method is Method.MEAN else (RESULTS[method],)
    rows = tuple(
        (
            place.label,
            place.application,
            *(show_points(place.ranks[seat]) for seat in seats),
            *((show_points(place.value),) if result else ()),
            means[place.application],
        )
        for place in ranking.places
    )
    caption = f"{decision.state}, by the published method"
    return Table(caption, ("Rank", "Application", *seats, *result, "Mean"), rows)


def _rank_notes(decision: Decision) -> Iterator[str]:
    ranking, rules = decision.ranking, decision.rules
    yield from waiting_for(ranking)
    for place in ranking.places:
        if place.flag:
            yield f"{place.application}: {place.flag}"
        if place.decided_by:
            yield f"{place.application}: an equal result was decided by the higher {place.decided_by}."
    if any(place.tied for place in ranking.places):
        tried = " then ".join(f"higher {one}" for one in rules.tie_breaks)
        rule = f"the declared rule ({tried}) was tried" if tried else "the notice declares no tie-break"
        yield f"A tie stays a tie: {rule}, and these stay equal."
    below = [one for one in ranking.standings if one.status is Status.BELOW]
    if below:
        told = "; ".join(f"{one.application} mean {one.text}" for one in below)
        yield f"Not finalists ({len(below)}): {told}."
    if not ranking.places and not ranking.refusals:
        yield "No application is a finalist."


def _totals(decision: Decision) -> Section:
    ballot = decision.ballot
    seats = sorted({seat for totals in ballot.initial.values() for seat in totals}, key=_natural)
    wide = len(seats) > WIDE
    rows = []
    for name in sorted(ballot.initial):
        final = present(ballot.final(name)).values()
        average = mean(final)
        cells = [_cell(ballot, name, seat) for seat in seats]
        if wide:
            given = [
                f"{seat} {cell}" for seat, cell in zip(seats, cells, strict=True) if cell != NOT_ASSIGNED
            ]
            cells = ["; ".join(given) or NOT_ASSIGNED]
        rows.append(
            (
                name,
                *cells,
                str(len(final)),
                show_exact(max(final) - min(final)) if final else "none",
                show_apart([average])[0] if not isinstance(average, Undefined) else "none",
            )
        )
    columns = ("Totals",) if wide else seats
    heads = ("Application", *columns, "Sheets", "Spread", "Mean")
    table = Table("Totals of each reviewer, before and after the call", heads, tuple(rows))
    return Section("totals", "Totals of each reviewer", (), (table,) if rows else ())


def _natural(seat: str) -> tuple[str, int, str]:
    digits = "".join(sign for sign in seat if sign.isdigit())
    return seat.rstrip("0123456789"), int(digits or 0), seat


def _cell(ballot: Ballot, name: str, seat: str) -> str:
    if seat not in ballot.initial[name]:
        return NOT_ASSIGNED
    if seat in ballot.left_out:
        return "left out"
    before = ballot.initial[name][seat]
    after = ballot.revised.get(name, {}).get(seat, before)
    if isinstance(after, Absent):
        return str(after)
    if isinstance(before, Absent) or after == before:
        return show_exact(after)
    return f"{show_exact(before)}, then {show_exact(after)}"


def _reviewer_out(decision: Decision) -> Section:
    messages = tuple(one.message for one in decision.without_reviewer)
    rows = tuple(
        (place.application, place.label, str(low), str(high))
        for place in decision.ranking.places
        for low, high in (decision.strengths[place.application],)
    )
    table = Table("Places with any one reviewer left out", ("Application", "Rank", "Best", "Worst"), rows)
    return Section("reviewer-out", "One reviewer left out", messages, (table,) if messages else ())


def _finalist_out(decision: Decision) -> Section:
    messages = tuple(one.message for one in decision.without_finalist)
    return Section("finalist-out", "One other finalist left out", messages)


def _other_rules(decision: Decision) -> Section:
    messages = tuple(one.message for one in decision.other_rules)
    if not messages:
        messages = ("The published method sums no ranks, so no rule for equal totals is used.",)
    rows = tuple(
        (place.application, place.label, str(place.place_by_mean)) for place in decision.ranking.places
    )
    by_mean = Table(
        "By means instead of the published method", ("Application", "Rank", "Place by means"), rows
    )
    tables = () if decision.rules.method is Method.MEAN else (by_mean,)
    return Section("other-rules", "Another rule", messages, tables)
