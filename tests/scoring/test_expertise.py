"""The fit of declared expertise: what counts as found, the figure, and the words that explain it."""

import pytest

from scoring.assign.expertise import UNKNOWN, fit, read, stems

APPLICATION = read(
    [
        "A center for rural manufacturers",
        "We trained suppliers in every county. Cost accounting is by hand.\n\nThe chain of supply holds.",
    ]
)
CRITERIA = read(["Quality of the financial plan", "Oversight board"])


@pytest.mark.parametrize(
    ("topics", "figure", "words"),
    [
        ([], UNKNOWN, "no expertise declared"),
        (["beekeeping"], UNKNOWN, "expertise 0 of 1"),
        (["rural manufacturing"], 1000, "expertise 1 of 1: rural manufacturing"),
        (["Supplier training"], 860, "expertise 1 of 1: Supplier training (in other words)"),
        (["supply chain"], 860, "expertise 1 of 1: supply chain (in other words)"),
        (["Financial plans"], 650, "expertise 1 of 1: Financial plans (in the criteria)"),
        (["cost accounting", "rural", "beekeeping"], 766, "expertise 2 of 3: cost accounting, rural"),
        (["oversight", "rural"], 825, "expertise 2 of 2: rural, oversight (in the criteria)"),
        (["rural", "rural", "  ", "of the"], 1000, "expertise 1 of 1: rural"),
    ],
)
def test_the_figure_follows_from_where_topics_are_found(topics: list[str], figure: int, words: str) -> None:
    found = fit(topics, APPLICATION, CRITERIA)

    assert (found.figure, found.words) == (figure, words)


def test_three_topics_found_make_a_full_fit_however_many_were_declared() -> None:
    topics = ["rural", "center", "hand", "beekeeping", "optics"]

    assert fit(topics, APPLICATION, CRITERIA).figure == 1000


def test_a_topic_never_reaches_over_the_end_of_a_sentence() -> None:
    assert fit(["county cost"], APPLICATION, CRITERIA).found == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("manufacturers'", "manufacturing"),
        ("Counties", "county"),
        ("planning", "planned"),
        ("Engineer", "engineering"),
        ("café", "CAFE"),
        ("supplier’s", "suppliers"),
    ],
)
def test_endings_accents_and_capitals_do_not_part_words(one: str, other: str) -> None:
    assert stems(one) == stems(other) != []


@pytest.mark.parametrize(("one", "other"), [("general", "generating"), ("bus", "bu"), ("loss", "los")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert stems(one) != stems(other)


def test_empty_and_strange_texts_are_no_trouble() -> None:
    nothing = read(["", "\x00 !!! ", "…"])

    assert fit(["rural", "\N{SNOWMAN}"], nothing, nothing).figure == UNKNOWN
