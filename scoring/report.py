"""A ranking as plain text, for the command line."""

from collections.abc import Iterator

from scoring.exact import ROUNDING, show_apart, show_points
from scoring.inputs import Inputs
from scoring.leave_out import without_each_finalist, without_each_reviewer
from scoring.rank import Ranking, other_tie_rules, rank
from scoring.threshold import Ballot, Rules


def report(inputs: Inputs) -> str:
    """Return every state's ranking with what stands beside it, as text."""
    lines = [f"Competition {inputs.competition}", f"Method: {inputs.rules.in_words()}.", ROUNDING]
    for ballot in inputs.ballots():
        lines.extend(["", *_state(ballot, inputs.rules)])
    return "\n".join([*lines, ""])


def _state(ballot: Ballot, rules: Rules) -> Iterator[str]:
    ranking = rank(ballot, rules)
    yield f"{ballot.state}"
    yield from _table(ranking)
    yield from (f"  No official rank. {refusal.message}" for refusal in ranking.refusals)
    placed = {place.application for place in ranking.places}
    yield from (
        f"  {one.application}: {one.text}" for one in ranking.standings if one.application not in placed
    )
    yield from (f"  {place.application}: {place.flag}" for place in ranking.places if place.flag)
    yield from (f"  {one.message}" for one in other_tie_rules(ballot, rules) if one.changes_winner)
    yield from (f"  {one.message}" for one in without_each_reviewer(ballot, rules))
    yield from (f"  {one.message}" for one in without_each_finalist(ballot, rules))


def _table(ranking: Ranking) -> Iterator[str]:
    reviewers = list(ranking.places[0].ranks) if ranking.places else []
    means = show_apart(place.final_mean for place in ranking.places)
    if ranking.places:
        yield _row(["Rank", "Application", *reviewers, "Result", "Mean"])
    for place, average in zip(ranking.places, means, strict=True):
        ranks = [show_points(place.ranks[reviewer]) for reviewer in reviewers]
        yield _row([place.label, place.application, *ranks, show_points(place.value), average])


def _row(cells: list[str]) -> str:
    first, second, *rest = cells
    return f"  {first:<9} {second:<16}" + "".join(f" {cell:>7}" for cell in rest)
