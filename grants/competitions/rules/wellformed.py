"""Whether the values of a section may be stored at all.

An incomplete draft is well formed; a state that stands twice is not.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any, Final, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grants.competitions.rules import notice as n
from grants.competitions.rules.places import STATES, state_name
from grants.competitions.rules.plain import hints_of, split
from grants.findings import Finding

DEEPEST: Final = 3
MOST_ROWS: Final = 200


def faults_of(content: n.SectionContent) -> list[Finding]:
    """Return everything that keeps a section from being stored; `field` is the place within the section."""
    found = list(_by_metadata(content, ""))
    check = _CHECKS.get(type(content))
    return [*found, *(check(content) if check else ())]


def notice_faults(notice: n.Notice) -> list[Finding]:
    """Return the faults of every section, each with its section in front of the place."""
    return [
        Finding(fault.code, fault.message, field=f"{name}.{fault.field}", authority=fault.authority)
        for name in n.SECTIONS
        for fault in faults_of(n.section_of(notice, name))
    ]


def _by_metadata(content: Any, path: str) -> Iterator[Finding]:
    kind: type = type(content)
    hints = hints_of(kind)
    for item in fields(content):
        where = f"{path}.{item.name}" if path else item.name
        yield from _value(hints[item.name], getattr(content, item.name), where)


def _value(hint: Any, value: Any, where: str) -> Iterator[Finding]:
    bare, metadata, _ = split(hint)
    if value is None:
        return
    if get_origin(bare) is tuple:
        if len(value) > MOST_ROWS:
            yield _fault("rows", f"At most {MOST_ROWS} rows stand here; there are {len(value)}.", where)
        for at, one in enumerate(value, start=1):
            yield from _value(get_args(bare)[0], one, f"{where}[{at}]")
    elif is_dataclass(value):
        yield from _by_metadata(value, where)
    else:
        for rule in metadata:
            sentence = _broken(rule, value)
            if sentence:
                yield _fault(type(rule).__name__.lower(), sentence, where)


def _broken(rule: object, value: Any) -> str | None:
    match rule:
        case n.Longest(characters) if len(value) > characters:
            return f"Use at most {characters:,} characters; there are {len(value):,}."
        case n.Years(low, high) if not low <= value <= high:
            return f"Enter a year from {low} to {high}; {value} is outside."
        case n.Between(low, high) if not low <= value <= high:
            return f"Enter a number from {low:,} to {high:,}; {value} is outside."
        case n.Between() if isinstance(value, Decimal) and value.scaleb(3) % 1:
            return f"Points have at most three decimals; {value} has more."
        case n.Cents(largest) if not 0 < value <= largest:
            return f"Enter an amount above 0 and at most ${largest // 100:,}."
        case n.Pattern(regex, sentence) if not re.fullmatch(regex, value):
            return sentence
    return None


def _states(content: n.States) -> Iterator[Finding]:
    times = Counter(row.code for row in content.state)
    for at, row in enumerate(content.state, start=1):
        if row.code not in STATES:
            sentence = f"“{row.code}” is none of the 50 states or PR. Choose one of the list."
            yield _fault("state_unknown", sentence, f"state[{at}].code")
        elif times[row.code] > 1 and row.code in [other.code for other in content.state[: at - 1]]:
            sentence = f"{state_name(row.code)} stands here twice. Keep one row and remove the other."
            yield _fault("state_twice", sentence, f"state[{at}].code")


def _dates(content: n.Dates) -> Iterator[Finding]:
    try:
        ZoneInfo(content.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        sentence = f"“{content.zone[:40]}” is no time zone. Choose one of the list, such as America/New_York."
        yield _fault("zone_unknown", sentence, "zone")
    for name in ("opens", "deadline", "questions_until"):
        value = getattr(content, name)
        if value is not None and value.tzinfo is None:
            yield _fault("no_zone", "This instant has no offset from UTC.", name)


def _criteria(content: n.Criteria) -> Iterator[Finding]:
    if content.total == 0:
        yield _fault("total_zero", "The total is 0. Enter the total of the notice, for example 100.", "total")
    yield from _twice([one.key for one in n.walk(content.criterion)], "criterion", "criteria")
    yield from _depth(content.criterion, 1)
    for one in n.walk(content.criterion):
        if not one.title.strip():
            yield _fault("no_title", f"The criterion “{one.key}” has no title. Enter one.", one.key)
        for band in one.band:
            if band.low > band.high:
                sentence = f"A band of “{one.title}” goes from {band.low} down to {band.high}. Turn it round."
                yield _fault("band_reversed", sentence, one.key)


def _depth(criteria: tuple[n.CriterionPlan, ...], level: int) -> Iterator[Finding]:
    for one in criteria:
        if level > DEEPEST:
            sentence = f"“{one.title}” stands {level} levels deep. Criteria have at most {DEEPEST} levels."
            yield _fault("too_deep", sentence, one.key)
        yield from _depth(one.criterion, level + 1)


def _documents(content: n.Documents) -> Iterator[Finding]:
    yield from _twice([one.key for one in content.document], "document", "documents")
    for at, one in enumerate(content.document, start=1):
        if not one.title.strip():
            yield _fault("no_title", "This document has no title. Enter one.", f"document[{at}].title")


def _factors(content: n.Factors) -> Iterator[Finding]:
    for at, text in enumerate(content.factor, start=1):
        if not text.strip():
            yield _fault("empty", "This factor is empty. Enter it or remove the row.", f"factor[{at}]")


def _twice(keys: list[str], field: str, many: str) -> Iterator[Finding]:
    for key, times in Counter(keys).items():
        if times > 1:
            yield _fault("key_twice", f"The key “{key}” stands for {times} {many}. Give each its own.", field)


def _fault(code: str, message: str, field: str) -> Finding:
    return Finding(f"competition.{code}", message, field=field)


_CHECKS: Final[dict[type, Callable[[Any], Iterator[Finding]]]] = {
    n.States: _states,
    n.Dates: _dates,
    n.Criteria: _criteria,
    n.Documents: _documents,
    n.Factors: _factors,
}
