"""Sending a stored file: from a route of its own, never sniffed, never kept by a proxy."""

from urllib.parse import quote

from flask import Response

from grants.documents.models import StoredFile
from grants.documents.queries import file_by_id
from grants.web import current

SANDBOX = "default-src 'none'; sandbox"


def send_file_row(file_id: int, *, download: bool = False) -> Response:
    """Send a stored file by the id of its row; the guard has let the reader in before."""
    with current.reading() as session:
        row = file_by_id(session, file_id)
    return send_stored(row, download=download)


def send_stored(row: StoredFile, *, download: bool = False) -> Response:
    """Send the bytes of a stored file in chunks."""
    disposition = "attachment" if download else "inline"
    headers = {
        "Content-Length": str(row.size),
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(row.name)}",
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "ETag": f'"{row.sha256}"',
    }
    return Response(current.files().stream(row.sha256), mimetype=row.media_type, headers=headers)
