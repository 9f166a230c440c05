"""The self-check: each rule is met, not met, or a person must look, and says on what and what to do."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.eligibility.rules import self_check
from grants.eligibility.rules.self_check import Exclusion, Facts, IrsStatus, Outcome, SamStatus
from grants.findings import Level
from grants.policies.codec import decode, encode
from grants.policies.loader import rule_on
from grants.policies.rows import ApplicantKind, EligibleApplicantsRow, LocationRule

TODAY = date(2014, 9, 10)
RULE = rule_on(EligibleApplicantsRow, date(2014, 8, 1))
RULE_2022 = rule_on(EligibleApplicantsRow, date(2024, 4, 30))
GOOD = Facts(
    chosen_state="CO",
    target_states=("CO", "CT"),
    kind=ApplicantKind.NONPROFIT,
    us_based=True,
    state="CO",
    serves_whole_state=True,
    ein="84-1234567",
    irs=IrsStatus.LISTED,
    irs_as_of=date(2014, 9, 9),
    uei="C47BNA8GM833",
    sam=SamStatus.ACTIVE,
    sam_as_of=date(2014, 9, 1),
    sam_expires=date(2015, 6, 1),
    excluded_by_own_answer=False,
    exclusion=Exclusion.NONE_FOUND,
    exclusion_as_of=date(2014, 9, 2),
    assures_share=True,
    has_board=True,
    has_ip_plan=True,
    has_another_application=False,
)


def result_of(
    rule: str, facts: Facts, row: EligibleApplicantsRow = RULE, today: date = TODAY
) -> self_check.Result:
    return next(result for result in self_check.run(facts, row, today) if result.rule == rule)


def test_an_organization_that_meets_every_rule_passes_each() -> None:
    results = self_check.run(GOOD, RULE, TODAY)

    assert [result.outcome for result in results] == [Outcome.PASS] * len(self_check.CHECKS)
    assert self_check.overall(results) is Outcome.PASS
    assert [result.what_to_do for result in results] == [""] * len(results)


PASS, FAIL, LOOK = Outcome.PASS, Outcome.FAIL, Outcome.LOOK


@pytest.mark.parametrize(
    ("rule", "changes", "outcome"),
    [
        ("kind", {"kind": ApplicantKind.HIGHER_EDUCATION}, PASS),
        ("kind", {"kind": ApplicantKind.TRIBAL_GOVERNMENT}, PASS),
        ("kind", {"kind": ApplicantKind.FOR_PROFIT}, FAIL),
        ("kind", {"kind": ApplicantKind.INDIVIDUAL}, FAIL),
        ("kind", {"kind": None}, LOOK),
        ("kind", {"kind": ApplicantKind.CONSORTIUM}, LOOK),
        (
            "kind",
            {"kind": ApplicantKind.CONSORTIUM, "consortium_members": (ApplicantKind.NONPROFIT,)},
            PASS,
        ),
        (
            "kind",
            {"kind": ApplicantKind.CONSORTIUM, "consortium_members": (ApplicantKind.LOCAL_GOVERNMENT,)},
            LOOK,
        ),
        ("us_based", {"us_based": False}, FAIL),
        ("us_based", {"us_based": None}, LOOK),
        ("target_state", {"chosen_state": "UT"}, FAIL),
        ("location", {"state": "WY"}, FAIL),
        ("location", {"state": None}, LOOK),
        ("ein", {"ein": ""}, LOOK),
        ("ein", {"ein": "12-345678"}, LOOK),
        ("ein", {"irs": IrsStatus.NOT_LISTED}, LOOK),
        ("ein", {"irs": IrsStatus.NOT_CHECKED}, LOOK),
        ("ein", {"irs": IrsStatus.REVOKED}, LOOK),
        ("ein", {"irs": IrsStatus.REINSTATED}, PASS),
        ("sam", {"uei": ""}, LOOK),
        ("sam", {"uei": "C47BNA"}, LOOK),
        ("sam", {"uei": "C47BNA8GM834", "sam": SamStatus.NOT_CHECKED}, LOOK),
        ("sam", {"uei": "C47BNA8GM834"}, PASS),
        ("sam", {"sam": SamStatus.EXPIRED}, FAIL),
        ("sam", {"sam_expires": date(2014, 9, 9)}, FAIL),
        ("sam", {"sam_expires": TODAY}, PASS),
        ("sam", {"sam": SamStatus.NOT_REGISTERED}, FAIL),
        ("exclusion", {"excluded_by_own_answer": True}, FAIL),
        ("exclusion", {"exclusion": Exclusion.IDENTIFIER_MATCH}, FAIL),
        ("exclusion", {"exclusion": Exclusion.NAME_MATCH}, LOOK),
        ("exclusion", {"excluded_by_own_answer": None}, LOOK),
        ("exclusion", {"exclusion": Exclusion.NOT_CHECKED, "exclusion_as_of": None}, PASS),
        ("assurance", {"assures_share": False}, FAIL),
        ("assurance", {"assures_share": None}, LOOK),
        ("board", {"has_board": False, "plans_board": True}, PASS),
        ("board", {"has_board": False, "plans_board": False}, FAIL),
        ("board", {"has_board": None, "plans_board": None}, LOOK),
        ("ip_plan", {"has_ip_plan": False}, FAIL),
        ("one_application", {"has_another_application": True}, FAIL),
        ("one_application", {"has_another_application": None}, LOOK),
    ],
)
def test_each_rule_by_its_facts(rule: str, changes: dict[str, Any], outcome: Outcome) -> None:
    result = result_of(rule, replace(GOOD, **changes))

    assert result.outcome is outcome
    assert result.authority
    assert bool(result.what_to_do) is (outcome is not Outcome.PASS)


@pytest.mark.parametrize("kind", [kind for kind in ApplicantKind if kind in RULE.kinds])
def test_nobody_fails_for_not_being_in_the_irs_file(kind: ApplicantKind) -> None:
    result = result_of("ein", replace(GOOD, kind=kind, irs=IrsStatus.NOT_LISTED))

    assert result.outcome is Outcome.LOOK
    assert f"{result.evidence} {result.what_to_do}" == (
        "We did not find this EIN in the IRS file of September 9, 2014. "
        "Universities and governments often are not in it; a person will look."
    )


def test_a_name_on_the_exclusions_list_is_not_a_refusal() -> None:
    result = result_of("exclusion", replace(GOOD, exclusion=Exclusion.NAME_MATCH))

    assert f"{result.evidence} {result.what_to_do}" == (
        "A name like this is on the exclusions list of September 2, 2014. "
        "That is not a refusal: our staff compare address and identifier first."
    )
    assert result.evidence_on == date(2014, 9, 2)


@pytest.mark.parametrize(
    ("location", "changes", "outcome"),
    [
        (LocationRule.IN_STATE, {"state": "WY", "serves_whole_state": True}, FAIL),
        (LocationRule.SERVES_STATE, {"state": "WY", "serves_whole_state": True}, PASS),
        (LocationRule.SERVES_STATE, {"state": "CO", "serves_whole_state": False}, FAIL),
        (LocationRule.SERVES_STATE, {"serves_whole_state": None}, LOOK),
    ],
)
def test_the_location_rule_is_a_setting(
    location: LocationRule, changes: dict[str, Any], outcome: Outcome
) -> None:
    row = replace(RULE, location=location)

    assert result_of("location", replace(GOOD, **changes), row).outcome is outcome


def test_since_2022_a_consortium_may_be_of_every_admitted_kind() -> None:
    members = (ApplicantKind.LOCAL_GOVERNMENT, ApplicantKind.NONPROFIT)
    facts = replace(GOOD, kind=ApplicantKind.CONSORTIUM, consortium_members=members)

    assert result_of("kind", facts, RULE_2022).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("outcomes", "overall"),
    [([PASS], PASS), ([PASS, LOOK], LOOK), ([LOOK, FAIL, PASS], FAIL), ([], PASS)],
)
def test_one_rule_not_met_outweighs_the_rest(outcomes: list[Outcome], overall: Outcome) -> None:
    first = self_check.run(GOOD, RULE, TODAY)[0]

    assert self_check.overall([replace(first, outcome=outcome) for outcome in outcomes]) is overall


def test_results_become_findings() -> None:
    facts = replace(GOOD, irs=IrsStatus.NOT_LISTED, has_ip_plan=False)

    found = [result.as_finding() for result in self_check.run(facts, RULE, TODAY)]

    assert {finding.level for finding in found} == {Level.PASS, Level.LOOK, Level.STOP}
    assert next(finding for finding in found if finding.level is Level.STOP).code == "eligibility.ip_plan"


def test_facts_and_results_are_kept_as_plain_data() -> None:
    results = self_check.run(GOOD, RULE, TODAY)

    plain = [encode(GOOD), *(encode(result) for result in results)]

    first, *rest = [one for one in plain if isinstance(one, dict)]
    assert decode(Facts, first) == GOOD
    assert [decode(self_check.Result, one) for one in rest] == results


ANSWERS = st.sampled_from([None, False, True])


@given(
    st.builds(
        Facts,
        chosen_state=st.sampled_from(["CO", "UT"]),
        target_states=st.just(("CO",)),
        kind=st.none() | st.sampled_from(ApplicantKind),
        us_based=ANSWERS,
        state=st.none() | st.sampled_from(["CO", "WY"]),
        ein=st.text(max_size=12),
        irs=st.sampled_from(IrsStatus),
        uei=st.text(max_size=13),
        sam=st.sampled_from(SamStatus),
        exclusion=st.sampled_from(Exclusion),
        excluded_by_own_answer=ANSWERS,
        assures_share=ANSWERS,
        has_board=ANSWERS,
        plans_board=ANSWERS,
    )
)
def test_whatever_is_answered_every_rule_says_something_and_shows_a_way_on(facts: Facts) -> None:
    results = self_check.run(facts, RULE, TODAY)

    assert len(results) == len(self_check.CHECKS)
    assert all(result.what_to_do for result in results if result.outcome is not Outcome.PASS)
    assert all(result.evidence and result.authority for result in results)
