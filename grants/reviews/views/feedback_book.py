"""Cleared feedback as one Excel file: one row per criterion and reviewer, nobody named, nothing a formula."""

from collections.abc import Iterable
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from grants.reviews.rules.feedback import from_json
from grants.reviews.services.feedback import Draft

HEAD = (
    "Competition",
    "State",
    "Application",
    "Applicant",
    "Criterion",
    "Reviewer",
    "Points",
    "Strengths",
    "Weaknesses",
    "Cleared (UTC)",
)
LONGEST_CELL = 32_767


def feedback_workbook(found: Iterable[Draft]) -> BytesIO:
    """Write what was cleared, as it was cleared."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Feedback")
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, word) for word in HEAD])
    for draft in found:
        if draft.standing is None:
            continue
        text = from_json(draft.standing.content)
        cleared = draft.standing.cleared_at.strftime("%Y-%m-%d %H:%M:%S")
        for row in text.criteria:
            for one in row.said:
                sheet.append(
                    [
                        _text(sheet, text.competition),
                        _text(sheet, text.state),
                        _text(sheet, text.number),
                        _text(sheet, text.organization),
                        _text(sheet, row.title),
                        _text(sheet, one.reviewer),
                        float(one.points) if one.points else None,
                        _text(sheet, one.strengths),
                        _text(sheet, one.weaknesses),
                        _text(sheet, cleared),
                    ]
                )
    content = BytesIO()
    book.save(content)
    return content


def _text(sheet: WriteOnlyWorksheet, value: str) -> Cell:
    """Return a cell that is text whatever it begins with."""
    allowed = "".join(sign for sign in value if sign >= " " or sign in "\n\t")
    cell = WriteOnlyCell(sheet, value=allowed[:LONGEST_CELL])
    cell.data_type = "s"
    return cell
