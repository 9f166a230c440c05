"""The program officer's next steps: each appears when it is due, goes with its deed, and is nobody else's."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from grants.access.roles import Role
from grants.adapters.files import Files
from grants.applications.models import Submission
from grants.database import Database
from grants.reviews.models import (
    Assignment,
    Conflict,
    ConflictSource,
    Likeness,
    Panel,
    PanelMember,
    PanelRecord,
    Phase,
)
from grants.reviews.queries import panels, sheets
from grants.reviews.queries.assignments import active_assignments
from grants.reviews.queries.counts import sheet_counts, sheet_counts_by_state
from grants.reviews.queries.officer_steps import STEPS, officer_steps
from grants.reviews.services import freezing, looking, scoring
from grants.reviews.services import panels as chairing
from grants.reviews.services.conflicts import find_conflicts
from grants.reviews.workflow import AssignmentStatus, ConflictStatus, MemberStatus, SheetStatus
from tests.factories.reviews import (
    NOW,
    Round,
    fill,
    make_application,
    make_competition,
    make_round,
    open_door,
    spread,
)
from tests.reviews.rounds import hold_panel, make_scored
from tests.reviews.streaming import counted

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A file store of this test's own."""
    return Files(f"file://{tmp_path / 'store'}")


TWO = {"CO-1": (88, 79, 84), "CO-2": (90, 85, 80)}
ONE = {"CO-1": (88, 79, 84), "CO-2": (50, 45, 40)}
NONE = {"CO-1": (50, 45, 40)}


def verbs(session: Session, made: Round, now: object = NOW) -> list[str]:
    """The officer's rows in reviews."""
    return [row.verb for row in officer_steps(session, made.officer, now)]  # type: ignore[arg-type]


def seated(session: Session, *, sent: bool = True) -> Round:
    """One application with three reviewers; sheets not written."""
    made = make_round(session, states={"CO": 1})
    for person in made.reviewers:
        sheet = open_door(session, made.applications["CO-1"], person)
        if not sent:
            session.delete(sheet)
    for row in _assignments(session, made):
        if not sent:
            row.status, row.sent_at = AssignmentStatus.DRAFT, None
            session.add(row)
    session.flush()
    return made


def _assignments(session: Session, made: Round) -> list[Assignment]:
    return list(active_assignments(session, made.competition.id))


def conflicted(session: Session, made: Round, status: ConflictStatus, seat: int = 0) -> Conflict:
    """Put a conflict between a reviewer and the first application."""
    row = Conflict(
        person_id=made.reviewers[seat].id,
        application_id=made.applications["CO-1"].id,
        competition_id=made.competition.id,
        source=ConflictSource.DECLARED,
        kind="employer",
        reason="A sister works there.",
        noticed_at=NOW,
        decided_reason="It is one." if status is ConflictStatus.CONFIRMED else None,
        status=status,
    )
    session.add(row)
    session.flush()
    return row


def withdraw(session: Session, made: Round, seat: int = 0) -> None:
    """End a reviewer's assignments."""
    for row in _assignments(session, made):
        if row.person_id == made.reviewers[seat].id:
            row.status, row.withdrawn_reason, row.withdrawn_at = AssignmentStatus.WITHDRAWN, "Replaced.", NOW
            session.add(row)
    session.flush()


def opened(session: Session, totals: dict[str, tuple[int, ...]] | None = None) -> Round:
    """A panel that is open."""
    made = make_scored(session, totals or TWO)
    chairing.open_panel(session, made.competition, "CO", actor=made.officer, now=NOW)
    return made


def finish(session: Session, made: Round) -> Panel:
    """Let every score stand and sign every record."""
    panel = panels.panel_of(session, made.competition.id, "CO")
    assert panel is not None
    for application in made.applications.values():
        for seat, person in enumerate(made.reviewers, start=1):
            row = sheets.sheet_in_phase(session, application.id, person.id, Phase.FINAL)
            if row is not None:
                scoring.stand(session, made.competition, row, actor=made.reviewer(session, seat), now=NOW)
    for key in panels.records_of(session, panel.id):
        chairing.write_record(session, panel, key, text="Fees.", version=1, actor=made.chair, now=NOW)
        chairing.sign_record(session, panel, key, actor=made.chair, now=NOW)
    return panel


