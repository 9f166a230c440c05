"""A round whose assignments are made by hand, for the tests of the board."""

from sqlmodel import Session

from grants.competitions.models import Competition
from grants.competitions.rules.choices import RankingMethod
from grants.reviews.models import Assignment, Conflict, ConflictSource
from grants.reviews.queries import assignments, board_changes, pool
from grants.reviews.services import assigning, replacing, undoing
from tests.factories.reviews import NOW, Round, make_round

DUE = NOW.replace(day=30)
TOPICS: tuple[list[str], ...] = (
    ["regional offices"],
    ["survey", "audits"],
    ["governance"],
    ["small plants"],
    [],
    ["optics"],
)


def rated(session: Session, method: RankingMethod = RankingMethod.MEAN, **sizes: int) -> Round:
    """A round whose reviewers declared topics, ranked by means unless said otherwise."""
    states = {state: count for state, count in sizes.items() if state != "reviewers"} or {"CO": 2, "NH": 1}
    made = make_round(session, states=states, reviewers=sizes.get("reviewers", 5))
    competition = session.get_one(Competition, made.competition.id)
    competition.ranking_method = method
    session.add(competition)
    made.competition = competition
    for member, topics in zip(pool.members_of(session, competition.id), TOPICS, strict=False):
        member.expertise = topics
        session.add(member)
    session.flush()
    return made


def choose(session: Session, made: Round, number: str, seat: int, reason: str = "") -> Assignment:
    """Assign one reviewer by hand."""
    person_id, application = made.reviewers[seat - 1].id, made.applications[number]
    return assigning.assign(
        session, made.competition, application, person_id, reason=reason, actor=made.officer, now=NOW
    )


def bar(
    session: Session,
    made: Round,
    number: str,
    seat: int,
    source: ConflictSource = ConflictSource.DECLARED,
) -> None:
    """A conflict of one pair."""
    session.add(
        Conflict(
            person_id=made.reviewers[seat - 1].id,
            application_id=made.applications[number].id,
            competition_id=made.competition.id,
            source=source,
            kind="employer",
            reason="Works there.",
            noticed_at=NOW,
        )
    )
    session.flush()


def send(session: Session, made: Round) -> None:
    """Tell everyone."""
    assigning.send(session, made.competition, due_at=DUE, anyway="Now.", actor=made.officer, now=NOW)
    session.flush()


def standing(session: Session, made: Round) -> set[tuple[str, str]]:
    """Which pairs stand, by number and name."""
    numbers = {one.id: number for number, one in made.applications.items()}
    names = {one.id: one.name for one in made.reviewers}
    rows = assignments.active_assignments(session, made.competition.id)
    return {(numbers[row.application_id], names[row.person_id]) for row in rows}


def undo(session: Session, made: Round) -> str:
    """Take back the officer's last change."""
    change = board_changes.last_change(session, made.competition.id, made.officer.person_id or 0)
    uid = change.uid if change else "none"
    return undoing.undo(session, made.competition, uid, actor=made.officer, now=NOW)


def noted(session: Session, made: Round, deed: str, row: Assignment) -> None:
    """Keep a change as the pages do."""
    undoing.note(session, made.competition, [(deed, row)], said="Done.", actor=made.officer, now=NOW)
    session.flush()


def replace_in_state(session: Session, made: Round, row: Assignment, seat: int) -> str:
    """Put another reviewer in the place of one in the whole state."""
    return replacing.replace_with(
        session,
        made.competition,
        row,
        made.reviewers[seat - 1].id,
        whole_state=True,
        reason="",
        actor=made.officer,
        now=NOW,
    )
