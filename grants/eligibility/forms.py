"""The questions of the self-check, four pages of them; what is not answered is left open."""

from wtforms import RadioField, SelectField
from wtforms.validators import Optional

from grants.competitions.rules.states import POSTAL_CODES
from grants.eligibility.rules.identifiers import tidy_ein, tidy_uei
from grants.policies.rows import ApplicantKind
from grants.web.fields import Needed, choices, text
from grants.web.forms import Form

YES_NO = choices([("yes", "Yes"), ("no", "No")])
KINDS = choices(
    [
        (ApplicantKind.NONPROFIT.value, "Nonprofit organization"),
        (ApplicantKind.HIGHER_EDUCATION.value, "Institution of higher education"),
        (ApplicantKind.STATE_GOVERNMENT.value, "State government"),
        (ApplicantKind.TERRITORIAL_GOVERNMENT.value, "Territorial government"),
        (ApplicantKind.LOCAL_GOVERNMENT.value, "Local government"),
        (ApplicantKind.TRIBAL_GOVERNMENT.value, "Tribal government"),
        (ApplicantKind.CONSORTIUM.value, "Consortium of these"),
        (ApplicantKind.FOR_PROFIT.value, "Company for profit"),
        (ApplicantKind.INDIVIDUAL.value, "A person"),
    ]
)


def _yes_no(label: str) -> RadioField:
    return RadioField(label, choices=YES_NO, validators=[Needed("Answer yes or no.")])


class WhoForm(Form):
    """Step 1: for which state, and what kind of organization."""

    chosen_state = SelectField("State you would serve", validators=[Needed("Choose the state.")])
    kind = RadioField(
        "Kind of organization", choices=KINDS, validators=[Needed("Choose the kind of your organization.")]
    )
    us_based = _yes_no("Is it based in the United States?")
    state = SelectField(
        "State in which it is",
        choices=choices([("", "Choose a state"), *POSTAL_CODES.items()]),
        validators=[Needed("Choose the state in which your organization is.")],
    )
    serves_whole_state = _yes_no("Would it serve the whole state?")


class EinForm(Form):
    """Step 2: the employer identification number."""

    ein = text("EIN (employer identification number)", needed="Enter the EIN, nine digits.", longest=20)


class UeiForm(Form):
    """Step 3: the unique entity identifier and exclusions."""

    uei = text("UEI (unique entity identifier of SAM.gov)", longest=20)
    excluded = _yes_no("Is your organization, or a principal of it, suspended or debarred?")


class PlansForm(Form):
    """Step 4: match, board, intellectual property, another application."""

    assures_share = _yes_no("Can others than the federal government pay at least half of the cost?")
    has_board = _yes_no("Is there an oversight board, most of it from small and medium manufacturers?")
    plans_board = RadioField(
        "If not, is there a plan for one?",
        choices=YES_NO,
        validators=[Optional()],
        validate_choice=False,
    )
    has_ip_plan = _yes_no("Is there a plan for intellectual property?")
    has_another = _yes_no("Does your organization have an application for this state in this competition?")


STEPS: tuple[type[Form], ...] = (WhoForm, EinForm, UeiForm, PlansForm)
WORDS = ("State and kind", "EIN", "UEI", "Match, board, plans", "Result")


def tidied(name: str, value: str) -> str:
    """Return an answer as it is kept."""
    if name == "ein":
        return tidy_ein(value)
    return tidy_uei(value) if name == "uei" else value
