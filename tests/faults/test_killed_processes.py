"""Each process of `grants serve` is killed while people work: nothing acknowledged is lost or doubled."""

import pytest
from flask import Flask

from tests.faults.test_killed_server import house
from tests.plugins.effort import tries
from tests.soak.soak_processes import killed

__all__ = ["house"]


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_killed_process_comes_back_and_nothing_acknowledged_is_lost(house: Flask) -> None:
    assert killed(house, kills=tries(3, 9), seed=3, writers=3, batches=0) == []
