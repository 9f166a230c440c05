"""Reads of people, their roles, sign-ins and mailed links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, func, or_
from sqlalchemy import select as select_bare
from sqlmodel import Session, col, select

from grants.access.roles import Role
from grants.accounts.models import (
    Attempt,
    LinkPurpose,
    MailedLink,
    Person,
    RoleRequest,
    SignIn,
    StaffRole,
)
from grants.database import bare_rows, bare_table

PAGE = 50


@dataclass(frozen=True)
class Account:
    """What the actor of a request is made of."""

    id: int
    name: str
    email: str
    zone: str
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """A live sign-in with its person and the staff roles held now."""

    sign_in_id: int
    started_at: datetime
    seen_at: datetime
    account: Account
    staff_roles: frozenset[Role]


@dataclass(frozen=True)
class PersonRow:
    """One person in the list of people."""

    person: Person
    roles: tuple[Role, ...]


_SIGN_INS, _PEOPLE, _ROLES = bare_table(SignIn), bare_table(Person), bare_table(StaffRole)
_STANDING = (
    select_bare(_SIGN_INS.c.id, _SIGN_INS.c.started_at, _SIGN_INS.c.seen_at)
    .add_columns(_PEOPLE.c.id, _PEOPLE.c.name, _PEOPLE.c.email, _PEOPLE.c.zone, _PEOPLE.c.confirmed_at)
    .add_columns(_ROLES.c.role)
    .join_from(_SIGN_INS, _PEOPLE, _PEOPLE.c.id == _SIGN_INS.c.person_id)
    .outerjoin(_ROLES, and_(_ROLES.c.person_id == _PEOPLE.c.id, _ROLES.c.ended_at.is_(None)))
    .where(
        _SIGN_INS.c.token_hash == bindparam("token_hash"), _SIGN_INS.c.ended_at.is_(None), _PEOPLE.c.active
    )
)
"""Built once: every request asks it."""


def standing(session: Session, token_hash: str) -> Standing | None:
    """Return who is signed in under a token, in one query; whether it is too old is a rule's question."""
    rows = bare_rows(session, _STANDING, {"token_hash": token_hash}).all()
    if not rows:
        return None
    sign_in_id, started_at, seen_at, *person, _role = rows[0]
    roles = frozenset(Role(row[-1]) for row in rows if row[-1] is not None)
    return Standing(sign_in_id, started_at, seen_at, Account(*person), roles)


def sign_in_by_id(session: Session, sign_in_id: int) -> SignIn | None:
    """Return one row of a sign-in."""
    return session.get(SignIn, sign_in_id)


def person_by_email(session: Session, email: str) -> Person | None:
    """Return the account of an address, upper and lower case alike."""
    return session.exec(select(Person).where(col(Person.email) == email.strip().lower())).first()


def person_by_id(session: Session, person_id: int | None) -> Person | None:
    """Return one person."""
    return None if person_id is None else session.get(Person, person_id)


def person_by_uid(session: Session, uid: str) -> Person | None:
    """Return one person by the name used in URLs."""
    return session.exec(select(Person).where(col(Person.uid) == uid)).first()


def people_by_ids(session: Session, ids: Sequence[int]) -> dict[int, Person]:
    """Return several people by their ids."""
    if not ids:
        return {}
    rows = session.exec(select(Person).where(col(Person.id).in_(ids)).order_by(col(Person.id))).all()
    return {person.id: person for person in rows}


def roles_held(session: Session, person_id: int) -> list[StaffRole]:
    """Return the staff roles a person holds now."""
    return list(
        session.exec(
            select(StaffRole)
            .where(col(StaffRole.person_id) == person_id, col(StaffRole.ended_at).is_(None))
            .order_by(col(StaffRole.role))
        ).all()
    )


def roles_ever(session: Session, person_id: int) -> list[StaffRole]:
    """Return every staff role a person was ever given, newest first."""
    return list(
        session.exec(
            select(StaffRole)
            .where(col(StaffRole.person_id) == person_id)
            .order_by(col(StaffRole.granted_at).desc(), col(StaffRole.id).desc())
        ).all()
    )


