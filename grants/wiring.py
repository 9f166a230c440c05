"""Names to functions: jobs, notices, letter kinds, and the loader of the actor."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Flask
from sqlmodel import Session

from grants.access.actor import NOBODY, Actor
from grants.access.roles import Role
from grants.accounts import notices as account_notices
from grants.accounts.models import Person
from grants.accounts.queries import Account
from grants.accounts.services import keys, tries
from grants.accounts.views import note_life, sign_in
from grants.accounts.views.browser import live_standing
from grants.applications import jobs as application_jobs
from grants.applications import notices as application_notices
from grants.applications.queries.drafts import application_by_id
from grants.applications.services.reminding import remind
from grants.awards import notices as award_notices
from grants.awards.queries import holders
from grants.awards.rules import letter_kinds as award_letters
from grants.awards.services import lettering
from grants.awards.services.cases import AwardCases, DeclineCases
from grants.competitions import jobs as competitions_jobs
from grants.competitions.queries import competition_by_id
from grants.config import Settings
from grants.continuations import notices as continuation_notices
from grants.continuations.rules import letter_kinds as continuation_letters
from grants.continuations.services import opening
from grants.documents import jobs as documents_jobs
from grants.documents.rules import CaseSource, LetterKind
from grants.eligibility.rules.identifiers import ein_findings, uei_findings
from grants.findings import Finding, Level
from grants.home.queries.administration import standing_of_people
from grants.home.queries.stages import stages
from grants.home.views import frame, places, steps
from grants.lifecycle.models import Event
from grants.organizations import notices as organization_notices
from grants.organizations import services as organization_services
from grants.organizations.queries import memberships_of
from grants.organizations.views import public as organization_links
from grants.reviews import notices as review_notices
from grants.reviews.jobs import exports as export_jobs
from grants.reviews.jobs import feedback as feedback_jobs
from grants.reviews.jobs import packets as packet_jobs
from grants.reviews.jobs import panel_packets as panel_packet_jobs
from grants.reviews.jobs import proposing as proposing_jobs
from grants.reviews.jobs import ranking as ranking_jobs
from grants.reviews.queries.doors import reviewer_facts
from grants.reviews.services.inviting import expire_unanswered
from grants.reviews.services.involvement import seek, seek_due
from grants.reviews.views import joining as review_joining
from grants.reviews.views.feedback import decision_of
from grants.screening import notices as screening_notices
from grants.web import tokens

_NOTICES: dict[str, Callable[..., Any]] = {
    "accounts.confirm": account_notices.confirm,
    "accounts.reset": account_notices.reset,
    "accounts.registered_again": account_notices.registered_again,
    "accounts.role_asked": account_notices.role_asked,
    "accounts.role_given": account_notices.role_given,
    "accounts.sign_in_changed": account_notices.sign_in_changed,
    "organizations.invited": organization_notices.invited,
    "organizations.joined": organization_notices.joined,
    "organizations.declined": organization_notices.declined,
    "organizations.member_changed": organization_notices.member_changed,
    "applications.submitted": application_notices.submitted,
    "applications.withdrawn": application_notices.withdrawn,
    "applications.asked": application_notices.asked,
    "applications.late": application_notices.late,
    "applications.reminded": application_notices.reminded,
    **review_notices.NOTICES,
    "screening.failed": screening_notices.failed,
    "screening.undone": screening_notices.undone,
    "competitions.amended": application_notices.competition_amended,
    "competitions.canceled": application_notices.competition_canceled,
    "documents.letter_released": award_notices.letter_released,
    "awards.selection_signed": award_notices.selection_signed,
    "awards.selection_returned": award_notices.selection_returned,
    "awards.countersigned": award_notices.countersigned,
    "continuations.opened": continuation_notices.opened,
    "continuations.draft_sent": continuation_notices.draft_sent,
    "continuations.final_sent": continuation_notices.final_sent,
    "continuations.sent_back": continuation_notices.sent_back,
    "continuations.commented": continuation_notices.commented,
    "continuations.evaluated": continuation_notices.evaluated,
    "continuations.evaluation_returned": continuation_notices.evaluation_returned,
    "continuations.deferred": continuation_notices.deferred,
}
NOTICES: dict[str, Callable[..., Any]] = {
    name: review_notices.let_in(resolve) for name, resolve in _NOTICES.items()
}
"""Notice name to `(session, event) -> list[Mail]`; nobody hears of an application that is closed to them."""

JOBS: dict[str, Callable[..., Any]] = {
    "applications.receipt": application_jobs.make_receipt,
    "competitions.notice": competitions_jobs.make_notice,
    "documents.make_letters": documents_jobs.make_letters,
    "reviews.propose": proposing_jobs.propose_assignment,
    "reviews.packet": packet_jobs.make_packet,
    "reviews.panel_packet": panel_packet_jobs.make_panel_packet,
    "reviews.feedback": feedback_jobs.make_feedback,
    "reviews.scores_file": export_jobs.make_scores_file,
    "reviews.recompute": ranking_jobs.recompute,
    "reviews.statistics": ranking_jobs.compute_statistics,
}
"""Job kind to `(work: grants.jobs.runner.Work) -> None`."""

INVITATIONS: dict[str, Callable[[Session, str, datetime], str]] = {
    "public.organizations.invitation": organization_links.invited_address,
    "reviewer.reviews.invitation": review_joining.invited_address,
}
"""Pages that mailed invitations lead to, by endpoint: whose address a link proves, as long as it is open."""

LETTER_CASES: dict[str, CaseSource] = {
    award_letters.AWARD.kind: AwardCases(),
    award_letters.DECLINE.kind: DeclineCases(),
}
"""Where the real cases for looking at a letter's words come from; other kinds take the letters there are."""

