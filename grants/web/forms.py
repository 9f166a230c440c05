"""The form every page uses: WTForms with our sentences and findings shown at their fields."""

from collections.abc import Iterable

from flask_wtf import FlaskForm

from grants.errors import Refused
from grants.findings import Finding, Level


class Form(FlaskForm):
    """A form with CSRF; findings of a service are laid on its fields by name."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.findings: list[Finding] = []

    def is_sent(self) -> bool:
        """Say whether the form came in and every field is well formed."""
        return bool(self.validate_on_submit())

    def lay(self, findings: Iterable[Finding]) -> None:
        """Show findings: at the field they name, else above the form."""
        for finding in findings:
            field = self._fields.get(finding.field or "")
            if field is not None and finding.level is Level.STOP:
                field.errors = [*field.errors, finding.message]
            else:
                self.findings.append(finding)

    def refuse(self, refusal: Refused) -> None:
        """Show what a service refused."""
        self.lay(refusal.findings)

    @property
    def has_faults(self) -> bool:
        """Say whether anything is shown that stops the deed."""
        return bool(self.errors) or any(finding.level is Level.STOP for finding in self.findings)
