"""The second factor: time-based codes (RFC 6238), recovery codes, and the seal on the key. Pure."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken

ISSUER = "Center Competitions"
STEP = 30
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_key() -> str:
    """Make the key that the person's application and we share."""
    return pyotp.random_base32()


def address_of(key: str, email: str) -> str:
    """Write the key as the address that goes into the picture (otpauth://)."""
    return pyotp.TOTP(key).provisioning_uri(name=email, issuer_name=ISSUER)


def counter_of(key: str, code: str, *, at: datetime, after: int) -> int | None:
    """Return the step whose code this is, if it is one step around now and later than `after`.

    Keep the step as the next `after`, so that a code acts once (RFC 6238, section 5.2).
    """
    plain = plain_code(code)
    now = int(at.timestamp()) // STEP
    for step in (now - 1, now, now + 1):
        if step > after and hmac.compare_digest(pyotp.HOTP(key).at(step), plain):
            return step
    return None


def plain_code(code: str) -> str:
    """Take out what people and password managers put between the digits when they paste."""
    return "".join(sign for sign in code.lower() if sign.isascii() and sign.isalnum())


def is_code(text: str) -> bool:
    """Ask whether the text looks like a code of the application rather than a recovery code."""
    return len(plain_code(text)) == 6 and plain_code(text).isdigit()  # noqa: PLR2004  # RFC 6238


def new_recovery_codes() -> list[str]:
    """Make ten codes of ten characters, 49 bits each, shown once."""
    return [_grouped("".join(secrets.choice(ALPHABET) for _ in range(10))) for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str, salt: str) -> str:
    """Hash a recovery code for the database; the installation's salt keeps a leaked table useless."""
    return hmac.new(salt.encode(), plain_code(code).encode(), hashlib.sha256).hexdigest()


def sealed(key: str, totp_key: str) -> str:
    """Seal a key with the installation's own, for the database and for hidden form fields."""
    return _box(totp_key).encrypt(key.encode()).decode()


def unsealed(text: str, totp_key: str) -> str | None:
    """Open a sealed key; None if it was not sealed here."""
    try:
        return _box(totp_key).decrypt(text.encode()).decode()
    except InvalidToken:
        return None


def _box(totp_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(totp_key.encode()).digest()))


def _grouped(code: str) -> str:
    return f"{code[:5]}-{code[5:]}"
