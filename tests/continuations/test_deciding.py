"""The decision on a request: by another person, once, by the law of its day, and told by a letter."""

from datetime import date, datetime

import pytest
from sqlmodel import Session

from grants.access.actor import Actor
from grants.awards.queries import actions_of, conditions_of, periods_of
from grants.awards.workflow import PeriodStatus
from grants.budgets.queries import budget_by_id, table_of
from grants.budgets.rules.table import Column
from grants.continuations.models import Request
from grants.continuations.queries.requests import (
    decisions_of,
    evaluations_of,
    letters_by_id,
)
from grants.continuations.rules.gates import Choice, Ground, Proposal
from grants.continuations.services import evaluating
from grants.continuations.services.deciding import Order, decide, give_back
from grants.continuations.services.outlook import outlook_of, told_outlook_of
from grants.continuations.workflow import RequestStatus
from grants.errors import MoveRefused, NotAllowed, NotFound, Refused
from tests.factories.continuations import (
    DECIDES,
    FEDERAL,
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


def test_an_approval_funds_the_period_as_the_next_modification(
    session: Session, center: Center, evaluated: Request
) -> None:
    decision = decide(session, evaluated, Order(APPROVE), actor=center.grants_officer, now=DECIDES)

    actions = actions_of(session, center.award.id)
    period = periods_of(session, center.award.id)[1]
    assert [(one.modification_number, one.amount, one.kind) for one in actions] == [
        (0, FEDERAL, "new award"),
        (1, FEDERAL, "continuation"),
    ]
    assert (period.status, period.approved_federal, period.approved_match) == (
        PeriodStatus.FUNDED,
        FEDERAL,
        FEDERAL,
    )
    assert period.rule["ceiling"] == "1/2"
    assert evaluated.status is RequestStatus.APPROVED
    letter = letters_by_id(session, [decision.letter_id or 0])[decision.letter_id or 0]
    assert (letter.kind, letter.snapshot["values"]["modification"]) == ("amendment", "1")


def test_a_lower_amount_lowers_the_federal_row_alone(
    session: Session, center: Center, final: Request
) -> None:
    proposal = Proposal(Choice.LOWER, LOWER)
    evaluate(session, center, final, proposal)

    decide(session, final, Order(proposal), actor=center.grants_officer, now=DECIDES)

    period = periods_of(session, center.award.id)[1]
    content = table_of(session, budget_by_id(session, period.budget_id or 0)).contents[0]
    assert (period.approved_federal, period.approved_match) == (LOWER, FEDERAL)
    assert content.amount("nist_federal", Column.FEDERAL) == LOWER
    assert content.amount("personnel", Column.FEDERAL) == FEDERAL  # nothing is scaled silently
    values = letters_by_id(session, [decisions_of(session, final.id)[0].letter_id or 0])
    [letter] = values.values()
    assert "254,600.00 more than this amount" in letter.snapshot["values"]["note"]


def test_nobody_decides_what_they_evaluated(session: Session, center: Center, final: Request) -> None:
    evaluate(session, center, final, APPROVE, actor=center.second_officer)

    with pytest.raises(NotAllowed, match="another person must decide"):
        decide(session, final, Order(APPROVE), actor=center.second_officer, now=DECIDES)


@pytest.mark.parametrize("who", ["officer", "representative", "member", "stranger"])
def test_only_a_grants_officer_decides(
    session: Session, center: Center, evaluated: Request, who: str
) -> None:
    actor: Actor = getattr(center, who)

    with pytest.raises((NotFound, NotAllowed)):
        decide(session, evaluated, Order(APPROVE), actor=actor, now=DECIDES)


def test_a_request_is_decided_once(session: Session, center: Center, evaluated: Request) -> None:
    decide(session, evaluated, Order(APPROVE), actor=center.grants_officer, now=DECIDES)

    with pytest.raises(MoveRefused):
        decide(session, evaluated, Order(APPROVE), actor=center.grants_officer, now=DECIDES)
    assert len(actions_of(session, center.award.id)) == 2


@pytest.mark.parametrize(
    ("ground", "objection", "object_by", "fields"),
    [
        (Ground.FUNDS, "", None, []),
        (Ground.AUTHORITY, "", None, []),
        (Ground.PERFORMANCE, "", None, ["objection", "object_by"]),
        (Ground.COMPLIANCE, "Write to us.", date(2016, 2, 20), ["object_by"]),
        (Ground.COMPLIANCE, "Write to us.", date(2016, 3, 21), []),
    ],
)
def test_a_denial_for_cause_gives_a_chance_to_object(
    session: Session,
    center: Center,
    evaluated: Request,
    ground: Ground,
    objection: str,
    object_by: date | None,
    fields: list[str],
) -> None:
    order = Order(Proposal(Choice.DENY, ground=ground, reason="The facts."), objection, object_by)

    if fields:
        with pytest.raises(Refused) as caught:
            decide(session, evaluated, order, actor=center.grants_officer, now=DECIDES)
        assert [one.field for one in caught.value.findings] == fields
    else:
        decide(session, evaluated, order, actor=center.grants_officer, now=DECIDES)
        assert evaluated.status is RequestStatus.DENIED
        assert periods_of(session, center.award.id)[1].status is PeriodStatus.PLANNED


def test_a_deferred_request_is_evaluated_and_decided_again(
    session: Session, center: Center, evaluated: Request
) -> None:
    later = Proposal(Choice.DEFER, defer_until=date(2016, 9, 1), reason="Appropriation.")
    decide(session, evaluated, Order(later), actor=center.grants_officer, now=DECIDES)

    reading = evaluating.Reading("Still on plan.", "Same.", "Same.", APPROVE)
    version = evaluations_of(session, evaluated.id)[0].version
    evaluating.send_on(session, evaluated, reading, version=version, actor=center.officer, now=DECIDES)
    decide(session, evaluated, Order(APPROVE), actor=center.grants_officer, now=DECIDES)

    assert [one.choice for one in decisions_of(session, evaluated.id)] == [Choice.APPROVE, Choice.DEFER]


def test_a_returned_evaluation_begins_from_its_words(
    session: Session, center: Center, evaluated: Request
) -> None:
    give_back(session, evaluated, reason="Cite the ledger.", actor=center.grants_officer, now=DECIDES)
    version = evaluations_of(session, evaluated.id)[0].version
    reading = evaluating.Reading("On plan.", "Clients 93 %.", "Ledger of January 30.", APPROVE)

    evaluating.save(session, evaluated, reading, version=version, actor=center.officer, now=DECIDES)

    newest, returned = evaluations_of(session, evaluated.id)
    assert (newest.number, newest.annual_plan, newest.evaluated_at) == (2, "Clients 93 %.", None)
    assert returned.returned_reason == "Cite the ledger."


def test_conditions_of_the_evaluation_enter_the_award(
    session: Session, center: Center, final: Request
) -> None:
    told = {
        "nature": "Quarterly ledger.", "reason": "Match is not documented.", "removal": "Two clean quarters.",
        "time_allowed": "Six months", "reconsideration": "Write to the grants officer.",
    }  # fmt: skip
    evaluating.add_condition(session, final, told, actor=center.officer, now=DECIDES)
    reading = evaluating.Reading("a", "b", "c", APPROVE)
    evaluating.send_on(session, final, reading, version=2, actor=center.officer, now=DECIDES)

    decide(session, final, Order(APPROVE), actor=center.grants_officer, now=DECIDES)

    assert [one.nature for one in conditions_of(session, center.award.id)] == ["Quarterly ledger."]


def test_the_law_of_the_obligating_date_acts(session: Session, center: Center) -> None:
    """A center in year 4 keeps 2/5 while the rule of 1994 stood; since January 6, 2017 it is 1/2."""
    before = outlook_of(session, center.award, now=DECIDES)
    after = outlook_of(session, center.award, now=datetime.fromisoformat("2018-02-01T15:00+00:00"))

    assert [str(one.judged.ceiling) for one in before.years] == ["1/2", "1/2", "1/2", "2/5", "1/3"]
    assert [str(one.judged.ceiling) for one in after.years] == ["1/2"] * 5
    assert (
        before.sentence == "In year 4 the match planned today will be $322,538.50 short of what 2/5 requires."
    )
    assert after.sentence == "On plan: the match of every year carries its federal share."


def test_the_center_learns_of_money_with_the_released_letter(
    session: Session, center: Center, evaluated: Request
) -> None:
    decide(session, evaluated, Order(APPROVE), actor=center.grants_officer, now=DECIDES)

    staff = outlook_of(session, center.award, now=DECIDES).years[1]
    host = told_outlook_of(session, center.award, now=DECIDES).years[1]
    assert (staff.approved_federal, host.approved_federal) == (FEDERAL, None)
    assert (staff.state, host.state) == ("Approved", "Asked for")


@pytest.mark.parametrize(
    ("source", "amount", "short"),
    [
        ("state_cash", 322_538_50, 0),
        ("state_cash", 322_538_49, 1),
        ("loaned", 322_538_50, 0),
        ("federal", 100, 322_540_00),
    ],
)
def test_what_if_is_computed_to_the_cent_and_stores_nothing(
    session: Session, center: Center, source: str, amount: int, short: int
) -> None:
    outlook = outlook_of(session, center.award, now=DECIDES)

    before, after = outlook.what_if(4, source, amount)

    assert (before.shortfall, after.shortfall) == (322_538_50, short)
    assert outlook_of(session, center.award, now=DECIDES).years[3].judged.shortfall == 322_538_50
