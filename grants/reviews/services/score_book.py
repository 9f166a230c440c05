"""Scores as lines of a file, one per sub-criterion, reviewer and phase; read by state as they are written."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from grants.adapters.spreadsheets import Line
from grants.competitions.models import Competition
from grants.reviews.models import Sheet
from grants.reviews.queries import scored, sheets
from grants.reviews.queries.applications import Candidate
from grants.reviews.queries.scored import Said
from grants.reviews.services.rank_list import list_rows
from grants.reviews.services.ranking import Round, StateRanking, round_of, state_rankings
from grants.reviews.workflow import IN
from scoring.account import waiting_for
from scoring.exact import ROUNDING, show_points
from scoring.record import fingerprint
from scoring.rubric import Leaf

HEAD = (
    "Competition",
    "State",
    "Application",
    "Applicant",
    "Reviewer",
    "Seat",
    "Phase",
    "Version",
    "Sub-criterion",
    "Most",
    "Points",
    "Strengths",
    "Weaknesses",
    "Why the points changed",
    "Submitted (UTC)",
)
RANK_HEAD = (
    "State",
    "Rank",
    "Application",
    "Applicant",
    "Ranked by",
    "Mean",
    "Score sheets",
    "Spread",
    "Why no rank, or a provisional one",
)


@dataclass(frozen=True)
class Book:
    """What is exported: submitted scores, the ranks of states that are wholly open to the reader.

    Points are read at once, as ranks follow from them; what was written is read as its lines are taken.
    """

    session: Session
    competition: Competition
    found: Round
    rankings: Mapping[str, StateRanking]
    without: Collection[int]
    """Applications closed to the reader."""

    @classmethod
    def read(
        cls, session: Session, competition: Competition, *, state: str | None, without: Collection[int]
    ) -> "Book":
        """Read a competition's scores, or one state's, without applications closed to the reader."""
        found = round_of(session, competition, state=state)
        closed = {one.state for one in found.applications.values() if one.id in without}
        rankings = {name: one for name, one in state_rankings(found).items() if name not in closed}
        return cls(session, competition, found, rankings, without)

    def lines(self) -> Iterator[Line]:
        """Yield one line per sub-criterion of every submitted sheet."""
        names = {one.id: one for one in self.found.applications.values()}
        leaves = self.found.rubric.leaves
        for state in sorted({one.state for one in names.values()}):
            said = scored.said_of(self.session, self.competition.id, state=state)
            for row in sheets.sheets_of(self.session, self.competition.id, state=state, without=self.without):
                if row.status in IN and row.application_id in names:
                    yield from self._lines_of(row, names[row.application_id], said.get(row.id, {}), leaves)

    def _lines_of(
        self,
        row: Sheet,
        one: Candidate,
        said: Mapping[str, Said],
        leaves: Iterable[Leaf],
    ) -> Iterator[Line]:
        seat = self.found.seats.get(row.person_id, "")
        at = row.submitted_at.strftime("%Y-%m-%d %H:%M:%S") if row.submitted_at else ""
        fixed = (self.competition.number, one.state, one.number, one.organization)
        who = (self.found.people.get(seat, ""), seat, str(row.phase), row.number)
        for leaf in leaves:
            score = said.get(leaf.key)
            points = None if score is None else score.earned
            words = (score.strengths, score.weaknesses, score.change_reason) if score else ("", "", "")
            yield (*fixed, *who, leaf.title, leaf.points, points, *words, at)

    def ranks(self) -> Iterator[Line]:
        """Yield one line per application: its rank, or why it has none."""
        why = {state: " ".join(waiting_for(one.ranking)) for state, one in self.rankings.items()}
        for row in list_rows(self.found, self.rankings, {}):
            label = row.label if row.is_ranked else ""
            reason = "" if row.is_ranked else why[row.state] or row.label
            if row.is_provisional:
                reason = f"Provisional. {self.found.why_provisional(self.rankings[row.state])}"
            number = (row.number, row.organization, row.result, row.mean)
            yield (row.state, label, *number, row.reviews, row.spread, reason)

    def method(self) -> Iterator[Line]:
        """Yield how the ranks were made and what they follow from."""
        rules = self.found.rules
        threshold = "none" if rules.threshold is None else show_points(rules.threshold)
        yield ("Competition", self.competition.number)
        yield ("Published method", rules.in_words())
        yield ("Threshold", threshold)
        yield ("Threshold is applied to", f"{rules.finalist_status} scores")
        yield ("Reviewers at least", rules.reviewers_minimum)
        yield ("Rounding", ROUNDING)
        for leaf in self.found.rubric.leaves:
            yield (f"Points of {leaf.title}", leaf.points)
        for state, inputs in self.found.inputs_by_state().items():
            if state in self.rankings:
                yield (f"SHA-256 of what the ranks of {state} follow from", fingerprint(inputs))
