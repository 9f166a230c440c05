"""Passwords: what makes one good enough, and argon2id hashes under the installation's own salt. Pure."""

import base64
import hashlib
import hmac
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from grants.findings import Finding

SHORTEST = 12
LONGEST = 200
AUTHORITY = "NIST SP 800-63B, section 3.1.1: length, no composition rules, no forced change"
EASY = frozenset({"password", "passwort", "qwertyuiop", "letmein", "welcome", "abcdefgh", "12345678"})
HASHER = PasswordHasher()


def faults_of(password: str, *, email: str, name: str) -> list[Finding]:
    """List what is wrong with a new password, in sentences; empty if it is good enough."""
    low = password.lower()
    if len(password) < SHORTEST:
        return [_fault(f"Use at least {SHORTEST} characters; a few words in a row are easy to remember.")]
    if len(password) > LONGEST:
        return [_fault(f"Use at most {LONGEST} characters.")]
    if len(set(low)) < 5:  # noqa: PLR2004  # aaaaaaaaaaaa, 121212121212
        return [_fault("Use more than four different characters.")]
    own = {email.lower(), email.lower().partition("@")[0], name.lower()} - {""}
    if low in own or any(low.replace(part, "").strip("0123456789 !.-_") == "" for part in own | EASY):
        return [_fault("Choose words that are neither your name, your address nor a common password.")]
    return []


def hash_password(password: str, salt: str) -> str:
    """Hash a password with argon2id; `salt` is the installation's own, beside argon2's random one."""
    return HASHER.hash(_salted(password, salt))


def matches(password: str, stored: str | None, salt: str) -> bool:
    """Say whether a password is the stored one; where there is none it takes the same time to say no."""
    try:
        HASHER.verify(stored or _nobody(), _salted(password[: LONGEST + 1], salt))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Ask whether the hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def _fault(message: str) -> Finding:
    return Finding("password", message, field="password", authority=AUTHORITY)


def _salted(password: str, salt: str) -> bytes:
    return base64.b64encode(hmac.digest(salt.encode(), password.encode(), hashlib.sha512))


@cache
def _nobody() -> str:
    return HASHER.hash(b"nobody has this password")
