"""What the frame of every page shows: navigation, person and role, doors, the clock bar, whom to ask."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, request, url_for
from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.forms import ZONES
from grants.config import Mode
from grants.home.queries import administration as house_queries
from grants.home.queries import running as running_queries
from grants.web import current, whose

AUDIENCES = ("public", "applicant", "reviewer", "staff")
DOORS = {"staff": "Staff", "reviewer": "Reviewer", "applicant": "Applicant"}


@dataclass(frozen=True)
class Entry:
    """One entry of an audience's navigation; the first endpoint that exists and is open is its link."""

    label: str
    endpoints: tuple[str, ...]


NAVIGATION: dict[str, tuple[Entry, ...]] = {
    "public": (
        Entry("Competitions", ("public.competitions.index",)),
        Entry("Map of states", ("public.home.map", "public.competitions.map")),
        Entry("Awards", ("public.awards.index",)),
        Entry("Check eligibility", ("public.eligibility.check", "public.eligibility.start")),
        Entry("Check a letter", ("public.documents.check",)),
    ),
    "applicant": (
        Entry("Home", ("applicant.home.index",)),
        Entry("Applications", ("applicant.applications.index",)),
        Entry("Our center", ("applicant.continuations.center", "applicant.awards.index")),
        Entry("Organization", ("applicant.organizations.index",)),
        Entry("Competitions", ("public.competitions.index",)),
    ),
    "reviewer": (
        Entry("Home", ("reviewer.home.index",)),
        Entry("My reviews", ("reviewer.reviews.index",)),
        Entry("Panel calls", ("reviewer.reviews.panels", "reviewer.panels.index")),
        Entry("My declarations", ("reviewer.reviews.declarations",)),
    ),
    "staff": (
        Entry("Home", ("staff.home.index",)),
        Entry("Competitions", ("staff.competitions.index",)),
        Entry("Reviewers", ("staff.reviews.index",)),
        Entry("Centers", ("staff.continuations.index", "staff.awards.index")),
        Entry("Records", ("staff.home.events",)),
        Entry("Administration", ("staff.accounts.people", "staff.home.policies")),
    ),
}


ADMINISTRATION = (
    ("People and roles", "staff.accounts.people"),
    ("Whom to ask", "staff.home.contact"),
    ("Mail", "staff.home.mail"),
    ("Jobs", "staff.home.jobs"),
    ("Policy tables", "staff.home.policies"),
)
"""The pages of administration, in the order of its side navigation."""


def install(app: Flask) -> None:
    """Give the frame's variables to every template."""
    app.context_processor(variables)


def variables() -> dict[str, object]:
    """Return the frame's variables; a template of mail, rendered by the worker, gets the contact only."""
    if "actor" not in g:
        return {"contact": _contact()}
    actor = current.actor()
    audience = audience_here(actor)
    shown: dict[str, object] = {
        "navigation": navigation(audience, actor),
        "home_url": url_for("public.home.index"),
        "contact": _contact(),
        "clock_bar": _clock_bar(actor.zone),
        "sign_in_url": url_for("public.accounts.sign_in"),
        "endpoints": current_app.view_functions,
        "administration": _administration() if audience == "staff" else [],
    }
    if actor.is_signed_in:
        shown |= _person(actor, audience)
    if audience == "staff" and "staff.home.search" in current_app.view_functions:
        shown["search_url"] = url_for("staff.home.search")
    return shown


def audience_here(actor: Actor) -> str:
    """Say in which audience this page stands; on an error page, the person's own."""
    first = (request.endpoint or "").split(".")[0]
    return first if first in AUDIENCES else doors(actor)[0]


def doors(actor: Actor) -> list[str]:
    """List the audiences in which a person can stand, the first being their own home."""
    if not actor.is_signed_in:
        return ["public"]
    open_doors = [name for name, has in (("staff", actor.is_staff), ("reviewer", actor.is_reviewer)) if has]
    if actor.memberships or not open_doors:
        open_doors.append("applicant")
    return open_doors


def navigation(audience: str, actor: Actor) -> list[tuple[str, str, bool]]:
    """List an audience's navigation as far as it is open to the actor: label, address, here or not."""
    found = [
        (entry.label, next((name for name in entry.endpoints if _is_open(name)), None))
        for entry in NAVIGATION[audience]
    ]
    entries = [(label, endpoint) for label, endpoint in found if endpoint is not None]
    here = _entry_here([endpoint for _, endpoint in entries])
    return [(label, url_for(endpoint), endpoint == here) for label, endpoint in entries]


def _entry_here(endpoints: list[str]) -> str | None:
    """Return the entry this page belongs to: itself, else the first of the same noun."""
    endpoint = request.endpoint or ""
    if endpoint in endpoints:
        return endpoint
    noun = endpoint.rpartition(".")[0]
    same = [name for name in endpoints if name.rpartition(".")[0] == noun and not noun.endswith(".home")]
    return same[0] if same else None


def role_words(actor: Actor, audience: str) -> str:
    """Say in which role the person stands here."""
    if audience == "staff" or (audience == "public" and actor.is_staff):
        return ", ".join(sorted(actor.staff_roles)).capitalize()
    if audience == "reviewer" or (audience == "public" and actor.is_reviewer):
        return "Reviewer"
    if Role.REPRESENTATIVE in actor.memberships.values():
        return "Authorized representative"
    return "Member" if actor.memberships else ""


def _is_open(endpoint: str) -> bool:
    door = current_app.extensions["grants.doors"].get(endpoint)
    return door is not None and current.may(door.permission)


def _administration() -> list[dict[str, object]]:
    return [
        {"label": label, "url": url_for(endpoint), "current": endpoint == request.endpoint}
        for label, endpoint in ADMINISTRATION
        if _is_open(endpoint)
    ]


def _person(actor: Actor, audience: str) -> dict[str, object]:
    mine = doors(actor)
    return {
        "account_name": actor.name,
        "person_uid": whose.mark(actor.person_id),
        "account_role": role_words(actor, audience),
        "doors": [(DOORS[door], url_for(f"{door}.home.index"), door == audience) for door in mine],
        "home_url": url_for(f"{mine[0] if audience == 'public' else audience}.home.index"),
        "account_url": url_for("public.accounts.own"),
        "sign_out_url": url_for("public.accounts.sign_out"),
        "session_ends_at": getattr(g, "session_ends_at", None),
    }


def _clock_bar(zone: str) -> dict[str, object] | None:
    if current.settings().mode is not Mode.DEMONSTRATION:
        return None
    now = current.now()
    with current.reading() as session:
        milestone = next_milestone(session, now)
    local = now.astimezone(ZoneInfo(zone))
    return {
        "now": now,
        "zone": zone,
        "zones": ZONES if zone in dict(ZONES) else [*ZONES, (zone, zone)],
        "next_milestone": milestone,
        "date": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
    }


def next_milestone(session: Session, now: datetime) -> tuple[str, datetime] | None:
    """Return the installation's next date, asked once a request: the home page and the bar both show it."""
    if "next_milestone" not in g:
        g.next_milestone = running_queries.next_milestone(session, now)
    milestone: tuple[str, datetime] | None = g.next_milestone
    return milestone


def _contact() -> dict[str, str] | None:
    with current.reading() as session:
        return house_queries.contact(session)
