"""What differs between two notices, value by value and in words; and three texts merged into one section."""

from dataclasses import dataclass, fields, replace

from grants.competitions.rules.notice import SECTIONS, Notice, SectionContent
from grants.competitions.rules.wording import NOTHING, Line, lines_of


@dataclass(frozen=True)
class Change:
    """One value that differs, as it is read before and after."""

    section: str
    field: str
    label: str
    before: str
    after: str

    def to_json(self) -> dict[str, str]:
        """Return plain data for an amendment's row."""
        return {
            "section": self.section,
            "field": self.field,
            "label": self.label,
            "before": self.before,
            "after": self.after,
        }


def section_changes(before: Notice, after: Notice, section: str) -> list[Change]:
    """List the values of one section that differ, in the order of the later notice."""
    old, new = lines_of(before, section), lines_of(after, section)
    places = [*new, *(place for place in old if place not in new)]
    changes = []
    for place in places:
        was, is_now = old.get(place), new.get(place)
        if _shown(was) != _shown(is_now):
            label = (is_now or was or Line(place, "")).label
            changes.append(Change(section, place, label, _shown(was), _shown(is_now)))
    return changes


def changes_between(before: Notice, after: Notice) -> list[Change]:
    """List every value that differs, by sections in the order of the set-up."""
    return [change for section in SECTIONS for change in section_changes(before, after, section)]


def summary_of(changes: list[Change]) -> str:
    """Say in a few words what differs: “number, title”, “6 values”, “-” for nothing."""
    if not changes:
        return "–"
    labels = [change.label[0].lower() + change.label[1:] for change in changes]
    few = 2
    if len(labels) <= few and sum(map(len, labels)) <= 60:  # noqa: PLR2004  # fits the cell of the table
        return ", ".join(labels)
    return f"{len(labels)} {'value' if len(labels) == 1 else 'values'}"


def merged(base: SectionContent, current: SectionContent, offered: SectionContent) -> SectionContent | None:
    """Put two changes of one section together; None where both changed the same value differently."""
    values: dict[str, object] = {}
    for item in fields(current):
        was, theirs, ours = (getattr(one, item.name) for one in (base, current, offered))
        if ours in (theirs, was):
            values[item.name] = theirs
        elif theirs == was:
            values[item.name] = ours
        else:
            return None
    return replace(current, **values)  # type: ignore[arg-type]  # values of the same fields


def _shown(line: Line | None) -> str:
    return NOTHING if line is None else line.shown
