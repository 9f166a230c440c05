"""From first scores over the panel to a frozen ranking, on the worked round of the program's rules."""

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import Session

from grants.adapters.files import Files
from grants.database import Database
from grants.errors import MoveRefused, Refused
from grants.reviews.models import Panel, Phase, Sheet
from grants.reviews.queries import panels, sheets
from grants.reviews.queries.frozen import frozen_ranking
from grants.reviews.services import freezing, scoring
from grants.reviews.services import panels as chairing
from grants.reviews.services.ranking import ranked, round_of
from grants.reviews.workflow import PanelStatus, SheetStatus
from tests.factories.reviews import NOW, Round, fill, make_round, open_door, spread
from tests.plugins.databases import BOTH
from tests.reviews.streaming import make_panel, revision

FIRST: dict[str, dict[str, tuple[int | str, ...]]] = {
    "CO": {"CO-1": (88, 79, 84), "CO-2": (85, 90, 80), "CO-3": (70, 69, 70)},
    "TX": {
        "TX-1": (95, 78, 80),
        "TX-2": (84, 83, 84),
        "TX-3": (80, 83, 79),
        "TX-4": (72, 74, "69.5"),
    },
}
REVISED = {
    "CO": {"CO-1": (88, 82, 84), "CO-2": (85, 90, 84)},
    "TX": {"TX-1": (98, 79, 80), "TX-2": (84, 84, 84), "TX-3": (82, 84, 79), "TX-4": (70, 72, 66)},
}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A file store of this test's own."""
    return Files(f"file://{tmp_path / 'store'}")


def scored(session: Session, state: str, *, without: tuple[str, int] | None = None) -> Round:
    """A state whose first sheets are in, but for one if asked."""
    made = make_round(session, states={state: len(FIRST[state])})
    for number, totals in FIRST[state].items():
        for seat, total in enumerate(totals, start=1):
            sheet = open_door(session, made.applications[number], made.reviewers[seat - 1])
            if (number, seat) == without:
                continue
            fill(session, sheet, spread(total))
            scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
    return made


def revise(session: Session, made: Round, state: str) -> None:
    """Every reviewer revises to the worked totals or says that the scores stand."""
    for number, totals in REVISED[state].items():
        for seat, total in enumerate(totals, start=1):
            actor = made.reviewer(session, seat)
            sheet = final_sheet(session, made, number, seat)
            before = sum(
                (score.points or Decimal(0) for score in sheets.scores_of(session, sheet.id).values()),
                Decimal(0),
            )
            if before == total:
                scoring.stand(session, made.competition, sheet, actor=actor, now=NOW)
                continue
            for key, points in spread(total).items():
                stored = sheets.scores_of(session, sheet.id)[key]
                if stored.points != points:
                    fields = {
                        **scoring.as_fields(stored),
                        "points": str(points),
                        "change_reason": "The call made it plain.",
                    }
                    scoring.save_score(
                        session, made.competition, sheet, key, fields=fields, version=1, actor=actor, now=NOW
                    )
            scoring.submit(session, made.competition, sheet, actor=actor, now=NOW)


def final_sheet(session: Session, made: Round, number: str, seat: int) -> Sheet:
    """The sheet of the second phase."""
    found = sheets.sheet_in_phase(
        session, made.applications[number].id, made.reviewers[seat - 1].id, Phase.FINAL
    )
    assert found is not None
    return found


def held(session: Session, made: Round, state: str) -> Panel:
    """A panel opened, revised, recorded and closed."""
    panel = chairing.open_panel(session, made.competition, state, actor=made.officer, now=NOW)
    revise(session, made, state)
    for application_id in panels.records_of(session, panel.id):
        chairing.write_record(
            session, panel, application_id, text="We spoke of fees.", version=1, actor=made.chair, now=NOW
        )
        chairing.sign_record(session, panel, application_id, actor=made.chair, now=NOW)
    chairing.close_panel(session, made.competition, panel, actor=made.chair, now=NOW)
    return panel


@pytest.mark.parametrize(
    ("state", "places", "values"),
    [
        ("CO", ["CO-2", "CO-1"], ["4.5", "4.5"]),
        ("TX", ["TX-2", "TX-1", "TX-3", "TX-4"], ["4.5", "6", "7.5", "12"]),
    ],
)
def test_the_worked_round_is_ranked_as_the_rules_say(
    session: Session, files: Files, state: str, places: list[str], values: list[str]
) -> None:
    made = scored(session, state)
    held(session, made, state)

    row = freezing.freeze_state(session, files, made.competition, state, actor=made.officer, now=NOW)

    frozen = frozen_ranking(session, made.competition.id, state)
    assert frozen is not None
    assert [place.number for place in frozen.places] == places
    assert [place.value for place in frozen.places] == values
    assert freezing.recompute(files, row).message == "Identical, 0 differences."
    assert [one.number for one in frozen.below] == (["CO-3"] if state == "CO" else [])


@pytest.mark.parametrize("database_url", [BOTH[1]], indirect=True)
def test_a_revision_that_is_being_submitted_is_sealed_by_who_closes_the_panel(database: Database) -> None:
    with database.writing() as session:
        made = make_panel(session)
    begun = threading.Event()

    def close() -> None:
        with database.writing() as session:
            panel = panels.panel_of(session, made.competition.id, "CO")
            assert panel is not None
            begun.set()
            chairing.close_panel(
                session, made.competition, panel, left_open="Ended.", actor=made.chair, now=NOW
            )

    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            sheet, actor = revision(session, made, "CO-1", 1), made.reviewer(session, 1)
            scoring.submit(session, made.competition, sheet, actor=actor, now=NOW)
            session.flush()
            closing = pool.submit(close)
            begun.wait(10)
            with pytest.raises(TimeoutError):
                closing.result(0.5)
        closing.result(10)

    with database.reading() as session:
        assert revision(session, made, "CO-1", 1).status == SheetStatus.FINAL


