"""The form every page uses: WTForms with our sentences and findings shown at their fields."""

from collections.abc import Iterable
from typing import Any

import wtforms
from flask_wtf import FlaskForm

from grants.errors import Refused, TooManyTries
from grants.findings import Finding, Level
from grants.web import again
from grants.web.headers import note_wait

SENTENCES = {
    "Not a valid choice.": "Choose one of the answers.",
    "Not a valid integer value.": "Enter a whole number, for example 3.",
    "This field is required.": "Fill this in.",
    "Invalid Choice: could not coerce.": "Choose one of the answers.",
    "'%(value)s' is not a valid choice for this field.": "Choose from the answers that are listed.",
    "'%(value)s' are not valid choices for this field.": "Choose from the answers that are listed.",
}


NAMELESS = frozenset({*SENTENCES.values(), "Answer yes or no.", "Choose yes or no.", "Choose one answer."})
"""Sentences that do not tell what question they answer; a list of faults puts it before them."""


class OurSentences:
    """What WTForms would say by itself, in our words."""

    def gettext(self, text: str) -> str:
        """Return our sentence for a message of the library."""
        return SENTENCES.get(text, text)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return our sentence for a counted message of the library."""
        text = singular if count == 1 else plural
        return SENTENCES.get(text, text)


class Part(wtforms.Form):
    """A row of a form's list, without a token of its own; it speaks in our sentences as the form does."""

    class Meta(wtforms.Form.Meta):
        """How WTForms makes this part."""

        def get_translations(self, _form: object) -> OurSentences:
            """Have the library speak in our sentences."""
            return OurSentences()


class Form(FlaskForm):
    """A form with CSRF; findings of a service are laid on its fields by name."""

    class Meta(FlaskForm.Meta):
        """How WTForms makes this form."""

        def get_translations(self, _form: object) -> OurSentences:
            """Have the library speak in our sentences."""
            return OurSentences()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.findings: list[Finding] = []
        self.refused_with: int | None = None

    def is_sent(self) -> bool:
        """Say whether the form came in and every field is well formed."""
        return bool(self.validate_on_submit())

    def validate(self, extra_validators: Any = None) -> bool:
        """Judge every field; a form that is only shown again counts as not complete and gets no faults."""
        return not again.is_only_shown() and super().validate(extra_validators)

    def lay(self, findings: Iterable[Finding]) -> None:
        """Show findings: at the field they name, else above the form."""
        for finding in findings:
            field = self._fields.get(finding.field or "")
            if field is not None and finding.level is Level.STOP:
                field.errors = [*field.errors, finding.message]
            else:
                self.findings.append(finding)

    def refuse(self, refusal: Refused) -> None:
        """Show what a service refused, and tell the browser where it is to wait."""
        note_wait(refusal)
        self.refused_with = refusal.status if isinstance(refusal, TooManyTries) else None
        self.lay(refusal.findings)

    @property
    def has_faults(self) -> bool:
        """Say whether anything is shown that stops the deed."""
        return bool(self.errors) or any(finding.level is Level.STOP for finding in self.findings)
