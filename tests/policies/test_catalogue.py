"""The catalogue has no gap, overlap or missing authority, and the right row acts on the right day."""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.findings import Level
from grants.policies import checks, rows
from grants.policies.codec import Unreadable
from grants.policies.loader import (
    CATALOGUE,
    ROW_TYPES,
    Kind,
    NoRule,
    look_on,
    read_table,
    rule_named,
    rule_on,
)
from grants.policies.rule_set import RuleSet, cost_share_findings, rule_set_for


def test_the_catalogue_has_no_fault() -> None:
    assert checks.faults() == []


@pytest.mark.parametrize(
    ("row_type", "day", "row_id"),
    [
        (rows.CostShareRow, date(1994, 5, 2), "omnibus-1988"),
        (rows.CostShareRow, date(2014, 8, 1), "omnibus-1988"),
        (rows.CostShareRow, date(2017, 1, 5), "omnibus-1988"),
        (rows.CostShareRow, date(2017, 1, 6), "aica-2017"),
        (rows.CostShareRow, date(2100, 1, 1), "aica-2017"),
        (rows.IndirectCostRow, date(2014, 12, 25), "circulars"),
        (rows.IndirectCostRow, date(2014, 12, 26), "de-minimis-10"),
        (rows.IndirectCostRow, date(2024, 9, 30), "de-minimis-10"),
        (rows.IndirectCostRow, date(2024, 10, 1), "de-minimis-15"),
        (rows.MtdcRow, date(2024, 9, 30), "subaward-25000"),
        (rows.MtdcRow, date(2024, 10, 1), "subaward-50000"),
        (rows.ReportingRow, date(2020, 11, 11), "final-90"),
        (rows.ReportingRow, date(2020, 11, 12), "final-120"),
        (rows.EvaluationRow, date(2017, 1, 6), "panels-2017"),
        (rows.EligibleApplicantsRow, date(2022, 8, 8), "eligible-entity-2017"),
        (rows.EligibleApplicantsRow, date(2022, 8, 9), "eligible-entity-2022"),
    ],
)
def test_a_rule_acts_from_its_first_day_to_its_last(row_type: type[rows.Row], day: date, row_id: str) -> None:
    assert rule_on(row_type, day).id == row_id


@given(st.dates(min_value=date(1994, 5, 2)), st.sampled_from(list(ROW_TYPES.values())))
def test_exactly_one_rule_of_each_kind_acts_on_any_day(day: date, row_type: type[rows.Row]) -> None:
    kind = next(kind for kind, known in ROW_TYPES.items() if known is row_type)
    acting = [row for row in read_table(CATALOGUE / f"{kind}.toml", row_type) if row.is_in_force(day)]

    assert acting == [rule_on(row_type, day)]


def test_there_is_no_rule_before_the_first() -> None:
    with pytest.raises(NoRule, match=r"no rule on cost share for 1994-05-01"):
        rule_on(rows.CostShareRow, date(1994, 5, 1))


def test_a_schedule_is_found_by_its_name_and_by_its_alias() -> None:
    by_alias = rule_named(rows.CostShareRow, "omnibus-1988-schedule")

    assert by_alias == rule_named(rows.CostShareRow, "omnibus-1988")
    assert by_alias.federal_share_by_year == tuple(map(Fraction, ["1/2", "1/2", "1/2", "2/5", "1/3"]))
    with pytest.raises(NoRule):
        rule_named(rows.CostShareRow, "no-such-schedule")


@pytest.mark.parametrize(
    ("day", "levels"),
    [
        (date(2017, 1, 5), []),
        (date(2017, 1, 6), [Level.LOOK]),
        (date(2017, 6, 26), [Level.LOOK]),
        (date(2017, 6, 27), []),
    ],
)
def test_a_person_must_look_while_two_texts_stood(day: date, levels: list[Level]) -> None:
    found = look_on(rule_on(rows.CostShareRow, day), day)

    assert [finding.level for finding in found] == levels


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("effective_to = 2017-01-05", "effective_to = 2017-01-06", "policies.overlap"),
        ("effective_to = 2017-01-05", "", "policies.overlap"),
        ("effective_to = 2017-01-05", "effective_to = 2017-01-03", "policies.gap"),
        ("effective_to = 2017-01-05", "effective_to = 1990-01-05", "policies.ends_before_it_begins"),
        ('authority = "15 U.S.C. 278k(e)(2)', 'authority = " " #', "policies.no_authority"),
        ('authority = "15 U.S.C. 278k(e)(2)', '# "', "policies.unreadable"),
        ('mark = "read"', 'mark = "certain"', "policies.unreadable"),
        ('"2/5", "1/3"', '"2/5", "2/3"', "policies.impossible_value"),
        ('"2/5", "1/3"', '"2/5", "1/0"', "policies.unreadable"),
        ('"2/5", "1/3"', '"2/5", 0.3333', "policies.unreadable"),
        ('id = "aica-2017"', 'id = "omnibus-1988-schedule"', "policies.name_twice"),
        ("look_to = 2017-06-26", "", "policies.look_incomplete"),
        ('unconfirmed = ["cost_share_year"]', 'unconfirmed = ["weather"]', "policies.no_such_field"),
        ('overmatch = "lost"', 'overmatch = "kept"', "policies.unreadable"),
        ('overmatch = "lost"', 'undermatch = "lost"', "policies.unreadable"),
        ("[[row]]", "[[row", "policies.unreadable"),
        (
            "effective_from = 2017-01-06",
            "effective_from = 2017-01-06\neffective_to = 2030-01-01",
            "policies.ends",
        ),
    ],
)
def test_a_fault_put_into_a_table_is_found(tmp_path: Path, old: str, new: str, code: str) -> None:
    for path in CATALOGUE.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    target = tmp_path / "cost_share.toml"
    text = target.read_text(encoding="utf-8")
    assert old in text

    target.write_text(text.replace(old, new), encoding="utf-8")

    assert code in {finding.code for finding in checks.faults(tmp_path)}


