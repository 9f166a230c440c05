"""Why each reviewer was proposed and why the others were not, in sentences for the assignment board."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scoring.assign.problem import FULL_FIT, Candidate, Pair, Problem
from scoring.assign.propose import Assignment


@dataclass(frozen=True, slots=True)
class Reason:
    """One pair with the reason that it is or is not assigned."""

    application: str
    reviewer: str
    assigned: bool
    message: str


@dataclass(frozen=True, slots=True)
class _Standing:
    """An assignment with who has what, counted once."""

    problem: Problem
    chosen: Mapping[str, tuple[str, ...]]
    load: Mapping[str, int]

    def of(self, application: str) -> tuple[str, ...]:
        return self.chosen.get(application, ())


def reasons(problem: Problem, assignment: Assignment, application: str) -> tuple[Reason, ...]:
    """Return the reason for every reviewer of one application: the assigned first, then by fit."""
    standing = _standing(problem, assignment.pairs)
    chosen = standing.of(application)
    people = sorted(
        problem.reviewers,
        key=lambda one: (one.key not in chosen, -problem.fit.get((application, one.key), 0), one.key),
    )
    return tuple(
        Reason(application, one.key, one.key in chosen, _sentence(standing, application, one))
        for one in people
    )


def reasons_of_assigned(problem: Problem, assignment: Assignment) -> dict[Pair, str]:
    """Return the reason of every assigned pair."""
    standing = _standing(problem, assignment.pairs)
    people = {one.key: one for one in problem.reviewers}
    return {(name, who): _why(standing, name, people[who]) for name, who in assignment.pairs}


def _standing(problem: Problem, pairs: Iterable[Pair]) -> _Standing:
    chosen: dict[str, list[str]] = {}
    for name, who in pairs:
        chosen.setdefault(name, []).append(who)
    load = Counter(who for people in chosen.values() for who in people)
    return _Standing(problem, {name: tuple(people) for name, people in chosen.items()}, load)


def _sentence(standing: _Standing, application: str, person: Candidate) -> str:
    if person.key in standing.of(application):
        return _why(standing, application, person)
    return _why_not(standing, application, person)


def _why(standing: _Standing, application: str, person: Candidate) -> str:
    problem = standing.problem
    fit = problem.fit.get((application, person.key), 0)
    if (application, person.key) in problem.kept:
        return f"Locked by staff; fit {_shown(fit)}."
    permitted = [one for one in problem.reviewers if (application, one.key) not in problem.conflicts]
    better = [one for one in permitted if problem.fit.get((application, one.key), 0) > fit]
    words = f"{_ordinal(len(better) + 1)} fit of {len(permitted)} permitted ({_shown(fit)})"
    chosen = standing.of(application)
    passed = [one for one in better if one.key not in chosen]
    if passed:
        words += f"; {_passed_over(standing, passed)}"
    return words + _mix(problem, application, person) + "."


MOST_NAMED = 4


def _passed_over(standing: _Standing, passed: list[Candidate]) -> str:
    full = [one.key for one in passed if standing.load.get(one.key, 0) >= one.most]
    rest = len(passed) - len(full)
    words = []
    if full:
        named = ", ".join(full) if len(full) <= MOST_NAMED else f"{len(full)} others"
        words.append(f"{named} fit better but {'is' if len(full) == 1 else 'are'} full")
    if rest:
        words.append(f"{rest} with a better fit serve{'s' if rest == 1 else ''} the whole better elsewhere")
    return "; ".join(words)


def _mix(problem: Problem, application: str, person: Candidate) -> str:
    limits = problem.limits
    brings = sorted(person.expertise & limits.expertise.keys())
    if limits.federal_least and person.federal:
        brings.append("a federal reviewer")
    if limits.outside_least and not person.federal:
        brings.append("an outside reviewer")
    return f"; brings {', '.join(brings)}" if brings else ""


def _why_not(standing: _Standing, application: str, person: Candidate) -> str:
    problem = standing.problem
    pair: Pair = (application, person.key)
    if pair in problem.conflicts:
        return f"Conflict: {problem.conflicts[pair]}."
    load = standing.load.get(person.key, 0)
    fit = problem.fit.get(pair, 0)
    if load >= person.most:
        return f"Full: {load} of {person.most}; fit {_shown(fit)}."
    beside = _from_same_organization(standing, application, person)
    if beside:
        return f"{beside} of the same organization is assigned; fit {_shown(fit)}."
    if problem.limits.same_panel and (state_wide := _barred_in_state(problem, application, person)):
        return f"Cannot serve the whole state: conflict with {state_wide}."
    weakest = min((problem.fit.get((application, who), 0) for who in standing.of(application)), default=0)
    if fit <= weakest:
        return f"Fit {_shown(fit)} is not above that of anyone assigned."
    return f"Fit {_shown(fit)}, but the whole is better served without; load {load} of {person.most}."


def _from_same_organization(standing: _Standing, application: str, person: Candidate) -> str:
    limit, own = standing.problem.limits.per_organization, person.organization
    if limit is None or not own:
        return ""
    chosen = standing.of(application)
    there = [one.key for one in standing.problem.reviewers if one.key in chosen and one.organization == own]
    return ", ".join(there) if len(there) >= limit else ""


def _barred_in_state(problem: Problem, application: str, person: Candidate) -> str:
    state = next(one.state for one in problem.applications if one.key == application)
    barred = [
        one.key
        for one in problem.applications
        if one.state == state and (one.key, person.key) in problem.conflicts
    ]
    return ", ".join(barred)


def _ordinal(number: int) -> str:
    if number == 1:
        return "Best"
    last = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")  # noqa: PLR2004
    return f"{number}{last} best"


def _shown(fit: int) -> str:
    return f"{fit / FULL_FIT:.2f}"
