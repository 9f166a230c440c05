"""The ranking pages: nothing is computed in a request, and every figure follows from the record alone."""

import html
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, delete, select

from grants.adapters.files import Files
from grants.competitions.rules.choices import RankingMethod, TieBreak
from grants.database import Database
from grants.jobs.models import Job, JobProgress
from grants.reviews.models import Phase, Ranking
from grants.reviews.queries import panels, sheets
from grants.reviews.services import panels as chairing
from grants.reviews.services import scoring
from tests.factories.reviews import NOW, Round
from tests.plugins.people import SignedIn
from tests.reviews.rounds import HERE, OFFICER, Totals, hold_panel, make_scored, work
from tests.reviews.streaming import counted
from tests.reviews.test_queries_counted import of_app

FOUR: Totals = {
    "CO-1": (92, 83, 86, 79),
    "CO-2": (90, 86, 84, 73),
    "CO-3": (84, 74, 80, 70),
    "CO-4": (70, 62, 66, 60),
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

    def scores(self, totals: Totals, *, panel: bool = False, **changes: Any) -> FlaskClient:
        """Make a round, sign in."""
        with self.database.writing() as session:
            self.made = make_scored(session, totals, **changes)
            if panel:
                hold_panel(session, self.made, next(iter(totals))[:2])
        return self.signed_in(OFFICER)

    def jobs(self) -> list[Job]:
        """Every job there is."""
        with self.database.reading() as session:
            return list(session.exec(select(Job).order_by(col(Job.id))).all())

    def forget_jobs(self) -> None:
        """Forget what the scores asked for."""
        with self.database.writing() as session:
            session.exec(delete(Job))


def freeze_fields(page: str) -> dict[str, str]:
    """What the form to freeze carries."""
    form = page[page.index("/freeze") :]
    return {
        name: re.search(rf'name="{name}" type="hidden" value="([^"]*)"', form)[1]  # type: ignore[index]
        for name in ("frozen", "scores")
    }


def figures(page: str) -> tuple[list[str], list[list[str]], set[str]]:
    """Every sentence, every row of a table and every number in the part of the page that holds figures."""
    start = page.index("data-figures")
    part = page[start : page.index('aria-labelledby="record-title"')]
    part = re.sub(r"<time.*?</time>|<option.*?</option>", "", part, flags=re.DOTALL)
    part = re.sub(r'<p class="note">Computed for.*?</p>', "", part, flags=re.DOTALL)
    sentences = [_plain(one) for one in re.findall(r"<li>(.*?)</li>", part, flags=re.DOTALL)]
    rows = [
        [
            _plain(re.sub(r'<span class="note">.*?</span>', "", cell))
            for cell in re.findall(r"<t[dh].*?>(.*?)</t[dh]>", row)
        ]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", part.replace("\n", " "))
        if "<td" in row
    ]
    numbers = set(NUMBER.findall(_plain(re.sub(r"<(title|desc)[^>]*>", " ", re.sub(r">", "> ", part)))))
    return sentences, rows, numbers


def _plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


def shown_by_command(content: bytes, folder: Path) -> str:
    """What `python -m scoring show` prints of a decision record, in a process of its own."""
    path = folder / "record.json"
    path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "scoring", "show", str(path)], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-500:]
    return done.stdout