def test_a_missing_and_a_foreign_file_are_found(tmp_path: Path) -> None:
    (tmp_path / "weather.toml").write_text("", encoding="utf-8")

    codes = [finding.code for finding in checks.faults(tmp_path)]

    assert codes == ["policies.file_missing"] * len(Kind) + ["policies.unknown_kind"]


@pytest.mark.parametrize(
    ("published", "award", "schedule"),
    [
        (date(2014, 8, 1), date(2015, 2, 1), None),
        (date(2016, 12, 1), date(2017, 4, 1), None),
        (date(2024, 4, 30), date(2024, 12, 1), "omnibus-1988-schedule"),
    ],
)
def test_a_rule_set_comes_back_equal_from_its_json(
    published: date, award: date, schedule: str | None
) -> None:
    rule_set = rule_set_for(published, award_expected_on=award, cost_share=schedule)

    assert RuleSet.from_json(json.loads(json.dumps(rule_set.to_json()))) == rule_set


def test_the_award_date_governs_the_money_and_the_publication_date_the_applicants() -> None:
    rule_set = rule_set_for(date(2014, 8, 1), award_expected_on=date(2015, 2, 1))

    assert (rule_set.cost_share.id, rule_set.indirect_cost.id) == ("omnibus-1988", "de-minimis-10")
    assert (rule_set.notice_period.id, rule_set.eligible_applicants.id) == (
        "practice-before-2014",
        "nonprofit-1988",
    )


def test_other_readings_and_another_location_are_kept_with_the_rule_set() -> None:
    settings = rows.CostShareSettings(selected_again=rows.SelectedAgain.RESTART)
    rule_set = (
        rule_set_for(date(2014, 8, 1)).with_settings(settings).with_location(rows.LocationRule.SERVES_STATE)
    )

    stored = RuleSet.from_json(rule_set.to_json())

    assert stored.cost_share.settings.selected_again is rows.SelectedAgain.RESTART
    assert stored.eligible_applicants.location is rows.LocationRule.SERVES_STATE


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": 2}, "this program reads format 1"),
        ({"published_on": "2014-02-30"}, "published_on: expects a date"),
        ({"weather": 1}, "weather: there is no such field"),
        ({"mtdc": []}, "mtdc: expects a table"),
    ],
)
def test_a_rule_set_that_does_not_fit_is_refused_by_field(change: dict[str, object], sentence: str) -> None:
    plain = rule_set_for(date(2014, 8, 1)).to_json() | change

    with pytest.raises(Unreadable, match=sentence):
        RuleSet.from_json(plain)


@pytest.mark.parametrize(
    ("obligated", "codes"),
    [
        (date(2016, 10, 1), []),
        (date(2017, 3, 1), ["policies.look.aica-2017", "policies.law_changed"]),
        (date(2017, 10, 1), ["policies.law_changed"]),
    ],
)
def test_where_the_law_of_the_day_differs_both_are_shown(obligated: date, codes: list[str]) -> None:
    rule_set = rule_set_for(date(2014, 8, 1))

    assert [finding.code for finding in cost_share_findings(rule_set, obligated)] == codes


def test_values_below_firm_knowledge_carry_their_caution() -> None:
    rule_set = rule_set_for(date(2014, 8, 1))

    assert rule_set.cost_share.caution == ""
    assert rule_set.cost_share.caution_for("federal_share_by_year") == ""
    assert rule_set.cost_share.caution_for("selected_again") == "sample data, confirm"
    assert rule_set.cost_share.doubt == "sample data, confirm: selected again, cost share year"
    assert rule_set.eligible_applicants.caution_for("location") == "sample data, confirm (likely)"
    assert rule_set.review.caution == "sample data, confirm (recalled)"
    assert "policies.unconfirmed.individual-review" in {finding.code for finding in rule_set.cautions()}
