"""Looking into a PDF that somebody uploaded: pages, and what makes it unfit to be stored."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grants.findings import Finding

if TYPE_CHECKING:
    import pikepdf

END, WHERE_THE_END_IS = b"%%EOF", 1024
"""A file without this in its last bytes lost its end on the way; qpdf would open what pages are left."""
DAMAGED = "This PDF is damaged and cannot be opened. Make it again and add that."
LARGEST = 50 * 1024 * 1024
_ACTIVE = ("/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/RichMedia", "/XFA")


@dataclass(frozen=True)
class PdfFacts:
    """What the bytes say: the number of pages and every reason to refuse them."""

    pages: int
    findings: tuple[Finding, ...]


def inspect(content: bytes) -> PdfFacts:
    """Read a PDF. All faults come back as findings; nothing raises."""
    if not content:
        return _refused("empty", "This file is empty. Choose the file again.")
    if len(content) > LARGEST:
        return _refused("too_large", "This file is larger than 50 MB. Save a smaller copy and add that one.")
    if not content.startswith(b"%PDF-"):
        return _refused("not_pdf", "This is not a PDF, whatever its name says. Save it as PDF and add that.")
    if END not in content[-WHERE_THE_END_IS:]:
        return _refused("damaged", DAMAGED)
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return _facts(pdf)
    except pikepdf.PasswordError:
        return _refused("encrypted", "This PDF has a password. Save a copy without one and add it again.")
    except (pikepdf.PdfError, ValueError, RecursionError, MemoryError):
        return _refused("damaged", DAMAGED)


def _facts(pdf: "pikepdf.Pdf") -> PdfFacts:
    findings = []
    if pdf.is_encrypted:
        findings.append(
            Finding(
                "protected",
                "This PDF opens without a password but is locked against changes, so it cannot stand in a "
                "reviewer's packet. Print it to PDF and add that file.",
            )
        )
    if _is_active(pdf):
        findings.append(
            Finding(
                "script",
                "This PDF carries a script, which we do not store. Print it to PDF and add that file.",
            )
        )
    pages = len(pdf.pages)
    if pages == 0:
        findings.append(Finding("no_pages", "This PDF has no pages. Make it again and add that file."))
    return PdfFacts(pages, tuple(findings))


def _is_active(pdf: "pikepdf.Pdf") -> bool:
    """Look for scripts, launch actions, embedded files and dynamic forms in every object and inside each."""
    import pikepdf

    waiting = [*pdf.objects, pdf.trailer]
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Array):
            waiting.extend(part for part in item if _is_inside(part))
        elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            if any(name in item for name in _ACTIVE):
                return True
            if item.get("/S") in {pikepdf.Name("/JavaScript"), pikepdf.Name("/Launch")}:
                return True
            waiting.extend(part for part in item.values() if _is_inside(part))
    return False


def _is_inside(part: object) -> bool:
    """Say whether a part is written inside its object; what is referred to is among the objects itself."""
    import pikepdf

    return isinstance(part, pikepdf.Array | pikepdf.Dictionary) and not part.is_indirect


def _refused(code: str, message: str) -> PdfFacts:
    return PdfFacts(0, (Finding(code, message),))
