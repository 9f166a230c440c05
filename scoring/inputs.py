"""Everything a decision follows from: criteria, rules, panels, sheets with versions, conflicts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from scoring.rubric import Rubric
from scoring.scoresheet import Absent, Sheet, total
from scoring.threshold import Ballot, Rules


class Stage(StrEnum):
    """Before or after the panel call."""

    INITIAL = "initial"
    REVISED = "revised"


@dataclass(frozen=True, slots=True)
class StateRound:
    """One state: who was assigned to which application, and who was left out for all finalists."""

    state: str
    panels: Mapping[str, tuple[str, ...]]
    """Application, then the reviewers assigned to it, whether or not their sheets are in."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Reviewer, then the recorded reason."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A conflict of one reviewer with one application, as it was decided."""

    reviewer: str
    application: str
    kind: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of one competition's ranking; nothing else may influence it."""

    competition: str
    rubric: Rubric
    rules: Rules
    states: tuple[StateRound, ...]
    initial: tuple[Sheet, ...]
    revised: tuple[Sheet, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    seed: int = 0
    """Of the bootstrap intervals; everything else is exact."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Names of applications and reviewers for people to read; keys decide."""

    def sheets(self, stage: Stage) -> tuple[Sheet, ...]:
        """Return the sheets of one stage."""
        return self.initial if stage is Stage.INITIAL else self.revised

    def ballots(self) -> tuple[Ballot, ...]:
        """Return each state's totals; raises `Refused` for points out of bounds.

        An assigned reviewer without a sheet is missing; one with a conflict is recused.
        """
        initial, revised = (self._totals(stage) for stage in Stage)
        recused = {(one.application, one.reviewer) for one in self.conflicts}
        return tuple(
            Ballot(
                state.state,
                {
                    name: {who: _of(initial, name, who, recused) for who in panel}
                    for name, panel in state.panels.items()
                },
                {
                    name: {
                        who: _of(revised, name, who, recused)
                        for who in panel
                        if (name, who) in revised and (name, who) not in recused
                    }
                    for name, panel in state.panels.items()
                },
                state.left_out,
            )
            for state in self.states
        )

    def final_sheets(self, state: StateRound) -> dict[str, dict[str, Sheet]]:
        """Return the sheets that rank: application, then reviewer; revised before initial.

        Without reviewers who are left out, in conflict or recused, and without sheets nobody assigned.
        """
        barred = {(one.application, one.reviewer) for one in self.conflicts}
        latest = {(one.application, one.reviewer): one for one in (*self.initial, *self.revised)}
        return {
            name: {
                who: sheet
                for who in sorted(panel)
                if who not in state.left_out
                and (name, who) not in barred
                and (sheet := latest.get((name, who))) is not None
                and not sheet.recused
            }
            for name, panel in state.panels.items()
        }

    def _totals(self, stage: Stage) -> dict[tuple[str, str], Fraction | Absent]:
        return {(one.application, one.reviewer): total(self.rubric, one) for one in self.sheets(stage)}


def _of(
    totals: Mapping[tuple[str, str], Fraction | Absent],
    application: str,
    reviewer: str,
    recused: set[tuple[str, str]],
) -> Fraction | Absent:
    if (application, reviewer) in recused:
        return Absent.RECUSED
    return totals.get((application, reviewer), Absent.MISSING)
