"""One PostgreSQL cluster per run, in a temporary folder, reached by a Unix socket only."""

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.plugins.availability import unavailable

OWNER = "grants"
SETTINGS = {
    "listen_addresses": "''",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum_naptime": "1h",
}
folder_key = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder of this run: the controller makes it, the workers of xdist are told."""
    told = getattr(config, "workerinput", {}).get("cluster_folder")
    config.stash[folder_key] = Path(told) if told else Path(tempfile.mkdtemp(prefix="grants-pg-"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of xdist where the cluster of this run is."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist's node has no type
    node.workerinput["cluster_folder"] = str(config.stash[folder_key])  # type: ignore[attr-defined]  # as above


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster where the run ends, in the process that chose its folder."""
    folder = config.stash.get(folder_key, None)
    if folder is None or hasattr(config, "workerinput"):
        return
    if (folder / "data" / "postmaster.pid").exists():
        _as_owner([program("pg_ctl"), "stop", "-D", str(folder / "data"), "-m", "immediate", "-w"])
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Path:
    """The folder whose socket answers; the first test of the run that asks starts the server."""
    folder = pytestconfig.stash[folder_key]
    with _one_at_a_time(folder):
        if not (folder / "started").exists():
            _start(folder)
            (folder / "started").touch()
    return folder


def database_url_of(folder: Path, name: str) -> str:
    """Return the address of one database of the cluster."""
    return f"postgresql+psycopg://{OWNER}@/{name}?host={folder}"


def _start(folder: Path) -> None:
    data = folder / "data"
    if os.geteuid() == 0:
        owner = _system_user()
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    initdb = [program("initdb"), "-D", str(data), "-U", OWNER, "-A", "trust", "--no-sync"]
    _as_owner([*initdb, "--encoding=UTF8", "--locale=C.UTF-8"])
    settings = {**SETTINGS, "unix_socket_directories": f"'{folder}'"}
    lines = [f"{name} = {value}\n" for name, value in settings.items()]
    with (data / "postgresql.conf").open("a") as file:
        file.writelines(lines)
    _as_owner([program("pg_ctl"), "start", "-D", str(data), "-l", str(folder / "log"), "-w", "-s"])


def program(name: str) -> str:
    """Return the path of a program of the newest PostgreSQL here."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        unavailable(f"PostgreSQL's {name} is not installed")
    return found


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        unavailable("PostgreSQL does not run as root, and there is no user “postgres”")


def _as_owner(command: list[str]) -> None:
    """Run a program of PostgreSQL, which refuses to be root."""
    if os.geteuid() == 0:
        owner = _system_user()
        drop = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        command = [*drop, "--", *command]
    with tempfile.TemporaryFile() as said:  # a file: the server keeps a pipe open after pg_ctl has ended
        done = subprocess.run(
            command, check=False, cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)}\n{said.read().decode(errors='replace')}")


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
