"""Reads of one application at work: its parts, who may work on it, what decides whether they may now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as select_bare
from sqlmodel import Session, col, select

from grants.accounts.models import Person
from grants.applications.models import (
    Application,
    ApplicationDocument,
    NamedParty,
    Section,
    SectionVersion,
    SetAside,
)
from grants.applications.workflow import ApplicationStatus
from grants.competitions.models import Competition
from grants.database import bare_rows, bare_table
from grants.documents.models import StoredFile
from grants.organizations.models import MemberRole, Membership


@dataclass(frozen=True)
class AttachedDocument:
    """One standing file of a draft."""

    document: ApplicationDocument
    file: StoredFile


@dataclass(frozen=True)
class Desk:
    """What decides whether a draft may be worked on now, and the zone in which its instants are told."""

    application_id: int
    organization_id: int
    number: str
    status: ApplicationStatus
    deadline_at: datetime | None
    zone: str

    @property
    def label(self) -> str:
        """How the record calls the application."""
        return f"Application {self.number}"


@dataclass(frozen=True)
class Member:
    """One current member of a host."""

    person: Person
    role: MemberRole


_BY_UID = select(Application).where(col(Application.uid) == bindparam("application_uid"))
"""Built once: every page of an application asks it."""


def application_by_uid(session: Session, uid: str) -> Application | None:
    """Return an application by the name used in URLs."""
    return session.exec(_BY_UID, params={"application_uid": uid}).first()


def application_by_id(session: Session, application_id: int) -> Application | None:
    """Return an application by its id."""
    return session.get(Application, application_id)


_READ_AGAIN = (
    select(Application, Competition)
    .join(Competition, col(Competition.id) == col(Application.competition_id))
    .where(col(Application.id) == bindparam("application_id"))
    .execution_options(populate_existing=True)
)


def read_again(session: Session, application: Application) -> Competition | None:
    """Read an application of this session anew, and return its competition, in one query."""
    row = session.exec(_READ_AGAIN, params={"application_id": application.id}).first()
    return None if row is None else row[1]


_APPLICATIONS, _COMPETITIONS = bare_table(Application), bare_table(Competition)


_DESK = (
    select_bare(
        _APPLICATIONS.c.id,
        _APPLICATIONS.c.organization_id,
        _APPLICATIONS.c.number,
        _APPLICATIONS.c.status,
        _COMPETITIONS.c.deadline_at,
        _COMPETITIONS.c.zone,
    )
    .join_from(_APPLICATIONS, _COMPETITIONS, _COMPETITIONS.c.id == _APPLICATIONS.c.competition_id)
    .where(_APPLICATIONS.c.id == bindparam("application_id"))
)
"""Built once: every save of a draft asks it while others wait."""


def desk_of(session: Session, application_id: int) -> Desk | None:
    """Return what decides now whether a draft may be worked on."""
    row = bare_rows(session, _DESK, {"application_id": application_id}).first()
    return None if row is None else Desk(*row)


_DESK_WITH_RULES = _DESK.add_columns(_COMPETITIONS.c.rule_set)


def desk_with_rules(session: Session, application_id: int) -> tuple[Desk, dict[str, Any] | None] | None:
    """Return the same with the rules copied at publication, by which a save of the budget is judged."""
    row = bare_rows(session, _DESK_WITH_RULES, {"application_id": application_id}).first()
    return None if row is None else (Desk(*row[:-1]), row[-1])


def application_by_number(session: Session, number: str) -> Application | None:
    """Return an application by the number people say."""
    return session.exec(select(Application).where(col(Application.number) == number)).first()


def standing_application(
    session: Session, *, competition_id: int, organization_id: int, state: str
) -> Application | None:
    """Return the host's application for a state that is not withdrawn."""
    rows = select(Application).where(
        col(Application.competition_id) == competition_id,
        col(Application.organization_id) == organization_id,
        col(Application.state) == state,
        col(Application.status) != ApplicationStatus.WITHDRAWN,
    )
    return session.exec(rows).first()


