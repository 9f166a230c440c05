"""The policy table: one row per permission, deny by default. Slices never restate it.

Each row: name, what it lets one do (completes the sentence "may …"), roles of which one is needed,
a predicate on actor and record, the statuses of the record in which it holds (None: any), and
the persons who, having done an earlier deed, may not do this one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from grants.access import predicates as p
from grants.access.roles import APPLICANT, STAFF, Role

PUBLIC = frozenset({Role.PUBLIC})
PERSON = frozenset({Role.PERSON})
MEMBER = frozenset({Role.MEMBER})
REPRESENTATIVE = frozenset({Role.REPRESENTATIVE})
REVIEWER = frozenset({Role.REVIEWER})
PROGRAM = frozenset({Role.PROGRAM_OFFICER})
GRANTS = frozenset({Role.GRANTS_OFFICER})
SELECTING = frozenset({Role.SELECTING_OFFICIAL})
CHAIR = frozenset({Role.PANEL_CHAIR})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
AUDITOR = frozenset({Role.AUDITOR})
OFFICERS = PROGRAM | GRANTS | SELECTING | CHAIR | AUDITOR
"""Staff who work on applications; the administrator keeps accounts and sees no application."""


@dataclass(frozen=True)
class Permission:
    """One row of the policy."""

    name: str
    what: str
    roles: frozenset[Role]
    when: p.Predicate = p.always
    statuses: frozenset[str] | None = None
    another_person_than: tuple[tuple[str, str], ...] = ()

    @property
    def is_applicants(self) -> bool:
        """Say whether only people of a host may do it; a conflict does not close that to them."""
        return self.roles <= APPLICANT


def _row(
    name: str,
    what: str,
    roles: frozenset[Role],
    when: p.Predicate = p.always,
    statuses: Iterable[str] | None = None,
    another_person_than: tuple[tuple[str, str], ...] = (),
) -> Permission:
    return Permission(
        name, what, roles, when, None if statuses is None else frozenset(statuses), another_person_than
    )


_PLATFORM = [
    _row("public.read", "read public pages", PUBLIC),
    _row("public.sign_in", "sign in and register", PUBLIC),
    _row("clock.move", "move the demonstration's clock", PUBLIC),
    _row("account.own", "manage one's own account", PERSON),
    _row("home.applicant", "open the applicant home", PERSON),
    _row("home.reviewer", "open the reviewer home", PERSON),
    _row("home.staff", "open the staff home", STAFF),
    _row("people.manage", "grant and end staff roles", ADMINISTRATOR),
    _row("events.read", "read the event log", ADMINISTRATOR | AUDITOR | PROGRAM | GRANTS),
    _row("outbox.manage", "decide on mail that did not go out", ADMINISTRATOR),
    _row("jobs.read", "follow a job", STAFF),
    _row("policies.read", "read the policy tables", STAFF),
]

_ORGANIZATIONS = [
    _row("organization.create", "register an organization", PERSON),
    _row("organization.read", "read an organization's page", PERSON, p.sees_organization),
    _row("organization.edit", "change an organization's data", MEMBER, p.is_member_of_host),
    _row("organization.invite", "invite and remove members", MEMBER, p.is_member_of_host),
    _row("organization.join", "answer an invitation", PERSON, p.is_addressed),
    _row("organization.decline", "decline an invitation by its link", PUBLIC),
]

_COMPETITIONS = [
    _row("competition.list", "list competitions in preparation", OFFICERS | ADMINISTRATOR),
    _row("competition.read", "read a competition's set-up", OFFICERS | ADMINISTRATOR),
    _row("competition.create", "start or load a competition", PROGRAM),
    _row("competition.edit", "change a competition", PROGRAM, statuses=["draft"]),
    _row(
        "competition.confirm",
        "confirm the law and the values of a notice",
        PROGRAM | GRANTS,
        statuses=["draft", "published"],
    ),
    _row("competition.publish", "publish a competition", PROGRAM, statuses=["draft"]),
    _row("competition.amend", "amend a published competition", PROGRAM, statuses=["published"]),
    _row("competition.cancel", "cancel a published competition", PROGRAM, statuses=["published"]),
    _row("competition.decide", "close a decided competition", PROGRAM | GRANTS, statuses=["published"]),
    _row("competition.save", "save a competition as a file", OFFICERS | ADMINISTRATOR),
]

OPEN = ("draft", "submitted")

_APPLICATIONS = [
    _row("self_check.run", "run the self-check", PUBLIC),
    _row("self_check.read", "read a self-check's result", PUBLIC, p.sees_self_check),
    _row("self_check.keep", "keep a self-check's result", PERSON, p.sees_self_check),
    _row("application.start", "start an application", MEMBER, p.is_member_of_host),
    _row("application.list", "list own applications", PERSON),
    _row("application.read", "read an application as its host", MEMBER, p.is_member_of_host),
    _row("application.edit", "work on an application", MEMBER, p.is_member_of_host, OPEN),
    _row("application.submit", "submit an application", REPRESENTATIVE, p.represents_host, OPEN),
    _row("application.withdraw", "withdraw an application", REPRESENTATIVE, p.represents_host, OPEN),
    _row("application.inspect", "read an application as staff", OFFICERS),
    _row("application.review", "read an application as its reviewer", REVIEWER, p.is_assigned),
    _row("application.screen", "screen an application", PROGRAM | GRANTS),
]

_REVIEWS = [
    _row("pool.read", "see reviewers and conflicts", OFFICERS),
    _row("pool.manage", "invite reviewers", PROGRAM),
    _row("conflict.decide", "decide a conflict", PROGRAM),
    _row(
        "likeness.look",
        "say what names alike mean",
        PROGRAM,
        another_person_than=(("person_id", "Your own name is alike here. Another person must look."),),
    ),
    _row("assignment.manage", "assign reviewers", PROGRAM),
    _row("panel.answer", "answer an invitation to review by its link", PUBLIC),
    _row("panel.join", "join a panel after accepting", PERSON, p.is_addressed),
    _row("review.list", "list own reviews", PERSON),
    _row("conflict.declare", "declare conflicts", REVIEWER, p.is_own),
    _row("sheet.read_own", "read one's own score sheet", REVIEWER, p.is_own_and_assigned),
    _row("sheet.write", "score", REVIEWER, p.is_own_and_assigned),
    _row("sheet.submit", "submit a score sheet", REVIEWER, p.is_own_and_assigned),
    _row("sheet.progress", "see who is late", OFFICERS),
    _row("sheet.return", "return a score sheet", PROGRAM),
    _row("sheet.read", "read submitted score sheets", OFFICERS),
    _row("panel.attend", "attend the panel of one's own states", REVIEWER, p.is_on_panel),
    _row("panel.run", "open and close the panel", PROGRAM | CHAIR),
    _row("panel.record", "record the discussion", CHAIR),
    _row("ranking.read", "see the ranking", OFFICERS),
    _row("ranking.freeze", "freeze the ranking", PROGRAM),
    _row("packet.take", "take one's own packet for reading offline", REVIEWER, p.is_own_and_assigned),
    _row("feedback.clear", "clear feedback for applicants", PROGRAM),
    _row("feedback.read_own", "read what reviewers say to one's organization", MEMBER, p.is_member_of_host),
]

_AWARDS = [
    _row("selection.read", "see selections", OFFICERS),
    _row("selection.decide", "select per state and sign", SELECTING),
    _row(
        "selection.approve",
        "approve or return a selection",
        GRANTS,
        another_person_than=(
            ("signed_by_id", "You signed this selection, so another person must approve it."),
        ),
    ),
    _row("award.read", "read an award as staff", OFFICERS),
    _row("award.prepare", "prepare an award", GRANTS | PROGRAM),
    _row(
        "award.make",
        "make an award",
        GRANTS,
        another_person_than=(
            ("selected_by_id", "You selected this applicant, so another person must make the award."),
        ),
    ),
    _row("award.read_own", "read one's own award", MEMBER, p.is_member_of_host),
    _row("award.countersign", "countersign an award", REPRESENTATIVE, p.represents_host),
    _row("template.edit", "edit letter templates", PROGRAM | GRANTS),
    _row("letter.read", "read letters as staff", OFFICERS),
    _row("letter.make", "make letters", PROGRAM | GRANTS),
    _row("letter.release", "release letters", GRANTS),
    _row("letter.read_own", "read one's own letter", MEMBER, p.is_member_of_host),
]

_CONTINUATIONS = [
    _row("continuation.read_own", "read one's own continuation requests", MEMBER, p.is_member_of_host),
    _row("continuation.write", "work on a continuation request", MEMBER, p.is_member_of_host),
    _row("continuation.submit", "submit a continuation request", REPRESENTATIVE, p.represents_host),
    _row("continuation.read", "read continuation requests", OFFICERS),
    _row("continuation.evaluate", "evaluate a continuation request", PROGRAM),
    _row(
        "continuation.decide",
        "decide a continuation",
        GRANTS,
        another_person_than=(
            ("evaluated_by_id", "You evaluated this request, so another person must decide it."),
        ),
    ),
]

POLICY: dict[str, Permission] = {
    row.name: row
    for row in (
        *_PLATFORM,
        *_ORGANIZATIONS,
        *_COMPETITIONS,
        *_APPLICATIONS,
        *_REVIEWS,
        *_AWARDS,
        *_CONTINUATIONS,
    )
}
