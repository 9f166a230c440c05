"""What an amendment of a published notice may change, and its text for Grants.gov."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from grants.competitions.rules import notice as n
from grants.competitions.rules.differences import Change
from grants.competitions.rules.places import state_name
from grants.competitions.rules.publication import PublicationFacts, publication_findings
from grants.competitions.rules.wording import show_instant
from grants.findings import Finding, Level, stops

AMENDABLE: Final = tuple(section for section in n.SECTIONS if section != "confirm")
AFTER_DEADLINE: Final = ("award", "contact")
"""Sections that may still change once applications are in; everything else would change the contest."""


@dataclass(frozen=True)
class Proposal:
    """A notice before and after, with what differs and what its publication would be judged by."""

    before: n.Notice
    changes: Sequence[Change]
    why: str
    facts: PublicationFacts

    @property
    def after(self) -> n.Notice:
        """Return the notice as it would stand."""
        return self.facts.notice


def amendment_findings(proposal: Proposal, now: datetime) -> list[Finding]:
    """Return everything that keeps the amendment from being published, and what is worth a look."""
    if not proposal.changes:
        return [_stop("nothing", "Nothing is changed yet. Choose a section and change it.", "changes")]
    return [
        *_reason(proposal),
        *_fixed(proposal),
        *_after_deadline(proposal, now),
        *_deadline(proposal, now),
        *stops(publication_findings(None, proposal.facts, now)),
    ]


def grants_gov_text(number: int, proposal: Proposal) -> str:
    """Write the text to paste into the modification on Grants.gov."""
    lines = [f"Amendment {number} to {proposal.before.identity.number}: {proposal.before.identity.title}", ""]
    for change in proposal.changes:
        lines += [change.label, f"  Before: {change.before}", f"  After: {change.after}", ""]
    lines.append(f"Reason: {proposal.why or 'not written yet'}")
    return "\n".join(lines)


def _reason(proposal: Proposal) -> Iterator[Finding]:
    if not proposal.why.strip():
        yield _stop("why", "Say why the notice is changed; applicants read it.", "why")


def _fixed(proposal: Proposal) -> Iterator[Finding]:
    before, after = proposal.before, proposal.after
    if after.identity.number != before.identity.number:
        yield _stop("number", "The opportunity number of a published notice stays.", "identity")
    gone = {row.code for row in before.states.state} - {row.code for row in after.states.state}
    for code in sorted(gone):
        sentence = f"{state_name(code)} cannot be taken out: applicants may be at work there."
        yield _stop("state_gone", sentence, "states")
    kept = {one.key for one in n.walk(after.criteria.criterion)}
    for one in n.walk(before.criteria.criterion):
        if one.key not in kept:
            sentence = f"“{one.title}” cannot be taken out: applicants may have written to it already."
            yield _stop("criterion_gone", sentence, "criteria")


def _after_deadline(proposal: Proposal, now: datetime) -> Iterator[Finding]:
    deadline = proposal.before.dates.deadline
    if deadline is None or now <= deadline:
        return
    for section in dict.fromkeys(change.section for change in proposal.changes):
        if section not in AFTER_DEADLINE:
            yield _stop(
                "after_deadline",
                f"The deadline was {show_instant(deadline, proposal.before.dates.zone, seconds=True)}. "
                f"“{n.SECTIONS[section]}” can no longer be changed.",
                section,
            )


def _deadline(proposal: Proposal, now: datetime) -> Iterator[Finding]:
    before, after = proposal.before.dates.deadline, proposal.after.dates.deadline
    if before is None or after is None or before == after or before < now:
        return
    if after <= now:
        yield _stop("deadline_past", "The new deadline is over already. Choose a later one.", "dates")
    elif after < before:
        yield Finding(
            "competition.amendment.earlier",
            "The deadline moves to an earlier instant: applicants lose time they were promised.",
            field="dates",
            level=Level.WARN,
        )


def _stop(code: str, message: str, field: str) -> Finding:
    return Finding(f"competition.amendment.{code}", message, field=field)
