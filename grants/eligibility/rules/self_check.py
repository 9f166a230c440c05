"""May this organization apply here: each rule with its result, authority, evidence, date and what to do.

Every result is met, not met, or a person must look; nothing ends at "no" without the way on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from grants.competitions.rules.states import POSTAL_CODES
from grants.eligibility.rules import identifiers
from grants.findings import Finding, Level
from grants.money import share_text
from grants.policies.rows import ApplicantKind, EligibleApplicantsRow, LocationRule


class Outcome(StrEnum):
    """The result of one rule."""

    PASS = "pass"  # noqa: S105 - a result, not a password
    FAIL = "fail"
    LOOK = "look"


class SamStatus(StrEnum):
    """What SAM.gov says of a registration."""

    ACTIVE = "active"
    EXPIRED = "expired"
    NOT_REGISTERED = "not_registered"
    NOT_CHECKED = "not_checked"


class IrsStatus(StrEnum):
    """What the files of exempt organizations say of an EIN."""

    LISTED = "listed"
    NOT_LISTED = "not_listed"
    REVOKED = "revoked"
    REINSTATED = "reinstated"
    NOT_CHECKED = "not_checked"


class Exclusion(StrEnum):
    """What the exclusions list says of an organization."""

    NONE_FOUND = "none_found"
    NAME_MATCH = "name_match"
    IDENTIFIER_MATCH = "identifier_match"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What an organization answered and what dated files say; None is a question not answered."""

    chosen_state: str
    target_states: tuple[str, ...]
    kind: ApplicantKind | None = None
    consortium_members: tuple[ApplicantKind, ...] = ()
    us_based: bool | None = None
    state: str | None = None
    serves_whole_state: bool | None = None
    ein: str = ""
    irs: IrsStatus = IrsStatus.NOT_CHECKED
    irs_as_of: date | None = None
    uei: str = ""
    sam: SamStatus = SamStatus.NOT_CHECKED
    sam_as_of: date | None = None
    sam_expires: date | None = None
    excluded_by_own_answer: bool | None = None
    exclusion: Exclusion = Exclusion.NOT_CHECKED
    exclusion_as_of: date | None = None
    assures_share: bool | None = None
    has_board: bool | None = None
    plans_board: bool | None = None
    has_ip_plan: bool | None = None
    has_another_application: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one rule says, on which evidence of which date, and what to do."""

    rule: str
    title: str
    outcome: Outcome
    authority: str
    evidence: str
    evidence_on: date
    what_to_do: str = ""

    def as_finding(self) -> Finding:
        """Return the result as a finding: not met stops, a person must look looks."""
        level = {Outcome.PASS: Level.PASS, Outcome.FAIL: Level.STOP, Outcome.LOOK: Level.LOOK}[self.outcome]
        sentence = f"{self.title}: {self.evidence} {self.what_to_do}".strip()
        return Finding(f"eligibility.{self.rule}", sentence, authority=self.authority, level=level)


_SAM_AUTHORITY: Final = "2 CFR part 25"
_EXCLUSION_AUTHORITY: Final = "2 CFR part 180; 2 CFR part 1326"
_ASSURANCE_AUTHORITY: Final = "15 U.S.C. 278k(f)(3)(A); 15 CFR 290.5(a)(3)(ii)"
_IP_AUTHORITY: Final = "15 U.S.C. 278k(f)(4); 15 CFR 290.5(a)(3)(i)"
_BOARD_AUTHORITY: Final = "15 U.S.C. 278k(k); the notice"
_UNANSWERED: Final = "Not answered."
_ANSWER: Final = "Answer the question."

Check = Callable[[Facts, EligibleApplicantsRow, date], Result]


def run(facts: Facts, rule: EligibleApplicantsRow, today: date) -> list[Result]:
    """Return the result of every rule in the order of the page; `today` dates what was answered."""
    return [check(facts, rule, today) for check in CHECKS]


def overall(results: Sequence[Result]) -> Outcome:
    """Return fail if any rule is not met, else look if a person must look at any, else pass."""
    outcomes = {result.outcome for result in results}
    return next((one for one in (Outcome.FAIL, Outcome.LOOK) if one in outcomes), Outcome.PASS)


def _kind(facts: Facts, rule: EligibleApplicantsRow, today: date) -> Result:
    title = "Kind of organization"
    admitted = _list(rule.kinds)
    if facts.kind is None:
        return _result("kind", title, Outcome.LOOK, rule.authority, _UNANSWERED, today, _ANSWER)
    answered = f"You answered: {_words(facts.kind)}."
    if facts.kind not in rule.kinds:
        way = f"The notice admits {admitted}. Apply through one of these, or ask the program officer."
        return _result("kind", title, Outcome.FAIL, rule.authority, answered, today, way)
    if facts.kind is ApplicantKind.CONSORTIUM:
        return _consortium(facts, rule, today, title)
    return _result("kind", title, Outcome.PASS, rule.authority, answered, today)


def _consortium(facts: Facts, rule: EligibleApplicantsRow, today: date, title: str) -> Result:
    foreign = sorted(set(facts.consortium_members) - set(rule.consortium_of))
    if not facts.consortium_members:
        way = "Name the kind of each member."
        return _result(
            "kind", title, Outcome.LOOK, rule.authority, "A consortium without members.", today, way
        )
    members = f"A consortium of {_list(facts.consortium_members)}."
    if foreign:
        way = f"A consortium may be of {_list(rule.consortium_of)}. A person looks at the others."
        return _result("kind", title, Outcome.LOOK, rule.authority, members, today, way)
    return _result("kind", title, Outcome.PASS, rule.authority, members, today)


def _us_based(facts: Facts, rule: EligibleApplicantsRow, today: date) -> Result:
    way = "Apply through a body that is based in the United States, or ask the program officer."
    if not rule.us_based:
        return _result(
            "us_based", "Based in the United States", Outcome.PASS, rule.authority, "Not asked.", today
        )
    return _yes_or_no(
        "us_based",
        "Based in the United States",
        answer=facts.us_based,
        authority=rule.authority,
        today=today,
        way=way,
    )


def _target_state(facts: Facts, rule: EligibleApplicantsRow, today: date) -> Result:
    title, chosen = "State of this competition", _state(facts.chosen_state)
    if facts.chosen_state in facts.target_states:
        return _result("target_state", title, Outcome.PASS, "The notice", f"{chosen} is competed.", today)
    states = ", ".join(_state(state) for state in facts.target_states)
    way = f"Choose one of {states}, or look on the map when {chosen} comes round."
    evidence = f"{chosen} is not competed here."
    return _result("target_state", title, Outcome.FAIL, "The notice", evidence, today, way)


def _location(facts: Facts, rule: EligibleApplicantsRow, today: date) -> Result:
    chosen = _state(facts.chosen_state)
    if rule.location is LocationRule.SERVES_STATE:
        return _yes_or_no(
            "location",
            f"Serves all of {chosen}",
            answer=facts.serves_whole_state,
            authority=rule.location_authority,
            today=today,
            way=f"Plan services for the whole of {chosen}, with partners where you have no office.",
        )
    title = f"Located in {chosen}"
    if facts.state is None:
        return _result("location", title, Outcome.LOOK, rule.location_authority, _UNANSWERED, today, _ANSWER)
    if facts.state == facts.chosen_state:
        return _result("location", title, Outcome.PASS, rule.location_authority, f"In {chosen}.", today)
    way = (
        "Apply for your own state, or through a host in this one. Ask the program officer if you serve both."
    )
    evidence = f"In {_state(facts.state)}."
    return _result("location", title, Outcome.FAIL, rule.location_authority, evidence, today, way)


def _ein(facts: Facts, rule: EligibleApplicantsRow, today: date) -> Result:
    title, authority = "Employer identification number", "IRS files of exempt organizations"
    faults = identifiers.ein_findings(facts.ein) if facts.ein.strip() else []
    if not facts.ein.strip():
        return _result("ein", title, Outcome.LOOK, authority, _UNANSWERED, today, _ANSWER)
    if faults:
        return _from_format("ein", title, faults[0], today)
    as_of = facts.irs_as_of or today
    shown = identifiers.tidy_ein(facts.ein)
    known = {
        IrsStatus.LISTED: (Outcome.PASS, f"{shown} is in the IRS file of {_day(as_of)}.", ""),
        IrsStatus.REINSTATED: (
            Outcome.PASS,
            f"{shown} was revoked and is reinstated in the IRS file of {_day(as_of)}.",
            "",
        ),
        IrsStatus.REVOKED: (
            Outcome.LOOK,
            f"{shown} is on the IRS list of revoked exemptions of {_day(as_of)}.",
            "A person will look. Have the letter of reinstatement or the state's charter at hand.",
        ),
        IrsStatus.NOT_LISTED: (
            Outcome.LOOK,
            f"We did not find this EIN in the IRS file of {_day(as_of)}.",
            "Universities and governments often are not in it; a person will look.",
        ),
        IrsStatus.NOT_CHECKED: (Outcome.LOOK, f"{shown} was not looked up.", "A person will look."),
    }
    outcome, evidence, way = known[facts.irs]
    return _result("ein", title, outcome, authority, evidence, as_of, way)


def _uei(facts: Facts, rule: EligibleApplicantsRow, today: date) -> Result:
    title = "UEI and SAM.gov registration"
    if not facts.uei.strip():
        way = "Register at SAM.gov now: it can take several weeks and is free."
        return _result("sam", title, Outcome.LOOK, _SAM_AUTHORITY, "No UEI entered.", today, way)
    faults = identifiers.uei_findings(facts.uei)
    if faults and faults[0].level is Level.STOP:
        return _from_format("sam", title, faults[0], today)
    return _registration(facts, today, title, doubt=faults[0].message if faults else "")


def _registration(facts: Facts, today: date, title: str, *, doubt: str) -> Result:
    as_of = facts.sam_as_of or today
    renew = "Renew at SAM.gov before the deadline: it can take several weeks and is free."
    expired = facts.sam_expires is not None and facts.sam_expires < today
    if facts.sam is SamStatus.ACTIVE and not expired:
        until = f" until {_day(facts.sam_expires)}" if facts.sam_expires else ""
        return _result("sam", title, Outcome.PASS, _SAM_AUTHORITY, f"Active{until}.", as_of)
    if facts.sam is SamStatus.EXPIRED or expired:
        since = f" since {_day(facts.sam_expires)}" if facts.sam_expires else ""
        return _result("sam", title, Outcome.FAIL, _SAM_AUTHORITY, f"Expired{since}.", as_of, renew)
    if facts.sam is SamStatus.NOT_REGISTERED:
        return _result("sam", title, Outcome.FAIL, _SAM_AUTHORITY, "Not registered.", as_of, renew)
    way = f"{doubt} A person will look.".strip()
    return _result("sam", title, Outcome.LOOK, _SAM_AUTHORITY, "Not looked up.", as_of, way)


def _exclusion(facts: Facts, rule: EligibleApplicantsRow, today: date) -> Result:
    title = "Not suspended or debarred"
    as_of = facts.exclusion_as_of or today
    ask = "An exclusion bars an award while it lasts. Ask the grants officer what it covers and when it ends."
    if facts.excluded_by_own_answer:
        answered = "You answered that you are suspended or debarred."
        return _result("exclusion", title, Outcome.FAIL, _EXCLUSION_AUTHORITY, answered, today, ask)
    if facts.exclusion is Exclusion.IDENTIFIER_MATCH:
        listed = f"Your UEI is on the exclusions list of {_day(as_of)}."
        return _result("exclusion", title, Outcome.FAIL, _EXCLUSION_AUTHORITY, listed, as_of, ask)
    if facts.exclusion is Exclusion.NAME_MATCH:
        alike = f"A name like this is on the exclusions list of {_day(as_of)}."
        way = "That is not a refusal: our staff compare address and identifier first."
        return _result("exclusion", title, Outcome.LOOK, _EXCLUSION_AUTHORITY, alike, as_of, way)
    if facts.excluded_by_own_answer is None:
        return _result("exclusion", title, Outcome.LOOK, _EXCLUSION_AUTHORITY, _UNANSWERED, today, _ANSWER)
    found = "You answered no"
    found += f"; nothing on the exclusions list of {_day(as_of)}." if facts.exclusion_as_of else "."
    return _result("exclusion", title, Outcome.PASS, _EXCLUSION_AUTHORITY, found, as_of)


def _assurance(facts: Facts, rule: EligibleApplicantsRow, today: date) -> Result:
    share = share_text(rule.assured_share)
    return _yes_or_no(
        "assurance",
        f"Assurance of at least {share} from other sources",
        answer=facts.assures_share,
        authority=_ASSURANCE_AUTHORITY,
        today=today,
        way=f"Find sources for {share} of capital and yearly operating cost before you submit; "
        "in-kind counts as the notice says.",
    )


def _board(facts: Facts, rule: EligibleApplicantsRow, today: date) -> Result:
    title = "Oversight board or a plan for one"
    if facts.has_board:
        return _result("board", title, Outcome.PASS, _BOARD_AUTHORITY, "You have one.", today)
    if facts.plans_board:
        evidence = f"You plan one within {rule.board_within_days} days."
        return _result("board", title, Outcome.PASS, _BOARD_AUTHORITY, evidence, today)
    if facts.has_board is None and facts.plans_board is None:
        return _result("board", title, Outcome.LOOK, _BOARD_AUTHORITY, _UNANSWERED, today, _ANSWER)
    way = f"Write a plan to set one up within {rule.board_within_days} days."
    return _result("board", title, Outcome.FAIL, _BOARD_AUTHORITY, "Neither a board nor a plan.", today, way)


def _ip_plan(facts: Facts, rule: EligibleApplicantsRow, today: date) -> Result:
    return _yes_or_no(
        "ip_plan",
        "Plan for intellectual property",
        answer=facts.has_ip_plan,
        authority=_IP_AUTHORITY,
        today=today,
        way="Write how rights in inventions are shared among you, your partners and your clients.",
    )


def _one_application(facts: Facts, rule: EligibleApplicantsRow, today: date) -> Result:
    title, authority = "One application per host and state", "The notice"
    if not rule.one_per_host_and_state:
        return _result("one_application", title, Outcome.PASS, authority, "Not limited.", today)
    if facts.has_another_application is None:
        return _result("one_application", title, Outcome.LOOK, authority, "Not looked up.", today, _ANSWER)
    if facts.has_another_application:
        way = "Go on with that one, or withdraw it first."
        evidence = f"You have an application for {_state(facts.chosen_state)}."
        return _result("one_application", title, Outcome.FAIL, authority, evidence, today, way)
    return _result("one_application", title, Outcome.PASS, authority, "You have no other.", today)


CHECKS: Final[tuple[Check, ...]] = (
    _kind,
    _us_based,
    _target_state,
    _location,
    _ein,
    _uei,
    _exclusion,
    _assurance,
    _board,
    _ip_plan,
    _one_application,
)


def _yes_or_no(
    rule: str,
    title: str,
    *,
    answer: bool | None,
    authority: str,
    today: date,
    way: str,
) -> Result:
    if answer is None:
        return _result(rule, title, Outcome.LOOK, authority, _UNANSWERED, today, _ANSWER)
    if answer:
        return _result(rule, title, Outcome.PASS, authority, "You answered yes.", today)
    return _result(rule, title, Outcome.FAIL, authority, "You answered no.", today, way)


def _from_format(rule: str, title: str, fault: Finding, today: date) -> Result:
    """Ask for a correction: until then nothing can be looked up, and a typo is no reason to refuse."""
    return _result(rule, title, Outcome.LOOK, fault.authority or "", fault.message, today, "Correct it.")


def _result(
    rule: str, title: str, outcome: Outcome, authority: str, evidence: str, on: date, way: str = ""
) -> Result:
    return Result(
        rule=rule,
        title=title,
        outcome=outcome,
        authority=authority,
        evidence=evidence,
        evidence_on=on,
        what_to_do=way,
    )


def _state(code: str) -> str:
    return POSTAL_CODES.get(code, code)


def _words(kind: ApplicantKind) -> str:
    return kind.replace("_", " ")


def _list(kinds: Sequence[ApplicantKind]) -> str:
    words = [_words(kind) for kind in kinds]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _day(day: date | None) -> str:
    return f"{day:%B} {day.day}, {day.year}" if day else ""
