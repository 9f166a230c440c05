"""Forms about feedback to applicants."""

from wtforms import BooleanField

from grants.web.fields import text
from grants.web.forms import Form


class ClearForm(Form):
    """Clearing one feedback; a name in it has to be looked at."""

    names_stand = BooleanField("I read where the names stand; they may go to the applicant")


class WithdrawForm(Form):
    """Taking a cleared feedback back."""

    reason = text(
        "Why is it taken back?", needed="Write why the feedback is taken back.", longest=2000, area=True
    )
