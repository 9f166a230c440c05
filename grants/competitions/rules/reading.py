"""What a reader of a notice needs beyond its values: sums, the law in sentences, what is sample data."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from grants.competitions.rules import notice as n
from grants.competitions.rules.places import state_name
from grants.competitions.rules.weights import equal_share, points_of
from grants.competitions.rules.wording import (
    FEEDBACK_POINTS,
    FINALISTS,
    LOCATIONS,
    METHODS,
    SELECTED_AGAIN,
    TIE_BREAKS,
    TIE_RULES,
)
from grants.money import share_text
from grants.policies.rows import ApplicantKind, CostShareRow, EligibleApplicantsRow
from grants.policies.rule_set import RuleSet

KINDS: Final = {
    ApplicantKind.NONPROFIT: "nonprofit institutions",
    ApplicantKind.HIGHER_EDUCATION: "institutions of higher education",
    ApplicantKind.STATE_GOVERNMENT: "State governments",
    ApplicantKind.TERRITORIAL_GOVERNMENT: "territorial governments",
    ApplicantKind.LOCAL_GOVERNMENT: "local governments",
    ApplicantKind.TRIBAL_GOVERNMENT: "tribal governments",
    ApplicantKind.CONSORTIUM: "consortia of these",
    ApplicantKind.FOR_PROFIT: "for-profit companies",
    ApplicantKind.INDIVIDUAL: "individuals",
}


@dataclass(frozen=True)
class StateRow:
    """One state as the amounts table prints it; amounts in cents."""

    code: str
    name: str
    per_year: int | None
    whole_award: int | None
    awards: int
    service_area: str


@dataclass(frozen=True)
class CriterionRow:
    """One line of the criteria tree with the points it is worth in fact."""

    plan: n.CriterionPlan
    level: int
    points: Fraction | None
    is_scored: bool
    is_first: bool
    is_last: bool
    is_shared: bool
    parent_key: str | None


@dataclass(frozen=True)
class LegalSentence:
    """One rule of the notice in words, with its authority and a caution where it is sample data."""

    words: str
    authority: str
    caution: str = ""


@dataclass(frozen=True)
class Reading:
    """A notice as it is read."""

    states: tuple[StateRow, ...]
    per_year: int
    whole_award: int
    criteria: tuple[CriterionRow, ...]
    ranking: tuple[str, ...]
    applicants: tuple[LegalSentence, ...]
    cost_share: tuple[LegalSentence, ...]
    shares: tuple[tuple[str, Fraction], ...]
    notes: dict[str, str]

    @property
    def state_names(self) -> str:
        """List the states in one line."""
        return ", ".join(state.name for state in self.states)

    @property
    def shares_in_one_line(self) -> str:
        """Say the ceiling of every year in one line."""
        words = "; ".join(f"{years}: {share_text(share)}" for years, share in self.shares)
        return f"{words[:1].upper()}{words[1:]}"

    def note(self, place: str) -> str:
        """Return why a value or its whole section is sample data; empty for a confirmed one."""
        return self.notes.get(place) or self.notes.get(place.partition(".")[0], "")


def reading_of(notice: n.Notice, rules: RuleSet | None) -> Reading:
    """Return what a page or a PDF prints of a notice; a draft without rules has no law to print."""
    years = notice.award.years
    states = tuple(
        StateRow(
            row.code,
            state_name(row.code),
            row.federal_per_year,
            row.federal_per_year * years if row.federal_per_year and years else None,
            row.awards,
            row.service_area,
        )
        for row in notice.states.state
    )
    return Reading(
        states=states,
        per_year=sum(state.per_year or 0 for state in states),
        whole_award=sum(state.whole_award or 0 for state in states),
        criteria=tuple(criterion_rows(notice.criteria.criterion)),
        ranking=tuple(_ranking(notice)),
        applicants=_applicants(rules.eligible_applicants) if rules else (),
        cost_share=_cost_share(rules.cost_share) if rules else (),
        shares=_shares(rules.cost_share) if rules else (),
        notes={one.value: one.note for one in notice.confirm.unconfirmed},
    )


def criterion_rows(
    criteria: tuple[n.CriterionPlan, ...],
    *,
    level: int = 1,
    given: Fraction | None = None,
    parent_key: str | None = None,
) -> list[CriterionRow]:
    """Flatten the tree in published order, each with its level and points."""
    found: list[CriterionRow] = []
    for at, one in enumerate(criteria):
        points = points_of(one, given)
        found.append(
            CriterionRow(
                plan=one,
                level=level,
                points=points,
                is_scored=not one.criterion,
                is_first=at == 0,
                is_last=at == len(criteria) - 1,
                is_shared=given is not None,
                parent_key=parent_key,
            )
        )
        found.extend(
            criterion_rows(one.criterion, level=level + 1, given=equal_share(one, given), parent_key=one.key)
        )
    return found


def _ranking(notice: n.Notice) -> list[str]:
    one = notice.ranking
    found: list[str] = []
    if one.reviewers_minimum:
        found.append(
            f"At least {one.reviewers_minimum} reviewers score each application, each for themselves."
        )
    if one.threshold is not None:
        found.append(
            f"A finalist has an average of {one.threshold} or more, on {FINALISTS[one.finalists]}. "
            "Exact averages are compared, never rounded ones."
        )
    if one.method is not None:
        found.append(f"The finalists of a state are ranked by the {METHODS[one.method]}.")
    found.append(f"Ties: {TIE_RULES[one.tie_rule]}.")
    found.append(f"Where two applications come out equal, {TIE_BREAKS[one.tie_break]}.")
    found.append(f"Points in the feedback to applicants: {FEEDBACK_POINTS[one.feedback_points]}.")
    return found


def _applicants(row: EligibleApplicantsRow) -> tuple[LegalSentence, ...]:
    kinds = [KINDS[kind] for kind in row.kinds if kind is not ApplicantKind.CONSORTIUM]
    among = [KINDS[kind] for kind in row.consortium_of]
    may = _listed(kinds) + (f", and consortia of {_listed(among)}" if among else "")
    rules = [LegalSentence(f"May apply: {may}.", row.authority, row.caution)]
    if row.us_based:
        rules.append(
            LegalSentence("The applicant is based in the United States.", row.authority, row.caution)
        )
    location = LOCATIONS[row.location]
    words = f"{location[0].upper()}{location[1:]}."
    rules.append(LegalSentence(words, row.location_authority, row.caution_for("location")))
    if row.one_per_host_and_state:
        caution = row.caution_for("one_per_host_and_state")
        rules.append(LegalSentence("One application for each host and state.", row.authority, caution))
    assured = f"At least {share_text(row.assured_share)} of the cost is assured from other sources."
    return (*rules, LegalSentence(assured, "15 U.S.C. 278k(f)(3)(A)"))


def _cost_share(row: CostShareRow) -> tuple[LegalSentence, ...]:
    found = [
        LegalSentence(_ceiling(years, share), row.authority, row.caution) for years, share in _shares(row)
    ]
    if row.caps_inkind:
        half = share_text(row.cash_minimum_of_match)
        words = (
            f"At least {half} of the match is cash or full-time personnel loaned to the center; "
            "other in-kind counts up to that amount."
        )
        found.append(LegalSentence(words, row.authority, row.caution))
    again = SELECTED_AGAIN[row.settings.selected_again]
    if len(row.federal_share_by_year) > 1:
        caution = row.caution_for("selected_again")
        found.append(LegalSentence(f"{again[0].upper()}{again[1:]}.", row.authority, caution))
    return tuple(found)


def _ceiling(years: str, share: Fraction) -> str:
    return f"{years[0].upper()}{years[1:]}, the federal share is at most {share_text(share)} of the cost."


def _shares(row: CostShareRow) -> tuple[tuple[str, Fraction], ...]:
    """Put years of one share together: “years 1 to 3”, “year 4”, “from year 5”."""
    shares = row.federal_share_by_year
    if len(set(shares)) == 1:
        return (("in every year", shares[0]),)
    runs: list[tuple[int, int, Fraction]] = []
    for year, share in enumerate(shares, start=1):
        if runs and runs[-1][2] == share:
            runs[-1] = (runs[-1][0], year, share)
        else:
            runs.append((year, year, share))
    last = len(shares)
    return tuple((_years(first, until, last), share) for first, until, share in runs)


def _years(first: int, until: int, last: int) -> str:
    if until == last:
        return f"from year {first}"
    return f"in year {first}" if first == until else f"in years {first} to {until}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
