"""The life of a request through the services until it is decided: opened, written, sent, evaluated."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session

from grants.budgets.queries import budget_by_id, table_of
from grants.budgets.rules.table import Column
from grants.continuations.models import Request
from grants.continuations.queries.requests import (
    parts_of,
    periods_without_request,
    requests_of_award,
    sendings_of,
)
from grants.continuations.rules.figures import CarryOver
from grants.continuations.rules.gates import Choice, Ground, Proposal
from grants.continuations.rules.parts import Part
from grants.continuations.services import evaluating, sending, writing
from grants.continuations.services.dossier import draft_dossier, sent_dossier
from grants.continuations.services.opening import open_due
from grants.continuations.workflow import RequestStatus
from grants.errors import MoveRefused, NotFound, Refused, StaleVersion
from tests.factories.continuations import (
    DECIDES,
    FEDERAL,
    OPENS,
    WORKS,
    Center,
    evaluate,
    fill_request,
    make_center,
    open_request,
    submit,
)

LOWER = 1_413_759_00
APPROVE = Proposal(Choice.APPROVE)


@pytest.fixture
def center(session: Session) -> Center:
    """A center whose year 1 is funded."""
    return make_center(session)


@pytest.fixture
def final(session: Session, center: Center) -> Request:
    """The year 2 request with everything in."""
    request = open_request(session, center)
    fill_request(session, center, request)
    submit(session, center, request)
    return request


@pytest.fixture
def evaluated(session: Session, center: Center, final: Request) -> Request:
    """The year 2 request with a recommendation to approve."""
    evaluate(session, center, final, APPROVE)
    return final


# opening


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(OPENS - timedelta(days=1), [], id="181 days before the period"),
        pytest.param(OPENS, [2], id="180 days before the period"),
        pytest.param(datetime.fromisoformat("2016-03-31T16:00+00:00"), [2], id="the day before it begins"),
    ],
)
def test_a_request_opens_180_days_before_its_period(
    session: Session, center: Center, now: datetime, expected: list[int]
) -> None:
    open_due(session, now)

    assert [one.ordinal for one in requests_of_award(session, center.award.id)] == expected


def test_opening_twice_opens_one(session: Session, center: Center) -> None:
    for _ in range(3):
        open_due(session, OPENS)

    assert len(requests_of_award(session, center.award.id)) == 1


def test_a_request_is_filled_in_from_the_plan_and_due_before_the_year_ends(
    session: Session, center: Center
) -> None:
    request = open_request(session, center)

    plan = table_of(session, budget_by_id(session, center.award.budget_id)).contents[1]
    own = table_of(session, budget_by_id(session, request.budget_id)).contents
    assert own == (plan,)
    assert parts_of(session, request.id)[Part.SCOPE].content == {
        "scope": "What the award says of description."
    }
    assert [one.date() for one in (request.draft_due_at, request.final_due_at)] == [
        date(2016, 1, 2),  # 11:59 p.m. of January 1 in Eastern Time
        date(2016, 2, 1),
    ]
    assert "2 CFR" in request.due_authority


def test_no_request_opens_while_the_year_before_is_undecided(session: Session, center: Center) -> None:
    open_due(session, OPENS)
    open_due(session, OPENS.replace(year=2016))

    assert [one.ordinal for one in requests_of_award(session, center.award.id)] == [2]
    assert periods_without_request(session, begins_by=date.max, begins_after=date.min) == []


# writing


def test_two_people_in_different_fields_are_merged(session: Session, center: Center) -> None:
    request = open_request(session, center)
    first = {"clients_actual": "10"}
    second = {"jobs_actual": "20"}

    writing.save_part(session, request, Part.OUTCOMES, first, version=1, actor=center.member, now=WORKS)
    saved = writing.save_part(
        session, request, Part.OUTCOMES, second, version=1, actor=center.representative, now=WORKS
    )

    assert saved.merged
    assert parts_of(session, request.id)[Part.OUTCOMES].content == {**first, **second}


def test_two_people_in_one_field_are_shown_both_texts(session: Session, center: Center) -> None:
    request = open_request(session, center)
    writing.save_part(
        session, request, Part.SCOPE, {"scope": "Theirs"}, version=1, actor=center.member, now=WORKS
    )

    with pytest.raises(StaleVersion) as caught:
        writing.save_part(
            session, request, Part.SCOPE, {"scope": "Mine"}, version=1, actor=center.member, now=WORKS
        )

    assert (caught.value.current, caught.value.offered) == (
        {"Scope of work": "Theirs"},
        {"Scope of work": "Mine"},
    )


def test_the_same_content_twice_is_a_success(session: Session, center: Center) -> None:
    request = open_request(session, center)
    for _ in range(2):
        saved = writing.save_part(
            session, request, Part.SCOPE, {"scope": "Same"}, version=1, actor=center.member, now=WORKS
        )

    assert saved.version == 2


@pytest.mark.parametrize(
    ("answer", "new_money", "federal", "required"),
    [
        (CarryOver.NONE, FEDERAL, FEDERAL, FEDERAL),
        (CarryOver.TOWARD, FEDERAL - 10_000_00, FEDERAL, FEDERAL),
        (CarryOver.ABOVE, FEDERAL, FEDERAL + 10_000_00, FEDERAL + 10_000_00),
    ],
)
def test_carry_over_counts_once(
    session: Session, center: Center, answer: CarryOver, new_money: int, federal: int, required: int
) -> None:
    request = open_request(session, center)
    for one in (CarryOver.ABOVE, CarryOver.TOWARD, answer):  # whatever stood there before is replaced
        version = draft_dossier(session, request, now=WORKS).year_version
        writing.answer_carry_over(
            session, request, one, 10_000_00, version=version, actor=center.member, now=WORKS
        )

    judged = draft_dossier(session, request, now=WORKS).judged
    assert judged is not None
    assert (judged.new_obligation, judged.federal, judged.required_match) == (new_money, federal, required)


def test_more_than_the_base_cannot_be_carried_toward_it(session: Session, center: Center) -> None:
    request = open_request(session, center)

    with pytest.raises(Refused, match=r"at most that much"):
        writing.answer_carry_over(
            session, request, CarryOver.TOWARD, FEDERAL + 1, version=0, actor=center.member, now=WORKS
        )


def test_nobody_of_another_organization_writes(session: Session, center: Center) -> None:
    request = open_request(session, center)

    with pytest.raises(NotFound):
        writing.save_part(
            session, request, Part.SCOPE, {"scope": "x"}, version=1, actor=center.stranger, now=WORKS
        )


# sending


def test_a_draft_goes_with_gaps_and_a_final_does_not(session: Session, center: Center) -> None:
    request = open_request(session, center)

    sending.send_draft(session, request, actor=center.member, now=WORKS)
    with pytest.raises(Refused) as caught, session.begin_nested():
        sending.submit_final(session, request, actor=center.representative, now=WORKS)

    assert [one.code for one in caught.value.findings] == ["outcomes", "actuals"]
    assert request.status is RequestStatus.DRAFT_SENT


def test_only_the_representative_submits(session: Session, center: Center) -> None:
    request = open_request(session, center)
    fill_request(session, center, request)

    with pytest.raises(NotFound):
        sending.submit_final(session, request, actor=center.member, now=WORKS)


def test_a_second_press_meets_the_same_sending(session: Session, center: Center, final: Request) -> None:
    submit(session, center, final)

    assert [one.number for one in sendings_of(session, final.id)] == [1]


def test_staff_read_what_was_sent_and_not_what_came_after(session: Session, center: Center) -> None:
    request = open_request(session, center)
    fill_request(session, center, request)
    sending.send_draft(session, request, actor=center.member, now=WORKS)
    version = parts_of(session, request.id)[Part.SCOPE].version

    writing.save_part(
        session, request, Part.SCOPE, {"scope": "Later"}, version=version, actor=center.member, now=WORKS
    )

    assert sent_dossier(session, request, now=WORKS).filled.scope.startswith("Two more")
    assert draft_dossier(session, request, now=WORKS).filled.scope == "Later"


def test_a_final_is_locked_until_it_is_sent_back(session: Session, center: Center, final: Request) -> None:
    with pytest.raises(MoveRefused):
        writing.save_part(
            session, final, Part.SCOPE, {"scope": "x"}, version=2, actor=center.member, now=WORKS
        )

    evaluating.send_back(session, final, reason="Name the sites.", actor=center.officer, now=DECIDES)

    writing.save_part(session, final, Part.SCOPE, {"scope": "x"}, version=2, actor=center.member, now=WORKS)
    assert final.status is RequestStatus.DRAFT


def test_one_cent_short_of_the_ceiling_stops_the_final(session: Session, center: Center) -> None:
    request = open_request(session, center)
    fill_request(session, center, request)
    dossier = draft_dossier(session, request, now=WORKS)
    cells = dict(dossier.content.cells)
    cells["state_local", Column.CASH] -= 1
    cells["personnel", Column.CASH] -= 1

    writing.save_budget(
        session, request, type(dossier.content)(cells), version=dossier.year_version,
        actor=center.member, now=WORKS,
    )  # fmt: skip

    with pytest.raises(Refused) as caught:
        submit(session, center, request)
    [finding] = caught.value.findings
    assert (finding.code, (finding.authority or "")[:11]) == ("cost_share.short", "15 CFR 290.")
    assert "$0.01 short of what 1/2 requires" in finding.message


# evaluating


def test_an_evaluation_reads_all_three_factors(session: Session, center: Center, final: Request) -> None:
    reading = evaluating.Reading("", " ", "Delivered.", Proposal(None))

    with pytest.raises(Refused) as caught:
        evaluating.send_on(session, final, reading, version=1, actor=center.officer, now=DECIDES)

    assert [one.field for one in caught.value.findings] == ["federal_budget", "annual_plan", "choice"]


@pytest.mark.parametrize(
    ("proposal", "fields"),
    [
        (Proposal(Choice.LOWER), ["amount"]),
        (Proposal(Choice.LOWER, FEDERAL), ["amount"]),
        (Proposal(Choice.DEFER), ["defer_until"]),
        (Proposal(Choice.DEFER, defer_until=date(2016, 1, 1), reason="Funds."), ["defer_until"]),
        (Proposal(Choice.DEFER, defer_until=date(2016, 9, 1)), ["reason"]),
        (Proposal(Choice.DENY), ["ground", "reason"]),
        (Proposal(Choice.DENY, ground=Ground.FUNDS), ["reason"]),
    ],
)
def test_a_recommendation_says_what_it_needs(
    session: Session, center: Center, final: Request, proposal: Proposal, fields: list[str]
) -> None:
    with pytest.raises(Refused) as caught:
        evaluate(session, center, final, proposal)

    assert [one.field for one in caught.value.findings] == fields


def test_two_evaluators_are_shown_both_texts(session: Session, center: Center, final: Request) -> None:
    theirs = evaluating.Reading("Theirs", "", "", Proposal(None))
    mine = evaluating.Reading("Mine", "", "", Proposal(None))
    evaluating.save(session, final, theirs, version=1, actor=center.officer, now=DECIDES)

    with pytest.raises(StaleVersion) as caught:
        evaluating.save(session, final, mine, version=1, actor=center.second_officer, now=DECIDES)

    assert (caught.value.current["Federal budget"], caught.value.offered["Federal budget"]) == (
        "Theirs",
        "Mine",
    )