def sections_of(session: Session, application_id: int) -> dict[str, Section]:
    """Return the sections by criterion key."""
    rows = (
        select(Section).where(col(Section.application_id) == application_id).order_by(col(Section.id))
    ).execution_options(populate_existing=True)
    return {row.criterion_key: row for row in session.exec(rows).all()}


def locked_section(session: Session, application_id: int, key: str) -> Section | None:
    """Return one section, locked for this transaction and read anew."""
    rows = (
        select(Section)
        .where(col(Section.application_id) == application_id, col(Section.criterion_key) == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.exec(rows).first()


def section_version(session: Session, section_id: int, version: int) -> SectionVersion | None:
    """Return a section as it was saved under a version."""
    rows = select(SectionVersion).where(
        col(SectionVersion.section_id) == section_id, col(SectionVersion.version) == version
    )
    return session.exec(rows).first()


def section_history(session: Session, section_id: int, *, most: int = 20) -> list[SectionVersion]:
    """Return the latest saved texts of a section, newest first."""
    rows = (
        select(SectionVersion)
        .where(col(SectionVersion.section_id) == section_id)
        .order_by(col(SectionVersion.version).desc())
        .limit(most)
    )
    return list(session.exec(rows).all())


def set_aside_by_uid(session: Session, application_id: int, uid: str) -> SetAside | None:
    """Return what somebody typed on top of an old version."""
    rows = select(SetAside).where(col(SetAside.application_id) == application_id, col(SetAside.uid) == uid)
    return session.exec(rows).first()


def undecided(session: Session, application_id: int) -> list[SetAside]:
    """Return every text that stands against a stored one until somebody chooses, oldest first."""
    rows = select(SetAside).where(
        col(SetAside.application_id) == application_id, col(SetAside.settled_at).is_(None)
    )
    return list(session.exec(rows.order_by(col(SetAside.id))).all())


def parties_of(session: Session, application_id: int) -> list[NamedParty]:
    """Return the people and partners named in a draft, in the order of entry."""
    rows = (
        select(NamedParty)
        .where(col(NamedParty.application_id) == application_id, col(NamedParty.removed_at).is_(None))
        .order_by(col(NamedParty.kind), col(NamedParty.id))
    )
    return list(session.exec(rows).all())


def party_by_uid(session: Session, application_id: int, uid: str) -> NamedParty | None:
    """Return one named person or partner of a draft."""
    rows = select(NamedParty).where(
        col(NamedParty.application_id) == application_id,
        col(NamedParty.uid) == uid,
        col(NamedParty.removed_at).is_(None),
    )
    return session.exec(rows).first()


def attached_documents(session: Session, application_id: int) -> list[AttachedDocument]:
    """Return the standing files of a draft in the order in which they were added."""
    rows = (
        select(ApplicationDocument, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(ApplicationDocument.file_id))
        .where(
            col(ApplicationDocument.application_id) == application_id,
            col(ApplicationDocument.removed_at).is_(None),
        )
        .order_by(col(ApplicationDocument.id))
    )
    return [AttachedDocument(*row) for row in session.exec(rows).all()]


def attached_by_uid(session: Session, application_id: int, uid: str) -> AttachedDocument | None:
    """Return one file of an application, standing or removed."""
    rows = (
        select(ApplicationDocument, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(ApplicationDocument.file_id))
        .where(col(ApplicationDocument.application_id) == application_id, col(ApplicationDocument.uid) == uid)
    )
    row = session.exec(rows).first()
    return None if row is None else AttachedDocument(*row)


def members_of(session: Session, organization_id: int) -> list[Member]:
    """Return the current members of a host, by name."""
    rows = (
        select(Person, Membership)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(col(Membership.organization_id) == organization_id, col(Membership.left_at).is_(None))
        .order_by(col(Person.name), col(Person.id))
    )
    return [Member(person, membership.role) for person, membership in session.exec(rows).all()]
