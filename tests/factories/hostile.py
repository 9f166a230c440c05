"""PDFs that do harm: they inflate to far more than they are, carry things inside, or are broken."""

import io
import struct
import zlib

import pikepdf

MEGABYTE = 1024 * 1024


def plain_pdf(pages: int = 3) -> bytes:
    """Make a harmless PDF of blank pages."""
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page()
        return saved(made)


def saved(made: pikepdf.Pdf) -> bytes:
    """Return the bytes of a PDF."""
    whole = io.BytesIO()
    made.save(whole)
    return whole.getvalue()


def blown(megabytes: int, head: bytes = b"") -> bytes:
    """Return zlib's bytes for so many megabytes of blanks, about a thousandth of them; the sum is wrong."""
    squeeze = zlib.compressobj(9)
    begun = squeeze.compress(head) + squeeze.flush(zlib.Z_FULL_FLUSH)
    block = squeeze.compress(b" " * MEGABYTE) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return begun + block * megabytes + squeeze.flush()


def object_bomb(megabytes: int) -> bytes:
    """Make a PDF whose objects lie in a stream that inflates to so many megabytes."""
    stream = blown(megabytes, b"5 0 <</A 1>>")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/X 5 0 R>>",
        b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(stream)
        + stream
        + b"\nendstream",
    ]
    whole, rows = b"%PDF-1.5\n", [(0, 0, 65535)]
    for number, text in enumerate(objects, start=1):
        rows.append((1, len(whole), 0))
        whole += b"%d 0 obj\n" % number + text + b"\nendobj\n"
    end = len(whole)
    table = b"".join(struct.pack(">BIH", *row) for row in [*rows, (2, 4, 0), (1, end, 0)])
    head = b"6 0 obj\n<</Type/XRef/Size 7/W[1 4 2]/Root 1 0 R/Length %d>>\nstream\n" % len(table)
    return whole + head + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % end


def page_bomb(megabytes: int) -> bytes:
    """Make a PDF whose only page says so many megabytes of nothing."""
    with pikepdf.new() as made:
        made.add_blank_page()
        stream = made.make_stream(b"")
        stream.write(blown(megabytes), filter=pikepdf.Name.FlateDecode)
        made.pages[0].obj.Contents = stream
        return saved(made)


def twice_squeezed_bomb(megabytes: int) -> bytes:
    """Make a PDF whose only page is squeezed two times: a few kilobytes that say so many megabytes."""
    stream = zlib.compress(blown(megabytes))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>",
        b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n" % len(stream) + stream + b"\nendstream",
    ]
    whole, starts = b"%PDF-1.5\n", []
    for number, text in enumerate(objects, start=1):
        starts.append(len(whole))
        whole += b"%d 0 obj\n" % number + text + b"\nendobj\n"
    rows = b"".join(b"%010d 00000 n \n" % start for start in starts)
    table = b"xref\n0 5\n0000000000 65535 f \n" + rows + b"trailer<</Size 5/Root 1 0 R>>\n"
    return whole + table + b"startxref\n%d\n%%%%EOF\n" % len(whole)


def carrying(**root: object) -> bytes:
    """Make a PDF whose catalog holds these entries."""
    with pikepdf.new() as made:
        made.add_blank_page()
        for name, value in root.items():
            made.Root[f"/{name}"] = value
        return saved(made)
