"""A pasted list of people to invite, read line by line, each line with its own result."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_LINES = 500
LONGEST_LINE = 500
HEADING = re.compile(r"\W*(name|person|reviewer|e-?mail)\W+\w.*|\W*e-?mail\W*", re.IGNORECASE)
ADDRESS = re.compile(r"[^@\s<>,;]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z]{2,24}")
KINDS = {"federal": "federal", "f": "federal", "outside": "outside", "o": "outside", "non-federal": "outside"}


@dataclass(frozen=True)
class Invitee:
    """One line of the list: who is to be invited, or what is wrong with the line."""

    line: int
    text: str
    name: str = ""
    email: str = ""
    kind: str = "outside"
    affiliation: str = ""
    fault: str | None = None


def decoded(content: bytes) -> str:
    """Return the text of a list that was sent as a file, as spreadsheets save it."""
    for encoding in ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def read(text: str) -> tuple[Invitee, ...]:
    """Read “Name <address>, federal or outside, affiliation”, one person a line; commas or tabs part.

    The heading of a table is skipped. Signs that cannot be printed count as spaces.
    """
    seen: dict[str, int] = {}
    found: list[Invitee] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = "".join(sign if sign.isprintable() or sign == "\t" else " " for sign in raw[:LONGEST_LINE])
        if not line.strip() or (not found and HEADING.match(line) and "@" not in line):
            continue
        if len(found) > MOST_LINES:
            break
        invitee = _line(number, line.strip())
        first = seen.setdefault(invitee.email, number) if invitee.email else number
        if invitee.fault is None and first != number:
            invitee = _faulty(invitee, f"{invitee.email} stands on line {first} already.")
        found.append(invitee)
    return tuple(found)


def faults(found: tuple[Invitee, ...]) -> Iterator[str]:
    """Yield what is wrong with the list as a whole."""
    if not found:
        yield "Enter at least one person, for example “Ana Diaz <ana.diaz@agency.example>, federal”."
    if len(found) > MOST_LINES:
        yield f"The list has more than {MOST_LINES} people. Send at most {MOST_LINES} at once."


def _line(number: int, line: str) -> Invitee:
    address = ADDRESS.search(line)
    if address is None:
        return Invitee(number, line, fault="This line has no mail address.")
    if ADDRESS.search(line, address.end()):
        return Invitee(number, line, fault="This line has two mail addresses. Put each person on a line.")
    email = address.group().lower()
    before, after = line[: address.start()], line[address.end() :]
    parts = [part.strip(" <>\"'") for part in re.split(r"[,;\t]", f"{before},{after}")]
    words = [part for part in parts if part]
    kind = next((KINDS[word.lower()] for word in words if word.lower() in KINDS), None)
    rest = [word for word in words if word.lower() not in KINDS]
    if not rest:
        return Invitee(number, line, email=email, fault="This line has no name.")
    name, affiliation = rest[0][:200], ", ".join(rest[1:])[:200]
    return Invitee(number, line, name=name, email=email, kind=kind or _guess(email), affiliation=affiliation)


def _guess(email: str) -> str:
    return "federal" if email.endswith((".gov", ".mil")) else "outside"


def _faulty(invitee: Invitee, fault: str) -> Invitee:
    return Invitee(
        invitee.line, invitee.text, invitee.name, invitee.email, invitee.kind, invitee.affiliation, fault
    )
