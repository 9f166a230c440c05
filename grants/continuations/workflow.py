"""The life of a continuation request: the center revises, staff evaluate, another officer decides."""

from enum import StrEnum

from grants.continuations.rules.gates import decision_gate, draft_gate, evaluation_gate, final_gate
from grants.lifecycle.moves import move, workflow


class RequestStatus(StrEnum):
    """Where a continuation request is."""

    DRAFT = "draft"
    DRAFT_SENT = "draft_sent"
    FINAL_SENT = "final_sent"
    EVALUATED = "evaluated"
    APPROVED = "approved"
    DEFERRED = "deferred"
    DENIED = "denied"


REQUEST = workflow(
    "continuation_request",
    RequestStatus,
    initial=RequestStatus.DRAFT,
    final=[RequestStatus.APPROVED, RequestStatus.DENIED],
    moves=[
        move(
            "send_draft",
            ["draft", "draft_sent"],
            "draft_sent",
            permission="continuation.write",
            happened="sent the draft request",
            notice="continuations.draft_sent",
            guards=(draft_gate,),
        ),
        move(
            "submit_final",
            ["draft", "draft_sent"],
            "final_sent",
            permission="continuation.submit",
            happened="submitted the final request",
            notice="continuations.final_sent",
            guards=(final_gate,),
        ),
        move(
            "send_back",
            ["draft_sent", "final_sent", "evaluated", "deferred"],
            "draft",
            permission="continuation.evaluate",
            happened="sent the request back to the center",
            notice="continuations.sent_back",
        ),
        move(
            "evaluate",
            ["final_sent", "deferred"],
            "evaluated",
            permission="continuation.evaluate",
            happened="evaluated the request",
            notice="continuations.evaluated",
            guards=(evaluation_gate,),
        ),
        move(
            "return_evaluation",
            ["evaluated"],
            "final_sent",
            permission="continuation.decide",
            happened="returned the evaluation",
            notice="continuations.evaluation_returned",
        ),
        move(
            "approve",
            ["evaluated"],
            "approved",
            permission="continuation.decide",
            happened="approved the continuation",
            guards=(decision_gate,),
        ),
        move(
            "defer",
            ["evaluated"],
            "deferred",
            permission="continuation.decide",
            happened="deferred the continuation",
            notice="continuations.deferred",
            guards=(decision_gate,),
        ),
        move(
            "deny",
            ["evaluated"],
            "denied",
            permission="continuation.decide",
            happened="denied the continuation",
            guards=(decision_gate,),
        ),
    ],
)
