"""A center with an accepted award for tests: made through the real services, its letter released."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.rules.passwords import hash_password
from grants.accounts.services.keys import keys
from grants.accounts.services.roles import grant_role
from grants.applications.models import Application
from grants.awards.models import Award, Choice, Selection
from grants.awards.rules.items import ENTERED
from grants.awards.rules.letter_kinds import AWARD
from grants.awards.services import awarding
from grants.awards.services.awarding import Terms
from grants.awards.services.dossier import award_dossier, award_letter_values
from grants.awards.workflow import SelectionStatus
from grants.budgets.rules.table import Cell, Column, YearBudget
from grants.continuations.models import Request
from grants.continuations.queries.requests import request_of_year
from grants.continuations.rules.gates import Proposal
from grants.continuations.rules.parts import Part
from grants.continuations.services import evaluating, sending, writing
from grants.continuations.services.evaluating import Reading
from grants.continuations.services.opening import open_due
from grants.documents.services.letters import Addressee, draft_letter, keep_made
from grants.documents.services.releasing import release
from grants.documents.services.storing import FileReady
from grants.organizations.models import MemberRole, Membership, Organization
from grants.policies.rule_set import rule_set_for
from tests.factories.reviews import make_application, make_competition, make_person

MADE = datetime(2015, 2, 20, 15, 0, tzinfo=UTC)
SIGNED = datetime(2015, 2, 25, 15, 0, tzinfo=UTC)
OPENS = datetime(2015, 10, 4, 15, 0, tzinfo=UTC)
WORKS = datetime(2015, 12, 15, 15, 0, tzinfo=UTC)
DECIDES = datetime(2016, 2, 20, 15, 0, tzinfo=UTC)
FEDERAL = 1_668_359_00
PASSWORD = "a long password for tests"
MATCH = (FEDERAL, FEDERAL, FEDERAL, 2_180_000_00, 2 * FEDERAL)
"""Match of the five planned years; 322,538.50 are lacking in year 4, where the ceiling is 2/5."""


@dataclass
class Center:
    """A center with its people as actors; the officers are three different persons."""

    award: Award
    application: Application
    organization: Organization
    officer: Actor
    second_officer: Actor
    grants_officer: Actor
    representative: Actor
    member: Actor
    stranger: Actor


def year(federal: int, match: int, extra: dict[Cell, int] | None = None) -> YearBudget:
    """Return a balanced year: federal money and cash match, both spent on personnel."""
    cells: dict[Cell, int] = {
        ("nist_federal", Column.FEDERAL): federal,
        ("state_local", Column.CASH): match,
        ("personnel", Column.FEDERAL): federal,
        ("personnel", Column.CASH): match,
    }
    return YearBudget({**cells, **(extra or {})})


def make_center(
    session: Session,
    *,
    number: str = "CO-1",
    state: str = "CO",
    name: str = "Front Range Manufacturing Alliance",
    plan: Sequence[int] = MATCH,
    officers: "Center | None" = None,
) -> Center:
    """Make a center of which year 1 is funded; a second one shares the officers and the competition."""
    host = number.lower()
    representative = _person(session, f"hale@{host}.example", f"Dana Hale of {number}")
    member = _person(session, f"writer@{host}.example", f"Jo Lind of {number}")
    if officers is None:
        rules = rule_set_for(date(2014, 8, 1), award_expected_on=date(2015, 2, 20))
        competition = make_competition(
            session, rule_set=rules.to_json(), contact_name="R. Ortiz", contact_phone="301-555-0100",
            assistance_listing="11.611",
        )  # fmt: skip
        staff = [
            _staff(session, "officer@agency.example", "Olga Ortiz", Role.PROGRAM_OFFICER),
            _staff(session, "second@agency.example", "Sam Reed", Role.PROGRAM_OFFICER, Role.GRANTS_OFFICER),
            _staff(session, "grants@agency.example", "Grace Okafor", Role.GRANTS_OFFICER),
        ]
        stranger_person = _person(session, "stranger@other.example", "Una Fremd")
        stranger = Actor(person_id=stranger_person.id, name="Una Fremd", memberships={999_999: Role.MEMBER})
    else:
        from grants.competitions.queries import competition_by_id

        found = competition_by_id(session, officers.award.competition_id)
        assert found is not None
        competition = found
        staff = [officers.officer, officers.second_officer, officers.grants_officer]
        stranger = officers.stranger
    years = [year(FEDERAL, match) for match in plan]
    application = make_application(
        session, competition, state, number, name, member=representative, years=years
    )
    organization = session.get(Organization, application.organization_id)
    assert organization is not None
    organization.uei = "ABCDEFGHJKL5"
    session.add(organization)
    session.add(
        Membership(
            organization_id=organization.id, person_id=member.id, role=MemberRole.MEMBER, joined_at=MADE
        )
    )
    session.flush()
    center = Center(
        award=_award(session, application, staff, plan),
        application=application,
        organization=organization,
        officer=staff[0],
        second_officer=staff[1],
        grants_officer=staff[2],
        representative=_actor(representative, memberships={organization.id: Role.REPRESENTATIVE}),
        member=_actor(member, memberships={organization.id: Role.MEMBER}),
        stranger=stranger,
    )
    _accept(session, center)
    return center


def open_request(session: Session, center: Center, *, ordinal: int = 2, now: datetime = OPENS) -> Request:
    """Have the worker's duty open what is due; return one request."""
    open_due(session, now)
    request = request_of_year(session, center.award.id, ordinal)
    assert request is not None
    return request


