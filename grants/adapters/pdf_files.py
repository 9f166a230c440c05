"""Looking into a PDF that somebody uploaded: pages, and what makes it unfit to be stored."""

from dataclasses import dataclass

from grants.adapters.pdf_apart import LOOKING, Unopened, open_apart
from grants.findings import Finding

END, WHERE_THE_END_IS = b"%%EOF", 1024
"""A file without this in its last bytes lost its end on the way; its first pages could still be opened."""
LARGEST = 50 * 1024 * 1024
SENTENCES = {
    "empty": "This file is empty. Choose the file again.",
    "too_large": "This file is larger than 50 MB. Save a smaller copy and add that one.",
    "not_pdf": "This is not a PDF, whatever its name says. Save it as PDF and add that.",
    "damaged": "This PDF is damaged and cannot be opened. Make it again and add that.",
    "heavy": "This PDF asks for far more memory or time than a file of its size should, so it was not "
    "opened. Print it to PDF and add that file.",
    "encrypted": "This PDF has a password. Save a copy without one and add it again.",
    "protected": "This PDF opens without a password but is locked against changes, so it cannot stand in a "
    "reviewer's packet. Print it to PDF and add that file.",
    "script": "This PDF carries a script, which we do not store. Print it to PDF and add that file.",
    "attachment": "This PDF has another file attached inside it, which reviewers would not see. Take the "
    "attachment out, or print it to PDF, and add the attachment as a file of its own.",
    "media": "This PDF holds sound, video or a 3D model, which we do not store. Print it to PDF and "
    "add that file.",
    "form": "This PDF is a form of a kind (XFA) that most programs do not show. Print it to PDF and add "
    "that file.",
    "no_pages": "This PDF has no pages. Make it again and add that file.",
}
"""What is said of each fault."""


@dataclass(frozen=True)
class PdfFacts:
    """What the bytes say: the number of pages, every reason to refuse them, and whether they hold text."""

    pages: int
    findings: tuple[Finding, ...]
    has_text: bool = True


def inspect(content: bytes) -> PdfFacts:
    """Look at a PDF in a child with limits. All faults of the file come back as findings.

    Raises only `Unavailable`, where too many files wait to be looked at.
    """
    code = _at_first_sight(content)
    if code:
        return _refused(code)
    try:
        told, _nothing = open_apart("look", [content], LOOKING)
    except Unopened as fault:
        return _refused(fault.code)
    return PdfFacts(told["pages"], tuple(_finding(code) for code in told["codes"]), told["has_text"])


def _at_first_sight(content: bytes) -> str:
    """Return the fault that shows without opening the file, or nothing."""
    if not content:
        return "empty"
    if len(content) > LARGEST:
        return "too_large"
    if not content.startswith(b"%PDF-"):
        return "not_pdf"
    return "" if END in content[-WHERE_THE_END_IS:] else "damaged"


def _finding(code: str) -> Finding:
    return Finding(code, SENTENCES[code])


def _refused(code: str) -> PdfFacts:
    return PdfFacts(0, (_finding(code),))
