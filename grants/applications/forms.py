"""The forms of an application; each page has one."""

from wtforms import BooleanField, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from grants.accounts.forms import SignerMixin
from grants.applications.models import PartyKind
from grants.web.fields import Needed, VersionField, a_name, choices, text
from grants.web.forms import Form

PARTY_KINDS = choices(
    [
        (PartyKind.KEY_PERSON.value, "Key person"),
        (PartyKind.PARTNER.value, "Partner organization"),
        (PartyKind.SIGNER.value, "Signer of a letter"),
    ]
)


def _plain(value: str | None) -> str:
    """Keep line breaks and tabs, drop other control signs; nothing else of the text is touched."""
    lines = (value or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign >= " " or sign in "\n\t")


class StartForm(Form):
    """For which state and for which organization an application begins."""

    state = SelectField("State", validators=[Needed("Choose the state.")])
    organization = SelectField("Organization", validators=[Needed("Choose the organization.")])


class SectionForm(Form):
    """The text for one criterion; its length is judged at submission, not while one types."""

    text = TextAreaField("Your text", filters=[_plain])
    version = VersionField(validators=[Optional()])


class AboutForm(Form):
    """The cover of an application."""

    project_title = text("Title of the application", longest=200)
    service_area = text("Area that the center serves", longest=300)
    center_director = text("Proposed center director", longest=200)
    contact = SelectField("Whom may we ask about this application?", default="")
    version = VersionField(validators=[Optional()])


class BeforeForm(Form):
    """Whether the host was the center before."""

    was_center = RadioField(
        "Was your organization the center of this state before?",
        choices=choices([("yes", "Yes"), ("no", "No")]),
        validators=[Needed("Choose yes or no.")],
    )


class PartyForm(Form):
    """One key person, partner or signer."""

    kind = RadioField("What", choices=PARTY_KINDS, default=PartyKind.KEY_PERSON.value)
    name = a_name("Name", needed="Enter the name.")
    affiliation = text("Organization", longest=200)
    role = text("Role in the project", longest=200)


class DocumentForm(Form):
    """A file for one kind of document."""

    key = StringField()
    file = FileField("File")


class CertifyForm(SignerMixin, Form):
    """The representative certifies and submits, under the name of the account."""

    title = text("Your title", needed="Enter your title.", longest=200)
    agreed = BooleanField(
        "I have read the certifications above and I certify them for my organization.",
        validators=[Needed("Read the certifications and tick the box under them.")],
    )


class WithdrawForm(Form):
    """Why an application is withdrawn."""

    reason = text("Reason", longest=2000, area=True)
