"""How far sheets are, more time for one, and the papers of a reviewer: CV, kind, certificate."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from grants.clock import StoppedClock
from grants.database import Database
from grants.errors import NotFound, Refused
from grants.reviews.queries import assignments, pool, sheets
from grants.reviews.rules.choices import ReviewerKind
from grants.reviews.services import reminding, scoring
from tests.factories.reviews import NOW, Round, fill, make_round, open_door, spread
from tests.plugins.people import SignedIn
from tests.plugins.web import ActAs

HERE = "/staff/reviews/2014-NIST-MEP-01"
AFTER_DUE = NOW + timedelta(days=31)
LATER = NOW + timedelta(days=40)


@pytest.fixture
def made(database: Database, at_review: StoppedClock) -> Round:
    """Two sheets that are due on December 10: one half filled, one submitted."""
    with database.writing() as session:
        made = make_round(session, states={"CO": 1}, reviewers=2)
        half, whole = (open_door(session, made.applications["CO-1"], one) for one in made.reviewers)
        fill(session, half, dict(list(spread(80).items())[:4]))
        fill(session, whole, spread(80))
        scoring.submit(session, made.competition, whole, actor=made.reviewer(session, 2), now=NOW)
    return made


def sheet_uids(database: Database, made: Round) -> list[str]:
    """The sheets in the order they were opened."""
    with database.reading() as session:
        return [one.uid for one in sheets.sheets_of(session, made.competition.id)]


def test_more_time_for_one_is_obeyed_by_lateness_and_reminders_and_told(
    made: Round,
    act_as: ActAs,
    database: Database,
    at_review: StoppedClock,
    work: Callable[[], int],
    mail: Path,
) -> None:
    officer, (half, _whole) = act_as(made.officer), sheet_uids(database, made)
    at_review.put(AFTER_DUE)
    late = officer.get(f"{HERE}/progress").get_data(as_text=True)
    extended = officer.post(
        f"/staff/reviews/sheets/{half}/extend",
        data={"due_on": "12/20/2014", "due_at": "5:00 p.m.", "reason": "Ill for a week."},
    )
    after = officer.get(f"{HERE}/progress").get_data(as_text=True)
    nobody = officer.post(f"{HERE}/progress", data={"whom": "late"})
    at_review.put(LATER + timedelta(days=5))
    again = officer.post(f"{HERE}/progress", data={"whom": "late"}, follow_redirects=True)
    work()

    sent = " ".join(path.read_text() for path in mail.iterdir())
    assert "Remind the one whose sheet is late" in late
    assert "50 % " in late
    assert extended.status_code == 303
    assert "Remind the one whose sheet is late" not in after
    assert "extended from December 10, 2014" in after
    assert nobody.status_code == 422
    assert "No score sheet is late." in nobody.get_data(as_text=True)
    assert "Reminded 1 reviewer." in again.get_data(as_text=True)
    assert "More time for a score sheet" in sent
    assert "December 20, 2014, 5:00 p.m. EST" in sent


@pytest.mark.parametrize(
    ("seat", "due", "fault"),
    [
        (0, NOW + timedelta(days=20), "after the one that stands"),
        (0, NOW - timedelta(days=1), "after the one that stands"),
        (1, LATER, "is in. Return it"),
    ],
)
def test_less_time_time_gone_by_and_a_sheet_that_is_in_are_refused(
    seat: int, due: datetime, fault: str, made: Round, database: Database
) -> None:
    with database.writing() as session:
        row = sheets.sheets_of(session, made.competition.id)[seat]
        with pytest.raises(Refused, match=fault):
            reminding.extend(session, row, due_at=due, reason="Ill.", actor=made.officer, now=NOW)


def test_a_withdrawn_assignment_has_no_time_to_extend(made: Round, database: Database) -> None:
    with database.writing() as session:
        row = sheets.sheets_of(session, made.competition.id)[0]
        pair = assignments.active_pair(session, row.application_id, row.person_id)
        assert pair is not None
        session.delete(pair)
        session.flush()
        with pytest.raises(NotFound):
            reminding.extend(session, row, due_at=LATER, reason="Ill.", actor=made.officer, now=NOW)


def test_no_points_of_an_open_sheet_stand_on_the_page(made: Round, act_as: ActAs, database: Database) -> None:
    page = act_as(made.officer).get(f"{HERE}/progress").get_data(as_text=True)

    assert "4 of 8" in page
    assert "points" not in page.partition("<main")[2]


def test_a_reviewers_papers_are_kept_and_read_by_staff(
    made: Round, signed_in: SignedIn, act_as: ActAs, database: Database
) -> None:
    from grants.adapters.pdf import render

    with database.reading() as session:
        member = pool.membership_in(session, made.competition.id, made.reviewers[1].id)
    assert member is not None
    path = f"/reviewer/reviews/invitations/{member.uid}"
    own = signed_in("reviewer2@panel.example")
    form = {"affiliation": "Lab", "kind": "federal", "expertise": "optics", "nothing": "y", "available": "y"}
    content = render("<html lang='en'><title>CV</title><body><h1>CV</h1></body>")
    wrong = own.post(f"{path}/interests", data={**form, "cv_file": (io.BytesIO(b"no pdf"), "cv.pdf")})
    none = own.get(f"{path}/cv").status_code
    sent = own.post(f"{path}/interests", data={**form, "cv_file": (io.BytesIO(content), "cv.pdf")})
    kept = own.post(f"{path}/interests", data=form)
    read = own.get(f"{path}/cv")
    other = signed_in("reviewer1@panel.example").get(f"{path}/cv").status_code
    officer = act_as(made.officer)
    page = officer.get(f"/staff/reviews/members/{member.uid}").get_data(as_text=True)
    as_staff = officer.get(f"/staff/reviews/members/{member.uid}/cv")

    assert (wrong.status_code, none, sent.status_code, kept.status_code) == (422, 404, 303, 303)
    assert (read.get_data(), as_staff.get_data(), other) == (content, content, 404)
    assert "nothing is put into any; certified" in page
    with database.reading() as session:
        after = pool.membership_in(session, made.competition.id, made.reviewers[1].id)
    assert after is not None
    assert after.kind is ReviewerKind.FEDERAL
