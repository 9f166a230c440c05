"""Forms of the organization pages."""

from wtforms import EmailField, RadioField, SelectField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from grants.accounts.forms import Address
from grants.organizations.models import MemberRole, OrganizationKind
from grants.organizations.rules import STATES, OrganizationFields, faults_of, tidied
from grants.web.fields import DayField, Needed, VersionField, a_name, choices, text
from grants.web.forms import Form

KINDS = [
    (OrganizationKind.NONPROFIT, "Nonprofit organization"),
    (OrganizationKind.HIGHER_EDUCATION, "Institution of higher education"),
    (OrganizationKind.STATE_GOVERNMENT, "State government"),
    (OrganizationKind.TERRITORIAL_GOVERNMENT, "Territorial government"),
    (OrganizationKind.LOCAL_GOVERNMENT, "Local government"),
    (OrganizationKind.TRIBAL_GOVERNMENT, "Tribal government"),
    (OrganizationKind.CONSORTIUM, "Consortium of these"),
    (OrganizationKind.FOR_PROFIT, "For-profit company"),
    (OrganizationKind.OTHER, "Something else"),
]
ROLES = [
    (MemberRole.MEMBER, "Member"),
    (MemberRole.REPRESENTATIVE, "Authorized representative"),
]
STATES_BY_NAME = sorted(STATES.items(), key=lambda item: item[1])
MEANINGS = {
    "member": "Works on applications, reports and requests.",
    "authorized representative": "Does all that and signs: certifies, submits, countersigns.",
}


class OrganizationForm(Form):
    """What an organization says of itself."""

    name = a_name("Legal name", needed="Enter the legal name of the organization.", of_organization=True)
    kind = SelectField(
        "Kind of organization", choices=choices([("", "Choose"), *KINDS]),
        validators=[Needed("Choose what kind of organization it is.")],
    )  # fmt: skip
    ein = text("EIN", longest=20)
    uei = text("UEI", longest=20)
    street = text("Street", longest=200)
    city = text("City", longest=100)
    state = SelectField(
        "State or territory", choices=choices([("", "Choose"), *STATES_BY_NAME]),
        validators=[Needed("Choose the state or territory of the main office.")],
    )  # fmt: skip
    zip = text("ZIP code", longest=10)
    congressional_district = text("Congressional district", longest=8)
    website = text("Website", longest=200)
    founded_on = DayField("Founded on")
    version = VersionField(widget=HiddenInput(), default=1)

    def is_sent(self) -> bool:
        """Say whether the form came in well formed; if not, tell what the rules refuse as well."""
        if super().is_sent():
            return True
        if self.is_submitted():
            told = {field.name for field in self if field.errors}
            self.lay(fault for fault in faults_of(tidied(self.fields())) if fault.field not in told)
        return False

    def fields(self) -> OrganizationFields:
        """Return what was typed as the services take it."""
        return OrganizationFields(
            name=self.name.data or "",
            kind=self.kind.data or "",
            state=self.state.data or "",
            ein=self.ein.data or "",
            uei=self.uei.data or "",
            street=self.street.data or "",
            city=self.city.data or "",
            zip=self.zip.data or "",
            congressional_district=self.congressional_district.data or "",
            website=self.website.data or "",
            founded_on=self.founded_on.data,
        )


class InviteForm(Form):
    """Whom to invite, as what."""

    email = EmailField(
        "Mail address",
        validators=[
            Needed("Enter the mail address of the person."),
            Length(max=254, message="A mail address has at most 254 characters."),
            Address(),
        ],
        filters=[lambda value: (value or "").strip()],
    )
    role = RadioField("Role", choices=choices(ROLES), default=str(MemberRole.MEMBER))


class AnswerForm(Form):
    """The buttons that answer an invitation."""


class MemberForm(Form):
    """The button that changes a member's role or ends a membership."""
