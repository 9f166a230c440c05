"""The forms of deeds: start, load, publish, amend, cancel."""

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, TextAreaField

from grants.web.fields import DayField, Needed, WholeField, choices, text
from grants.web.forms import Form

NOTHING = ("", "Nothing: start empty")
COPY_DATES = choices([("move", "Move every date by whole years"), ("clear", "Leave the dates empty")])


class StartForm(Form):
    """A new competition: empty, or a copy of another."""

    number = text(
        "Opportunity number", needed="Enter the opportunity number of the new competition.", longest=60
    )
    title = text("Title")
    source = SelectField("Copy everything from", choices=choices([NOTHING]), default="")
    fiscal_year = WholeField("Fiscal year")
    dates = RadioField("Dates of the copy", choices=COPY_DATES, default="move")


class LoadForm(Form):
    """A competition as a TOML file or as its text."""

    upload = FileField("TOML file")
    file = TextAreaField("Or the text of the file")


class PublishForm(Form):
    """The confirmation of publication; `version` is what was checked."""

    version = HiddenField()


class ConfirmForm(Form):
    """Which texts somebody compared with their source; a text is named by its SHA-256."""

    texts = SelectMultipleField("What you compared", validate_choice=False)
    source = text(
        "Source you read",
        needed="Name the source you read: the official notice, the section of the law, its edition.",
        longest=1000,
    )
    until = DayField("Holds until", validators=[Needed("Enter the last day for which the source holds.")])


class TakeBackForm(Form):
    """Why a confirmation is taken back."""

    reason = text("Reason", needed="Say why it no longer holds.", longest=1000, area=True)


class CancelForm(Form):
    """Why a competition is canceled."""

    reason = text("Reason", needed="Say why; applicants read it.", longest=4000, area=True)


class AmendForm(Form):
    """Why the notice is changed, and the text for Grants.gov."""

    version = HiddenField()
    why = text("Why", longest=4000, area=True)
    grants_gov_text = text("Text for Grants.gov", longest=20_000, area=True)


class DeedForm(Form):
    """A form of one button."""
