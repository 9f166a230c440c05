"""Bringing a database to the newest schema, and asking whether it is there."""

from datetime import datetime

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import Session

from grants.config import ROOT, Mode
from grants.database import Database
from grants.lifecycle.models import ChainHead, Installation
from grants.lifecycle.queries import installation

FOLDER = ROOT / "grants" / "migrations"


class WrongMode(ValueError):
    """The database was made for another mode than the program runs in."""


def configuration() -> Config:
    """Make Alembic's configuration."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def upgrade(database: Database) -> None:
    """Bring the database to the newest schema."""
    config = configuration()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def is_current(database: Database) -> bool:
    """Say whether the database has the newest schema."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def mark(session: Session, mode: Mode, *, now: datetime) -> Installation:
    """Mark a new database with its mode; raise `WrongMode` for one marked otherwise."""
    house = installation(session)
    if house is None:
        house = Installation(id=1, mode=mode, made_at=now)
        session.add_all([house, ChainHead(id=1)])
        session.flush()
    if house.mode != mode:
        raise WrongMode(
            f"This database was made for mode “{house.mode}”; the program runs in mode “{mode}”. "
            "Set GRANTS_MODE or GRANTS_DATABASE_URL."
        )
    return house
