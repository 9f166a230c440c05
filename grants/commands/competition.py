"""`grants competition`: load a competition from a TOML file, save one as a TOML file."""

from pathlib import Path
from typing import NoReturn

import click
from sqlmodel import Session

from grants.access.actor import SYSTEM
from grants.app import moved_clock
from grants.commands.house import house
from grants.competitions import queries
from grants.competitions.models import Competition
from grants.competitions.rules.notice import Notice
from grants.competitions.rules.publication import publication_findings
from grants.competitions.rules.toml_text import load as read_text
from grants.competitions.rules.toml_text import save as write_text
from grants.competitions.services import opening
from grants.competitions.workflow import CompetitionStatus
from grants.database import Database
from grants.errors import Refused
from grants.findings import Finding, stops


@click.group()
def competition() -> None:
    """Load and save competitions as TOML files."""


@competition.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--over", is_flag=True, help="Put the values in the place of a draft of the same number.")
def load(file: Path, over: bool) -> None:  # noqa: FBT001  # click passes its options by name
    """Start a competition in preparation from FILE; every fault is told with its line."""
    try:
        text = file.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as fault:
        raise click.ClickException(f"{file.name} cannot be read as text: {fault}") from None
    notice, faults = read_text(text)
    if notice is None:
        _stop(faults)
    _, database = house()
    try:
        click.echo(_load(database, notice, over=over))
    except Refused as refusal:
        _stop(refusal.findings)


@competition.command()
@click.argument("number")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def save(number: str, file: Path) -> None:
    """Write the competition NUMBER to FILE."""
    _, database = house()
    with database.reading() as session:
        found = queries.competition_by_number(session, number)
        if found is None:
            raise click.ClickException(f"There is no competition {number}.")
        text = write_text(queries.notice_of(session, found))
    file.write_text(text, encoding="utf-8")
    click.echo(f"{number} is written to {file}.")


def _load(database: Database, notice: Notice, *, over: bool) -> str:
    number = notice.identity.number
    with database.writing() as session:
        now = moved_clock(session).now()
        standing = queries.competition_by_number(session, number)
        if standing is not None and over:
            _over(session, standing, notice)
        else:
            standing = opening.load_new(session, notice, actor=SYSTEM, now=now)
        found = stops(publication_findings(None, queries.facts_of(session, standing, now, notice), now))
    lines = [f"{number} is loaded as a draft."]
    if found:
        lines.append(f"{len(found)} things stop its publication:")
        lines.extend(f"  {finding.message}" for finding in found)
    return "\n".join(lines)


def _over(session: Session, standing: Competition, notice: Notice) -> None:
    if standing.status != CompetitionStatus.DRAFT:
        raise click.ClickException(f"{standing.number} is {standing.status}: only an amendment changes it.")
    opening.load_over(session, standing, notice, actor=SYSTEM, now=moved_clock(session).now())


def _stop(findings: list[Finding]) -> NoReturn:
    for finding in findings:
        click.echo(finding.message, err=True)
    raise SystemExit(1)
