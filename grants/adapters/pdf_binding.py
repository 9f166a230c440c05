"""Binding PDFs into one: own pages, pages of others made smaller between them, a stamp on every page."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pikepdf
from pikepdf import Name, OutlineItem, Page, Pdf, Rectangle

LETTER = (612, 792)
HEAD, FOOT, SIDE = 40, 34, 14
"""Points that stay free on a foreign page: the stamp stands there and covers nothing."""
CONFORMS = "pdfuaid:part"


@dataclass(frozen=True)
class Enclosure:
    """A PDF that somebody else made, with its name in the bookmarks."""

    title: str
    content: bytes


@dataclass(frozen=True)
class Bound:
    """The whole, and how many pages it has."""

    content: bytes
    pages: int


Stamps = Callable[[Sequence[bool]], bytes]
"""Makes one page of stamp for each page, given which of them lie across."""


def can_be_bound(content: bytes) -> bool:
    """Ask whether a PDF opens and has pages."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return len(pdf.pages) > 0
    except (pikepdf.PdfError, ValueError, RecursionError):
        return False


def bind(
    own: bytes,
    enclosures: Sequence[Enclosure],
    *,
    before: str,
    heading: str,
    stamps: Stamps,
    progress: Callable[[int], None] = lambda _done: None,
) -> Bound:
    """Put enclosures before the bookmark `before` of one's own pages, and stamp every page.

    Own pages keep their tags. A foreign page is drawn a little smaller on a page of its own, without
    links, forms or scripts; its text stays text. A file with such pages no longer says that it is PDF/UA.
    """
    with pikepdf.open(io.BytesIO(own)) as pdf:
        at = _page_of(pdf, before)
        places: list[tuple[str, int]] = []
        for done, one in enumerate(enclosures, start=1):
            places.append((one.title, at))
            at = _enclose(pdf, one, at)
            progress(done)
        if places:
            _add_bookmarks(pdf, places, before=before, heading=heading)
            _claim_nothing(pdf)
        _stamp_all(pdf, stamps)
        whole = io.BytesIO()
        pdf.save(whole, deterministic_id=True)
        return Bound(whole.getvalue(), len(pdf.pages))


def _enclose(pdf: Pdf, one: Enclosure, at: int) -> int:
    with pikepdf.open(io.BytesIO(one.content)) as foreign:
        for page in foreign.pages:
            pdf.pages.insert(at, _smaller(pdf, page))
            at += 1
    return at


def _smaller(pdf: Pdf, page: Page) -> Page:
    """Draw a page as a picture of itself, with its text, inside a letter page that lies as it lies."""
    form = pdf.copy_foreign(page.as_form_xobject())
    width, height = LETTER[::-1] if _lies_across(page) else LETTER
    sheet = Page(
        pdf.make_indirect(
            pikepdf.Dictionary(
                Type=Name.Page,
                MediaBox=[0, 0, width, height],
                Resources=pikepdf.Dictionary(),
                Contents=pdf.make_stream(b""),
            )
        )
    )
    name = sheet.add_resource(form, Name.XObject, prefix="Enclosed")
    room = Rectangle(SIDE, FOOT, width - SIDE, height - HEAD)
    sheet.contents_add(
        sheet.calc_form_xobject_placement(
            form, name, room, invert_transformations=True, allow_shrink=True, allow_expand=False
        )
    )
    return sheet


def _lies_across(page: Page) -> bool:
    box = page.trimbox
    width, height = float(box[2]) - float(box[0]), float(box[3]) - float(box[1])
    turned = int(page.obj.get("/Rotate", 0)) % 180 != 0
    return (height > width) if turned else (width > height)


def _stamp_all(pdf: Pdf, stamps: Stamps) -> None:
    with pikepdf.open(io.BytesIO(stamps([_lies_across(page) for page in pdf.pages]))) as marks:
        for page, mark in zip(pdf.pages, marks.pages, strict=True):
            form = pdf.copy_foreign(mark.as_form_xobject())
            name = page.add_resource(form, Name.XObject, prefix="Stamp")
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(f"\nQ\n/Artifact BMC\nq {name} Do Q\nEMC\n".encode())


def _items(items: Sequence[OutlineItem]) -> Iterator[tuple[Sequence[OutlineItem], int, OutlineItem]]:
    for place, item in enumerate(items):
        yield items, place, item
        yield from _items(item.children)


def _page_of(pdf: Pdf, title: str) -> int:
    with pdf.open_outline() as outline:
        for _siblings, _place, item in _items(outline.root):
            if item.title == title and item.destination is not None:
                target = item.destination[0].objgen  # type: ignore[index]  # an explicit destination
                return next(at for at, page in enumerate(pdf.pages) if page.obj.objgen == target)
    raise LookupError(f"the pages have no bookmark “{title}”")


def _add_bookmarks(pdf: Pdf, places: Sequence[tuple[str, int]], *, before: str, heading: str) -> None:
    with pdf.open_outline() as outline:
        branch = OutlineItem(heading, places[0][1])
        branch.children.extend(OutlineItem(title, at) for title, at in places)
        for siblings, place, item in _items(outline.root):
            if item.title == before:
                siblings.insert(place, branch)  # type: ignore[attr-defined]  # the outline's own list
                return


def _claim_nothing(pdf: Pdf) -> None:
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as told, suppress(KeyError):
        del told[CONFORMS]
