"""The states a competition may name, in order of name, and where each stands on the tile map."""

from dataclasses import dataclass
from typing import Final

from grants.competitions.rules.states import CENTER_STATES

STATES: Final[dict[str, str]] = dict(sorted(CENTER_STATES.items(), key=lambda state: state[1]))
"""The 50 states and Puerto Rico, by their two letters, in order of name."""

_ROWS: Final = (
    "AK .. .. .. .. .. .. .. .. .. ME",
    ".. .. .. .. .. .. .. .. .. VT NH",
    "WA ID MT ND MN IL WI MI NY RI MA",
    "OR NV WY SD IA IN OH PA NJ CT ..",
    "CA UT CO NE MO KY WV VA MD DE ..",
    ".. AZ NM KS AR TN NC SC .. .. ..",
    ".. .. .. OK LA MS AL GA .. .. ..",
    "HI .. .. TX .. .. .. .. FL .. PR",
)


@dataclass(frozen=True)
class Tile:
    """One state on the tile map, by column and row from 0."""

    code: str
    name: str
    column: int
    row: int


TILES: Final[tuple[Tile, ...]] = tuple(
    Tile(code, STATES[code], column, row)
    for row, line in enumerate(_ROWS)
    for column, code in enumerate(line.split())
    if code != ".."
)


def state_name(code: str) -> str:
    """Return the name of a state, or the letters themselves where they name none."""
    return STATES.get(code, code)
