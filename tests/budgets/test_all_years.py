"""What all years ask for and offer is the same on every page, paper and file of an application."""

import csv
import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pypdfium2
import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlmodel import select

from grants.access.actor import SYSTEM, Actor
from grants.access.roles import Role
from grants.applications.queries.submissions import latest_submission
from grants.awards.models import Selection
from grants.awards.queries import state_views
from grants.awards.services.dossier import memo
from grants.budgets.rules.table import Column, YearBudget
from grants.budgets.rules.years import AllYears, sum_known, sum_of_years
from grants.budgets.services import years as budget_years
from grants.clock import StoppedClock
from grants.database import Database
from grants.documents.models import Letter
from grants.documents.rules import merge
from grants.jobs.queue import enqueue
from tests.factories.continuations import FEDERAL, MATCH, SIGNED, Center, make_center, year
from tests.plugins.web import ActAs

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FEDERAL_SUM = "8,341,795.00"
MATCH_SUM = "10,521,795.00"


@dataclass
class Scene:
    """One application that became an award, with the papers of both."""

    app: Flask
    center: Center
    act_as: ActAs
    receipt: str
    letter: str
    selection: str

    def read(self, who: Actor, path: str) -> str:
        answer = self.act_as(who).get(path)
        assert answer.status_code == 200, path
        return html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))

    @property
    def selecting(self) -> Actor:
        return Actor(person_id=77_777, name="Sel", staff_roles=frozenset({Role.SELECTING_OFFICIAL}))


@pytest.fixture
def scene(
    app: Flask, database: Database, clock: StoppedClock, work: Callable[[], int], act_as: ActAs
) -> Scene:
    clock.put(SIGNED)
    with database.writing() as session:
        center = make_center(session)
        plan = [year(FEDERAL, match) for match in MATCH]
        center.application.budget_id = budget_years.copy(session, plan, label="The draft", now=SIGNED).id
        session.add(center.application)
        submission = latest_submission(session, center.application)
        assert submission is not None
        enqueue(
            session,
            "applications.receipt",
            {"submission": submission.uid},
            actor=SYSTEM,
            now=SIGNED,
            label="Receipt",
        )
        letter = session.exec(select(Letter)).one()
        selection = session.exec(select(Selection)).one()
        view = next(one for one in state_views(session, center.award.competition_id) if one.selection)
        selection.memo = memo(view)
        session.add(selection)
        found = Scene(
            app,
            center,
            act_as,
            submission.number,
            merge(letter.snapshot["body"], letter.snapshot["values"]),
            selection.uid,
        )
    while work():
        pass
    return found


@on_sqlite
def test_every_page_paper_and_file_says_the_same_sums(scene: Scene) -> None:
    center = scene.center
    uid, award = center.application.uid, center.award.uid
    number = "2014-NIST-MEP-01"
    pages = {
        "all-years budget": (center.member, f"/applicant/applications/{uid}/budget"),
        "task list": (center.member, f"/applicant/applications/{uid}"),
        "receipt": (center.member, f"/applicant/applications/{uid}/receipts/{scene.receipt}"),
        "award, center": (center.member, f"/applicant/awards/{award}"),
        "five years, center": (center.member, f"/applicant/continuations/years/{award}"),
        "application, staff": (center.officer, f"/staff/applications/{uid}"),
        "list, staff": (center.officer, "/staff/applications"),
        "award, staff": (center.grants_officer, f"/staff/awards/{award}"),
        "five years, staff": (center.officer, f"/staff/continuations/years/{award}"),
        "selection": (scene.selecting, f"/staff/awards/selection/{number}"),
        "selection, state": (scene.selecting, f"/staff/awards/selection/{number}/CO"),
        "memo": (center.grants_officer, f"/staff/awards/selections/{scene.selection}/approve"),
    }
    texts = {name: scene.read(who, path) for name, (who, path) in pages.items()}
    texts["award letter"] = scene.letter
    texts["receipt, PDF"] = _pdf(scene)

    assert {name for name, text in texts.items() if FEDERAL_SUM not in text} == set()
    assert {name for name, text in texts.items() if MATCH_SUM not in text} == set()
    assert _exported(scene, "csv") == (Decimal("8341795.00"), Decimal("10521795.00"))
    assert _exported(scene, "xlsx") == (Decimal("8341795.00"), Decimal("10521795.00"))


def _pdf(scene: Scene) -> str:
    path = f"/applicant/applications/{scene.center.application.uid}/receipts/{scene.receipt}/file"
    answer = scene.act_as(scene.center.member).get(path)
    return " ".join(one.get_textpage().get_text_bounded() for one in pypdfium2.PdfDocument(answer.data))


def _exported(scene: Scene, kind: str) -> tuple[Decimal, Decimal]:
    content = scene.act_as(scene.center.officer).get(f"/staff/applications/download/{kind}").data
    if kind == "csv":
        head, line = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        row = dict(zip(head, line, strict=True))
    else:
        page = load_workbook(io.BytesIO(content)).active
        assert page is not None
        head, line = ([str(cell.value) for cell in row] for row in page.iter_rows())
        row = dict(zip(head, line, strict=True))
    return Decimal(row["Federal, all years"]), Decimal(row["Match, all years"])


def test_the_sum_is_of_the_federal_column_and_of_cash_and_in_kind() -> None:
    in_kind = {("applicant", Column.INKIND): 50, ("income_prior", Column.ADDITIVE): 7}
    found = sum_of_years([year(100, 30, in_kind), YearBudget(), year(1, 2)])

    assert found == AllYears(count=3, federal=101, match=82)
    assert found.together == 183


def test_match_that_does_not_count_is_said_beside_the_sum() -> None:
    sums = AllYears(count=5, federal=100_00, match=90_00)

    assert sums.sentence(90_00) == "All 5 years: federal $100.00, match $90.00, together $190.00."
    assert sums.sentence(80_00).endswith(" Of the match, $80.00 counts.")


def test_what_no_year_has_is_no_zero() -> None:
    assert (sum_known([None, None]), sum_known([None, 0]), sum_known([3, None, 4])) == (None, 0, 7)
