"""What came back from an earlier visit is this page's own: corrected here, it does not come again."""

import pytest

from tests.plugins.browser import NewContext
from tests.saving.desk import Desk, Room
from tests.saving.site import Site

pytestmark = pytest.mark.xdist_group("saving")


def again(desk: Desk) -> Desk:
    """Leave the page as it stands, whatever it asks, and come back in another tab."""
    left = desk.page
    desk.open()
    left.close()
    return desk


@pytest.mark.parametrize("corrected", ["21,429.44", ""], ids=["corrected", "cleared"])
def test_a_bad_value_that_was_corrected_after_it_came_back_is_forgotten(
    site: Site, new_context: NewContext, corrected: str
) -> None:
    surface = site.surfaces["budget year"]
    site.clock.put(surface.at)
    desk = Room(site, surface, new_context).desk()
    name, bad = "supplies__cash", "1,00,000"
    desk.type(name, bad)
    desk.says("Not saved")
    assert again(again(desk)).field(name).input_value() == bad

    desk.type(name, corrected)
    desk.says("Saved")

    assert desk.kept() == []
    assert again(desk).field(name).input_value() == corrected
    assert desk.kept() == []
