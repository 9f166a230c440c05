"""Wherever a deadline stands, its seconds stand too."""

import re
from pathlib import Path

DEADLINE_TO_THE_MINUTE = re.compile(
    r"deadline(?:_at)? \| instant\(|(?:due|instant)\([^()]*deadline(?:_at)?(?!.*seconds)"
)


def test_no_template_says_a_deadline_to_the_minute() -> None:
    """Most people read “11:59 p.m.” as the whole minute; wherever a deadline stands its seconds stand too."""
    places = [*Path("templates").rglob("*.html"), *Path("templates").rglob("*.txt")]
    found = {
        f"{place}: {line.strip()[:80]}"
        for place in places
        for line in place.read_text().splitlines()
        if DEADLINE_TO_THE_MINUTE.search(line)
    }

    assert len(places) > 100
    assert found == set()
