"""Scores as Excel and CSV: one row per sub-criterion, reviewer and phase; nothing in them is a formula."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

from sqlmodel import Session

from grants.competitions.models import Competition
from grants.reviews.models import Sheet
from grants.reviews.queries import scored, sheets
from grants.reviews.queries.scored import Said
from grants.reviews.services.ranking import Round, StateRanking, state_rankings
from grants.reviews.views.standing import list_rows
from grants.reviews.workflow import IN
from grants.web.spreadsheets import Value, csv_pieces, write_workbook
from scoring.account import waiting_for
from scoring.exact import ROUNDING, show_points
from scoring.record import fingerprint

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
    "Why no rank",
)


@dataclass(frozen=True)
class Book:
    """What is exported: submitted scores, the ranks of states that are wholly open to the reader."""

    competition: Competition
    found: Round
    rankings: Mapping[str, StateRanking]
    rows: list[Sheet]
    scores: Mapping[int, Mapping[str, Said]]

    @classmethod
    def read(
        cls,
        session: Session,
        competition: Competition,
        found: Round,
        *,
        state: str | None,
        without: Collection[int],
        closed: Collection[str],
    ) -> "Book":
        """Read everything submitted, without applications closed to the reader."""
        known = {one.id for one in found.applications.values()}
        rows = [
            row
            for row in sheets.sheets_of(session, competition.id, state=state, without=without)
            if row.status in IN and row.application_id in known
        ]
        rankings = {
            name: one
            for name, one in state_rankings(found).items()
            if name not in closed and state in (None, name)
        }
        return cls(competition, found, rankings, rows, scored.said_of(session, competition.id, state=state))

    def lines(self) -> Iterator[tuple[Value, ...]]:
        """Yield one line per sub-criterion of every sheet."""
        names = {one.id: one for one in self.found.applications.values()}
        leaves = [
            (leaf.key, leaf.title, Decimal(show_points(leaf.points))) for leaf in self.found.rubric.leaves
        ]
        for row in self.rows:
            one = names[row.application_id]
            seat = self.found.seats.get(row.person_id, "")
            at = row.submitted_at.strftime("%Y-%m-%d %H:%M:%S") if row.submitted_at else ""
            fixed = (self.competition.number, one.state, one.number, one.organization)
            who = (self.found.people.get(seat, ""), seat, str(row.phase), row.number)
            for key, title, most in leaves:
                score = self.scores.get(row.id, {}).get(key)
                points = None if score is None or score.points is None else score.points
                said = (score.strengths, score.weaknesses, score.change_reason) if score else ("", "", "")
                yield (*fixed, *who, title, most, points, *said, at)

    def ranks(self) -> Iterator[tuple[Value, ...]]:
        """Yield one line per application: its rank, or why it has none."""
        why = {state: " ".join(waiting_for(one.ranking)) for state, one in self.rankings.items()}
        for row in list_rows(self.found, self.rankings, {}):
            label = row.label if row.is_ranked else ""
            reason = "" if row.is_ranked else why[row.state] or row.label
            number = (row.number, row.organization, row.result, row.mean)
            yield (row.state, label, *number, row.reviews, row.spread, reason)

    def method(self) -> Iterator[tuple[Value, ...]]:
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
            yield (f"Points of {leaf.title}", Decimal(show_points(leaf.points)))
        for state, inputs in self.found.inputs_by_state().items():
            if state in self.rankings:
                yield (f"SHA-256 of what the ranks of {state} follow from", fingerprint(inputs))


def scores_workbook(book: Book) -> BytesIO:
    """Write scores, ranks and method as three sheets of one Excel file."""
    content = BytesIO()
    write_workbook(
        content,
        (
            ("Scores", (HEAD, *book.lines())),
            ("Ranks", (RANK_HEAD, *book.ranks())),
            ("Method", (("What", "Value"), *book.method())),
        ),
    )
    return content


def scores_csv(book: Book) -> BytesIO:
    """Write the list of scores as comma-separated values in UTF-8."""
    return BytesIO(b"".join(csv_pieces((HEAD, *book.lines()))))
