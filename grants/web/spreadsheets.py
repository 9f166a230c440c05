"""Lists as files for a program of tables, CSV and Excel; nothing in them is a formula, whatever was typed."""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import StringIO
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import quote

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

LONGEST_CELL = 32_767
"""Excel holds no longer text in one cell."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a program for tables takes for the beginning of a formula when it opens a CSV file."""
TAKEN = ("=", "#")
"""What the library that writes Excel files would take for a formula or an error."""
KINDS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Endings of the files, each with its media type."""
IN_MEMORY = 4 * 1024 * 1024
CHUNK = 64 * 1024

Value = str | int | Decimal | None
Line = tuple[Value, ...]


def csv_pieces(lines: Iterable[Line]) -> Iterator[bytes]:
    """Yield lines as comma-separated values in UTF-8, with the mark by which Excel knows it."""
    yield b"\xef\xbb\xbf"
    for line in lines:
        text = StringIO(newline="")
        csv.writer(text).writerow([harmless(value) for value in line])
        yield text.getvalue().encode()


def workbook_pieces(pages: Iterable[tuple[str, Iterable[Line]]]) -> Iterator[bytes]:
    """Yield an Excel file with these pages; it is written to a temporary file, not kept in memory."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as content:
        write_workbook(content, pages)
        content.seek(0)
        while piece := content.read(CHUNK):
            yield piece


def write_workbook(to: IO[bytes], pages: Iterable[tuple[str, Iterable[Line]]]) -> None:
    """Write an Excel file whose pages have their first line as head."""
    file = Workbook(write_only=True)
    for title, lines in pages:
        page = file.create_sheet(title)
        page.freeze_panes = "A2"
        for line in lines:
            page.append([as_text(page, value) if isinstance(value, str) else value for value in line])
    file.save(to)


def send_list(name: str, kind: str, title: str, lines: Iterable[Line]) -> Response:
    """Send a list as a file of one of the `KINDS`; the first line is the head."""
    pieces = csv_pieces(lines) if kind == "csv" else workbook_pieces([(title, lines)])
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.{kind}",
        "Cache-Control": "private, no-store",
    }
    return Response(pieces, mimetype=KINDS[kind], headers=headers)


def harmless(value: Value) -> Value:
    """Return text that no program takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value


def as_text(page: WriteOnlyWorksheet, value: str) -> Cell | str:
    """Return text that stays text whatever it begins with, so that no comment becomes a formula."""
    if ILLEGAL_CHARACTERS_RE.search(value):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
    value = value[:LONGEST_CELL]
    if not value.startswith(TAKEN):
        return value
    cell = WriteOnlyCell(page, value=value)
    cell.data_type = "s"
    return cell
