"""Forms of the account pages, and the field with which a signer confirms who signs."""

from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from wtforms import EmailField, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import Length

from grants.access.roles import STAFF, Role
from grants.web.fields import Needed, a_name, choices, text
from grants.web.forms import Form
from grants.web.typed import CodeField

ZONES = [
    ("America/New_York", "Eastern Time"),
    ("America/Chicago", "Central Time"),
    ("America/Denver", "Mountain Time"),
    ("America/Phoenix", "Mountain Time, Arizona"),
    ("America/Los_Angeles", "Pacific Time"),
    ("America/Anchorage", "Alaska Time"),
    ("Pacific/Honolulu", "Hawaii Time"),
    ("America/Puerto_Rico", "Atlantic Time, Puerto Rico"),
    ("Pacific/Guam", "Chamorro Time, Guam"),
]
assert {zone for zone, _ in ZONES} <= available_timezones()  # noqa: S101  # a typo would break every page


class Address:
    """The field holds a mail address that could exist."""

    def __call__(self, _form: object, field: EmailField) -> None:
        """Refuse what is no address; write it in lower case."""
        try:
            checked = validate_email(field.data or "", check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise ValidationError("Enter a mail address like name@example.org.") from None
        field.data = checked.normalized.lower()


def _address(label: str) -> EmailField:
    return EmailField(
        label,
        validators=[
            Needed("Enter your mail address."),
            Length(max=254, message="A mail address has at most 254 characters."),
            Address(),
        ],
        filters=[lambda value: (value or "").strip()],
    )


def _password(label: str, needed: str) -> PasswordField:
    return PasswordField(
        label, validators=[Needed(needed), Length(max=200, message="Use at most 200 characters.")]
    )


def _code(label: str) -> CodeField:
    return CodeField(
        label, validators=[Needed("Enter the code."), Length(max=40, message="A code is shorter than that.")]
    )


class SignInForm(Form):
    """Address and password."""

    email = _address("Mail address")
    password = _password("Password", "Enter your password.")


class CodeForm(Form):
    """The second factor."""

    code = _code("Code")


class RegisterForm(Form):
    """Who asks for an account, and where the mail goes that sets it up."""

    name = a_name("Your name", needed="Enter your name as it should stand in the record.")
    email = _address("Mail address")


class SetUpForm(Form):
    """A new account whose address is proven."""

    name = a_name("Your name", needed="Enter your name as it should stand in the record.")
    phone = text("Phone", longest=40)
    zone = SelectField("Your time zone", choices=choices(ZONES))
    password = _password("Password", "Choose a password.")


class ForgottenForm(Form):
    """Whose password is to be set anew."""

    email = _address("Mail address")


class NewPasswordForm(Form):
    """A new password by a mailed link."""

    password = _password("New password", "Choose a new password.")


class ChangePasswordForm(Form):
    """A new password by somebody signed in."""

    present = _password("Present password", "Enter your present password.")
    password = _password("New password", "Choose a new password.")


class ProfileForm(Form):
    """What a person says of themselves."""

    name = a_name("Your name", needed="Enter your name as it should stand in the record.")
    phone = text("Phone", longest=40)
    zone = SelectField("Your time zone", choices=choices(ZONES))


class DeedForm(Form):
    """A form of one button."""


class SignerMixin:
    """Add it to the form of a decision: the field `signer`, given to `confirm_signer`."""

    signer = _password(
        "Your password, or the code of your second factor",
        "Enter your password, or the code of your second factor, to sign.",
    )


class SignerForm(SignerMixin, Form):
    """Nothing but the question who signs."""


class FactorForm(Form):
    """The first code of a new second factor; the sealed key goes with the form."""

    code = _code("Six digits from your app")
    sealed = StringField(validators=[Length(max=300)])


class StaffForm(Form):
    """Somebody to be invited to the staff, with the first role."""

    name = a_name("Name", needed="Enter the name as it should stand in the record.")
    email = _address("Mail address")
    role = SelectField(
        "Role", choices=choices((role.value, role.value.capitalize()) for role in Role if role in STAFF)
    )


class RoleForm(Form):
    """A staff role to be given."""

    role = SelectField(
        "Role", choices=choices((role.value, role.value.capitalize()) for role in Role if role in STAFF)
    )
