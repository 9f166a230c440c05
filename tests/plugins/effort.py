"""How hard a run tries: `make test` to find a fault, `make test-all` to trust that there is none."""

import os
from typing import Final

THOROUGH: Final = os.environ.get("GRANTS_THOROUGH") == "1"
"""Whether this is a run of `make test-all`."""


def tries(usual: int, thorough: int) -> int:
    """Choose a count by the kind of run."""
    return thorough if THOROUGH else usual
