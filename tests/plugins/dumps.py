"""Old databases of the demonstration, restored from the dumps that are kept in tests/dumps."""

import gzip
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from tests.plugins.cluster import database_url_of, program
from tests.plugins.databases import administer

DUMPS = sorted((Path(__file__).resolve().parent.parent / "dumps").glob("*.sql.gz"))


def parameters(dumps: list[Path] = DUMPS) -> Iterator[object]:
    """Make a parameter of each dump, marked by what it needs."""
    for dump in dumps:
        marks = [pytest.mark.xdist_group(dump.name)]
        if kind_of(dump) == "postgresql":
            marks.append(pytest.mark.postgresql)
        yield pytest.param(dump, id=dump.name.removesuffix(".sql.gz"), marks=marks)


def newest() -> list[Path]:
    """Return the newest dump of each kind."""
    return list({kind_of(dump): dump for dump in DUMPS}.values())


def kind_of(dump: Path) -> str:
    """Name the kind of database of a dump."""
    return dump.name.removesuffix(".sql.gz").rpartition(".")[2]


def restored(dump: Path, request: pytest.FixtureRequest, folder: Path) -> str:
    """Restore a dump into a new database and return its address."""
    script = gzip.decompress(dump.read_bytes()).decode()
    if kind_of(dump) == "sqlite":
        return _restored_by_sqlite(script, folder / "grants.sqlite")
    cluster: Path = request.getfixturevalue("cluster")
    return _restored_by_psql(script, cluster, request.getfixturevalue("postgresql_names")())


def _restored_by_sqlite(script: str, path: Path) -> str:
    with closing(connect(path)) as connection:
        connection.executescript(script)
    return f"sqlite:///{path}"


def _restored_by_psql(script: str, cluster: Path, name: str) -> str:
    """Restore with the newest psql; what only newer ones know (\\restrict) is left out."""
    administer(cluster, f'CREATE DATABASE "{name}"')
    lines = [line for line in script.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]
    done = subprocess.run(
        [
            program("psql"),
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            str(cluster),
            "-U",
            "grants",
            "-d",
            name,
        ],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return database_url_of(cluster, name)
