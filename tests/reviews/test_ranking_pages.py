"""The ranking pages: nothing is computed in a request, and every figure follows from the record alone."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.competitions.rules.choices import RankingMethod, TieBreak
from grants.database import Database
from grants.jobs.models import Job
from grants.reviews.services import panels as chairing
from tests.factories.reviews import NOW, Round
from tests.plugins.people import SignedIn
from tests.reviews.rounds import HERE, OFFICER, Totals, hold_panel, make_scored, work

FOUR: Totals = {
    "CO-1": (88, 79, 84, 81),
    "CO-2": (85, 90, 80, 77),
    "CO-3": (74, 80, 77, 79),
    "CO-4": (60, 66, 67, 71),
}
NEVER = re.compile(r"\b(nan|inf|None|Traceback|Fraction|Undefined)\b")
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@pytest.fixture
def officer(app: Flask, database: Database, at_review: object, signed_in: SignedIn) -> "Staff":
    """The program officer, who looks at a round that the test makes."""
    return Staff(app, database, signed_in)


class Staff:
    """A program officer's way through the pages."""

    def __init__(self, app: Flask, database: Database, signed_in: SignedIn) -> None:
        self.app, self.database, self.signed_in = app, database, signed_in
        self.made: Round

    def scores(self, totals: Totals, *, panel: bool = False, **changes: object) -> FlaskClient:
        """Make a round, sign in."""
        with self.database.writing() as session:
            self.made = make_scored(session, totals, **changes)
            if panel:
                hold_panel(session, self.made, next(iter(totals))[:2])
        return self.signed_in(OFFICER)

    def jobs(self) -> list[Job]:
        """Every job there is."""
        from sqlmodel import select

        with self.database.reading() as session:
            return list(session.exec(select(Job)).all())


def freeze_fields(page: str) -> dict[str, str]:
    """What the form to freeze carries."""
    form = page[page.index("/freeze") :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)[:4])


def figures(page: str) -> tuple[list[str], list[list[str]], set[str]]:
    """Every sentence, every row of a table and every number in the part of the page that holds figures."""
    start = page.index("data-figures")
    part = page[start : page.index('aria-labelledby="record-title"')]
    part = re.sub(r"<time.*?</time>|<option.*?</option>", "", part, flags=re.DOTALL)
    part = re.sub(r'<p class="note">Computed for.*?</p>', "", part, flags=re.DOTALL)
    plain = lambda text: html.unescape(re.sub(r"<[^>]+>", "", text)).strip()  # noqa: E731
    sentences = [plain(one) for one in re.findall(r"<li>(.*?)</li>", part, flags=re.DOTALL)]
    rows = [
        [
            plain(re.sub(r'<span class="note">.*?</span>', "", cell))
            for cell in re.findall(r"<t[dh].*?>(.*?)</t[dh]>", row)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", part.replace("\n", " "))
        if "<td" in row
    ]
    numbers = set(NUMBER.findall(plain(re.sub(r"<(title|desc)[^>]*>", " ", re.sub(r">", "> ", part)))))
    return sentences, rows, numbers


def shown_by_command(content: bytes, folder: Path) -> str:
    """What `python -m scoring show` prints of a decision record, in a process of its own."""
    path = folder / "record.json"
    path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "scoring", "show", str(path)], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-500:]
    return done.stdout


METHODS = {
    "rank sums": {"ranking_method": RankingMethod.RANK_SUM, "tie_break": TieBreak.FINAL_MEAN},
    "means": {"ranking_method": RankingMethod.MEAN, "tie_break": TieBreak.NONE},
    "medians": {"ranking_method": RankingMethod.MEDIAN, "tie_break": TieBreak.NONE},
}


@pytest.mark.parametrize("method", METHODS)
def test_every_figure_of_the_page_is_recomputed_from_the_downloaded_record_alone(
    officer: Staff, tmp_path: Path, method: str
) -> None:
    client = officer.scores(FOUR, panel=True, **METHODS[method])
    work(officer.app)
    before = client.get(f"{HERE}/ranking/CO").text

    frozen = client.post(f"{HERE}/ranking/CO/freeze", data=freeze_fields(before))
    page = client.get(f"{HERE}/ranking/CO").text
    record = client.get(re.search(r'/staff/reviews/records/[\w-]+(?=")', page)[0])  # type: ignore[index]

    assert (frozen.status_code, record.status_code) == (303, 200)
    printed = shown_by_command(record.data, tmp_path)
    sentences, rows, numbers = figures(page)
    lines = [re.split(r"\s{2,}", line.strip()) for line in printed.splitlines()]
    assert len(sentences) > 20
    assert [one for one in sentences if one not in printed] == []
    assert len(rows) > 30
    assert [row for row in rows if not any(_holds(line, row) for line in lines)] == []
    assert numbers - set(NUMBER.findall(printed)) == set()
    assert "Identical, 0 differences." in printed


def _holds(line: list[str], row: list[str]) -> bool:
    """Whether a printed line has every cell of a row, the picture's words and names for people left out."""
    cells = [cell for cell in row if cell]
    return all(any(cell == one or cell.startswith(f"{one} ") for one in line) for cell in cells[:-1]) and (
        cells[-1] in line or bool(re.fullmatch(r"\d+( to \d+)?", cells[-1]))
    )
