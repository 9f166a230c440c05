"""The kinds of effective-dated rules, each row citing its authority and how well it is known."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Self


class Mark(StrEnum):
    """How well a value is known; everything below READ and FIRM is shown as "sample data, confirm"."""

    READ = "read"  # read in a copy of the text
    FIRM = "firm"  # firm knowledge of the text, not read again
    RECALLED = "recalled"  # recalled from a published notice, consistent with what could be checked
    LIKELY = "likely"  # fairly sure, or from a secondary source
    WEAK = "weak"  # an inference
    UNKNOWN = "unknown"

    @property
    def is_confirmed(self) -> bool:
        """Say whether the value may be printed as law."""
        return self in {Mark.READ, Mark.FIRM}


@dataclass(frozen=True, kw_only=True)
class Row:
    """What every rule of the catalogue carries; dates are inclusive.

    `unconfirmed` names the fields that are known less well than the row: they carry the caution alone.
    """

    id: str
    title: str
    authority: str
    mark: Mark
    effective_from: date
    effective_to: date | None = None
    note: str = ""
    look_from: date | None = None
    look_to: date | None = None
    look_why: str = ""
    unconfirmed: tuple[str, ...] = ()

    def is_in_force(self, day: date) -> bool:
        """Say whether the row acts on that day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def needs_a_look(self, day: date) -> bool:
        """Say whether the row acts on that day but a person must decide whether it really does."""
        if self.look_from is None or self.look_to is None:
            return False
        return self.look_from <= day <= self.look_to

    @property
    def caution(self) -> str:
        """Return "sample data, confirm" with the mark where the row may not be printed as law."""
        return "" if self.mark.is_confirmed else f"sample data, confirm ({self.mark})"

    @property
    def doubt(self) -> str:
        """Return the caution of the row, or of those of its fields that carry one; "" where there is none."""
        if self.caution or not self.unconfirmed:
            return self.caution
        return f"sample data, confirm: {', '.join(name.replace('_', ' ') for name in self.unconfirmed)}"

    def as_law(self) -> Self:
        """Return the row without a caution: somebody read it in its source, or it stands where none may."""
        mark = self.mark if self.mark.is_confirmed else Mark.READ
        return replace(self, mark=mark, unconfirmed=())

    def caution_for(self, name: str) -> str:
        """Return "sample data, confirm" where one field may not be printed as law."""
        return self.caution or ("sample data, confirm" if name in self.unconfirmed else "")


class SelectedAgain(StrEnum):
    """What a center selected in a later competition starts with."""

    LOWEST = "third"  # the seed's reading: the last share of the schedule, in every year
    RESTART = "restart"  # the practice of 2014-2016: the schedule from its first year


class CashCapReading(StrEnum):
    """How "half in cash or loaned personnel" is tested; both pass and fail the same budgets."""

    COUNTED = "counted"
    REQUIRED = "half_of_required"


class CostShareYear(StrEnum):
    """Which year of the schedule a budget period stands in."""

    BUDGET_PERIOD = "budget_period"
    BEGINS = "begins"
    STRICTEST = "strictest"


class CarryOverRate(StrEnum):
    """The share that carried-over money above base needs: of the year it is spent or was obligated."""

    SPENT = "spent"
    OBLIGATED = "obligated"


class Overmatch(StrEnum):
    """Whether match above what a period requires helps a later period."""

    LOST = "lost"
    CARRIES = "carries"


class Judged(StrEnum):
    """Whether the share is judged for each period or over all of them."""

    PER_PERIOD = "per_period"
    CUMULATIVE = "cumulative"


class AdditiveInDenominator(StrEnum):
    """Whether costs paid from additive program income stand in the cost the share is taken of."""

    NO = "no"
    YES = "yes"


class LawBy(StrEnum):
    """Whose date decides which schedule acts."""

    OBLIGATION = "obligation"
    AWARD = "award"


@dataclass(frozen=True, kw_only=True)
class CostShareSettings:
    """The readings of the law that an agency must choose; stored with every rule set."""

    selected_again: SelectedAgain = SelectedAgain.LOWEST
    cash_cap_reading: CashCapReading = CashCapReading.COUNTED
    cost_share_year: CostShareYear = CostShareYear.BUDGET_PERIOD
    carry_over_rate: CarryOverRate = CarryOverRate.SPENT
    overmatch: Overmatch = Overmatch.LOST
    judged: Judged = Judged.PER_PERIOD
    additive_in_denominator: AdditiveInDenominator = AdditiveInDenominator.NO
    law_by: LawBy = LawBy.OBLIGATION


