"""Words found in the text of an application, with what stands around them."""

import re
from dataclasses import dataclass

from grants.applications.rules.content import SubmissionContent

AROUND = 90
MOST = 50


@dataclass(frozen=True)
class Passage:
    """One place where the words stand: what is before, the words as written there, what is after."""

    key: str
    title: str
    before: str
    words: str
    after: str


def found_in(content: SubmissionContent | None, words: str) -> list[Passage]:
    """Return where the words stand in the sections, whatever their case and the spaces between them."""
    parts = [re.escape(part) for part in words.split()]
    if content is None or not parts:
        return []
    pattern = re.compile(r"\s+".join(parts), re.IGNORECASE)
    found: list[Passage] = []
    for section in content.sections:
        text = re.sub(r"[*#]+", "", section.text)
        for hit in pattern.finditer(text):
            found.append(_passage(section.key, section.title, text, hit))
            if len(found) == MOST:
                return found
    return found


def _passage(key: str, title: str, text: str, hit: re.Match[str]) -> Passage:
    """Cut a passage out at whole words."""
    first, last = max(0, hit.start() - AROUND), min(len(text), hit.end() + AROUND)
    before, after = text[first : hit.start()].split(), text[hit.end() : last].split()
    if first:
        before = ["…", *before[1:]]
    if last < len(text):
        after = [*after[:-1], "…"]
    return Passage(key, title, " ".join(before), hit.group(), " ".join(after))
