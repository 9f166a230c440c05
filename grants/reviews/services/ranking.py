"""From stored sheets to the scoring package and back: the ranking of a state as it stands now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session

from grants.competitions.models import Competition
from grants.reviews.models import Assignment, Conflict, LeftOut, Phase, Score, Sheet
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, conflicts, panels, pool
from grants.reviews.queries import sheets as stored
from grants.reviews.queries.applications import Candidate
from grants.reviews.services.rubric import rubric_of, rules_of
from grants.reviews.workflow import IN
from scoring.agree import FIELD_NORM
from scoring.inputs import Conflict as Recusal
from scoring.inputs import Inputs, StateRound
from scoring.leave_out import LeftOut as WhatIf
from scoring.leave_out import without_each_finalist, without_each_reviewer
from scoring.rank import OtherTieRule, Ranking, other_tie_rules, rank
from scoring.rubric import Rubric
from scoring.scoresheet import Entry
from scoring.scoresheet import Sheet as Scored
from scoring.sentences import agreement_sentences, interval_sentences, of_state, severity_sentences
from scoring.statistics import statistics
from scoring.threshold import Ballot, Rules, Status


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

    @property
    def rules(self) -> Rules:
        """Return the published rules."""
        return self.inputs.rules

    @property
    def rubric(self) -> Rubric:
        """Return the published criteria."""
        return self.inputs.rubric

    def ballots(self) -> dict[str, Ballot]:
        """Return each state's totals."""
        return {ballot.state: ballot for ballot in self.inputs.ballots()}


@dataclass(frozen=True)
class StateRanking:
    """One state's ranking with what stands beside it, folded."""

    state: str
    ballot: Ballot
    ranking: Ranking
    other_rules: tuple[OtherTieRule, ...]
    without_reviewer: tuple[WhatIf, ...]
    without_finalist: tuple[WhatIf, ...]

    @property
    def finalists(self) -> tuple[str, ...]:
        """Return the finalists' numbers."""
        return tuple(one.application for one in self.ranking.standings if one.status is Status.FINALIST)

    @property
    def strengths(self) -> dict[str, tuple[int, int]]:
        """Return the best and worst place of each finalist with any one reviewer left out."""
        found: dict[str, tuple[int, int]] = {}
        for place in self.ranking.places:
            others = [what.ranking.place_of(place.application) for what in self.without_reviewer]
            places = [place.place, *(one.place for one in others if one is not None)]
            found[place.application] = (min(places), max(places))
        return found


def round_of(session: Session, competition: Competition, *, state: str | None = None) -> Round:
    """Read a competition's scores, or one state's, in a fixed number of queries."""
    up_for_review = {one.id: one for one in material.candidates(session, competition.id, state=state)}
    members = pool.members_of(session, competition.id)
    seats = pool.seats(members)
    people = {seats[one.person_id]: one.name for one in members if one.person_id in seats}
    chosen = [
        row
        for row in assignments.active_assignments(session, competition.id, state=state)
        if row.application_id in up_for_review and row.sent_at is not None and row.person_id in seats
    ]
    pairs = {(row.application_id, row.person_id) for row in chosen}
    rows = [
        row
        for row in stored.sheets_of(session, competition.id, state=state)
        if (row.application_id, row.person_id) in pairs
    ]
    scores = stored.scores_of_many(session, [row.id for row in rows])
    barring = [
        row
        for (person_id, application_id), row in conflicts.barring_pairs(session, competition.id).items()
        if (application_id, person_id) in pairs
    ]
    inputs = Inputs(
        competition=competition.number,
        rubric=rubric_of(session, competition),
        rules=rules_of(competition),
        states=_states(up_for_review, chosen, panels.left_out_of(session, competition.id), seats),
        initial=tuple(_scored(rows, Phase.INITIAL, scores, up_for_review, seats)),
        revised=tuple(_scored(rows, Phase.FINAL, scores, up_for_review, seats)),
        conflicts=tuple(_recusals(barring, up_for_review, seats)),
        titles={**{one.number: one.organization for one in up_for_review.values()}, **people},
    )
    return Round(inputs, {one.number: one for one in up_for_review.values()}, people, seats)


def state_rankings(found: Round) -> dict[str, StateRanking]:
    """Rank every state by the published method, with what another rule or a reviewer less would change."""
    return {state: ranked(ballot, found.rules) for state, ballot in found.ballots().items()}


def ranked(ballot: Ballot, rules: Rules) -> StateRanking:
    """Rank one state."""
    return StateRanking(
        state=ballot.state,
        ballot=ballot,
        ranking=rank(ballot, rules),
        other_rules=other_tie_rules(ballot, rules),
        without_reviewer=without_each_reviewer(ballot, rules),
        without_finalist=without_each_finalist(ballot, rules),
    )


@dataclass(frozen=True)
class Beside:
    """What stands folded beside a rank, in sentences; none of it changes the rank."""

    pairs: tuple[str, ...]
    """Each pair of neighbours: the gap, where it comes from, whether it is beyond the disagreement."""
    weights: tuple[str, ...]
    intervals: tuple[str, ...]
    agreement: tuple[str, ...]
    severity: tuple[str, ...]
    samples: int
    seed: int


def beside(found: Round, state: str) -> Beside | None:
    """Return the statistics of a state in sentences; None where nothing is ranked yet."""
    if not found.inputs.initial:
        return None
    computed = statistics(found.inputs)
    one = computed.states[state]
    every, intervals = list(of_state(one)), tuple(interval_sentences(one.intervals))
    pairs = tuple(gap.message for gap in one.gaps)
    severity = tuple(severity_sentences(one.calibration))
    return Beside(
        pairs=pairs,
        weights=tuple(words for words in every if words not in pairs and words not in intervals),
        intervals=intervals,
        agreement=(
            *(f"Before the call: {words}" for words in agreement_sentences(computed.before)),
            *(f"As ranked: {words}" for words in agreement_sentences(computed.after)),
            FIELD_NORM,
        ),
        severity=severity,
        samples=computed.samples,
        seed=computed.seed,
    )


def _states(
    up_for_review: Mapping[int, Candidate],
    chosen: Iterable[Assignment],
    left_out: Iterable[LeftOut],
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
    rows: Iterable[Sheet],
    phase: Phase,
    scores: Mapping[int, Mapping[str, Score]],
    up_for_review: Mapping[int, Candidate],
    seats: Mapping[int, str],
) -> Iterable[Scored]:
    """Yield submitted sheets; a revision not submitted stands there without points, so that it is missing."""
    for row in rows:
        if row.phase is not phase or (row.status not in IN and phase is Phase.INITIAL):
            continue
        entries: dict[str, Entry] = {}
        if row.status in IN:
            entries = {
                key: Decimal(score.points)
                for key, score in scores.get(row.id, {}).items()
                if score.points is not None
            }
        yield Scored(
            reviewer=seats[row.person_id],
            application=up_for_review[row.application_id].number,
            points=entries,
            version=max(row.number, 1),
        )


def _recusals(
    rows: Iterable[Conflict], up_for_review: Mapping[int, Candidate], seats: Mapping[int, str]
) -> Iterable[Recusal]:
    for row in rows:
        yield Recusal(seats[row.person_id], up_for_review[row.application_id].number, row.kind, row.reason)


def _seat_number(seat: str) -> int:
    return int(seat.removeprefix("R"))