def test_scores_before_and_after_the_call_are_both_kept(session: Session) -> None:
    made = scored(session, "CO")
    held(session, made, "CO")

    found = round_of(session, made.competition, state="CO").ballots()["CO"]

    assert found.initial["CO-1"] == {"R1": 88, "R2": 79, "R3": 84}
    assert found.revised["CO-1"] == {"R1": 88, "R2": 82, "R3": 84}


def test_a_missing_sheet_leaves_no_official_rank_and_opens_no_panel(session: Session, files: Files) -> None:
    made = scored(session, "CO", without=("CO-2", 3))

    with pytest.raises(Refused) as opening:
        chairing.open_panel(session, made.competition, "CO", actor=made.officer, now=NOW)
    with pytest.raises(Refused) as freezing_:
        freezing.freeze_state(session, files, made.competition, "CO", actor=made.officer, now=NOW)

    assert [one.message for one in opening.value.findings] == [
        "CO-2: Provisional: waiting for the score sheet of R3."
    ]
    assert "CO-2: the score sheet of R3 is missing." in [one.message for one in freezing_.value.findings]


def test_a_revision_not_confirmed_stops_the_closing_unless_somebody_says_why(session: Session) -> None:
    made = scored(session, "CO")
    panel = chairing.open_panel(session, made.competition, "CO", actor=made.officer, now=NOW)

    with pytest.raises(Refused) as refused:
        chairing.close_panel(session, made.competition, panel, actor=made.chair, now=NOW)
    chairing.close_panel(
        session,
        made.competition,
        panel,
        left_open="R3 is ill; reopened next week.",
        actor=made.chair,
        now=NOW,
    )
    standing = ranked(
        round_of(session, made.competition, state="CO").ballots()["CO"],
        round_of(session, made.competition).rules,
    )

    assert [one.message for one in refused.value.findings] == [
        *(
            f"{number}: Amir Fox, Beth Boyd and Chen Chu have neither revised nor let the scores stand; "
            "the record of the discussion is not signed."
            for number in ("CO-1", "CO-2")
        ),
        "Mend this, or write why it stays open.",
    ]
    assert panel.status is PanelStatus.CLOSED
    assert not standing.ranking.official


def test_of_two_who_close_a_panel_one_is_told_that_it_is_closed(session: Session) -> None:
    made = scored(session, "CO")
    panel = held(session, made, "CO")

    with pytest.raises(MoveRefused):
        chairing.close_panel(session, made.competition, panel, actor=made.officer, now=NOW)


def test_nothing_is_saved_once_the_panel_is_closed(session: Session) -> None:
    made = scored(session, "CO")
    held(session, made, "CO")
    sheet = final_sheet(session, made, "CO-1", 1)

    with pytest.raises(MoveRefused):
        scoring.save_score(
            session,
            made.competition,
            sheet,
            "budget",
            fields={"points": "1"},
            version=1,
            actor=made.reviewer(session, 1),
            now=NOW,
        )

    assert sheet.status == SheetStatus.FINAL


def test_a_reopened_panel_lets_a_sheet_be_returned_and_a_new_ranking_needs_a_reason(
    session: Session, files: Files
) -> None:
    made = scored(session, "CO")
    panel = held(session, made, "CO")
    first = freezing.freeze_state(session, files, made.competition, "CO", actor=made.officer, now=NOW)
    chairing.reopen_panel(session, made.competition, panel, reason="A slip of R1.", actor=made.chair, now=NOW)
    chairing.close_panel(session, made.competition, panel, actor=made.chair, now=NOW)

    with pytest.raises(Refused):
        freezing.freeze_state(session, files, made.competition, "CO", actor=made.officer, now=NOW)
    second = freezing.freeze_state(
        session, files, made.competition, "CO", reason="A slip of R1.", actor=made.officer, now=NOW
    )

    assert [row.id for row in panels.frozen_history(session, made.competition.id, "CO")] == [
        first.id,
        second.id,
    ]
    assert first.superseded_reason == "A slip of R1."
    assert first.sha256 == second.sha256


def test_a_reviewer_is_left_out_only_above_the_published_minimum(session: Session) -> None:
    made = scored(session, "CO")

    with pytest.raises(Refused) as refused:
        chairing.leave_out(
            session,
            made.competition,
            "CO",
            made.reviewers[0].id,
            reason="Recused from CO-1.",
            actor=made.officer,
            now=NOW,
        )

    assert refused.value.findings[0].code == "minimum"


def test_a_state_without_finalist_is_frozen_as_one(session: Session, files: Files) -> None:
    made = make_round(session, states={"CO": 1})
    for seat in (1, 2, 3):
        sheet = open_door(session, made.applications["CO-1"], made.reviewers[seat - 1])
        fill(session, sheet, spread("69.97"))
        scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)

    freezing.freeze_state(session, files, made.competition, "CO", actor=made.officer, now=NOW)

    frozen = frozen_ranking(session, made.competition.id, "CO")
    assert frozen is not None
    assert (frozen.places, [one.text for one in frozen.below]) == ((), ["69.97, below 70"])
