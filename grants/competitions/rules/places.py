"""The states a competition may name, in order of name."""

from typing import Final

from grants.competitions.rules.states import CENTER_STATES

STATES: Final[dict[str, str]] = dict(sorted(CENTER_STATES.items(), key=lambda state: state[1]))
"""The 50 states and Puerto Rico, by their two letters."""


def state_name(code: str) -> str:
    """Return the name of a state, or the letters themselves where they name none."""
    return STATES.get(code, code)