LETTER_KINDS: dict[str, LetterKind] = {**award_letters.KINDS, **continuation_letters.KINDS}
"""The kinds of letters by name."""

DUTIES: list[Callable[[Session, datetime], None]] = [
    organization_services.expire_invitations,
    expire_unanswered,
    seek_due,
    remind,
    opening.open_due,
    tries.forget_old,
]
"""What the worker does at every turn, idempotent: reminders, due requests, expiries."""


def load_actor(session: Session) -> Actor:
    """Make the actor of this request from the sign-in of its browser, in three queries.

    The address counts only once it is confirmed, so that nobody answers an invitation sent to another.
    """
    found = live_standing(session)
    if found is None:
        return NOBODY
    return actor_of(session, found.account, found.staff_roles)


def actor_of(session: Session, person: Person | Account, staff_roles: frozenset[Role]) -> Actor:
    """Make the actor of a person; the address counts only once it is confirmed."""
    reviewer = reviewer_facts(session, person.id)
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email if person.confirmed_at else "",
        staff_roles=staff_roles,
        memberships=memberships_of(session, person.id),
        is_reviewer=reviewer.is_reviewer,
        assignments=reviewer.assignments,
        invited_to=reviewer.invited_to,
        barred=reviewer.barred | (reviewer.involved if staff_roles else frozenset()),
        zone=person.zone,
    )


def reply_to(session: Session, event: Event) -> str | None:
    """Return whom an answer to a mail reaches: the contact of the event's competition, where there is one."""
    number = event.competition_id
    if number is None and event.application_id is not None:
        application = application_by_id(session, event.application_id)
        number = application.competition_id if application else None
    competition = competition_by_id(session, number) if number is not None else None
    address = competition.contact_email if competition else ""
    fits = address.isascii() and address.isprintable() and address.count("@") == 1 and " " not in address
    return address if fits else None


def identifier_warnings(ein: str, uei: str) -> list[Finding]:
    """Say what looks like a typo in an organization's identifiers; registered all the same."""
    found = [*(ein_findings(ein) if ein else ()), *(uei_findings(uei) if uei else ())]
    return [replace(finding, level=Level.WARN) for finding in found]


def install(app: Flask) -> None:
    """Give the application what slices provide beyond pages: sign-in, sessions, navigation."""
    app.extensions["grants.letter_kinds"] = LETTER_KINDS
    app.extensions["grants.letter_cases"] = LETTER_CASES
    app.extensions["grants.holders"] = holders
    app.extensions["grants.invitations"] = INVITATIONS
    app.extensions["grants.stages"] = stages
    app.extensions["grants.seek_conflicts"] = seek
    app.extensions["grants.decision"] = decision_of
    app.extensions["grants.releases"] = {"decision": lettering.release_round}
    settings: Settings = app.extensions["grants.settings"]
    keys.put(settings)
    app.extensions["grants.sign_in_page"] = sign_in.carrying
    app.extensions["grants.standing_of_people"] = standing_of_people
    app.extensions["grants.identifier_warnings"] = identifier_warnings
    tokens.install(app, settings)
    note_life.install(app)
    frame.install(app)
    steps.install(app)
    places.install(app)
