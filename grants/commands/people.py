"""`grants people appoint|list`: the first administrators, whom no page can make, and who holds which role."""

import getpass

import click
from email_validator import EmailNotValidError, validate_email

from grants.access.roles import STAFF, Role
from grants.accounts import queries
from grants.accounts.services import roles
from grants.app import moved_clock
from grants.commands.house import house
from grants.errors import Refused


@click.group()
def people() -> None:
    """Appoint the first administrators, and list who holds a staff role."""


@people.command()
@click.argument("email")
@click.argument("role", type=click.Choice(sorted(role.value for role in STAFF)))
def appoint(email: str, role: str) -> None:
    """Give the person at EMAIL the ROLE; the account is made if need be, and its set-up link mailed.

    Refused once two administrators exist: from then on they give roles together, on the pages.
    """
    try:
        address = validate_email(email, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise click.ClickException(f"“{email}” is no mail address.") from None
    _, database = house()
    try:
        with database.writing() as session:
            now = moved_clock(session).now()
            person = roles.appoint(session, email=address, role=Role(role), by=getpass.getuser(), now=now)
            is_set_up = person.is_set_up
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{address} is {role} now.")
    if not is_set_up:
        click.echo("The worker mails the link that sets the account up; it works for seven days.")


@people.command(name="list")
def list_command() -> None:
    """Print everybody who holds a staff role, by role."""
    _, database = house()
    with database.reading() as session:
        rows = [
            f"{role}: {person.name} <{person.email}>{'' if person.is_set_up else ', not set up yet'}"
            for person, role in queries.all_holders(session)
        ]
    click.echo("\n".join(rows) or "Nobody holds a staff role. Begin with `grants people appoint`.")
