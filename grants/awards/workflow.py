"""The life of a selection and of an award. Selection and award are two decisions by two people."""

from enum import StrEnum

from grants.awards.rules.gates import award_gate, selection_gate
from grants.lifecycle.moves import move, workflow


class SelectionStatus(StrEnum):
    """Where a selection is; a change after signing is a new selection, the old one stays visible."""

    DRAFT = "draft"
    SIGNED = "signed"
    APPROVED = "approved"
    RETURNED = "returned"
    SUPERSEDED = "superseded"


SELECTION = workflow(
    "selection",
    SelectionStatus,
    initial=SelectionStatus.DRAFT,
    final=[SelectionStatus.SUPERSEDED],
    moves=[
        move(
            "sign",
            ["draft"],
            "signed",
            permission="selection.decide",
            happened="signed the selection",
            notice="awards.selection_signed",
            guards=(selection_gate,),
        ),
        move(
            "approve",
            ["signed"],
            "approved",
            permission="selection.approve",
            happened="approved the selection",
        ),
        move(
            "return",
            ["signed"],
            "returned",
            permission="selection.approve",
            happened="returned the selection",
            notice="awards.selection_returned",
        ),
        move(
            "supersede",
            ["draft", "signed", "returned", "approved"],
            "superseded",
            permission="selection.decide",
            happened="replaced the selection by a new one",
        ),
    ],
)


class AwardStatus(StrEnum):
    """Where an award is."""

    PREPARED = "prepared"
    MADE = "made"
    ACCEPTED = "accepted"
    LAPSED = "lapsed"


AWARD = workflow(
    "award",
    AwardStatus,
    initial=AwardStatus.PREPARED,
    final=[AwardStatus.ACCEPTED, AwardStatus.LAPSED],
    moves=[
        move(
            "make",
            ["prepared"],
            "made",
            permission="award.make",
            happened="made the award",
            guards=(award_gate,),
        ),
        move(
            "countersign",
            ["made"],
            "accepted",
            permission="award.countersign",
            happened="countersigned and accepted the award",
            notice="awards.countersigned",
        ),
        move(
            "lapse",
            ["made"],
            "lapsed",
            permission="award.make",
            happened="let the offer lapse",
        ),
    ],
)


class PeriodStatus(StrEnum):
    """Where a budget period is: planned in the five-year plan, funded by an action, or closed."""

    PLANNED = "planned"
    FUNDED = "funded"
    CLOSED = "closed"


PERIOD = workflow(
    "budget_period",
    PeriodStatus,
    initial=PeriodStatus.PLANNED,
    final=[PeriodStatus.CLOSED],
    moves=[
        move(
            "fund",
            ["planned"],
            "funded",
            permission="award.make",
            happened="funded the budget period",
        ),
        move(
            "close",
            ["funded"],
            "closed",
            permission="award.make",
            happened="closed the budget period",
        ),
    ],
)
