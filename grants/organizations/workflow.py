"""The life of an invitation to join an organization."""

from enum import StrEnum

from grants.lifecycle.moves import move, workflow


class InvitationStatus(StrEnum):
    """Where an invitation stands."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


INVITATION = workflow(
    "organization_invitation",
    InvitationStatus,
    initial="invited",
    final=["accepted", "declined", "withdrawn", "expired"],
    moves=[
        move(
            "accept",
            ["invited"],
            "accepted",
            permission="organization.join",
            happened="accepted the invitation",
            notice="organizations.joined",
        ),
        move(
            "decline",
            ["invited"],
            "declined",
            permission="organization.decline",
            happened="declined the invitation",
            notice="organizations.declined",
        ),
        move(
            "withdraw",
            ["invited"],
            "withdrawn",
            permission="organization.invite",
            happened="withdrew the invitation",
        ),
        move(
            "expire",
            ["invited"],
            "expired",
            permission="organization.invite",
            happened="let the invitation expire",
        ),
    ],
)
