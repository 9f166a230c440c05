"""Binding PDFs into one: own pages, pages of others made smaller between them, a stamp on every page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grants.adapters.pdf_apart import BINDING, Unopened, open_apart


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
    """Ask whether every page of a PDF can be drawn into another, within the limits of memory and time."""
    if not content:
        return False
    try:
        open_apart("try_binding", [content], BINDING)
    except Unopened:
        return False
    return True


def bind(own: bytes, enclosures: Sequence[Enclosure], *, before: str, heading: str, stamps: Stamps) -> Bound:
    """Put enclosures before the bookmark `before` of one's own pages, and stamp every page.

    Own pages keep their tags. A foreign page is drawn a little smaller on a page of its own, without
    links, forms or scripts; its text stays text. A file with such pages no longer says that it is PDF/UA.
    """
    parts = [own, *(one.content for one in enclosures)]
    titles = [one.title for one in enclosures]
    told, whole = open_apart("enclose", parts, BINDING, before=before, heading=heading, titles=titles)
    told, stamped = open_apart("stamp", [whole, stamps(told["across"])], BINDING)
    return Bound(stamped, told["pages"])
