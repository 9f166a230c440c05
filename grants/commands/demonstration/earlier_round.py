"""The round before: published in 2013, decided in 2014; its centers are in their first year."""

from grants.commands.demonstration import applying, hosts, notices
from grants.commands.demonstration.applying import Draft
from grants.commands.demonstration.stage import Stage

NUMBER = notices.EARLIER
DRAFTS = (
    Draft("saguaro", "AZ", partners=("Valley College District",)),
    Draft("sonoran", "AZ", federal=97),
    Draft("chesapeake", "MD", federal=99),
    Draft("patapsco", "MD"),
    Draft("narragansett", "RI"),
)


def tell(stage: Stage) -> None:
    """Tell the round from its notice to its first awards."""
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
