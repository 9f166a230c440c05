"""Starting an application and working on its parts; every deed asks the policy again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.access.check import require
from grants.applications.models import Application, Section, SectionVersion, SetAside
from grants.applications.queries.drafts import (
    Desk,
    desk_of,
    locked_section,
    read_again,
    section_version,
    standing_application,
    undecided,
)
from grants.applications.rules.numbers import application_number
from grants.applications.services.workspace import places_of
from grants.applications.workflow import is_on_time
from grants.budgets.services.years import create as create_budget
from grants.competitions.models import Competition, TargetState
from grants.competitions.queries import criteria_of, states_of
from grants.competitions.rules.states import POSTAL_CODES
from grants.competitions.workflow import CompetitionStatus
from grants.eligibility.models import SelfCheck
from grants.errors import NotFound, Refused, StaleVersion, refuse
from grants.findings import Finding
from grants.lifecycle.record import record
from grants.organizations.models import Organization
from grants.versions import Offer, Outcome, based_on, covers, merge

CLASH = "Somebody saved this section while you wrote. Both texts are kept; nothing is lost."
SAME_SITTING = timedelta(minutes=2)
LONGEST_SECTION = 200_000


@dataclass(frozen=True)
class SavedSection:
    """What became of one save of a section, and the zone in which its instant is told."""

    key: str
    outcome: Outcome
    zone: str

    @property
    def version(self) -> int:
        """Return the version that is stored now."""
        return self.outcome.version

    @property
    def text(self) -> str:
        """Return the text that is stored now."""
        return self.outcome.fields["text"]


def start(
    session: Session,
    competition: Competition,
    state: str,
    organization: Organization,
    *,
    actor: Actor,
    now: datetime,
    self_check: SelfCheck | None = None,
) -> Application:
    """Start a host's one application for a state, with an empty section for each criterion.

    Raises `Refused` where the competition is not open, the state is not in it, or the host has one already.
    """
    require(actor, "application.start", organization)
    _require_open(competition, now)
    target = _target(session, competition, state)
    _require_first(session, competition, state, organization)
    application = _blank(session, competition, target, organization, self_check, actor=actor, now=now)
    _store_first(session, application, state)
    session.add_all(
        Section(application_id=application.id, criterion_key=place.key)
        for place in places_of(criteria_of(session, competition.id))
    )
    session.flush()
    record(
        session,
        "application.started",
        application,
        happened=f"started the application for {POSTAL_CODES.get(state, state)}",
        actor=actor,
        now=now,
    )
    return application


def require_editable(
    session: Session, application: Application, *, actor: Actor, now: datetime
) -> Competition:
    """Read the application again, ask the policy and the clock; return its competition.

    Raises `Refused` after the deadline: what is stored stays readable.
    """
    session.flush()
    session.add(application)
    competition = read_again(session, application)
    require(actor, "application.edit", application)
    if competition is None:
        raise NotFound
    _require_on_time(competition.deadline_at, actor, now)
    return competition


def require_editable_part(session: Session, application: Application, *, actor: Actor, now: datetime) -> str:
    """Ask the same as `require_editable` for a part that is stored apart; return the competition's zone.

    The application itself is not read anew, so the caller must not change it.
    """
    desk = desk_of(session, application.id)
    if desk is None:
        raise NotFound
    return require_editable_desk(desk, actor=actor, now=now)


def require_editable_desk(desk: Desk, *, actor: Actor, now: datetime) -> str:
    """Ask the policy and the clock about a draft that was read just now; return the competition's zone."""
    require(actor, "application.edit", desk)
    _require_on_time(desk.deadline_at, actor, now)
    return desk.zone


def _require_on_time(deadline: datetime | None, actor: Actor, now: datetime) -> None:
    if deadline is None:
        raise NotFound
    if actor is not SYSTEM and not is_on_time(deadline, now):
        raise refuse(
            "closed", "The competition is closed. What you saved stays readable; nothing changes it now."
        )


