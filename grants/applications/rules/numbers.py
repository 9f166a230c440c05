"""Random numbers that people can read aloud and that do not count competitors."""

import secrets
from typing import Final

SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0, 1, I, L, O and U, which are misheard or misread."""


def application_number(state: str) -> str:
    """Make a number such as CO-7F3K9."""
    return f"{state}-{_word(5)}"


def receipt_number() -> str:
    """Make a number such as R-7F3K-2Q9D."""
    return f"R-{_word(4)}-{_word(4)}"


def _word(length: int) -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(length))
