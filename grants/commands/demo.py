"""`grants demo`: builds the demonstration agency through the services and a clock that is moved forward."""

import random
from datetime import datetime
from typing import Final

import click
from sqlalchemy import event
from sqlmodel import Session

from grants import chance
from grants.app import create_app
from grants.clock import StoppedClock, real_now
from grants.commands.demonstration import people, story
from grants.commands.demonstration.stage import EASTERN, Stage, known
from grants.commands.house import house
from grants.commands.worker import Worker
from grants.config import Mode
from grants.database import Database
from grants.lifecycle.models import Installation
from grants.lifecycle.queries import chain_head, installation
from grants.migrations.running import is_current

SEED: Final = 20140801
BUILT: Final = "demonstration"

ACCOUNTS: Final[tuple[tuple[str, str], ...]] = (
    *((someone.email, str(role)) for someone, role in people.STAFF),
    (people.APPLICANT, "authorized representative of an applicant"),
    (people.WRITER, "member of an applicant"),
    (people.CENTER, "authorized representative of a center with an award"),
    *((expert.someone.email, f"{expert.kind} reviewer") for expert in people.REVIEWERS),
)
"""The accounts of the demonstration with their roles, in the order of the sign-in page."""


@click.command()
def demo() -> None:
    """Build the demonstration agency in an empty database of mode demonstration."""
    settings, database = house()
    if settings.mode is Mode.PRODUCTION:
        raise click.ClickException("The demonstration is not built in production. Set GRANTS_MODE.")
    if not is_current(database):
        raise click.ClickException("The database is not at the newest schema. Run `grants database upgrade`.")
    if is_built(database):
        click.echo("The demonstration is there already.")
        return
    clock = StoppedClock(_instant(story.BEGINS))
    app = create_app(settings, database=database, clock=clock)
    if database.is_sqlite:
        _write_without_waiting(database)
    stage = Stage(
        database=database,
        files=app.extensions["grants.files"],
        worker=Worker(app, clock=lambda: clock),
        clock=clock,
        dice=random.Random(SEED),  # noqa: S311  # the same story at each run
    )
    build(stage)
    click.echo(
        f"The demonstration is built. Its clock stands at {clock.now().astimezone(EASTERN):%B %-d, %Y}."
    )


def is_built(database: Database) -> bool:
    """Say whether the demonstration is there; raise where the database holds anything else."""
    with database.reading() as session:
        row = known(installation(session), "the installation")
        if row.mode != Mode.DEMONSTRATION:
            raise click.ClickException(f"This database was made for mode “{row.mode}”.")
        if row.notes.get(BUILT) == "built":
            return True
        if row.notes.get(BUILT) == "begun":
            raise click.ClickException(
                "An earlier run was stopped before its end. Delete this database and begin again."
            )
        head = chain_head(session)
        if head is not None and head.seq:
            raise click.ClickException("This database is not empty. Choose another GRANTS_DATABASE_URL.")
    return False


def build(stage: Stage) -> None:
    """Tell the story from beginning to end and set the clock of the installation to its last day."""
    _note(stage.database, "begun")
    with chance.repeatable(SEED):
        story.tell(stage)
    stage.at(story.ENDS)
    with stage.database.writing() as session:
        row = _row(session)
        row.clock_offset_seconds = (stage.clock.now() - real_now()).total_seconds()
        session.add(row)
    _note(stage.database, "built")


def _write_without_waiting(database: Database) -> None:
    """Leave it to the system when the disk has it: what a power cut spoils here is built again."""
    event.listen(
        database.engine, "checkout", lambda raw, _record, _proxy: raw.execute("PRAGMA synchronous=OFF")
    )


def _note(database: Database, how_far: str) -> None:
    with database.writing() as session:
        row = _row(session)
        row.notes = {**row.notes, BUILT: how_far}
        session.add(row)


def _row(session: Session) -> Installation:
    return known(installation(session), "the installation")


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=EASTERN)
