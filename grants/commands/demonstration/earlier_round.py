"""The round before: published in 2013, decided in 2014; its centers are in their first year."""

from datetime import date
from typing import Final

from grants.commands.demonstration import applying, deciding, hosts, notices, people, reviewing, screening
from grants.commands.demonstration.applying import Draft
from grants.commands.demonstration.stage import Stage

NUMBER = notices.EARLIER
DRAFTS: Final = (
    Draft("saguaro", "AZ", partners=("Valley College District",)),
    Draft("sonoran", "AZ", federal=97),
    Draft("chesapeake", "MD", federal=99),
    Draft("patapsco", "MD"),
    Draft("narragansett", "RI"),
)
SCORES: Final = {
    "saguaro": (88, 84, 90),
    "sonoran": (81, 85, 78),
    "chesapeake": (79, 83, 86),
    "patapsco": (62, 68, 71),
    "narragansett": (85, 80, 82),
}
AWARDS: Final = {"saguaro": "SAMPLE14H901", "chesapeake": "SAMPLE14H902", "narragansett": "SAMPLE14H903"}
PANEL: Final = (7, 8, 11)
DECLINES: Final = 5


def tell(stage: Stage) -> None:
    """Tell the round from its notice to its first awards."""
    _apply(stage)
    _review(stage)
    _decide(stage)


def _apply(stage: Stage) -> None:
    stage.at("2013-07-08 10:00")
    notices.start(stage, notices.earlier())
    stage.at("2013-07-15 10:00")
    notices.publish(stage, NUMBER)
    stage.work()
    stage.at("2013-08-05 09:00")
    hosts.settle(stage, tuple(draft.host for draft in DRAFTS))
    for day, draft in zip((9, 10, 16, 17, 19), DRAFTS, strict=True):
        stage.at(f"2013-09-{day:02d} 10:00")
        applying.prepare(stage, NUMBER, draft)
    for day, draft in zip((24, 25, 26, 27, 30), DRAFTS, strict=True):
        stage.at(f"2013-09-{day:02d} 11:00")
        applying.submit(stage, NUMBER, draft.host, draft.state)
    stage.work()


def _review(stage: Stage) -> None:
    stage.at("2013-10-03 09:00")
    screening.admit(stage, NUMBER, tuple(SCORES))
    people.register(stage, [expert.someone for expert in people.REVIEWERS])
    stage.at("2013-10-07 09:00")
    reviewing.invite(stage, NUMBER, (*PANEL, DECLINES), until="2013-10-18 17:00")
    reviewing.decline(stage, NUMBER, DECLINES, "I have no time in this period")
    for each in PANEL:
        reviewing.join(stage, NUMBER, each)
    stage.at("2013-10-21 09:00")
    reviewing.assign(stage, NUMBER, dict.fromkeys(SCORES, PANEL), due="2013-11-22 17:00")
    for each in PANEL:
        reviewing.certify(stage, NUMBER, each)
    for host_key, totals in SCORES.items():
        for each, total in zip(PANEL, totals, strict=True):
            reviewing.score(stage, NUMBER, each, host_key, total)
    stage.at("2013-12-03 13:00")
    deciding.open_panel(stage, NUMBER, "AZ")
    deciding.discuss(stage, NUMBER, "AZ", PANEL, (8, "sonoran", "governance", 14))
    deciding.close(stage, NUMBER, "AZ")
    for state in ("AZ", "MD", "RI"):
        deciding.freeze(stage, NUMBER, state)


def _decide(stage: Stage) -> None:
    stage.at("2014-01-13 10:00")
    for host_key in AWARDS:
        deciding.select(stage, NUMBER, hosts.HOSTS[host_key].state, host_key)
        deciding.approve(stage, NUMBER, hosts.HOSTS[host_key].state)
    stage.at("2014-02-10 10:00")
    for host_key, fain in AWARDS.items():
        deciding.award(stage, NUMBER, host_key, fain, date(2014, 3, 1))
    deciding.clear_feedback(stage, NUMBER)
    deciding.send_letters(stage, NUMBER)
    stage.at("2014-02-20 10:00")
    for host_key, fain in AWARDS.items():
        deciding.countersign(stage, NUMBER, host_key, fain)
    stage.work()
