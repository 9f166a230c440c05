"""What is said of one section: one line, whatever is worth a look."""

import pytest

from grants.applications.rules.completeness import SectionFact, section_findings


@pytest.mark.parametrize(
    ("words", "is_ready", "said"),
    [
        (104, False, ["Strategy uses 104 of 1,500 words and is not marked as ready."]),
        (104, True, ["Strategy uses 104 of 1,500 words."]),
        (1200, False, ["Strategy is not marked as ready."]),
        (1200, True, []),
    ],
)
def test_a_section_has_one_line_of_advice(words: int, is_ready: bool, said: list[str]) -> None:  # noqa: FBT001  # a table's column
    fact = SectionFact("strategy", "Strategy", None, words, 1500, is_ready)

    assert [found.message for found in section_findings(fact)] == said
