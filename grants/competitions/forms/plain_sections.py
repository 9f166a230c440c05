"""The forms of sections that are a list of single values."""

from wtforms import BooleanField, SelectField, TextAreaField

from grants.competitions.forms.section import SectionForm
from grants.competitions.rules import notice as n
from grants.competitions.rules.choices import FinalistStatus, RankingMethod, TieBreak, TieRule
from grants.competitions.rules.wording import (
    FINALISTS,
    LOCATIONS,
    METHODS,
    SELECTED_AGAIN,
    TIE_BREAKS,
    TIE_RULES,
)
from grants.policies.loader import Kind, table
from grants.policies.rows import LocationRule, SelectedAgain
from grants.web.fields import DayField, PointsField, WholeField, a_name, choices, text

NOT_CHOSEN = ("", "Choose one")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


class IdentityForm(SectionForm):
    """What the competition is called and on which law it stands."""

    number = text("Opportunity number", needed="Enter the opportunity number.", longest=60)
    title = text("Title")
    program = text("Program", longest=200)
    assistance_listing = text("Assistance listing", longest=10)
    fiscal_year = WholeField("Fiscal year")
    authority = text("Authority", longest=1000, area=True)
    selecting_official = text("Selecting official", longest=200)

    def content(self) -> n.Identity:
        """Return the section's values."""
        return n.Identity(
            number=self.number.data,
            title=self.title.data or "",
            program=self.program.data or "",
            assistance_listing=self.assistance_listing.data or "",
            fiscal_year=self.fiscal_year.data,
            authority=self.authority.data or "",
            selecting_official=self.selecting_official.data or "",
        )


class GoalsForm(SectionForm):
    """What the program wants."""

    text = text("Goals", longest=20_000, area=True)

    def content(self) -> n.Goals:
        """Return the section's values."""
        return n.Goals(text=self.text.data or "")


class AwardForm(SectionForm):
    """What is awarded and when."""

    years = WholeField("Award length in years")
    expected_award = DayField("Awards expected on")
    expected_start = DayField("Start expected on")

    def content(self) -> n.Award:
        """Return the section's values."""
        return n.Award(
            years=self.years.data,
            expected_award=self.expected_award.data,
            expected_start=self.expected_start.data,
        )


class RankingForm(SectionForm):
    """How many review, who is a finalist, how finalists are put in order."""

    reviewers_minimum = WholeField("Reviewers for each application, at least")
    threshold = PointsField("A finalist has an average of at least")
    finalists = SelectField(
        "The threshold is applied to",
        choices=choices((one, _capital(FINALISTS[one])) for one in FinalistStatus),
        default=FinalistStatus.INITIAL.value,
    )
    method = SelectField(
        "Ranking method",
        choices=choices([NOT_CHOSEN, *((one, _capital(METHODS[one])) for one in RankingMethod)]),
    )
    tie_rule = SelectField(
        "Ties inside one reviewer",
        choices=choices((one, _capital(TIE_RULES[one])) for one in TieRule),
        default=TieRule.AVERAGE.value,
    )
    tie_break = SelectField(
        "Applications that come out equal",
        choices=choices((one, _capital(TIE_BREAKS[one])) for one in TieBreak),
        default=TieBreak.FINAL_MEAN.value,
    )
    feedback_points = BooleanField("Applicants see each reviewer’s points in their feedback")

    def content(self) -> n.Ranking:
        """Return the section's values."""
        return n.Ranking(
            reviewers_minimum=self.reviewers_minimum.data,
            threshold=self.threshold.data,
            finalists=FinalistStatus(self.finalists.data),
            method=RankingMethod(self.method.data) if self.method.data else None,
            tie_rule=TieRule(self.tie_rule.data),
            tie_break=TieBreak(self.tie_break.data),
            feedback_points=bool(self.feedback_points.data),
        )


class RulesForm(SectionForm):
    """Which rules of the catalogue go with the competition."""

    cost_share = SelectField(
        "Cost-share schedule",
        choices=choices(
            [NOT_CHOSEN, *((row.id, f"{row.title} ({row.id})") for row in table(Kind.COST_SHARE))]
        ),
    )
    selected_again = SelectField(
        "A center that is selected again",
        choices=choices([NOT_CHOSEN, *((one, _capital(SELECTED_AGAIN[one])) for one in SelectedAgain)]),
    )
    location = SelectField(
        "Where an applicant must be",
        choices=choices([NOT_CHOSEN, *((one, _capital(LOCATIONS[one])) for one in LocationRule)]),
    )

    def content(self) -> n.Rules:
        """Return the section's values."""
        return n.Rules(
            cost_share=self.cost_share.data or None,
            selected_again=SelectedAgain(self.selected_again.data) if self.selected_again.data else None,
            location=LocationRule(self.location.data) if self.location.data else None,
        )


class ContactForm(SectionForm):
    """Whom applicants ask."""

    name = a_name("Name")
    email = text("Mail address", longest=320)
    phone = text("Telephone", longest=40)
    hours = text("Hours", longest=200)

    def content(self) -> n.Contact:
        """Return the section's values."""
        return n.Contact(
            name=self.name.data or "",
            email=self.email.data or "",
            phone=self.phone.data or "",
            hours=self.hours.data or "",
        )


class FactorsForm(SectionForm):
    """The selection factors, one on each line."""

    factor = TextAreaField("Selection factors")

    def content(self) -> n.Factors:
        """Return the section's values."""
        lines = [" ".join(line.split()) for line in (self.factor.data or "").splitlines()]
        return n.Factors(factor=tuple(line for line in lines if line))
