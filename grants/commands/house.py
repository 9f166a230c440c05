"""What every command starts with: the settings and the database, or one sentence and status 2."""

import click

from grants.config import SettingMissing, Settings, from_environment
from grants.database import Database
from grants.migrations import schema


def settings_or_stop() -> Settings:
    """Read the settings, or stop with the sentence that says what is missing."""
    try:
        return from_environment()
    except SettingMissing as missing:
        raise click.UsageError(str(missing)) from None


def house() -> tuple[Settings, Database]:
    """Read the settings and open the database."""
    schema.load()
    settings = settings_or_stop()
    return settings, Database(settings.database_url)
