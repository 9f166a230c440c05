"""How well a reviewer's declared expertise fits a submission, and what was read of texts, kept by hash."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache

from scoring.assign.expertise import Text, read

MOST_KEPT = 2000


class Readings:
    """Submissions read for their words, by the hash of what was submitted; the longest unused goes first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self._kept: OrderedDict[str, Text] = OrderedDict()

    def known(self, sha256: str) -> Text | None:
        """Return a submission that was read before."""
        found = self._kept.get(sha256)
        if found is not None:
            self._kept[sha256] = found
        return found

    def keep(self, sha256: str, parts: Sequence[str]) -> Text:
        """Read a submission and keep what was read."""
        found = self._kept[sha256] = read(parts)
        while len(self._kept) > self.most:
            self._kept.popitem(last=False)
        return found


@lru_cache(maxsize=64)
def criteria_text(parts: tuple[str, ...]) -> Text:
    """Return published criteria by their words."""
    return read(parts)
