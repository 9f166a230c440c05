"""A closing stands at the instant of its lock, not of its request: no stored score is later than it."""

from datetime import timedelta

import pytest

from grants.clock import StoppedClock
from grants.database import Database
from grants.reviews.queries import panels
from grants.reviews.services import panels as chairing
from tests.factories.reviews import NOW
from tests.reviews.rounds import make_scored

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WAITED = NOW + timedelta(seconds=3)


def test_a_panel_that_waited_for_who_still_wrote_is_closed_after_them(database: Database) -> None:
    with database.writing() as session:
        made = make_scored(session, {"CO-1": (88, 79, 84), "CO-2": (90, 85, 80)})
        chairing.open_panel(session, made.competition, "CO", actor=made.officer, now=NOW)
        session.info["clock"] = StoppedClock(WAITED)
        panel = panels.panel_of(session, made.competition.id, "CO")
        assert panel is not None
        chairing.close_panel(
            session, made.competition, panel, left_open="Ended early.", actor=made.chair, now=NOW
        )

        assert panel.closed_at == WAITED
