"""Files by content: a folder, memory or an S3 bucket through obstore; a key is the SHA-256 of the bytes."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from grants.errors import NoRoom, Unavailable

if TYPE_CHECKING:
    from obstore import GetResult

FULL_SENTENCE = (
    "There is no room left to store this file; the administrators are told. What was saved before is safe, "
    "and texts can still be saved. Send the file again later."
)
AWAY_SENTENCE = (
    "The place where files are stored does not answer; the administrators are told. What was saved before is "
    "safe, and texts can still be saved. Send the file again later."
)


UNREAD_SENTENCE = (
    "This file cannot be read now: the place where files are stored does not answer. "
    "Open it again in a few minutes."
)
MISSING_SENTENCE = (
    "The record names this file, but the store does not hold it as it was taken. Please call us."
)


ASIDE = "unnamed"
KEPT = re.compile(rf"(?P<place>[0-9a-f]{{2}}|{ASIDE})/(?P<name>[0-9a-f]{{64}})")


class FileMissing(Unavailable):
    """The record names a file that the store does not have, or not with these bytes."""

    def __init__(self, sha256: str) -> None:
        super().__init__(MISSING_SENTENCE, code="file_missing")
        self.sha256 = sha256

    def __str__(self) -> str:
        """Return the hash that was looked for, as an operator needs it."""
        return self.sha256


@dataclass(frozen=True)
class Kept:
    """A file that lies in the store, and whether it was put aside."""

    sha256: str
    is_aside: bool


class Files:
    """The file store. What is put is never changed; putting the same bytes twice is one file."""

    def __init__(self, url: str) -> None:
        self._store = _open(url)

    def put(self, content: bytes) -> str:
        """Store bytes and return their SHA-256 in hexadecimal."""
        sha256 = hashlib.sha256(content).hexdigest()
        with suppress(AlreadyExistsError), kept_or_said():
            obstore.put(self._store, _key(sha256), content, mode="create")
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes of a file, checked against its name; `FileMissing` if it is gone or changed."""
        with kept_or_said(UNREAD_SENTENCE):
            content = bytes(self._found(sha256).bytes())
        if hashlib.sha256(content).hexdigest() != sha256:
            raise FileMissing(sha256)
        return content

    def stream(self, sha256: str) -> Iterator[bytes]:
        """Return the bytes of a file in chunks of about 1 MiB; the last only if all agree with its name.

        A store that is away, a missing file and a short changed one are said before a byte is given; what is
        found later ends the chunks by the same exceptions, so that nobody takes the rest for the whole.
        """
        pieces = self._pieces(sha256)
        return chain([next(pieces)], pieces)

    def _pieces(self, sha256: str) -> Iterator[bytes]:
        with kept_or_said(UNREAD_SENTENCE):
            found = self._found(sha256)
            digest, held = hashlib.sha256(), b""
            for chunk in found.stream(min_chunk_size=1024 * 1024):
                if held:
                    yield held
                held = bytes(chunk)
                digest.update(held)
        if digest.hexdigest() != sha256:
            raise FileMissing(sha256)
        yield held

    def has(self, sha256: str) -> bool:
        """Say whether the store has the file."""
        with kept_or_said(UNREAD_SENTENCE):
            return any(self._holds(key) for key in (_key(sha256), _aside(sha256)))

    def old(self, before: datetime) -> Iterator[list[Kept]]:
        """List what lies here since before an instant of real time, a few hundred files at a time."""
        for some in obstore.list(self._store, chunk_size=500):
            found = [(KEPT.fullmatch(one["path"]), one["last_modified"]) for one in some]
            yield [
                Kept(match["name"], match["place"] == ASIDE)
                for match, since in found
                if match and since < before
            ]

    def put_aside(self, sha256: str) -> None:
        """Move a file to where it is still found, and from where it may be dropped a day later."""
        self._move(_key(sha256), _aside(sha256))

    def bring_back(self, sha256: str) -> None:
        """Move a file that was put aside to its place."""
        self._move(_aside(sha256), _key(sha256))

    def drop(self, sha256: str) -> None:
        """Remove a file that was put aside."""
        with suppress(NotFoundError, FileNotFoundError):
            obstore.delete(self._store, _aside(sha256))

    def _found(self, sha256: str) -> "GetResult":
        for key in (_key(sha256), _aside(sha256), _key(sha256)):  # the last: it may have come back meanwhile
            with suppress(NotFoundError, FileNotFoundError):
                return obstore.get(self._store, key)
        raise FileMissing(sha256)

    def _holds(self, key: str) -> bool:
        with suppress(NotFoundError, FileNotFoundError):
            obstore.head(self._store, key)
            return True
        return False

    def _move(self, here: str, there: str) -> None:
        with suppress(NotFoundError, FileNotFoundError):  # another worker was faster
            content = obstore.get(self._store, here).bytes()
            obstore.put(self._store, there, content)  # written anew: its age begins now
            obstore.delete(self._store, here)


FULL = ("No space left", "Disk quota exceeded", "database or disk is full", "could not extend file")
"""Words by which a store, SQLite and PostgreSQL say that there is no room."""


def is_full(error: Exception) -> bool:
    """Ask whether an error means that there is no room left, in the store or beside it."""
    return any(word in str(error) for word in FULL)


@contextmanager
def kept_or_said(away: str = AWAY_SENTENCE) -> Iterator[None]:
    """Turn a store's failure into a sentence for who sent the file, or wants to read it."""
    try:
        yield
    except AlreadyExistsError:
        raise
    except (BaseError, OSError) as error:
        if is_full(error):
            raise NoRoom(FULL_SENTENCE, code="store_full") from error
        raise Unavailable(away, code="store_away") from error


def _aside(sha256: str) -> str:
    return f"{ASIDE}/{sha256}"


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _open(url: str) -> ObjectStore:
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return MemoryStore()
    if parts.scheme in {"file", "folder"}:
        folder = Path(parts.path)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(folder)
    return from_url(url)
