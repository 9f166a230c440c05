"""Installations to measure: a database of each kind with the whole schema, and the application on it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from grants.access.actor import Actor
from grants.app import create_app
from grants.clock import Clock
from grants.config import Mode, Settings
from grants.database import Database
from tests.plugins import cluster
from tests.plugins.databases import administer, build_schema

KINDS = ("sqlite", "postgresql")


def settings_for(url: str, folder: Path) -> Settings:
    """Settings of an installation that keeps everything under one folder."""
    return Settings(
        mode=Mode.TEST,
        database_url=url,
        files_url=f"file://{folder / 'files'}",
        mail_url=f"folder://{folder / 'mail'}",
        mail_from="Center Competitions <no-reply@tests.example>",
        secret_key="secret-key-of-the-bench-0123456789",
        secret_key_old="",
        password_salt="salt-of-the-bench-0123456789",
        totp_key="totp-key-of-the-bench-0123456789-0123456789",
        public_url="http://127.0.0.1:8000",
        trusted_proxies=0,
    )


@contextmanager
def database_of(kind: str) -> Iterator[tuple[str, Path]]:
    """Make a database with the whole schema and no rows; give its address and a folder beside it."""
    folder = Path(tempfile.mkdtemp(prefix="grants-bench-"))
    try:
        if kind == "sqlite":
            build_schema(f"sqlite:///{folder / 'grants.sqlite'}")
            yield f"sqlite:///{folder / 'grants.sqlite'}", folder
        else:
            with _cluster() as server:
                administer(server, 'CREATE DATABASE "bench"')
                build_schema(cluster.database_url_of(server, "bench"))
                yield cluster.database_url_of(server, "bench"), folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def house_of(kind: str, clock: Clock) -> Iterator[Flask]:
    """Make the application on a new database; forms are taken without their token."""
    with database_of(kind) as (url, folder):
        database = Database(url)
        app = create_app(settings_for(url, folder), database=database, clock=clock)
        app.config["WTF_CSRF_ENABLED"] = False
        yield app
        database.dispose()


def act_as(app: Flask, actor: Actor) -> None:
    """Have every request of the application come from this actor."""
    app.extensions["grants.actor"] = lambda _session: actor


@contextmanager
def _cluster() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="grants-bench-pg-"))
    try:
        cluster._start(folder)
        yield folder
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            stop = [cluster.program("pg_ctl"), "stop", "-D", str(folder / "data"), "-m", "immediate", "-w"]
            cluster._as_owner(stop)
        shutil.rmtree(folder, ignore_errors=True)


def has_postgresql() -> bool:
    """Say whether this machine has a PostgreSQL to measure."""
    return bool(shutil.which("initdb")) or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def kinds() -> list[str]:
    """Return the kinds of database that this machine has."""
    return [kind for kind in KINDS if kind == "sqlite" or has_postgresql()]
