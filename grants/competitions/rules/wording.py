"""A notice in words: every value with its label, as people compare it before and after."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from grants import money
from grants.competitions.rules import choices as c
from grants.competitions.rules import notice as n
from grants.competitions.rules.notice_period import Determination
from grants.competitions.rules.places import state_name
from grants.policies.rows import LocationRule, SelectedAgain

METHODS: Final = {
    c.RankingMethod.RANK_SUM: "sum of each reviewer’s ordinal ranks, lowest first",
    c.RankingMethod.MEAN: "mean of the final totals, highest first",
    c.RankingMethod.MEDIAN: "median of the final totals, highest first",
    c.RankingMethod.TRIMMED_MEAN: (
        "mean of the final totals without the highest and the lowest, highest first"
    ),
}
TIE_RULES: Final = {
    c.TieRule.AVERAGE: "equal totals of one reviewer share the average of their ranks",
    c.TieRule.MINIMUM: "equal totals of one reviewer all get the better rank",
    c.TieRule.DENSE: "equal totals of one reviewer get the same rank, and no rank is left out after them",
}
TIE_BREAKS: Final = {
    c.TieBreak.FINAL_MEAN: "the higher final mean goes first; if that is equal too, the tie stands",
    c.TieBreak.NONE: "the tie stands and is shown",
}
FINALISTS: Final = {
    c.FinalistStatus.INITIAL: "initial totals; revision neither adds nor removes a finalist",
    c.FinalistStatus.FINAL: "final totals, after revision",
}
FEEDBACK_POINTS: Final = {
    False: "not shown; applicants get the reviewers’ strengths and weaknesses by criterion",
    True: "shown beside each reviewer’s strengths and weaknesses",
}
LOCATIONS: Final = {
    LocationRule.IN_STATE: "the applicant is located in the state",
    LocationRule.SERVES_STATE: "the applicant serves the whole state, wherever it is located",
}
SELECTED_AGAIN: Final = {
    SelectedAgain.LOWEST: "a center selected again has the last share of the schedule in every year",
    SelectedAgain.RESTART: "a center selected again starts the schedule anew",
}
DETERMINATIONS: Final = {
    Determination.NONE: "none",
    Determination.SHORTER_SUFFICES: "fewer than 60 days suffice",
    Determination.EXIGENT: "exigent circumstances",
}
NOTHING: Final = "not set"


@dataclass(frozen=True)
class Line:
    """One value of a notice with its label, as it is read."""

    label: str
    shown: str


def lines_of(notice: n.Notice, section: str) -> dict[str, Line]:
    """Return the values of one section by their place, in the order of the notice."""
    content = n.section_of(notice, section)
    return {place: Line(label, shown or NOTHING) for place, label, shown in _LINES[section](content, notice)}


def show_instant(value: datetime | None, zone: str, *, seconds: bool = False) -> str:
    """Write an instant in a zone: “October 15, 2014, 11:59 p.m. EDT”; a deadline to the second."""
    if value is None:
        return NOTHING
    local = value.astimezone(ZoneInfo(zone))
    second = f":{local:%S}" if seconds else ""
    half = "a.m." if local.hour < 12 else "p.m."  # noqa: PLR2004  # noon
    return f"{show_day(local.date())}, {local.hour % 12 or 12}:{local:%M}{second} {half} {local.tzname()}"


def show_day(value: date | None) -> str:
    """Write a date: “October 15, 2014”."""
    return NOTHING if value is None else f"{value:%B} {value.day}, {value.year}"


def show_points(value: Decimal | None) -> str:
    """Write points without trailing zeros."""
    if value is None:
        return NOTHING
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


Lines = Iterator[tuple[str, str, str]]


def _identity(one: n.Identity, _notice: n.Notice) -> Lines:
    yield "number", "Opportunity number", one.number
    yield "title", "Title", one.title
    yield "program", "Program", one.program
    yield "assistance_listing", "Assistance listing", one.assistance_listing
    yield "fiscal_year", "Fiscal year", _whole(one.fiscal_year)
    yield "authority", "Authority", one.authority
    yield "selecting_official", "Selecting official", one.selecting_official


def _goals(one: n.Goals, _notice: n.Notice) -> Lines:
    yield "text", "Goals", one.text


def _states(content: n.States, _notice: n.Notice) -> Lines:
    for row in content.state:
        name = state_name(row.code)
        amount = NOTHING if row.federal_per_year is None else money.dollars(row.federal_per_year)
        yield f"{row.code}.federal_per_year", f"{name}, federal amount per year", amount
        yield f"{row.code}.awards", f"{name}, awards expected", str(row.awards)
        if row.service_area:
            yield f"{row.code}.service_area", f"{name}, service area", row.service_area


def _dates(one: n.Dates, _notice: n.Notice) -> Lines:
    yield "zone", "Time zone", one.zone
    yield "planned_publication", "Planned publication", show_day(one.planned_publication)
    yield "opens", "Applications open", show_instant(one.opens, one.zone)
    yield "deadline", "Deadline", show_instant(one.deadline, one.zone, seconds=True)
    yield "questions_until", "Questions until", show_instant(one.questions_until, one.zone)
    yield "determination", "Determination of a shorter notice", DETERMINATIONS[one.determination]
    yield "shorter_period_reason", "Why a shorter notice suffices", one.shorter_period_reason


def _award(one: n.Award, _notice: n.Notice) -> Lines:
    yield "years", "Award length in years", _whole(one.years)
    yield "expected_award", "Awards expected", show_day(one.expected_award)
    yield "expected_start", "Start expected", show_day(one.expected_start)


def _criteria(content: n.Criteria, _notice: n.Notice) -> Lines:
    yield "total", "Total points", show_points(content.total)
    for at, one in enumerate(n.walk(content.criterion), start=1):
        yield f"{one.key}.title", f"Criterion {at}", one.title
        yield f"{one.key}.points", f"{one.title}, points", show_points(one.points)
        if one.criterion:
            how = "equally" if one.equal else "by their points"
            yield f"{one.key}.equal", f"{one.title}, sub-criteria weigh", how
            yield f"{one.key}.order", f"{one.title}, sub-criteria", ", ".join(x.title for x in one.criterion)
        if one.guidance:
            yield f"{one.key}.guidance", f"{one.title}, guidance", one.guidance
        if one.word_limit:
            yield f"{one.key}.word_limit", f"{one.title}, words at most", f"{one.word_limit:,}"
        if one.band:
            yield f"{one.key}.band", f"{one.title}, score bands", "; ".join(map(show_band, one.band))
    yield "order", "Order of the criteria", ", ".join(one.title for one in content.criterion)


def show_band(band: n.Band) -> str:
    """Write a score band: “9 to 10: outstanding”."""
    return f"{show_points(band.low)} to {show_points(band.high)}: {band.text}"


def _ranking(one: n.Ranking, _notice: n.Notice) -> Lines:
    yield "reviewers_minimum", "Reviewers for each application, at least", _whole(one.reviewers_minimum)
    yield "threshold", "A finalist has an average of at least", show_points(one.threshold)
    yield "finalists", "The threshold is applied to", FINALISTS[one.finalists]
    yield "method", "Ranking method", METHODS[one.method] if one.method else NOTHING
    yield "tie_rule", "Ties inside one reviewer", TIE_RULES[one.tie_rule]
    yield "tie_break", "Applications that come out equal", TIE_BREAKS[one.tie_break]
    yield "feedback_points", "Points in the feedback to applicants", FEEDBACK_POINTS[one.feedback_points]


def _factors(content: n.Factors, _notice: n.Notice) -> Lines:
    for at, text in enumerate(content.factor, start=1):
        yield f"factor[{at}]", f"Selection factor {at}", text


def _documents(content: n.Documents, _notice: n.Notice) -> Lines:
    for one in content.document:
        yield f"{one.key}.title", "Document", one.title
        yield f"{one.key}.required", f"{one.title}, needed", "required" if one.required else "if it applies"
        pages = f"{one.page_limit:,}" if one.page_limit else "no limit"
        yield f"{one.key}.page_limit", f"{one.title}, pages at most", pages
        if one.guidance:
            yield f"{one.key}.guidance", f"{one.title}, guidance", one.guidance


def _rules(one: n.Rules, _notice: n.Notice) -> Lines:
    yield "cost_share", "Cost-share schedule", one.cost_share or "the law of the day of award"
    yield "selected_again", "A center selected again", _or_nothing(SELECTED_AGAIN, one.selected_again)
    yield "location", "Location", _or_nothing(LOCATIONS, one.location)


def _contact(one: n.Contact, _notice: n.Notice) -> Lines:
    yield "name", "Contact", one.name
    yield "email", "Mail", one.email
    yield "phone", "Telephone", one.phone
    yield "hours", "Hours", one.hours


def _confirm(content: n.Confirmations, _notice: n.Notice) -> Lines:
    for one in content.unconfirmed:
        yield one.value, one.value, one.note


def _or_nothing(words: dict[Any, str], value: object) -> str:
    return words[value] if value is not None else NOTHING


def _whole(value: int | None) -> str:
    return NOTHING if value is None else str(value)


_LINES: Final[dict[str, Callable[[Any, n.Notice], Lines]]] = {
    "identity": _identity,
    "goals": _goals,
    "states": _states,
    "dates": _dates,
    "award": _award,
    "criteria": _criteria,
    "ranking": _ranking,
    "factors": _factors,
    "documents": _documents,
    "rules": _rules,
    "contact": _contact,
    "confirm": _confirm,
}
