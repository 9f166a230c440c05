"""The lives of an invitation to a panel, a conflict, an assignment, a score sheet and a panel, as tables."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from grants.findings import Finding
from grants.lifecycle.moves import move, workflow


def is_complete(_record: Any, missing: Sequence[Finding], _now: datetime) -> list[Finding]:
    """Pass on every gap of a score sheet; one stops the submission."""
    return list(missing)


def is_untold(record: Any, _facts: Any, _now: datetime) -> list[Finding]:
    """Pass a withdrawn assignment that the reviewer knows of as standing."""
    if record.sent_at is not None and record.withdrawal_told_at is None:
        return []
    return [Finding("told", "The reviewer was told that this assignment ended. Add the reviewer again.")]


def was_never_sent(record: Any, _facts: Any, _now: datetime) -> list[Finding]:
    """Pass a withdrawn assignment of which the reviewer never knew."""
    if record.sent_at is None:
        return []
    return [Finding("sent", "The reviewer was told of this assignment. Add the reviewer again.")]


class MemberStatus(StrEnum):
    """Where an invitation to review stands."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


MEMBER = workflow(
    "panel_member",
    MemberStatus,
    initial=MemberStatus.INVITED,
    final=[MemberStatus.WITHDRAWN],
    moves=[
        move(
            "accept",
            [MemberStatus.INVITED],
            MemberStatus.ACCEPTED,
            permission="panel.answer",
            happened="accepted the invitation to review",
            notice="reviews.invitation_answered",
        ),
        move(
            "decline",
            [MemberStatus.INVITED],
            MemberStatus.DECLINED,
            permission="panel.answer",
            happened="declined the invitation to review",
            notice="reviews.invitation_answered",
        ),
        move(
            "expire",
            [MemberStatus.INVITED],
            MemberStatus.EXPIRED,
            permission="pool.manage",
            happened="let the invitation to review expire",
        ),
        move(
            "invite_again",
            [MemberStatus.DECLINED, MemberStatus.EXPIRED],
            MemberStatus.INVITED,
            permission="pool.manage",
            happened="invited the reviewer again",
            notice="reviews.invited",
        ),
        move(
            "withdraw",
            [MemberStatus.INVITED, MemberStatus.ACCEPTED, MemberStatus.DECLINED, MemberStatus.EXPIRED],
            MemberStatus.WITHDRAWN,
            permission="pool.manage",
            happened="took the reviewer off the panel",
            notice="reviews.taken_off",
        ),
    ],
)


class ConflictStatus(StrEnum):
    """Whether a conflict closes the door: all but `dismissed` do."""

    FOUND = "found"
    DECLARED = "declared"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


BARRING = (ConflictStatus.FOUND, ConflictStatus.DECLARED, ConflictStatus.CONFIRMED)

CONFLICT = workflow(
    "conflict",
    ConflictStatus,
    initial=ConflictStatus.FOUND,
    final=[ConflictStatus.CONFIRMED],
    moves=[
        move(
            "declare",
            [ConflictStatus.FOUND, ConflictStatus.DISMISSED],
            ConflictStatus.DECLARED,
            permission="conflict.declare",
            happened="declared a conflict",
            notice="reviews.conflict_declared",
        ),
        move(
            "find_again",
            [ConflictStatus.DISMISSED],
            ConflictStatus.FOUND,
            permission="conflict.decide",
            happened="found a reason that was not known when the conflict was dismissed",
        ),
        move(
            "confirm",
            [ConflictStatus.FOUND, ConflictStatus.DECLARED],
            ConflictStatus.CONFIRMED,
            permission="conflict.decide",
            happened="confirmed the conflict",
        ),
        move(
            "dismiss",
            [ConflictStatus.FOUND, ConflictStatus.DECLARED, ConflictStatus.CONFIRMED],
            ConflictStatus.DISMISSED,
            permission="conflict.decide",
            happened="decided that there is no conflict",
            notice="reviews.conflict_dismissed",
        ),
    ],
)


class AssignmentStatus(StrEnum):
    """Whether a reviewer was told of an application; only a sent assignment can open its door."""

    DRAFT = "draft"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


ASSIGNMENT = workflow(
    "assignment",
    AssignmentStatus,
    initial=AssignmentStatus.DRAFT,
    final=[AssignmentStatus.WITHDRAWN],
    moves=[
        move(
            "send",
            [AssignmentStatus.DRAFT],
            AssignmentStatus.SENT,
            permission="assignment.manage",
            happened="sent the assignment",
        ),
        move(
            "withdraw",
            [AssignmentStatus.DRAFT, AssignmentStatus.SENT],
            AssignmentStatus.WITHDRAWN,
            permission="assignment.manage",
            happened="withdrew the assignment",
        ),
        move(
            "restore",
            [AssignmentStatus.WITHDRAWN],
            AssignmentStatus.SENT,
            permission="assignment.manage",
            happened="took back the withdrawal before anybody was told",
            guards=(is_untold,),
        ),
        move(
            "redraft",
            [AssignmentStatus.WITHDRAWN],
            AssignmentStatus.DRAFT,
            permission="assignment.manage",
            happened="chose the reviewer again",
            guards=(was_never_sent,),
        ),
    ],
)


class SheetStatus(StrEnum):
    """Who may change a score sheet: its author while open or returned, nobody once submitted or final."""

    OPEN = "open"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    FINAL = "final"


WRITABLE = (SheetStatus.OPEN, SheetStatus.RETURNED)
IN = (SheetStatus.SUBMITTED, SheetStatus.FINAL)

SHEET = workflow(
    "sheet",
    SheetStatus,
    initial=SheetStatus.OPEN,
    final=[SheetStatus.FINAL],
    moves=[
        move(
            "submit",
            [SheetStatus.OPEN, SheetStatus.RETURNED],
            SheetStatus.SUBMITTED,
            permission="sheet.submit",
            happened="submitted the score sheet",
            guards=(is_complete,),
        ),
        move(
            "return",
            [SheetStatus.SUBMITTED],
            SheetStatus.RETURNED,
            permission="sheet.return",
            happened="returned the score sheet to its author",
            notice="reviews.sheet_returned",
        ),
        move(
            "seal",
            [SheetStatus.SUBMITTED],
            SheetStatus.FINAL,
            permission="panel.run",
            happened="sealed the score sheet",
        ),
        move(
            "unseal",
            [SheetStatus.FINAL],
            SheetStatus.SUBMITTED,
            permission="panel.run",
            happened="opened the sealed score sheet again",
        ),
    ],
)


class PanelStatus(StrEnum):
    """Whether reviewers may revise: only while the panel of their state is open."""

    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"


PANEL = workflow(
    "panel",
    PanelStatus,
    initial=PanelStatus.WAITING,
    final=[PanelStatus.CLOSED],
    moves=[
        move(
            "open",
            [PanelStatus.WAITING],
            PanelStatus.OPEN,
            permission="panel.run",
            happened="opened the panel",
            notice="reviews.panel_opened",
        ),
        move(
            "close",
            [PanelStatus.OPEN],
            PanelStatus.CLOSED,
            permission="panel.run",
            happened="closed the panel",
            notice="reviews.panel_closed",
        ),
        move(
            "reopen",
            [PanelStatus.CLOSED],
            PanelStatus.OPEN,
            permission="panel.run",
            happened="opened the panel again",
            notice="reviews.panel_opened",
        ),
    ],
)
