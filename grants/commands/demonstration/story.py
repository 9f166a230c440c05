"""The story of the demonstration agency in the order of time, one chapter after the other."""

from collections.abc import Callable
from typing import Final

from grants.commands.demonstration import continuing, earlier_round, open_round, ten_states
from grants.commands.demonstration.people import open_agency
from grants.commands.demonstration.stage import Stage

BEGINS: Final = "2013-06-03 09:00"
ENDS: Final = "2015-01-20 09:00"

CHAPTERS: Final[tuple[Callable[[Stage], None], ...]] = (
    open_agency,
    earlier_round.tell,
    ten_states.apply,
    ten_states.read,
    open_round.publish,
    ten_states.score,
    continuing.drafts,
    ten_states.hold_panels,
    continuing.finals,
    ten_states.freeze,
    continuing.evaluation,
    open_round.apply,
    open_round.prepare_others,
    ten_states.last_days,
)


def tell(stage: Stage) -> None:
    """Tell the whole story, from the first account to the day on which the visitor comes."""
    for chapter in CHAPTERS:
        chapter(stage)
    stage.work()
