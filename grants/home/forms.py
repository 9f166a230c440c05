"""Forms of the home pages."""

from wtforms import EmailField, HiddenField, SelectField
from wtforms.validators import Length

from grants.accounts.forms import ZONES, Address
from grants.web.fields import DayField, HourField, Needed, a_name, choices, text
from grants.web.forms import Form


class ClockForm(Form):
    """The demonstration's clock: to the next milestone, or to a date and hour in a zone."""

    milestone = HiddenField()
    return_to = HiddenField()
    date = DayField("Date")
    time = HourField("Time")
    zone = SelectField("Zone", choices=choices(ZONES), validate_choice=False)


class ContactForm(Form):
    """Whom people may ask."""

    name = a_name("Name", needed="Enter whom people may ask.")
    phone = text("Phone", needed="Enter the phone number.", longest=40)
    hours = text("Hours", needed="Enter the hours, with their time zone.", longest=120)
    email = text("Mail address", longest=254)

    def fields(self) -> dict[str, str]:
        """Return what was typed as it is kept."""
        return {
            "name": self.name.data or "",
            "phone": self.phone.data or "",
            "hours": self.hours.data or "",
            "email": self.email.data or "",
        }


class AgainForm(Form):
    """That a mail goes again to its own address, or that it arrived."""

    deed = HiddenField(default="again")


class MailForm(AgainForm):
    """Where a mail goes again, or that it arrived."""

    address = EmailField(
        "Mail address",
        validators=[
            Needed("Enter the mail address."),
            Length(max=320, message="A mail address has at most 254 characters."),
            Address(),
        ],
    )


class VerifyForm(Form):
    """The button that proves the chain."""
