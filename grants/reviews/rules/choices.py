"""Answers to choose among in the reviewer pool."""

from enum import StrEnum


class ReviewerKind(StrEnum):
    """Whether a reviewer is an employee of the federal government."""

    FEDERAL = "federal"
    OUTSIDE = "outside"


class InterestKind(StrEnum):
    """How a reviewer is bound to an organization or a state."""

    EMPLOYER = "employer"
    BOARD = "board or advisory member"
    CONSULTANT = "consultant or contractor"
    FINANCIAL = "financial interest"
    FAMILY = "family or household"
    RESIDENCE = "resident of the state"
    OTHER = "other"
