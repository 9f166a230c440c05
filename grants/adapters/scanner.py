"""A virus scanner where one is configured: clamd over its INSTREAM command."""

import socket
import struct
from typing import Protocol
from urllib.parse import urlsplit

CHUNK = 64 * 1024


class Scanner(Protocol):
    """What looks at the bytes of a file."""

    name: str

    def is_clean(self, content: bytes) -> bool:
        """Say whether the scanner found nothing; raises OSError when it cannot be reached."""


class Clamd:
    """clamd at `tcp://host:port`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.address = (parts.hostname or "127.0.0.1", parts.port or 3310)
        self.name = "clamd"

    def is_clean(self, content: bytes) -> bool:
        """Send the bytes in chunks and read the verdict."""
        with socket.create_connection(self.address, timeout=60) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                chunk = content[start : start + CHUNK]
                connection.sendall(struct.pack("!L", len(chunk)) + chunk)
            connection.sendall(struct.pack("!L", 0))
            answer = connection.recv(4096)
        return answer.rstrip(b"\0\n").endswith(b"OK")
