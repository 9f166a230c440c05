"""The rules that go with one competition: copied at publication, kept for ever, read back from JSON."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final, Self

from grants.findings import Finding, Level
from grants.policies import rows
from grants.policies.codec import Unreadable, decode, encode
from grants.policies.loader import look_on, rule_named, rule_on

FORMAT: Final = 1


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """One row of each kind, as published.

    A stored rule set is read for as long as its records are kept: a new field of a row needs a default,
    and a field is never taken away without a new format.
    """

    published_on: date
    award_expected_on: date
    cost_share: rows.CostShareRow
    notice_period: rows.NoticePeriodRow
    indirect_cost: rows.IndirectCostRow
    mtdc: rows.MtdcRow
    reporting: rows.ReportingRow
    evaluation: rows.EvaluationRow
    eligible_applicants: rows.EligibleApplicantsRow
    program_income: rows.ProgramIncomeRow
    retention: rows.RetentionRow
    content: rows.ContentRow
    review: rows.ReviewRow
    cycle: rows.CycleRow
    budget_change: rows.BudgetChangeRow
    format: int = FORMAT

    def to_json(self) -> dict[str, object]:
        """Return plain data for a JSON column; `from_json` gives back an equal rule set."""
        plain = encode(self)
        if not isinstance(plain, dict):
            raise TypeError("a rule set encodes to an object")
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, object]) -> Self:
        """Read what `to_json` wrote; raise Unreadable where a field does not fit."""
        if plain.get("format") != FORMAT:
            raise Unreadable(f"format: this program reads format {FORMAT}, not {plain.get('format')!r}")
        return decode(cls, _without_drafting(plain))

    @property
    def rows_by_kind(self) -> tuple[tuple[str, rows.Row], ...]:
        """Return the rows with their kinds, in the order in which a notice prints them."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return tuple((kind, value) for kind, value in values if isinstance(value, rows.Row))

    @property
    def all_rows(self) -> tuple[rows.Row, ...]:
        """Return the rows in the order in which a notice prints them."""
        return tuple(row for _, row in self.rows_by_kind)

    def with_settings(self, settings: rows.CostShareSettings) -> Self:
        """Return the rule set with other readings of the cost-share law."""
        return replace(self, cost_share=replace(self.cost_share, settings=settings))

    def with_location(self, location: rows.LocationRule) -> Self:
        """Return the rule set with another location rule."""
        return replace(self, eligible_applicants=replace(self.eligible_applicants, location=location))

    def as_law(self, subjects: Container[str] | None = None) -> Self:
        """Return the rule set without the cautions of these rows, named `kind/id`; without a list, of all."""
        read: dict[str, Any] = {
            kind: row.as_law()
            for kind, row in self.rows_by_kind
            if subjects is None or f"{kind}/{row.id}" in subjects
        }
        return replace(self, **read)

    def cautions(self) -> list[Finding]:
        """Return what a person must look at before this rule set is published."""
        looks = look_on(self.cost_share, self.award_expected_on)
        unconfirmed = [
            Finding(
                f"policies.unconfirmed.{row.id}",
                f"{row.title}: {row.doubt}.",
                authority=row.authority,
                level=Level.WARN,
            )
            for row in self.all_rows
            if row.doubt
        ]
        return looks + unconfirmed


def rule_set_for(
    published_on: date, *, award_expected_on: date | None = None, cost_share: str | None = None
) -> RuleSet:
    """Gather the rules of a competition by the dates that govern them.

    The day of publication governs the notice and who may apply; the day of the expected award governs the
    money. `cost_share` names a schedule where the notice publishes another than the one of that day. Raises
    NoRule where the catalogue has none.
    """
    award_on = award_expected_on or published_on
    schedule = (
        rule_named(rows.CostShareRow, cost_share) if cost_share else rule_on(rows.CostShareRow, award_on)
    )
    return RuleSet(
        published_on=published_on,
        award_expected_on=award_on,
        cost_share=schedule,
        notice_period=rule_on(rows.NoticePeriodRow, published_on),
        indirect_cost=rule_on(rows.IndirectCostRow, award_on),
        mtdc=rule_on(rows.MtdcRow, award_on),
        reporting=rule_on(rows.ReportingRow, award_on),
        evaluation=rule_on(rows.EvaluationRow, award_on),
        eligible_applicants=rule_on(rows.EligibleApplicantsRow, published_on),
        program_income=rule_on(rows.ProgramIncomeRow, award_on),
        retention=rule_on(rows.RetentionRow, award_on),
        content=rule_on(rows.ContentRow, published_on),
        review=rule_on(rows.ReviewRow, published_on),
        cycle=rule_on(rows.CycleRow, award_on),
        budget_change=rule_on(rows.BudgetChangeRow, award_on),
    )


def cost_share_findings(rule_set: RuleSet, obligated_on: date) -> list[Finding]:
    """Say where the schedule as published and the law of an obligating action's date are not the same.

    What was published stays; the new law acts by an amendment. A day on which two texts stood gives a
    finding of level LOOK.
    """
    published = rule_set.cost_share
    of_the_day = rule_on(rows.CostShareRow, obligated_on)
    found = look_on(of_the_day, obligated_on)
    day = f"{obligated_on:%B} {obligated_on.day}, {obligated_on.year}"
    if of_the_day.id != published.id:
        found.append(
            Finding(
                "policies.law_changed",
                f"Published: {published.title}. In force on {day}: {of_the_day.title}. "
                "The new rule acts only by an amendment of the award.",
                authority=of_the_day.authority,
                level=Level.LOOK,
            )
        )
    return found


_DRAFTING: Final = ("; no primary text requires it. Sample data, confirm.", " Sample data, confirm.")
"""Notes for ourselves that stood at the end of two texts of the catalogue; rule sets kept then hold them."""


def _without_drafting(plain: Mapping[str, object]) -> dict[str, object]:
    return {name: _cleared(value) for name, value in plain.items()}


def _cleared(value: object) -> object:
    if isinstance(value, dict):
        return {name: _cleared(inner) for name, inner in value.items()}
    if not isinstance(value, str):
        return value
    for note in _DRAFTING:
        value = value.removesuffix(note)
    return value
