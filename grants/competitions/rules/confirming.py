"""Which texts of a notice and of its law nobody has compared with their source yet.

A confirmation is of a text: what is confirmed is its SHA-256, so a changed text asks anew.
"""

import hashlib
import json
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace

from grants.competitions.rules import notice as n
from grants.competitions.rules.wording import lines_of
from grants.policies.codec import encode
from grants.policies.printed import values_of
from grants.policies.rule_set import RuleSet


@dataclass(frozen=True)
class OpenText:
    """One text to be confirmed; `subject` is `kind/id` of a rule, or the place of a value of the notice."""

    subject: str
    title: str
    lines: tuple[tuple[str, str], ...]
    doubt: str
    is_law: bool
    digest: str

    @property
    def text(self) -> str:
        """Return the text as it was read by whoever confirms it."""
        return "\n".join(f"{label}: {shown}" for label, shown in self.lines)


def texts_of(notice: n.Notice, rules: RuleSet | None) -> tuple[OpenText, ...]:
    """Return every text that is not known firmly: rules first, then marked values, as they stand now."""
    return (*(_rules(rules) if rules else ()), *_values(notice))


def confirmed_rules(rules: RuleSet, confirmed: Container[str]) -> RuleSet:
    """Return the rules as a competition copies them: what is confirmed has lost its caution."""
    return rules.as_law({one.subject for one in _rules(rules) if one.digest in confirmed})


def without_marks(notice: n.Notice, confirmed: Container[str]) -> n.Notice:
    """Return the notice without the marks of values that are confirmed as they stand."""
    done = {one.subject for one in _values(notice) if one.digest in confirmed}
    left = tuple(one for one in notice.confirm.unconfirmed if one.value not in done)
    return replace(notice, confirm=n.Confirmations(unconfirmed=left))


def _rules(rules: RuleSet) -> Iterator[OpenText]:
    for kind, row in rules.rows_by_kind:
        if row.doubt:
            subject = f"{kind}/{row.id}"
            lines = (("Authority", row.authority), *values_of(row, row))
            yield OpenText(subject, row.title, lines, row.doubt, True, _digest(subject, encode(row)))


def _values(notice: n.Notice) -> Iterator[OpenText]:
    for one in notice.confirm.unconfirmed:
        lines = _lines(notice, one.value)
        title = lines[0][0] if len(lines) == 1 else n.SECTIONS.get(one.value, one.value)
        yield OpenText(one.value, title, lines, one.note, False, _digest(one.value, lines))


def _lines(notice: n.Notice, place: str) -> tuple[tuple[str, str], ...]:
    """Return what stands at a place: one value, or a whole section."""
    section, _, field = place.partition(".")
    if section not in n.SECTIONS:
        return ((place, "no value of this name stands in the notice"),)
    lines = lines_of(notice, section)
    if field in lines:
        return ((lines[field].label, lines[field].shown),)
    return tuple((line.label, line.shown) for line in lines.values())


def _digest(subject: str, text: object) -> str:
    plain = json.dumps([subject, text], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()
