"""What stands on the cover of an application: title, director, contact, and who is named in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.applications.models import Application, NamedParty, PartyKind
from grants.applications.services.drafting import require_editable
from grants.eligibility.models import SelfCheck
from grants.errors import StaleVersion, refuse
from grants.versions import Offer, Outcome, based_on, merge

CLASH = "Somebody changed this page while you wrote. Look at what is stored, then change it again."


@dataclass(frozen=True, kw_only=True)
class About:
    """The cover of an application."""

    project_title: str
    service_area: str
    center_director: str
    contact_person_id: int | None


def save_about(
    session: Session, application: Application, about: About, *, version: int, actor: Actor, now: datetime
) -> int:
    """Store the whole cover that was filled in on top of `version`; return the version that stands.

    No earlier covers are kept, so one on top of an older version raises `StaleVersion` where it differs.
    """
    people = {one for one in (about.contact_person_id, application.contact_person_id) if one is not None}
    contacts = {str(person): person for person in people}
    offer = Offer(_shown(about, contacts), version)
    outcome = offer_about(session, application, offer, contacts=contacts, actor=actor, now=now)
    if outcome.clashes:
        raise stale_about(outcome, offer.fields)
    return outcome.version


def offer_about(
    session: Session,
    application: Application,
    offer: Offer,
    *,
    contacts: Mapping[str, int],
    actor: Actor,
    now: datetime,
) -> Outcome:
    """Store every field of an offered cover that can be stored; `contacts` are the members by uid."""
    require_editable(session, application, actor=actor, now=now)
    stored, found = shown(application, contacts), application.version
    bases = offer.bases
    if bases is None:
        bases = based_on(stored if offer.version == found else None, stored)
    merged = merge(stored, offer.fields, bases)
    if merged.fields != stored:
        fields = merged.fields
        application.project_title = fields["project_title"]
        application.service_area = fields["service_area"]
        application.center_director = fields["center_director"]
        if fields["contact"] != stored["contact"]:
            application.contact_person_id = contacts.get(fields["contact"])
        application.version += 1
        session.add(application)
    at = now if merged.fields != stored else None  # the cover keeps no instant of its own
    return Outcome(application.version, found, merged.fields, at, (), merged.clashes, offer.version)


def stale_about(outcome: Outcome, offered: Mapping[str, str]) -> StaleVersion:
    """Return both covers, where two people changed the same field."""
    current = {name: text for name, text in outcome.fields.items() if name != "contact"}
    return StaleVersion(CLASH, current=current, offered=dict(offered), version=outcome.version)


def take_self_check(
    session: Session, application: Application, check: SelfCheck, *, actor: Actor, now: datetime
) -> None:
    """Let a self-check of the same competition and state stand with the application."""
    require_editable(session, application, actor=actor, now=now)
    if check.competition_id != application.competition_id or check.state != application.state:
        raise refuse("self_check", f"That self-check is not for {application.state}. Run it for this state.")
    if check.person_id is None:
        check.person_id = actor.person_id
        check.organization_id = application.organization_id
        session.add(check)
    application.self_check_id = check.id
    session.add(application)


def name_party(
    session: Session,
    application: Application,
    *,
    kind: PartyKind,
    name: str,
    affiliation: str = "",
    role: str = "",
    actor: Actor,
    now: datetime,
) -> NamedParty:
    """Name a key person, a partner or the signer of a letter."""
    require_editable(session, application, actor=actor, now=now)
    if not name.strip():
        raise refuse("party.name", "Enter the name.", field="name")
    party = NamedParty(
        application_id=application.id,
        kind=kind,
        name=name.strip(),
        affiliation=affiliation.strip(),
        role=role.strip(),
        added_by_id=actor.person_id,
        added_at=now,
    )
    session.add(party)
    session.flush()
    return party


def remove_party(
    session: Session, application: Application, party: NamedParty, *, actor: Actor, now: datetime
) -> None:
    """Take a named person or partner out of the draft; the row stays with its instant."""
    require_editable(session, application, actor=actor, now=now)
    party.removed_at = now
    session.add(party)


def as_stored(application: Application, contacts: Mapping[str, int]) -> Outcome:
    """Return where the cover stands, for who comes back to an open page."""
    return Outcome(application.version, application.version, shown(application, contacts), None)


def shown(application: Application, contacts: Mapping[str, int]) -> dict[str, str]:
    """Return the stored cover as fields of text."""
    about = About(
        project_title=application.project_title,
        service_area=application.service_area,
        center_director=application.center_director,
        contact_person_id=application.contact_person_id,
    )
    return _shown(about, contacts)


def _shown(about: About, contacts: Mapping[str, int]) -> dict[str, str]:
    return {
        "project_title": about.project_title,
        "service_area": about.service_area,
        "center_director": about.center_director,
        "contact": next((name for name, person in contacts.items() if person == about.contact_person_id), ""),
    }
