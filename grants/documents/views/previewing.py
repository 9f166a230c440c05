"""The case with which the words of a letter are looked at: one of the record, or the sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlmodel import Session

from grants.access.actor import Actor
from grants.documents.queries import letter_by_uid, letters_of_kind
from grants.documents.rules import CaseSource, LetterCase, LetterKind

OF_LETTER, OF_RECORD = "letter:", "case:"


@dataclass(frozen=True)
class Case:
    """What a preview says and the record it says it of, if it is a real one."""

    label: str
    values: Mapping[str, str]
    subject: Any = None


def cases_of(session: Session, kind: LetterKind, actor: Actor) -> list[LetterCase]:
    """List what a preview can be made with: cases of the record, then letters that exist."""
    source = _source(kind)
    found = source.cases(session, actor) if source else []
    letters = letters_of_kind(session, kind.kind, without=actor.barred)
    return [
        *(LetterCase(OF_RECORD + case.key, case.label) for case in found),
        *(LetterCase(OF_LETTER + row.uid, f"Letter {row.number}, {row.snapshot['to']}") for row in letters),
    ]


def case_of(session: Session, kind: LetterKind, key: str, actor: Actor, now: datetime) -> Case:
    """Return a case by its key; the sample where there is none, or none that the actor may see.

    A field that a letter of long ago did not have is shown with its sample.
    """
    sample, source = kind.sample(), _source(kind)
    if key.startswith(OF_LETTER):
        letter = letter_by_uid(session, key.removeprefix(OF_LETTER))
        if letter is not None and letter.kind == kind.kind and letter.application_id not in actor.barred:
            return Case(f"Letter {letter.number}", {**sample, **letter.snapshot["values"]}, letter)
    if key.startswith(OF_RECORD) and source is not None:
        found = source.case(session, actor, key.removeprefix(OF_RECORD), now)
        if found is not None:
            record, values = found
            return Case(values.get("organization", ""), {**sample, **values}, record)
    return Case("the sample values", sample)


def _source(kind: LetterKind) -> CaseSource | None:
    sources: dict[str, CaseSource] = current_app.extensions["grants.letter_cases"]
    return sources.get(kind.kind)
