"""What stands on the cover of an application: title, director, contact, and who is named in it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.applications.models import Application, NamedParty, PartyKind
from grants.applications.services.drafting import require_editable
from grants.eligibility.models import SelfCheck
from grants.errors import StaleVersion, refuse


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
    """Store the cover that was filled in on top of `version`; return the version that stands."""
    require_editable(session, application, actor=actor, now=now)
    stored = _about_of(application)
    if stored == about:
        return application.version
    if version != application.version:
        raise StaleVersion(
            "Somebody changed this page while you wrote. Look at what is stored, then change it again.",
            current=_shown(stored),
            offered=_shown(about),
            version=application.version,
        )
    application.project_title = about.project_title
    application.service_area = about.service_area
    application.center_director = about.center_director
    application.contact_person_id = about.contact_person_id
    application.version += 1
    session.add(application)
    return application.version


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


def _about_of(application: Application) -> About:
    return About(
        project_title=application.project_title,
        service_area=application.service_area,
        center_director=application.center_director,
        contact_person_id=application.contact_person_id,
    )


def _shown(about: About) -> dict[str, str]:
    return {
        "project_title": about.project_title,
        "service_area": about.service_area,
        "center_director": about.center_director,
    }
