"""Random numbers that people can read aloud and that do not count competitors."""

from typing import Final

from grants.chance import word

SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0, 1, I, L, O and U, which are misheard or misread."""


def application_number(state: str) -> str:
    """Make a number such as CO-7F3K9."""
    return f"{state}-{word(SIGNS, 5)}"


def receipt_number() -> str:
    """Make a number such as R-7F3K-2Q9D."""
    return f"R-{word(SIGNS, 4)}-{word(SIGNS, 4)}"
