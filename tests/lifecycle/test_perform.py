"""The one place that moves a status: permission, status, guards, race, event and notice."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, select

from grants.access.actor import SYSTEM, Actor
from grants.database import Database
from grants.errors import MoveRefused, NotFound, Refused
from grants.findings import Finding, Level
from grants.lifecycle.models import Event, Notice
from grants.lifecycle.moves import SILENT, move, workflow
from grants.lifecycle.perform import perform, perform_many, tell
from grants.organizations.models import Invitation, MemberRole
from grants.organizations.workflow import INVITATION, InvitationStatus
from tests.factories.deeds import NOW, Invited, make_invited


def stop(code: str) -> Any:
    return lambda _record, _facts, _now: [Finding(code, f"{code} is missing.")]


def warn(_record: object, _facts: object, _now: object) -> list[Finding]:
    return [Finding("warned", "Mind this.", level=Level.WARN)]


@pytest.fixture
def invited(database: Database) -> Invited:
    with database.writing() as session:
        return make_invited(session)


def moved(session: Session, invited: Invited, name: str, actor: Actor, **options: Any) -> Event:
    invitation = session.get(Invitation, invited.invitation.id)
    return perform(session, invitation, name, actor=actor, now=NOW, **options)


def status_of(database: Database, invited: Invited) -> str:
    with database.reading() as session:
        found = session.get(Invitation, invited.invitation.id)
        assert found is not None
        return found.status


def test_a_move_changes_the_status_and_writes_the_event_and_the_notice(
    database: Database, invited: Invited
) -> None:
    with database.writing() as session:
        moved(session, invited, "accept", invited.addressed, reason="Because.", noted={"seat": "2"})

    with database.reading() as session:
        event = session.exec(select(Event)).one()
        notice = session.exec(select(Notice)).one()
    assert status_of(database, invited) == "accepted"
    assert (event.kind, event.before, event.after) == (
        "organization_invitation.accept",
        "invited",
        "accepted",
    )
    assert (event.person_name, event.person_role) == ("Ana Roy", "person")
    assert (event.reason, event.facts) == ("Because.", {"seat": "2"})
    assert (notice.name, notice.event_uid) == ("organizations.joined", event.uid)


def test_a_silent_move_tells_nobody(database: Database, invited: Invited) -> None:
    with database.writing() as session:
        moved(session, invited, "withdraw", invited.representative)

    with database.reading() as session:
        assert session.exec(select(Notice)).all() == []


def test_the_system_needs_no_permission(database: Database, invited: Invited) -> None:
    with database.writing() as session:
        moved(session, invited, "expire", SYSTEM)

    assert status_of(database, invited) == "expired"


@pytest.mark.parametrize("status", [status for status in InvitationStatus if status != "invited"])
@pytest.mark.parametrize("name", ["accept", "withdraw"])
def test_a_move_from_a_wrong_status_is_refused_in_a_sentence(
    database: Database, invited: Invited, status: InvitationStatus, name: str
) -> None:
    actor = invited.addressed if name == "accept" else invited.representative
    with database.writing() as session:
        session.merge(invited.invitation).status = status

    with database.writing() as session, pytest.raises(MoveRefused) as refusal:
        moved(session, invited, name, actor)

    words = f"This organization invitation is “{status}”; “{name}” needs “invited”."
    assert [finding.message for finding in refusal.value.findings] == [words]
    assert status_of(database, invited) == status


def test_who_may_not_know_of_the_record_is_not_told_its_status(database: Database, invited: Invited) -> None:
    with database.writing() as session:
        moved(session, invited, "accept", invited.addressed)

    for name in ("accept", "withdraw"):
        with database.writing() as session, pytest.raises(NotFound):
            moved(session, invited, name, invited.stranger)


def test_all_guards_speak_at_once_and_a_warning_does_not_stop(
    database: Database, invited: Invited, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded = replace(INVITATION.moves["accept"], guards=(stop("name"), warn, stop("amount")))
    warned = replace(INVITATION.moves["decline"], guards=(warn,))
    table = replace(INVITATION, moves={"accept": guarded, "decline": warned})
    monkeypatch.setattr(Invitation, "workflow", table)

    with database.writing() as session, pytest.raises(Refused) as refusal:
        moved(session, invited, "accept", invited.addressed)
    with database.writing() as session:
        moved(session, invited, "decline", invited.addressed)

    assert [finding.code for finding in refusal.value.findings] == ["name", "amount"]
    assert status_of(database, invited) == "declined"


def test_of_two_people_at_once_one_moves_and_the_other_is_told(database: Database, invited: Invited) -> None:
    ready = threading.Barrier(2)
    outcomes: list[str] = []

    def act(name: str, actor: Actor) -> None:
        ready.wait(10)
        try:
            with database.writing() as session:
                moved(session, invited, name, actor)
            outcomes.append("moved")
        except MoveRefused:
            outcomes.append("refused")

    threads = [
        threading.Thread(target=act, args=("accept", invited.addressed)),
        threading.Thread(target=act, args=("withdraw", invited.representative)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["moved", "refused"]
    with database.reading() as session:
        assert len(session.exec(select(Event)).all()) == 1


def test_many_records_move_all_or_none_with_every_finding(database: Database, invited: Invited) -> None:
    def act() -> None:
        with database.writing() as session:
            rows = [session.merge(invited.invitation), *(answered(session, invited, n) for n in (1, 2))]
            perform_many(session, rows, "withdraw", actor=invited.representative, now=NOW)

    with pytest.raises(Refused) as refusal:
        act()

    assert [finding.code for finding in refusal.value.findings] == ["status", "status"]
    assert status_of(database, invited) == "invited"
    with database.reading() as session:
        assert session.exec(select(Event)).all() == []


def answered(session: Session, invited: Invited, number: int) -> Invitation:
    fields = invited.invitation.model_dump(exclude={"id", "uid", "status", "email"})
    row = Invitation(**fields, email=f"p{number}@tests.example", status=InvitationStatus.DECLINED)
    row.role = MemberRole.MEMBER
    session.add(row)
    session.flush()
    return row


def test_a_deed_without_a_status_can_be_told(database: Database, invited: Invited) -> None:
    with database.writing() as session:
        event = moved(session, invited, "withdraw", invited.representative)
        tell(session, event, "organizations.declined")

    with database.reading() as session:
        assert session.exec(select(Notice)).one().event_uid == event.uid


def test_two_moves_of_one_name_are_a_programming_error() -> None:
    row = move("go", ["a"], "b", permission="p", happened="went")

    with pytest.raises(ValueError, match="two moves are called go"):
        workflow("thing", InvitationStatus, initial="invited", final=[], moves=[row, row])
    assert row.notice == SILENT
