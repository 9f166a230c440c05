"""Names go into mail to others: one line, no addresses; and none goes to an address nobody confirmed."""

import inspect
from collections.abc import Callable, Iterator
from functools import reduce
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from flask import Flask
from flask.testing import FlaskClient
from wtforms import StringField
from wtforms.form import BaseForm

import grants
from grants.web.fields import PlainName

LURE = "URGENT: your grant, verify at https://evil.example/claim"
GOOD = [
    "Ana Roy",
    "J.R. Smith",
    "St.John Rivers",
    "María-José O'Neill, Ph.D.",
    "李 小龍",
    "Dr. A. B. de la Cruz Jr.",
]


def forms() -> Iterator[type[BaseForm]]:
    """Every form of the program."""
    for module in walk_packages(grants.__path__, "grants."):
        if ".forms" in module.name:
            for _, kind in inspect.getmembers(import_module(module.name), inspect.isclass):
                if issubclass(kind, BaseForm) and kind.__module__ == module.name:
                    yield kind


def test_every_field_for_a_name_refuses_what_is_none() -> None:
    """A new form with a name finds itself here."""
    names = [
        (f"{kind.__module__}.{kind.__name__}", getattr(kind, "name"))  # noqa: B009
        for kind in forms()
        if getattr(getattr(kind, "name", None), "field_class", None) is StringField
    ]
    without = [
        where
        for where, field in names
        if not any(isinstance(rule, PlainName) for rule in field.kwargs["validators"])
    ]

    assert len(names) >= 8
    assert without == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "name",
    [
        LURE, "Ana\nRoy", "Ana\r\nBcc: all@x.example", "Ana\u2028Roy", "www.evil.example", "evil.com",
        "evil.com/claim", "ana@tests.example", "https\uff1a//evil.example",
    ],
)  # fmt: skip
def test_a_name_that_reads_as_a_message_is_refused(client: FlaskClient, name: str) -> None:
    answer = client.post("/accounts/register", data={"name": name, "email": "ana@tests.example"})

    assert answer.status_code == 422
    assert "Write the name" in answer.get_data(as_text=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("page", ["register", "forgotten"])
def test_no_name_goes_to_an_address_that_nobody_confirmed(
    app: Flask, client: FlaskClient, work: Callable[[], int], mail: Path, page: str
) -> None:
    given = {"name": "Claim Your Prize", "email": "victim@tests.example"}

    client.post("/accounts/register", data=given)
    client.post(f"/accounts/{page}", data=given)
    work()

    letters = [path.read_text() for path in mail.glob("*.eml")]
    assert letters
    assert not any("Prize" in letter for letter in letters)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", GOOD)
def test_a_name_that_is_one_is_taken(client: FlaskClient, name: str) -> None:
    assert (
        client.post("/accounts/register", data={"name": name, "email": "a@tests.example"}).status_code == 303
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ana\x07 Roy\x9f", "Ana Roy"),
        ("\u202eAna\u2066 Roy\ufeff", "Ana Roy"),
        ("\uff1d\uff2dakers\uff0b", "=Makers+"),
        ("Makers\x7f\uffff", "Makers"),
        ("李 小龍", "李 小龍"),
    ],
)
def test_a_name_keeps_no_sign_that_a_letter_cannot_show(typed: str, kept: str) -> None:
    fields = [kind.name for kind in forms() if _is_name(kind)]  # type: ignore[attr-defined]  # asked for

    assert len(fields) > 7
    assert {reduce(lambda text, tidy: tidy(text), one.kwargs["filters"], typed) for one in fields} == {kept}


def _is_name(kind: type[BaseForm]) -> bool:
    rules = getattr(getattr(kind, "name", None), "kwargs", {}).get("validators", ())
    return any(isinstance(rule, PlainName) for rule in rules)
