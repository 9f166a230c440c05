"""The demonstration agency, built once per run by `grants demo` and copied for each test."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from grants.app import create_app
from grants.config import Mode, Settings
from grants.database import Database
from tests.plugins.cluster import database_url_of
from tests.plugins.databases import administer, copied_database
from tests.plugins.web import Serve, Server, made_app

NAME = "demonstration"


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def demonstration_builder(shared_folder: Path, project_root: Path) -> Callable[[str, str], Path]:
    """Build the demonstration once per run in a database of one kind; return its folder."""

    def build(kind: str, url: str) -> Path:
        folder = shared_folder / f"{NAME}-{kind}"
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "built").exists():
                _run_demo(folder, url or f"sqlite:///{folder / 'grants.sqlite'}", project_root)
                (folder / "built").touch()
        return folder

    return build


@pytest.fixture
def demonstration(
    request: pytest.FixtureRequest,
    demonstration_kind: str,
    demonstration_builder: Callable[[str, str], Path],
    tmp_path: Path,
) -> Iterator[Settings]:
    """Settings of a fresh copy of the demonstration; the test runs once on each kind of database.

    Choose one kind with `@pytest.mark.parametrize("demonstration_kind", ["sqlite"], indirect=True)`.
    """
    if demonstration_kind == "sqlite":
        folder = demonstration_builder("sqlite", "")
        urls = iter([f"sqlite:///{shutil.copy(folder / 'grants.sqlite', tmp_path / 'demonstration.sqlite')}"])
    else:
        cluster: Path = request.getfixturevalue("cluster")
        folder = demonstration_builder("postgresql", database_url_of(cluster, NAME))
        name = request.getfixturevalue("postgresql_names")()
        urls = copied_database(cluster, NAME, name)
    for url in urls:
        yield _settings(folder, tmp_path, url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def demonstration_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database in which the demonstration stands."""
    if request.param == "postgresql":
        cluster: Path = request.getfixturevalue("cluster")
        with (cluster / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (cluster / NAME).exists():
                administer(cluster, f'CREATE DATABASE "{NAME}"')
                (cluster / NAME).touch()
    return str(request.param)


@pytest.fixture
def demonstration_app(demonstration: Settings) -> Iterator[Flask]:
    """The application on the demonstration, its time the demonstration's own."""
    for app in made_app(demonstration, None):
        app.config["WTF_CSRF_ENABLED"] = False
        yield app


@pytest.fixture
def demonstration_server(demonstration: Settings, serve: Serve) -> Server:
    """The demonstration served on a free port of the loopback address."""
    return serve(demonstration, None)


def app_of(folder: Path, own: Path, url: str) -> Flask:
    """The application on one copy of the demonstration, for tests that share it."""
    settings = _settings(folder, own, url)
    app = create_app(settings, database=Database(url))
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def bare_app(own: Path, database: Database) -> Flask:
    """The application on a database of the demonstration without its files."""
    settings = replace(
        _plain_settings(own), database_url=database.url, files_url=f"file://{own}", mail_url=f"folder://{own}"
    )
    app = create_app(settings, database=database)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def _settings(folder: Path, own: Path, url: str) -> Settings:
    shutil.copytree(folder / "files", own / "demonstration-files", dirs_exist_ok=True)
    (own / "demonstration-mail").mkdir()
    settings = _plain_settings(folder)
    return replace(
        settings,
        database_url=url,
        files_url=f"file://{own / 'demonstration-files'}",
        mail_url=f"folder://{own / 'demonstration-mail'}",
    )


def _plain_settings(folder: Path) -> Settings:
    return Settings(
        mode=Mode.DEMONSTRATION,
        database_url="",
        files_url=f"file://{folder / 'files'}",
        mail_url=f"folder://{folder / 'mail'}",
        mail_from="Center Competitions <no-reply@tests.example>",
        secret_key="secret-key-of-the-tests-0123456789",
        secret_key_old="",
        password_salt="salt-of-the-tests-0123456789",
        totp_key="totp-key-of-the-tests-0123456789-0123456789",
        public_url="http://127.0.0.1:8000",
        trusted_proxies=0,
    )


def _run_demo(folder: Path, url: str, root: Path) -> None:
    for name in ("files", "mail"):
        (folder / name).mkdir(exist_ok=True)
    settings = replace(_plain_settings(folder), database_url=url)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRANTS_")}
    for name in Settings.__dataclass_fields__:
        environment[f"GRANTS_{name.upper()}"] = str(getattr(settings, name))
    for words in (["database", "upgrade"], ["demo"]):
        done = subprocess.run(
            [sys.executable, "-m", "grants.commands.main", *words],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"grants {' '.join(words)}: {done.stdout}\n{done.stderr}")
