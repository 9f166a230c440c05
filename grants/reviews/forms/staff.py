"""Forms of staff: invite, decide conflicts, assign, send, hold the panel, freeze."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from wtforms import FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, Optional

from grants.reviews.services.exporting import PROGRAMS
from grants.web.fields import DayField, HourField, Needed, WholeField, Within, counted, text
from grants.web.forms import Form

MOST_CHARACTERS = 60_000


class InviteForm(Form):
    """People to invite, pasted, one a line."""

    people = text("People, one a line", longest=MOST_CHARACTERS, area=True)
    file = FileField("Or the list as a file")
    cap = WholeField(
        "Applications each can take",
        default=8,
        validators=[
            Needed("Enter how many applications each can take."),
            Within(1, 500, "Enter a number from 1 to 500."),
        ],
    )
    expires_on = DayField("They can answer until", validators=[Needed("Enter the last day to answer.")])


class ScoresFileForm(Form):
    """Which program a file of scores is for."""

    ending = HiddenField(validators=[AnyOf(PROGRAMS, "Choose Excel or CSV.")])


class AgainForm(Form):
    """A new day until which somebody can answer."""

    expires_on = DayField("They can answer until", validators=[Needed("Enter the last day to answer.")])


class CapForm(Form):
    """How many applications one reviewer can take."""

    cap = WholeField(
        "Applications at most",
        validators=[Needed("Enter a number."), Within(1, 500, "Enter a number from 1 to 500.")],
    )


class DecideForm(Form):
    """The decision of a conflict."""

    reason = text("Reason", needed="Write the reason of the decision.", longest=2000, area=True)


class LookForm(Form):
    """What a person found at names alike."""

    reason = text("What you found", needed="Write what you found.", longest=2000, area=True)


class AssignForm(Form):
    """One reviewer for one application."""

    person = SelectField("Reviewer", validate_choice=False, validators=[Needed("Choose a reviewer.")])
    reason = text("Why this one", longest=500)


class ChooseForm(Form):
    """One reviewer for one application, chosen among all of them."""

    person = HiddenField(validators=[Needed("Choose a reviewer.")])
    reason = text("Why this one all the same", longest=500)
    scope = HiddenField(default="one")


class LockForm(Form):
    """Whether a pair stays through the next proposal."""

    locked = HiddenField(default="yes")


class UndoForm(Form):
    """The change that is taken back."""

    change = HiddenField()


class PairForm(Form):
    """One cell of the matrix: an application and a reviewer."""

    pair = HiddenField()


class ProposeForm(Form):
    """Accept a proposal as it was shown, whole or for one state."""

    fingerprint = HiddenField()
    state = HiddenField()
    job = HiddenField()


class RemoveForm(Form):
    """Why an assignment ends."""

    reason = text("Why it ends", longest=500)


class SendForm(Form):
    """Tell reviewers of every change."""

    due_on = DayField("Score sheets are due on", validators=[Needed("Enter the day score sheets are due.")])
    due_at = HourField("at", validators=[Optional()], default=time(17, 0))
    anyway = text("Why it is sent as it is", longest=500)

    def due(self, zone: str) -> datetime:
        """Return the due instant in the competition's zone; 5:00 p.m. if no hour was given."""
        return datetime.combine(self.due_on.data, self.due_at.data or time(17, 0), ZoneInfo(zone))


class ExtendForm(Form):
    """A later due instant for one score sheet."""

    due_on = DayField("New due day", validators=[Needed("Enter the new due day.")])
    due_at = HourField("Hour", validators=[Optional()], default=time(17, 0))
    reason = text("Why", needed="Write why this sheet gets more time.", longest=500)

    def due(self, zone: str) -> datetime:
        """Return the due instant in the competition's zone; 5:00 p.m. if no hour was given."""
        return datetime.combine(self.due_on.data, self.due_at.data or time(17, 0), ZoneInfo(zone))


class RemindForm(Form):
    """Whom to remind: those whose sheets are late, or everyone with an open one."""

    whom = HiddenField(default="open")


class CallForm(Form):
    """Day, hour and link of a panel call."""

    call_on = DayField("Day of the call", validators=[Needed("Enter the day of the call.")])
    call_at = HourField("Hour", validators=[Needed("Enter the hour of the call.")])
    call_link = text("How to join", longest=500)

    def instant(self, zone: str) -> datetime:
        """Return the call's instant in the competition's zone."""
        return datetime.combine(self.call_on.data, self.call_at.data, ZoneInfo(zone))


class CloseForm(Form):
    """Close a panel, or say why something stays open."""

    left_open = text("Who leaves this open, and why", longest=2000, area=True)
    early = text("Why before the call", longest=2000, area=True)


class RecordForm(Form):
    """The chair's record of the discussion of one finalist."""

    version = HiddenField(default="1")
    text = TextAreaField("Record of the discussion")
    early = TextAreaField("Why you sign before the call")

    def base(self) -> int:
        """Return the version the text was written on."""
        return counted(self.version.data)


class FreezeForm(Form):
    """Freeze a ranking; a reason where it takes the place of another, and what the page showed."""

    frozen = HiddenField()
    scores = HiddenField()
    reason = text("Why a new ranking takes its place", longest=2000, area=True)


class LeaveOutForm(Form):
    """Leave a reviewer out for all finalists of a state."""

    person = StringField()
    reason = text("Reason", needed="Write why this reviewer is left out.", longest=2000, area=True)
