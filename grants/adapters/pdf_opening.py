"""What is done with a PDF from outside; runs in a child of `pdf_opener` and nowhere else."""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import pikepdf
from pikepdf import Name, OutlineItem, Page, Pdf, Rectangle

LETTER = (612, 792)
HEAD, FOOT, SIDE = 40, 34, 14
"""Points that stay free on a foreign page: the stamp stands there and covers nothing."""
CONFORMS = "pdfuaid:part"
FOREIGN = {
    "/JavaScript": "script",
    "/JS": "script",
    "/Launch": "script",
    "/EmbeddedFiles": "attachment",
    "/EF": "attachment",
    "/RichMedia": "media",
    "/XFA": "form",
}
"""Names that no stored file may hold, each with the code of its fault."""
ACTIONS = ("/JavaScript", "/Launch")
READ_ALREADY = (Name.ObjStm, Name.XRef)
SUSPECT = re.compile(b"|".join(re.escape(name.encode()) for name in FOREIGN))
Answer = tuple[dict[str, Any], bytes]


def look(parts: Sequence[bytes], _asked: dict[str, Any]) -> Answer:
    """Count the pages of a PDF and name every fault by its code; ask whether it holds any text."""
    try:
        with pikepdf.open(io.BytesIO(parts[0])) as pdf:
            codes, has_text = _held(pdf)
            pages = len(pdf.pages)
            if any("bad_alloc" in warning for warning in pdf.get_warnings()):
                raise MemoryError  # the library takes an object that found no room for a damaged one
            locked = ["protected"] if pdf.is_encrypted else []
            empty = [] if pages else ["no_pages"]
            return {"pages": pages, "codes": [*locked, *codes, *empty], "has_text": has_text}, b""
    except pikepdf.PasswordError:
        return {"pages": 0, "codes": ["encrypted"], "has_text": True}, b""


def _held(pdf: Pdf) -> tuple[list[str], bool]:
    """Read every object: codes of what may not be stored, and whether there is a font.

    An object is walked only where its text names something of that kind, perhaps in a string. What is
    no picture is inflated once, so that a reader's program never meets what had no room here.
    """
    found: set[str] = set()
    has_text = False
    for item in [*pdf.objects, pdf.trailer]:
        text = _text_of(item)
        if SUSPECT.search(text):
            found |= _codes_in(item)
        has_text = has_text or b"/Font" in text
    return sorted(found), has_text


def _text_of(item: pikepdf.Object) -> bytes:
    if not isinstance(item, pikepdf.Stream):
        return item.unparse(resolved=True)
    told = item.stream_dict
    if told.get("/Subtype") != Name.Image and not any(told.get("/Type") == kind for kind in READ_ALREADY):
        with suppress(pikepdf.PdfError):  # a filter that the library does not know
            item.read_bytes()
    return told.unparse()


def _codes_in(top: pikepdf.Object) -> set[str]:
    """Walk one object with everything written inside it."""
    found: set[str] = set()
    waiting: list[Any] = [top]
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Array):
            waiting.extend(part for part in item if _is_inside(part))
        elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            found.update(FOREIGN[name] for name in set(item.keys()) if name in FOREIGN)
            if any(item.get("/S") == Name(action) for action in ACTIONS):
                found.add("script")
            waiting.extend(part for part in item.values() if _is_inside(part))
    return found


def _is_inside(part: object) -> bool:
    """Say whether a part is written inside its object; what is referred to is among the objects itself."""
    return isinstance(part, pikepdf.Array | pikepdf.Dictionary) and not part.is_indirect


def try_binding(parts: Sequence[bytes], _asked: dict[str, Any]) -> Answer:
    """Draw every page of a PDF into an empty one, so that a fault of its own shows before the binding."""
    with Pdf.new() as pdf:
        pages = _enclose(pdf, parts[0], 0)
        pdf.save(io.BytesIO())
    return {"pages": pages}, b""


def enclose(parts: Sequence[bytes], asked: dict[str, Any]) -> Answer:
    """Put the enclosures before a bookmark of the first part, own pages; tell which pages lie across."""
    own, *enclosures = parts
    with pikepdf.open(io.BytesIO(own)) as pdf:
        at = _page_of(pdf, asked["before"])
        places: list[tuple[str, int]] = []
        for title, content in zip(asked["titles"], enclosures, strict=True):
            places.append((title, at))
            at = _enclose(pdf, content, at)
        if places:
            _add_bookmarks(pdf, places, before=asked["before"], heading=asked["heading"])
            _claim_nothing(pdf)
        return {"across": [_lies_across(page) for page in pdf.pages]}, _saved(pdf)


def stamp(parts: Sequence[bytes], _asked: dict[str, Any]) -> Answer:
    """Lay each page of the second part over the same page of the first."""
    whole, stamps = parts
    with pikepdf.open(io.BytesIO(whole)) as pdf, pikepdf.open(io.BytesIO(stamps)) as marks:
        for page, mark in zip(pdf.pages, marks.pages, strict=True):
            form = pdf.copy_foreign(mark.as_form_xobject())
            name = page.add_resource(form, Name.XObject, prefix="Stamp")
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(f"\nQ\n/Artifact BMC\nq {name} Do Q\nEMC\n".encode())
        return {"pages": len(pdf.pages)}, _saved(pdf)


TASKS = {"look": look, "try_binding": try_binding, "enclose": enclose, "stamp": stamp}


def _saved(pdf: Pdf) -> bytes:
    whole = io.BytesIO()
    pdf.save(whole, deterministic_id=True)
    return whole.getvalue()


def _enclose(pdf: Pdf, content: bytes, at: int) -> int:
    with pikepdf.open(io.BytesIO(content)) as foreign:
        if not foreign.pages:
            raise ValueError("the file has no pages")
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
