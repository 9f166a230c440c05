"""The database: engine, sessions with one commit point, and the column types everything is stored in."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Integer,
    Numeric,
    Result,
    String,
    Table,
    create_engine,
    event,
    inspect,
    make_url,
)
from sqlalchemy import Enum as SAEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, Session, SQLModel

from grants import chance

metadata = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Money(TypeDecorator[int]):
    """Whole cents in Python; integer cents on SQLite, NUMERIC(18, 2) dollars on PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Choose the column type of the database."""
        return dialect.type_descriptor(Numeric(18, 2) if dialect.name == "postgresql" else BigInteger())

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        """Turn cents into what the database stores; anything but an int is a programming error."""
        if value is None:
            return None
        if type(value) is not int:
            raise TypeError(f"money must be whole cents, not {value!r}")
        return Decimal(value).scaleb(-2) if dialect.name == "postgresql" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """Turn what the database stores into cents."""
        if value is None:
            return None
        return int(value.scaleb(2)) if dialect.name == "postgresql" else int(value)


class Points(TypeDecorator[Decimal]):
    """Exact points; integer thousandths on SQLite, NUMERIC(9, 3) on PostgreSQL."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Choose the column type of the database."""
        return dialect.type_descriptor(Numeric(9, 3) if dialect.name == "postgresql" else Integer())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Turn points into what the database stores; more than three decimals are refused, never rounded."""
        if value is None:
            return None
        thousandths = Decimal(value).scaleb(3)
        if thousandths != thousandths.to_integral_value():
            raise ValueError(f"points have at most three decimals: {value}")
        return Decimal(value) if dialect.name == "postgresql" else int(thousandths)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Turn what the database stores into points, without trailing zeros."""
        if value is None:
            return None
        points = value if dialect.name == "postgresql" else Decimal(value).scaleb(-3)
        whole = points.to_integral_value()
        return whole if points == whole else points.normalize()


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant to the microsecond; naive ones are refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Store text that sorts on SQLite and TIMESTAMPTZ on PostgreSQL."""
        return dialect.type_descriptor(
            DateTime(timezone=True) if dialect.name == "postgresql" else String(32)
        )

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware instant into what the database stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Turn what the database stores into an aware instant."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return value.astimezone(UTC)  # type: ignore[no-any-return]  # psycopg gives datetime
        return datetime.fromisoformat(value)


Document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON value, for frozen snapshots and for lists that are only read whole."""


def enum_column(
    kind: type[StrEnum], name: str, *, nullable: bool = False, index: bool = False
) -> Column[Any]:
    """Make a text column with a named CHECK for the values of `kind`; `name` is unique in the schema."""
    column_type = SAEnum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=40,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )
    return Column(column_type, nullable=nullable, index=index)


def new_uid() -> str:
    """Make the random name by which a record is known in URLs."""
    return chance.name()


class Record(SQLModel):
    """What every stored record has: a number inside, a random name outside."""

    id: int = Field(default=None, primary_key=True)
    uid: str = Field(default_factory=new_uid, unique=True, max_length=24)


def bare_table(model: type[SQLModel]) -> Table:
    """Return the table of a model, for statements that run while others wait for their turn to write.

    They take a fifth of the time of loading and flushing objects. What the session holds of the same rows
    is not changed by them, so whoever loads such rows as objects asks for `populate_existing`.
    """
    table = inspect(model).local_table
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} has no table of its own")
    return table


def bare_rows(
    session: Session, statement: Executable, parameters: Mapping[str, object]
) -> Result[*tuple[Any, ...]]:
    """Run a statement on bare tables, after what the session holds has gone to the database."""
    session.flush()
    return session.execute(statement, parameters)


RESTED = 1.0
"""Seconds after which a pooled connection is asked whether the server is still there."""
_READ_ONLY: dict[str, dict[str, Any]] = {"sqlite": {}, "postgresql": {"postgresql_readonly": True}}
"""How the database itself is told that a transaction reads; SQLite is told by `_begin_sqlite`."""
_ONE_STATE: dict[str, dict[str, Any]] = {"sqlite": {}, "postgresql": {"isolation_level": "REPEATABLE READ"}}
"""How every statement of a transaction is made to see the state of the first; on SQLite it always does."""


