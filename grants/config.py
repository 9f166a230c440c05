"""Settings from the environment; the demonstration has defaults in var/, production has none."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
NEEDED = (
    "DATABASE_URL",
    "FILES_URL",
    "MAIL_URL",
    "MAIL_FROM",
    "SECRET_KEY",
    "PASSWORD_SALT",
    "TOTP_KEY",
    "PUBLIC_URL",
)


class Mode(StrEnum):
    """What an installation is for; written into its database when that is created."""

    PRODUCTION = "production"
    DEMONSTRATION = "demonstration"
    TEST = "test"


class SettingMissing(ValueError):
    """Production was started without a setting that has no default."""


@dataclass(frozen=True)
class Settings:
    """One installation's settings. Read them with `from_environment`, print them with `shown`."""

    mode: Mode
    database_url: str
    files_url: str
    mail_url: str
    mail_from: str
    secret_key: str
    secret_key_old: str
    password_salt: str
    totp_key: str
    public_url: str
    trusted_proxies: int
    scanner_url: str = ""

    def shown(self) -> list[tuple[str, str]]:
        """List every setting with its value, keys and passwords covered."""
        covered = {"secret_key", "secret_key_old", "password_salt", "totp_key"}
        return [
            (_variable(field.name), "(set)" if field.name in covered and value else _uncover(value))
            for field in fields(self)
            for value in [str(getattr(self, field.name))]
        ]


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Production raises `SettingMissing` with every missing name in one sentence; the demonstration
    makes its keys once under var/keys with mode 0600.
    """
    given = os.environ if environment is None else environment
    mode = _mode(given.get("GRANTS_MODE", Mode.PRODUCTION))
    values = {name: given.get(f"GRANTS_{name}", "") for name in NEEDED}
    if mode is Mode.PRODUCTION:
        _require(values)
    else:
        values = {name: value or _default(name, given) for name, value in values.items()}
    _judge_sender(values["MAIL_FROM"])
    return Settings(
        mode=mode,
        secret_key_old=given.get("GRANTS_SECRET_KEY_OLD", ""),
        scanner_url=_scanner(given.get("GRANTS_SCANNER_URL", "")),
        trusted_proxies=_count(given.get("GRANTS_TRUSTED_PROXIES", "0")),
        **{name.lower(): value for name, value in values.items()},
    )


def _mode(name: str) -> Mode:
    try:
        return Mode(name)
    except ValueError:
        names = ", ".join(Mode)
        raise SettingMissing(f"GRANTS_MODE is “{name}”; it must be one of {names}.") from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 3):  # noqa: PLR2004  # no chain is so long
        raise SettingMissing(f"GRANTS_TRUSTED_PROXIES is “{text}”; it must be a whole number of proxies.")
    return int(text)


def _scanner(url: str) -> str:
    """Refuse an address at which no clamd can be; none means that nothing is scanned."""
    parts = urlsplit(url)
    try:
        is_tcp = parts.scheme == "tcp" and bool(parts.hostname and parts.port)
    except ValueError:  # a port that is no number
        is_tcp = False
    if url and not is_tcp and not (parts.scheme == "unix" and parts.path.startswith("/")):
        raise SettingMissing(f"GRANTS_SCANNER_URL is “{url}”; write tcp://host:3310 or unix:///path.")
    return url


def _judge_sender(text: str) -> None:
    """Refuse what a mail server would refuse with the first mail."""
    address = parseaddr(text)[1]
    local, _, domain = address.rpartition("@")
    if not (text.isascii() and text.isprintable() and local and "." in domain):
        raise SettingMissing(
            f"GRANTS_MAIL_FROM is “{text}”; write the sender as Center Competitions <name@agency.example>."
        )


def _require(values: Mapping[str, str]) -> None:
    missing = [f"GRANTS_{name}" for name, value in values.items() if not value]
    if missing:
        raise SettingMissing(f"Production has no defaults. Set {', '.join(missing)}.")


def _default(name: str, given: Mapping[str, str]) -> str:
    var = ROOT / "var"
    port = given.get("PORT", "8000")
    places = {
        "DATABASE_URL": f"sqlite:///{var / 'grants.sqlite'}",
        "FILES_URL": f"file://{var / 'files'}",
        "MAIL_URL": f"folder://{var / 'mail'}",
        "MAIL_FROM": "Center Competitions <no-reply@demo.example>",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    return places[name] if name in places else _key(var / "keys" / name.lower())


def _key(path: Path) -> str:
    """Read a key that this installation made for itself, making it on the first call.

    The key gets its name only when it is written, so that two programs starting at once read the same.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        own = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
        with suppress(FileExistsError):
            path.hardlink_to(own)
        own.unlink()
    return path.read_text().strip()


def _variable(name: str) -> str:
    return f"GRANTS_{name.upper()}"


def _uncover(value: str) -> str:
    """Cover the password in a URL such as postgresql+psycopg://user:password@host/name."""
    scheme, separator, rest = value.partition("://")
    credentials, at, host = rest.rpartition("@")
    if not (separator and at and ":" in credentials):
        return value
    return f"{scheme}://{credentials.split(':', 1)[0]}:(set)@{host}"
