"""Whether a notice may be published: every reason why not, at once, each with the section that mends it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from grants.competitions.rules import notice as n
from grants.competitions.rules.choices import RankingMethod
from grants.competitions.rules.confirming import OpenText, texts_of
from grants.competitions.rules.criteria_check import criteria_findings
from grants.competitions.rules.notice_period import Determination, findings, notice_period
from grants.competitions.rules.places import state_name
from grants.competitions.rules.wording import show_points
from grants.findings import Finding, Level
from grants.policies.loader import NoRule, rule_on
from grants.policies.rows import NoticePeriodRow
from grants.policies.rule_set import RuleSet, cost_share_findings, rule_set_for

LEAST_TRIMMED: Final = 5
"""Reviewers that a mean without the highest and the lowest total needs, as `scoring.aggregate` says."""


@dataclass(frozen=True)
class PublicationFacts:
    """What the guard of publication judges; `published_at` is when the notice goes out or is meant to.

    `confirmed` are the texts that somebody compared with their source; what is not stops where it must
    be (`must_confirm`: in production) and warns elsewhere.
    """

    notice: n.Notice
    published_at: datetime
    confirmed: frozenset[str] = frozenset()
    must_confirm: bool = False

    @property
    def published_on(self) -> date:
        """Return the day of publication in the competition's zone."""
        return self.published_at.astimezone(ZoneInfo(self.notice.dates.zone)).date()


def publication_findings(_record: object, facts: PublicationFacts, _now: datetime) -> list[Finding]:
    """Return everything that is missing, wrong or worth a look if the notice went out at `published_at`."""
    return [finding for section in n.SECTIONS for finding in section_findings(facts, section)]


def section_findings(facts: PublicationFacts, section: str) -> list[Finding]:
    """Return the findings of one section; `field` names the section."""
    found = _CHECKS[section](n.section_of(facts.notice, section), facts)
    return [
        Finding(
            finding.code, finding.message, field=section, authority=finding.authority, level=finding.level
        )
        for finding in found
    ]


def proposed_rule_set(notice: n.Notice, published_on: date) -> RuleSet:
    """Gather the rules that are copied if the notice goes out that day; raise NoRule where there is none."""
    rules = rule_set_for(
        published_on,
        award_expected_on=notice.award.expected_award,
        cost_share=notice.rules.cost_share or None,
    )
    if notice.rules.location is not None:
        rules = rules.with_location(notice.rules.location)
    if notice.rules.selected_again is not None:
        settings = replace(rules.cost_share.settings, selected_again=notice.rules.selected_again)
        rules = rules.with_settings(settings)
    return rules


def rules_proposed(facts: PublicationFacts) -> RuleSet | None:
    """Return the rules that publication would copy; None where the catalogue has none for the dates."""
    try:
        return proposed_rule_set(facts.notice, facts.published_on)
    except NoRule:
        return None


Found = Iterator[Finding]


def _identity(one: n.Identity, _facts: PublicationFacts) -> Found:
    for name, words in (
        ("title", "the title"),
        ("program", "the program"),
        ("assistance_listing", "the assistance listing, for example 11.611"),
        ("fiscal_year", "the fiscal year"),
        ("authority", "the law that authorizes the program"),
    ):
        if not getattr(one, name):
            yield _missing(name, f"Enter {words}.")
    if not one.selecting_official:
        yield _warn("selecting_official", "The notice does not name its selecting official.")


def _goals(one: n.Goals, _facts: PublicationFacts) -> Found:
    if not one.text.strip():
        yield _missing("goals", "Say what the program wants to reach.")


def _states(content: n.States, _facts: PublicationFacts) -> Found:
    if not content.state:
        yield _missing("states", "There is no target state. Add the states of this competition.")
    for row in content.state:
        if row.federal_per_year is None:
            yield _missing("amount", f"{state_name(row.code)} has no yearly federal amount.")


def _dates(one: n.Dates, facts: PublicationFacts) -> Found:
    at = facts.published_at
    if one.deadline is None:
        yield _missing("deadline", "Enter the deadline: date, hour and zone.")
        return
    if one.deadline <= at:
        yield _wrong("deadline_past", "The deadline has passed at publication. Choose a later one.")
    else:
        yield from _period(one, facts)
    if one.opens is not None and one.opens >= one.deadline:
        yield _wrong("opens_late", "Applications open after the deadline. Correct one of the two.")
    if one.opens is not None and one.opens < at:
        yield _wrong("opens_early", "Applications open before the notice is published. Correct the opening.")
    if one.questions_until is None:
        yield _warn("questions", "The notice does not say until when questions may be asked.")
    elif one.questions_until > one.deadline:
        yield _wrong("questions_late", "Questions may be asked after the deadline. Correct one of the two.")


def _period(one: n.Dates, facts: PublicationFacts) -> Found:
    try:
        rule = rule_on(NoticePeriodRow, facts.published_on)
    except NoRule as fault:
        yield _wrong("no_rule", str(fault))
        return
    if one.deadline is None:
        return
    period = notice_period(facts.published_at, one.deadline, one.zone, rule=rule)
    found = findings(period, rule=rule, determination=one.determination, reason=one.shorter_period_reason)
    yield from found
    if period.needs is not Determination.NONE and not found:
        sentence = f"{period.days} days from publication to deadline; the determination stands in the dates."
        yield _warn("short_period", sentence, rule.authority)


