"""From the frozen ranking to the countersigned award, on the demonstration's ten states."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlmodel import Session, col, select

from grants.access.actor import SYSTEM, Actor
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.applications.queries.drafts import application_by_id
from grants.applications.queries.lists import public_events
from grants.applications.workflow import ApplicationStatus
from grants.awards.models import Award, Choice, Selection
from grants.awards.queries import current_selections, periods_of, state_views, told_award_by_uid
from grants.awards.rules.items import ENTERED
from grants.awards.services.awarding import Terms, countersign, make, prepare
from grants.awards.services.dossier import (
    award_dossier,
    award_letter_values,
    governing_rule,
    memo,
    state_facts,
    submitted,
)
from grants.awards.services.lettering import draft_round, release_round
from grants.awards.services.selecting import Decision, approve, give_back, sign_selection
from grants.awards.workflow import AwardStatus, SelectionStatus
from grants.commands.demonstration.stage import actor_of
from grants.commands.worker import Worker
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number, factors_of
from grants.competitions.rules.states import CENTER_STATES
from grants.documents.models import Letter
from grants.documents.queries import letters_of_batch
from grants.documents.services.letters import ask_to_make, keep_made
from grants.documents.services.storing import FileReady
from grants.documents.workflow import BatchStatus, LetterStatus
from grants.errors import NotAllowed, NotFound, Refused
from grants.home.queries.waiting import waiting
from grants.lifecycle.models import Reading
from grants.lifecycle.waiting import Waiting
from grants.organizations.models import Membership
from tests.architecture.house import equals_golden

NUMBER = "2014-NIST-MEP-01"
STATE = "CO"
pytestmark = pytest.mark.parametrize("demonstration_kind", ["sqlite"], indirect=True)


class Cast:
    """The people of this story and the instant it happens at."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app = app
        self.now: datetime = app.extensions["grants.clock"](session).now()
        self.selecting = _actor(session, "selecting@demo.example", Role.SELECTING_OFFICIAL)
        self.officer = _actor(session, "grants-officer@demo.example", Role.GRANTS_OFFICER)


@pytest.fixture
def stage(demonstration_app: Flask) -> Iterator[tuple[Session, Cast]]:
    with demonstration_app.extensions["grants.database"].writing() as session:
        yield session, Cast(demonstration_app, session)


def test_a_second_place_needs_a_factor_and_a_text(stage: tuple[Session, Cast]) -> None:
    session, cast = stage

    with pytest.raises(Refused) as refusal:
        _sign(session, cast, place=2)

    assert [finding.code for finding in refusal.value.findings] == ["factor", "justification"]


def test_who_signed_may_not_approve(stage: tuple[Session, Cast]) -> None:
    session, cast = stage
    selection = _sign(session, cast, place=1)
    both = replace(cast.selecting, staff_roles=frozenset({Role.SELECTING_OFFICIAL, Role.GRANTS_OFFICER}))

    with pytest.raises(NotAllowed, match="another person must approve"):
        approve(session, selection, actor=both, now=cast.now)


def test_a_returned_selection_is_replaced_and_stays_visible(stage: tuple[Session, Cast]) -> None:
    session, cast = stage
    first = _sign(session, cast, place=1)
    give_back(session, first, reason="Name the service area.", actor=cast.officer, now=cast.now)

    second = _sign(session, cast, place=1)

    assert (first.status, second.status) == (SelectionStatus.SUPERSEDED, SelectionStatus.SIGNED)
    assert second.number == first.number + 1
    assert first.returned_reason == "Name the service area."


def test_only_the_selecting_official_selects(stage: tuple[Session, Cast]) -> None:
    session, cast = stage

    with pytest.raises(NotFound):
        _sign(session, replace_selecting(cast, cast.officer), place=1)


def test_an_award_is_made_told_and_accepted(stage: tuple[Session, Cast]) -> None:
    session, cast = stage
    award = _award(session, cast)
    assert told_award_by_uid(session, award.uid) is None

    _make(session, cast, award)
    session.commit()
    _letters(session, cast, award)

    assert told_award_by_uid(session, award.uid) is not None
    application = application_by_id(session, award.application_id)
    assert application is not None
    assert application.status is ApplicationStatus.AWARDED
    host = Actor(
        person_id=cast.selecting.person_id,
        name="Dana Hale",
        memberships={award.organization_id: Role.REPRESENTATIVE},
    )
    countersign(session, award, title="Director", actor=host, now=cast.now)
    assert award.status is AwardStatus.ACCEPTED
    assert (award.countersigned_by_name, award.countersigned_title) == ("Dana Hale", "Director")