def save_section(
    session: Session,
    application: Application,
    key: str,
    text: str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> SavedSection:
    """Store the text for one criterion that was written on top of `version`; any length up to a book.

    The same text again is a success. A text on top of an old version raises `StaleVersion` with both, unless
    it is that old text unchanged.
    """
    offer = Offer({"text": text}, version)
    saved = offer_section(session, application, key, offer, actor=actor, now=now)
    if saved.outcome.refused:
        raise Refused(saved.outcome.refused)
    if saved.outcome.clashes:
        raise StaleVersion(
            CLASH, current=dict(saved.outcome.fields), offered={"text": text}, version=saved.version
        )
    return saved


def offer_section(
    session: Session, application: Application, key: str, offer: Offer, *, actor: Actor, now: datetime
) -> SavedSection:
    """Store what a page offers as the text for one criterion; the outcome says what became of it."""
    zone = require_editable_part(session, application, actor=actor, now=now)
    section = _known(locked_section(session, application.id, key))
    found, refused = section.version, _too_long(offer)
    merged = merge(
        {"text": section.text}, {} if refused else offer.fields, _section_bases(session, section, offer)
    )
    if merged.fields["text"] != section.text:
        _write(session, section, merged.fields["text"], actor=actor, now=now)
    outcome = Outcome(section.version, found, merged.fields, section.updated_at, refused, merged.clashes)
    return SavedSection(key, outcome, zone)


def _too_long(offer: Offer) -> list[Finding]:
    if len(offer.fields.get("text", "")) <= LONGEST_SECTION:
        return []
    return [Finding("section.long", f"Use at most {LONGEST_SECTION:,} characters.", field="text")]


def _section_bases(session: Session, section: Section, offer: Offer) -> Mapping[str, str]:
    if offer.bases is not None:
        return offer.bases
    if offer.version == section.version:
        return based_on({"text": section.text}, ["text"])
    if offer.version == 0:
        return based_on({}, ["text"])
    before = section_version(session, section.id, offer.version)
    return based_on({"text": before.text} if before else None, ["text"])


def restore_section(
    session: Session, application: Application, key: str, version: int, *, actor: Actor, now: datetime
) -> SavedSection:
    """Make an earlier text the current one; the text that stood stays in the history."""
    zone = require_editable_part(session, application, actor=actor, now=now)
    section = _known(locked_section(session, application.id, key))
    earlier = section_version(session, section.id, version)
    if earlier is None:
        raise NotFound
    if section.text != earlier.text:
        _write(session, section, earlier.text, actor=actor, now=now)
    return as_saved(section, zone)


def as_saved(section: Section, zone: str) -> SavedSection:
    """Return where a section stands, for who comes back to an open page."""
    text = {"text": section.text}
    outcome = Outcome(section.version, section.version, text, section.updated_at)
    return SavedSection(section.criterion_key, outcome, zone)


def mark_section(
    session: Session, application: Application, key: str, *, is_ready: bool, actor: Actor, now: datetime
) -> None:
    """Say that a section is ready, or that it is not; it stops nothing."""
    require_editable_part(session, application, actor=actor, now=now)
    section = _known(locked_section(session, application.id, key))
    section.is_ready = is_ready
    session.add(section)


def assign_section(
    session: Session,
    application: Application,
    key: str,
    person_id: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Say who of the host writes a section; the caller offers current members only."""
    require_editable_part(session, application, actor=actor, now=now)
    section = _known(locked_section(session, application.id, key))
    section.assigned_to_id = person_id
    session.add(section)


def set_aside(
    session: Session,
    application: Application,
    place: str,
    content: dict[str, str],
    *,
    base_version: int,
    actor: Actor,
    now: datetime,
) -> SetAside:
    """Keep what somebody typed on top of an old version until they have chosen."""
    if actor.person_id is None:
        raise NotFound
    for earlier in undecided(session, application.id):
        is_same_hand = (earlier.place, earlier.person_id) == (place, actor.person_id)
        if is_same_hand and covers(content, earlier.content):
            settle(session, earlier, now=now)
    kept = SetAside(
        application_id=application.id,
        place=place,
        content=content,
        base_version=base_version,
        person_id=actor.person_id,
        at=now,
    )
    session.add(kept)
    session.flush()
    return kept


def settle(session: Session, kept: SetAside, *, now: datetime) -> None:
    """Note that somebody chose between the two texts; what was set aside stays on record."""
    kept.settled_at = now
    session.add(kept)


def _write(session: Session, section: Section, text: str, *, actor: Actor, now: datetime) -> None:
    """Store a text and its version; saves of one person within a sitting share a row of the history."""
    last = section_version(session, section.id, section.version)
    section.version += 1
    section.text = text
    continues = (
        last is not None
        and section.updated_at is not None
        and last.person_id == actor.person_id
        and now - last.at < SAME_SITTING
    )
    if last is not None and continues:
        last.version, last.text = section.version, text
        session.add(last)
    else:
        session.add(
            SectionVersion(
                section_id=section.id,
                application_id=section.application_id,
                version=section.version,
                text=text,
                person_id=actor.person_id,
                at=now,
            )
        )
    section.updated_by_id, section.updated_at = actor.person_id, now
    session.add(section)
    session.flush()


def _known(section: Section | None) -> Section:
    if section is None:
        raise NotFound
    return section


def _target(session: Session, competition: Competition, state: str) -> TargetState:
    for row in states_of(session, competition.id):
        if row.state == state:
            return row
    raise refuse(
        "state", "This competition is not open for that state. Choose one of its states.", field="state"
    )


def _blank(
    session: Session,
    competition: Competition,
    target: TargetState,
    organization: Organization,
    self_check: SelfCheck | None,
    *,
    actor: Actor,
    now: datetime,
) -> Application:
    """Make the row of a new application with its budget, the federal row filled in as published."""
    if actor.person_id is None:
        raise NotFound
    number = application_number(target.state)
    budget = create_budget(
        session,
        years=competition.award_years or 5,
        label=f"Budget of {number}",
        now=now,
        federal_per_year=target.federal_per_year,
    )
    return Application(
        number=number,
        competition_id=competition.id,
        state=target.state,
        organization_id=organization.id,
        budget_id=budget.id,
        self_check_id=self_check.id if self_check else None,
        service_area=target.service_area,
        contact_person_id=actor.person_id,
        created_by_id=actor.person_id,
        created_at=now,
    )


def _require_open(competition: Competition, now: datetime) -> None:
    if competition.status != CompetitionStatus.PUBLISHED or competition.deadline_at is None:
        raise refuse("not_open", "This competition is not open for applications.")
    opens = competition.opens_at or competition.published_at
    if opens is not None and now < opens:
        raise refuse("not_yet", "This competition does not take applications yet. Its notice says from when.")
    if not is_on_time(competition.deadline_at, now):
        raise refuse("closed", "This competition is closed. Nothing is accepted after its deadline.")


def _require_first(
    session: Session, competition: Competition, state: str, organization: Organization
) -> None:
    standing = standing_application(
        session, competition_id=competition.id, organization_id=organization.id, state=state
    )
    if standing is not None:
        raise Refused([_second(organization.name, state, standing.number)])


def _store_first(session: Session, application: Application, state: str) -> None:
    """Insert the row; of two at the same instant the database lets only one through."""
    try:
        with session.begin_nested():
            session.add(application)
    except IntegrityError as error:
        raise Refused([_second("Your organization", state, "")]) from error


def _second(host: str, state: str, number: str) -> Finding:
    known = f" ({number})" if number else ""
    return Finding(
        "one_per_state",
        f"{host} already has an application for {POSTAL_CODES.get(state, state)}{known}. "
        "A host has one application for each state: open that one instead.",
        field="state",
    )
