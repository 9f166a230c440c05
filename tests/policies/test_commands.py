"""The commands that check and print the catalogue."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from grants.commands.policies import policies
from grants.policies.loader import Kind, table


def test_check_says_that_nothing_is_wrong() -> None:
    result = CliRunner().invoke(policies, ["check"])

    assert (result.exit_code, result.output) == (
        0,
        f"{len(Kind)} kinds of rules: no gap, no overlap, every row names its authority.\n",
    )


def test_check_names_each_fault_and_fails(tmp_path: Path) -> None:
    result = CliRunner().invoke(policies, ["check", "--catalogue", str(tmp_path)])

    assert result.exit_code == 1
    assert "policies.file_missing: cost_share.toml is missing. Write at least one row." in result.stderr


def test_show_prints_every_row_with_its_authority() -> None:
    result = CliRunner().invoke(policies, ["show"])

    for kind in Kind:
        for row in table(kind):
            assert f"- Authority: {row.authority}" in result.output


def test_show_prints_what_is_in_force_on_a_day() -> None:
    result = CliRunner().invoke(policies, ["show", "cost_share", "--on", "2014-08-01"])

    assert result.output.splitlines()[:9] == [
        "# Cost share",
        "",
        "## Declining schedule of 1994: 1/2, 1/2, 1/2, 2/5, then 1/3",
        "",
        "- Name: omnibus-1988",
        "- In force: from 1994-05-02 to 2017-01-05",
        (
            "- Authority: 15 CFR 290.4 as of May 2, 1994 (59 FR, FR Doc 94-10391);"
            " 15 U.S.C. 278k as enacted in 1988"
        ),
        "- Known: read",
        "- Federal share by year: 1/2 (50 %), 1/2 (50 %), 1/2 (50 %), 2/5 (40 %), 1/3 (33.33… %)",
    ]
    assert "aica-2017" not in result.output


def test_show_says_where_nothing_is_in_force() -> None:
    result = CliRunner().invoke(policies, ["show", "mtdc", "--on", "1990-01-01"])

    assert result.output == "# Mtdc\n\nNo rule in force on that day.\n"


@pytest.mark.parametrize("arguments", [["show", "weather"], ["show", "--on", "2014-02-30"]])
def test_show_refuses_a_kind_or_a_day_that_does_not_exist(arguments: list[str]) -> None:
    assert CliRunner().invoke(policies, arguments).exit_code == 2
