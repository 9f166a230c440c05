"""The round that takes applications on the day of the visit, and the two that are not open yet."""

from dataclasses import replace
from typing import Final

from grants.commands.demonstration import applying, hosts, notices
from grants.commands.demonstration.applying import Draft
from grants.commands.demonstration.people import OFFICER
from grants.commands.demonstration.stage import Stage
from grants.competitions.queries import last_saves, notice_of
from grants.competitions.services import opening, sections

NUMBER: Final = notices.OPEN

DRAFTS: Final = (
    Draft("snake-river", "ID"),
    Draft("bitterroot", "MT", federal=98),
    Draft("teton", "ID", written=3, years=0, with_documents=False),
    Draft("great-basin", "UT", written=5, years=2, with_documents=False),
    Draft("rio-puerco", "NM", written=7, years=5, with_documents=False),
    Draft("front-range", "WY", written=7, short_in=4, partners=("Laramie Basin College",)),
)


def publish(stage: Stage) -> None:
    """Tell of the notice."""
    stage.at("2014-11-10 10:00")
    notices.start(stage, notices.opened())
    stage.at("2014-11-14 10:00")
    notices.publish(stage, NUMBER)


def apply(stage: Stage) -> None:
    """Tell of drafts, submissions, a replacement and a withdrawal."""
    for draft, day in zip(DRAFTS, ("01-09", "01-10", "01-11", "01-12", "01-12", "01-13"), strict=True):
        hour = "17:00" if draft.host == "rio-puerco" else "12:00"
        stage.at(f"2015-{day} {hour}")
        if draft.host != "front-range":
            hosts.settle(stage, (draft.host,))
        applying.prepare(stage, NUMBER, draft)
    stage.at("2015-01-14 11:00")
    applying.withdraw(stage, NUMBER, "teton", "ID", "Our board decided to join the other proposal.")
    applying.submit(stage, NUMBER, "bitterroot", "MT")
    stage.at("2015-01-15 15:00")
    applying.submit(stage, NUMBER, "snake-river", "ID")
    applying.improve(stage, NUMBER, "bitterroot", "MT")
    applying.submit(stage, NUMBER, "bitterroot", "MT")


def prepare_others(stage: Stage) -> None:
    """Tell of the round that is published and coming, and of next year's, which is a copy with gaps."""
    stage.at("2015-01-16 12:00")
    notices.start(stage, notices.coming())
    stage.later(50)
    notices.publish(stage, notices.COMING)
    stage.later(60)
    with stage.acting(OFFICER) as scene:
        source = notices.competition(scene, notices.TEN_STATES)
        opening.copy(
            scene.session,
            source,
            number=notices.NEXT,
            fiscal_year=2016,
            move_dates=False,
            actor=scene.actor,
            now=scene.now,
        )
    stage.later(30)
    _change_states(stage)


def _change_states(stage: Stage) -> None:
    """Put the next states into the copy; one of them has no amount yet."""
    amounts = {"CA": 14_046_183, "IL": 5_029_910, "WA": 2_550_321, "WI": None}
    with stage.acting(OFFICER) as scene:
        draft = notices.competition(scene, notices.NEXT)
        states = notice_of(scene.session, draft).states
        rows = tuple(
            replace(states.state[0], code=code, federal_per_year=None if dollars is None else dollars * 100)
            for code, dollars in amounts.items()
        )
        last = last_saves(scene.session, draft.id)["states"]
        sections.save_section(
            scene.session,
            draft,
            section="states",
            content=replace(states, state=rows),
            version=last.version,
            actor=scene.actor,
            now=scene.now,
        )
