"""The whole life of a competition in a browser: from the copied notice to the continued center."""

from pathlib import Path

import pytest

from tests.journeys import applying, continuing, deciding, opening, reviewing
from tests.journeys.cast import A_LIFE_TAKES, Cast
from tests.plugins.browser import Accessible, NewContext
from tests.plugins.web import Server


@pytest.mark.timeout(A_LIFE_TAKES)
def test_a_competition_lives_from_its_notice_to_the_second_year(
    demonstration_server: Server,
    demonstration_kind: str,
    new_context: NewContext,
    assert_accessible: Accessible,
    tmp_path: Path,
) -> None:
    axe = assert_accessible if demonstration_kind == "sqlite" else None  # the same pages on both databases
    cast = Cast(demonstration_server, new_context, axe)

    opening.open_competition(cast)
    applying.register(cast)
    applying.check_and_start(cast)
    applying.write(cast, tmp_path)
    applying.submit(cast)
    reviewing.rivals_apply(cast)
    opening.amend(cast)
    applying.submit_again(cast)
    applying.come_late(cast)
    reviewing.screen(cast)
    reviewing.invite(cast)
    reviewing.assign(cast)
    reviewing.score(cast)
    reviewing.give_back(cast)
    deciding.hold_panel(cast)
    deciding.rank(cast)
    deciding.select(cast)
    deciding.award(cast)
    deciding.send_letters(cast)
    continuing.ask(cast)
    continuing.evaluate(cast)
    continuing.decide(cast)
