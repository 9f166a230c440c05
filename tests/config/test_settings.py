"""Settings: production has no defaults, the demonstration makes its keys once, nothing secret is printed."""

import stat
import threading
from pathlib import Path

import pytest

from grants import config
from grants.config import NEEDED, Mode, SettingMissing, from_environment

WHOLE = {f"GRANTS_{name}": f"value-of-{name}" for name in NEEDED} | {
    "GRANTS_MAIL_FROM": "Center Competitions <no-reply@agency.example>"
}


def test_production_is_the_mode_where_none_is_chosen() -> None:
    assert from_environment(WHOLE).mode is Mode.PRODUCTION


def test_production_names_everything_that_is_missing_in_one_sentence() -> None:
    names = ", ".join(f"GRANTS_{name}" for name in NEEDED)

    with pytest.raises(SettingMissing) as missing:
        from_environment({})

    assert str(missing.value) == f"Production has no defaults. Set {names}."


@pytest.mark.parametrize("name", NEEDED)
def test_production_refuses_to_start_without_any_one_setting(name: str) -> None:
    given = {**WHOLE, f"GRANTS_{name}": ""}

    with pytest.raises(SettingMissing, match=f"Set GRANTS_{name}."):
        from_environment(given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"GRANTS_MODE": "live"}, "GRANTS_MODE is “live”"),
        ({**WHOLE, "GRANTS_TRUSTED_PROXIES": "two"}, "GRANTS_TRUSTED_PROXIES is “two”"),
        ({**WHOLE, "GRANTS_TRUSTED_PROXIES": "-1"}, "GRANTS_TRUSTED_PROXIES is “-1”"),
        ({**WHOLE, "GRANTS_SCANNER_URL": "clamd.example:3310"}, "GRANTS_SCANNER_URL is"),
        ({**WHOLE, "GRANTS_SCANNER_URL": "tcp://clamd.example"}, "GRANTS_SCANNER_URL is"),
        ({**WHOLE, "GRANTS_SCANNER_URL": "unix://clamd.ctl"}, "GRANTS_SCANNER_URL is"),
        ({**WHOLE, "GRANTS_MAIL_FROM": "the agency"}, "GRANTS_MAIL_FROM is “the agency”"),
        ({**WHOLE, "GRANTS_MAIL_FROM": "a@agency.example\nBcc: b@c.example"}, "GRANTS_MAIL_FROM is"),
    ],
)
def test_a_setting_that_is_no_value_is_refused_in_a_sentence(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingMissing, match=sentence):
        from_environment(given)


def test_the_demonstration_makes_its_keys_once_and_for_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "ROOT", tmp_path)
    given = {"GRANTS_MODE": "demonstration"}

    first, second = from_environment(given), from_environment(given)

    keys = sorted((tmp_path / "var" / "keys").iterdir())
    assert first == second
    assert [path.name for path in keys] == ["password_salt", "secret_key", "totp_key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    assert len({first.secret_key, first.password_salt, first.totp_key}) == 3


def test_programs_that_start_at_once_read_the_same_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "ROOT", tmp_path)
    ready, found = threading.Barrier(8), set[str]()

    def start() -> None:
        ready.wait(10)
        found.add(from_environment({"GRANTS_MODE": "demonstration"}).secret_key)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(found) == 1
    assert min(len(key) for key in found) > 30


def test_what_is_printed_holds_no_key_and_no_password() -> None:
    given = {
        **WHOLE,
        "GRANTS_SECRET_KEY_OLD": "an-old-key",
        "GRANTS_DATABASE_URL": "postgresql+psycopg://grants:very-secret@db.example/grants",
        "GRANTS_MAIL_URL": "smtps://post:very-secret@mail.example",
    }

    shown = dict(from_environment(given).shown())

    told = " ".join(shown.values())
    assert [secret for secret in ("very-secret", "value-of-SECRET", "an-old-key") if secret in told] == []
    assert shown["GRANTS_DATABASE_URL"] == "postgresql+psycopg://grants:(set)@db.example/grants"
    assert shown["GRANTS_TOTP_KEY"] == "(set)"
