"""From the draft to the receipt: every fault at once, the deadline to the second, what stays on record."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from grants.adapters.files import Files
from grants.applications.models import Application, LateAttempt, Submission
from grants.applications.queries import submissions
from grants.applications.rules.content import content_hash, from_json
from grants.applications.services import budgeting, cover, drafting, submitting
from grants.applications.services.workspace import workspace_of
from grants.database import Database
from grants.errors import MoveRefused, NotFound, Refused, StaleVersion
from grants.findings import stops
from grants.money import dollars
from tests.factories import applications as make

SECOND = timedelta(seconds=1)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(f"file://{tmp_path / 'store'}")


@pytest.fixture
def scene(session: Session) -> make.Scene:
    return make.make_scene(session)


@pytest.fixture
def ready(session: Session, scene: make.Scene, files: Files) -> Application:
    application = make.start(session, scene)
    make.complete(session, scene, application, files)
    return application


def test_a_complete_application_has_nothing_that_stops(session: Session, ready: Application) -> None:
    assert stops(workspace_of(session, ready).findings) == []


def test_an_empty_application_names_every_fault_at_once(session: Session, scene: make.Scene) -> None:
    application = make.start(session, scene)

    with pytest.raises(Refused) as refusal:
        make.submit(session, scene, application)

    codes = [finding.code for finding in refusal.value.findings]
    assert codes[:5] == ["about.title", "about.director", "about.people", "section.empty", "section.empty"]
    assert codes.count("cost_share.short") == 5
    assert codes[-1] == "document.missing"


def test_a_host_has_one_application_for_a_state(session: Session, scene: make.Scene) -> None:
    first = make.start(session, scene)

    with pytest.raises(Refused) as refusal:
        make.start(session, scene)

    assert refusal.value.findings[0].message == (
        f"Front Range Manufacturing Alliance already has an application for Colorado ({first.number}). "
        "A host has one application for each state: open that one instead."
    )


def test_a_withdrawn_application_makes_room_for_another(
    session: Session, scene: make.Scene, ready: Application
) -> None:
    submitting.withdraw(session, ready, reason="a mistake", actor=scene.representative, now=make.NOW)

    again = make.start(session, scene)

    assert (str(ready.status), str(again.status)) == ("withdrawn", "draft")


@pytest.mark.parametrize(
    ("after", "counts"),
    [
        (-SECOND, Submission),
        (timedelta(), Submission),
        (timedelta(microseconds=999_999), Submission),
        (SECOND, LateAttempt),
        (timedelta(seconds=4), LateAttempt),
    ],
)
def test_the_deadline_is_held_to_the_second(
    session: Session, scene: make.Scene, ready: Application, after: timedelta, counts: type
) -> None:
    outcome = submitting.submit(
        session,
        ready,
        certified=make.certified(),
        actor=scene.representative,
        now=make.DEADLINE + after,
    )

    assert type(outcome) is counts
    assert str(ready.status) == ("submitted" if counts is Submission else "draft")


def test_a_late_attempt_is_kept_with_its_instant_and_content(
    session: Session, scene: make.Scene, ready: Application
) -> None:
    at = make.DEADLINE + timedelta(seconds=4)

    submitting.submit(session, ready, certified=make.certified(), actor=scene.representative, now=at)

    (attempt,) = submissions.late_attempts_of(session, ready.id)
    assert (attempt.at, attempt.deadline_at) == (at, make.DEADLINE)
    assert content_hash(attempt.content) == attempt.sha256


def test_a_second_press_meets_the_same_receipt(
    session: Session, scene: make.Scene, ready: Application
) -> None:
    first = make.submit(session, scene, ready)

    second = make.submit(session, scene, ready, now=make.NOW + SECOND)
    after_the_deadline = make.submit(session, scene, ready, now=make.DEADLINE + SECOND)

    assert {first.number, second.number, after_the_deadline.number} == {first.number}


def test_a_clock_that_was_set_back_stops_no_new_submission(
    session: Session, scene: make.Scene, ready: Application
) -> None:
    first = make.submit(session, scene, ready)
    drafting.save_section(
        session, ready, "market", "A better text.", version=1, actor=scene.writer, now=make.NOW
    )

    second = make.submit(session, scene, ready, now=make.NOW - timedelta(hours=1))

    assert (first.replaced_at, second.replaced_at) == (make.NOW, None)
    assert second.submitted_at == make.NOW - timedelta(hours=1)


def test_a_new_submission_replaces_the_old_one_which_stays(
    session: Session, scene: make.Scene, ready: Application
) -> None:
    first = make.submit(session, scene, ready)
    drafting.save_section(
        session, ready, "market", "A better text.", version=1, actor=scene.writer, now=make.NOW
    )
    later = make.NOW + timedelta(days=1)

    second = make.submit(session, scene, ready, now=later)

    assert [row.number for row in submissions.submissions_of(session, ready.id)] == [
        second.number,
        first.number,
    ]
    assert (first.replaced_at, second.replaced_at) == (later, None)
    section = from_json(first.content).section("market")
    assert section is not None
    assert section.text == "We reach firms through four offices."


def test_the_draft_may_change_and_what_was_submitted_does_not(
    session: Session, scene: make.Scene, ready: Application
) -> None:
    submission = make.submit(session, scene, ready)

    drafting.save_section(session, ready, "market", "", version=1, actor=scene.writer, now=make.NOW)

    assert content_hash(submission.content) == submission.sha256
    assert submitting.has_changed(workspace_of(session, ready)) is True
    content = submissions.submitted_content(session, ready)
    assert content is not None
    assert content.sections[1].text == "We reach firms through four offices."


def test_only_the_representative_submits(session: Session, scene: make.Scene, ready: Application) -> None:
    with pytest.raises(NotFound):
        submitting.submit(session, ready, certified=make.certified(), actor=scene.writer, now=make.NOW)


def test_nothing_changes_after_the_deadline(session: Session, scene: make.Scene, ready: Application) -> None:
    with pytest.raises(Refused) as refusal:
        drafting.save_section(
            session, ready, "market", "late", version=1, actor=scene.writer, now=make.DEADLINE + SECOND
        )

    assert refusal.value.findings[0].message == (
        "The competition is closed. What you saved stays readable; nothing changes it now."
    )


def test_a_withdrawn_application_is_not_submitted(
    session: Session, scene: make.Scene, ready: Application
) -> None:
    submitting.withdraw(session, ready, reason="", actor=scene.representative, now=make.NOW)

    with pytest.raises(MoveRefused):
        make.submit(session, scene, ready)


@pytest.mark.parametrize("match", [-1, 0])
def test_one_cent_under_the_ceiling_stops_and_the_ceiling_itself_holds(
    session: Session, scene: make.Scene, ready: Application, match: int
) -> None:
    content = make.balanced(4, match=2_502_538_50 + match)
    budgeting.save_budget_year(session, ready, 4, content, version=1, actor=scene.writer, now=make.NOW)

    faults = stops(workspace_of(session, ready).findings)

    expected = [] if match == 0 else [f"Year 4: match is {dollars(1)} short of what 2/5 requires."]
    assert [fault.message.split(" Add")[0] for fault in faults] == expected


def test_a_section_over_its_limit_is_stored_and_stops_submission(
    session: Session, scene: make.Scene, ready: Application
) -> None:
    text = "word " * 50

    saved = drafting.save_section(
        session, ready, "strategy", text, version=1, actor=scene.writer, now=make.NOW
    )

    assert saved.text == text
    assert [fault.message for fault in stops(workspace_of(session, ready).findings)] == [
        "Center strategy: over by 40 words. The limit is 10 words."
    ]


def test_a_source_needs_its_letter_and_adds_up_with_the_table(
    session: Session, scene: make.Scene, ready: Application
) -> None:
    budgeting.add_source(session, ready, make.state_source(), for_years=[1], actor=scene.writer, now=make.NOW)

    assert [fault.message for fault in stops(workspace_of(session, ready).findings)] == [
        (
            "Year 1, State and local funds, cash: the budget says $0.00, the named sources give $100.00. "
            "Name every source, or correct the amount."
        ),
        "Letter of commitment missing: State of Colorado, $100.00.",
    ]


def test_a_former_title_is_not_overwritten(session: Session, scene: make.Scene, ready: Application) -> None:
    about = cover.About(
        project_title="Another title", service_area="", center_director="M. Diaz", contact_person_id=None
    )
    with pytest.raises(StaleVersion):
        cover.save_about(session, ready, about, version=1, actor=scene.writer, now=make.NOW)


def test_two_at_once_leave_one_submission(database: Database, tmp_path: Path) -> None:
    files = Files(f"file://{tmp_path / 'other'}")
    with database.writing() as session:
        scene = make.make_scene(session)
        application = make.start(session, scene)
        make.complete(session, scene, application, files)

    numbers = set(_submit_twice(database, scene, application))

    with database.reading() as session:
        assert [row.number for row in submissions.submissions_of(session, application.id)] == list(numbers)


def _submit_twice(database: Database, scene: make.Scene, application: Application) -> Iterator[str]:
    from concurrent.futures import ThreadPoolExecutor

    def press() -> str:
        with database.writing() as session:
            found = session.get_one(Application, application.id)
            return make.submit(session, scene, found).number

    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(lambda _press: press(), range(2))
