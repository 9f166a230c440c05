"""Taking a file from outside: scanned, looked at and stored, and what went wrong noted for who must know."""

from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError

from grants.access.actor import SYSTEM
from grants.documents.services.storing import FileReady, Infected, prepare_pdf
from grants.errors import Unavailable
from grants.lifecycle.queries import installation
from grants.lifecycle.record import InstallationSubject, record
from grants.web import current

PICTURES = " It holds pictures of pages and no text, so a screen reader reads nothing in it."
"""Said beside the success: a scan is taken, but its text cannot be searched or read aloud."""
log = structlog.get_logger()


def take_in(name: str, content: bytes, *, about: Any) -> FileReady:
    """Take a PDF in for a record; call it with no transaction open.

    An infected file stands in the record, with its hash and the scanner's name for it. Where the file
    cannot be taken because of us, the administrators find it in the record of the installation.
    """
    try:
        return prepare_pdf(current.files(), name, content, scanner=current.scanner())
    except Infected as refusal:
        facts = {"found": refusal.found, "sha256": refusal.sha256}
        with current.writing() as session:
            record(
                session,
                "document.infected",
                about,
                happened="sent a file in which the virus scanner found something; it was not stored",
                actor=current.actor(),
                now=current.now(),
                facts=facts,
            )
        raise
    except Unavailable as refusal:
        note_for_administrators(refusal)
        raise


def note_for_administrators(refusal: Unavailable) -> None:
    """Write why files cannot be taken where the administrators look; a full database only logs it."""
    code = refusal.findings[0].code
    log.error("file not taken", code=code, exc_info=refusal)
    if code not in TOLD:
        return
    with suppress(OperationalError), current.writing() as session:
        house = installation(session)
        if house is not None:
            record(
                session,
                "installation.file_not_taken",
                InstallationSubject(house, "Files"),
                happened=TOLD[code],
                actor=SYSTEM,
                now=current.now(),
                facts={"code": code},
            )


TOLD = {
    "store_full": "could not store a file: there is no room left",
    "store_away": "could not store a file: the store does not answer",
    "scanner_away": "could not take a file: the virus scanner does not answer",
}
"""What is written of each cause."""
