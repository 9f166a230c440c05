"""The program `grants`: one group per noun, one command per verb."""

import click

from grants.commands import policies as policies_commands
from grants.commands.audit import audit
from grants.commands.competition import competition
from grants.commands.database import database
from grants.commands.demo import demo
from grants.commands.people import people
from grants.commands.running import config, serve, worker


@click.group()
def main() -> None:
    """Run and keep the center competitions."""


for command in (
    *(audit, competition, config, database, demo, people),
    *(policies_commands.policies, serve, worker),
):
    main.add_command(command)


if __name__ == "__main__":
    main()
