"""The one site of these tests; they run in one process (`xdist_group`) and draw texts of their own."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from tests.saving.site import Site, opened


@pytest.fixture(scope="session")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A served site with every page that saves itself."""
    folder = tmp_path_factory.mktemp("saving")
    with opened(folder, f"sqlite:///{copy(sqlite_template, folder / 'grants.sqlite')}") as site:
        yield site