@dataclass(frozen=True, kw_only=True)
class CostShareRow(Row):
    """Maximum federal share of a center's cost by year; the last share holds for every later year."""

    federal_share_by_year: tuple[Fraction, ...]
    cash_minimum_of_match: Fraction
    aliases: tuple[str, ...] = ()
    selected_again_note: str = ""
    settings: CostShareSettings = CostShareSettings()

    @property
    def caps_inkind(self) -> bool:
        """Say whether other in-kind counts only up to cash plus loaned personnel."""
        return self.cash_minimum_of_match > 0


@dataclass(frozen=True, kw_only=True)
class NoticePeriodRow(Row):
    """How long a notice must stand before its deadline."""

    normal_days: int
    minimum_days: int
    under_normal_needs: str
    under_minimum_needs: str


@dataclass(frozen=True, kw_only=True)
class IndirectCostRow(Row):
    """The indirect cost rate that needs no negotiation; None where there was none."""

    de_minimis_rate: Fraction | None = None
    negotiated_rate_wins: bool = True
    governs_by: str = "award date; an older award only when it is amended"


@dataclass(frozen=True, kw_only=True)
class MtdcRow(Row):
    """What modified total direct cost leaves out; amounts in cents."""

    subaward_base_cents: int
    equipment_threshold_cents: int
    excluded: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReportingRow(Row):
    """When reports, surveys and continuation requests are due, in days unless said."""

    quarterly_due_days: int
    semiannual_due_days: int
    annual_due_days: int
    final_due_days: int
    subrecipient_final_due_days: int
    survey_months_after_project: int
    continuation_draft_days_before_end: int
    continuation_final_days_before_end: int


@dataclass(frozen=True, kw_only=True)
class EvaluationRow(Row):
    """The gates of a center; years count anniversaries of the first award after a competition."""

    panel_years: tuple[int, ...]
    secretary_years: tuple[int, ...]
    positive_carries_through: tuple[int, ...]
    recompete_after_years: int
    probation_years: int
    probation_analysis_months: int


class ApplicantKind(StrEnum):
    """The kinds of body a notice may admit."""

    NONPROFIT = "nonprofit"
    HIGHER_EDUCATION = "higher_education"
    STATE_GOVERNMENT = "state_government"
    TERRITORIAL_GOVERNMENT = "territorial_government"
    LOCAL_GOVERNMENT = "local_government"
    TRIBAL_GOVERNMENT = "tribal_government"
    CONSORTIUM = "consortium"
    FOR_PROFIT = "for_profit"
    INDIVIDUAL = "individual"


class LocationRule(StrEnum):
    """Where an applicant must be; sources disagree, so it is a setting of the rule set."""

    IN_STATE = "in_state"
    SERVES_STATE = "serves_state"


@dataclass(frozen=True, kw_only=True)
class EligibleApplicantsRow(Row):
    """Who may apply for a center."""

    kinds: tuple[ApplicantKind, ...]
    consortium_of: tuple[ApplicantKind, ...]
    us_based: bool
    location: LocationRule
    location_authority: str
    one_per_host_and_state: bool
    assured_share: Fraction
    board_within_days: int


class IncomeMethod(StrEnum):
    """What program income does to the budget: 2 CFR 200.307(b)."""

    COST_SHARING = "cost_sharing"
    ADDITION = "addition"
    DEDUCTION = "deduction"


@dataclass(frozen=True, kw_only=True)
class ProgramIncomeRow(Row):
    """How program income is treated where the award is silent, and what MEP's table uses."""

    methods: tuple[IncomeMethod, ...]
    default: IncomeMethod
    default_for_research: IncomeMethod
    default_of_program: IncomeMethod
    not_program_income: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RetentionRow(Row):
    """How long records are kept, in years."""

    years_after_final_report: int
    years_for_unsuccessful_application: int


@dataclass(frozen=True, kw_only=True)
class ContentRow(Row):
    """What an application must hold, and the page limit of its technical proposal."""

    proposal_pages: int
    outside_page_limit: tuple[str, ...]
    documents: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReviewRow(Row):
    """How merit review is done where the notice does not say otherwise."""

    minimum_reviewers: int
    finalist_threshold: int
    points_total: int
    ranking: str


@dataclass(frozen=True, kw_only=True)
class CycleRow(Row):
    """How long a center runs before it is competed again."""

    award_years: tuple[int, ...]
    compete_after_years: int


@dataclass(frozen=True, kw_only=True)
class BudgetChangeRow(Row):
    """When a change of an approved budget needs prior approval; amounts in cents."""

    transfer_share: Fraction
    federal_share_over_cents: int
    no_cost_extension_days_before_end: int
    answer_due_days: int
