"""The form of one budget year and the form of one source of match; pages of the owners use them."""

from typing import Any

from flask import get_template_attribute
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.validators import Optional

from grants.budgets.models import MatchKind, MatchLine
from grants.budgets.rules.flat import DETAIL, FIELDS, flatten, gather, label_of
from grants.budgets.rules.match import SOURCE_ROWS, TESTS
from grants.budgets.rules.table import ROWS, YearBudget
from grants.budgets.rules.year_view import YearView, spoken
from grants.budgets.services.sources import Source
from grants.web.fields import MoneyField, Needed, VersionField, choices, text
from grants.web.forms import Form

KINDS = choices(
    [
        (MatchKind.CASH.value, "Cash"),
        (MatchKind.LOANED.value, "Full-time personnel loaned to the center"),
        (MatchKind.IN_KIND.value, "In kind: part-time people, equipment, space, services"),
    ]
)


class _YearFields(Form):
    """What every form of a budget year has beside its cells."""

    version = VersionField(validators=[Optional()])

    def fill(self, content: YearBudget) -> None:
        """Write stored amounts into the cells."""
        amounts = flatten(content)
        for name in (*FIELDS, *DETAIL):
            self[name].data = amounts.get(name)

    def typed(self) -> dict[str, str]:
        """Return every cell as it was typed."""
        return {name: self[name].typed or "" for name in (*FIELDS, *DETAIL)}

    def readable(self, stored: YearBudget) -> YearBudget:
        """Return what is typed; where that is no value, what is stored, for that is what counts."""
        kept = flatten(stored)
        cells = {name: self._cents(name, kept.get(name, 0)) for name in (*FIELDS, *DETAIL)}
        return gather({name: cents for name, cents in cells.items() if cents})

    def _cents(self, name: str, stored: int) -> int:
        cell = self[name]
        is_unreadable = not isinstance(cell.data, int) and (cell.typed or "").strip()
        return stored if is_unreadable else cell.data or 0


YearForm: Any = type(
    "YearForm",
    (_YearFields,),
    {name: MoneyField(label_of(name), validators=[Optional()]) for name in (*FIELDS, *DETAIL)},
)
"""One money field for each cell of the table, named as in `rules.flat`."""


class SourceForm(Form):
    """One source of match."""

    source = text("Who gives it", needed="Name the source.", longest=200)
    row_key = SelectField("Row of the budget", choices=choices((key, ROWS[key].title) for key in SOURCE_ROWS))
    kind = RadioField("Kind", choices=KINDS, default=MatchKind.CASH.value)
    amount = MoneyField("Amount in a year", validators=[Needed("Enter the amount in dollars.")])
    years = SelectMultipleField("Years", coerce=int)
    evidence = text("Evidence", longest=500)
    letter = SelectField("Letter of commitment", default="")
    tests = SelectMultipleField("I confirm for this source", choices=choices(TESTS.items()))
    version = VersionField(validators=[Optional()])

    def offer(self, years: int, letters: list[tuple[str, str]]) -> None:
        """Give the choices of one application: its years and the files that may be the letter."""
        self.years.choices = choices((str(number), f"Year {number}") for number in range(1, years + 1))
        self.letter.choices = choices([("", "No letter yet"), *letters])


def verdict(view: YearView) -> dict[str, Any]:
    """Return what a page says of a stored year, for the answer to a save."""
    findings = get_template_attribute("components/budget.html", "year_findings")
    return {
        "cells": {**view.cells(), f"year-{view.year}-result": view.result},
        "states": view.states(),
        "parts": {"year-findings": str(findings(view))},
        "spoken": spoken(view),
    }


def fill_source(form: SourceForm, line: MatchLine, letter: str) -> None:
    """Write a stored source into the form."""
    form.source.data = line.source
    form.row_key.data = line.row_key
    form.kind.data = line.kind.value
    form.amount.data = line.amount
    form.years.data = [line.year]
    form.evidence.data = line.evidence
    form.letter.data = letter
    form.tests.data = [name for name, holds in line.tests.items() if holds]
    form.version.data = line.version


def source_of(form: SourceForm, letter_file_id: int | None) -> Source:
    """Return what was typed as a source."""
    return Source(
        row_key=form.row_key.data,
        source=form.source.data or "",
        kind=MatchKind(form.kind.data),
        amount=form.amount.data,
        evidence=form.evidence.data or "",
        letter_file_id=letter_file_id,
        tests=frozenset(form.tests.data or ()),
    )
