"""A score sheet from the first save to the version that is kept."""

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlmodel import Session

from grants.access.actor import Actor
from grants.errors import MoveRefused, NotFound, Refused, StaleVersion
from grants.reviews.models import Sheet
from grants.reviews.queries import sheets as stored
from grants.reviews.services import scoring
from grants.reviews.workflow import SheetStatus
from tests.factories.reviews import NOW, Round, fill, make_round, open_door, spread

TEXT = {
    "points": "7",
    "strengths": "Concrete outreach.",
    "weaknesses": "Fees untested.",
    "agency_comment": "",
}


@pytest.fixture
def round_(session: Session) -> Round:
    """One state with one application and one reviewer."""
    return make_round(session, states={"CO": 1}, reviewers=1)


@pytest.fixture
def sheet(session: Session, round_: Round) -> Sheet:
    """An open sheet of the reviewer."""
    return open_door(session, round_.applications["CO-1"], round_.reviewers[0])


@pytest.fixture
def actor(session: Session, round_: Round, sheet: Sheet) -> Actor:
    """The reviewer, let in."""
    return round_.reviewer(session, 1)


def save(
    session: Session, round_: Round, sheet: Sheet, actor: Actor, version: int, **fields: str
) -> scoring.Saved:
    """Save the business model."""
    return scoring.save_score(
        session,
        round_.competition,
        sheet,
        "business_model",
        fields={**TEXT, **fields},
        version=version,
        actor=actor,
        now=NOW,
    )


def test_a_save_is_versioned_and_the_same_content_again_is_a_success(
    session: Session, round_: Round, sheet: Sheet, actor: Actor
) -> None:
    first = save(session, round_, sheet, actor, 0)
    again = save(session, round_, sheet, actor, 0)
    second = save(session, round_, sheet, actor, 1, points="8.5")

    assert (first.version, again.version, second.version) == (1, 1, 2)
    assert (second.so_far, second.given, second.of) == (Fraction("8.5"), 1, 8)


def test_an_old_tab_that_changed_another_field_is_merged(
    session: Session, round_: Round, sheet: Sheet, actor: Actor
) -> None:
    save(session, round_, sheet, actor, 0)
    save(session, round_, sheet, actor, 1, strengths="Concrete outreach in four regions.")

    merged = save(session, round_, sheet, actor, 1, points="9")

    assert (merged.fields["points"], merged.fields["strengths"]) == (
        "9",
        "Concrete outreach in four regions.",
    )


def test_an_old_tab_that_changed_the_same_field_gets_both_texts(
    session: Session, round_: Round, sheet: Sheet, actor: Actor
) -> None:
    save(session, round_, sheet, actor, 0)
    save(session, round_, sheet, actor, 1, weaknesses="No plan for fees.")

    with pytest.raises(StaleVersion) as refused:
        save(session, round_, sheet, actor, 1, weaknesses="Fees are too high.")

    assert (refused.value.current["weaknesses"], refused.value.offered["weaknesses"]) == (
        "No plan for fees.",
        "Fees are too high.",
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"points": "10.001"}, "points"),
        ({"points": "-1"}, "points"),
        ({"points": "7.1234"}, "points"),
        ({"points": "seven"}, "points"),
        ({"points": "NaN"}, "points"),
        ({"points": "1e99"}, "points"),
        ({"strengths": "x" * 20_001}, "strengths"),
        ({"agency_comment": "x" * 20_001}, "agency_comment"),
    ],
)
def test_what_is_no_value_is_refused_at_its_field(
    session: Session, round_: Round, sheet: Sheet, actor: Actor, fields: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        save(session, round_, sheet, actor, 0, **fields)

    assert [finding.field for finding in refused.value.findings] == [field]


def test_an_unknown_criterion_is_not_there(
    session: Session, round_: Round, sheet: Sheet, actor: Actor
) -> None:
    with pytest.raises(NotFound):
        scoring.save_score(
            session, round_.competition, sheet, "narrative", fields=TEXT, version=0, actor=actor, now=NOW
        )


def test_a_sheet_with_gaps_names_each_of_them(
    session: Session, round_: Round, sheet: Sheet, actor: Actor
) -> None:
    save(session, round_, sheet, actor, 0, weaknesses="")

    with pytest.raises(Refused) as refused:
        scoring.submit(session, round_.competition, sheet, actor=actor, now=NOW)

    assert [finding.message for finding in refused.value.findings][:3] == [
        "Center strategy: points, strengths and weaknesses are missing.",
        "Market understanding: points, strengths and weaknesses are missing.",
        "Business model: weaknesses are missing.",
    ]


def test_a_submitted_sheet_is_locked_kept_by_its_hash_and_may_be_returned(
    session: Session, round_: Round, sheet: Sheet, actor: Actor
) -> None:
    fill(session, sheet, spread(84))

    first = scoring.submit(session, round_.competition, sheet, actor=actor, now=NOW)
    with pytest.raises(MoveRefused) as locked:
        save(session, round_, sheet, actor, 1, points="1")
    scoring.return_sheet(session, sheet, reason="Say more on fees.", actor=round_.officer, now=NOW)
    save(session, round_, sheet, actor, 1, points="6")
    second = scoring.submit(session, round_.competition, sheet, actor=actor, now=NOW + timedelta(hours=1))

    assert locked.value.findings[0].message == (
        "You submitted this sheet on November 10, 2014, 9:00 a.m. EST. To change it, ask your program "
        "officer to return it, with a reason."
    )
    assert (first.number, first.content["total"], second.number) == (1, "84", 2)
    assert second.reason == "Returned: Say more on fees."
    assert [version.sha256 for version in stored.versions_of(session, sheet.id)] == [
        first.sha256,
        second.sha256,
    ]
    assert sheet.status == SheetStatus.SUBMITTED


def test_a_sheet_is_returned_only_with_a_reason(
    session: Session, round_: Round, sheet: Sheet, actor: Actor
) -> None:
    fill(session, sheet, spread(84))
    scoring.submit(session, round_.competition, sheet, actor=actor, now=NOW)

    with pytest.raises(Refused):
        scoring.return_sheet(session, sheet, reason="  ", actor=round_.officer, now=NOW)


def test_who_is_not_assigned_cannot_score(session: Session, round_: Round, sheet: Sheet) -> None:
    outsider = Actor(person_id=sheet.person_id, name="Amir Fox", is_reviewer=True)

    with pytest.raises(NotFound):
        save(session, round_, sheet, outsider, 0)


def test_a_conflict_closes_the_sheet_to_its_own_author(
    session: Session, round_: Round, sheet: Sheet, actor: Actor
) -> None:
    barred = Actor(
        person_id=actor.person_id,
        name=actor.name,
        is_reviewer=True,
        assignments=actor.assignments,
        barred=frozenset({sheet.application_id}),
    )

    with pytest.raises(NotFound):
        save(session, round_, sheet, barred, 0)
