"""Naming the sources of match; the caller has already asked the policy."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.budgets.models import Budget, MatchKind, MatchLine
from grants.budgets.rules.match import SOURCE_ROWS, TESTS
from grants.errors import Refused, StaleVersion
from grants.findings import Finding
from grants.lifecycle.queries import lock
from grants.money import show


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is said of one source; the same for each of the years. The amount in cents."""

    row_key: str
    source: str
    kind: MatchKind
    amount: int
    evidence: str = ""
    letter_file_id: int | None = None
    tests: frozenset[str] = field(default_factory=frozenset)


def add_source(
    session: Session, budget: Budget, source: Source, *, years: Iterable[int], actor: Actor, now: datetime
) -> list[MatchLine]:
    """Name a source for one year or several; returns one line for each year."""
    chosen = sorted(set(years))
    findings = _faults(source)
    if not chosen or chosen[0] < 1 or chosen[-1] > budget.years:
        findings.append(Finding("match.years", "Choose at least one year of the budget.", field="years"))
    if findings:
        raise Refused(findings)
    lines = [_line(budget, year, source, actor, now) for year in chosen]
    session.add_all(lines)
    session.flush()
    return lines


def change_source(
    session: Session, line: MatchLine, source: Source, *, version: int, actor: Actor, now: datetime
) -> MatchLine:
    """Change one line that was read at `version`; a line that another person changed is not overwritten."""
    findings = _faults(source)
    if findings:
        raise Refused(findings)
    lock(session, line)
    if _source_of(line) == source:
        return line
    if version != line.version:
        raise StaleVersion(
            f"Somebody changed “{line.source}” while you wrote. Look at it, then change it again.",
            current={"source": line.source, "amount": show(line.amount)},
            offered={"source": source.source, "amount": show(source.amount)},
            version=line.version,
        )
    line.row_key, line.source, line.kind = source.row_key, source.source.strip(), source.kind
    line.amount, line.evidence, line.letter_file_id = source.amount, source.evidence, source.letter_file_id
    line.tests = _tests(source)
    line.updated_by_id, line.updated_at = actor.person_id, now
    line.version += 1
    session.add(line)
    session.flush()
    return line


def remove_source(session: Session, line: MatchLine, *, now: datetime) -> None:
    """Take a source out of the budget; the row stays with its instant."""
    lock(session, line)
    line.removed_at = line.removed_at or now
    session.add(line)
    session.flush()


def _line(budget: Budget, year: int, source: Source, actor: Actor, now: datetime) -> MatchLine:
    return MatchLine(
        budget_id=budget.id,
        year=year,
        row_key=source.row_key,
        source=source.source.strip(),
        kind=source.kind,
        amount=source.amount,
        evidence=source.evidence,
        letter_file_id=source.letter_file_id,
        tests=_tests(source),
        updated_by_id=actor.person_id,
        updated_at=now,
    )


def _source_of(line: MatchLine) -> Source:
    return Source(
        row_key=line.row_key,
        source=line.source,
        kind=line.kind,
        amount=line.amount,
        evidence=line.evidence,
        letter_file_id=line.letter_file_id,
        tests=frozenset(name for name, holds in line.tests.items() if holds),
    )


def _tests(source: Source) -> dict[str, bool]:
    return {name: name in source.tests for name in TESTS}


def _faults(source: Source) -> list[Finding]:
    found: list[Finding] = []
    if source.row_key not in SOURCE_ROWS:
        found.append(
            Finding("match.row", "Choose the row of the budget that this source pays into.", field="row_key")
        )
    if not source.source.strip():
        found.append(Finding("match.source", "Name the source.", field="source"))
    if source.amount <= 0:
        found.append(Finding("match.amount", "Enter an amount of more than zero.", field="amount"))
    return found
