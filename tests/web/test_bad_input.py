"""What the kernel makes of input that no browser of ours sends."""

import ast

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FormField, SelectField

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.home.views.frame import variables
from grants.web.fields import VersionField, choices, counted, page_asked
from grants.web.forms import Form, Part
from tests.architecture import house

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Row(Part):
    kind = SelectField("Kind", choices=choices([("a", "A")]))


class Sent(Form):
    version = VersionField(default=1)
    row = FieldList(FormField(Row))


def sent(app: Flask, **fields: str) -> Sent:
    with app.test_request_context("/", method="POST", data=MultiDict(fields)):
        form = Sent()
        form.validate()
    return form


@on_sqlite
@pytest.mark.parametrize("typed", ["x", "-1", "²", "٣", "\x01", "1.0", "9" * 24])
def test_a_version_that_no_page_of_ours_wrote_says_that_the_form_is_old(app: Flask, typed: str) -> None:
    form = sent(app, version=typed)

    assert form.version.errors == ["This form is too old to be sent. Open the page again and send it anew."]


@on_sqlite
def test_a_row_of_a_list_speaks_in_our_sentences(app: Flask) -> None:
    form = sent(app, **{"row-0-kind": "made up"})

    assert form.row.errors == [{"kind": ["Choose one of the answers."]}]


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), (" 7 ", 7), ("", 1), (None, 1), ("-3", 1), ("²", 1), ("9" * 24, 1)]
)
def test_a_number_that_is_not_ours_counts_as_the_usual_one(text: str | None, number: int) -> None:
    assert counted(text, 1) == number


@on_sqlite
@pytest.mark.parametrize("asked", ["0", "-1", "9" * 24, "x", ""])
def test_a_page_that_no_list_has_is_the_first(app: Flask, asked: str) -> None:
    with app.test_request_context("/", query_string={"page": asked}):
        assert page_asked() == 1


@on_sqlite
def test_no_page_gives_its_template_a_name_that_the_frame_uses(app: Flask) -> None:
    officer = Actor(person_id=1, name="Ana Roy", staff_roles=frozenset({Role.PROGRAM_OFFICER}))
    app.extensions["grants.actor"] = lambda _session: officer
    with app.test_request_context("/staff/home/"):
        app.preprocess_request()
        frame = set(variables())
    given = {
        (path.name, keyword.arg)
        for path in house.ROOT.glob("grants/*/views/*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "page"
        for keyword in call.keywords
    }

    assert {(path, name) for path, name in given if name in frame} == set()


@on_sqlite
def test_a_body_that_is_too_large_is_read_so_that_its_sender_hears_why(app: Flask) -> None:
    body = b"a=" + b"x" * (3 * 1024 * 1024)

    answer = app.test_client().post(
        "/accounts/sign-in",
        data=body,
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert answer.status_code == 413
    assert answer.request.environ["wsgi.input"].tell() == len(body)
