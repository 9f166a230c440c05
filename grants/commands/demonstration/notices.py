"""The five notices of the demonstration: the ten states of 2014 as sampled, the others made from them."""

from dataclasses import replace
from datetime import date, datetime
from importlib.resources import files
from typing import Final

from grants.commands.demonstration.people import OFFICER
from grants.commands.demonstration.stage import EASTERN, Scene, Stage, known
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.competitions.rules.notice import (
    Award,
    Confirmation,
    Confirmations,
    Dates,
    Notice,
    StateAmount,
    States,
)
from grants.competitions.rules.toml_text import load
from grants.competitions.services import opening, publishing
from grants.policies.rows import LocationRule

EARLIER: Final = "2013-NIST-MEP-01"
TEN_STATES: Final = "2014-NIST-MEP-01"
OPEN: Final = "2015-NIST-MEP-01"
COMING: Final = "2015-NIST-MEP-02"
NEXT: Final = "2016-NIST-MEP-01"
_INVENTED: Final = "Invented for the demonstration; no notice like this was published."


def ten_states() -> Notice:
    """Return the notice of the ten states of 2014 from its sample file."""
    text = (files("grants.competitions") / "samples" / "ten_states_2014.toml").read_text(encoding="utf-8")
    notice, faults = load(text)
    if notice is None:
        raise ValueError("; ".join(fault.message for fault in faults))
    return notice


def earlier() -> Notice:
    """Return the notice of the round before, whose awards are in their first year."""
    return _invented(
        EARLIER,
        2013,
        {"AZ": 1_210_000, "MD": 1_045_000, "RI": 612_500},
        dates=Dates(planned_publication=date(2013, 7, 15), deadline=_instant(2013, 10, 1, 17)),
        award=Award(years=5, expected_award=date(2014, 2, 14), expected_start=date(2014, 3, 1)),
    )


def opened() -> Notice:
    """Return the notice that takes applications now; a host from another state may serve the state."""
    notice = _invented(
        OPEN,
        2015,
        {"ID": 640_236, "MT": 518_920, "NM": 700_000, "UT": 1_172_114, "WY": 500_000},
        dates=Dates(planned_publication=date(2014, 11, 14), deadline=_instant(2015, 1, 22, 23, 59)),
        award=Award(years=5, expected_award=date(2015, 6, 15), expected_start=date(2015, 7, 1)),
    )
    return replace(notice, rules=replace(notice.rules, location=LocationRule.SERVES_STATE))


def coming() -> Notice:
    """Return the notice that is published and takes applications later."""
    return _invented(
        COMING,
        2015,
        {"KY": 900_000, "ME": 550_000, "NE": 600_000, "WV": 500_000},
        dates=Dates(
            planned_publication=date(2015, 1, 12),
            opens=_instant(2015, 2, 16, 9),
            deadline=_instant(2015, 4, 30, 17),
        ),
        award=Award(years=5, expected_award=date(2015, 9, 15), expected_start=date(2015, 10, 1)),
    )


def start(stage: Stage, notice: Notice) -> None:
    """Load a notice as a draft."""
    with stage.acting(OFFICER) as scene:
        opening.load_new(scene.session, notice, actor=scene.actor, now=scene.now)


def publish(stage: Stage, number: str) -> None:
    """Publish a draft."""
    with stage.acting(OFFICER) as scene:
        publishing.publish(scene.session, competition(scene, number), actor=scene.actor, now=scene.now)


def competition(scene: Scene, number: str) -> Competition:
    """Return a competition of the story."""
    return known(competition_by_number(scene.session, number), number)


def _invented(
    number: str, fiscal_year: int, dollars: dict[str, int], *, dates: Dates, award: Award
) -> Notice:
    notice = ten_states()
    names = "one state" if len(dollars) == 1 else f"{len(dollars)} states"
    title = f"Award Competition for Manufacturing Extension Partnership Centers, {names}"
    amounts = tuple(StateAmount(code=code, federal_per_year=each * 100) for code, each in dollars.items())
    return replace(
        notice,
        identity=replace(notice.identity, number=number, title=title, fiscal_year=fiscal_year),
        states=States(state=amounts),
        dates=dates,
        award=award,
        confirm=Confirmations(
            unconfirmed=tuple(
                Confirmation(value=value, note=_INVENTED)
                for value in ("identity.number", "states", "dates", "award", "criteria")
            )
        ),
    )


def _instant(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=EASTERN)
