"""The installation's keys as the account services need them, put once when the program starts."""

from dataclasses import dataclass

from grants.config import Settings, from_environment


@dataclass(frozen=True)
class Keys:
    """The salt of passwords and the key that seals second factors."""

    password_salt: str
    totp_key: str


_held: list[Keys] = []


def put(settings: Settings) -> None:
    """Use the keys of these settings from now on."""
    _held[:] = [Keys(settings.password_salt, settings.totp_key)]


def keys() -> Keys:
    """Return the keys; a program that put none uses those of its environment."""
    if not _held:
        put(from_environment())
    return _held[0]
