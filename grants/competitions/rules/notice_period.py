"""How long a notice stands open before its deadline, and what a shorter time needs: 2 CFR 200.204(b)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from grants.findings import Finding
from grants.policies.rows import NoticePeriodRow


class Determination(StrEnum):
    """The written determination that a short notice period needs."""

    NONE = "none"
    SHORTER_SUFFICES = "shorter_suffices"
    EXIGENT = "exigent"


@dataclass(frozen=True)
class NoticePeriod:
    """The whole days a notice stands open and the determination they need."""

    days: int
    needs: Determination


def days_open(published: datetime, deadline: datetime, zone_name: str) -> int:
    """Return the calendar days from the day of publication to the day of the deadline, in its own zone."""
    zone = ZoneInfo(zone_name)
    return (deadline.astimezone(zone).date() - published.astimezone(zone).date()).days


def notice_period(
    published: datetime, deadline: datetime, zone_name: str, *, rule: NoticePeriodRow
) -> NoticePeriod:
    """Return how long a notice stands open and which determination that needs."""
    days = days_open(published, deadline, zone_name)
    if days < rule.minimum_days:
        return NoticePeriod(days, Determination.EXIGENT)
    if days < rule.normal_days:
        return NoticePeriod(days, Determination.SHORTER_SUFFICES)
    return NoticePeriod(days, Determination.NONE)


def findings(
    period: NoticePeriod, *, rule: NoticePeriodRow, determination: Determination, reason: str
) -> list[Finding]:
    """Return what stands in the way of publication: a deadline too near, without its determination or reason.

    A determination of exigent circumstances covers the lesser one.
    """
    if period.days < 0:
        return [
            _finding("before", "The deadline is before the notice is published. Choose a later one.", rule)
        ]
    if period.needs is Determination.NONE:
        return []
    covered = determination in {period.needs, Determination.EXIGENT}
    if covered and reason.strip():
        return []
    exigent = period.needs is Determination.EXIGENT
    limit = rule.minimum_days if exigent else rule.normal_days
    needed = rule.under_minimum_needs if exigent else rule.under_normal_needs
    sentence = (
        f"The notice stands open for {period.days} days. Under {limit} days needs {needed}: "
        "write it down with its reason, or choose a later deadline."
    )
    return [_finding("needs_determination", sentence, rule)]


def _finding(code: str, sentence: str, rule: NoticePeriodRow) -> Finding:
    return Finding(f"notice_period.{code}", sentence, field="deadline", authority=rule.authority)
