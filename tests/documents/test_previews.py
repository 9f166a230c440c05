"""The words of a letter looked at with a real case: from the record, from a letter, never for the barred."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.awards.models import Award
from grants.documents.models import Letter, Template
from grants.lifecycle.models import Reading

pytestmark = pytest.mark.parametrize("demonstration_kind", ["sqlite"], indirect=True)
OFFICER = Actor(1, "Gil Okafor", staff_roles=frozenset({Role.GRANTS_OFFICER}))
HERE = "/staff/documents/templates/award"
WORDS = {"letter_title": "Award", "mail_subject": "{competition}: decision", "version": "1"}


@pytest.fixture
def session(demonstration_app: Flask) -> Iterator[Session]:
    demonstration_app.config["WTF_CSRF_ENABLED"] = False
    with demonstration_app.extensions["grants.database"].reading() as session:
        yield session


def as_actor(app: Flask, actor: Actor) -> FlaskClient:
    app.extensions["grants.actor"] = lambda _session: actor
    return app.test_client()


def an_award(session: Session) -> Award:
    return session.exec(select(Award).order_by(col(Award.id))).all()[0]


def test_words_are_looked_at_with_an_award_of_the_record_and_nothing_is_stored(
    demonstration_app: Flask, session: Session
) -> None:
    award, client = an_award(session), as_actor(demonstration_app, OFFICER)
    typed = {"body": "To {organization}: number {fain}.", "case": f"case:{award.uid}", "deed": "preview"}

    page = client.post(HERE, data=WORDS | typed).text

    assert f"number {award.fain}." in page
    assert {words.version for words in session.exec(select(Template)).all()} == {1}
    with demonstration_app.extensions["grants.database"].reading() as after:
        read = after.exec(select(Reading).order_by(col(Reading.id).desc())).first()
    assert read is not None
    assert (read.what, read.subject_uid) == ("letter preview", award.uid)


@pytest.mark.parametrize("kind", ["award", "decline"])
def test_every_case_that_is_offered_can_be_looked_at(
    demonstration_app: Flask, session: Session, kind: str
) -> None:
    client = as_actor(demonstration_app, OFFICER)
    letter = session.exec(select(Letter).where(col(Letter.kind) == kind)).all()[0]

    page = client.get(f"/staff/documents/templates/{kind}?case=letter:{letter.uid}").text

    assert page.count('<option value="case:') + page.count('value="letter:') > 1
    assert f"Preview with Letter {letter.number}" in page
    for value in page.split('value="case:')[1:]:
        looked = client.get(f"/staff/documents/templates/{kind}?case=case:{value.split(chr(34))[0]}")
        assert (looked.status_code, "the sample values</h2>" in looked.text) == (200, False)


def test_a_field_that_is_not_there_is_told_before_anything_is_saved(
    demonstration_app: Flask, session: Session
) -> None:
    typed = {"body": "Dear {director}", "deed": "preview"}

    answer = as_actor(demonstration_app, OFFICER).post(HERE, data=WORDS | typed)

    assert answer.status_code == 422
    assert "There is no field called “director”." in answer.text


def test_a_case_closed_to_the_reader_is_neither_offered_nor_shown(
    demonstration_app: Flask, session: Session
) -> None:
    award = an_award(session)
    barred = replace(OFFICER, barred=frozenset({award.application_id}))

    page = as_actor(demonstration_app, barred).get(f"{HERE}?case=case:{award.uid}").text

    assert award.fain not in page
    assert "Preview with the sample values" in page
