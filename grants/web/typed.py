"""What a person typed into a form that was not taken, so that nothing typed is lost."""

from collections.abc import Iterator
from typing import Any

from flask import g, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException
from wtforms import Field, FieldList, Form, FormField, StringField
from wtforms.widgets import HiddenInput

NEVER_SHOWN = ("password", "signer", "code", "token", "sealed", "version", "uid")
"""Parts of names of fields that hold a secret, or what the page wrote there and nobody typed."""


def typed() -> list[tuple[str, str]]:
    """List what a signed-in person sent, each text under its field's name.

    Nobody else gets it back: another site could have them send words that then stand on our page.
    """
    if "actor" not in g or not g.actor.is_signed_in or request.method == "GET":
        return []
    try:
        fields = list(request.form.lists())
    except HTTPException:  # a body that cannot be taken at all
        return []
    return [
        (_in_words(name), text)
        for name, texts in fields
        if not _is_covered(name)
        for text in texts
        if text.strip()
    ]


def is_shown(form: Form, html: str) -> bool:
    """Say whether every text that was typed stands on the page that answers, in its field or elsewhere."""
    return all(
        f'name="{field.name}"' in html or str(escape(text)) in html
        for field in _texts(form)
        for text in _sent(field)
        if text.strip()
    )


def _texts(fields: "Form | FieldList[Any] | FormField[Any]") -> Iterator[Field]:
    for field in fields:
        if isinstance(field, FieldList | FormField):
            yield from _texts(field)
        elif isinstance(field, StringField) and not isinstance(field.widget, HiddenInput):
            yield field


def _sent(field: Field) -> list[str]:
    return [] if _is_covered(field.name) else request.form.getlist(field.name)


def _is_covered(name: str) -> bool:
    return any(part in name for part in NEVER_SHOWN)


def _in_words(name: str) -> str:
    """Write a field's name as words."""
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]
