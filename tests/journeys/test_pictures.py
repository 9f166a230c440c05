"""Pictures of the main pages at both widths, each passed by axe and without sideways scrolling."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page
from sqlmodel import Session, col, select

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.awards.models import Award
from grants.continuations.models import Request
from grants.continuations.workflow import RequestStatus
from grants.documents.models import Letter
from grants.organizations.models import Membership
from grants.reviews.models import Sheet
from grants.reviews.workflow import SheetStatus
from tests.plugins.browser import Accessible
from tests.plugins.people import BrowserOf
from tests.plugins.web import Server

WIDTHS = {"wide": (1280, 1400), "narrow": (360, 1100)}
COLORS = 128
NOBODY = ""
SUB_CRITERION = "center_strategy"
OPEN_ROUND, REVIEW_ROUND = "2015-NIST-MEP-01", "2014-NIST-MEP-01"


def notice(_session: Session) -> str:
    return f"/competitions/{OPEN_ROUND}"


def state_map(_session: Session) -> str:
    return "/competitions/map"


def tasks(session: Session) -> str:
    return f"/applicant/applications/{_draft_of(session, 'applicant@demo.example')}"


def budget(session: Session) -> str:
    return f"{tasks(session)}/budget"


def review(session: Session) -> str:
    return f"{tasks(session)}/review"


def score_sheet(session: Session) -> str:
    rows = (
        select(Sheet.uid)
        .join(Person, col(Person.id) == col(Sheet.person_id))
        .where(col(Person.email) == "reviewer7@demo.example", col(Sheet.status) == SheetStatus.OPEN)
        .order_by(col(Sheet.id))
    )
    return f"/reviewer/reviews/sheets/{session.exec(rows).first()}/score/{SUB_CRITERION}"


def home(_session: Session) -> str:
    return "/staff/home/"


def assignments(_session: Session) -> str:
    return f"/staff/reviews/{REVIEW_ROUND}/assign"


def panel(_session: Session) -> str:
    return f"/staff/reviews/{REVIEW_ROUND}/panels/NC"


def ranking(_session: Session) -> str:
    return f"/staff/reviews/{REVIEW_ROUND}/ranking/CO"


def selection(_session: Session) -> str:
    return f"/staff/awards/selection/{REVIEW_ROUND}"


def evaluation(session: Session) -> str:
    rows = select(Request.uid).where(col(Request.status) == RequestStatus.FINAL_SENT)
    return f"/staff/continuations/{session.exec(rows).first()}/evaluate"


def five_years(session: Session) -> str:
    rows = (
        select(Award.uid)
        .join(Membership, col(Membership.organization_id) == col(Award.organization_id))
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(col(Person.email) == "center@demo.example")
    )
    return f"/applicant/continuations/years/{session.exec(rows).first()}"


PAGES: list[tuple[str, str, Callable[[Session], str]]] = [
    ("notice", NOBODY, notice),
    ("map", NOBODY, state_map),
    ("tasks", "applicant@demo.example", tasks),
    ("budget", "applicant@demo.example", budget),
    ("review", "applicant@demo.example", review),
    ("score-sheet", "reviewer7@demo.example", score_sheet),
    ("home", "officer@demo.example", home),
    ("assignments", "officer@demo.example", assignments),
    ("panel", "chair@demo.example", panel),
    ("ranking", "officer@demo.example", ranking),
    ("selection", "selecting@demo.example", selection),
    ("evaluation", "officer@demo.example", evaluation),
    ("five-years", "center@demo.example", five_years),
]


@pytest.mark.parametrize("demonstration_kind", ["sqlite"], indirect=True)
def test_every_main_page_makes_a_good_picture(
    demonstration_server: Server,
    browser_of: BrowserOf,
    page: Page,
    assert_accessible: Accessible,
    folder: Path,
) -> None:
    tabs = {NOBODY: page}
    wide = []
    for name, email, path_of in PAGES:
        tab = tabs.get(email) or tabs.setdefault(email, browser_of(demonstration_server, email))
        with demonstration_server.app.extensions["grants.database"].reading() as session:
            path = path_of(session)

        answer = tab.goto(f"{demonstration_server.url}{path}")

        assert answer is not None
        assert answer.status == 200, path
        assert_accessible(tab)
        wide.extend(_take(tab, folder, name))
    assert wide == [], "these pages scroll sideways"


@pytest.mark.parametrize("demonstration_kind", ["sqlite"], indirect=True)
def test_a_letter_makes_a_good_picture(
    demonstration_app: Flask, folder: Path, verapdf: Callable[[bytes], list[str]]
) -> None:
    with demonstration_app.extensions["grants.database"].reading() as session:
        letter = session.exec(select(Letter).where(col(Letter.kind) == "award")).first()
    assert letter is not None
    assert letter.sha256 is not None

    content = demonstration_app.extensions["grants.files"].get(letter.sha256)

    assert verapdf(content) == []
    document = pypdfium2.PdfDocument(content)
    _save(document[0].render(scale=1.2).to_pil(), folder / "letter.png")
    document.close()


@pytest.fixture
def folder(project_root: Path) -> Path:
    place = Path(os.environ.get("GRANTS_PICTURES", project_root / "build" / "pictures"))
    place.mkdir(parents=True, exist_ok=True)
    return place


def _take(tab: Page, folder: Path, name: str) -> list[str]:
    faults = []
    for word, (width, height) in WIDTHS.items():
        tab.set_viewport_size({"width": width, "height": height})
        tab.wait_for_load_state("load")
        tab.evaluate("document.fonts.ready.then(() => true)")
        if tab.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"{name} at {width}")
        shot = tab.screenshot(animations="disabled")
        _save(Image.open(io.BytesIO(shot)), folder / f"{name}-{word}.png")
    return faults


def _save(image: Image.Image, path: Path) -> None:
    image.convert("RGB").quantize(COLORS).save(path, optimize=True)


def _draft_of(session: Session, email: str) -> str | None:
    rows = (
        select(Application.uid)
        .join(Membership, col(Membership.organization_id) == col(Application.organization_id))
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(col(Person.email) == email, col(Application.status) == "draft")
        .order_by(col(Application.id).desc())
    )
    return session.exec(rows).first()
