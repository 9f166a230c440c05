"""The whole life once more in browsers that run no script: every step has its form and its link."""

from pathlib import Path

import pytest

from tests.journeys import applying, continuing, deciding, opening, reviewing
from tests.journeys.cast import A_LIFE_TAKES, Cast
from tests.plugins.browser import NewContext
from tests.plugins.web import Server


@pytest.mark.timeout(A_LIFE_TAKES)
@pytest.mark.parametrize("demonstration_kind", ["sqlite"], indirect=True)
def test_the_whole_life_goes_without_scripts(
    demonstration_server: Server, new_context: NewContext, tmp_path: Path
) -> None:
    cast = Cast(demonstration_server, new_context, scripts=False)

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
