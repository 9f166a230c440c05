"""The packet for reading offline: whose it is, what is in it, what every page bears, what is recorded."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from grants.adapters.pdf import render
from grants.database import Database
from grants.documents.models import Packet
from grants.lifecycle.models import Event
from grants.reviews.models import Assignment, Conflict, ConflictSource, PanelMember
from grants.reviews.services.assigning import unassign
from grants.reviews.workflow import ConflictStatus
from tests.factories.reviews import NOW, Round, attach_pdf, make_round, open_door
from tests.plugins.people import SignedIn

Work = Callable[[], int]
STAMP = (
    "For Amir Fox, seat R1, and nobody else. 2014-NIST-MEP-01, CO-1. Made November 10, 2014, 9:00 a.m. EST."
)
RULE = "Confidential. Not to be put into outside tools."


def letter_of_others(*, pages: int, turned: bool = False) -> bytes:
    """A PDF as an applicant gives it: several pages, A4, the first one turned by its viewer's setting."""
    body = "<p class='page-break'>Outreach.</p>" * (pages - 1)
    own = render(f"<html lang='en'><title>Plan</title><body><h1>Technical plan</h1>{body}</body></html>")
    with pikepdf.open(io.BytesIO(own)) as pdf:
        if turned:
            pdf.pages[0].rotate(90, relative=False)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


@pytest.fixture
def made(database: Database, app: Flask, at_review: object) -> Round:
    """Two applications open to the first reviewer, the first with two files, one of them turned."""
    files = app.extensions["grants.files"]
    with database.writing() as session:
        made = make_round(session, states={"CO": 2}, reviewers=2)
        for content, pages in ((letter_of_others(pages=3), 3), (letter_of_others(pages=2, turned=True), 2)):
            attach_pdf(session, made.applications["CO-1"], files.put(content), len(content), pages)
        for number in ("CO-1", "CO-2"):
            open_door(session, made.applications[number], made.reviewers[0])
    return made


@pytest.fixture
def reviewer(made: Round, signed_in: SignedIn) -> FlaskClient:
    """The first reviewer's browser."""
    return signed_in("reviewer1@panel.example")


def page_of(made: Round, number: str = "CO-1") -> str:
    """The address at which a reviewer asks for a packet."""
    return f"/reviewer/reviews/applications/{made.applications[number].uid}/packet"


def taken_from(client: FlaskClient, made: Round, work: Work) -> tuple[str, bytes]:
    """Ask, let the worker work, take: the file's address and its bytes."""
    assert client.post(page_of(made)).status_code == 303
    work()
    found = re.search(r"/reviewer/reviews/packets/[\w-]+", client.get(page_of(made)).get_data(as_text=True))
    assert found is not None
    answer = client.get(found.group())
    assert answer.status_code == 200
    return found.group(), answer.get_data()


def test_every_page_bears_reader_seat_competition_instant_and_rule(
    reviewer: FlaskClient, made: Round, work: Work, pdf_image: Callable[..., Path]
) -> None:
    _path, content = taken_from(reviewer, made, work)

    document = pypdfium2.PdfDocument(content)
    texts = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    wrong = [
        number
        for number, text in enumerate(texts, start=1)
        if any(words not in text for words in (STAMP, RULE, f"Page {number} of {len(texts)}"))
    ]
    assert wrong == []
    assert len(document) == len(texts) > 5 + 8
    first = next(number for number, text in enumerate(texts, start=1) if "Technical plan" in text)
    for name, page in (("cover", 1), ("enclosed", first), ("turned", first + 3), ("form", len(texts))):
        pdf_image(content, f"reviews-packet-{name}", page=page)


def test_it_holds_proposal_files_criteria_and_an_empty_form_with_bookmarks_in_that_order(
    reviewer: FlaskClient, made: Round, work: Work
) -> None:
    _path, content = taken_from(reviewer, made, work)

    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_outline() as outline:
        top = outline.root[0]
        names = [item.title for item in top.children]
        files = next(item for item in top.children if item.title == "Files of the application")
        claim = pdf.open_metadata().get("pdfuaid:part")
        title, marked = str(pdf.docinfo["/Title"]), bool(pdf.Root.MarkInfo.Marked)
    assert names == ["Technical proposal", "Budget", "Files of the application", "Criteria and score form"]
    assert [item.title for item in files.children] == ["Technical proposal"] * 2
    assert title == "Packet of CO-1, Front Range Manufacturing Alliance of CO, for Amir Fox"
    assert (claim, marked) == (None, True)
    text = " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content))
    for word in ("four regional offices", "Excellent: concrete", "Points: of 10", "For the agency only"):
        assert word in " ".join(text.split()), word