METHODS: dict[str, dict[str, Any]] = {
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


MEAN = METHODS["means"]
ROUNDS: dict[str, tuple[Totals, dict[str, Any], str]] = {
    "all equal": (
        {"CO-1": (80, 80, 80), "CO-2": (80, 80, 80)},
        METHODS["rank sums"],
        "Too few to tell how far reviewers agree: 2 scored",
    ),
    "one reviewer only": (
        {"CO-1": (80,), "CO-2": (75,)},
        {**MEAN, "reviewers_minimum": 1},
        "One reviewer only: there is nobody to compare with.",
    ),
    "one application": (
        {"CO-1": (80, 85, 90)},
        MEAN,
        "Too few to tell how far reviewers agree: 1 scored",
    ),
    "disconnected": (
        {"CO-1": (80, 84, "", ""), "CO-2": ("", "", 75, 79)},
        {**MEAN, "reviewers_minimum": 2},
        "Calibration is meaningless across them.",
    ),
    "a sheet missing": (
        {"CO-1": (80, 84, 88), "CO-2": (75, 79, None)},
        METHODS["rank sums"],
        "Provisional: 1 score sheet is missing: CO-2 by R3.",
    ),
    "ten sheets missing": (
        {
            "CO-1": (None, None, None),
            "CO-2": (None, None, None),
            "CO-3": (None, None, None),
            "CO-4": (80, 81, None),
        },
        METHODS["rank sums"],
        "Provisional: 10 score sheets are missing: CO-1 by R1, R2 and R3;",
    ),
    "nobody reached the threshold": (
        {"CO-1": (60, 61, 62), "CO-2": (55, 50, 45)},
        METHODS["rank sums"],
        "The state moves to the next round unless you decide otherwise.",
    ),
    "just below": (
        {"CO-1": ("69.995", "69.995", "69.995"), "CO-2": (80, 80, 81)},
        METHODS["rank sums"],
        "CO-1 mean 69.995, below 70",
    ),
    "a tie": (
        {"CO-1": (80, 70, 75), "CO-2": (70, 80, 75)},
        METHODS["rank sums"],
        "the declared rule (higher final mean) was tried, and these stay equal.",
    ),
    "two sheets each": ({"CO-1": (80, 81), "CO-2": (70, 91)}, {**MEAN, "reviewers_minimum": 2}, "1 (tied)"),
}


@pytest.mark.parametrize("case", ROUNDS)
def test_no_page_of_any_round_says_nan_and_each_says_why(officer: Staff, case: str) -> None:
    totals, changes, expected = ROUNDS[case]
    client = officer.scores(totals, **changes)
    before = client.get(f"{HERE}/ranking/CO")
    work(officer.app)

    pages = [
        client.get(f"{HERE}/{path}") for path in ("ranking", "ranking/CO", "ranking?sort=-mean&state=CO")
    ]

    assert {page.status_code for page in (before, *pages)} == {200}
    for page in (before, *pages):
        assert NEVER.findall(re.sub(r"<[^>]+>", " ", page.text)) == []
    assert expected in html.unescape(re.sub(r"<[^>]+>", "", pages[1].text))
    assert "could not be computed" not in pages[1].text
    assert "being computed" not in pages[1].text


def test_a_page_computes_nothing_and_asks_once_for_these_scores(officer: Staff) -> None:
    client = officer.scores(FOUR)
    officer.forget_jobs()

    first, second = (client.get(f"{HERE}/ranking/CO").text for _ in range(2))

    assert "Statistics of CO are being computed" in first
    assert "being computed" in second
    assert "Intervals of CO are being computed" in client.get(f"{HERE}/ranking").text
    assert [job.kind for job in officer.jobs()] == ["reviews.statistics"] * 2
    assert work(officer.app) == 2
    assert "places 1 to 2 in 95 of 100 samples" in client.get(f"{HERE}/ranking/CO").text
    client.get(f"{HERE}/ranking")
    assert len(officer.jobs()) == 2


def test_scores_ask_for_statistics_when_the_last_sheet_of_a_state_is_in(officer: Staff) -> None:
    officer.scores(FOUR)

    labels = [job.label for job in officer.jobs() if job.kind == "reviews.statistics"]

    assert labels == ["Statistics beside the ranking of CO, 2014-NIST-MEP-01"]


def test_figures_of_earlier_scores_are_never_shown_without_saying_so(officer: Staff) -> None:
    client = officer.scores(FOUR)
    work(officer.app)
    client.get(f"{HERE}/ranking/CO")
    with officer.database.writing() as session:
        chairing.leave_out(
            session,
            officer.made.competition,
            "CO",
            officer.made.reviewers[3].id,
            reason="Recused from CO-1.",
            actor=officer.made.officer,
            now=NOW,
        )

    stale = client.get(f"{HERE}/ranking/CO").text
    listed = client.get(f"{HERE}/ranking").text
    work(officer.app)
    fresh = client.get(f"{HERE}/ranking/CO").text

    assert "What follows was computed for the scores of November 10, 2014, 9:00:00 a.m. EST." in stale
    assert "(earlier scores)" in stale
    assert "rank-interval" not in stale + listed
    assert "Dora Diaz. Recused from CO-1." in fresh
    assert "left out" in fresh
    assert "earlier scores" not in fresh


def test_a_job_that_gave_up_is_said_and_can_be_asked_for_again(officer: Staff) -> None:
    client = officer.scores(FOUR)
    officer.forget_jobs()
    client.get(f"{HERE}/ranking/CO")
    with officer.database.writing() as session:
        job = session.merge(officer.jobs()[0])
        job.progress = JobProgress.FAILED

    failed = client.get(f"{HERE}/ranking/CO").text
    again = client.post(f"{HERE}/ranking/CO/compute")
    work(officer.app)

    assert "The statistics could not be computed" in failed
    assert again.status_code == 303
    assert "could not be computed" not in client.get(f"{HERE}/ranking/CO").text


def test_one_digit_changed_in_the_stored_record_is_named_on_the_page(officer: Staff) -> None:
    client = officer.scores(FOUR, panel=True)
    work(officer.app)
    client.post(f"{HERE}/ranking/CO/freeze", data=freeze_fields(client.get(f"{HERE}/ranking/CO").text))
    with officer.database.reading() as session:
        row = session.exec(select(Ranking)).one()
    files: Files = officer.app.extensions["grants.files"]
    content = files.get(row.sha256)
    changed = content.replace(b'"sum":"340"', b'"sum":"341"', 1)
    assert changed != content
    with officer.database.writing() as session:
        session.merge(row).sha256 = files.put(changed)

    client.post(f"/staff/reviews/records/{row.uid}/recompute")
    client.post(f"/staff/reviews/records/{row.uid}/recompute")
    asked = [job for job in officer.jobs() if job.kind == "reviews.recompute"]
    work(officer.app)
    page = html.unescape(client.get(f"{HERE}/ranking/CO").text)

    assert len(asked) == 1
    assert "results.states.CO.standings.CO-1.sum: the file says 341, recomputed 340." in page


def test_freezing_waits_for_the_statistics_that_the_record_holds(officer: Staff) -> None:
    client = officer.scores(FOUR, panel=True)

    answer = client.post(
        f"{HERE}/ranking/CO/freeze", data=freeze_fields(client.get(f"{HERE}/ranking/CO").text)
    )

    assert answer.status_code == 422
    assert "Freeze the ranking when they are there." in html.unescape(answer.text)


def test_of_two_who_freeze_the_second_is_told_that_the_first_did(officer: Staff) -> None:
    client = officer.scores(FOUR, panel=True)
    work(officer.app)
    fields = freeze_fields(client.get(f"{HERE}/ranking/CO").text)

    first = client.post(f"{HERE}/ranking/CO/freeze", data=fields)
    second = client.post(f"{HERE}/ranking/CO/freeze", data=fields)

    assert (first.status_code, second.status_code) == (303, 409)
    assert "Olga Ortiz froze the ranking of CO while you looked at it." in second.text


def test_two_who_freeze_at_the_same_moment_make_one_record(officer: Staff) -> None:
    client = officer.scores(FOUR, panel=True)
    work(officer.app)
    fields = freeze_fields(client.get(f"{HERE}/ranking/CO").text)
    clients = [client, officer.signed_in(OFFICER)]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: one.post(f"{HERE}/ranking/CO/freeze", data=fields), clients))

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    with officer.database.reading() as session:
        assert len(session.exec(select(Ranking)).all()) == 1


