"""The invented people of the demonstration: staff, reviewers, and how their accounts are made."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from grants.access.actor import SYSTEM
from grants.access.roles import Role
from grants.accounts.models import LinkPurpose, Person
from grants.accounts.queries import invented_people
from grants.accounts.rules.passwords import hash_password
from grants.accounts.services.keys import keys
from grants.accounts.services.registration import (
    CONFIRM_WITHIN,
    DEMONSTRATION_PASSWORD,
    add_person,
    confirm,
    new_link,
)
from grants.accounts.services.roles import grant_role
from grants.commands.demonstration.stage import Stage
from grants.home.services import set_contact


@dataclass(frozen=True)
class Someone:
    """One person with the address they sign in with."""

    email: str
    name: str
    phone: str = ""
    zone: str = "America/New_York"


@dataclass(frozen=True)
class Expert:
    """A reviewer: who they are, what they know, and what ties them."""

    someone: Someone
    kind: str
    affiliation: str
    home: str
    expertise: tuple[str, ...]


OFFICER: Final = "officer@demo.example"
GRANTS: Final = "grants-officer@demo.example"
SELECTING: Final = "selecting@demo.example"
CHAIR: Final = "chair@demo.example"
AUDITOR: Final = "auditor@demo.example"
ADMINISTRATOR: Final = "admin@demo.example"
APPLICANT: Final = "applicant@demo.example"
WRITER: Final = "writer@demo.example"
CENTER: Final = "center@demo.example"

STAFF: Final = (
    (Someone(ADMINISTRATOR, "Naomi Feld", "301-555-0101"), Role.ADMINISTRATOR),
    (Someone(OFFICER, "Rosa Ortiz", "301-555-0102"), Role.PROGRAM_OFFICER),
    (Someone(GRANTS, "Leonard Chen", "301-555-0103"), Role.GRANTS_OFFICER),
    (Someone(SELECTING, "Margaret Obi", "301-555-0104"), Role.SELECTING_OFFICIAL),
    (Someone(CHAIR, "Theo Lindqvist", "301-555-0105"), Role.PANEL_CHAIR),
    (Someone(AUDITOR, "Priya Raman", "301-555-0106"), Role.AUDITOR),
)

CONTACT: Final = {
    "name": "Rosa Ortiz",
    "phone": "301-555-0102",
    "hours": "weekdays 8:30 a.m. to 5 p.m. Eastern Time",
    "email": OFFICER,
}
"""Whom people may ask, at the foot of every page."""

_REVIEWERS: Final = (
    ("Alice Mbeki", "outside", "Ledger & Lathe Advisers", "OH", ("finance", "small manufacturers")),
    ("Bruno Castellano", "outside", "Tidewater Polytechnic College", "MD", ("automation", "training")),
    ("Carol Ashdown", "federal", "Federal Bureau of Industrial Practice", "VA", ("metrology", "quality")),
    ("Dmitri Vance", "outside", "Vance Toolworks Consulting", "PA", ("machining", "supply chains")),
    ("Elena Sokolova", "federal", "Federal Bureau of Industrial Practice", "DC", ("energy", "materials")),
    ("Frank Adeyemi", "outside", "Keystone Works Council", "PA", ("workforce", "lean production")),
    ("Grace Hollander", "outside", "Mill River Business School", "MA", ("business models", "finance")),
    ("Henry Okafor", "federal", "Federal Office of Regional Economies", "DC", ("rural firms", "exports")),
    ("Irene Castillo", "outside", "Prairie State Makers Guild", "IL", ("food processing", "quality")),
    ("Jonas Bergman", "outside", "Bergman & Daughters Foundry", "MI", ("casting", "materials")),
    ("Keiko Tanaka", "federal", "Federal Office of Regional Economies", "DC", ("performance measurement",)),
    ("Luis Herrera", "outside", "Gulf Coast Process Institute", "LA", ("chemicals", "safety")),
)

REVIEWERS: Final = tuple(
    Expert(Someone(f"reviewer{number}@demo.example", name), kind, affiliation, home, expertise)
    for number, (name, kind, affiliation, home, expertise) in enumerate(_REVIEWERS, start=1)
)


def reviewer(number: int) -> Expert:
    """Return a reviewer by the number in their address."""
    return REVIEWERS[number - 1]


def register(stage: Stage, people: Iterable[Someone]) -> None:
    """Make confirmed accounts, all with the demonstration's password, which is hashed once."""
    hashed = hash_password(DEMONSTRATION_PASSWORD, keys().password_salt)
    with stage.database.writing() as session:
        for one in people:
            _register(session, stage, one, hashed)


def open_agency(stage: Stage) -> None:
    """Register the staff and give them their roles."""
    register(stage, [someone for someone, _role in STAFF])
    stage.later()
    with stage.database.writing() as session:
        people = {row.email: row for row in _people(session)}
        for someone, role in STAFF:
            grant_role(session, people[someone.email], role, actor=SYSTEM, now=stage.clock.now())
            stage.later()
        set_contact(session, CONTACT, actor=SYSTEM, now=stage.clock.now())


def _people(session: Session) -> list[Person]:
    return [row.person for row in invented_people(session, "demo.example")]


def _register(session: Session, stage: Stage, one: Someone, hashed: str) -> None:
    now = stage.clock.now()
    person = add_person(
        session, email=one.email, name=one.name, hashed=hashed, now=now, phone=one.phone, zone=one.zone
    )
    stage.later()
    link = new_link(session, person, LinkPurpose.CONFIRM, CONFIRM_WITHIN)
    confirm(session, link, now=stage.clock.now())
