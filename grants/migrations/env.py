"""Alembic's environment: batch mode, our naming convention, both databases."""

from typing import Literal

from alembic import context
from sqlalchemy import JSON, Connection
from sqlmodel.sql.sqltypes import AutoString

from grants.database import Database, metadata
from grants.migrations import schema

schema.load()


def render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write SQLModel's text type as a plain string and JSON by our name; the rest as Alembic does."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if kind == "type" and isinstance(item, JSON):
        return "grants.database.Document"
    return False


def run(connection: Connection) -> None:
    """Run the migrations in one transaction on this connection."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(context.config.get_main_option("sqlalchemy.url") or "")
    with database.engine.connect() as connection:
        run(connection)
        connection.commit()
