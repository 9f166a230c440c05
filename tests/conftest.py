"""Fixtures that every test may use; each lives in a module of tests/plugins by what it brings."""

from pathlib import Path

import pytest

pytest_plugins = [
    "tests.plugins.cluster",
    "tests.plugins.databases",
    "tests.plugins.web",
    "tests.plugins.browser",
    "tests.plugins.people",
    "tests.plugins.demonstration",
    "tests.plugins.documents",
    "tests.plugins.properties",
]

BROWSER_FIXTURES = {"page", "context", "browser", "new_context"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, veraPDF or the demonstration by the fixtures it asks for."""
    for item in items:
        wanted = set(getattr(item, "fixturenames", ()))
        if wanted & BROWSER_FIXTURES:
            item.add_marker(pytest.mark.browser)
        if "verapdf" in wanted:
            item.add_marker(pytest.mark.verapdf)
        if any(name.startswith("demonstration") for name in wanted):
            item.add_marker(pytest.mark.demonstration)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many of the passed tests ran on PostgreSQL and in a browser."""
    passed = terminalreporter.stats.get("passed", [])
    for mark in ("postgresql", "browser", "verapdf"):
        count = sum(mark in report.keywords for report in passed)
        terminalreporter.write_line(f"{count} tests ran with {mark}")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def published_data(project_root: Path) -> Path:
    """The folder of public-domain data that nobody on this project wrote."""
    return project_root / "tests" / "fixtures" / "published"


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> None:
    """Hash passwords with the least work there is and with the tests' own keys, also without an app."""
    from argon2 import PasswordHasher

    from grants.accounts.rules import passwords
    from grants.accounts.services import keys

    keys._held[:] = [keys.Keys("salt-of-the-tests-0123456789", "totp-key-of-the-tests-0123456789-0123456789")]

    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
