"""A rank before its panel is marked provisional, by one rule that freezing asks too."""

import pytest

from grants.reviews.rules.provisional import why_provisional
from grants.reviews.workflow import PanelStatus


@pytest.mark.parametrize(
    ("finalists", "panel", "why"),
    [
        (0, None, None),
        (1, None, None),
        (1, PanelStatus.WAITING, None),
        (1, PanelStatus.OPEN, "The panel of VA is open. Close it first."),
        (2, None, "VA has 2 finalists. Hold the panel first."),
        (2, PanelStatus.WAITING, "VA has 2 finalists. Hold the panel first."),
        (2, PanelStatus.OPEN, "The panel of VA is open. Close it first."),
        (2, PanelStatus.CLOSED, None),
    ],
)
def test_ranks_are_provisional_until_their_panel_is_closed(
    finalists: int, panel: PanelStatus | None, why: str | None
) -> None:
    assert why_provisional("VA", finalists=finalists, panel=panel) == why
