"""What a selection and an award must show before they are signed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from grants.awards.rules.gates import AwardItem, StateFacts, award_gate, selection_gate
from grants.awards.rules.items import AwardFacts, award_items

NOW = datetime(2015, 2, 20, 15, 0, tzinfo=UTC)
FIRST, SECOND, THIRD, BELOW = 1, 2, 3, 4
DISTRIBUTION = "appropriate distribution of services within the state"
FACTS = StateFacts(
    finalists={FIRST: 1, SECOND: 2, THIRD: 3},
    tied=frozenset(),
    factors=("availability of federal funds", DISTRIBUTION),
    official=True,
    requested=1_668_359_00,
    available=1_668_359_00,
)
TIED = StateFacts(
    finalists={FIRST: 1, SECOND: 1}, tied=frozenset({FIRST, SECOND}), factors=(DISTRIBUTION,), official=True
)


@dataclass
class Chosen:
    choice: str = "select"
    application_id: int | None = FIRST
    factor: str | None = None
    justification: str | None = None
    in_rank_order: bool = True


CASES = [
    ("first place needs nothing", Chosen(), FACTS, []),
    ("second place without a factor", Chosen(application_id=SECOND), FACTS, ["factor", "justification"]),
    (
        "second place with a published factor and a text",
        Chosen(application_id=SECOND, factor=DISTRIBUTION, justification="The west is not served."),
        FACTS,
        [],
    ),
    (
        "a factor that was not published",
        Chosen(application_id=SECOND, factor="applicant's reputation", justification="Well known."),
        FACTS,
        ["factor_unpublished"],
    ),
    (
        "white space is no justification",
        Chosen(application_id=SECOND, factor=DISTRIBUTION, justification="  "),
        FACTS,
        ["justification"],
    ),
    ("below the threshold", Chosen(application_id=BELOW), FACTS, ["not_finalist"]),
    ("nobody chosen", Chosen(application_id=None), FACTS, ["choice"]),
    ("a tie without a reason", Chosen(application_id=SECOND), TIED, ["tie"]),
    ("a tie with a reason", Chosen(application_id=SECOND, justification="Broader service."), TIED, []),
    ("hold without a reason", Chosen(choice="hold", application_id=None), FACTS, ["reason"]),
    (
        "hold with a reason",
        Chosen(choice="hold", application_id=None, justification="Waits for the budget."),
        FACTS,
        [],
    ),
    ("no award without a reason", Chosen(choice="no_award", application_id=None), FACTS, ["reason"]),
    (
        "no award before the ranking is frozen",
        Chosen(choice="no_award", application_id=None, justification="None is good enough."),
        replace(FACTS, waits_for_ranking=True),
        ["not_frozen"],
    ),
    (
        "no official rank",
        Chosen(),
        StateFacts(finalists={FIRST: 1}, tied=frozenset(), factors=(), official=False),
        ["no_rank"],
    ),
    (
        "one cent over the published amount",
        Chosen(),
        StateFacts(
            finalists={FIRST: 1},
            tied=frozenset(),
            factors=(),
            official=True,
            requested=628_176_01,
            available=628_176_00,
        ),
        ["money"],
    ),
]


@pytest.mark.parametrize(
    ("chosen", "facts", "codes"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_selection_gate_names_everything_that_is_missing(
    chosen: Chosen, facts: StateFacts, codes: list[str]
) -> None:
    findings = selection_gate(chosen, facts, NOW)

    assert [finding.code for finding in findings] == codes


COMPLETE = AwardFacts(
    recipient="Front Range Manufacturing Alliance",
    uei="ABCDEFGHJKL5",
    fain="70NANB15H001",
    award_date="February 20, 2015",
    period_of_performance="April 1, 2015 to March 31, 2020",
    budget_period="April 1, 2015 to March 31, 2016",
    obligated_now=100,
    obligated_total=100,
    approved_match=100,
    approved_total=200,
    budget_holds=True,
    listing="11.611",
    contact="R. Ortiz",
)
ENTERED = {
    "description": "A center",
    "listing_title": "Manufacturing Extension Partnership",
    "research": "No",
    "indirect_rate": "10 %",
    "goals": "As planned",
    "terms": "Standard terms",
    "later_periods": "Depend on funds",
}


def test_an_award_that_states_everything_passes_the_gate() -> None:
    assert award_gate(None, award_items(COMPLETE, ENTERED), NOW) == []


def test_each_item_that_is_left_out_is_named_alone() -> None:
    for key in ENTERED:
        items = award_items(COMPLETE, {**ENTERED, key: " "})

        findings = award_gate(None, items, NOW)

        assert [finding.field for finding in findings] == [key]


def test_an_empty_award_names_every_item_at_once() -> None:
    empty = AwardFacts("", "", "", "", "", "", 0, 0, 0, 0, budget_holds=False, listing="", contact="")

    items: list[AwardItem] = award_items(empty, {})

    assert len(award_gate(None, items, NOW)) == len(items) == 20
