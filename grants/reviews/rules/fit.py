"""How well a reviewer's declared expertise fits an application: the share of it that the text speaks of."""

import re
from collections.abc import Sequence

FULL = 1000
UNKNOWN = 300
"""Thousandths for a reviewer who declared no expertise, or none that the application speaks of."""


def words_of(text: str) -> str:
    """Return a text as plain words between single spaces, for finding terms in it."""
    return f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "


def found_in(expertise: Sequence[str], plain: str) -> tuple[str, ...]:
    """Return the terms of a declaration that the application's plain words contain."""
    return tuple(term for term in expertise if (words := words_of(term)).strip() and words in plain)


def fit(expertise: Sequence[str], plain: str) -> int:
    """Return the fit in whole thousandths, so that an optimum is exact."""
    if not expertise:
        return UNKNOWN
    found = len(found_in(expertise, plain))
    return UNKNOWN + (FULL - UNKNOWN) * found // len(expertise)
