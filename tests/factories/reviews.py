"""A competition under review for tests: criteria, applications with submissions, reviewers, sheets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.applications.models import Application, Submission, SubmissionFile
from grants.applications.rules.content import (
    HostFacts,
    SubmissionContent,
    SubmittedParty,
    SubmittedSection,
    content_hash,
    to_json,
)
from grants.applications.workflow import ApplicationStatus
from grants.budgets.models import Budget
from grants.budgets.rules.table import YearBudget
from grants.competitions.models import Competition, Criterion, TargetState
from grants.competitions.rules.choices import RankingMethod, TieBreak
from grants.competitions.workflow import CompetitionStatus
from grants.documents.models import StoredFile
from grants.organizations.models import MemberRole, Membership, Organization, OrganizationKind
from grants.reviews.models import (
    Answer,
    Assignment,
    ConflictAnswer,
    PanelMember,
    Phase,
    Score,
    ScoreVersion,
    Sheet,
)
from grants.reviews.queries.doors import reviewer_facts
from grants.reviews.rules.choices import ReviewerKind
from grants.reviews.rules.points import columns
from grants.reviews.services.scoring import as_fields
from grants.reviews.workflow import AssignmentStatus, MemberStatus

NOW = datetime(2014, 11, 10, 14, 0, tzinfo=UTC)
CRITERIA = (
    ("center_strategy", "Center strategy", 10),
    ("market_understanding", "Market understanding", 10),
    ("business_model", "Business model", 10),
    ("performance", "Performance measurement and management", 10),
    ("key_personnel", "Key personnel, organizational structure and management", 15),
    ("oversight", "Oversight board or advisory committee, and governance", 15),
    ("budget", "Budget", 15),
    ("financial_plan", "Quality of the financial plan for the non-federal share over five years", 15),
)
"""Key, title and points of what reviewers score in the sample rubric of 100 points."""
TOPS = (
    ("narrative", "Executive summary and project narrative", 40, CRITERIA[:4]),
    ("qualifications", "Qualifications of the applicant and program management", 30, CRITERIA[4:6]),
    ("financial", "Budget narrative and financial plan", 30, CRITERIA[6:]),
)
BANDS = [
    {"low": "9", "high": "10", "text": "Excellent: concrete, with evidence for every claim."},
    {"low": "7", "high": "8", "text": "Good: small gaps."},
    {"low": "4", "high": "6", "text": "Fair: important questions are open."},
    {"low": "0", "high": "3", "text": "Poor: the criterion is hardly addressed."},
]


@dataclass
class Round:
    """A competition with its people and applications; ids and objects, detached and readable."""

    competition: Competition
    officer: Actor
    chair: Actor
    applications: dict[str, Application] = field(default_factory=dict)
    reviewers: list[Person] = field(default_factory=list)

    def reviewer(self, session: Session, number: int) -> Actor:
        """Return a reviewer as an actor, with what is open and closed to them now."""
        return actor_of(session, self.reviewers[number - 1])


def actor_of(session: Session, person: Person, *roles: Role) -> Actor:
    """Return a person as an actor."""
    facts = reviewer_facts(session, person.id)
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        staff_roles=frozenset(roles),
        is_reviewer=facts.is_reviewer,
        assignments=facts.assignments,
        invited_to=facts.invited_to,
        barred=facts.barred,
        zone=person.zone,
    )


def make_person(session: Session, email: str, name: str) -> Person:
    """Make an account with a confirmed address."""
    person = Person(email=email, name=name, confirmed_at=NOW, created_at=NOW)
    session.add(person)
    session.flush()
    return person


def make_competition(session: Session, **changes: Any) -> Competition:
    """Make a published competition with the sample rubric, its deadline in the past."""
    values: dict[str, Any] = {
        "number": "2014-NIST-MEP-01",
        "title": "Award Competitions for MEP Centers",
        "published_at": datetime(2014, 8, 1, 13, 0, tzinfo=UTC),
        "deadline_at": datetime(2014, 10, 16, 3, 59, tzinfo=UTC),
        "total_points": Decimal(100),
        "threshold": Decimal(70),
        "reviewers_minimum": 3,
        "ranking_method": RankingMethod.RANK_SUM,
        "tie_break": TieBreak.FINAL_MEAN,
        "rule_set": {},
        "status": CompetitionStatus.PUBLISHED,
        "created_at": datetime(2014, 7, 1, 13, 0, tzinfo=UTC),
        **changes,
    }
    competition = Competition(**values)
    session.add(competition)
    session.flush()
    for position, (key, title, points, leaves) in enumerate(TOPS):
        top = Criterion(
            competition_id=competition.id,
            position=position,
            key=key,
            title=title,
            points=Decimal(points),
            children_equal=True,
        )
        session.add(top)
        session.flush()
        for place, (leaf, leaf_title, _points) in enumerate(leaves):
            session.add(
                Criterion(
                    competition_id=competition.id,
                    parent_id=top.id,
                    position=place,
                    key=leaf,
                    title=leaf_title,
                    guidance=f"The notice says what {leaf_title.lower()} means and what counts.",
                    bands=BANDS,
                )
            )
    for position, state in enumerate(("CO", "NH", "TX")):
        session.add(
            TargetState(
                competition_id=competition.id, position=position, state=state, federal_per_year=1_668_359_00
            )
        )
    session.flush()
    return competition


def make_application(
    session: Session,
    competition: Competition,
    state: str,
    number: str,
    name: str,
    *,
    member: Person | None = None,
    parties: Sequence[SubmittedParty] = (),
    years: Sequence[YearBudget] = (),
    status: ApplicationStatus = ApplicationStatus.ELIGIBLE,
) -> Application:
    """Make an application that was submitted and, unless said otherwise, screened in."""
    host = Organization(
        name=name,
        kind=OrganizationKind.NONPROFIT,
        street="1 Mill Street",
        city="Springfield",
        state=state,
        zip="80202",
        created_at=NOW,
    )
    budget = Budget(years=5, label=number)
    owner = member or make_person(session, f"lead@{number.lower()}.example", f"Lead of {name}")
    session.add_all([host, budget])
    session.flush()
    session.add(
        Membership(organization_id=host.id, person_id=owner.id, role=MemberRole.REPRESENTATIVE, joined_at=NOW)
    )
    application = Application(
        number=number,
        competition_id=competition.id,
        state=state,
        organization_id=host.id,
        budget_id=budget.id,
        project_title=f"A center for the manufacturers of {state}",
        created_by_id=owner.id,
        created_at=NOW,
        submitted_at=NOW - timedelta(days=30),
        status=status,
    )
    session.add(application)
    session.flush()
    content = to_json(_content(application, competition, host, parties, years))
    submission = Submission(
        application_id=application.id,
        number=f"S-{number}",
        submitted_at=NOW - timedelta(days=30),
        submitted_by_id=owner.id,
        certified_name=owner.name,
        certified_title="Executive director",
        content=content,
        sha256=content_hash(content),
    )
    session.add(submission)
    session.flush()
    return application


def attach_pdf(session: Session, application: Application, sha256: str, size: int, pages: int = 1) -> str:
    """Attach a stored PDF to the submission that stands; return its name in URLs."""
    from grants.reviews.queries.applications import current_submission

    submission = current_submission(session, application.id)
    assert submission is not None
    stored = StoredFile(
        sha256=sha256,
        size=size,
        media_type="application/pdf",
        name="technical-proposal.pdf",
        pages=pages,
        uploaded_at=NOW,
    )
    session.add(stored)
    session.flush()
    row = SubmissionFile(
        submission_id=submission.id,
        application_id=application.id,
        document_key="technical_proposal",
        title="Technical proposal",
        name="technical-proposal.pdf",
        file_id=stored.id,
        sha256=sha256,
        pages=pages,
        size=size,
    )
    session.add(row)
    session.flush()
    return row.uid


def make_reviewer(
    session: Session,
    competition: Competition,
    email: str,
    name: str,
    *,
    kind: ReviewerKind = ReviewerKind.OUTSIDE,
    cap: int = 8,
    invited_by: int,
    signed: bool = True,
) -> Person:
    """Make a person who accepted the invitation and, unless said otherwise, signed the agreement."""
    person = make_person(session, email, name)
    session.add(
        PanelMember(
            competition_id=competition.id,
            person_id=person.id,
            email=email,
            name=name,
            kind=kind,
            cap=cap,
            invited_by_id=invited_by,
            invited_at=NOW,
            expires_at=NOW + timedelta(days=10),
            answered_at=NOW,
            agreement_signed_at=NOW if signed else None,
            agreement_name=name if signed else None,
            tools_certified_at=NOW if signed else None,
            status=MemberStatus.ACCEPTED,
        )
    )
    session.flush()
    return person


def open_door(session: Session, application: Application, person: Person, *, answered: bool = True) -> Sheet:
    """Make a sent assignment with its sheet, and what the reviewer certified."""
    session.add(
        Assignment(
            competition_id=application.competition_id,
            application_id=application.id,
            state=application.state,
            person_id=person.id,
            made_at=NOW,
            sent_at=NOW,
            due_at=NOW + timedelta(days=30),
            status=AssignmentStatus.SENT,
        )
    )
    if answered:
        session.add(
            ConflictAnswer(person_id=person.id, application_id=application.id, answer=Answer.NONE, at=NOW)
        )
    sheet = Sheet(
        competition_id=application.competition_id,
        application_id=application.id,
        state=application.state,
        person_id=person.id,
        phase=Phase.INITIAL,
        opened_at=NOW,
    )
    session.add(sheet)
    session.flush()
    return sheet


def fill(session: Session, sheet: Sheet, points: Mapping[str, Decimal | Fraction]) -> None:
    """Enter points and texts for every criterion, as autosaves would have left them."""
    for key, value in points.items():
        whole, exact = columns(value)
        score = Score(
            sheet_id=sheet.id,
            criterion_key=key,
            points=whole,
            exact=exact,
            strengths=f"What is strong about {key.replace('_', ' ')}.",
            weaknesses="What is missing.",
            updated_at=NOW,
        )
        session.add(score)
        session.add(
            ScoreVersion(sheet_id=sheet.id, criterion_key=key, version=1, fields=as_fields(score), at=NOW)
        )
    session.flush()


def spread(total: Decimal | int | str) -> dict[str, Decimal]:
    """Spread a total over the sample rubric, criterion by criterion, never above a maximum."""
    left = Decimal(total)
    whole = Decimal(100)
    found: dict[str, Decimal] = {}
    for key, _title, most in CRITERIA[:-1]:
        found[key] = (left * most / whole).quantize(Decimal("0.5")).min(Decimal(most))
    found[CRITERIA[-1][0]] = left - sum(found.values())
    return found


def make_round(session: Session, *, states: Mapping[str, int] | None = None, reviewers: int = 3) -> Round:
    """Make a competition with applications by state and reviewers who joined; nothing is assigned."""
    officer = make_person(session, "officer@agency.example", "Olga Ortiz")
    chair = make_person(session, "chair@agency.example", "Carl Weber")
    competition = make_competition(session)
    made = Round(
        competition,
        Actor(person_id=officer.id, name=officer.name, staff_roles=frozenset({Role.PROGRAM_OFFICER})),
        Actor(person_id=chair.id, name=chair.name, staff_roles=frozenset({Role.PANEL_CHAIR})),
    )
    names = ("Front Range Manufacturing Alliance", "Mesa Works", "Peak Makers", "Prairie Tool Guild")
    for state, count in (states or {"CO": 3}).items():
        for position in range(count):
            number = f"{state}-{position + 1}"
            made.applications[number] = make_application(
                session, competition, state, number, f"{names[position]} of {state}"
            )
    people = ("Amir Fox", "Beth Boyd", "Chen Chu", "Dora Diaz", "Emil Eck", "Fay Ford")
    for position in range(reviewers):
        made.reviewers.append(
            make_reviewer(
                session,
                competition,
                f"reviewer{position + 1}@panel.example",
                people[position],
                kind=ReviewerKind.FEDERAL if position == 0 else ReviewerKind.OUTSIDE,
                invited_by=officer.id,
            )
        )
    return made


def _content(
    application: Application,
    competition: Competition,
    host: Organization,
    parties: Sequence[SubmittedParty],
    years: Sequence[YearBudget],
) -> SubmissionContent:
    return SubmissionContent(
        number=application.number,
        competition=competition.number,
        state=application.state,
        service_area="",
        project_title=application.project_title,
        center_director=f"Dana Hale of {application.number}",
        contact={"name": "Jo Lind", "email": "lind@host.example", "phone": "303-555-0100"},
        organization=HostFacts(
            name=host.name,
            kind=str(host.kind),
            ein="",
            uei="",
            street=host.street,
            city=host.city,
            state=host.state,
            zip=host.zip,
            congressional_district="",
        ),
        sections=tuple(
            SubmittedSection(
                key=key,
                title=title,
                points=str(points),
                word_limit=1500,
                words=60,
                text=f"## {title}\n\n{host.name} reaches firms through **four regional offices** and two "
                "community colleges.\n\n- First, visits to every small plant.\n- Second, a yearly survey.",
            )
            for key, title, points in CRITERIA
        ),
        years=tuple(years),
        sources=(),
        parties=tuple(parties),
        documents=(),
        self_check=(),
    )
