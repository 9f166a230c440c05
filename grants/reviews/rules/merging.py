"""Two saves of one sub-criterion: what can be put together, and what only a person can decide."""

from collections.abc import Mapping
from dataclasses import dataclass

FIELDS = ("points", "strengths", "weaknesses", "agency_comment", "change_reason")
"""What one save of a sub-criterion holds, as text; empty points are no points."""


@dataclass(frozen=True)
class Merged:
    """The outcome of a three-way comparison."""

    fields: Mapping[str, str]
    clashes: tuple[str, ...]
    """Fields that both sides changed, differently."""

    @property
    def is_clean(self) -> bool:
        """Ask whether nothing has to be decided by a person."""
        return not self.clashes


def merge(base: Mapping[str, str], stored: Mapping[str, str], offered: Mapping[str, str]) -> Merged:
    """Put two changes of the same base together, field by field; a field that both changed clashes.

    A field that clashes keeps what is stored; nothing offered is lost, because the caller still has it.
    """
    fields: dict[str, str] = {}
    clashes: list[str] = []
    for name in FIELDS:
        was, there, here = base.get(name, ""), stored.get(name, ""), offered.get(name, "")
        if here in (there, was):
            fields[name] = there
        elif there == was:
            fields[name] = here
        else:
            fields[name] = there
            clashes.append(name)
    return Merged(fields, tuple(clashes))
