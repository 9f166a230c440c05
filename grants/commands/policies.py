"""`grants policies`: check and print the catalogue of dated rules."""

from datetime import UTC, datetime
from pathlib import Path

import click

from grants.policies.checks import faults
from grants.policies.loader import CATALOGUE, Kind
from grants.policies.printed import as_markdown


@click.group()
def policies() -> None:
    """Check and print the law as dated rules."""


@policies.command()
@click.option(
    "--catalogue",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=CATALOGUE,
    help="Another folder of tables, to check a change before it acts.",
)
def check(catalogue: Path) -> None:
    """Find gaps, overlaps, missing authority and impossible values; end with status 1 where there are any."""
    found = faults(catalogue)
    for fault in found:
        click.echo(f"{fault.code}: {fault.message}", err=True)
    if found:
        raise SystemExit(1)
    click.echo(f"{len(Kind)} kinds of rules: no gap, no overlap, every row names its authority.")


@policies.command()
@click.argument("kinds", nargs=-1, type=click.Choice([str(kind) for kind in Kind]))
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Only what is in force on this day.")
def show(kinds: tuple[str, ...], day: datetime | None) -> None:
    """Print the rules of these KINDS, or all, as Markdown with their authority."""
    chosen = tuple(Kind(kind) for kind in kinds) or tuple(Kind)
    click.echo(as_markdown(chosen, day=day.replace(tzinfo=UTC).date() if day else None), nl=False)
