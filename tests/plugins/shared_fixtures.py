"""The fixtures that nobody on this project wrote: one folder beside the checkout, or GRANTS_FIXTURES."""

import os
from pathlib import Path

import pytest

from tests.plugins.availability import unavailable


@pytest.fixture(scope="session")
def shared_fixtures(project_root: Path) -> Path:
    """The folder of public-domain data; where it is missing the test skips, in CI it fails."""
    folder = Path(os.environ.get("GRANTS_FIXTURES", project_root.parent / "shared" / "fixtures"))
    if not folder.is_dir():
        unavailable(f"the shared fixtures are not at {folder}; set GRANTS_FIXTURES")
    return folder


@pytest.fixture(scope="session")
def own_fixtures(project_root: Path) -> Path:
    """The worked cases that are committed."""
    return project_root / "tests" / "fixtures"
