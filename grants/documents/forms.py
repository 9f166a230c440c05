"""Forms about letters: their words, their release, and checking one by number and hash."""

from typing import Any

from wtforms import HiddenField, SelectField

from grants.web.fields import choices, text
from grants.web.forms import Form


class TemplateForm(Form):
    """The words of one kind of letter."""

    version = HiddenField()
    letter_title: Any = text("Title of the letter", needed="Enter the title of the letter.", longest=200)
    mail_subject: Any = text("Subject of the mail", needed="Enter the subject of the mail.", longest=200)
    body: Any = text("Text", needed="Enter the text of the letter.", longest=30_000, area=True)
    case = SelectField("Preview with", default="", choices=choices([("", "The sample values")]))


class CheckForm(Form):
    """A letter's number and hash, as printed on it."""

    number: Any = text("Number of the letter", needed="Enter the number, for example L-7F3K9ABC.", longest=60)
    sha256: Any = text("SHA-256 of the file", longest=64)


class DeedForm(Form):
    """A button with nothing to fill in."""
