"""Administrative review: three answers with reasons, who is told, and undoing."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from grants.adapters.files import Files
from grants.applications.models import Application
from grants.errors import MoveRefused, Refused
from grants.findings import Level
from grants.screening import queries, services
from grants.screening.rules import QUESTIONS
from grants.screening.services import Answer
from tests.factories import applications as make

AFTER = make.DEADLINE + timedelta(days=1)
YES = {name: Answer(holds=True) for name in QUESTIONS}
NO = {**YES, "responsive": Answer(holds=False, reason="27 pages; the limit is 25.")}


@pytest.fixture
def scene(session: Session) -> make.Scene:
    return make.make_scene(session)


@pytest.fixture
def submitted(session: Session, scene: make.Scene, tmp_path: Path) -> Application:
    application = make.start(session, scene)
    make.complete(session, scene, application, Files(f"file://{tmp_path / 'store'}"))
    make.submit(session, scene, application)
    return application


def test_three_yes_let_it_into_review(session: Session, scene: make.Scene, submitted: Application) -> None:
    screening = services.decide(session, submitted, YES, actor=scene.officer, now=AFTER)

    assert (str(screening.status), str(submitted.status)) == ("passed", "eligible")
    assert {row["question"] for row in screening.evidence} == set(QUESTIONS)


def test_one_no_ends_it_with_its_reason(session: Session, scene: make.Scene, submitted: Application) -> None:
    screening = services.decide(session, submitted, NO, actor=scene.officer, now=AFTER)

    assert (str(screening.status), str(submitted.status)) == ("failed", "ineligible")
    assert screening.responsive_reason == "27 pages; the limit is 25."


def test_the_same_decision_again_is_the_one_that_stands(
    session: Session, scene: make.Scene, submitted: Application
) -> None:
    first = services.decide(session, submitted, NO, actor=scene.officer, now=AFTER)

    second = services.decide(session, submitted, NO, actor=scene.officer, now=AFTER)

    assert first.id == second.id


def test_another_decision_needs_undoing_first(
    session: Session, scene: make.Scene, submitted: Application
) -> None:
    services.decide(session, submitted, NO, actor=scene.officer, now=AFTER)

    with pytest.raises(MoveRefused):
        services.decide(session, submitted, YES, actor=scene.officer, now=AFTER)


def test_a_mistake_is_undone_with_a_reason(
    session: Session, scene: make.Scene, submitted: Application
) -> None:
    services.decide(session, submitted, NO, actor=scene.officer, now=AFTER)

    undone = services.undo(
        session, submitted, reason="Appendices do not count.", actor=scene.officer, now=AFTER
    )

    assert (str(undone.status), str(submitted.status)) == ("undone", "submitted")
    assert queries.standing_screening(session, submitted.id) is None
    again = services.decide(session, submitted, YES, actor=scene.officer, now=AFTER)
    assert str(again.status) == "passed"


@pytest.mark.parametrize(
    ("answers", "fields"),
    [
        ({}, ["eligible", "complete", "responsive"]),
        ({**YES, "complete": Answer(holds=False)}, ["complete_reason"]),
        ({**YES, "eligible": Answer(holds=None)}, ["eligible"]),
    ],
)
def test_every_open_answer_is_named(
    session: Session,
    scene: make.Scene,
    submitted: Application,
    answers: dict[str, Answer],
    fields: list[str],
) -> None:
    with pytest.raises(Refused) as refusal:
        services.decide(session, submitted, answers, actor=scene.officer, now=AFTER)

    assert [finding.field for finding in refusal.value.findings] == fields


def test_nothing_is_screened_while_the_competition_is_open(
    session: Session, scene: make.Scene, submitted: Application
) -> None:
    with pytest.raises(Refused) as refusal:
        services.decide(session, submitted, YES, actor=scene.officer, now=make.DEADLINE)

    assert [finding.code for finding in refusal.value.findings] == ["too_early"]


def test_the_rules_find_nothing_wrong_with_a_complete_submission(
    session: Session, submitted: Application
) -> None:
    results = services.results_for(session, submitted, AFTER)

    stops = [found for findings in results.values() for found in findings if found.level is Level.STOP]
    assert stops == []


def test_what_waits_stands_before_what_is_decided(
    session: Session, scene: make.Scene, submitted: Application
) -> None:
    services.decide(session, submitted, YES, actor=scene.officer, now=AFTER)

    waiting, _ = queries.queue(session, scene.officer, now=AFTER)
    all_of_them, _ = queries.queue(session, scene.officer, now=AFTER, statuses=queries.CLOSED)

    assert (waiting, [row.application.id for row in all_of_them]) == ([], [submitted.id])


def test_the_queue_holds_it_only_after_the_deadline(
    session: Session, scene: make.Scene, submitted: Application
) -> None:
    before, _total = queries.queue(session, scene.officer, now=make.DEADLINE)
    after, total = queries.queue(session, scene.officer, now=AFTER)

    assert before == []
    assert [row.application.id for row in after] == [submitted.id]
    assert total == 1
    (waiting,) = queries.waiting_for(session, scene.officer, AFTER)
    assert waiting.verb == "Screen 1 application"
