"""The list of competitions for staff: over all its pages each one once, drafts first, then by deadline."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from grants.competitions import queries
from grants.competitions.models import Competition
from grants.competitions.workflow import CompetitionStatus
from grants.database import Database

NOW = datetime(2014, 9, 2, 13, 0, tzinfo=UTC)
DRAFT, PUBLISHED = CompetitionStatus.DRAFT, CompetitionStatus.PUBLISHED


@pytest.fixture(autouse=True)
def _many(database: Database) -> None:
    with database.writing() as session:
        session.add_all(competition(number) for number in range(120))


def competition(number: int) -> Competition:
    """Two of three are drafts, of these every second without a deadline; many have the same deadline."""
    is_draft = number % 3 != 0
    deadline = NOW + timedelta(days=1 + number % 11)
    return Competition(
        number=f"C-{number:03}",
        title="even" if number % 2 == 0 else "odd",
        created_at=NOW,
        deadline_at=None if is_draft and number % 4 in (0, 1) else deadline,
        published_at=None if is_draft else NOW,
        rule_set=None if is_draft else {},
        status=DRAFT if is_draft else PUBLISHED,
    )


@pytest.mark.parametrize(
    ("words", "status", "shown"),
    [
        ("", "", {DRAFT, PUBLISHED}),
        ("even", "", {DRAFT, PUBLISHED}),
        ("", "draft", {DRAFT}),
        ("", "published", {PUBLISHED}),
        ("", "open", {PUBLISHED}),
    ],
)
def test_pages_hold_each_competition_once_drafts_first_then_by_deadline(
    database: Database, words: str, status: str, shown: set[CompetitionStatus]
) -> None:
    in_order = select(Competition).order_by(
        col(Competition.status) != DRAFT, col(Competition.deadline_at).desc(), col(Competition.id).desc()
    )
    with database.reading() as session:
        first = queries.competitions(session, words=words, status=status, now=NOW)
        pages = [
            queries.competitions(session, words=words, status=status, page=page, now=NOW)
            for page in range(1, first.last_page + 1)
        ]
        everything = session.exec(in_order).all()

    wanted = [one.number for one in everything if words in one.title and one.status in shown]
    assert [row.competition.number for one in pages for row in one.rows] == wanted


@pytest.mark.parametrize(("asked", "given"), [(-3, 1), (0, 1), (99, 3)])
def test_a_page_that_there_is_not_is_the_nearest(database: Database, asked: int, given: int) -> None:
    with database.reading() as session:
        assert queries.competitions(session, page=asked, now=NOW).page == given
