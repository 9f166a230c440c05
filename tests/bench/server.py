"""A server in processes of its own: our application, or a trivial one to measure against.

`python -m tests.bench.server ours|trivial PORT`, the rest from the environment; the same server as
`grants serve` starts, without the worker beside it.
"""

import os
import sys

from flask import Flask, Response, jsonify, request
from sqlmodel import Field, SQLModel

from grants.app import create_app
from grants.commands import running
from grants.config import Settings
from grants.database import Database
from tests.bench.serving import PROCESS, WORKERS


class Trivial(SQLModel, table=True):
    """One row that a trivial request changes."""

    __tablename__ = "bench_trivial"

    id: int | None = Field(default=None, primary_key=True)
    text: str = ""
    version: int = 0


def trivial_app(_settings: Settings, *, database: Database) -> Flask:
    """Make what anybody would write with Flask and SQLModel: read one row, change it, commit."""
    app = Flask("trivial")

    @app.post("/write/<int:number>")
    def write(number: int) -> Response:
        with database.writing() as session:
            row = session.get(Trivial, number)
            if row is None:
                row = Trivial(id=number)
                session.add(row)
            row.text = request.form["strengths"]
            row.version += 1
        return jsonify(version=row.version)

    return app


def telling(app: Flask) -> Flask:
    """Have an application say which process answers."""

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers[PROCESS] = str(os.getpid())
        return response

    return app


def main(kind: str, port: str) -> None:
    """Serve until stopped."""
    make = trivial_app if kind == "trivial" else create_app
    vars(running)["create_app"] = lambda settings, *, database: telling(make(settings, database=database))
    running._gunicorn("127.0.0.1", int(port), WORKERS, demonstration=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
