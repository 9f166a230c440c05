"""Every pair of moves that may meet on one record: one moves it, or both in turn, and the chain holds."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Table, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from grants.access.actor import SYSTEM, Actor
from grants.access.roles import Role
from grants.awards.models import Award
from grants.awards.services.awarding import Terms, change_terms
from grants.database import Database, bare_table
from grants.errors import GrantsError, MoveRefused, StaleVersion
from grants.lifecycle.moves import Move, Workflow
from grants.lifecycle.perform import perform
from grants.lifecycle.verify import verify_chain
from grants.migrations import schema
from grants.migrations.running import upgrade
from tests.factories.reviews import NOW
from tests.plugins import dumps
from tests.plugins.effort import tries
from tests.races.meeting import Deed, meet, winners

schema.load()
MODELS = sorted(
    (mapper.class_ for mapper in SQLModel._sa_registry.mappers if hasattr(mapper.class_, "workflow")),
    key=lambda model: model.__name__,
)


@dataclass(frozen=True)
class Pair:
    """Two moves of one workflow that both leave the same status."""

    model: type[Any]
    status: str
    first: Move
    second: Move

    @property
    def exclude_each_other(self) -> bool:
        """Say whether neither may follow the other."""
        return self.first.to not in self.second.from_ and self.second.to not in self.first.from_


def pairs() -> Iterator[Pair]:
    """Every pair, a move with itself included."""
    for model in MODELS:
        moves = list(model.workflow.moves.values())
        for status in model.workflow.states:
            leaving = [move for move in moves if status in move.from_]
            for place, first in enumerate(leaving):
                yield from (Pair(model, str(status), first, second) for second in leaving[place:])


@pytest.fixture(scope="module", params=list(dumps.parameters(dumps.newest())))
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with rows of the whole life of a competition."""
    database = Database(dumps.restored(request.param, request, tmp_path_factory.mktemp("races")))
    upgrade(database)
    yield database
    database.dispose()


@pytest.fixture
def bare_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the guards off: what is raced is who comes first, not what the rules say of the content."""
    for model in MODELS:
        known: Workflow = model.workflow
        moves = {name: replace(move, guards=(), notice="silent") for name, move in known.moves.items()}
        monkeypatch.setattr(model, "workflow", replace(known, moves=moves))


@pytest.mark.usefixtures("bare_moves")
def test_of_two_moves_that_meet_one_is_made_or_both_in_turn(full: Database) -> None:
    raced: Counter[str] = Counter()
    faults: list[object] = []
    for pair in pairs():
        record_id = _put(full, pair)
        if record_id is None or not _can_be_made(full, pair, record_id):
            continue
        for _ in range(tries(4, 20)):
            _put(full, pair)
            made = meet(full, [_deed(pair.model, record_id, move.name) for move in (pair.first, pair.second)])
            won = len(winners(made))
            raced[pair.model.__tablename__] += 1
            lost = [each for each in made if isinstance(each, GrantsError)]
            as_it_should = won == 1 or (won == len(made) and not pair.exclude_each_other)
            if not as_it_should or any(not isinstance(each, MoveRefused) for each in lost):
                faults.append((pair, made))
    with full.snapshot() as session:
        verdict = verify_chain(session)

    assert faults == []
    assert verdict.faults == ()
    assert set(raced) == {model.__tablename__ for model in MODELS}


def test_of_two_who_change_the_terms_of_one_award_one_is_shown_both_texts(full: Database) -> None:
    with full.reading() as session:
        award = session.exec(select(Award).order_by(col(Award.id))).first()
    assert award is not None
    with full.writing() as session:
        _fill(session, bare_table(Award), award.id, "prepared")
    officer = Actor(None, "A grants officer", staff_roles=frozenset({Role.GRANTS_OFFICER}))

    def change(director: str, version: int) -> Deed:
        terms = Terms(award.fain, award.period_start, director, award.items)
        return lambda session: change_terms(
            session, session.get_one(Award, award.id), terms=terms, version=version, actor=officer, now=NOW
        )

    for version in range(award.version, award.version + tries(4, 20)):
        made = meet(full, [change("Ana Roy", version), change("Dana Hale", version)])
        assert [type(each) for each in made if isinstance(each, GrantsError)] == [StaleVersion]
        assert len(winners(made)) == 1


def _deed(model: type[Any], record_id: int, move: str) -> Any:
    return lambda session: perform(session, session.get_one(model, record_id), move, actor=SYSTEM, now=NOW)


def _can_be_made(database: Database, pair: Pair, record_id: int) -> bool:
    """Say whether the row takes each move alone: some ask, by a CHECK, for what only their service writes."""
    for move in (pair.first, pair.second):
        try:
            with database.writing() as session:
                _deed(pair.model, record_id, move.name)(session)
                session.flush()
                session.info.clear()
                session.rollback()
        except IntegrityError:
            return False
    return True


def _put(database: Database, pair: Pair) -> int | None:
    """Put a row into the status; None where no row of the dump can stand in it and be moved from it."""
    table = bare_table(pair.model)
    with database.reading() as session:
        ids = list(session.exec(select(col(pair.model.id)).order_by(col(pair.model.id)).limit(1)).all())
    for record_id in ids:
        try:
            with database.writing() as session:
                _fill(session, table, record_id, pair.status)
            return int(record_id)
        except IntegrityError:
            continue
    return None


def _fill(session: Session, table: Table, record_id: int, status: str) -> None:
    """Set the status, and what the CHECKs ask of the statuses that follow."""
    people = iter(range(1, 100))
    filled: dict[str, Any] = {}
    for column in table.columns:
        if column.nullable and column.name.endswith("_at"):
            filled[column.name] = NOW
        elif column.nullable and column.name.endswith("_by_id"):
            filled[column.name] = next(people)
        elif column.nullable and column.name.endswith(("_reason", "_name")):
            filled[column.name] = "raced"
    session.execute(update(table).where(table.c.id == record_id).values(status=status, **filled))
