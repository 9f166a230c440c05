"""HTML to PDF/UA-1 by WeasyPrint; only worker processes call it."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from grants.config import ROOT

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

STATIC = ROOT / "static"
PRINT_STYLES = ("css/print.css",)


def render(html: str) -> bytes:
    """Return the page as a tagged PDF/UA-1; the same HTML gives the same bytes.

    The HTML may name files under /static/ and nothing else.
    """
    from weasyprint import HTML

    fonts, styles = _styles()
    document = HTML(string=html, base_url="static:///", url_fetcher=_fetcher())
    result = document.write_pdf(stylesheets=styles, font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True)
    if result is None:
        raise RuntimeError("WeasyPrint wrote nothing")
    return bytes(result)


def render_stamps(html: str) -> bytes:
    """Return pages to be laid over others: without tags, because what is stamped is no content."""
    from weasyprint import HTML

    fonts, styles = _styles()
    document = HTML(string=html, base_url="static:///", url_fetcher=_fetcher())
    result = document.write_pdf(stylesheets=styles, font_config=fonts, pdf_tags=False)
    if result is None:
        raise RuntimeError("WeasyPrint wrote nothing")
    return bytes(result)


@lru_cache(maxsize=1)
def _styles() -> "tuple[FontConfiguration, list[CSS]]":
    """Read the fonts and the print style sheets once per process."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    styles = [
        CSS(filename=str(STATIC / name), font_config=fonts, url_fetcher=_fetcher(), base_url="static:///css/")
        for name in PRINT_STYLES
        if (STATIC / name).exists()
    ]
    return fonts, styles


@lru_cache(maxsize=1)
def _fetcher() -> "URLFetcher":
    """Make the fetcher that opens files of /static/ and nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Shelf(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            return URLFetcherResponse(url, _place(url).open("rb"))

    return Shelf()


def _place(url: str) -> Path:
    path = unquote(urlsplit(url).path).removeprefix("/static")
    place = (STATIC / path.lstrip("/")).resolve()
    if not place.is_relative_to(STATIC.resolve()) or not place.is_file():
        raise ValueError(f"A PDF may use files of /static/ only, not {url}")
    return place


WORTH_A_POOL = 10
"""Pages from which starting processes costs less time than it saves: each first loads WeasyPrint."""


def render_many(pages: Iterable[str], *, processes: int = 2) -> Iterator[bytes | Exception]:
    """Render pages in order, many of them in a pool of processes; a page that fails yields its error.

    Threads do not help: WeasyPrint holds the interpreter (measured: two threads are slower than one).
    """
    whole = list(pages)
    if len(whole) < WORTH_A_POOL:
        yield from map(_tried, whole)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for outcome in [pool.submit(render, page) for page in whole]:
            error = outcome.exception()
            if isinstance(error, Exception):
                yield error
            else:
                yield outcome.result()


def _tried(page: str) -> bytes | Exception:
    try:
        return render(page)
    except Exception as error:  # noqa: BLE001  # as from the pool: the caller tells each failure
        return error
