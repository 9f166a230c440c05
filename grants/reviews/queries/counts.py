"""How many score sheets are in: the one count that every page, list and home shows, with one meaning.

A sheet counts while its assignment is sent and was not withdrawn. Before the call every such assignment owes
one sheet; after the call a sheet is owed where a panel has opened one for revision.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, distinct
from sqlmodel import Session, col, func, select

from grants.reviews.models import Assignment, Phase, Sheet
from grants.reviews.workflow import IN, AssignmentStatus


@dataclass(frozen=True)
class SheetCount:
    """The sheets of a competition, or of one state of it."""

    first_in: int = 0
    first: int = 0
    revised_in: int = 0
    revised: int = 0

    @property
    def before_call(self) -> str:
        """Write the first scores: “60 of 63”."""
        return f"{self.first_in:,} of {self.first:,}"

    @property
    def after_call(self) -> str:
        """Write the revisions; empty where no panel has opened one."""
        return f"{self.revised_in:,} of {self.revised:,}" if self.revised else ""

    @property
    def words(self) -> str:
        """Write both with their names."""
        after = f"; after the call {self.after_call}" if self.revised else ""
        return f"before the call {self.before_call}{after}"

    @property
    def figures(self) -> list[tuple[str, str, None]]:
        """Return both as figures with their labels, for the head of a page."""
        found: list[tuple[str, str, None]] = [(self.before_call, "sheets in before the call", None)]
        return [*found, (self.after_call, "after the call", None)] if self.revised else found


NO_SHEETS = SheetCount()


def sheet_counts(
    session: Session, competitions: Iterable[int], *, barred: Collection[int]
) -> dict[int, SheetCount]:
    """Count the sheets of competitions, by competition, in one query; closed applications count nowhere."""
    owner = col(Assignment.competition_id)
    rows = _counted(owner).where(owner.in_(list(competitions)), _open(barred)).group_by(owner)
    return {number: SheetCount(*counts) for number, *counts in session.execute(rows).all()}


def sheet_counts_by_state(
    session: Session, competition_id: int, *, barred: Collection[int]
) -> dict[str, SheetCount]:
    """Count the sheets of one competition by state, in one query."""
    owner = col(Assignment.state)
    of_it = col(Assignment.competition_id) == competition_id
    rows = _counted(owner).where(of_it, _open(barred)).group_by(owner)
    return {state: SheetCount(*counts) for state, *counts in session.execute(rows).all()}


def _open(barred: Collection[int]) -> Any:
    return col(Assignment.application_id).not_in(sorted(barred))


def _counted(owner: Any) -> Any:
    is_in = col(Sheet.status).in_(list(IN))
    first, revised = (col(Sheet.phase) == phase for phase in (Phase.INITIAL, Phase.FINAL))
    return (
        select(owner)
        .add_columns(
            func.count(case((and_(first, is_in), 1))),
            func.count(distinct(col(Assignment.id))),
            func.count(case((and_(revised, is_in), 1))),
            func.count(case((revised, 1))),
        )
        .select_from(Assignment)
        .outerjoin(
            Sheet,
            and_(
                col(Sheet.application_id) == col(Assignment.application_id),
                col(Sheet.person_id) == col(Assignment.person_id),
            ),
        )
        .where(col(Assignment.status) == AssignmentStatus.SENT)
    )
