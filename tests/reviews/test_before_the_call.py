"""A panel's deeds before its call need a reason; a revision is due by the end of the day of its call."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from grants.clock import StoppedClock
from grants.database import Database
from grants.errors import Refused
from grants.reviews.models import Panel, Phase, Sheet
from grants.reviews.queries import live, panels, sheets
from grants.reviews.queries.progress import sheet_page
from grants.reviews.queries.waiting import waiting_for
from grants.reviews.services import panels as chairing
from grants.reviews.services import reminding, scoring
from tests.factories.reviews import NOW, Round
from tests.plugins.web import ActAs
from tests.reviews.rounds import make_scored

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CALL = NOW + timedelta(hours=4)
MIDNIGHT = datetime.fromisoformat("2014-11-11T00:00-05:00")
WHY = "The chair is ill in the afternoon."


def called(session: Session, *, opened: bool = True) -> Round:
    """A state whose call is in four hours, its panel open with a reason."""
    made = make_scored(session, {"CO-1": (88, 79, 84), "CO-2": (90, 85, 80)})
    chairing.set_call(
        session, made.competition, "CO", call_at=CALL, call_link="https://calls.example/co",
        actor=made.officer, now=NOW,
    )  # fmt: skip
    if opened:
        open_(session, made, WHY)
    return made


def panel_of(session: Session, made: Round) -> Panel:
    """The panel of Colorado."""
    found = panels.panel_of(session, made.competition.id, "CO")
    assert found is not None
    return found


def revision(session: Session, made: Round) -> Sheet:
    """The first reviewer's sheet to revise on CO-1."""
    row = sheets.sheet_in_phase(session, made.applications["CO-1"].id, made.reviewers[0].id, Phase.FINAL)
    assert row is not None
    return row


def open_(session: Session, made: Round, early: str, now: datetime = NOW) -> None:
    """Open the panel."""
    chairing.open_panel(session, made.competition, "CO", early=early, actor=made.officer, now=now)


def sign(session: Session, made: Round, early: str, now: datetime = NOW) -> None:
    """Write and sign one record."""
    panel, key = panel_of(session, made), made.applications["CO-1"].id
    kept = panels.record_of(session, panel.id, key)
    assert kept is not None
    chairing.write_record(session, panel, key, text="Fees.", version=kept.version, actor=made.chair, now=now)
    chairing.sign_record(session, panel, key, early=early, actor=made.chair, now=now)


def stand(session: Session, made: Round, early: str, now: datetime = NOW) -> None:
    """Let the scores stand."""
    actor = made.reviewer(session, 1)
    scoring.stand(session, made.competition, revision(session, made), early=early, actor=actor, now=now)


def close(session: Session, made: Round, early: str, now: datetime = NOW) -> None:
    """Close the panel with what lacks."""
    chairing.close_panel(
        session, made.competition, panel_of(session, made), left_open="Ended.", early=early,
        actor=made.chair, now=now,
    )  # fmt: skip


Deed = Callable[..., None]
DEEDS = [(open_, "Opened"), (sign, "Record signed"), (stand, "Revised"), (close, "Closed")]


@pytest.mark.parametrize(("deed", "word"), DEEDS)
def test_before_the_call_a_deed_needs_a_reason_that_stays(session: Session, deed: Deed, word: str) -> None:
    made = called(session, opened=deed is not open_)

    with (
        pytest.raises(Refused, match=r"The call is on November 10, 2014, 1:00 p\.m\. EST") as refusal,
        session.begin_nested(),
    ):
        deed(session, made, "  ")
    assert [one.field for one in refusal.value.findings] == ["early"]
    deed(session, made, "We all met by chance.")
    session.flush()

    shown = panels.early_deeds(session, panel_of(session, made), without=())
    assert [one.reason.removeprefix("Before the call: ") for one in shown if one.deed == word][-1].endswith(
        "We all met by chance."
    )


@pytest.mark.parametrize(("deed", "word"), DEEDS)
@pytest.mark.parametrize("after", [timedelta(0), timedelta(hours=1)])
def test_from_the_call_on_none_is_asked(session: Session, deed: Deed, word: str, after: timedelta) -> None:
    made = called(session, opened=deed is not open_)

    deed(session, made, "", CALL + after)
    session.flush()

    said = [one.deed for one in panels.early_deeds(session, panel_of(session, made), without=())]
    assert said == ([] if deed is open_ else ["Opened"]), word


