"""Forms of joining a panel: answer, agreement, interests, conflicts."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from wtforms import BooleanField, FieldList, FileField, FormField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from grants.competitions.rules.states import STATES
from grants.findings import Finding
from grants.reviews.models import Answer
from grants.reviews.queries.applications import Candidate
from grants.reviews.rules.agreement import DECLINE_REASONS
from grants.reviews.rules.choices import InterestKind, ReviewerKind
from grants.web.fields import Needed, a_name, choices, text
from grants.web.forms import Form, Part

ANSWERS = [
    (Answer.NONE.value, "No conflict"),
    (Answer.CONFLICT.value, "Conflict"),
    (Answer.ASK.value, "Ask staff"),
]


EMPLOYED = [(ReviewerKind.FEDERAL.value, "Yes"), (ReviewerKind.OUTSIDE.value, "No")]
KINDS = [("", "Choose"), *((kind.value, kind.value.capitalize()) for kind in InterestKind)]


class DeclineForm(Form):
    """Why somebody does not review."""

    reason = RadioField(
        "Why do you decline?", choices=choices(DECLINE_REASONS), validators=[Needed("Choose a reason.")]
    )
    note = text("Anything the program officer should know", longest=500, area=True)

    def words(self) -> str:
        """Return the reason as one sentence."""
        chosen = dict(DECLINE_REASONS).get(str(self.reason.data), "")
        return f"{chosen}. {self.note.data}".strip() if self.note.data else f"{chosen}."


class DeedForm(Form):
    """A form of one button."""


class EarlyForm(Form):
    """A deed of a panel; before its call it needs a reason."""

    early = text("Why before the call", longest=2000, area=True)


class AgreementForm(Form):
    """The signature under the confidentiality agreement."""

    agreed = BooleanField(
        "I have read this agreement and I keep to it", validators=[Needed("Tick the box to sign.")]
    )
    tools = BooleanField(
        "I certify this too", validators=[Needed("Tick the box under the certificate on outside tools.")]
    )
    name = a_name("Your full name", needed="Sign with your full name.")


class InterestPart(Part):
    """One interest of a list; a row without a kind is no row."""

    kind = SelectField(
        "How you are bound",
        choices=choices(KINDS),
        validators=[Optional()],
    )
    name = a_name("Organization")
    state = text("State, two letters", longest=2)


class InterestsForm(Form):
    """What a reviewer says of themselves and what binds them."""

    kind = RadioField(
        "Are you employed by the federal government?",
        choices=choices(EMPLOYED),
        validators=[Optional()],
    )
    affiliation = text("Employer", longest=200)
    states = text("States where you live or work", longest=200)
    expertise = text("Expertise", longest=500)
    available = BooleanField("I can take new reviews", default=True)
    availability_note = text("When you cannot", longest=500)
    cv = TextAreaField(
        "Short CV", validators=[Optional(), Length(max=20_000, message="Use at most 20,000 characters.")]
    )
    cv_file = FileField("CV as a PDF")
    interests = FieldList(FormField(InterestPart), min_entries=3, max_entries=40)
    nothing = BooleanField("I have no interest to declare")

    def is_sent(self) -> bool:
        """Check states and interests on top of each field."""
        good = super().is_sent()
        if not self.is_submitted():
            return False
        found = [*self._state_faults(), *self._interest_faults()]
        self.lay(found)
        return good and not found and not self.has_faults

    def codes(self) -> list[str]:
        """Return the states, in capitals."""
        return _codes(self.states.data)

    def skills(self) -> list[str]:
        """Return the fields of expertise."""
        return [word.strip() for word in (self.expertise.data or "").split(",") if word.strip()][:30]

    def rows(self) -> list[Mapping[str, Any]]:
        """Return the interests that were filled in."""
        return [cast("Mapping[str, Any]", row) for row in self.interests.data if row["kind"]]

    def _state_faults(self) -> Iterable[Finding]:
        for code in self.codes():
            if code not in STATES:
                yield Finding(
                    "state",
                    f"“{code[:20]}” is no state. Write two letters, for example CO, NH.",
                    field="states",
                )

    def _interest_faults(self) -> Iterable[Finding]:
        rows = self.rows()
        for number, row in enumerate(self.interests.data, start=1):
            if not row["kind"] and (row["name"] or row["state"]):
                yield Finding("kind", f"Interest {number}: choose how you are bound.")
            if row["kind"] and not (row["name"] or row["state"]):
                yield Finding("names", f"Interest {number}: name the organization or the state.")
            if row["state"] and row["state"].upper() not in STATES:
                yield Finding("state", f"Interest {number}: “{row['state']}” is no state.")
        if not rows and not self.nothing.data:
            yield Finding("nothing", "Declare your interests, or tick that you have none.", field="nothing")
        if rows and self.nothing.data:
            yield Finding("both", "You declared interests and ticked that you have none.", field="nothing")


def conflict_form(rows: Iterable[Candidate]) -> type[Form]:
    """Make a form with three radios, a kind and a line for each application; nothing is preselected."""
    fields: dict[str, Any] = {}
    for row in rows:
        fields[f"answer_{row.uid}"] = RadioField(
            f"Conflict with {row.organization}?",
            choices=choices(ANSWERS),
            validators=[Needed(f"Answer for {row.organization}.")],
        )
        fields[f"note_{row.uid}"] = text(f"What the conflict is, {row.organization}", longest=500)
    return type("ConflictForm", (Form,), fields)


class LaterConflictForm(Form):
    """A conflict noticed while reading."""

    kind = SelectField(
        "What kind of conflict is it?",
        choices=choices(KINDS),
        validators=[Needed("Choose the kind of conflict.")],
    )
    note = text(
        "In one line, without naming more than needed",
        needed="Say in one line what the conflict is.",
        longest=500,
    )


def _codes(value: str | None) -> list[str]:
    return [word.strip().upper() for word in (value or "").replace(";", ",").split(",") if word.strip()]
