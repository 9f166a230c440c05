"""What stops a publication, what only warns, and what is copied for ever."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from grants.competitions.rules import notice as n
from grants.competitions.rules.choices import RankingMethod
from grants.competitions.rules.criteria_check import criteria_findings
from grants.competitions.rules.notice_period import Determination
from grants.competitions.rules.publication import PublicationFacts, proposed_rule_set, publication_findings
from grants.competitions.rules.reading import criterion_rows
from grants.competitions.rules.toml_text import load, save
from grants.competitions.rules.tree import moved, removed
from grants.findings import Level
from grants.policies.rows import LocationRule, SelectedAgain
from grants.web.filters import points as show
from tests.competitions.conftest import PUBLICATION, sample


def stopping(notice: n.Notice, at: datetime = PUBLICATION) -> list[str]:
    found = publication_findings(None, PublicationFacts(notice, at), at)
    return [finding.message for finding in found if finding.level is Level.STOP]


@pytest.mark.parametrize(
    ("name", "at"),
    [("ten_states_2014", PUBLICATION), ("florida_2024", datetime(2024, 4, 30, 13, tzinfo=UTC))],
)
def test_samples_with_points_may_be_published(name: str, at: datetime) -> None:
    assert stopping(sample(name), at) == []


def test_the_rubric_without_points_is_a_draft_until_staff_enter_them() -> None:
    notice = sample("operating_model")
    without = [sentence for sentence in stopping(notice) if "has no points" in sentence]
    entered = replace(
        notice.criteria,
        criterion=tuple(replace(one, points=Decimal(20)) for one in notice.criteria.criterion),
    )

    with_points = stopping(replace(notice, criteria=entered))

    assert len(without) == 5
    assert not [sentence for sentence in with_points if "points" in sentence]


def dates(notice: n.Notice, **changed: object) -> n.Notice:
    return replace(notice, dates=replace(notice.dates, **changed))  # type: ignore[arg-type]  # values by name


WITHOUT = [
    (lambda x: replace(x, identity=n.Identity(number="A-1", program="P", assistance_listing="11.611",
                                              fiscal_year=2014, authority="L")), "Enter the title."),
    (lambda x: replace(x, goals=n.Goals()), "Say what the program wants to reach."),
    (lambda x: replace(x, states=n.States()),
     "There is no target state. Add the states of this competition."),
    (lambda x: replace(x, states=n.States(state=(n.StateAmount(code="WI"),))),
     "Wisconsin has no yearly federal amount."),
    (lambda x: dates(x, deadline=None), "Enter the deadline: date, hour and zone."),
    (lambda x: dates(x, deadline=PUBLICATION), "The deadline has passed at publication. Choose a later one."),
    (lambda x: dates(x, opens=datetime(2015, 1, 1, tzinfo=UTC)),
     "Applications open after the deadline. Correct one of the two."),
    (lambda x: dates(x, questions_until=datetime(2015, 1, 1, tzinfo=UTC)),
     "Questions may be asked after the deadline. Correct one of the two."),
    (lambda x: replace(x, award=replace(x.award, years=None)), "Enter for how many years an award is made."),
    (lambda x: replace(x, award=replace(x.award, expected_award=date(2014, 10, 1))),
     "Awards are expected before the deadline. Correct one of the two."),
    (lambda x: replace(x, criteria=n.Criteria(total=Decimal(100))),
     "There are no criteria. Add the criteria of the notice."),
    (lambda x: replace(x, criteria=replace(x.criteria, criterion=removed(x.criteria.criterion, "financial"))),
     "Points add up to 70. The notice promises 100. Add 30."),
    (lambda x: replace(x, ranking=replace(x.ranking, threshold=None)),
     "Enter the average from which an application is a finalist."),
    (lambda x: replace(x, ranking=replace(x.ranking, threshold=Decimal("100.5"))),
     "The threshold of 100.5 is above the total of 100 points."),
    (lambda x: replace(x, ranking=replace(x.ranking, method=RankingMethod.TRIMMED_MEAN, reviewers_minimum=4)),
     ("A mean without the highest and the lowest total needs at least 5 reviewers for each application; "
      "4 are asked for.")),
    (lambda x: replace(x, factors=n.Factors()),
     "There is no selection factor. Without one, nobody can ever be selected out of rank order."),
    (lambda x: replace(x, documents=n.Documents()), "Name the documents that an application holds."),
    (lambda x: replace(x, rules=replace(x.rules, cost_share=None)), "Choose the cost-share schedule."),
    (lambda x: replace(x, rules=replace(x.rules, cost_share="nonsense")),
     "The catalogue has no rule on cost share named nonsense."),
    (lambda x: replace(x, contact=n.Contact(name="Office")), "Enter a mail address or a telephone number."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), WITHOUT)
def test_each_gap_stops_with_its_own_sentence(change: object, sentence: str, ten_states: n.Notice) -> None:
    assert callable(change)

    assert stopping(change(ten_states)) == [sentence]


def test_all_gaps_are_told_at_once(ten_states: n.Notice) -> None:
    empty = n.Notice(identity=n.Identity(number="A-1"))

    assert len(stopping(empty)) > 15


@pytest.mark.parametrize(
    ("days", "determination", "reason", "stops"),
    [
        (60, Determination.NONE, "", False),
        (59, Determination.NONE, "", True),
        (59, Determination.SHORTER_SUFFICES, "", True),
        (59, Determination.SHORTER_SUFFICES, "The money lapses.", False),
        (30, Determination.SHORTER_SUFFICES, "The money lapses.", False),
        (29, Determination.SHORTER_SUFFICES, "The money lapses.", True),
        (29, Determination.EXIGENT, "A flood.", False),
    ],
)
def test_a_short_notice_needs_its_determination(
    days: int,
    determination: Determination,
    reason: str,
    stops: bool,  # noqa: FBT001  # a column of the table
    ten_states: n.Notice,
) -> None:
    notice = dates(
        ten_states,
        deadline=PUBLICATION + timedelta(days=days),
        determination=determination,
        shorter_period_reason=reason,
    )

    assert bool(stopping(notice)) is stops


def test_the_rule_set_has_the_settings_of_the_notice(ten_states: n.Notice) -> None:
    chosen = n.Rules(
        cost_share="aica-2017", selected_again=SelectedAgain.RESTART, location=LocationRule.SERVES_STATE
    )

    rules = proposed_rule_set(replace(ten_states, rules=chosen), date(2014, 8, 1))

    assert rules.cost_share.id == "aica-2017"
    assert rules.cost_share.settings.selected_again is SelectedAgain.RESTART
    assert rules.eligible_applicants.location is LocationRule.SERVES_STATE


def test_a_criterion_moves_among_its_siblings_and_stops_at_the_ends(ten_states: n.Notice) -> None:
    tree = ten_states.criteria.criterion

    assert [one.key for one in moved(tree, "financial", by=-1)] == [
        "narrative",
        "financial",
        "qualifications",
    ]
    assert moved(tree, "financial", by=1) == tree
    assert [one.key for one in moved(tree, "budget", by=1)[2].criterion] == ["financial_plan", "budget"]


@pytest.mark.parametrize(
    ("points", "count", "each"), [(100, 3, "33 1/3"), (40, 3, "13 1/3"), (30, 7, "4 2/7")]
)
def test_equal_sub_criteria_need_no_round_share(
    ten_states: n.Notice, points: int, count: int, each: str
) -> None:
    parts = tuple(n.CriterionPlan(key=f"part_{at}", title=f"Part {at}") for at in range(count))
    top = n.CriterionPlan(key="top", title="Top", points=Decimal(points), equal=True, criterion=parts)
    notice = replace(ten_states, criteria=n.Criteria(total=Decimal(points), criterion=(top,)))

    assert list(criteria_findings(notice.criteria)) == []
    assert load(save(notice)) == (notice, [])
    assert [show(row.points) for row in criterion_rows(notice.criteria.criterion)] == [
        str(points),
        *[each] * count,
    ]
