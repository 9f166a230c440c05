"""What the forms of all sections share: the version they were made from, findings at their fields."""

import re
from collections.abc import Iterable
from typing import Any

from wtforms import FieldList, FormField, HiddenField

from grants.competitions.rules import notice as n
from grants.findings import Finding, Level
from grants.web.fields import counted
from grants.web.forms import Form

_PLACE = re.compile(r"(\w+)(?:\[(\d+)\])?")


class SectionForm(Form):
    """The form of one section; `content` gives its values."""

    version = HiddenField()

    @property
    def made_from(self) -> int:
        """Return the version the page was made from; anything unreadable counts as none."""
        return counted(self.version.data)

    def content(self) -> n.SectionContent:
        """Return the section's values; raises `Refused` where together they make none."""
        raise NotImplementedError

    def wants_more(self) -> bool:
        """Say whether another empty row was asked for instead of saving."""
        return False

    def filled_rows(self, name: str) -> list[int]:
        """Return the positions of the rows that findings count; a form with empty rows leaves those out."""
        return list(range(len(self[name].entries)))

    def lay(self, findings: Iterable[Finding]) -> None:
        """Show findings at the field their place names, rows included, else above the form."""
        for finding in findings:
            field = self._field_at(finding.field or "")
            if field is not None and finding.level is Level.STOP:
                field.errors = [*field.errors, finding.message]
            else:
                self.findings.append(finding)
        for rows in self._fields.values():
            if isinstance(rows, FieldList):
                wrong = [entry.errors for entry in rows.entries]
                rows.errors = wrong if any(wrong) else []

    def _field_at(self, place: str) -> Any:
        """Return the field of a place such as `state[2].federal_per_year`; None where no field has it."""
        here: Any = self if _PLACE.search(place) else None
        for name, number in _PLACE.findall(place):
            fields = here.form if isinstance(here, FormField) else here
            here = fields._fields.get(name) if hasattr(fields, "_fields") else None  # as WTForms does
            if number and isinstance(here, FieldList):
                filled = self.filled_rows(name)
                here = here.entries[filled[int(number) - 1]] if 0 < int(number) <= len(filled) else None
        return here if hasattr(here, "errors") and not isinstance(here, FieldList | FormField) else None