@pytest.mark.parametrize(
    ("signed", "dated", "last"),
    [
        ("2015-02-10T15:00:00+00:00", "February 10, 2015", "March 12, 2015"),
        ("2015-02-11T02:30:00+00:00", "February 10, 2015", "March 12, 2015"),
    ],
)
def test_a_letter_is_dated_and_the_term_ends_on_the_clock_of_the_competition(
    signed: str, dated: str, last: str, stage: tuple[Session, Cast]
) -> None:
    session, cast = stage
    cast.now = datetime.fromisoformat(signed)
    award = _award(session, cast)

    _make(session, cast, award)

    values = award_letter_values(
        award_dossier(session, award, now=cast.now), date_text="", state_name="Colorado"
    )
    due = award.countersign_by
    assert due is not None
    assert f"{due.astimezone(ZoneInfo('America/New_York')):%H:%M}" == "23:59"
    assert (values["countersign_by"], values["share_rule"][:7]) == (last, "Year 1:")
    assert {one.key: one.value for one in award_dossier(session, award, now=cast.now).items}[
        "award_date"
    ] == dated


def test_the_memo_names_the_chosen_host_and_its_money(stage: tuple[Session, Cast]) -> None:
    session, cast = stage
    selection = _sign(session, cast, place=1)
    session.commit()
    cast.app.extensions["grants.actor"] = lambda _session: cast.officer
    client = cast.app.test_client()

    memo_page = client.get(f"/staff/awards/selections/{selection.uid}/approve")
    refused = client.post(f"/staff/awards/selections/{selection.uid}/return", data={"reason": " "})

    chosen = next(row for row in selection.memo["applications"] if row["place"] == "1")
    assert f"Select {chosen['organization']} ({chosen['number']})" in memo_page.text
    assert "$1,668,359.00 a year" in memo_page.text
    assert refused.status_code == 422
    assert "Write why the selection goes back." in refused.text
    assert "<title>Error: Decision on Colorado" in refused.text


def test_every_home_lists_the_next_steps_of_each_stage_and_nothing_else(
    stage: tuple[Session, Cast], project_root: Path
) -> None:
    session, cast = stage
    award: Award | None = None
    table = [["stage", "person", "page", "what"]]

    def look(words: str, now: datetime) -> None:
        session.commit()
        table.extend(
            [words, *row] for row in _home_rows(session, now, barred=award.application_id if award else None)
        )

    look("ranking frozen", cast.now)
    selection = _sign(session, cast, place=1)
    look("selection signed", cast.now)
    approve(session, selection, actor=cast.officer, now=cast.now)
    look("selection approved", cast.now)
    award = _prepare(session, cast, selection)
    look("award prepared", cast.now)
    _make(session, cast, award)
    look("award made", cast.now)
    competition = _competition(session)
    batch = draft_round(session, competition, state_names=CENTER_STATES, actor=cast.officer, now=cast.now)
    look("letters drafted", cast.now)
    for letter in letters_of_batch(session, batch.id):
        ready = FileReady(f"{letter.id:064x}", 10, "application/pdf", "letter.pdf", 1, None)
        keep_made(session, letter, ready, actor=SYSTEM, now=cast.now)
    batch.status = BatchStatus.MADE
    session.add(batch)
    look("letters made", cast.now)
    release_round(session, batch, actor=cast.officer, now=cast.now)
    look("letters released", cast.now)
    look("term over", cast.now + timedelta(days=60))
    member = _rows_of_members(session, award, cast.now)
    _open_letters(session, award, cast.now)
    opened = _rows_of_members(session, award, cast.now)

    equals_golden(project_root / "tests" / "golden" / "home_rows.csv", table)
    assert [row for row in member if row not in opened] == [
        ("member", "Your decision is here: open the letter on Colorado")
    ]
    assert "Countersignature of award SAMPLE15H777" in {what for _, what in opened}


def test_an_award_with_a_missing_item_is_not_made(stage: tuple[Session, Cast]) -> None:
    session, cast = stage
    award = _award(session, cast, indirect_rate="")

    with pytest.raises(Refused) as refusal:
        _make(session, cast, award)

    assert [finding.field for finding in refusal.value.findings] == ["indirect_rate"]


def test_preparing_twice_gives_the_same_award(stage: tuple[Session, Cast]) -> None:
    session, cast = stage
    first = _award(session, cast)

    assert _prepare(session, cast, current_selections(session, first.competition_id)[STATE]).id == first.id


def test_the_plan_of_later_years_follows_the_published_schedule(stage: tuple[Session, Cast]) -> None:
    session, cast = stage

    periods = periods_of(session, _award(session, cast).id)

    assert [period.rule["ceiling"] for period in periods] == ["1/2", "1/2", "1/2", "2/5", "1/3"]
    assert [period.ordinal for period in periods] == [1, 2, 3, 4, 5]


def replace_selecting(cast: Cast, actor: Actor) -> Cast:
    cast.selecting = actor
    return cast


def _actor(session: Session, email: str, role: Role) -> Actor:
    person = session.exec(select(Person).where(col(Person.email) == email)).one()
    return Actor(person_id=person.id, name=person.name, email=email, staff_roles=frozenset({role}))


def _competition(session: Session) -> Competition:
    competition = competition_by_number(session, NUMBER)
    assert competition is not None
    return competition