def test_own_pages_alone_are_pdf_ua(
    reviewer: FlaskClient, made: Round, work: Work, verapdf: Callable[[bytes], list[str]]
) -> None:
    here = page_of(made, "CO-2")
    reviewer.post(here)
    work()
    found = re.search(r"/reviewer/reviews/packets/[\w-]+", reviewer.get(here).get_data(as_text=True))
    assert found is not None

    assert verapdf(reviewer.get(found.group()).get_data()) == []


def test_each_taking_is_recorded_with_the_hash_and_listed_for_staff(
    reviewer: FlaskClient, made: Round, work: Work, database: Database, signed_in: SignedIn
) -> None:
    path, _content = taken_from(reviewer, made, work)
    reviewer.get(path)

    with database.reading() as session:
        packet = session.exec(select(Packet)).one()
        events = session.exec(select(Event).where(Event.kind == "packet.taken").order_by(col(Event.id))).all()
    assert [(event.person_name, event.facts["sha256"]) for event in events] == [
        ("Amir Fox", packet.sha256)
    ] * 2
    assert packet.sha256 is not None


def test_asking_again_gives_the_packet_at_hand(
    reviewer: FlaskClient, made: Round, work: Work, database: Database
) -> None:
    taken_from(reviewer, made, work)
    reviewer.post(page_of(made))

    with database.reading() as session:
        assert len(session.exec(select(Packet)).all()) == 1


def test_a_file_that_cannot_be_bound_is_named_and_the_rest_is_made(
    reviewer: FlaskClient, made: Round, work: Work, database: Database, app: Flask
) -> None:
    with database.writing() as session:
        broken = b"%PDF-1.7 no more"
        attach_pdf(
            session, made.applications["CO-1"], app.extensions["grants.files"].put(broken), len(broken)
        )

    _path, content = taken_from(reviewer, made, work)

    cover = pypdfium2.PdfDocument(content)[0].get_textpage().get_text_bounded()
    assert "could not be bound; read it on the application’s page" in " ".join(cover.split())


def test_who_has_no_open_door_gets_none(made: Round, signed_in: SignedIn) -> None:
    other = signed_in("reviewer2@panel.example")

    assert (other.get(page_of(made)).status_code, other.post(page_of(made)).status_code) == (404, 404)


def test_a_packet_is_its_readers_alone(
    reviewer: FlaskClient, made: Round, work: Work, database: Database, signed_in: SignedIn
) -> None:
    path, _content = taken_from(reviewer, made, work)
    with database.writing() as session:
        open_door(session, made.applications["CO-1"], made.reviewers[1])

    assert signed_in("reviewer2@panel.example").get(path).status_code == 404


@pytest.mark.parametrize("what", ["conflict", "withdrawn", "agreement"])
def test_a_door_that_closes_closes_the_made_file_too(
    what: str, reviewer: FlaskClient, made: Round, work: Work, database: Database
) -> None:
    path, _content = taken_from(reviewer, made, work)
    with database.writing() as session:
        close(session, made, what)

    assert [reviewer.get(path).status_code, reviewer.get(page_of(made)).status_code] == [404, 404]


def test_a_door_that_closes_before_the_worker_comes_leaves_it_unmade(
    reviewer: FlaskClient, made: Round, work: Work, database: Database
) -> None:
    reviewer.post(page_of(made))
    with database.writing() as session:
        close(session, made, "conflict")
    work()

    with database.reading() as session:
        assert session.exec(select(Packet)).one().file_id is None


def close(session: Session, made: Round, what: str) -> None:
    """Close the first reviewer's door to CO-1 in one of the ways there are."""
    application, person = made.applications["CO-1"], made.reviewers[0]
    if what == "conflict":
        session.add(
            Conflict(
                person_id=person.id,
                application_id=application.id,
                competition_id=made.competition.id,
                source=ConflictSource.DECLARED,
                kind="employer",
                reason="They hired my wife.",
                noticed_at=NOW,
                status=ConflictStatus.DECLARED,
            )
        )
    elif what == "withdrawn":
        row = session.exec(select(Assignment).where(Assignment.application_id == application.id)).one()
        unassign(session, row, reason="Too many.", actor=made.officer, now=NOW)
    else:
        member = session.exec(select(PanelMember).where(PanelMember.person_id == person.id)).one()
        member.agreement_signed_at = None
        session.add(member)
