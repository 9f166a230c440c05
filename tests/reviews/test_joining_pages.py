"""Joining a panel by the mailed link: answer without an account, agreement, interests, conflicts."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.clock import StoppedClock
from grants.commands.worker import Worker
from grants.database import Database
from grants.reviews.models import PanelMember
from grants.reviews.queries import conflicts, pool
from grants.reviews.workflow import MemberStatus
from tests.factories.reviews import NOW, Round, make_person, make_round, open_door
from tests.plugins.people import SignedIn
from tests.plugins.web import ActAs

HERE = "/staff/reviews/2014-NIST-MEP-01"


@pytest.fixture
def invited(
    database: Database, at_review: StoppedClock, act_as: ActAs, app: Flask
) -> tuple[Round, str, FlaskClient]:
    """Somebody without an account, invited; the path of the mailed link and a browser nobody signed in to."""
    load = app.extensions["grants.actor"]
    with database.writing() as session:
        made = make_round(session, states={"CO": 2})
    people = "Ana Diaz, ana@lab.example, outside, Front Range Manufacturing Alliance of CO"
    form = {"people": people, "cap": "4", "expires_on": "12/01/2014", "deed": "send"}
    assert act_as(made.officer).post(f"{HERE}/invite", data=form).status_code == 303
    Worker(app, clock=lambda: at_review).run_once()
    folder = Path(app.extensions["grants.settings"].mail_url.removeprefix("folder://"))
    text = next(path.read_text() for path in folder.iterdir() if "ana@lab.example" in path.read_text())
    link = next(word for word in text.replace("=\n", "").split() if "/reviewer/reviews/invitation/" in word)
    app.extensions["grants.actor"] = load
    return made, urlsplit(link).path, app.test_client()


def member_of(database: Database, made: Round) -> PanelMember:
    """The invitation."""
    with database.reading() as session:
        found = pool.member_by_address(session, made.competition.id, "ana@lab.example")
    assert found is not None
    return found


def test_an_invitation_is_declined_without_an_account(
    invited: tuple[Round, str, FlaskClient], database: Database
) -> None:
    made, path, client = invited
    assert client.get(path).status_code == 200

    without_reason = client.post(path, data={"answer": "decline"}).status_code
    declined = client.post(path, data={"answer": "decline", "reason": "time"}).status_code

    member = member_of(database, made)
    assert (without_reason, declined) == (422, 303)
    assert (member.status, member.decline_reason) == (MemberStatus.DECLINED, "I have no time in this period.")


def test_a_changed_link_is_not_there(invited: tuple[Round, str, FlaskClient]) -> None:
    _made, path, client = invited
    head, sign, rest = path[:-10], path[-10], path[-9:]  # of the last sign of all, two bits say nothing

    assert client.get(head + ("a" if sign != "a" else "b") + rest).status_code == 404


def test_an_expired_invitation_says_so_and_is_not_accepted(
    invited: tuple[Round, str, FlaskClient], at_review: StoppedClock, database: Database
) -> None:
    made, path, client = invited
    at_review.put(NOW.replace(month=12, day=5))

    answer = client.post(path, data={"answer": "accept"})

    assert answer.status_code == 422
    assert "This invitation has expired." in answer.get_data(as_text=True)
    assert member_of(database, made).status == MemberStatus.INVITED


def test_who_accepted_joins_step_by_step_and_conflicts_are_found_before_any_name_opens(
    invited: tuple[Round, str, FlaskClient], database: Database, signed_in: SignedIn
) -> None:
    made, path, client = invited
    assert client.post(path, data={"answer": "accept"}).status_code == 303
    with database.writing() as session:
        person = make_person(session, "ana@lab.example", "Ana Diaz")
    ana, member = signed_in("ana@lab.example"), member_of(database, made)
    steps = f"/reviewer/reviews/invitations/{member.uid}"
    assert ana.get(f"{steps}/interests").status_code == 404
    both = {"agreed": "y", "tools": "y"}
    alone = ana.post(f"{steps}/agreement", data={"agreed": "y", "name": "Ana Diaz"}).status_code
    wrong = ana.post(f"{steps}/agreement", data={**both, "name": "A. D."}).status_code
    signed = ana.post(f"{steps}/agreement", data={**both, "name": "Ana Diaz"}).status_code
    nothing = ana.post(f"{steps}/interests", data={"affiliation": "Lab"}).status_code
    declared = ana.post(
        f"{steps}/interests",
        data={
            "affiliation": "Front Range Manufacturing Alliance of CO",
            "states": "NM",
            "interests-0-kind": "consultant or contractor",
            "interests-0-name": "Mesa Steel",
        },
    ).status_code
    with database.writing() as session:
        for number in ("CO-1", "CO-2"):
            open_door(session, made.applications[number], person, answered=False)
    shown = ana.get(f"{steps}/conflicts").get_data(as_text=True)
    first, second = made.applications["CO-1"], made.applications["CO-2"]
    missing = ana.post(f"{steps}/conflicts", data={f"answer_{first.uid}": "none"}).status_code
    certified = ana.post(
        f"{steps}/conflicts",
        data={
            f"answer_{first.uid}": "conflict",
            f"note_{first.uid}": "I work there.",
            f"answer_{second.uid}": "none",
        },
    )
    listed = ana.get("/reviewer/reviews").get_data(as_text=True)
    with database.reading() as session:
        found = conflicts.conflicts_of_person(session, person.id, made.competition.id)

    assert alone == 422
    assert member_of(database, made).tools_certified_at == member_of(database, made).agreement_signed_at
    assert (wrong, signed, nothing, declared, missing, certified.status_code) == (
        422,
        303,
        422,
        303,
        422,
        303,
    )
    assert "The system found: same organization" in shown
    assert list(found) == [first.id]
    assert ("CO-1" in listed, "CO-2" in listed) == (False, True)


def test_somebody_elses_invitation_is_not_there(
    invited: tuple[Round, str, FlaskClient], database: Database, signed_in: SignedIn
) -> None:
    made, _path, _client = invited
    member = member_of(database, made)

    answer = signed_in("reviewer1@panel.example").get(f"/reviewer/reviews/invitations/{member.uid}/agreement")

    assert answer.status_code == 404
