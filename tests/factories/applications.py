"""An open competition with a host and its people for tests, and an application that lacks nothing."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pikepdf
from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.adapters.files import Files
from grants.applications.models import Application, PartyKind, Submission
from grants.applications.services import attaching, budgeting, cover, drafting, submitting
from grants.applications.services.cover import About
from grants.applications.services.submitting import Certification
from grants.budgets.models import MatchKind
from grants.budgets.rules.match import TESTS
from grants.budgets.rules.table import Column, YearBudget
from grants.budgets.services.sources import Source
from grants.competitions.models import Competition, Criterion, RequiredDocument, TargetState
from grants.competitions.workflow import CompetitionStatus
from grants.documents.services.storing import FileReady, prepare_pdf
from grants.organizations.models import MemberRole, Membership, Organization, OrganizationKind
from grants.policies.rule_set import rule_set_for

NOW = datetime(2014, 9, 1, 13, 0, tzinfo=UTC)
DEADLINE = datetime(2014, 10, 16, 3, 59, tzinfo=UTC)
ASKED = 1_668_359_00
FED = "nist_federal"


@dataclass
class Scene:
    """A competition, a host, and the people who work in it."""

    competition: Competition
    organization: Organization
    representative: Actor
    writer: Actor
    stranger: Actor
    officer: Actor


def make_scene(session: Session) -> Scene:
    """Make everything that stands before an application is started."""
    competition = make_open_competition(session)
    hale = make_person(session, "d.hale@frontrange.example", "Dana Hale")
    roy = make_person(session, "a.roy@frontrange.example", "Ana Roy")
    other = make_person(session, "x@elsewhere.example", "Xu Elsewhere")
    ortiz = make_person(session, "r.ortiz@agency.example", "Rosa Ortiz")
    host = make_host(session, hale, roy)
    second = make_host(session, other, name="Elsewhere Works", state="CT")
    return Scene(
        competition,
        host,
        member(hale, host, Role.REPRESENTATIVE),
        member(roy, host, Role.MEMBER),
        member(other, second, Role.REPRESENTATIVE),
        Actor(ortiz.id, ortiz.name, ortiz.email, staff_roles=frozenset({Role.PROGRAM_OFFICER})),
    )


def make_open_competition(session: Session, number: str = "2014-NIST-MEP-01") -> Competition:
    """Make a published competition for Colorado and Connecticut with two criteria and two documents."""
    rules = rule_set_for(
        date(2014, 8, 1), award_expected_on=date(2015, 2, 1), cost_share="omnibus-1988-schedule"
    )
    competition = Competition(
        number=number,
        title="Award Competitions for MEP Centers",
        published_at=datetime(2014, 8, 1, 13, 0, tzinfo=UTC),
        deadline_at=DEADLINE,
        award_years=5,
        total_points=Decimal(40),
        expected_award_on=date(2015, 2, 1),
        rule_set=dict(rules.to_json()),
        contact_name="Rosa Ortiz",
        contact_phone="301-555-0100",
        created_at=NOW,
        status=CompetitionStatus.PUBLISHED,
    )
    session.add(competition)
    session.flush()
    top = Criterion(
        competition_id=competition.id,
        position=1,
        key="narrative",
        title="Project narrative",
        points=Decimal(40),
        children_equal=True,
    )
    session.add(top)
    session.flush()
    session.add_all(
        [
            TargetState(competition_id=competition.id, position=1, state="CO", federal_per_year=ASKED),
            TargetState(competition_id=competition.id, position=2, state="CT", federal_per_year=ASKED),
            Criterion(
                competition_id=competition.id,
                parent_id=top.id,
                position=1,
                key="strategy",
                title="Center strategy",
                word_limit=10,
                guidance="Say how the center reaches firms.",
            ),
            Criterion(
                competition_id=competition.id,
                parent_id=top.id,
                position=2,
                key="market",
                title="Market understanding",
            ),
            RequiredDocument(
                competition_id=competition.id,
                position=1,
                key="proposal",
                title="Technical proposal",
                page_limit=3,
            ),
            RequiredDocument(
                competition_id=competition.id,
                position=2,
                key="letters",
                title="Letters of commitment",
                required=False,
            ),
        ]
    )
    session.flush()
    return competition


def make_person(session: Session, email: str, name: str) -> Person:
    """Make an account with a confirmed address."""
    person = Person(email=email, name=name, confirmed_at=NOW, created_at=NOW, zone="America/Denver")
    session.add(person)
    session.flush()
    return person


def make_host(
    session: Session,
    representative: Person,
    *members: Person,
    name: str = "Front Range Manufacturing Alliance",
    state: str = "CO",
) -> Organization:
    """Make an organization with its people."""
    host = Organization(
        name=name,
        kind=OrganizationKind.NONPROFIT,
        ein="84-1234567",
        uei="FRMA84123456",
        state=state,
        city="Denver",
        created_at=NOW,
    )
    session.add(host)
    session.flush()
    session.add(
        Membership(
            organization_id=host.id,
            person_id=representative.id,
            role=MemberRole.REPRESENTATIVE,
            joined_at=NOW,
        )
    )
    session.add_all(
        Membership(organization_id=host.id, person_id=one.id, role=MemberRole.MEMBER, joined_at=NOW)
        for one in members
    )
    session.flush()
    return host


def member(person: Person, host: Organization, role: Role) -> Actor:
    """Return a person as a member of a host."""
    return Actor(person.id, person.name, person.email, memberships={host.id: role}, zone=person.zone)


def start(session: Session, scene: Scene, state: str = "CO", *, now: datetime = NOW) -> Application:
    """Start the host's application."""
    return drafting.start(session, scene.competition, state, scene.organization, actor=scene.writer, now=now)


