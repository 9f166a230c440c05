"""Forms of the score sheet: one sub-criterion, and the deeds around it."""

from collections.abc import Mapping

from wtforms import HiddenField, TextAreaField

from grants.reviews.rules.sheets import FIELDS
from grants.web.fields import counted, text
from grants.web.forms import Form


class ScoreForm(Form):
    """One sub-criterion, as typed; what is no value is refused by the service, at its field."""

    version = HiddenField(default="0")
    points = text("Points", longest=40)
    strengths = TextAreaField("Strengths")
    weaknesses = TextAreaField("Weaknesses")
    agency_comment = TextAreaField("For the agency only")
    change_reason = TextAreaField("Why the points changed")

    def values(self) -> Mapping[str, str]:
        """Return what was typed, as text."""
        return {name: str(self[name].data or "") for name in FIELDS}

    def base(self) -> int:
        """Return the version the text was written on."""
        return counted(self.version.data)


class ReturnForm(Form):
    """Why a sheet goes back to its author."""

    reason = text(
        "What should the reviewer look at again?",
        needed="Write what to look at again.",
        longest=2000,
        area=True,
    )


class ReasonForm(Form):
    """A deed that needs a reason."""

    reason = text("Reason", needed="Write the reason.", longest=2000, area=True)
