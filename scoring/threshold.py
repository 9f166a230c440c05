"""The published rules of a ranking, and who is a finalist under them, compared as exact numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from scoring.aggregate import mean, present
from scoring.exact import added, show_against, show_points
from scoring.faults import Undefined
from scoring.scoresheet import Absent

Totals = Mapping[str, Mapping[str, Fraction | Absent]]
"""Application, then reviewer, then the exact total or why there is none."""


class Method(StrEnum):
    """How final totals become an order."""

    MEAN = "mean"
    MEDIAN = "median"
    TRIMMED_MEAN = "trimmed mean"
    RANK_SUM = "sum of ordinal ranks"


class TieRule(StrEnum):
    """Which ordinal rank a reviewer's equal totals receive."""

    AVERAGE = "average"
    MINIMUM = "minimum"
    DENSE = "dense"


class TieBreak(StrEnum):
    """What decides between finalists that the method leaves equal."""

    FINAL_MEAN = "final mean"


class FinalistStatus(StrEnum):
    """Which totals the threshold is applied to."""

    INITIAL = "initial"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Rules:
    """The ranking rules as the notice declares them before any score is known."""

    method: Method
    threshold: Decimal | None = None
    tie_rule: TieRule = TieRule.AVERAGE
    tie_breaks: tuple[TieBreak, ...] = ()
    reviewers_minimum: int = 1
    finalist_status: FinalistStatus = FinalistStatus.INITIAL

    def in_words(self) -> str:
        """Return the method as one sentence for the head of a page."""
        if self.method is Method.RANK_SUM:
            how = f"sum of each reviewer's ordinal ranks, lowest first; {self.tie_rule} rank for equal totals"
        else:
            how = f"{self.method} of the reviewers' totals, highest first"
        breaks = " then ".join(f"higher {one}" for one in self.tie_breaks)
        return f"{how}; equal results {'are broken by ' + breaks if breaks else 'stay tied'}"


@dataclass(frozen=True, slots=True)
class Ballot:
    """All totals of one state: initial ones, the ones revised after the call, and who was left out."""

    state: str
    initial: Totals
    revised: Totals = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Reviewers left out for all finalists by a recorded decision, each with its reason."""

    def final(self, application: str) -> dict[str, Fraction | Absent]:
        """Return the totals that rank: the revised one where there is one, without left-out reviewers."""
        totals = {**self.initial[application], **self.revised.get(application, {})}
        return {name: total for name, total in totals.items() if name not in self.left_out}


class Status(StrEnum):
    """Whether an application is ranked."""

    FINALIST = "finalist"
    BELOW = "below the threshold"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Standing:
    """One application against the threshold."""

    application: str
    status: Status
    total: Fraction
    """Sum of the totals that are in."""
    reviewers: int
    mean: Fraction | Undefined
    awaited: tuple[str, ...]
    """Reviewers whose sheet is missing."""
    text: str


def finalists(ballot: Ballot, rules: Rules) -> tuple[Standing, ...]:
    """Return every application of the state against the threshold, in the order of their names.

    Finalist if and only if the sum of totals >= threshold x number of reviewers. Left-out reviewers'
    initial totals still count here, because finalists are fixed on initial scores; their missing
    sheets are no longer awaited. A recused reviewer does not count for that application.
    """
    return tuple(_standing(ballot, rules, application) for application in sorted(ballot.initial))


def meets(totals: Mapping[str, Fraction], threshold: Decimal | None) -> bool:
    """Say whether the exact sum reaches threshold times reviewers."""
    return threshold is None or added(totals.values()) >= Fraction(threshold) * len(totals)


def _standing(ballot: Ballot, rules: Rules, application: str) -> Standing:
    totals = ballot.initial[application]
    if rules.finalist_status is FinalistStatus.FINAL:
        totals = ballot.final(application)
    scored = present(totals)
    awaited = tuple(
        name
        for name, total in sorted(totals.items())
        if total is Absent.MISSING and name not in ballot.left_out
    )
    average = mean(scored.values())
    status = _status(scored, awaited, rules)
    text = _text(average, len(scored), awaited, rules)
    total = added(scored.values())
    return Standing(application, status, total, len(scored), average, awaited, text)


def _status(scored: Mapping[str, Fraction], awaited: tuple[str, ...], rules: Rules) -> Status:
    if awaited or len(scored) < max(1, rules.reviewers_minimum):
        return Status.UNDECIDED
    return Status.FINALIST if meets(scored, rules.threshold) else Status.BELOW


def _text(average: Fraction | Undefined, scored: int, awaited: tuple[str, ...], rules: Rules) -> str:
    if awaited:
        return f"Provisional: waiting for the score sheet of {', '.join(awaited)}."
    if isinstance(average, Undefined):
        return average.reason
    if scored < rules.reviewers_minimum:
        return f"{scored} of at least {rules.reviewers_minimum} score sheets."
    return show_points(average) if rules.threshold is None else show_against(average, rules.threshold)