def complete(session: Session, scene: Scene, application: Application, files: Files) -> None:
    """Fill in everything, so that nothing stops the submission."""
    actor, now = scene.writer, NOW
    about = About(
        project_title="A center for Colorado",
        service_area="Colorado",
        center_director="Mara Diaz",
        contact_person_id=scene.writer.person_id,
    )
    cover.save_about(session, application, about, version=application.version, actor=actor, now=now)
    cover.name_party(
        session,
        application,
        kind=PartyKind.KEY_PERSON,
        name="Mara Diaz",
        role="Director",
        actor=actor,
        now=now,
    )
    budgeting.answer_before(session, application, was_center=False, actor=actor, now=now)
    for key in ("strategy", "market"):
        drafting.save_section(
            session, application, key, "We reach firms through four offices.", version=0, actor=actor, now=now
        )
        drafting.mark_section(session, application, key, is_ready=True, actor=actor, now=now)
    for year in range(1, 6):
        content = balanced(year)
        budgeting.save_budget_year(session, application, year, content, version=0, actor=actor, now=now)
    ready = prepare_pdf(files, "proposal.pdf", pdf(pages=3), scanner=None)
    attaching.add_document(session, application, "proposal", ready, actor=actor, now=now)


def balanced(year: int, match: int | None = None) -> YearBudget:
    """Return a year that holds exactly at its ceiling, revenue equal to expense in every column."""
    needed = {4: 2_502_538_50, 5: 3_336_718_00}.get(year, ASKED)
    cash = needed if match is None else match
    return YearBudget(
        {
            (FED, Column.FEDERAL): ASKED,
            ("applicant", Column.CASH): cash,
            ("personnel", Column.FEDERAL): ASKED,
            ("personnel", Column.CASH): cash,
        }
    )


def state_source(letter_file_id: int | None = None, amount: int = 100_00) -> Source:
    """Return a source with every test confirmed."""
    return Source(
        row_key="state_local",
        source="State of Colorado",
        kind=MatchKind.CASH,
        amount=amount,
        letter_file_id=letter_file_id,
        tests=frozenset(TESTS),
    )


def certified() -> Certification:
    """Return a certification with everything ticked."""
    return Certification("President", agreed=True)


def submit(session: Session, scene: Scene, application: Application, *, now: datetime = NOW) -> Submission:
    """Submit as the representative; anything but a submission is a fault of the test."""
    outcome = submitting.submit(
        session, application, certified=certified(), actor=scene.representative, now=now
    )
    assert isinstance(outcome, Submission)
    return outcome


def pdf(*, pages: int = 1, change: Callable[[pikepdf.Pdf], None] | None = None, **save: Any) -> bytes:
    """Return the bytes of a small PDF with so many empty pages."""
    document = pikepdf.Pdf.new()
    for _ in range(pages):
        document.add_blank_page()
    if change is not None:
        change(document)
    out = io.BytesIO()
    document.save(out, **{"deterministic_id": True, **save})
    return out.getvalue()


def ready_pdf(files: Files, *, pages: int = 1, name: str = "file.pdf") -> FileReady:
    """Return a checked and stored PDF."""
    return prepare_pdf(files, name, pdf(pages=pages), scanner=None)


def large_pdf(size: int) -> bytes:
    """Return a PDF of one page with at least so many bytes in it."""

    def fill(document: pikepdf.Pdf) -> None:
        noise = random.Random(7).randbytes(size)
        document.pages[0].Contents = document.make_stream(b"%" + noise.hex().encode()[:size])

    return pdf(change=fill, compress_streams=False)
