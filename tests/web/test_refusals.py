"""Who may not come in hears that first; who may and is refused hears why, and keeps what was typed."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.applications.models import Application
from grants.applications.services import drafting
from grants.clock import StoppedClock
from grants.lifecycle.perform import perform
from grants.reviews.models import Panel, PanelRecord
from grants.reviews.workflow import PanelStatus
from tests.factories import applications as make
from tests.factories import reviews as round_of
from tests.plugins.web import ActAs

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FETCH = {"X-Requested-With": "fetch"}
TOKEN_IS_MISSING = "This form came without the mark"


@pytest.fixture
def scene(app: Flask, clock: StoppedClock) -> make.Scene:
    clock.put(make.NOW)
    with app.extensions["grants.database"].writing() as session:
        return make.make_scene(session)


@pytest.fixture
def application(app: Flask, scene: make.Scene) -> Application:
    with app.extensions["grants.database"].writing() as session:
        return drafting.start(
            session,
            scene.competition,
            "CO",
            scene.organization,
            actor=scene.writer,
            now=make.NOW,
        )


@pytest.fixture
def withdrawn(app: Flask, scene: make.Scene, application: Application) -> Application:
    with app.extensions["grants.database"].writing() as session:
        row = session.get_one(Application, application.id)
        perform(session, row, "withdraw", actor=scene.representative, now=make.NOW)
        return row


def section_of(application: Application) -> str:
    return f"/applicant/applications/{application.uid}/sections/strategy"


def adding_to(application: Application) -> str:
    return f"/applicant/applications/{application.uid}/sources/add"


@pytest.mark.parametrize("method", ["post", "put"])
@pytest.mark.parametrize(
    ("who", "status"), [("nobody", 401), ("stranger", 404), ("officer", 404), ("writer", 422)]
)
def test_only_who_may_come_in_is_told_of_the_token(
    app: Flask,
    act_as: ActAs,
    scene: make.Scene,
    application: Application,
    method: str,
    who: str,
    status: int,
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client() if who == "nobody" else act_as(getattr(scene, who))
    pieces = f"/applicant/applications/{application.uid}/documents/proposal/pieces"

    if method == "put":
        answer = client.put(pieces, data=b"%PDF")
    else:
        answer = client.post(section_of(application), data={"text": "Ours"})

    assert answer.status_code == status
    assert (TOKEN_IS_MISSING in answer.text) == (status == 422)


class Untouched:
    """A body that must not be read."""

    def read(self, *_size: int) -> bytes:
        raise AssertionError("the body was read")

    readline = __iter__ = read


@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("stranger", 404)])
def test_the_body_of_who_may_not_come_in_is_not_read(
    app: Flask, act_as: ActAs, scene: make.Scene, application: Application, who: str, status: int
) -> None:
    client = app.test_client() if who == "nobody" else act_as(scene.stranger)
    app.config["WTF_CSRF_ENABLED"] = True

    answer = client.post(
        section_of(application),
        environ_overrides={
            "wsgi.input": Untouched(),
            "CONTENT_LENGTH": "10",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
        },
    )

    assert answer.status_code == status


def test_who_is_signed_out_meanwhile_is_told_what_to_do(app: Flask, application: Application) -> None:
    answer = app.test_client().post(section_of(application), data={"text": "Ours"})

    assert (answer.status_code, answer.mimetype) == (401, "text/html")
    assert "You are signed out, so nothing was stored." in answer.text


def test_a_script_that_sends_too_much_is_told_so_in_one_sentence(client: FlaskClient) -> None:
    answer = client.post("/accounts/sign-in", data={"email": "x" * (3 * 1024 * 1024)}, headers=FETCH)

    assert answer.status_code == 413
    assert [finding["message"] for finding in answer.get_json()["findings"]] == [
        "What was sent is larger than 2 MB, the limit; nothing was stored."
    ]


def test_a_page_that_a_status_closed_says_so_and_leads_to_its_record(
    act_as: ActAs, scene: make.Scene, withdrawn: Application
) -> None:
    answer = act_as(scene.writer).get(adding_to(withdrawn))

    assert answer.status_code == 409
    assert (
        f"Application {withdrawn.number} is withdrawn now; "
        "one can work on an application only while it is draft or submitted."
    ) in answer.text
    assert f'href="/applicant/applications/{withdrawn.uid}"' in answer.text


def test_what_was_typed_on_a_page_that_a_status_closed_meanwhile_is_shown_again(
    act_as: ActAs, scene: make.Scene, withdrawn: Application
) -> None:
    text = "We reach firms\nin every county <b>"

    answer = act_as(scene.writer).post(
        adding_to(withdrawn), data={"text": text, "version": "3", "csrf_token": "a-secret"}
    )

    assert answer.status_code == 409
    assert "We reach firms\nin every county &lt;b&gt;</pre>" in answer.text
    assert f'class="usa-button" href="/applicant/applications/{withdrawn.uid}"' in answer.text
    assert "a-secret" not in answer.text


def test_a_form_whose_token_is_too_old_gives_back_what_was_typed(
    app: Flask, act_as: ActAs, scene: make.Scene, application: Application
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    answer = act_as(scene.writer).post(section_of(application), data={"text": "Kept for you"})

    assert answer.status_code == 422
    assert "Kept for you</textarea>" in answer.text


def test_nobody_is_made_to_send_words_that_stand_on_our_page(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    answer = app.test_client().post("/accounts/register", data={"name": "Call 555-0100"})

    assert "555-0100" not in answer.text


def test_a_text_for_a_record_that_was_signed_meanwhile_is_shown_again(
    app: Flask, act_as: ActAs, clock: StoppedClock
) -> None:
    with app.extensions["grants.database"].writing() as session:
        made = round_of.make_round(session)
        panel = Panel(
            competition_id=made.competition.id, state="CO", opened_at=round_of.NOW, status=PanelStatus.OPEN
        )
        session.add(panel)
        session.flush()
        signed = PanelRecord(
            panel_id=panel.id,
            application_id=made.applications["CO-1"].id,
            text="Signed text",
            updated_at=round_of.NOW,
            signed_by_id=made.chair.person_id,
            signed_at=round_of.NOW,
        )
        session.add(signed)
    clock.put(round_of.NOW)
    path = f"/staff/reviews/panels/applications/{made.applications['CO-1'].uid}/record"

    answer = act_as(made.chair).post(path, data={"text": "Fees were\r\ndiscussed.", "version": "1"})

    assert answer.status_code == 422
    assert "This record is signed." in answer.text
    assert "discussed.</pre>" in answer.text
