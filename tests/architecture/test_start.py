"""What a start loads: the libraries of statistics, optimization and documents come with their first use."""

import subprocess
import sys

import pytest

from tests.architecture.house import ROOT

HEAVY = ("scipy", "ortools", "weasyprint", "openpyxl", "pikepdf", "pypdfium2", "qrcode", "PIL")


@pytest.mark.parametrize("module", ["grants.app", "grants.commands.main"])
def test_a_start_loads_no_heavy_library(module: str) -> None:
    program = f"import sys, {module}; print(*sorted(set(sys.modules) & set({HEAVY!r})))"

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )

    assert done.stdout.split() == []
