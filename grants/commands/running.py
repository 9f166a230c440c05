"""`grants serve`, `grants worker`, `grants config`."""

import os
import signal
import sys
import threading
import time
from multiprocessing import cpu_count
from typing import Any

import click

from grants.adapters import pdf_apart
from grants.app import create_app
from grants.commands.house import house, refuse_strange_house, settings_or_stop
from grants.commands.supervising import Child, Supervisor
from grants.commands.worker import Worker
from grants.config import Mode
from grants.jobs.models import Duty
from grants.migrations.running import is_current

THREADS = 32


@click.command()
def config() -> None:
    """Print every setting."""
    for name, value in settings_or_stop().shown():
        click.echo(f"{name}={value}")


@click.command()
@click.option("--only", type=click.Choice([str(duty) for duty in Duty]), help="Only jobs, or only mail.")
@click.option("--parent", type=int, hidden=True, help="The process without which this one ends.")
def worker(only: str | None, parent: int | None) -> None:
    """Run jobs, send mail and do the daily duties until stopped: in two processes, kept alive."""
    settings, database = house()
    refuse_strange_house(database, settings.mode)
    if only is not None:
        Worker(create_app(settings, database=database)).run_forever(Duty(only), parent=parent)
        return
    database.dispose()
    sys.exit(Supervisor(_workers()).run())


@click.command()
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Port on the loopback address.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--workers", default=min(2, cpu_count()), show_default=True, help="Web processes.")
@click.option("--without-worker", is_flag=True, help="Only the web processes; jobs and mail run elsewhere.")
@click.option("--parent", type=int, hidden=True, help="The process without which this one ends.")
def serve(port: int, host: str, workers: int, without_worker: bool, parent: int | None) -> None:  # noqa: FBT001
    """Start the web server and the workers beside it, and keep them alive."""
    settings, database = house()
    if not is_current(database):
        raise click.ClickException("The database is not at the newest schema. Run `grants database upgrade`.")
    refuse_strange_house(database, settings.mode)
    database.dispose()
    if without_worker:
        _end_without(parent)
        _gunicorn(host, port, workers, demonstration=settings.mode is Mode.DEMONSTRATION)
        return
    place = ["--host", host, "--port", str(port), "--workers", str(workers)]
    web = Child("web", _ourselves("serve", *place, "--without-worker"), reload=signal.SIGHUP)
    sys.exit(Supervisor([web, *_workers()]).run())


def _workers() -> list[Child]:
    return [Child(str(duty), _ourselves("worker", "--only", str(duty))) for duty in Duty]


def _ourselves(*words: str) -> list[str]:
    return [sys.executable, "-m", "grants.commands.main", *words, "--parent", str(os.getpid())]


def _end_without(parent: int | None) -> None:
    """Stop the web server when the process that supervises it is gone, so that nobody is left alone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    if parent is not None:
        threading.Thread(target=watch, name="watch", daemon=True).start()


def _gunicorn(host: str, port: int, workers: int, *, demonstration: bool) -> None:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # has no types

    class Server(BaseApplication):  # type: ignore[misc]  # the same
        """Our gunicorn: its settings are arguments here, not a file."""

        def load_config(self) -> None:
            """Give gunicorn its settings."""
            chosen = {
                "bind": f"{host}:{port}",
                "workers": workers,
                "worker_class": "grants.commands.web_process.WebProcess",
                "threads": THREADS,
                "timeout": 120,
                "graceful_timeout": 30,
                "keepalive": 5,
                "control_socket_disable": True,
                "limit_request_line": 8190,
                "post_fork": lambda _server, _worker: pdf_apart.start(),  # before any thread
                "post_worker_init": _end_streams_with,
                "when_ready": lambda _server: _say_ready(host, port, demonstration=demonstration),
            }
            for name, value in chosen.items():
                self.cfg.set(name, value)

        def load(self) -> object:
            """Make the application in each web process."""
            settings, database = house()
            return create_app(settings, database=database)

    Server().run()


def _end_streams_with(worker: Any) -> None:
    """Have a web process that is told to stop end its live pages, which would keep it for minutes."""
    streams = getattr(worker.wsgi, "extensions", {}).get("grants.streams")
    if streams is not None:
        streams.is_ending = lambda: not worker.alive


def _say_ready(host: str, port: int, *, demonstration: bool) -> None:
    if demonstration:
        from grants.commands.demo import ACCOUNTS

        click.echo("Demonstration accounts (one click each on the sign-in page):")
        for email, role in ACCOUNTS:
            click.echo(f"  {email:34} {role}")
    click.echo(f"ready: http://{host}:{port}")
    sys.stdout.flush()
