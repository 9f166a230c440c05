"""No cell is taken for a formula and none holds a control sign, however it begins."""

import io

import openpyxl
import pytest

from grants.adapters.spreadsheets import FORMULAS, csv_pieces, write_workbook

VISIBLE = [sign for sign in FORMULAS if not sign.isspace()]
CASES = [("", sign) for sign in FORMULAS] + [(b, sign) for b in (" ", "\u00a0", "\x07") for sign in VISIBLE]


@pytest.mark.parametrize(("before", "sign"), CASES)
def test_what_begins_like_a_formula_begins_with_an_apostrophe(sign: str, before: str) -> None:
    text = b"".join(csv_pieces([(f"{before}{sign}SUM(A1)",)])).decode("utf-8-sig")

    assert text.lstrip('"').startswith("'")


def test_control_signs_stand_in_neither_file() -> None:
    typed = "a\x00\x07\x1b\x7f\x85b\nc"
    book = io.BytesIO()
    write_workbook(book, [("Page", [(typed,)])])

    cell = openpyxl.load_workbook(book)["Page"]["A1"].value

    assert b"".join(csv_pieces([(typed,)])).decode("utf-8-sig") == '"ab\nc"\r\n'
    assert cell == "ab\nc"


def test_numbers_stay_numbers() -> None:
    assert b"".join(csv_pieces([(-5, None, "5")])).decode("utf-8-sig") == "-5,,5\r\n"
