"""Sending lists and written files to a program of tables, in pieces and kept by nobody on the way."""

from collections.abc import Callable, Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import quote

from flask import Response

from grants.adapters.spreadsheets import IN_MEMORY, KINDS, Line, csv_pieces, write_workbook

CHUNK = 64 * 1024


def send_list(name: str, kind: str, title: str, lines: Iterable[Line]) -> Response:
    """Send a list as a file of one of the `KINDS`; the first line is the head."""
    if kind == "csv":
        return _answer(name, kind, csv_pieces(lines))
    return send_written(name, kind, lambda to: write_workbook(to, [(title, lines)]))


def send_written(name: str, kind: str, write: Callable[[IO[bytes]], None]) -> Response:
    """Send a file of one of the `KINDS` that `write` puts into a temporary file, before the first byte."""
    content = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed once it is sent
    write(content)
    answer = _answer(name, kind, _pieces(content))
    answer.call_on_close(content.close)
    return answer


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        content.seek(0)
        while piece := content.read(CHUNK):
            yield piece


def _answer(name: str, kind: str, pieces: Iterable[bytes]) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.{kind}",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(pieces, mimetype=KINDS[kind], headers=headers)
