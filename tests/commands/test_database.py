"""`grants database check` names everything in which a database is not what the models say."""

import re
import sqlite3
from contextlib import closing
from dataclasses import fields

import pytest
from click.testing import CliRunner, Result

from grants.commands.main import main
from grants.config import Settings
from grants.database import Database
from grants.migrations.running import upgrade

REPLACE = "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'amendment'"
SWAPPED = "published_at IS NULL OR number = 7"
RULE = "ck_amendment_published_or_withdrawn"
KEY = "fk_amendment_competition_id_competition"
ANYWHERE = [
    "DROP INDEX ix_competition_deadline_at_id",
    "CREATE UNIQUE INDEX swift ON amendment (why)",
    "DROP TABLE left_out",
    "CREATE TABLE strange (id integer)",
    "ALTER TABLE amendment ADD COLUMN strange integer",
    "ALTER TABLE ranking DROP COLUMN superseded_reason",
]
RULES: list[tuple[str, str, str]] = [
    (
        "ALTER TABLE amendment DROP CONSTRAINT ck_amendment_number_is_positive",
        "CONSTRAINT ck_amendment_number_is_positive CHECK (number > 0),",
        "",
    ),
    (
        f"ALTER TABLE amendment DROP CONSTRAINT {RULE}, ADD CONSTRAINT {RULE} CHECK ({SWAPPED})",
        "CHECK (published_at IS NULL OR withdrawn_at IS NULL)",
        f"CHECK ({SWAPPED})",
    ),
    ("ALTER TABLE amendment ALTER why DROP NOT NULL", "why VARCHAR(4000) NOT NULL", "why VARCHAR(4000)"),
    (
        "ALTER TABLE amendment ALTER grants_gov_text TYPE varchar(40)",
        "grants_gov_text VARCHAR(20000)",
        "grants_gov_text VARCHAR(40)",
    ),
    (
        "ALTER TABLE amendment DROP CONSTRAINT fk_amendment_competition_id_competition",
        f"CONSTRAINT {KEY} FOREIGN KEY(competition_id) REFERENCES competition (id),",
        "",
    ),
    (
        "ALTER TABLE amendment RENAME CONSTRAINT uq_amendment_competition_id_number TO uq_amendment_number",
        "CONSTRAINT uq_amendment_competition_id_number UNIQUE",
        "CONSTRAINT uq_amendment_number UNIQUE",
    ),
]
"""What PostgreSQL is told, and what is replaced in SQLite's own text of the table."""
NAMED = [
    "check ck_amendment_number_is_positive of amendment: is missing",
    "check ck_amendment_published_or_withdrawn of amendment: is .*7, should be .*withdrawn_at.*",
    r"column amendment\.grants_gov_text: is .*length=40\).*, should be .*length=20000\).*",
    r"column amendment\.strange: is not one of ours",
    r"column amendment\.why: is .*True, None\), should be .*False, None\)",
    r"column ranking\.superseded_reason: is missing",
    "foreign key fk_amendment_competition_id_competition of amendment: is missing",
    "index ix_competition_deadline_at_id of competition: is missing",
    "index swift of amendment: is not one of ours",
    "table left_out: is missing",
    "table strange: is not one of ours",
    "unique uq_amendment_competition_id_number of amendment: is missing",
    "unique uq_amendment_number of amendment: is not one of ours",
]


def test_a_database_that_was_altered_is_told_by_name(
    empty_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(empty_database)
    for field in fields(settings):
        monkeypatch.setenv(f"GRANTS_{field.name.upper()}", str(getattr(settings, field.name)))
    monkeypatch.setenv("GRANTS_DATABASE_URL", empty_database.url)
    whole = _check()
    _alter(empty_database)

    altered = _check()

    assert (whole.exit_code, whole.output) == (0, "The database has the newest schema.\n")
    assert altered.exit_code == 1
    assert "altered by something other than its migrations" in altered.output
    said = altered.output.splitlines()[:-1]
    assert [named for named in NAMED if not any(re.fullmatch(named, line) for line in said)] == []
    assert [line for line in said if not any(re.fullmatch(named, line) for named in NAMED)] == []


def _check() -> Result:
    return CliRunner().invoke(main, ["database", "check"])


def _alter(database: Database) -> None:
    with database.engine.begin() as connection:
        for statement in ANYWHERE:
            connection.exec_driver_sql(statement)
        if not database.is_sqlite:
            for statement, _, _ in RULES:
                connection.exec_driver_sql(statement)
    if database.is_sqlite:
        with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as file, file:
            file.execute("PRAGMA writable_schema = ON")
            for _, old, new in RULES:
                file.execute(REPLACE, (old, new))
