"""What all years of a budget ask for and offer together: one sum for every page, paper and file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grants.budgets.rules.table import Column, YearBudget, totals
from grants.money import dollars


@dataclass(frozen=True)
class AllYears:
    """The federal money asked for and the match offered over all years, in cents.

    The match is cash and in-kind as entered. What of it counts is judged year by year, each with its own
    ceiling, and stands beside it where a year counts less.
    """

    count: int
    federal: int
    match: int

    @property
    def together(self) -> int:
        """Return federal money and match together."""
        return self.federal + self.match

    @property
    def words(self) -> str:
        """Say both sums, as a line of a page, a receipt and a letter."""
        return (
            f"federal {dollars(self.federal)}, match {dollars(self.match)}, together {dollars(self.together)}"
        )

    @property
    def label(self) -> str:
        """Name what is added up."""
        return "The one year" if self.count == 1 else f"All {self.count} years"

    def sentence(self, counted: int | None = None) -> str:
        """Say both sums in a sentence, and how much of the match counts where that is not all of it."""
        said = f"{self.label}: {self.words}."
        if counted is None or counted == self.match:
            return said
        return f"{said} Of the match, {dollars(counted)} counts."


def sum_of_years(contents: Sequence[YearBudget]) -> AllYears:
    """Add up the years of a budget."""
    sums = [totals(content) for content in contents]
    return AllYears(
        count=len(sums),
        federal=sum(one.revenue[Column.FEDERAL] for one in sums),
        match=sum(one.non_federal for one in sums),
    )


def sum_known(amounts: Iterable[int | None]) -> int | None:
    """Add up the amounts that are known; None where none is, so that nothing known is no zero."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None