def fill_request(session: Session, center: Center, request: Request, *, now: datetime = WORKS) -> None:
    """Fill in every part so that the final can go."""
    parts = {
        Part.OUTCOMES: {
            "clients_planned": "120", "clients_actual": "112", "clients_requested": "125",
            "projects_planned": "80", "projects_actual": "88", "projects_requested": "85",
            "jobs_planned": "300", "jobs_actual": "240", "jobs_requested": "310",
        },
        Part.ACTUALS: {
            "as_of": "2015-11-30", "spent": "1590000.00", "expected": "1668359.00",
            "claimed": "1702110.00", "documented": "1455000.00", "note": "A ledger is due in January.",
        },
        Part.SCOPE: {"scope": "Two more regional offices.\n\n- Visits to small plants."},
    }  # fmt: skip
    for key, content in parts.items():
        writing.save_part(session, request, key, content, version=1, actor=center.member, now=now)


def submit(session: Session, center: Center, request: Request, *, now: datetime = WORKS) -> None:
    """Submit the final request as the authorized representative."""
    sending.submit_final(session, request, actor=center.representative, now=now)


def evaluate(
    session: Session, center: Center, request: Request, proposal: Proposal, *, actor: Actor | None = None
) -> None:
    """Evaluate as the program officer and send it on."""
    reading = Reading(
        "On plan.", "Clients 93 %, projects 110 %.", "135,000.00 still to be documented.", proposal
    )
    evaluating.send_on(session, request, reading, version=1, actor=actor or center.officer, now=DECIDES)


def _person(session: Session, email: str, name: str) -> Person:
    return make_person(session, email, name)


def let_sign(session: Session, actor: Actor) -> None:
    """Give a person the password of the tests, so that they can sign on a page."""
    person = session.get(Person, actor.person_id)
    assert person is not None
    person.password_hash = hash_password(PASSWORD, keys().password_salt)
    session.add(person)


def _staff(session: Session, email: str, name: str, *roles: Role) -> Actor:
    person = _person(session, email, name)
    grant_role(session, person, roles[0], actor=SYSTEM, now=MADE)  # a second one stands only in the actor
    return Actor(person_id=person.id, name=name, email=email, staff_roles=frozenset(roles))


def _actor(person: Person, *, memberships: dict[int, Role]) -> Actor:
    return Actor(person_id=person.id, name=person.name, email=person.email, memberships=memberships)


def _award(session: Session, application: Application, staff: list[Actor], plan: Sequence[int]) -> Award:
    """Prepare and make the award from a selection that another person approved."""
    selection = Selection(
        competition_id=application.competition_id,
        state=application.state,
        number=1,
        choice=Choice.SELECT,
        application_id=application.id,
        made_at=MADE,
        signed_by_id=staff[1].person_id,
        signed_by_name=staff[1].name,
        signed_at=MADE,
        approved_by_id=staff[2].person_id,
        approved_by_name=staff[2].name,
        approved_at=MADE,
        status=SelectionStatus.APPROVED,
    )
    session.add(selection)
    session.flush()
    rules = rule_set_for(date(2014, 8, 1), award_expected_on=date(2015, 2, 20))
    entered = {row.key: f"What the award says of {row.key}." for row in ENTERED}
    award = awarding.prepare(
        session,
        selection,
        application,
        [year(FEDERAL, match) for match in plan],
        rule=rules.cost_share,
        selected_again=False,
        terms=Terms(f"70NANB15H{application.id:03d}", date(2015, 4, 1), "Dana Hale", entered),
        actor=staff[2],
        now=MADE,
    )
    dossier = award_dossier(session, award, now=MADE, officer=staff[2].name)
    awarding.make(
        session,
        award,
        items=dossier.items,
        judged=dossier.judged,
        zone=dossier.competition.zone,
        actor=staff[2],
        now=MADE,
    )
    return award


def _accept(session: Session, center: Center) -> None:
    """Release the award letter and countersign."""
    award = center.award
    dossier = award_dossier(session, award, now=MADE)
    values = award_letter_values(dossier, date_text="February 20, 2015", state_name="Colorado")
    addressee = Addressee(
        award.organization_id, award.competition_id, award.application_id, "application",
        award.application_id, center.organization.name,
    )  # fmt: skip
    letter = draft_letter(session, AWARD, addressee, values, batch=None, now=MADE)
    ready = FileReady("a" * 64, 10, "application/pdf", "award.pdf", 1, None)
    keep_made(session, letter, ready, actor=SYSTEM, now=MADE)
    release(session, [letter], actor=center.grants_officer, now=MADE)
    awarding.countersign(session, award, title="Director", actor=center.representative, now=SIGNED)
