"""A clamd that finds one word: it speaks INSTREAM on a port of the loopback address."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNATURE = b"X5O!P%@AP"
"""The bytes in which this clamd finds something, the first of the test file that every scanner knows."""


class Talk(socketserver.StreamRequestHandler):
    """One file: a command, chunks with their lengths, a verdict."""

    def handle(self) -> None:
        """Read to the chunk of no length and answer as clamd does."""
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        found = SIGNATURE in content
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0")


@contextmanager
def clamd() -> Iterator[str]:
    """Run it; gives its address as GRANTS_SCANNER_URL takes it."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"tcp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join(10)
