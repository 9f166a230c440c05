"""Small PDFs of the demonstration, with as many pages as an applicant's would have."""

import io
from collections.abc import Sequence

WIDTH, HEIGHT = 612, 792
LINES_PER_PAGE = 34


def pdf(title: str, paragraphs: Sequence[str], *, pages: int = 1) -> bytes:
    """Make a PDF of so many pages: the title on the first; the same bytes each time."""
    import pikepdf

    document = pikepdf.new()
    font = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    )
    lines = _wrapped(paragraphs)
    for number in range(1, pages + 1):
        start = (number - 1) * LINES_PER_PAGE
        shown = [lines[(start + row) % len(lines)] for row in range(LINES_PER_PAGE)] if lines else []
        content = _content(title, shown, number, pages)
        document.pages.append(
            pikepdf.Page(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Page,
                    MediaBox=[0, 0, WIDTH, HEIGHT],
                    Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)),
                    Contents=document.make_stream(content),
                )
            )
        )
    with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = title
    held = io.BytesIO()
    document.save(held, deterministic_id=True)
    return held.getvalue()


def _content(title: str, lines: Sequence[str], number: int, pages: int) -> bytes:
    first = number == 1
    drawn = ["BT /F1 18 Tf 72 720 Td", f"({_plain(title)}) Tj ET"] if first else []
    drawn.append(f"BT /F1 11 Tf 15 TL 72 {680 if first else 720} Td")
    drawn.extend(f"({_plain(line)}) Tj T*" for line in lines[: LINES_PER_PAGE - (4 if first else 0)])
    drawn.append(f"ET BT /F1 9 Tf 72 40 Td (Sample of the demonstration. Page {number} of {pages}.) Tj ET")
    return "\n".join(drawn).encode("cp1252", errors="replace")


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _wrapped(paragraphs: Sequence[str], width: int = 84) -> list[str]:
    lines: list[str] = []
    for paragraph in paragraphs:
        line = ""
        for word in paragraph.split():
            if len(line) + len(word) + 1 > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        lines.extend([line, ""])
    return lines
