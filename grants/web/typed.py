"""What a person typed into a form that was not taken, so that nothing typed is lost."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import wtforms
from flask import g, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException
from wtforms import Field, FieldList, FormField, PasswordField, StringField
from wtforms.fields.core import UnboundField
from wtforms.widgets import HiddenInput

SECRET = ("password", "signer", "token", "sealed", "carried")
"""Parts of names of what goes back to nobody, beside every field that is one of `SECRET_KINDS`."""
UNTYPED = ("version", "uid")
"""Parts of names of what the page wrote and nobody typed."""
MOST_SHOWN = 200
"""Fields of one form that are listed; none of ours has more that a person fills in."""


class CodeField(StringField):
    """A code of a second factor: a secret as a password is."""


SECRET_KINDS = (PasswordField, CodeField)


@cache
def secret_names() -> frozenset[str]:
    """Return the names under which any form asks for a secret, whatever they are called."""
    return frozenset(
        name
        for form in _forms(wtforms.Form)
        for name in dir(form)
        if isinstance(field := getattr(form, name, None), UnboundField)
        and issubclass(field.field_class, SECRET_KINDS)
    )


def _forms(kind: type[wtforms.Form]) -> Iterator[type[wtforms.Form]]:
    for form in kind.__subclasses__():
        yield form
        yield from _forms(form)


def typed() -> list[tuple[str, str]]:
    """List what a signed-in person sent, each text under its field's name in words.

    Nobody else gets it back: another site could have them send words that then stand on our page.
    """
    if "actor" not in g or not g.actor.is_signed_in:
        return []
    return [(in_words(name), text) for name, text in readable()]


def readable() -> list[tuple[str, str]]:
    """List what a person can have typed, secrets left out, under the fields' names; at most two hundred."""
    return [
        (name, text)
        for name, text in sent_fields()
        if text.strip() and not any(part in name for part in UNTYPED)
    ][:MOST_SHOWN]


def sent_fields() -> list[tuple[str, str]]:
    """List every field that was sent and is no secret, as another sending of the form needs it."""
    if request.method == "GET":
        return []
    try:
        fields = list(request.form.items(multi=True))
    except HTTPException:  # a body that cannot be taken at all
        return []
    return [(name, text) for name, text in fields if not is_secret(name)]


def is_shown(form: wtforms.Form, html: str) -> bool:
    """Say whether every text that was typed stands on the page that answers, in its field or elsewhere."""
    return all(
        f'name="{field.name}"' in html or str(escape(text)) in html
        for field in _texts(form)
        for text in _sent(field)
        if text.strip()
    )


def _texts(fields: "wtforms.Form | FieldList[Any] | FormField[Any]") -> Iterator[Field]:
    for field in fields:
        if isinstance(field, FieldList | FormField):
            yield from _texts(field)
        elif isinstance(field, StringField) and not isinstance(field.widget, HiddenInput):
            yield field


def _sent(field: Field) -> list[str]:
    covered = is_secret(field.name) or any(part in field.name for part in UNTYPED)
    return [] if covered else request.form.getlist(field.name)


def is_secret(name: str) -> bool:
    """Ask whether a field holds a secret: by its kind in any form, or by its name."""
    return name in secret_names() or any(part in name for part in SECRET)


def in_words(name: str) -> str:
    """Write a field's name as words."""
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]
