"""The form of an administrative review, and the one that undoes it."""

from wtforms import RadioField
from wtforms.validators import Optional

from grants.web.fields import choices, text
from grants.web.forms import Form

YES_NO = choices([("yes", "Yes"), ("no", "No")])


def _question(label: str) -> RadioField:
    return RadioField(label, choices=YES_NO, validators=[Optional()], validate_choice=False)


class ScreenForm(Form):
    """Three answers; the service says which is missing and which needs a reason."""

    eligible = _question("Eligible?")
    eligible_reason = text("Reason", longest=4000, area=True)
    complete = _question("Complete?")
    complete_reason = text("Reason", longest=4000, area=True)
    responsive = _question("Responsive?")
    responsive_reason = text("Reason", longest=4000, area=True)


class UndoForm(Form):
    """Why a decision was a mistake."""

    reason = text(
        "Why was it a mistake?", needed="Say why the decision was a mistake.", longest=4000, area=True
    )
