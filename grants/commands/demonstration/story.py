"""The story of the demonstration agency in the order of time, one chapter after the other."""

from grants.commands.demonstration import earlier_round
from grants.commands.demonstration.people import open_agency
from grants.commands.demonstration.stage import Stage

BEGINS = "2013-06-03 09:00"
ENDS = "2015-01-20 09:00"


def tell(stage: Stage) -> None:
    """Tell the whole story, from the first account to the day on which the visitor comes."""
    stage.at("2013-06-03 09:30")
    open_agency(stage)
    earlier_round.tell(stage)
