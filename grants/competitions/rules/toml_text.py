"""The notice as TOML text and back; every fault of a file is told with its line."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from grants.competitions.rules.deadline import resolve
from grants.competitions.rules.notice import SECTIONS, Dates, Notice
from grants.competitions.rules.plain import FORMAT, Fault, decode_notice, encode
from grants.competitions.rules.wellformed import notice_faults
from grants.findings import Finding

LARGEST: Final = 1_000_000
HEADER: Final = (
    "# A competition of the center program. The README of this software explains the format.\n"
    "# Amounts are dollars per year, instants carry their offset from UTC, points are exact decimals.\n"
)


def save(notice: Notice) -> str:
    """Write a notice as TOML; `load` reads back an equal one."""
    plain = encode(notice)
    zone = ZoneInfo(notice.dates.zone)
    lines = [HEADER, f"format = {FORMAT}\n"]
    for section, heading in SECTIONS.items():
        if plain.get(section):
            lines.append(f"\n# {heading}\n[{section}]\n")
            lines.extend(_table(section, plain[section], zone))
    return "".join(lines)


def load(text: str) -> tuple[Notice | None, list[Finding]]:
    """Read a notice from TOML; None with every fault, each naming its line and its place."""
    if len(text) > LARGEST:
        return None, [_finding("too_long", "This file is longer than a notice can be.", None)]
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        return None, [_finding("not_toml", _unreadable(str(fault)), None)]
    places = dict(_places(text))
    declared = raw.pop("format", None)
    if declared != FORMAT:
        sentence = f"Write “format = {FORMAT}” at the top; here stands {declared!r}."
        return None, [_finding("format", sentence, places.get("format"))]
    unclear = _resolve_local(raw, places)
    if unclear:
        return None, unclear
    try:
        notice, faults = decode_notice(raw)
    except RecursionError:
        return None, [_finding("too_deep", "The tables of this file are nested too deep.", None)]
    if notice is None:
        return None, [_told(fault, places) for fault in faults]
    found = [_told(Fault(f.field or "", f.message), places) for f in notice_faults(notice)]
    return (None, found) if found else (notice, [])


def _resolve_local(raw: dict[str, Any], places: Mapping[str, int]) -> list[Finding]:
    """Give the dates written without an offset the offset of the file's zone; say where it has none."""
    dates = raw.get("dates")
    if not isinstance(dates, dict):
        return []
    zone = dates.get("zone", Dates().zone)
    found: list[Finding] = []
    for name in ("opens", "deadline", "questions_until"):
        value = dates.get(name)
        if isinstance(value, datetime) and value.tzinfo is None and isinstance(zone, str):
            resolved = resolve(value.date(), value.time(), zone, field=f"dates.{name}")
            dates[name] = resolved.instant
            found.extend(_told(Fault(f"dates.{name}", each.message), places) for each in resolved.findings)
    return found


def _table(path: str, table: Mapping[str, Any], zone: ZoneInfo) -> Iterator[str]:
    for name, value in table.items():
        if not _is_tables(value):
            yield f"{name} = {_written(value, zone)}\n"
    for name, value in table.items():
        if _is_tables(value):
            for row in value:
                yield f"\n[[{path}.{name}]]\n"
                yield from _table(f"{path}.{name}", row, zone)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _written(value: object, zone: ZoneInfo) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.astimezone(zone).isoformat()
        case date():
            return value.isoformat()
        case list():
            return "[\n" + "".join(f"  {_written(item, zone)},\n" for item in value) + "]"
    return _text(str(value))


def _text(value: str) -> str:
    if "\n" not in value:
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    lines = [
        json.dumps(line, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007f") for line in value.split("\n")
    ]
    return '"""\n' + "\n".join(lines) + '"""'


def _unreadable(said: str) -> str:
    """Say where the text stops being TOML; the parser's own words are for programmers."""
    place = re.search(r"\(at ([^)]+)\)", said)
    where = f" at {place[1]}" if place else ""
    return f"This is not TOML that can be read{where}. Look at the quotes, brackets and signs there."


def _told(fault: Fault, places: Mapping[str, int]) -> Finding:
    path = fault.path
    while path and path not in places:
        path = path.rpartition(".")[0] if not path.endswith("]") else path.rpartition("[")[0]
    line = places.get(path)
    return _finding("value", f"{fault.path}: {fault.message}", line)


def _finding(code: str, message: str, line: int | None) -> Finding:
    where = f"Line {line}, " if line else ""
    return Finding(f"competition.file.{code}", f"{where}{message}", field="file")


_HEADING = re.compile(r"\s*(\[\[?)\s*([\w.\-\s\"']+?)\s*\]\]?\s*(#.*)?$")
_PAIR = re.compile(r"\s*([\w\-.]+)\s*=\s*(.*)$")


def _places(text: str) -> Iterator[tuple[str, int]]:
    """Yield the path of every table and key with its line, skipping the inside of long strings."""
    counts: dict[str, int] = {}
    here, fence = "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            fence = "" if fence in line else fence
            continue
        heading = _HEADING.match(line)
        if heading:
            here = _opened(heading[2].replace(" ", ""), heading[1] == "[[", counts)
            yield here, number
            continue
        pair = _PAIR.match(line)
        if pair:
            yield (f"{here}.{pair[1]}" if here else pair[1]), number
            fence = _opens_fence(pair[2])


def _opened(name: str, is_row: bool, counts: dict[str, int]) -> str:  # noqa: FBT001  # which bracket stood there
    path = ""
    parts = name.split(".")
    for at, part in enumerate(parts):
        path = f"{path}.{part}" if path else part
        if at == len(parts) - 1 and is_row:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path


def _opens_fence(value: str) -> str:
    for fence in ('"""', "'''"):
        if value.startswith(fence) and fence not in value[3:]:
            return fence
    return ""
