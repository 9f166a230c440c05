"""Scores as an Excel file: one row per sub-criterion, reviewer and phase; nothing in it is a formula."""

from collections.abc import Collection
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from sqlmodel import Session

from grants.competitions.models import Competition
from grants.reviews.queries import applications as material
from grants.reviews.queries import pool, sheets
from grants.reviews.services.rubric import rubric_of
from grants.reviews.workflow import IN
from scoring.exact import show_points

HEAD = (
    "Competition",
    "State",
    "Application",
    "Applicant",
    "Reviewer",
    "Seat",
    "Phase",
    "Version",
    "Sub-criterion",
    "Most",
    "Points",
    "Strengths",
    "Weaknesses",
    "Why the points changed",
    "Submitted (UTC)",
)
LONGEST_CELL = 32_767
"""Excel holds no longer text in one cell."""


def scores_workbook(session: Session, competition: Competition, *, without: Collection[int]) -> BytesIO:
    """Write every submitted score of a competition, without applications closed to the reader."""
    book = Workbook(write_only=True)
    page = book.create_sheet("Scores")
    page.freeze_panes = "A2"
    page.append([_text(page, word) for word in HEAD])
    rows = [row for row in sheets.sheets_of(session, competition.id, without=without) if row.status in IN]
    names = material.candidates_by_id(session, {row.application_id for row in rows})
    members = pool.members_of(session, competition.id)
    people = {one.person_id: one.name for one in members}
    seats = pool.seats(members)
    scores = sheets.scores_of_many(session, [row.id for row in rows])
    leaves = rubric_of(session, competition).leaves
    for row in rows:
        one = names[row.application_id]
        for leaf in leaves:
            score = scores.get(row.id, {}).get(leaf.key)
            page.append(
                [
                    _text(page, competition.number),
                    _text(page, one.state),
                    _text(page, one.number),
                    _text(page, one.organization),
                    _text(page, people.get(row.person_id, "")),
                    _text(page, seats.get(row.person_id, "")),
                    _text(page, str(row.phase)),
                    row.number,
                    _text(page, leaf.title),
                    float(show_points(leaf.points)),
                    None if score is None or score.points is None else float(score.points),
                    _text(page, score.strengths if score else ""),
                    _text(page, score.weaknesses if score else ""),
                    _text(page, score.change_reason if score else ""),
                    _text(page, row.submitted_at.strftime("%Y-%m-%d %H:%M:%S") if row.submitted_at else ""),
                ]
            )
    content = BytesIO()
    book.save(content)
    return content


def _text(page: WriteOnlyWorksheet, value: str) -> Cell:
    """Return a cell that is text whatever it begins with, so that no comment becomes a formula."""
    allowed = "".join(sign for sign in value if sign >= " " or sign in "\n\t")
    cell = WriteOnlyCell(page, value=allowed[:LONGEST_CELL])
    cell.data_type = "s"
    return cell
