"""Forms of the home pages."""

from wtforms import HiddenField, SelectField

from grants.accounts.forms import ZONES
from grants.web.fields import DayField, HourField, choices
from grants.web.forms import Form


class ClockForm(Form):
    """The demonstration's clock: to the next milestone, or to a date and hour in a zone."""

    milestone = HiddenField()
    return_to = HiddenField()
    date = DayField("Date")
    time = HourField("Time")
    zone = SelectField("Zone", choices=choices(ZONES), validate_choice=False)


class VerifyForm(Form):
    """The button that proves the chain."""