def test_an_open_panel_and_a_sheet_returned_meanwhile_stop_the_freezing(officer: Staff) -> None:
    client = officer.scores(FOUR, panel=True)
    work(officer.app)
    fields = freeze_fields(client.get(f"{HERE}/ranking/CO").text)
    made = officer.made
    with officer.database.writing() as session:
        panel = panels.panel_of(session, made.competition.id, "CO")
        assert panel is not None
        chairing.reopen_panel(session, made.competition, panel, reason="A slip.", actor=made.chair, now=NOW)
    open_panel = client.post(f"{HERE}/ranking/CO/freeze", data=fields)
    with officer.database.writing() as session:
        sheet = sheets.sheet_in_phase(
            session, made.applications["CO-1"].id, made.reviewers[0].id, Phase.FINAL
        )
        assert sheet is not None
        scoring.return_sheet(session, sheet, reason="A slip.", actor=made.officer, now=NOW)

    returned = client.post(f"{HERE}/ranking/CO/freeze", data=fields)

    assert open_panel.status_code == 422
    assert "The panel of CO is open. Close it first." in open_panel.text
    assert returned.status_code == 409
    assert "The scores of CO changed while you looked." in returned.text


def test_the_list_asks_at_most_thirteen_times(officer: Staff) -> None:
    client = officer.scores(FOUR)
    client.get(f"{HERE}/ranking")
    work(officer.app)

    with counted(of_app(client)) as said:
        assert client.get(f"{HERE}/ranking").status_code == 200

    assert len(said) <= 13, said


def test_the_list_is_filtered_and_sorted_by_its_address(officer: Staff) -> None:
    client = officer.scores(FOUR)

    def order(query: str) -> list[str]:
        page = client.get(f"{HERE}/ranking?{query}").text
        return re.findall(r'data-label="Application">(CO-\d)', page)

    assert order("") == ["CO-1", "CO-2", "CO-3", "CO-4"]
    assert order("sort=mean") == ["CO-4", "CO-3", "CO-2", "CO-1"]
    assert order("sort=-spread") == ["CO-2", "CO-3", "CO-1", "CO-4"]
    assert order("state=TX") == []


@pytest.mark.parametrize("held", ["no panel", "panel closed"])
def test_a_ranking_before_its_panel_is_marked_provisional(officer: Staff, held: str) -> None:
    client = officer.scores(FOUR, panel=held == "panel closed")

    one, listed = client.get(f"{HERE}/ranking/CO").text, client.get(f"{HERE}/ranking").text

    marked = held == "no panel"
    assert ("Provisional ranking: Colorado" in one) is marked
    assert ("CO has 3 finalists. Hold the panel first." in one) is marked
    assert (one.count('<span class="note">provisional</span>') > 0) is marked
    assert ("First: CO-1, of 3 ranked. CO has 3 finalists. Hold the panel first." in listed) is marked
    assert (listed.count('<span class="note">provisional</span>') > 0) is marked
    assert "◆" not in one + listed
