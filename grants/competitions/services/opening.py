"""Starting a competition: from nothing, from last year's, from a file."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.access.check import require
from grants.competitions import queries
from grants.competitions.models import Competition
from grants.competitions.rules import notice as n
from grants.competitions.rules.copying import dates_cleared, dates_moved
from grants.competitions.rules.wellformed import faults_of, notice_faults
from grants.competitions.services.saves import save_all, store
from grants.errors import Refused, refuse
from grants.findings import Finding
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record


def create(session: Session, number: str, *, title: str, actor: Actor, now: datetime) -> Competition:
    """Start an empty competition under a new opportunity number."""
    notice = n.Notice(identity=n.Identity(number=number, title=title))
    return _open(session, notice, copied_from=None, how="started the competition", actor=actor, now=now)


def copy(
    session: Session,
    source: Competition,
    *,
    number: str,
    fiscal_year: int,
    move_dates: bool,
    actor: Actor,
    now: datetime,
) -> Competition:
    """Copy everything under a new number; the dates are moved by whole years or left empty."""
    notice = queries.notice_of(session, source)
    if source.opens_at == source.published_at:  # it opened with its publication, and so does the copy
        notice = replace(notice, dates=replace(notice.dates, opens=None))
    identity = replace(notice.identity, number=number, fiscal_year=fiscal_year)
    faults = faults_of(identity)
    if faults:  # before the dates move: no calendar has the year 99999
        raise Refused(faults)
    years = fiscal_year - (source.fiscal_year or fiscal_year)
    shifted = dates_moved(notice, years) if move_dates else dates_cleared(notice)
    how = f"copied the competition from {source.number}"
    return _open(
        session, replace(shifted, identity=identity), copied_from=source, how=how, actor=actor, now=now
    )


def load_new(session: Session, notice: n.Notice, *, actor: Actor, now: datetime) -> Competition:
    """Start a competition from a file that was read."""
    return _open(
        session, notice, copied_from=None, how="loaded the competition from a file", actor=actor, now=now
    )


def load_over(
    session: Session, competition: Competition, notice: n.Notice, *, actor: Actor, now: datetime
) -> Competition:
    """Put a file's values in the place of a draft's; earlier versions of its sections are kept."""
    lock(session, competition)
    _allowed(actor, "competition.edit", competition)
    faults = notice_faults(notice)
    if faults:
        raise Refused(faults)
    if notice.identity.number != competition.number:
        raise refuse(
            "competition.other_number",
            f"The file is of {notice.identity.number}; this competition is {competition.number}.",
            field="file",
        )
    save_all(session, competition, notice, actor=actor, now=now)
    record(
        session,
        "competition.loaded",
        competition,
        happened="loaded the competition from a file, over the draft",
        actor=actor,
        now=now,
    )
    return competition


def _open(
    session: Session,
    notice: n.Notice,
    *,
    copied_from: Competition | None,
    how: str,
    actor: Actor,
    now: datetime,
) -> Competition:
    _allowed(actor, "competition.create", None)
    faults = notice_faults(notice)
    if not faults and queries.competition_by_number(session, notice.identity.number):
        faults = [number_taken(notice.identity.number)]
    if faults:
        raise Refused([_at_own_field(fault) for fault in faults])
    competition = Competition(
        number=notice.identity.number,
        copied_from_id=copied_from.id if copied_from else None,
        created_at=now,
        created_by_id=actor.person_id,
    )
    session.add(competition)
    session.flush()
    for section in n.SECTIONS:
        store(session, competition, section, n.section_of(notice, section), actor=actor, now=now)
    record(session, "competition.created", competition, happened=how, actor=actor, now=now)
    return competition


def number_taken(number: str) -> Finding:
    """Say that an opportunity number is in use."""
    return Finding(
        "competition.number_taken", f"{number} is already in use. Choose another number.", field="number"
    )


def _at_own_field(fault: Finding) -> Finding:
    section, _, field = (fault.field or "").rpartition(".")
    return replace(fault, field=field) if section == "identity" else fault


def _allowed(actor: Actor, permission: str, record_: Competition | None) -> None:
    """Ask the policy, except for the command line, which acts as the system."""
    if actor is not SYSTEM:
        require(actor, permission, record_)
