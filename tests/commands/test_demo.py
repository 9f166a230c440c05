"""`grants demo`: what it builds, that it builds the same each time, and when it refuses."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grants.config import Mode, Settings
from tests.plugins import demonstration

pytestmark = pytest.mark.xdist_group("walk")
Builder = Callable[[str, str], Path]
REAL: dict[str, set[str]] = {
    "person": {"password_hash", "password_changed_at"},
    "job": {"worker", "ended_at"},
    "event": {"real_at", "hash", "previous_hash"},
    "chain_head": {"hash"},
    "message": {"sent_at", "queued_at", "handed_at"},
    "installation": {"made_at", "clock_offset_seconds"},
    "attempt": {"at"},
    "mailed_link": {"made_at", "expires_at", "used_at"},
}
"""Columns that hold real instants, the machine's name, and hashes over them."""


def test_it_builds_five_competitions_at_five_stages(demonstration_builder: Builder) -> None:
    rows = sqlite3.connect(demonstration_builder("sqlite", "") / "grants.sqlite")

    stages = dict(rows.execute("SELECT number, status FROM competition").fetchall())
    applications = dict(rows.execute("SELECT status, count(*) FROM application GROUP BY status").fetchall())

    assert stages == {
        "2013-NIST-MEP-01": "decided",
        "2014-NIST-MEP-01": "published",
        "2015-NIST-MEP-01": "published",
        "2015-NIST-MEP-02": "published",
        "2016-NIST-MEP-01": "draft",
    }
    assert applications == {
        "awarded": 3, "declined": 2, "draft": 3, "eligible": 21,
        "ineligible": 1, "submitted": 2, "withdrawn": 1,
    }  # fmt: skip


def test_every_mail_and_every_job_of_the_story_went_well(demonstration_builder: Builder) -> None:
    rows = sqlite3.connect(demonstration_builder("sqlite", "") / "grants.sqlite")

    assert rows.execute("SELECT name, failure FROM notice WHERE progress <> 'resolved'").fetchall() == []
    assert rows.execute("SELECT subject FROM message WHERE progress <> 'sent'").fetchall() == []
    assert rows.execute("SELECT kind, failures FROM job WHERE progress <> 'done'").fetchall() == []


def test_a_second_build_has_the_same_rows(
    demonstration_builder: Builder, project_root: Path, tmp_path: Path
) -> None:
    first = sqlite3.connect(demonstration_builder("sqlite", "") / "grants.sqlite")
    demonstration._run_demo(tmp_path, f"sqlite:///{tmp_path / 'grants.sqlite'}", project_root)
    second = sqlite3.connect(tmp_path / "grants.sqlite")

    tables = [name for (name,) in first.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    different = [name for name in tables if _rows(first, name) != _rows(second, name)]

    assert different == []


def test_a_second_run_says_that_it_is_there(demonstration_builder: Builder, tmp_path: Path) -> None:
    folder = demonstration_builder("sqlite", "")
    copy = shutil.copy(folder / "grants.sqlite", tmp_path / "copy.sqlite")
    settings = replace(demonstration._plain_settings(folder), database_url=f"sqlite:///{copy}")

    status, said = _demo(settings)

    assert (status, said.strip()) == (0, "The demonstration is there already.")


def test_production_refuses(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'production.sqlite'}"
    plain = demonstration._plain_settings(tmp_path)
    settings = replace(plain, mode=Mode.PRODUCTION, database_url=url, public_url="https://grants.example")

    status, said = _demo(settings)

    assert status != 0
    assert "not built in production" in said


def _rows(database: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    kept = ", ".join(f'"{name}"' for name in columns if name not in REAL.get(table, set()))
    return database.execute(f'SELECT {kept} FROM "{table}" ORDER BY 1').fetchall()  # noqa: S608  # our names


def _demo(settings: Settings) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRANTS_")}
    for name in Settings.__dataclass_fields__:
        environment[f"GRANTS_{name.upper()}"] = str(getattr(settings, name))
    done = subprocess.run(
        [sys.executable, "-m", "grants.commands.main", "demo"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
