"""The form of the dates: a date, an hour and a zone become one instant, or a sentence why not."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import SelectField

from grants.competitions.forms.section import SectionForm
from grants.competitions.rules import notice as n
from grants.competitions.rules.deadline import ZONES, Occurrence, resolve
from grants.competitions.rules.notice_period import Determination
from grants.competitions.rules.wording import DETERMINATIONS
from grants.errors import Refused
from grants.findings import Finding
from grants.web.fields import DayField, HourField, choices, text

INSTANTS = {
    "opens": "Applications open",
    "deadline": "Deadline",
    "questions_until": "Questions until",
}
WHICH = choices(
    [("", "Choose one"), ("0", "The first of the two hours"), ("1", "The second, one hour later")]
)


class DatesForm(SectionForm):
    """When the notice stands."""

    zone = SelectField(
        "Time zone", choices=choices((name, f"{words} ({name})") for name, words in ZONES.items())
    )
    planned_publication = DayField("Planned publication")
    opens_day = DayField("Date")
    opens_hour = HourField("Time")
    opens_which = SelectField("Which of two equal hours", choices=WHICH, default="")
    deadline_day = DayField("Date")
    deadline_hour = HourField("Time")
    deadline_which = SelectField("Which of two equal hours", choices=WHICH, default="")
    questions_until_day = DayField("Date")
    questions_until_hour = HourField("Time")
    questions_until_which = SelectField("Which of two equal hours", choices=WHICH, default="")
    determination = SelectField(
        "Determination of a shorter notice",
        choices=choices((one, DETERMINATIONS[one].capitalize()) for one in Determination),
        default=Determination.NONE.value,
    )
    shorter_period_reason = text("Why a shorter notice suffices", longest=4000, area=True)

    stored: n.Dates | None = None
    """What the page was filled with: an instant that still reads so keeps its seconds."""

    @property
    def doubled(self) -> set[str]:
        """Return the instants whose hour comes twice: only there the choice of one is shown."""
        found = set()
        for name in INSTANTS:
            day, hour = self[f"{name}_day"].data, self[f"{name}_hour"].data
            if day and hour and resolve(day, hour, str(self.zone.data)).choices:
                found.add(name)
        return found

    def content(self) -> n.Dates:
        """Return the section's values; raises `Refused` for an instant half given, skipped or doubled."""
        found: list[Finding] = []
        instants = {name: self._instant(name, words, found) for name, words in INSTANTS.items()}
        if found:
            raise Refused(found)
        return n.Dates(
            zone=str(self.zone.data),
            planned_publication=self.planned_publication.data,
            opens=instants["opens"],
            deadline=instants["deadline"],
            questions_until=instants["questions_until"],
            determination=Determination(self.determination.data),
            shorter_period_reason=self.shorter_period_reason.data or "",
        )

    def _instant(self, name: str, words: str, found: list[Finding]) -> datetime | None:
        day, hour = self[f"{name}_day"].data, self[f"{name}_hour"].data
        if day is None and hour is None:
            return None
        if day is None:
            found.append(_half(f"{name}_day", f"{words}: enter the date as well."))
            return None
        if hour is None:
            found.append(_half(f"{name}_hour", f"{words}: enter the time of day as well."))
            return None
        which = str(self[f"{name}_which"].data or "")
        occurrence = Occurrence(int(which)) if which else None
        resolved = resolve(day, hour, str(self.zone.data), occurrence=occurrence, field=f"{name}_hour")
        found.extend(resolved.findings)
        standing: datetime | None = getattr(self.stored, name, None)
        if standing is not None and standing.replace(second=0, microsecond=0) == resolved.instant:
            return standing
        return resolved.instant


def dates_data(dates: n.Dates) -> dict[str, Any]:
    """Return what the form shows of stored dates, on the clock of their zone."""
    zone = ZoneInfo(dates.zone)
    data: dict[str, Any] = {
        "zone": dates.zone,
        "planned_publication": dates.planned_publication,
        "determination": dates.determination.value,
        "shorter_period_reason": dates.shorter_period_reason,
    }
    for name in INSTANTS:
        value: datetime | None = getattr(dates, name)
        if value is not None:
            local = value.astimezone(zone)
            data[f"{name}_day"], data[f"{name}_hour"] = (
                local.date(),
                local.time().replace(tzinfo=None, fold=0),
            )
            doubled = resolve(local.date(), local.time().replace(fold=0), dates.zone).choices
            data[f"{name}_which"] = str(local.fold) if doubled else ""
    return data


def _half(field: str, sentence: str) -> Finding:
    return Finding("dates.half", sentence, field=field)
