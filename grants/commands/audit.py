"""`grants audit verify [--head HASH]`."""

import click

from grants.commands.house import house
from grants.lifecycle.verify import verify_chain


@click.group()
def audit() -> None:
    """Prove the record."""


@audit.command()
@click.option("--head", default=None, help="The hash of the last event as it was noted elsewhere.")
def verify(head: str | None) -> None:
    """Recompute the event chain; status 1 and every fault in words if it does not hold."""
    _, database = house()
    with database.snapshot() as session:
        verdict = verify_chain(session, head=head)
    for fault in verdict.faults:
        click.echo(fault)
    if not verdict.holds:
        raise SystemExit(1)
    click.echo(f"Unbroken through event {verdict.events:,}. Head {verdict.head}")