def test_the_reason_stands_in_the_event(database: Database) -> None:
    with database.writing() as session:
        made = called(session)

    with database.reading() as session:
        opening = live.last_deed(session, panel_of(session, made), "open")

    assert opening is not None
    assert opening.reason == f"Before the call: {WHY}"


def test_a_revision_is_due_by_the_end_of_its_calls_day_everywhere(session: Session) -> None:
    made = called(session)
    at = NOW + timedelta(hours=6)
    row = revision(session, made)

    page = sheet_page(session, made.competition.id, without=(), now=at, page=1)
    home = waiting_for(session, made.reviewer(session, 1), at)

    assert row.due_at == MIDNIGHT
    assert page.late == 0
    assert {due for sheet, due, _ in page.rows if sheet.phase is Phase.FINAL} == {MIDNIGHT}
    assert {one.due for one in home if one.verb.startswith("Revise")} == {MIDNIGHT}
    assert sheet_page(session, made.competition.id, without=(), now=MIDNIGHT + timedelta(1), page=1).late == 6


def test_a_revision_gets_more_time_and_follows_a_later_call(session: Session) -> None:
    made = called(session)
    row = revision(session, made)
    later = MIDNIGHT + timedelta(hours=9)
    reminding.extend(session, row, due_at=later, reason="Ill.", actor=made.officer, now=NOW)
    assert row.due_at == later

    chairing.set_call(
        session, made.competition, "CO", call_at=CALL + timedelta(days=3), call_link="",
        actor=made.officer, now=NOW,
    )  # fmt: skip

    assert row.due_at == MIDNIGHT + timedelta(days=3)


@pytest.mark.parametrize(("after", "calls"), [(timedelta(-1), 0), (timedelta(0), 1), (timedelta(hours=9), 0)])
def test_a_reviewers_home_shows_the_call_of_today(session: Session, after: timedelta, calls: int) -> None:
    made = called(session, opened=False)

    rows = waiting_for(session, made.reviewer(session, 1), NOW + after)

    found = [(one.verb, one.due) for one in rows if "call" in one.verb]
    assert found == [("Join the panel call of Colorado", CALL)] * calls


def test_the_pages_ask_and_show(database: Database, act_as: ActAs, at_review: StoppedClock) -> None:
    with database.writing() as session:
        made = called(session, opened=False)
    here = "/staff/reviews/2014-NIST-MEP-01/panels/CO"
    officer = act_as(made.officer)

    first = officer.post(f"{here}/open")
    assert first.status_code == 422
    assert "Write why you open the panel before it." in first.get_data(as_text=True)
    assert officer.post(f"{here}/open", data={"early": WHY}).status_code == 303

    seen = officer.get(here).get_data(as_text=True)
    assert "Before the call" in seen
    assert WHY in seen
    assert "Why before the call" in officer.get(f"{here}/close").get_data(as_text=True)
    with database.reading() as session:
        actor = made.reviewer(session, 1)
        uid = revision(session, made).uid
    mine = act_as(actor)
    assert "Why before the call" in mine.get(f"/reviewer/reviews/sheets/{uid}/check").get_data(as_text=True)
    refused = mine.post(f"/reviewer/reviews/sheets/{uid}/check", data={"deed": "stand"})
    assert refused.status_code == 422
    assert (
        mine.post(f"/reviewer/reviews/sheets/{uid}/check", data={"deed": "stand", "early": WHY}).status_code
        == 303
    )


def test_every_page_says_the_same_count(database: Database, act_as: ActAs, at_review: StoppedClock) -> None:
    with database.writing() as session:
        made = called(session)
    officer = act_as(made.officer)
    root = "/staff/reviews"

    pages = {
        path: " ".join(officer.get(path).get_data(as_text=True).split())
        for path in (
            "/staff/home/",
            root,
            f"{root}/2014-NIST-MEP-01/progress",
            f"{root}/2014-NIST-MEP-01/panels",
            "/staff/competitions/2014-NIST-MEP-01",
        )
    }

    assert [path for path, text in pages.items() if "6 of 6" not in text] == []
    assert [path for path, text in pages.items() if "0 of 6" not in text] == []


def test_a_state_with_too_few_sheets_waits_for_them(
    database: Database, act_as: ActAs, at_review: StoppedClock
) -> None:
    with database.writing() as session:
        made = make_scored(session, {"CO-1": (88, 79, 84), "CO-2": (90, 85, "")})

    text = act_as(made.officer).get("/staff/reviews/2014-NIST-MEP-01/panels").get_data(as_text=True)

    assert "Waiting for score sheets" in text
    assert "no call needed" not in text
