"""Forms of selection and award."""

from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField

from grants.accounts.forms import SignerMixin
from grants.web.fields import DayField, Needed, choices, text
from grants.web.forms import Form


class SelectionForm(SignerMixin, Form):
    """One state's decision: which applicant, or hold, or no award."""

    application = RadioField("Decision", validators=[Needed("Choose an applicant, hold, or no award.")])
    factor = SelectField("Published factor, where the choice is out of rank order", validate_choice=False)
    justification: Any = text("Justification, in your words", longest=20_000, area=True)


class ApproveForm(SignerMixin, Form):
    """The grants officer approves a selection."""


class ReturnForm(Form):
    """A decision goes back with a reason."""

    reason: Any = text("Reason", needed="Write why the selection goes back.", longest=10_000, area=True)


class TermsForm(Form):
    """What the grants officer enters for an award."""

    version = HiddenField(default="1")
    fain: Any = text("Award number (FAIN)", needed="Enter the award number.", longest=40)
    start = DayField("First day of the period of performance", validators=[Needed("Enter the first day.")])
    director_name: Any = text("Center director", longest=200)
    description: Any = text("Description of the award", longest=4000, area=True)
    listing_title: Any = text("Title of the assistance listing", longest=200)
    research = SelectField(
        "Is the award research and development?",
        choices=choices([("", "Choose"), ("No", "No"), ("Yes", "Yes")]),
    )
    indirect_rate: Any = text("Indirect cost rate and its basis", longest=300)
    goals: Any = text("Performance goals and how they are assessed", longest=8000, area=True)
    terms: Any = text("General terms and conditions", longest=8000, area=True)
    later_periods: Any = text("On what later budget periods depend", longest=4000, area=True)
    selected_again = BooleanField("The recipient was the center before (selected again)")


class MakeForm(SignerMixin, Form):
    """The grants officer makes the award."""


class CountersignForm(SignerMixin, Form):
    """The authorized representative accepts the award, under the name of the account."""

    title: Any = text("Your title", needed="Enter your title.", longest=200)


class ConditionForm(Form):
    """One condition of an award."""

    is_general = BooleanField("A general condition (the four other answers are not needed)")
    nature: Any = text("What the condition requires", longest=4000, area=True)
    reason: Any = text("Why it is imposed", longest=4000, area=True)
    removal: Any = text("What removes it", longest=4000, area=True)
    time_allowed: Any = text("Time allowed", longest=1000)
    reconsideration: Any = text("How reconsideration is asked for", longest=4000, area=True)


class DeedForm(Form):
    """A button with nothing to fill in."""
