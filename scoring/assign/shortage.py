"""Why one application cannot get its reviewers, counted person by person."""

from collections import Counter
from collections.abc import Iterable

from scoring.assign.problem import Candidate, Pair, Problem

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def shortage(problem: Problem, application: str, assigned: Iterable[Pair] = ()) -> str | None:
    """Return who is missing and why for one application beside what is assigned; None if enough could.

    Counts, of the people with the expertise that is asked for, who is in conflict and who is full.
    """
    wanted = next(one for one in problem.applications if one.key == application)
    topics = sorted(problem.limits.expertise)
    able = [one for one in problem.reviewers if not topics or one.expertise & set(topics)]
    load = Counter(who for name, who in assigned if name != application)
    conflicted = [one for one in able if (application, one.key) in problem.conflicts]
    full = [one for one in able if one not in conflicted and load[one.key] >= one.most]
    if len(able) - len(conflicted) - len(full) >= wanted.reviewers:
        return None
    return (
        f"{_number(wanted.reviewers)} reviewer{'s are' if wanted.reviewers > 1 else ' is'} not possible "
        f"for {application}: {_counted(able, conflicted, full, topics)}."
    )


def _counted(
    able: list[Candidate], conflicted: list[Candidate], full: list[Candidate], topics: list[str]
) -> str:
    people = f"{len(able)} with {' or '.join(topics)}" if topics else str(len(able))
    reasons = []
    if conflicted:
        reasons.append(f"{len(conflicted)} of {people} {'is' if len(conflicted) == 1 else 'are'} in conflict")
    if full:
        reasons.append(f"{len(full)} {'is' if len(full) == 1 else 'are'} at the limit of their load")
    return ", ".join(reasons) or f"there are {people}"


def _number(count: int) -> str:
    word = NUMBERS[count] if count < len(NUMBERS) else str(count)
    return word[0].upper() + word[1:]
