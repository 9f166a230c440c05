"""Alembic's environment: batch mode, our naming convention, both databases."""

from alembic import context
from sqlalchemy import Connection

from grants.database import Database, metadata
from grants.migrations import schema

schema.load()


def run(connection: Connection) -> None:
    """Run the migrations in one transaction on this connection."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        user_module_prefix="grants.database.",
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