def _award(one: n.Award, facts: PublicationFacts) -> Found:
    if one.years is None:
        yield _missing("years", "Enter for how many years an award is made.")
    if one.expected_award is None:
        yield _missing("expected_award", "Enter when awards are expected; the law on money follows that day.")
    if one.expected_start is None:
        yield _missing("expected_start", "Enter when the awards are expected to start.")
    deadline = facts.notice.dates.deadline
    if deadline and one.expected_award and one.expected_award <= deadline.date():
        yield _wrong("award_early", "Awards are expected before the deadline. Correct one of the two.")
    if one.expected_award and one.expected_start and one.expected_start < one.expected_award:
        yield _warn("start_early", "The start is expected before the award itself.")


def _criteria(content: n.Criteria, _facts: PublicationFacts) -> Found:
    yield from criteria_findings(content)


def _ranking(one: n.Ranking, facts: PublicationFacts) -> Found:
    if one.reviewers_minimum is None:
        yield _missing("reviewers_minimum", "Enter how many reviewers score each application, at least.")
    if one.threshold is None:
        yield _missing("threshold", "Enter the average from which an application is a finalist.")
    if one.method is None:
        yield _missing("method", "Choose the ranking method.")
    if one.method is RankingMethod.TRIMMED_MEAN and (one.reviewers_minimum or LEAST_TRIMMED) < LEAST_TRIMMED:
        yield _wrong(
            "trimmed_few",
            f"A mean without the highest and the lowest total needs at least {LEAST_TRIMMED} reviewers for "
            f"each application; {one.reviewers_minimum} are asked for.",
        )
    total = facts.notice.criteria.total
    if total is not None and one.threshold is not None and one.threshold > total:
        yield _wrong(
            "threshold_high",
            f"The threshold of {show_points(one.threshold)} is above the total of "
            f"{show_points(total)} points.",
        )


def _factors(content: n.Factors, _facts: PublicationFacts) -> Found:
    if not content.factor:
        yield _missing(
            "factors",
            "There is no selection factor. Without one, nobody can ever be selected out of rank order.",
        )


def _documents(content: n.Documents, _facts: PublicationFacts) -> Found:
    if not content.document:
        yield _missing("documents", "Name the documents that an application holds.")
        return
    keys = {one.key for one in content.document if one.required}
    for key, words, authority in _BY_LAW:
        if key not in keys:
            yield _warn(
                key, f"No required document has the key “{key}”: {words} is required by law.", authority
            )


_BY_LAW: Final = (
    ("assurance_of_half", "the assurance of at least half of the cost", "15 U.S.C. 278k(f)(3)(A)"),
    ("intellectual_property_plan", "the plan for intellectual property", "15 U.S.C. 278k(f)(4)"),
)


def _rules(one: n.Rules, facts: PublicationFacts) -> Found:
    if one.cost_share is None:
        yield _missing("cost_share", "Choose the cost-share schedule.")
    if one.selected_again is None:
        yield _missing("selected_again", "Choose what holds for a center that is selected again.")
    if one.location is None:
        yield _missing("location", "Choose where an applicant must be.")
    try:
        rules = proposed_rule_set(facts.notice, facts.published_on)
    except NoRule as fault:
        yield _wrong("no_rule", str(fault))
        return
    yield from (one for one in rules.cautions() if one.level is Level.LOOK)
    if facts.notice.award.expected_award is not None:
        yield from cost_share_findings(rules, facts.notice.award.expected_award)


def _contact(one: n.Contact, _facts: PublicationFacts) -> Found:
    if not one.name:
        yield _missing("contact", "Enter whom applicants ask.")
    if not (one.email or one.phone):
        yield _missing("reach", "Enter a mail address or a telephone number.")


def texts_to_confirm(facts: PublicationFacts) -> list[OpenText]:
    """Return the texts of the notice and of its law that nobody has confirmed as they stand."""
    return [one for one in texts_of(facts.notice, rules_proposed(facts)) if one.digest not in facts.confirmed]


def _confirm(_content: n.Confirmations, facts: PublicationFacts) -> Found:
    left = texts_to_confirm(facts)
    level = Level.STOP if facts.must_confirm else Level.WARN
    laws, values = [one for one in left if one.is_law], [one for one in left if not one.is_law]
    for code, found, words in (
        ("rules", laws, "of the catalogue to confirm before official use"),
        ("values", values, "of the notice to compare with the official notice"),
    ):
        if found:
            count = f"{len(found)} {'text' if len(found) == 1 else 'texts'}"
            names = "; ".join(one.title for one in found)
            yield Finding(f"competition.unconfirmed.{code}", f"{count} {words}: {names}.", level=level)


def _missing(code: str, message: str) -> Finding:
    return Finding(f"competition.missing.{code}", message)


def _wrong(code: str, message: str) -> Finding:
    return Finding(f"competition.wrong.{code}", message)


def _warn(code: str, message: str, authority: str | None = None) -> Finding:
    return Finding(f"competition.warn.{code}", message, authority=authority, level=Level.WARN)


_CHECKS: Final[dict[str, Callable[[Any, PublicationFacts], Found]]] = {
    "identity": _identity,
    "goals": _goals,
    "states": _states,
    "dates": _dates,
    "award": _award,
    "criteria": _criteria,
    "ranking": _ranking,
    "factors": _factors,
    "documents": _documents,
    "rules": _rules,
    "contact": _contact,
    "confirm": _confirm,
}