class Database:
    """One database with two kinds of sessions: reading and writing."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self.engine = _engine(url, pool_size)
        self._reader = self.engine.execution_options(grants_read=True, **_READ_ONLY[self.engine.dialect.name])
        self._snapshot = self._reader.execution_options(**_ONE_STATE[self.engine.dialect.name])
        self._writer = self.engine.execution_options(grants_write=True)

    @property
    def is_sqlite(self) -> bool:
        """Say whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a read transaction; whatever tries to write through it raises."""
        with _reading(self._reader) as session:
            yield session
            self._end_reading(session)

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Open a read transaction in which nothing changes, whatever others write meanwhile."""
        with _reading(self._snapshot) as session:
            yield session
            self._end_reading(session)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a write transaction; it commits once at the end, or rolls back if anything raises."""
        with Session(self._writer, expire_on_commit=False) as session:
            try:
                yield session
                session.flush()
                for last_act in session.info.get("before_commit", []):
                    last_act(session)
                session.commit()
            except Exception:
                session.close()  # rolls back; what was loaded stays readable
                self._after_rollback(session)
                raise
            for act in session.info.get("after_commit", []):
                act()

    def _after_rollback(self, failed: Session) -> None:
        """Write, in a transaction of its own, what outlives one that failed."""
        acts = failed.info.get("after_rollback", [])
        if acts:
            with self.writing() as session:
                for act in acts:
                    act(session)

    def _end_reading(self, session: Session) -> None:
        """End a read transaction by COMMIT on PostgreSQL; on SQLite closing the session ends it.

        After a ROLLBACK psycopg forgets every statement it has prepared, and planning them anew cost the
        server more than carrying them out.
        """
        if not self.is_sqlite:
            session.expunge_all()
            session.commit()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _reading(engine: Engine) -> Session:
    session = Session(engine, expire_on_commit=False, autoflush=False)
    session.info["reading"] = True
    return session


def before_commit(session: Session, act: Callable[[Session], None]) -> None:
    """Have `act` run as the last thing before the commit, once per function."""
    acts: list[Callable[[Session], None]] = session.info.setdefault("before_commit", [])
    if act not in acts:
        acts.append(act)


def after_rollback(session: Session, act: Callable[[Session], None]) -> None:
    """Have something written if this transaction fails: a deed is refused, and that it was tried is kept."""
    acts: list[Callable[[Session], None]] = session.info.setdefault("after_rollback", [])
    acts.append(act)


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Have `act` run once the transaction is durable; it must not touch the session."""
    session.info.setdefault("after_commit", []).append(act)


def asks_again(session: Session, ask: Callable[[Session], None]) -> None:
    """Have `ask` refuse, by raising, a deed whose actor stands no longer as they did when they were let in.

    It is asked while the end of the chain is locked. A role that ended is an event of the same chain, so
    either that event is there by now and the role is seen to be gone, or it comes after this deed.
    """
    session.info["asks_again"] = ask


def ends_standing(session: Session, person_id: int) -> None:
    """Say that this very transaction ends a role of the person, who may be the one who acts."""
    session.info.setdefault("ended_here", set()).add(person_id)


def _engine(url: str, pool_size: int) -> Engine:
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=30)
        _ask_rested(engine)
        return engine
    patience = float(str(make_url(url).query.get("timeout", 30)))  # seconds a writer waits for its turn
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": patience},
        pool_size=pool_size,
        max_overflow=0,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _ask_rested(engine: Engine) -> None:
    """Ask a connection that rested whether the server is still there; one just used need not be asked."""

    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    def ask(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise InvalidatePoolError("the server hung up") from gone

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", ask)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Begin as a writer or as a reader; the connection keeps the last mode, so it is set where it differs."""
    options = connection.get_execution_options()
    reads = bool(options.get("grants_read", False))
    if connection.info.get("query_only", False) != reads:
        connection.connection.cursor().execute(f"PRAGMA query_only={int(reads)}")
        connection.info["query_only"] = reads
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("grants_write") else "BEGIN")


@event.listens_for(Session, "before_flush")
def _refuse_writes_while_reading(session: Session, _context: object, _instances: object) -> None:
    if session.info.get("reading") and (session.new or session.deleted or _changed(session)):
        raise RuntimeError("a reading session was asked to write")


def _changed(session: Session) -> bool:
    return any(session.is_modified(instance) for instance in session.dirty)