def role_by_uid(session: Session, uid: str) -> StaffRole | None:
    """Return one granted role."""
    return session.exec(select(StaffRole).where(col(StaffRole.uid) == uid)).first()


def open_request(session: Session, person_id: int, role: Role) -> RoleRequest | None:
    """Return the wish for a role that waits for another administrator."""
    return session.exec(
        select(RoleRequest).where(
            col(RoleRequest.person_id) == person_id,
            col(RoleRequest.role) == role,
            col(RoleRequest.decided_at).is_(None),
        )
    ).first()


def open_requests(session: Session, person_id: int | None = None) -> list[RoleRequest]:
    """Return the wishes for roles that wait for another administrator, one person's or all."""
    rows = select(RoleRequest).where(col(RoleRequest.decided_at).is_(None)).order_by(col(RoleRequest.id))
    if person_id is not None:
        rows = rows.where(col(RoleRequest.person_id) == person_id)
    return list(session.exec(rows).all())


def request_by_uid(session: Session, uid: str) -> RoleRequest | None:
    """Return one wish for a role."""
    return session.exec(select(RoleRequest).where(col(RoleRequest.uid) == uid)).first()


def all_holders(session: Session) -> list[tuple[Person, Role]]:
    """Return everybody who holds a staff role now, by role and name."""
    rows = (
        select(Person, StaffRole.role)
        .join(StaffRole, col(StaffRole.person_id) == col(Person.id))
        .where(col(StaffRole.ended_at).is_(None))
        .order_by(col(StaffRole.role), col(Person.name), col(Person.id))
    )
    return [(person, Role(role)) for person, role in session.exec(rows).all()]


def holders_of(session: Session, role: Role) -> list[Person]:
    """Return the active people who hold a staff role now."""
    return list(
        session.exec(
            select(Person)
            .join(StaffRole, col(StaffRole.person_id) == col(Person.id))
            .where(
                col(StaffRole.role) == role, col(StaffRole.ended_at).is_(None), col(Person.active).is_(True)
            )
            .order_by(col(Person.name), col(Person.id))
        ).all()
    )


def lock_holders(session: Session, role: Role) -> None:
    """Lock every standing row of a role, in order, so that holders can be counted before one of them ends."""
    rows = select(StaffRole).where(col(StaffRole.role) == role, col(StaffRole.ended_at).is_(None))
    session.exec(rows.order_by(col(StaffRole.id)).with_for_update()).all()


