"""Chromium for the tests: one launch, no background network, and what each page may never do."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.plugins.availability import unavailable

QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
FEATURES = (
    # Playwright's own list that matters here; the command line holds the last such list alone.
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    # A new frame for each page of the same site: a third of the work of showing it (measured).
    "RenderDocument",
    "SpareRendererForSitePerProcess",
)
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 20_000
"""Milliseconds a test waits for what a page will show: two browsers may share one busy core."""
WIDTHS = {"wide": 1280, "narrow": 360}
PERSON: dict[str, Any] = {
    "viewport": {"width": WIDTHS["wide"], "height": 900},
    "locale": "en-US",
    "timezone_id": "America/New_York",
    "reduced_motion": "reduce",
}

NewContext = Callable[..., BrowserContext]
Accessible = Callable[[Page], None]
TakePicture = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Launch Debian's Chromium once; as root its sandbox cannot work and is off."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if not executable:
        unavailable("chromium is not installed")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    without = f"--disable-features={','.join(FEATURES)}"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*QUIET, *sandbox, without])
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Open browsers of several persons; options as Playwright's `new_context`.

    The test fails where a page of any of them broke the content policy or raised in a script.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{**PERSON, **options})
        context.set_default_timeout(PATIENCE)
        watch(context, faults)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def context(new_context: NewContext) -> BrowserContext:
    """One person's browser."""
    return new_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab of that browser."""
    return context.new_page()


def watch(context: BrowserContext, faults: list[str]) -> None:
    """Collect what a page of this context must never do: violate the policy, raise in a script."""

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and re.search(r"Content Security Policy|Permissions policy", message.text):
            faults.append(message.text)

    context.on("console", note)
    context.on("weberror", lambda error: faults.append(f"{error.error}"))


@pytest.fixture(scope="session")
def assert_accessible(project_root: Path) -> Accessible:
    """Fail where axe finds anything on the page as it stands."""
    axe = (project_root / "tests" / "vendor" / "axe" / "axe.min.js").read_text()

    def check(page: Page) -> None:
        page.wait_for_load_state("load")
        page.locator("main").first.wait_for()
        if not page.evaluate("typeof window.axe === 'object'"):
            page.evaluate(axe)
        options = json.dumps({"runOnly": STANDARDS, "resultTypes": ["violations"]})
        result = page.evaluate(f"async () => await window.axe.run(document, {options})")
        assert [_shown(violation) for violation in result["violations"]] == [], page.url

    return check


@pytest.fixture(scope="session")
def picture(project_root: Path) -> TakePicture:
    """Take a page at 1,280 and at 360 pixels into build/pictures, or where GRANTS_PICTURES says."""
    folder = Path(os.environ.get("GRANTS_PICTURES", project_root / "build" / "pictures"))

    def take(page: Page, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for word, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("document.fonts.ready.then(() => true)")
            page.screenshot(path=folder / f"{name}-{word}.png", full_page=True, animations="disabled")
        page.set_viewport_size({"width": WIDTHS["wide"], "height": 900})

    return take


def _shown(violation: dict[str, Any]) -> str:
    places = [f"{node['target']} {node['html'][:160]}" for node in violation["nodes"][:5]]
    return f"{violation['id']}: {violation['help']}\n  " + "\n  ".join(places)
