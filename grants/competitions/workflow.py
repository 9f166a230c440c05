"""The life of a competition and of an amendment, as tables."""

from enum import StrEnum

from grants.competitions.rules.publication import publication_findings
from grants.lifecycle.moves import SILENT, move, workflow


class CompetitionStatus(StrEnum):
    """Where a competition is; whether it is open at an instant is told by the clock, not by a status."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DECIDED = "decided"
    CANCELED = "canceled"


WORKFLOW = workflow(
    "competition",
    CompetitionStatus,
    initial="draft",
    final=["decided", "canceled"],
    moves=[
        move(
            "publish",
            ["draft"],
            "published",
            permission="competition.publish",
            happened="published the competition",
            notice=SILENT,  # nobody can have a draft before there is a notice
            guards=(publication_findings,),
        ),
        move(
            "cancel",
            ["published"],
            "canceled",
            permission="competition.cancel",
            happened="canceled the competition",
            notice="competitions.canceled",
        ),
        move(
            "decide",
            ["published"],
            "decided",
            permission="competition.decide",
            happened="closed the competition: every state is decided",
            notice=SILENT,  # the letters of the decisions tell everyone
        ),
    ],
)