def people(
    session: Session, *, words: str = "", role: Role | None = None, page: int = 1
) -> tuple[list[PersonRow], int]:
    """Return one page of people with the roles they hold, and how many there are in all."""
    chosen = select(Person)
    if words:
        like = f"%{words.strip().lower()}%"
        chosen = chosen.where(or_(func.lower(Person.name).like(like), col(Person.email).like(like)))
    if role is not None:
        holding = select(StaffRole.person_id).where(
            col(StaffRole.role) == role, col(StaffRole.ended_at).is_(None)
        )
        chosen = chosen.where(col(Person.id).in_(holding))
    total = session.exec(select(func.count()).select_from(chosen.subquery())).one()
    rows = session.exec(
        chosen.order_by(func.lower(Person.name), col(Person.id)).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    held = _roles_of(session, [person.id for person in rows])
    return [PersonRow(person, held.get(person.id, ())) for person in rows], total


def invented_people(session: Session, domain: str) -> list[PersonRow]:
    """Return the people of an address domain with their roles: the demonstration's accounts."""
    rows = session.exec(
        select(Person)
        .where(col(Person.email).like(f"%@{domain}"), col(Person.active).is_(True))
        .order_by(col(Person.id))
    ).all()
    held = _roles_of(session, [person.id for person in rows])
    return [PersonRow(person, held.get(person.id, ())) for person in rows]


def sign_ins_of(session: Session, person_id: int, *, since: datetime) -> list[SignIn]:
    """Return a person's sign-ins that have not been ended, last seen first."""
    return list(
        session.exec(
            select(SignIn)
            .where(
                col(SignIn.person_id) == person_id,
                col(SignIn.ended_at).is_(None),
                col(SignIn.seen_at) >= since,
            )
            .order_by(col(SignIn.seen_at).desc(), col(SignIn.id).desc())
        ).all()
    )


def mailed_link(session: Session, uid: str, purpose: LinkPurpose, *, at: datetime) -> MailedLink | None:
    """Return a mailed link that is still good."""
    return session.exec(
        select(MailedLink).where(
            col(MailedLink.uid) == uid,
            col(MailedLink.purpose) == purpose,
            col(MailedLink.used_at).is_(None),
            col(MailedLink.expires_at) > at,
        )
    ).first()


def mailed_link_by_id(session: Session, link_id: int) -> MailedLink | None:
    """Return a mailed link, good or not; for the words of its mail."""
    return session.get(MailedLink, link_id)


def newest_link(session: Session, person_id: int, purpose: LinkPurpose, *, at: datetime) -> MailedLink | None:
    """Return the link of one purpose that was mailed last to a person and is still good."""
    found = [link for link in links_open(session, person_id, purpose) if link.expires_at > at]
    return found[-1] if found else None


def links_open(session: Session, person_id: int, purpose: LinkPurpose) -> list[MailedLink]:
    """Return the unused links of one purpose; a newer one puts them out of use."""
    return list(
        session.exec(
            select(MailedLink)
            .where(
                col(MailedLink.person_id) == person_id,
                col(MailedLink.purpose) == purpose,
                col(MailedLink.used_at).is_(None),
            )
            .order_by(col(MailedLink.id))
        ).all()
    )


def _roles_of(session: Session, ids: list[int]) -> dict[int, tuple[Role, ...]]:
    held: dict[int, tuple[Role, ...]] = {}
    rows = session.exec(
        select(StaffRole)
        .where(col(StaffRole.person_id).in_(ids), col(StaffRole.ended_at).is_(None))
        .order_by(col(StaffRole.person_id), col(StaffRole.role))
    ).all()
    for row in rows:
        held[row.person_id] = (*held.get(row.person_id, ()), Role(row.role))
    return held


def take_turn(session: Session, person_id: int) -> None:
    """Have tries at one account come one after the other; on SQLite a writer is alone anyway."""
    turn = select(Person.id).where(col(Person.id) == person_id).with_for_update(key_share=True)
    session.exec(turn).first()


def failures_of_late(
    session: Session, kind: str, *, account: str | None, network: str | None, since: datetime, most: int
) -> list[datetime]:
    """Return the instants of the newest failures since an instant, by account, by network or by both."""
    rows = select(Attempt.at).where(
        col(Attempt.kind) == kind, col(Attempt.good).is_(False), col(Attempt.at) > since
    )
    if account is not None:
        rows = rows.where(col(Attempt.account) == account)
    if network is not None:
        rows = rows.where(col(Attempt.network) == network)
    return list(session.exec(rows.order_by(col(Attempt.at).desc()).limit(most)).all())


def is_known_network(session: Session, kind: str, account: str, network: str, *, since: datetime) -> bool:
    """Say whether an account was opened from a network since an instant."""
    good = select(Attempt.id).where(
        col(Attempt.kind) == kind,
        col(Attempt.account) == account,
        col(Attempt.network) == network,
        col(Attempt.good).is_(True),
        col(Attempt.at) > since,
    )
    return session.exec(good.limit(1)).first() is not None


def failures_in_a_row(
    session: Session, kind: str, account: str, *, network: str | None, since: datetime | None, most: int
) -> int:
    """Count failures at an account since it was opened last, and since an instant; counting ends at `most`.

    With a network, only what came from there counts.
    """
    mine = select(Attempt.good, Attempt.at).where(col(Attempt.kind) == kind, col(Attempt.account) == account)
    if network is not None:
        mine = mine.where(col(Attempt.network) == network)
    if since is not None:
        mine = mine.where(col(Attempt.at) > since)
    count = 0
    for good, _at in session.exec(mine.order_by(col(Attempt.at).desc()).limit(most)).all():
        if good:
            break
        count += 1
    return count


def delete_attempts(session: Session, *, before: datetime) -> None:
    """Delete the tries before an instant."""
    session.execute(delete(Attempt).where(col(Attempt.at) < before))
