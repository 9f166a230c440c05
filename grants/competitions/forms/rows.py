"""The forms of sections that are a table: states, documents."""

import re
import unicodedata
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    SubmitField,
)

from grants.competitions.forms.section import SectionForm
from grants.competitions.rules import notice as n
from grants.competitions.rules.places import STATES
from grants.errors import Refused
from grants.web.fields import MoneyField, WholeField, choices, text
from grants.web.forms import Part


class StateRow(Part):
    """One state of the table; without a state the row is left out."""

    code = SelectField(
        "State",
        choices=choices([("", "No state"), *STATES.items()]),
        validate_choice=False,  # the rules say it in a sentence
    )
    federal_per_year = MoneyField("Federal amount per year")
    awards = WholeField("Awards expected", default=1)
    service_area = StringField("Service area, if larger than the state")


class StatesForm(SectionForm):
    """The target states with their amounts."""

    state = FieldList(FormField(StateRow), max_entries=120)
    more = SubmitField("Add 3 rows")

    def wants_more(self) -> bool:
        """Add three empty rows if that was asked for."""
        if not self.more.data:
            return False
        for _ in range(3):
            if len(self.state.entries) < 120:  # noqa: PLR2004  # as many as the list takes
                self.state.append_entry()
        return True

    def content(self) -> n.States:
        """Return the states in the order of the table; an amount without a state is refused."""
        stateless = False
        rows: list[n.StateAmount] = []
        for at, entry in enumerate(self.state.entries, start=1):
            row = entry.form
            if row.code.data:
                rows.append(
                    n.StateAmount(
                        code=row.code.data,
                        federal_per_year=row.federal_per_year.data,
                        awards=1 if row.awards.data is None else row.awards.data,
                        service_area=(row.service_area.data or "").strip(),
                    )
                )
            elif row.federal_per_year.data is not None:
                sentence = f"Row {at} has an amount but no state. Choose the state, or empty the amount."
                row.code.errors = [sentence]
                stateless = True
        if stateless:
            raise Refused([])
        return n.States(state=tuple(rows))

    def filled_rows(self, name: str) -> list[int]:
        """Return the rows that hold a state: these are what findings count."""
        return [at for at, entry in enumerate(self[name].entries) if entry.form.code.data]


class DocumentRow(Part):
    """One document of the table; without a title the row is left out."""

    key = HiddenField()
    title = StringField("Title")
    required = BooleanField("Required")
    page_limit = WholeField("Pages at most")
    guidance = text("Guidance", longest=4000, area=True)


class DocumentsForm(SectionForm):
    """What an application holds, in the order of the notice."""

    document = FieldList(FormField(DocumentRow), max_entries=60)
    more = SubmitField("Add a document")

    def wants_more(self) -> bool:
        """Add an empty row if that was asked for."""
        if not self.more.data:
            return False
        if len(self.document.entries) < 60:  # noqa: PLR2004  # as many as the list takes
            self.document.append_entry()
        return True

    def content(self) -> n.Documents:
        """Return the documents in the order of the table; a new one gets its key from its title."""
        taken = {entry.form.key.data for entry in self.document.entries if entry.form.key.data}
        rows: list[n.DocumentPlan] = []
        for entry in self.document.entries:
            row = entry.form
            title = (row.title.data or "").strip()
            if not title:
                continue
            key = row.key.data or key_from(title, taken)
            taken.add(key)
            rows.append(
                n.DocumentPlan(
                    key=key,
                    title=title,
                    required=bool(row.required.data),
                    page_limit=row.page_limit.data,
                    guidance=row.guidance.data or "",
                )
            )
        return n.Documents(document=tuple(rows))

    def filled_rows(self, name: str) -> list[int]:
        """Return the rows that hold a document: these are what findings count."""
        return [at for at, entry in enumerate(self[name].entries) if (entry.form.title.data or "").strip()]


def key_from(title: str, taken: set[str]) -> str:
    """Make a key from a title: small letters, digits and underscores, not taken yet."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50].strip("_") or "item"
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key


def rows_data(content: n.States | n.Documents) -> dict[str, Any]:
    """Return what the form of a table shows of stored rows."""
    return {name: [vars(row) for row in rows] for name, rows in vars(content).items()}
