"""From stored sheets to the scoring package and back: the ranking of a state as it stands now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from sqlmodel import Session

from grants.competitions.models import Competition
from grants.reviews.models import Phase
from grants.reviews.queries import applications as material
from grants.reviews.queries import panels, pool, scored
from grants.reviews.queries.applications import Candidate
from grants.reviews.queries.scored import Gone, Pair, StoredSheet
from grants.reviews.rules.provisional import why_provisional
from grants.reviews.services.rubric import rubric_of, rules_of
from grants.reviews.workflow import IN, PanelStatus
from scoring.account import Decision
from scoring.inputs import Conflict as Recusal
from scoring.inputs import Inputs, StateRound
from scoring.rubric import Rubric
from scoring.scoresheet import Sheet as Scored
from scoring.threshold import Ballot, Rules

Row = TypeVar("Row", Scored, Recusal)

StateRanking = Decision
"""One state's ranking with what follows exactly from the same totals."""


@dataclass(frozen=True)
class Round:
    """Everything of a competition's scores that a ranking follows from, with names for people.

    Keys: an application's number, a reviewer's seat (“R1”).
    """

    inputs: Inputs
    applications: Mapping[str, Candidate]
    """By number."""
    people: Mapping[str, str]
    """Names by seat."""
    seats: Mapping[int, str]
    """Seats by person."""
    panels: Mapping[str, PanelStatus]
    """Where the panel of each state stands that has one."""

    def why_provisional(self, decision: StateRanking) -> str | None:
        """Return why a state's ranks may still change, or None once they are what can be frozen."""
        panel = self.panels.get(decision.state)
        return why_provisional(decision.state, finalists=len(decision.finalists), panel=panel)

    @property
    def rules(self) -> Rules:
        """Return the published rules."""
        return self.inputs.rules

    @property
    def rubric(self) -> Rubric:
        """Return the published criteria."""
        return self.inputs.rubric

    @cached_property
    def _ballots(self) -> dict[str, Ballot]:
        return {ballot.state: ballot for ballot in self.inputs.ballots()}

    def ballots(self) -> dict[str, Ballot]:
        """Return each state's totals."""
        return self._ballots

    def inputs_by_state(self) -> dict[str, Inputs]:
        """Return what each state's ranking follows from, as its own decision record would hold it."""
        home = {name: one.state for name, one in self.applications.items()}
        initial, revised = (_by_state(rows, home) for rows in (self.inputs.initial, self.inputs.revised))
        conflicts = _by_state(self.inputs.conflicts, home)
        return {
            state.state: replace(
                self.inputs,
                states=(state,),
                initial=tuple(initial.get(state.state, ())),
                revised=tuple(revised.get(state.state, ())),
                conflicts=tuple(conflicts.get(state.state, ())),
                titles={
                    **{
                        name: one.organization
                        for name, one in self.applications.items()
                        if one.state == state.state
                    },
                    **self.people,
                },
            )
            for state in self.inputs.states
        }


def round_of(session: Session, competition: Competition, *, state: str | None = None) -> Round:
    """Read a competition's scores, or one state's, in a fixed number of queries."""
    up_for_review = {one.id: one for one in material.candidates(session, competition.id, state=state)}
    members, gone = scored.members_and_gone(session, competition.id)
    seats = pool.seats(members)
    people = {seats[one.person_id]: one.name for one in members if one.person_id in seats}
    sent, sheets = scored.round_rows(session, competition.id, state=state)
    chosen = [pair for pair in sent if pair.application_id in up_for_review and pair.person_id in seats]
    pairs = {(pair.application_id, pair.person_id) for pair in chosen}
    rows = [row for row in sheets if (row.application_id, row.person_id) in pairs]
    points = scored.points_of(session, competition.id, state=state)
    held = panels.statuses_of(session, competition.id)
    inputs = Inputs(
        competition=competition.number,
        rubric=rubric_of(session, competition),
        rules=rules_of(competition),
        states=_states(up_for_review, chosen, gone, seats),
        initial=tuple(_scored(rows, Phase.INITIAL, points, up_for_review, seats)),
        revised=tuple(_scored(rows, Phase.FINAL, points, up_for_review, seats)),
        conflicts=tuple(_recusals(chosen, up_for_review, seats)),
        titles={**{one.number: one.organization for one in up_for_review.values()}, **people},
    )
    return Round(inputs, {one.number: one for one in up_for_review.values()}, people, seats, held)


def state_rankings(found: Round) -> dict[str, StateRanking]:
    """Rank every state by the published method."""
    return {state: ranked(ballot, found.rules) for state, ballot in found.ballots().items()}


def ranked(ballot: Ballot, rules: Rules) -> StateRanking:
    """Rank one state."""
    return Decision(ballot, rules)


def _by_state(rows: Iterable[Row], home: Mapping[str, str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(home[row.application], []).append(row)
    return found


def _states(
    up_for_review: Mapping[int, Candidate],
    chosen: Iterable[Pair],
    left_out: Iterable[Gone],
    seats: Mapping[int, str],
) -> tuple[StateRound, ...]:
    panels_by: dict[str, dict[str, list[str]]] = {}
    for one in up_for_review.values():
        panels_by.setdefault(one.state, {})[one.number] = []
    for row in chosen:
        one = up_for_review[row.application_id]
        panels_by[one.state][one.number].append(seats[row.person_id])
    gone: dict[str, dict[str, str]] = {}
    for decision in left_out:
        if decision.person_id in seats:
            gone.setdefault(decision.state, {})[seats[decision.person_id]] = decision.reason
    return tuple(
        StateRound(
            state,
            {number: tuple(sorted(members, key=_seat_number)) for number, members in sorted(by.items())},
            gone.get(state, {}),
        )
        for state, by in sorted(panels_by.items())
    )


def _scored(
    rows: Iterable[StoredSheet],
    phase: Phase,
    points: Mapping[int, Mapping[str, Decimal | Fraction]],
    up_for_review: Mapping[int, Candidate],
    seats: Mapping[int, str],
) -> Iterable[Scored]:
    """Yield submitted sheets; a revision not submitted stands there without points, so that it is missing."""
    for row in rows:
        if row.phase is not phase or (row.status not in IN and phase is Phase.INITIAL):
            continue
        yield Scored(
            reviewer=seats[row.person_id],
            application=up_for_review[row.application_id].number,
            points=points.get(row.id, {}) if row.status in IN else {},
            version=max(row.number, 1),
        )


def _recusals(
    chosen: Iterable[Pair], up_for_review: Mapping[int, Candidate], seats: Mapping[int, str]
) -> Iterable[Recusal]:
    for pair in chosen:
        if pair.conflict is not None:
            yield Recusal(seats[pair.person_id], up_for_review[pair.application_id].number, *pair.conflict)


def _seat_number(seat: str) -> int:
    return int(seat.removeprefix("R"))
