"""A page looked at as its readers see it: pictures and axe at both widths, and nothing to scroll sideways."""

import re

from playwright.sync_api import Page

from tests.plugins.browser import WIDTHS, Accessible, TakePicture


def look(page: Page, url: str, name: str, picture: TakePicture, accessible: Accessible) -> None:
    """Open a page and look at it."""
    answer = page.goto(url)
    assert answer is not None
    assert (answer.status, re.search("Sign in", page.title())) == (200, None), url
    look_here(page, name, picture, accessible)


def look_here(page: Page, name: str, picture: TakePicture, accessible: Accessible) -> None:
    """Look at the page as it stands."""
    picture(page, name)
    for width in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": 900})
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} at {width}"
    page.set_viewport_size({"width": WIDTHS["wide"], "height": 900})
