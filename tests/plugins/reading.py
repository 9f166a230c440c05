"""What a person reads of a page: its words, without the random names and tokens of its markup."""

from html.parser import HTMLParser

TOLD = {"alt", "aria-label", "placeholder", "title"}
SILENT = {"script", "style", "template"}


def words_of(page: str) -> str:
    """Return the words of a page, one blank between them; a short word is looked for in these.

    Addresses hold random names of records, and hidden fields random tokens: any of them may spell "R1".
    """
    reader = _Reader()
    reader.feed(page)
    return " ".join(" ".join(reader.found).split())


class _Reader(HTMLParser):
    """Keeps text, what stands in for it, and what fields show."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the attributes that are read."""
        self._silent += tag in SILENT
        given = dict(attrs)
        shown = TOLD | ({"value"} if tag == "input" and given.get("type") != "hidden" else set())
        self.found += [text for name, text in attrs if name in shown and text]

    def handle_endtag(self, tag: str) -> None:
        """Go on reading after a script."""
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        if not self._silent:
            self.found.append(data)
