"""What a person is told where the database itself kept two from doing one thing: no fault of ours."""

from sqlalchemy import Index, Table, UniqueConstraint
from sqlalchemy.exc import DBAPIError

from grants.database import metadata

DEADLOCK = "40P01"
"""PostgreSQL's code for two who waited for each other, of whom it sent one away."""


def sentence_of(error: DBAPIError) -> str | None:
    """Say in one sentence what stood in the way; None where it is not another's deed at the same moment."""
    if getattr(error.orig, "sqlstate", None) == DEADLOCK:
        return "Somebody changed the same at this very moment, so nothing of this was stored. Send it again."
    found = _unique_in(str(error.orig), getattr(getattr(error.orig, "diag", None), "constraint_name", None))
    if found is None:
        return None
    noun = found.name.replace("_", " ")
    return (
        f"The same {noun} was stored at this very moment, by somebody else or by a second press. "
        "Nothing was stored twice. Open the page again to see what stands there."
    )


def _unique_in(message: str, name: str | None) -> Table | None:
    """Return the table of the unique key that a message names: by its name, on SQLite also by its columns."""
    for table in metadata.tables.values():
        for key_name, columns in _uniques(table):
            spelled = ", ".join(f"{table.name}.{column}" for column in columns)
            if key_name == name or message.endswith(
                (f"UNIQUE constraint failed: {spelled}", f"'{key_name}'")
            ):
                return table
    return None


def _uniques(table: Table) -> list[tuple[str, list[str]]]:
    keys = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    indexes: list[UniqueConstraint | Index] = [index for index in table.indexes if index.unique]
    return [(_name(table, each), [column.name for column in each.columns]) for each in [*keys, *indexes]]


def _name(table: Table, key: UniqueConstraint | Index) -> str:
    first = next(iter(key.columns)).name
    return str(key.name or f"uq_{table.name}_{first}")
