"""The round of the ten states of 2014, told up to the day of the visit: in review and ranking."""

from dataclasses import replace
from typing import Final

from grants.commands.demonstration import applying, deciding, hosts, notices, reviewing, screening
from grants.commands.demonstration.applying import Draft
from grants.commands.demonstration.hosts import HOSTS
from grants.commands.demonstration.people import OFFICER
from grants.commands.demonstration.stage import Stage
from grants.competitions.queries import notice_of
from grants.competitions.services import amending
from grants.reviews.rules.choices import InterestKind
from grants.reviews.rules.invitees import Invitee
from grants.reviews.services.joining import Declared

NUMBER: Final = notices.TEN_STATES

PANELS: Final = {
    (1, 2, 3): ("front-range", "high-plains", "gunnison", "granite"),
    (4, 5, 6): ("nutmeg", "quinnipiac-valley", "wabash", "calumet", "whitewater"),
    (7, 8, 9): ("straits", "huron", "piedmont", "catawba", "shenandoah", "tidewater"),
    (10, 11, 12): ("cascade", "umpqua", "cumberland", "hiwassee", "caprock", "brazos"),
}
"""Who reads whose application: one panel for all of a state, as the published rank sum needs it."""

TOTALS: Final = {
    "front-range": (91, 84, 88),
    "high-plains": (86, 89, 83),
    "gunnison": (74, 79, 72),
    "granite": (66, 71, 69),
    "nutmeg": (83, 87, 85),
    "quinnipiac-valley": (77, 80, 81),
    "wabash": (88, 82, 85),
    "calumet": (84, 86, 85),
    "whitewater": (73, 71, 78),
    "straits": (90, 87, 92),
    "huron": (82, 85, 79),
    "piedmont": (84, 88, 80),
    "catawba": (86, 81, 83),
    "shenandoah": (79, 82, 85),
    "tidewater": (76, 84, 77),
    "cascade": (85, 80, 0),
    "umpqua": (72, 76, 75),
    "cumberland": (81, 78, 84),
    "hiwassee": (83, 0, 80),
    "caprock": (89, 86, 90),
    "brazos": (78, 74, 82),
}
"""First totals in the order of the panel. Wabash and Calumet tie; Granite Notch misses 70 on average."""

NOT_REVIEWED: Final = "lone-mesa"
TIED_TO: Final = "cascade"
MISSING: Final = "hiwassee"


def apply(stage: Stage) -> None:
    """Tell of the notice, the applications, one amendment and the deadline."""
    stage.at("2014-07-21 10:00")
    notices.start(stage, notices.ten_states())
    stage.at("2014-08-01 09:00")
    notices.publish(stage, NUMBER)
    keys = (*TOTALS, NOT_REVIEWED)
    stage.at("2014-08-11 09:00")
    hosts.settle(stage, keys)
    stage.work()
    for position, key in enumerate(keys):
        stage.at(f"2014-09-{2 + position // 2:02d} {'09:00' if position % 2 == 0 else '15:00'}")
        applying.prepare(stage, NUMBER, _draft(key))
    _amend(stage)
    stage.work()
    for position, key in enumerate(keys):
        stage.at(f"2014-10-{6 + position // 3:02d} {9 + 3 * (position % 3):02d}:00")
        applying.submit(stage, NUMBER, key, HOSTS[key].state)
    for key in ("front-range", "umpqua"):
        stage.at(f"2014-10-15 {'10:00' if key == 'front-range' else '22:00'}")
        applying.improve(stage, NUMBER, key, HOSTS[key].state)
        if key == "front-range":
            applying.submit(stage, NUMBER, key, HOSTS[key].state)
    stage.at("2014-10-16 00:00")
    applying.submit(stage, NUMBER, "umpqua", "OR")
    stage.work()


def read(stage: Stage) -> None:
    """Tell of the administrative review, the panels' making and the first score sheets."""
    stage.at("2014-10-17 09:00")
    screening.admit(stage, NUMBER, tuple(TOTALS))
    screening.refuse(
        stage,
        NUMBER,
        NOT_REVIEWED,
        responsive="The proposal asks for a study of the market and operates no center.",
    )
    stage.at("2014-10-20 09:00")
    everyone = tuple(range(1, 13))
    reviewing.invite(stage, NUMBER, everyone, until="2014-11-03 17:00")
    guest = Invitee(
        line=1,
        text="",
        name="Wanda Pruitt",
        email="wanda.pruitt@lakeshore-tools.example",
        affiliation="Lakeshore Tools Council",
    )
    reviewing.invite_all(stage, NUMBER, [guest], until="2014-11-03 17:00")
    for each in everyone:
        reviewing.join(stage, NUMBER, each, *_interests(each))
    stage.at("2014-11-05 09:00")
    chosen = {key: panel for panel, keys in PANELS.items() for key in keys}
    reviewing.assign(stage, NUMBER, chosen, due="2014-12-12 17:00")
    stage.work()
    for each in everyone:
        if each == 12:  # noqa: PLR2004  # the reviewer of the address
            note = "I advised this organization for a fee until last spring."
            reviewing.certify(stage, NUMBER, each, TIED_TO, note=note)
        else:
            reviewing.certify(stage, NUMBER, each)


