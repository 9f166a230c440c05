"""Merging the words of a letter with the values of the record. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from grants.access.actor import Actor
from grants.findings import Finding

_FIELD = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True)
class LetterField:
    """One value that a letter may say; `sample` stands for it where no case is chosen."""

    name: str
    what: str
    sample: str


COMMON: Final = (
    LetterField("date", "Date of the letter", "February 25, 2015"),
    LetterField("organization", "Organization", "Front Range Manufacturing Alliance"),
    LetterField("address", "Address of the organization", "100 Example Street, Denver, CO 80202"),
    LetterField("representative", "Authorized representative", "Dana Hale"),
    LetterField("state", "State", "Colorado"),
    LetterField("contact", "Contact with phone and hours", "R. Ortiz, 301-555-0100"),
)
"""The fields that every letter has."""


@dataclass(frozen=True)
class LetterKind:
    """One kind of letter: its fields and the words it begins with."""

    kind: str
    title: str
    fields: tuple[LetterField, ...]
    body: str
    mail_subject: str

    def sample(self) -> dict[str, str]:
        """Return a sample value for every field."""
        return {field.name: field.sample for field in self.fields}


@dataclass(frozen=True)
class LetterCase:
    """A real case with which the words of a letter can be looked at: its name in URLs and on the page."""

    key: str
    label: str


class CaseSource(Protocol):
    """Where the real cases of a kind of letter come from, before any letter is drafted."""

    def cases(self, session: Any, actor: Actor) -> list[LetterCase]:
        """List the cases that the actor may see, the newest first."""

    def case(
        self, session: Any, actor: Actor, key: str, now: datetime
    ) -> tuple[Any, Mapping[str, str]] | None:
        """Return a case's record and what its letter would say; None where the actor may not see it."""


def field_names(body: str) -> list[str]:
    """Return the names between braces, each once, in the order of the text."""
    return list(dict.fromkeys(name.strip() for name in _FIELD.findall(body)))


def template_faults(body: str, mail_subject: str, fields: Iterable[LetterField]) -> list[Finding]:
    """Return a finding for each unknown field and for braces that do not close."""
    known = {field.name for field in fields}
    findings = [
        Finding(
            "unknown_field",
            f"There is no field called “{name[:60]}”. Choose one from the list.",
            field="body",
        )
        for name in field_names(body)
        if name not in known
    ]
    findings.extend(
        Finding(
            "unknown_field",
            f"There is no field called “{name[:60]}”. Choose one from the list.",
            field="mail_subject",
        )
        for name in field_names(mail_subject)
        if name not in known
    )
    rest = _FIELD.sub("", body)
    if "{" in rest or "}" in rest:
        findings.append(Finding("brace", "A brace { or } stands alone. Close it or remove it.", field="body"))
    return findings


def merge(body: str, values: Mapping[str, str]) -> str:
    """Put the values into the text; a field without a value raises KeyError, so that no letter has a gap."""
    return _FIELD.sub(lambda found: values[found.group(1).strip()], body)
