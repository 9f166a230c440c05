"""All that stands beside a ranking for information, computed from the inputs of the decision alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scoring.agree import Estimate, Form, Level, intraclass, kendall, krippendorff, too_few_to_tell
from scoring.calibrate import Calibration, calibrate
from scoring.discriminate import Discrimination, discrimination
from scoring.faults import Undefined
from scoring.gaps import Gap, gaps
from scoring.inputs import Inputs, StateRound
from scoring.intervals import SAMPLES, Intervals, stratified, two_way
from scoring.matrix import Matrix, from_totals
from scoring.profile import Profile, profile
from scoring.rank import Ranking, rank
from scoring.scoresheet import Sheet
from scoring.threshold import Ballot
from scoring.tipping import Tried, smallest_change
from scoring.weights import Moved, Tipping, each_weight_moved, each_weight_tipped


@dataclass(frozen=True, slots=True)
class Agreement:
    """Every coefficient of one table of totals."""

    intraclass: Mapping[Form, Estimate | Undefined]
    alpha: Mapping[Level, float | Undefined]
    kendall: float | Undefined
    too_few: Undefined | None = field(default=None, metadata={"recorded": False})
    """Why none of these is shown: it follows from the recorded sheets and is not recorded itself."""


@dataclass(frozen=True, slots=True)
class StateStatistics:
    """One state's finalists, acting on the published method."""

    agreement: Agreement
    calibration: Calibration | Undefined
    gaps: tuple[Gap, ...]
    moved: tuple[Moved, ...] | Undefined
    tipping: tuple[Tipping, ...] | Undefined
    smallest_change: Tried | Undefined
    intervals: Intervals
    """Two-way: the ones shown."""
    stratified: Intervals
    """By means, each application's sheets drawn by themselves: for comparison."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything for information about one competition."""

    before: Agreement
    """Of the initial totals of all applications: what reviewers thought before they talked."""
    after: Agreement
    """Of the totals that rank."""
    calibration: Calibration | Undefined
    discrimination: tuple[Discrimination, ...]
    states: Mapping[str, StateStatistics]
    seed: int
    samples: int


def statistics(inputs: Inputs, samples: int = SAMPLES) -> Statistics:
    """Return all statistics of a competition; what is undefined says why. Raises `Refused` as inputs do."""
    ballots = inputs.ballots()
    after = from_totals({name: one.final(name) for one in ballots for name in one.initial})
    shown = two_way(ballots, inputs.rules, seed=inputs.seed, samples=samples)
    beside = stratified(ballots, inputs.rules, seed=inputs.seed, samples=samples)
    final = [inputs.final_sheets(state) for state in inputs.states]
    return Statistics(
        before=agreement(from_totals({name: one.initial[name] for one in ballots for name in one.initial})),
        after=agreement(after),
        calibration=calibrate(after),
        discrimination=discrimination(inputs.rubric, _every(final)),
        states={
            state.state: _of_state(
                inputs, state, ballot, intervals=shown[state.state], stratified_=beside[state.state]
            )
            for state, ballot in zip(inputs.states, ballots, strict=True)
        },
        seed=inputs.seed,
        samples=samples,
    )


def agreement(matrix: Matrix) -> Agreement:
    """Return every coefficient of agreement of a table of totals."""
    return Agreement(
        intraclass(matrix),
        {level: krippendorff(matrix, level) for level in Level},
        kendall(matrix),
        too_few_to_tell(matrix),
    )


def _every(final: Iterable[Mapping[str, Mapping[str, Sheet]]]) -> list[Sheet]:
    return [sheet for state in final for sheets in state.values() for sheet in sheets.values()]


def _of_state(
    inputs: Inputs, state: StateRound, ballot: Ballot, *, intervals: Intervals, stratified_: Intervals
) -> StateStatistics:
    ranking = rank(ballot, inputs.rules)
    names = [place.application for place in ranking.places]
    sheets = inputs.final_sheets(state)
    totals = from_totals({name: ballot.final(name) for name in names})
    moved, tipping, smallest = _weights(inputs, ranking, {name: sheets[name] for name in names})
    return StateStatistics(
        agreement(totals),
        calibrate(totals),
        gaps(inputs.rubric, ballot, ranking, sheets),
        moved,
        tipping,
        smallest,
        intervals,
        stratified_,
    )


def _weights(
    inputs: Inputs, ranking: Ranking, sheets: Mapping[str, Mapping[str, Sheet]]
) -> tuple[tuple[Moved, ...] | Undefined, tuple[Tipping, ...] | Undefined, Tried | Undefined]:
    found = _profile(inputs, ranking, sheets)
    if isinstance(found, Undefined):
        return found, found, found
    return (
        each_weight_moved(found, inputs.rules),
        each_weight_tipped(found, inputs.rules),
        smallest_change(found, inputs.rules),
    )


def _profile(
    inputs: Inputs, ranking: Ranking, sheets: Mapping[str, Mapping[str, Sheet]]
) -> Profile | Undefined:
    if ranking.refusals:
        return Undefined(ranking.refusals[0].message)
    return profile(inputs.rubric, sheets)
