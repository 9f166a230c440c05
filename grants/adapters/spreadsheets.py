"""Lines as files for a program of tables, CSV and Excel; nothing in them is a formula, whatever was typed."""

import csv
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import IO, TYPE_CHECKING

from grants.numbers import plainly, shown

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

LONGEST_CELL = 32_767
"""Excel holds no longer text in one cell."""
NO_TEXT = re.compile(r"[\000-\010\013\014\016-\037\177-\237\ufffe\uffff]")
"""Control signs, which no cell can hold; the last two are no characters in XML at all."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a program for tables takes for the beginning of a formula when it opens a CSV file; OWASP names the
line feed and the full-width forms too."""
TAKEN = ("=", "#")
"""What the library that writes Excel files would take for a formula or an error."""
AS_FRACTION = "# ???/???"
KINDS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Endings of the files, each with its media type."""
IN_MEMORY = 4 * 1024 * 1024
"""Bytes of a file being written that are kept in memory; a larger one lies in a temporary file."""

Value = str | int | Decimal | Fraction | None
Line = tuple[Value, ...]


def csv_pieces(lines: Iterable[Line]) -> Iterator[bytes]:
    """Yield lines as comma-separated values in UTF-8, with the mark by which Excel knows it."""
    yield b"\xef\xbb\xbf"
    for line in lines:
        text = StringIO(newline="")
        csv.writer(text).writerow([_fraction_text(value) or harmless(value) for value in line])
        yield text.getvalue().encode()


def write_workbook(to: IO[bytes], pages: Iterable[tuple[str, Iterable[Line]]]) -> None:
    """Write an Excel file whose pages have their first line as head; no line is kept in memory."""
    from openpyxl import Workbook

    file = Workbook(write_only=True)
    for title, lines in pages:
        page = file.create_sheet(title)
        page.freeze_panes = "A2"
        for line in lines:
            page.append([_cell(page, value) for value in line])
    file.save(to)


def _fraction_text(value: Value) -> str | None:
    """Return a share of points as programs for tables read a number: “33 1/3”, never “1/3”, a day."""
    if not isinstance(value, Fraction):
        return None
    text = shown(value)
    return text if " " in text or "/" not in text else f"0 {text}"


def _cell(page: "WriteOnlyWorksheet", value: Value) -> "Cell | str | int | Decimal | None":
    """Return what a page takes; a share of points is a number that is shown as a fraction."""
    if isinstance(value, str):
        return as_text(page, value)
    plain = plainly(value) if isinstance(value, Fraction) else value
    if not isinstance(plain, Fraction):
        return plain
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(page)
    cell.value = Decimal(plain.numerator) / Decimal(plain.denominator)
    cell.number_format = AS_FRACTION
    return cell


def harmless(value: Value) -> Value:
    """Return text that no program takes for a formula, also behind blanks, and without control signs."""
    if not isinstance(value, str):
        return value
    text = NO_TEXT.sub("", value)
    return f"'{text}" if text.startswith(FORMULAS) or text.lstrip().startswith(FORMULAS) else text


def as_text(page: "WriteOnlyWorksheet", value: str) -> "Cell | str":
    """Return text that stays text whatever it begins with, so that no comment becomes a formula."""
    if NO_TEXT.search(value):
        value = NO_TEXT.sub("", value)
    value = value[:LONGEST_CELL]
    if not value.startswith(TAKEN):
        return value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(page, value=value)
    cell.data_type = "s"
    return cell