def _sign(session: Session, cast: Cast, *, place: int) -> Selection:
    competition = _competition(session)
    view = next(one for one in state_views(session, competition.id) if one.target.state == STATE)
    chosen = next(one for one in view.ranked if one.place == place)
    factors = tuple(factor.text for factor in factors_of(session, competition.id))
    return sign_selection(
        session,
        competition,
        STATE,
        Decision(Choice.SELECT, chosen.application.id),
        facts=state_facts(view, factors, chosen.application.id),
        memo=memo(view),
        ranking_sha256=view.ranking.sha256 if view.ranking else None,
        actor=cast.selecting,
        now=cast.now,
    )


def _award(session: Session, cast: Cast, **changes: str) -> Award:
    selection = _sign(session, cast, place=1)
    approve(session, selection, actor=cast.officer, now=cast.now)
    return _prepare(session, cast, selection, **changes)


def _prepare(session: Session, cast: Cast, selection: Selection, **changes: str) -> Award:
    competition = _competition(session)
    application = application_by_id(session, selection.application_id or 0)
    assert application is not None
    rule, again, _ = governing_rule(competition, cast.now.date())
    return prepare(
        session,
        selection,
        application,
        submitted(session, application).years,
        rule=rule,
        selected_again=again,
        terms=Terms(
            fain="SAMPLE15H777",
            start=date(2015, 4, 1),
            director_name="Dana Hale",
            entered={**{row.key: "as the sample says" for row in ENTERED}, **changes},
        ),
        actor=cast.officer,
        now=cast.now,
    )


def _make(session: Session, cast: Cast, award: Award) -> None:
    dossier = award_dossier(session, award, now=cast.now, officer=cast.officer.name)
    make(
        session,
        award,
        items=dossier.items,
        judged=dossier.judged,
        zone=dossier.competition.zone,
        actor=cast.officer,
        now=cast.now,
    )


def _letters(session: Session, cast: Cast, award: Award) -> None:
    competition = _competition(session)
    batch = draft_round(session, competition, state_names=CENTER_STATES, actor=cast.officer, now=cast.now)
    ask_to_make(session, batch, actor=cast.officer, now=cast.now)
    session.commit()
    Worker(cast.app).runner.run_waiting()
    session.expire_all()
    letters = letters_of_batch(session, batch.id)
    assert {letter.kind for letter in letters} == {"award", "decline"}
    assert all(letter.sha256 for letter in letters)
    release_round(session, batch, actor=cast.officer, now=cast.now)


def test_the_history_of_a_decided_application_ends_with_the_letter(stage: tuple[Session, Cast]) -> None:
    session, _ = stage
    rows = select(Letter).where(col(Letter.status) == LetterStatus.RELEASED, col(Letter.kind) != "amendment")
    letters = [letter for letter in session.exec(rows) if letter.application_id]

    assert {letter.kind for letter in letters} >= {"award", "decline"}
    for letter in letters:
        assert public_events(session, letter.application_id or 0)[-1].kind == "letter.release"


PEOPLE = (
    "officer",
    "selecting",
    "grants-officer",
    "chair",
    "auditor",
    "applicant",
    "writer",
    "center",
)


def _home_rows(session: Session, now: datetime, *, barred: int | None) -> list[list[str]]:
    """Return what each person's home lists; a conflict takes away what it closes, and nothing else comes."""
    found = []
    for name in PEOPLE:
        person = session.exec(select(Person).where(col(Person.email) == f"{name}@demo.example")).one()
        actor = actor_of(session, person)
        rows = _all_rows(session, actor, now)
        found += [[name, row.endpoint, row.verb] for row in rows]
        if barred and actor.is_staff:
            closed = _all_rows(session, replace(actor, barred=actor.barred | {barred}), now)
            assert not [
                row for row in closed if "SAMPLE15H777" in row.verb or "award for Colorado" in row.verb
            ]
    return found


def _all_rows(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    return [
        row
        for one in ("staff", "applicant", "reviewer")
        for row in waiting(session, actor, now, audience=one)
    ]


def _rows_of_members(session: Session, award: Award, now: datetime) -> list[tuple[str, str]]:
    """Return what a member of the recipient who cannot sign reads at home."""
    member = _member(session, award)
    return [
        ("member", row.verb)
        for row in waiting(session, member, now, audience="applicant")
        if award.fain in row.verb or "Colorado" in row.verb
    ]


def _member(session: Session, award: Award) -> Actor:
    rows = select(Membership).where(col(Membership.organization_id) == award.organization_id)
    held = session.exec(rows.order_by(col(Membership.id))).first()
    assert held is not None
    person = session.get_one(Person, held.person_id)
    return Actor(person.id, person.name, memberships={award.organization_id: Role.MEMBER})


def _open_letters(session: Session, award: Award, now: datetime) -> None:
    member = _member(session, award)
    rows = select(Letter).where(col(Letter.application_id) == award.application_id)
    for letter in session.exec(rows).all():
        opening = Reading(
            person_id=member.person_id,
            person_name=member.name,
            person_role="member",
            what="letter",
            subject_type="letter",
            subject_id=letter.id,
            subject_uid=letter.uid,
            application_id=letter.application_id,
            at=now,
            real_at=now,
        )
        session.add(opening)
    session.flush()
