"""Rules of an assignment that staff may break with a reason, told before a reviewer is added."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from grants.findings import Finding, Level
from grants.words import at_instant


@dataclass(frozen=True)
class Colleague:
    """A reviewer as these rules see one."""

    name: str
    organization: str = ""
    available: bool = True
    declared_until: datetime | None = None


def broken(
    who: Colleague,
    beside: Collection[Colleague],
    *,
    state: str,
    panels: Mapping[str, Collection[str]],
    required: bool,
    now: datetime,
    zone: str,
) -> list[Finding]:
    """Return the rules that adding `who` to the reviewers `beside` would break.

    `panels` are the reviewers of the state's other applications that have enough, by number; `required`
    says that the published ranking method needs one panel for the state.
    """
    return [
        *_panel(who, state, panels, required=required),
        *_organization(who, beside),
        *_person(who, now, zone),
    ]


def _panel(
    who: Colleague, state: str, panels: Mapping[str, Collection[str]], *, required: bool
) -> Iterator[Finding]:
    without = [number for number, names in panels.items() if who.name not in names]
    if without:
        needs = "The published rank sum needs" if required else "It is better to have"
        yield Finding(
            "breaks-panel",
            f"{who.name} does not review {_listed(without)}. {needs} the same reviewers for all of {state}.",
            authority="Published ranking method" if required else None,
            level=Level.WARN,
        )


def _organization(who: Colleague, beside: Collection[Colleague]) -> Iterator[Finding]:
    same = [one.name for one in beside if who.organization and one.organization == who.organization]
    if same:
        yield Finding(
            "breaks-organization",
            f"{_listed(same)} is of the same organization as {who.name}.",
            level=Level.WARN,
        )


def _person(who: Colleague, now: datetime, zone: str) -> Iterator[Finding]:
    if not who.available:
        yield Finding("breaks-available", f"{who.name} takes no new reviews now.", level=Level.WARN)
    if who.declared_until is not None and who.declared_until < now:
        ended = at_instant(who.declared_until, zone)
        yield Finding(
            "breaks-declaration",
            f"{who.name}'s declaration of interests ended on {ended}.",
            level=Level.WARN,
        )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
