"""A batch of which one letter is closed to the officer: another releases it, and nothing of it is told."""

from datetime import UTC, datetime

import pytest

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.database import Database
from grants.documents.models import Batch, Letter, StoredFile, Template
from grants.documents.workflow import BatchStatus, LetterStatus
from grants.jobs.models import Job
from tests.plugins.web import ActAs

NOW = datetime(2015, 2, 20, 15, 0, tzinfo=UTC)
CLOSED, OPEN = 71, 72
OFFICER = Actor(9, "Gil Okafor", staff_roles=frozenset({Role.GRANTS_OFFICER}), barred=frozenset({CLOSED}))
FREE = Actor(8, "Ann Free", staff_roles=frozenset({Role.GRANTS_OFFICER}))
SECRET = ("Sonoran Institute", "L-CLOSED")
SENTENCE = "Another grants officer must release this batch."
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def batch(database: Database) -> Batch:
    """Two made letters, one of them about an application that is closed to the officer."""
    with database.writing() as session:
        file = StoredFile(
            sha256="a" * 64, size=9, media_type="application/pdf", name="a.pdf", uploaded_at=NOW
        )
        words = Template(kind="award", version=1, title="Award", body="", mail_subject="", edited_at=NOW)
        job = Job(
            kind="documents.make_letters",
            label="Letters",
            asked_at=NOW,
            failures=[{"item": "Award: Sonoran Institute", "reason": "No font."}],
        )
        session.add_all([file, words, job])
        session.flush()
        made = Batch(kind="award", title="Round", asked_at=NOW, status=BatchStatus.MADE, job_uid=job.uid)
        session.add(made)
        session.flush()
        for number, to, application in (("L-CLOSED", "Sonoran Institute", CLOSED), ("L-OPEN", "Peak", OPEN)):
            letter = Letter(
                number=number,
                kind="award",
                title=f"Award: {to}",
                application_id=application,
                subject_type="application",
                subject_id=application,
                template_id=words.id,
                batch_id=made.id,
                snapshot={"to": to, "values": {"state": "CO"}, "title": "Award", "mail_subject": ""},
                file_id=file.id,
                sha256="a" * 64,
                status=LetterStatus.MADE,
            )
            session.add(letter)
        session.flush()
        return made


@pytest.mark.parametrize("page", ["", "/release"])
def test_the_pages_of_the_batch_say_that_another_must_release_it(
    act_as: ActAs, batch: Batch, page: str
) -> None:
    shown = act_as(OFFICER).get(f"/staff/documents/batches/{batch.uid}{page}")

    text = shown.get_data(as_text=True)
    assert shown.status_code == 200
    assert SENTENCE in text
    assert [word for word in SECRET if word in text] == []
    assert "Release 1 letter" not in text
    assert "Release 2 letters" not in text


def test_a_release_that_is_sent_all_the_same_is_refused_as_a_whole(
    act_as: ActAs, database: Database, batch: Batch
) -> None:
    answer = act_as(OFFICER).post(f"/staff/documents/batches/{batch.uid}/release")

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert SENTENCE in text
    assert [word for word in SECRET if word in text] == []
    with database.reading() as session:
        assert session.get_one(Batch, batch.id).status is BatchStatus.MADE


def test_another_officer_releases_it(act_as: ActAs, database: Database, batch: Batch) -> None:
    client = act_as(FREE)
    page = client.get(f"/staff/documents/batches/{batch.uid}/release").get_data(as_text=True)

    answer = client.post(f"/staff/documents/batches/{batch.uid}/release")

    assert all(word in page for word in SECRET)
    assert answer.status_code == 303
    with database.reading() as session:
        assert session.get_one(Batch, batch.id).status is BatchStatus.RELEASED
