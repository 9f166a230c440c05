"""What every command starts with: the settings and the database, or one sentence and status 2."""

import click
import structlog

from grants.config import Mode, SettingMissing, Settings, from_environment
from grants.database import Database
from grants.lifecycle.queries import installation
from grants.migrations import schema


def settings_or_stop() -> Settings:
    """Read the settings, or stop with the sentence that says what is missing."""
    try:
        return from_environment()
    except SettingMissing as missing:
        raise click.UsageError(str(missing)) from None


def write_plain_logs() -> None:
    """Have the log say in JSON what failed, and never the values at hand."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )


def house() -> tuple[Settings, Database]:
    """Read the settings and open the database; it is closed when the command ends."""
    write_plain_logs()
    schema.load()
    settings = settings_or_stop()
    database = Database(settings.database_url)
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(database.dispose)
    return settings, database


def refuse_strange_house(database: Database, mode: Mode) -> None:
    """Stop with a sentence if the database is of another mode, or production's clock was moved."""
    with database.reading() as session:
        found = installation(session)
    if found is None:
        raise click.ClickException("The database is not marked with its mode. Run `grants database upgrade`.")
    if found.mode != mode:
        raise click.ClickException(
            f"This database was made for mode “{found.mode}”; the program runs in mode “{mode}”. "
            "Set GRANTS_MODE or GRANTS_DATABASE_URL."
        )
    if mode is Mode.PRODUCTION and found.clock_offset_seconds:
        raise click.ClickException("The clock of this database was moved. Production refuses that.")
