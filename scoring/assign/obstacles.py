"""What can stand in the way of an assignment, by kind; apart from the solver, so that pages may name it."""

from dataclasses import dataclass
from enum import StrEnum

MORE = "no more"
"""The detail of a need's upper side."""


class Kind(StrEnum):
    """What a condition is about, in the order in which staff would rather give way."""

    KEPT = "kept"
    MOST = "most"
    LEAST = "least"
    ORGANIZATION = "organization"
    EXPERTISE = "expertise"
    FEDERAL = "federal"
    OUTSIDE = "outside"
    NEED = "need"


@dataclass(frozen=True, slots=True)
class InTheWay:
    """One condition that would have to give, and by how much."""

    kind: Kind
    subject: str
    detail: str
    by: int
