"""How well declared expertise fits an application, by the words of both; nothing is learned or guessed.

A topic counts in full where the application names it word by word, four fifths where all its words stand
in one sentence, half where only the published criteria name it. Words are compared without their endings:
first the plural (Harman 1991, Journal of the American Society for Information Science 42, the S stemmer),
then -ing, -ed and -er of longer words, so that “manufacturers” and “manufacturing” are one word.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

from scoring.assign.problem import FULL_FIT

UNKNOWN = 300
"""Thousandths where nothing is declared, or nothing that was declared is found."""
ENOUGH = 3
"""So many topics found make a full fit, however many were declared."""
LONGEST_TOPIC = 12

SHORT_PLURAL = 3
LONG_WORD = 6
SILENT = re.compile(r"a|all|an|and|as|at|by|for|from|in|into|is|of|on|or|other|our|the|their|to|with|without")
"""Words that say nothing of a topic."""


class Found(IntEnum):
    """Where a topic was found, as the thousandths it counts."""

    NAMED = 1000
    NEAR = 800
    CRITERIA = 500


NOTES = {
    Found.NAMED: "",
    Found.NEAR: " (in other words)",
    Found.CRITERIA: " (in the criteria)",
}


@dataclass(frozen=True, slots=True)
class Fit:
    """The figure of one reviewer for one application, with what it follows from."""

    declared: int
    found: tuple[tuple[str, Found], ...]

    @property
    def figure(self) -> int:
        """Return the fit in whole thousandths."""
        if not self.declared:
            return UNKNOWN
        best = sorted((int(where) for _, where in self.found), reverse=True)[:ENOUGH]
        full = int(Found.NAMED) * min(self.declared, ENOUGH)
        return UNKNOWN + (FULL_FIT - UNKNOWN) * sum(best) // full

    @property
    def words(self) -> str:
        """Return the figure in words: “expertise 2 of 2: supply chain, rural”."""
        if not self.declared:
            return "no expertise declared"
        named = ", ".join(f"{topic}{NOTES[where]}" for topic, where in self.found)
        return f"expertise {len(self.found)} of {self.declared}" + (f": {named}" if named else "")


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A text by its plain words, sentence by sentence; what was looked for is remembered."""

    line: str
    sentences: tuple[frozenset[str], ...]
    words: frozenset[str]
    known: dict[str, Found | None] = field(default_factory=dict)

    def find(self, topic: str) -> Found | None:
        """Return how the text speaks of a topic."""
        if topic not in self.known:
            self.known[topic] = self._look(topic)
        return self.known[topic]

    def _look(self, topic: str) -> Found | None:
        asked = _asked(topic)
        if not asked or not self.words.issuperset(asked):
            return None
        if f" {' '.join(asked)} " in self.line:
            return Found.NAMED
        wanted = frozenset(asked)
        return Found.NEAR if any(wanted <= sentence for sentence in self.sentences) else None


def read(parts: Sequence[str]) -> Text:
    """Return texts as one, ready to be searched; a topic never reaches over the end of a sentence."""
    sentences = [stems(sentence) for part in parts for sentence in re.split(r"[.!?;:\n]+", part)]
    kept = [words for words in sentences if words]
    return Text(
        " | ".join(["", *(" ".join(words) for words in kept), ""]),
        tuple(frozenset(words) for words in kept),
        frozenset(word for words in kept for word in words),
    )


def fit(topics: Sequence[str], application: Text, criteria: Text) -> Fit:
    """Return the fit of declared topics for an application under published criteria."""
    declared = list(dict.fromkeys(topic for topic in topics if _asked(topic)))
    found: list[tuple[str, Found]] = []
    for topic in declared:
        where = application.find(topic)
        if where is None and criteria.find(topic) is not None:
            where = Found.CRITERIA
        if where is not None:
            found.append((topic, where))
    return Fit(len(declared), tuple(sorted(found, key=lambda one: -one[1])))


@lru_cache(maxsize=10_000)
def _asked(topic: str) -> list[str]:
    return stems(topic)[:LONGEST_TOPIC]


def stems(text: str) -> list[str]:
    """Return a text's words without accents, capitals, endings and words that say nothing."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", re.sub(r"['\u2019]s\b", "", plain))
    return [_stem(word) for word in words if not SILENT.fullmatch(word)]


def _stem(word: str) -> str:
    word = _singular(word)
    for ending in ("ing", "ed", "er"):
        if len(word) > LONG_WORD and word.endswith(ending):
            word = _undoubled(word.removesuffix(ending))
    return word


def _singular(word: str) -> str:
    if len(word) <= SHORT_PLURAL or not word.endswith("s") or word.endswith(("ss", "us")):
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return f"{word[:-3]}y"
    return word[:-1]


def _undoubled(word: str) -> str:
    if len(word) > SHORT_PLURAL and word[-1] == word[-2] and word[-1] not in "lsz":
        return word[:-1]
    return word