@dataclass(frozen=True)
class Kind:
    """One kind of step: how it comes to be due, its row, and the deed with which it goes."""

    key: str
    begin: Callable[[Session], Round]
    verb: str
    deed: Callable[[Session, Round], object]
    days: int = 0


def uninvited(session: Session) -> Round:
    """An eligible application and nobody invited."""
    made = make_round(session, states={"CO": 1})
    for row in session.exec(select(PanelMember)).all():
        row.status = MemberStatus.WITHDRAWN
        session.add(row)
    session.flush()
    return made


def accept_all(session: Session, _made: Round) -> None:
    """Have everybody accept."""
    for row in session.exec(select(PanelMember)).all():
        row.status = MemberStatus.ACCEPTED
        session.add(row)
    session.flush()


def submit_all(session: Session, made: Round) -> None:
    """Write and submit every first sheet."""
    for seat, person in enumerate(made.reviewers, start=1):
        row = sheets.sheet_in_phase(session, made.applications["CO-1"].id, person.id, Phase.INITIAL)
        assert row is not None
        fill(session, row, spread(80))
        scoring.submit(session, made.competition, row, actor=made.reviewer(session, seat), now=NOW)


def send_all(session: Session, made: Round) -> None:
    """Send what is a draft."""
    for row in _assignments(session, made):
        row.status, row.sent_at = AssignmentStatus.SENT, NOW
        session.add(row)
    session.flush()


def after_conflict(status: ConflictStatus, *, assigned: bool) -> Callable[[Session], Round]:
    """Have a conflict with or without an assignment."""

    def begin(session: Session) -> Round:
        made = seated(session)
        if not assigned:
            withdraw(session, made)
        conflicted(session, made, status)
        return made

    return begin


def dismiss(session: Session, made: Round) -> None:
    """Decide that it is none."""
    for row in session.exec(select(Conflict)).all():
        row.status, row.decided_reason = ConflictStatus.DISMISSED, "None."
        session.add(row)
    session.flush()


def frozen(session: Session, made: Round, files: Files) -> None:
    """Freeze the ranking of Colorado."""
    freezing.freeze_state(session, files, made.competition, "CO", actor=made.officer, now=NOW)


def closed(session: Session) -> Round:
    """A panel that was held and closed."""
    made = make_scored(session, TWO)
    hold_panel(session, made, "CO")
    return made


def finished(session: Session) -> Round:
    """A panel in which everything is done."""
    made = opened(session)
    finish(session, made)
    return made


def with_names_alike(session: Session) -> Round:
    """An application certified by somebody who has the name of a reviewer."""
    made = make_round(session, states={"CO": 1})
    (sent,) = session.exec(select(Submission)).all()
    sent.certified_name = made.reviewers[0].name
    session.add(sent)
    session.flush()
    find_conflicts(session, made.competition.id, now=NOW)
    return made


def look_at_them(session: Session, made: Round) -> None:
    """Find that they are two people."""
    (row,) = session.exec(select(Likeness)).all()
    looking.look(session, row, finding="Two people.", actor=made.officer, now=NOW)


KINDS = (
    Kind("invite", uninvited, "Invite reviewers", accept_all),
    Kind("assign", lambda s: make_round(s, states={"CO": 1}), "Assign reviewers",
         lambda s, made: [open_door(s, made.applications["CO-1"], one) for one in made.reviewers]),
    Kind("send", lambda s: seated(s, sent=False), "Send 3 assignments", send_all),
    Kind("remind", seated, "Remind: 3 score sheets late", submit_all, days=31),
    Kind("replace a reviewer", after_conflict(ConflictStatus.DECLARED, assigned=True),
         "Replace a reviewer of CO-1", withdraw),
    Kind("replace a reviewer", after_conflict(ConflictStatus.CONFIRMED, assigned=True),
         "Replace a reviewer of CO-1", withdraw),
    Kind("decide a conflict", after_conflict(ConflictStatus.FOUND, assigned=False),
         "Decide a conflict", dismiss),
    Kind("look at names alike", with_names_alike, "Look at names alike", look_at_them),
    Kind("open a panel", lambda s: make_scored(s, TWO), "Open the panel of Colorado",
         lambda s, made: chairing.open_panel(s, made.competition, "CO", actor=made.officer, now=NOW)),
    Kind("hold a panel", opened, "Hold the panel of Colorado", finish),
    Kind("close a panel", finished, "Close the panel of Colorado",
         lambda s, made: chairing.close_panel(
             s, made.competition, panels.panel_of(s, made.competition.id, "CO"),  # type: ignore[arg-type]
             actor=made.officer, now=NOW)),
)  # fmt: skip
FREEZES = (closed, lambda s: make_scored(s, ONE), lambda s: make_scored(s, NONE))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.key}: {kind.begin.__name__}")
def test_a_step_appears_when_due_and_goes_with_its_deed(session: Session, kind: Kind) -> None:
    made = kind.begin(session)
    now = NOW + timedelta(days=kind.days)

    assert kind.verb in verbs(session, made, now)
    kind.deed(session, made)
    session.flush()
    assert kind.verb not in verbs(session, made, now)


