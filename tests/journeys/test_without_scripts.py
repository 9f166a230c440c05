"""The forms of the journey once more in browsers that run no script: what is sent is the same."""

from pathlib import Path

import pytest

from tests.journeys import applying, deciding, opening, reviewing
from tests.journeys.cast import Cast
from tests.plugins.browser import NewContext
from tests.plugins.web import Server


@pytest.mark.parametrize("demonstration_kind", ["sqlite"], indirect=True)
def test_every_form_is_sent_without_scripts(
    demonstration_server: Server, new_context: NewContext, tmp_path: Path
) -> None:
    cast = Cast(demonstration_server, new_context, scripts=False)

    opening.open_competition(cast)
    applying.register(cast)
    applying.check_and_start(cast)
    applying.write(cast, tmp_path)
    applying.submit(cast)
    reviewing.rivals_apply(cast)
    applying.come_late(cast)
    reviewing.screen(cast)
    reviewing.invite(cast)
    reviewing.assign(cast)
    reviewing.score(cast)
    deciding.hold_panel(cast)
    deciding.rank(cast)
    deciding.select(cast)