def score(stage: Stage) -> None:
    """Tell of the score sheets: all are in but one."""
    for panel, keys in PANELS.items():
        for key in keys:
            for each, total in zip(panel, TOTALS[key], strict=True):
                if total:
                    reviewing.score(stage, NUMBER, each, key, total)
    reviewing.score(stage, NUMBER, 11, MISSING, 80, given=5, submitted=False)
    stage.work()


def hold_panels(stage: Stage) -> None:
    """Tell of the sheet that was returned and of the first three panels."""
    stage.at("2014-12-15 09:00")
    reviewing.give_back(
        stage, NUMBER, 10, "brazos", "Under “Governance” you speak of another applicant. Look at it again."
    )
    for state, day, panel in (("CO", 16, (1, 2, 3)), ("CT", 17, (4, 5, 6)), ("MI", 18, (7, 8, 9))):
        stage.at(f"2014-12-{day} 13:00")
        deciding.call(stage, NUMBER, state, f"2014-12-{day} 13:30")
        stage.at(f"2014-12-{day} 13:30")
        deciding.open_panel(stage, NUMBER, state)
        revised = ((3, "high-plains", "budget", 14),) if state == "CO" else ()
        deciding.discuss(stage, NUMBER, state, panel, *revised)
        deciding.close(stage, NUMBER, state)


def freeze(stage: Stage) -> None:
    """Tell of the last panel held so far, and of the rankings that were frozen."""
    stage.at("2015-01-08 13:00")
    deciding.open_panel(stage, NUMBER, "IN")
    deciding.discuss(stage, NUMBER, "IN", (4, 5, 6))
    deciding.close(stage, NUMBER, "IN")
    for state in ("CO", "CT", "MI", "IN"):
        deciding.freeze(stage, NUMBER, state)


def last_days(stage: Stage) -> None:
    """Tell of what is under way: a selection that waits, a call to come, and a panel that talks."""
    stage.at("2015-01-16 18:00")
    deciding.select(stage, NUMBER, "CT", "nutmeg")
    deciding.call(stage, NUMBER, "VA", "2015-01-22 13:00")
    stage.at("2015-01-19 13:00")
    deciding.call(stage, NUMBER, "NC", "2015-01-20 13:00")
    deciding.open_panel(
        stage, NUMBER, "NC", early="The reviewers asked to read each other's comments before the call."
    )


def _draft(key: str) -> Draft:
    percent = {"high-plains": 96, "calumet": 98, "huron": 94}.get(key, 100)
    partners = {"shenandoah": ("Blue Hollow College District",), "front-range": ("Golden Valley College",)}
    return Draft(key, HOSTS[key].state, federal=percent, partners=partners.get(key, ()))


def _interests(each: int) -> tuple[Declared, ...]:
    if each == 2:  # noqa: PLR2004  # the reviewer of the address
        return (Declared(InterestKind.EMPLOYER, name="Tidewater Polytechnic College"),)
    return ()


def _amend(stage: Stage) -> None:
    """Change a page limit by an amendment, while applicants are at work."""
    stage.at("2014-09-22 10:00")
    with stage.acting(OFFICER) as scene:
        round_ = notices.competition(scene, NUMBER)
        amendment = amending.prepare(scene.session, round_, actor=scene.actor, now=scene.now)
        documents = notice_of(scene.session, round_).documents
        wider = tuple(
            replace(one, page_limit=4) if one.key == "assurance_of_half" else one
            for one in documents.document
        )
        amending.propose_section(
            scene.session,
            round_,
            amendment,
            section="documents",
            content=replace(documents, document=wider),
            version=0,
            actor=scene.actor,
            now=scene.now,
        )
        stage.later(20)
        amending.explain(
            scene.session,
            round_,
            amendment,
            why="Two pages are too few where several sources give their assurance together.",
            grants_gov_text=amendment.grants_gov_text,
            version=amendment.version,
            actor=scene.actor,
            now=scene.now,
        )
        stage.later(15)
        amending.publish_amendment(scene.session, round_, amendment, actor=scene.actor, now=scene.now)