@pytest.mark.parametrize("begin", FREEZES)
def test_a_ranking_is_to_freeze_after_its_panel_or_where_none_is_needed(
    session: Session, files: Files, begin: Callable[[Session], Round]
) -> None:
    made = begin(session)

    assert verbs(session, made) == ["Freeze the ranking of Colorado"]
    frozen(session, made, files)
    assert verbs(session, made) == []


def test_every_kind_of_step_is_tried(database_url: str) -> None:
    assert database_url
    assert {step.key for step in STEPS} == {kind.key for kind in KINDS} | {"freeze"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.key}: {kind.begin.__name__}")
def test_nobody_sees_a_step_who_cannot_do_it(session: Session, kind: Kind) -> None:
    made = kind.begin(session)
    now = NOW + timedelta(days=kind.days)
    barred = replace(made.officer, barred=frozenset(one.id for one in made.applications.values()))

    for role in set(Role) - {Role.PROGRAM_OFFICER}:
        assert officer_steps(session, replace(made.officer, staff_roles=frozenset({role})), now) == []
    assert [row.verb for row in officer_steps(session, barred, now)] == []


def test_an_officer_who_reviews_is_told_nothing_of_a_state_before_their_own_sheet(session: Session) -> None:
    made = make_scored(session, TWO)
    own = sheets.sheet_in_phase(session, made.applications["CO-1"].id, made.reviewers[0].id, Phase.INITIAL)
    assert own is not None
    reviewing = replace(made.officer, person_id=made.reviewers[0].id)
    assert [row.verb for row in officer_steps(session, reviewing, NOW)] == ["Open the panel of Colorado"]
    own.status, own.returned_reason = SheetStatus.RETURNED, "Look again."
    session.add(own)
    session.flush()

    assert officer_steps(session, reviewing, NOW) == []


def test_the_desk_asks_as_often_for_three_competitions_as_for_one(database: Database) -> None:
    def asked() -> int:
        with counted(database) as said, database.reading() as session:
            officer_steps(session, made.officer, NOW)
        return len(said)

    with database.writing() as session:
        made = make_scored(session, TWO)
    once = asked()
    with database.writing() as session:
        for number in ("2014-B", "2014-C"):
            other = make_competition(session, number=number)
            for place in range(3):
                make_application(session, other, "TX", f"{number}-{place}", f"Host {number} {place}")
    with database.reading() as session:
        assert "Invite reviewers" in verbs(session, made)

    assert asked() == once


def test_a_withdrawn_sheet_counts_nowhere_and_a_revision_under_its_own_name(session: Session) -> None:
    made = opened(session, {"CO-1": (88, 79, 84, 80), "CO-2": (90, 85, 80, 79)})
    withdraw(session, made, seat=3)

    count = sheet_counts(session, [made.competition.id], barred=())[made.competition.id]

    assert count.words == "before the call 6 of 6; after the call 0 of 6"
    assert sheet_counts_by_state(session, made.competition.id, barred=())["CO"] == count
    barred = {made.applications["CO-1"].id}
    assert sheet_counts(session, [made.competition.id], barred=barred)[made.competition.id].first == 3


def test_records_stand_for_the_unsigned_ones(session: Session) -> None:
    made = opened(session)
    rows = [row for row in officer_steps(session, made.officer, NOW) if row.verb.startswith("Hold")]

    assert [row.why for row in rows] == ["2 records to sign and 6 sheets to revise"]
    assert len(session.exec(select(PanelRecord)).all()) == 2
