"""Forms of continuation requests, their evaluation and their decision."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, ValidationError
from wtforms.validators import Optional

from grants.accounts.forms import SignerMixin
from grants.continuations.rules.figures import CarryOver, Difference
from grants.continuations.rules.gates import FACTORS, GROUND_WORDS, Choice, Ground, Proposal
from grants.continuations.rules.parts import COLUMNS, MONEY, OUTCOMES, Part, amount_text, as_text
from grants.continuations.services.outlook import SOURCES
from grants.money import parse
from grants.web.fields import DayField, MoneyField, Needed, WholeField, choices, counted, text
from grants.web.forms import Form

MOST = 9_999_999
CHOICES = [(one.value, one.words) for one in Choice]
GROUNDS = [("", "Choose the ground"), *((one.value, words) for one, words in GROUND_WORDS.items())]
RETURN = ("return", "Return the evaluation to the program officer")


def _in_range(_form: object, field: Any) -> None:
    if isinstance(field.data, int) and not 0 <= field.data <= MOST:
        raise ValidationError(f"Enter a whole number from 0 to {MOST:,}.")


class PartForm(Form):
    """One part of a request, kept as text by field."""

    version = HiddenField(default="0")

    def read_version(self) -> int:
        """Return the version on which the form was written; what is no number is 0."""
        return counted(self.version.data)

    def fill(self, content: dict[str, str]) -> None:
        """Write a stored part into the fields."""
        for name, field in self._fields.items():
            if name in {"version", "csrf_token"}:
                continue
            stored = content.get(name, "")
            field.data = _value(field, stored) if stored else None

    def names(self) -> list[str]:
        """Return the fields that a person fills in."""
        return [name for name in self._fields if name not in {"version", "csrf_token"}]

    def shown(self, content: Mapping[str, str]) -> dict[str, str]:
        """Return kept fields as this form shows them."""
        return {name: _shown(self[name], content[name]) if content.get(name) else "" for name in self.names()}

    def content(self) -> dict[str, str]:
        """Return what was typed as it is kept."""
        found: dict[str, str] = {}
        for name, field in self._fields.items():
            if name in {"version", "csrf_token"}:
                continue
            is_money = isinstance(field, MoneyField)
            written = amount_text(field.data) if is_money else as_text(field.data)
            if written:
                found[name] = written
        return found


def _value(field: Any, stored: str) -> object:
    """Return what stands in the store as the value of its field."""
    if isinstance(field, MoneyField):
        return parse(stored)
    if isinstance(field, WholeField | DayField):
        return field.parse(stored)
    return stored


def _shown(field: Any, stored: str) -> str:
    """Return what stands in the store as the page shows it."""
    is_read = isinstance(field, MoneyField | WholeField | DayField)
    return str(field.show(_value(field, stored))) if is_read else stored


class ScopeForm(PartForm):
    """What the center will do in the coming year."""

    scope: Any = text("Scope of work of the coming year", longest=30_000, area=True)


OutcomesForm: Any = type(
    "OutcomesForm",
    (PartForm,),
    {
        f"{key}_{column}": WholeField(f"{title}, {words}", validators=[Optional(), _in_range])
        for key, title in OUTCOMES
        for column, words in COLUMNS
    },
)
"""Three numbers of the operating plan for each outcome."""


ActualsForm: Any = type(
    "ActualsForm",
    (PartForm,),
    {
        "as_of": DayField("Figures as of", validators=[Optional()]),
        **{name: MoneyField(label, validators=[Optional()]) for name, label in MONEY.items()},
        "note": text("What is missing and why", longest=10_000, area=True),
    },
)
"""What the center says of the current year."""


def reasons_form(differences: Iterable[Difference], **values: Any) -> Any:
    """Make a form with one box for each difference that must be explained."""
    fields = {one.key: text(f"Why: {one.title}", longest=5000, area=True) for one in differences}
    return type("ReasonsForm", (PartForm,), fields)(**values)


FORMS: dict[Part, Any] = {
    Part.SCOPE: ScopeForm,
    Part.OUTCOMES: OutcomesForm,
    Part.ACTUALS: ActualsForm,
}


class CarryOverForm(PartForm):
    """The one question about unspent federal money."""

    answer = RadioField(
        "What becomes of federal money of this year that stays unspent?",
        choices=choices((one.value, one.words) for one in CarryOver),
        validators=[Needed("Choose one answer.")],
    )
    amount = MoneyField("Amount carried over", validators=[Optional()])


class SubmitForm(SignerMixin, Form):
    """The authorized representative submits the final request."""


class DeedForm(Form):
    """A button with nothing to fill in."""


class WhatIfForm(Form):
    """One amount from one source in one year; computed and not stored."""

    class Meta(Form.Meta):
        """It is sent by GET and changes nothing, so it carries no token."""

        csrf = False

    year = SelectField("Year", coerce=int, default=1)
    source = SelectField("Source", choices=choices(SOURCES.items()))
    amount = MoneyField("Amount more", validators=[Needed("Enter the amount in dollars.")])


class ProposalForm(PartForm):
    """What is proposed or ordered: the choice with what it needs."""

    choice = RadioField("Decision", choices=choices(CHOICES), validators=[Optional()])
    amount = MoneyField("Federal share of the year, where it is lower", validators=[Optional()])
    defer_until = DayField("Defer until", validators=[Optional()])
    ground = SelectField("Ground of a denial", choices=choices(GROUNDS))
    reason: Any = text("Reason", longest=20_000, area=True)

    def proposal(self) -> Proposal:
        """Return what was typed; what another choice would need is left out."""
        choice = Choice(self.choice.data) if self.choice.data in set(Choice) else None
        ground = Ground(self.ground.data) if self.ground.data else None
        return Proposal(
            choice=choice,
            amount=self.amount.data if choice is Choice.LOWER else None,
            defer_until=self.defer_until.data if choice is Choice.DEFER else None,
            ground=ground if choice is Choice.DENY else None,
            reason=str(self.reason.data or ""),
        )


class EvaluationForm(ProposalForm):
    """The program officer's reading of the three factors and the recommendation."""

    federal_budget: Any = text(f"Your reading of factor 1: {FACTORS[0][1]}", longest=20_000, area=True)
    annual_plan: Any = text(f"Your reading of factor 2: {FACTORS[1][1]}", longest=20_000, area=True)
    match_delivered: Any = text(f"Your reading of factor 3: {FACTORS[2][1]}", longest=20_000, area=True)


class DecisionForm(SignerMixin, ProposalForm):
    """The grants officer decides."""

    choice = RadioField(
        "Decision", choices=choices([*CHOICES, RETURN]), validators=[Needed("Choose what you decide.")]
    )
    objection: Any = text("How the recipient may object, and to whom", longest=20_000, area=True)
    object_by = DayField("The recipient may object until", validators=[Optional()])


class ConditionForm(Form):
    """One specific condition with the five things of 2 CFR 200.208(d)."""

    nature: Any = text("What the condition requires", longest=4000, area=True)
    reason: Any = text("Why it is imposed", longest=4000, area=True)
    removal: Any = text("What removes it", longest=4000, area=True)
    time_allowed: Any = text("Time allowed", longest=1000)
    reconsideration: Any = text("How reconsideration is asked for", longest=4000, area=True)


class SendBackForm(Form):
    """A request goes back to the center with a reason."""

    reason: Any = text(
        "What the center should change",
        needed="Write what the center should change.",
        longest=10_000,
        area=True,
    )


class CommentForm(Form):
    """What the program officer says of a draft."""

    comment: Any = text("Your comment to the center", needed="Write your comment.", longest=10_000, area=True)
