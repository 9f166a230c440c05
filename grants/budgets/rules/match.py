"""The sources of match: the seven tests of 2 CFR 200.306(b), the letters, and the sums against the table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from grants.budgets.rules.table import ROWS, Column, YearBudget
from grants.findings import Finding, Level
from grants.money import dollars

AUTHORITY: Final = "2 CFR 200.306(b)"
TESTS: Final[Mapping[str, str]] = {
    "verifiable": "It can be verified from records.",
    "not_other_award": "It is not used as match for another federal award.",
    "necessary": "It is necessary and reasonable for the program.",
    "allowable": "It is allowable under the cost principles.",
    "not_federal": "The federal government does not pay it under another award.",
    "in_budget": "It stands in this budget.",
    "conforms": "It conforms to the other rules of 2 CFR part 200.",
}
NAMED_ROWS: Final = ("state_local", "subrecipient", "third_party")
"""Rows whose money comes from others: each source is named, with a letter."""
SOURCE_ROWS: Final = ("applicant", *NAMED_ROWS)


@dataclass(frozen=True)
class MatchFact:
    """One source in one year as the rules need it; the amount in cents."""

    uid: str
    year: int
    row_key: str
    source: str
    kind: str
    amount: int
    has_letter: bool
    confirmed: frozenset[str]


def match_findings(years: Sequence[YearBudget], facts: Sequence[MatchFact]) -> list[Finding]:
    """Return what is missing of the sources: sums that differ from the table, tests, letters."""
    found: list[Finding] = []
    for number, year in enumerate(years, start=1):
        of_year = [fact for fact in facts if fact.year == number]
        found.extend(_sums(number, year, of_year))
        found.extend(_loaned(number, year, of_year))
    found.extend(_tests(facts))
    found.extend(_letters(facts))
    return found


def named(facts: Iterable[MatchFact], row_key: str, column: Column) -> int:
    """Return the money that the named sources give in one cell; loaned personnel stands in kind."""
    return sum(
        fact.amount
        for fact in facts
        if fact.row_key == row_key and (fact.kind == "cash") == (column is Column.CASH)
    )


def _sums(number: int, year: YearBudget, facts: Sequence[MatchFact]) -> Iterable[Finding]:
    words = {Column.CASH: "cash", Column.INKIND: "in-kind"}
    for key in NAMED_ROWS:
        for column, word in words.items():
            entered, behind = year.amount(key, column), named(facts, key, column)
            if entered != behind:
                yield Finding(
                    "match.sum",
                    f"Year {number}, {ROWS[key].title}, {word}: the budget says {dollars(entered)}, the "
                    f"named sources give {dollars(behind)}. Name every source, or correct the amount.",
                    field="match",
                    authority=AUTHORITY,
                )


def _loaned(number: int, year: YearBudget, facts: Sequence[MatchFact]) -> Iterable[Finding]:
    behind = sum(fact.amount for fact in facts if fact.kind == "loaned")
    if behind > year.detail.loaned:
        yield Finding(
            "match.loaned",
            f"Year {number}: named sources loan full-time personnel worth {dollars(behind)}, the budget says "
            f"{dollars(year.detail.loaned)}. Enter the amount in the budget's own line for loaned personnel.",
            field="match",
            authority=AUTHORITY,
        )


def _tests(facts: Sequence[MatchFact]) -> Iterable[Finding]:
    for fact in facts:
        missing = [name for name in TESTS if name not in fact.confirmed]
        if missing:
            yield Finding(
                "match.tests",
                f"Year {fact.year}, {fact.source}: {len(missing)} of the seven tests "
                f"{'is' if len(missing) == 1 else 'are'} not confirmed.",
                field="match",
                authority=AUTHORITY,
            )


def _letters(facts: Sequence[MatchFact]) -> Iterable[Finding]:
    without: dict[str, int] = {}
    for fact in facts:
        if fact.row_key in NAMED_ROWS and not fact.has_letter:
            without[fact.source] = without.get(fact.source, 0) + fact.amount
    for source, amount in without.items():
        yield Finding(
            "match.letter",
            f"Letter of commitment missing: {source}, {dollars(amount)}.",
            field="match",
            authority=AUTHORITY,
            level=Level.STOP,
        )
