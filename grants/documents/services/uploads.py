"""Uploads in chunks of at most 1 MiB that resume; no transaction is open while bytes come in."""

import os
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from grants.access.actor import Actor
from grants.adapters.files import kept_or_said
from grants.adapters.pdf_files import LARGEST
from grants.config import ROOT, Settings
from grants.documents.models import Upload
from grants.documents.services.storing import plain_name
from grants.errors import refuse

CHUNK = 1024 * 1024


def begin(session: Session, *, place: str, name: str, size: int, actor: Actor, now: datetime) -> Upload:
    """Announce a file of `size` bytes for a place (such as "application:uid:key")."""
    if size <= 0:
        raise refuse("empty", "This file is empty. Choose the file again.", field="file")
    if size > LARGEST:
        raise refuse(
            "too_large", "This file is larger than 50 MB. Save a smaller copy and add that one.", field="file"
        )
    if actor.person_id is None:
        raise refuse("signed_out", "Sign in to add a file.")
    upload = Upload(person_id=actor.person_id, place=place, name=plain_name(name), size=size, started_at=now)
    session.add(upload)
    session.flush()
    return upload


def part_path(settings: Settings, upload: Upload) -> Path:
    """Return where the bytes of an upload gather until it is whole."""
    return gathering(settings) / upload.uid


def gathering(settings: Settings) -> Path:
    """Return the folder of bytes on their way: beside the store, or in var/ for a bucket."""
    scheme, _, rest = settings.files_url.partition("://")
    folder = Path(rest).parent if scheme in {"file", "folder"} else ROOT / "var"
    place = folder / "uploads"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def append(path: Path, *, offset: int, chunk: bytes, size: int) -> int:
    """Write one chunk at its offset and return how many bytes are there; a repeated chunk changes nothing.

    Raises `Refused` for a chunk that leaves a gap or runs over the announced size.
    """
    present = path.stat().st_size if path.exists() else 0
    if len(chunk) > CHUNK or offset + len(chunk) > size:
        raise refuse("chunk", "This part of the file is larger than was announced. Choose the file again.")
    if offset > present:
        raise refuse("gap", f"The file is here up to byte {present}; go on from there.")
    with kept_or_said(), os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        file.seek(offset)
        file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return max(present, offset + len(chunk))


def whole(path: Path, upload: Upload) -> bytes:
    """Return the bytes of a whole upload; they stay where they gathered until somebody has kept them."""
    content = path.read_bytes() if path.exists() else b""
    if len(content) != upload.size:
        raise refuse("incomplete", f"{len(content)} of {upload.size} bytes arrived. Send the rest.")
    return content
