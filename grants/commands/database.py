"""`grants database upgrade|check`."""

from pathlib import Path

import click

from grants.clock import real_now
from grants.commands.house import house
from grants.migrations.comparing import differences
from grants.migrations.running import WrongMode, is_current, mark, upgrade


@click.group()
def database() -> None:
    """Bring the database to the newest schema, or check that it is there."""


@database.command(name="upgrade")
def upgrade_command() -> None:
    """Apply every migration that is missing and mark a new database with the mode."""
    settings, store = house()
    _make_folder(settings.database_url)
    upgrade(store)
    try:
        with store.writing() as session:
            mark(session, settings.mode, now=real_now())
    except WrongMode as wrong:
        raise click.ClickException(str(wrong)) from None
    click.echo("The database has the newest schema.")


@database.command()
def check() -> None:
    """Say whether the database has the newest schema, as the models have it, and the mode of this program.

    Status 1 if not, and every table, column, index, key or CHECK that differs by name.
    """
    settings, store = house()
    if not is_current(store):
        raise click.ClickException("The database is not at the newest schema. Run `grants database upgrade`.")
    found = differences(store)
    for difference in found:
        click.echo(difference)
    if found:
        raise click.ClickException("The database was altered by something other than its migrations.")
    try:
        with store.writing() as session:
            mark(session, settings.mode, now=real_now())
    except WrongMode as wrong:
        raise click.ClickException(str(wrong)) from None
    click.echo("The database has the newest schema.")


def _make_folder(url: str) -> None:
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
