"""What the invented hosts write and what the reviewers answer: sentences put together by dice."""

import random
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from grants.commands.demonstration.hosts import Host

_FILE: Final = Path(__file__).with_suffix(".toml")


def section(key: str, host: Host, dice: random.Random) -> str:
    """Write the section for one criterion."""
    bank = _sentences()
    body = list(bank["body"].get(key, bank["body"]["center_strategy"]))
    dice.shuffle(body)
    opening = dice.choice(bank["opening"]).format(host=host.name, city=host.city)
    middle = len(body) // 2
    parts = [opening, " ".join(body[:middle]), " ".join(body[middle:]), dice.choice(bank["closing"])]
    return "\n\n".join(parts)


def judged(dice: random.Random) -> tuple[str, str, str]:
    """Write strengths, weaknesses and a comment for the agency."""
    bank = _sentences()
    strengths = " ".join(dice.sample(bank["strengths"], 2))
    weaknesses = " ".join(dice.sample(bank["weaknesses"], 2))
    return strengths, weaknesses, dice.choice(bank["agency"])


@cache
def _sentences() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
