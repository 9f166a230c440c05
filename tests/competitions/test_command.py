"""`grants competition load` and `save`: by file, with every fault told."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grants.commands.competition import competition
from grants.competitions.rules.samples import sample_text
from grants.config import Settings

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    return {
        "GRANTS_MODE": "test",
        "GRANTS_DATABASE_URL": settings.database_url,
        "GRANTS_FILES_URL": settings.files_url,
        "GRANTS_MAIL_URL": settings.mail_url,
        "GRANTS_SECRET_KEY": settings.secret_key,
        "GRANTS_PASSWORD_SALT": settings.password_salt,
        "GRANTS_TOTP_KEY": settings.totp_key,
    }


def run(environment: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(competition, list(words), env=environment)


@ON_SQLITE
def test_a_file_is_loaded_and_saved_unchanged(environment: dict[str, str], tmp_path: Path) -> None:
    source, target = tmp_path / "in.toml", tmp_path / "out.toml"
    source.write_text(sample_text("operating_model"), encoding="utf-8")

    loaded = run(environment, "load", str(source))
    saved = run(environment, "save", "OPERATING-MODEL-01", str(target))

    assert (loaded.exit_code, saved.exit_code) == (0, 0)
    assert "“Human resources” has no points. Enter them." in loaded.output
    assert target.read_text(encoding="utf-8") == source.read_text(encoding="utf-8")


@ON_SQLITE
def test_faults_end_with_status_1_and_their_lines(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text('format = 1\n[identity]\nnumber = "A B"\n', encoding="utf-8")

    result = run(environment, "load", str(file))

    assert result.exit_code == 1
    assert result.stderr.startswith("Line 3, identity.number: An opportunity number has letters")


@ON_SQLITE
def test_a_number_that_is_there_is_loaded_over_only_when_asked(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "in.toml"
    file.write_text(sample_text("ten_states_2014"), encoding="utf-8")
    run(environment, "load", str(file))

    again = run(environment, "load", str(file))
    over = run(environment, "load", "--over", str(file))

    assert (again.exit_code, again.stderr) == (
        1,
        "2014-NIST-MEP-01 is already in use. Choose another number.\n",
    )
    assert over.exit_code == 0


@ON_SQLITE
def test_saving_what_is_not_there_says_so(environment: dict[str, str], tmp_path: Path) -> None:
    result = run(environment, "save", "NONE-1", str(tmp_path / "x.toml"))

    assert (result.exit_code, result.stderr) == (1, "Error: There is no competition NONE-1.\n")
