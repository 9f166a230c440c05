"""The scanner's talk: clean, infected, away, and an answer that is no verdict."""

import socketserver
import threading
from pathlib import Path

import pytest

from grants.adapters.scanner import Clamd, scanner
from grants.errors import Unavailable
from tests.factories.clamd import SIGNATURE, Talk, clamd


def test_a_file_is_clean_or_named_by_what_is_in_it() -> None:
    with clamd() as url:
        found = [Clamd(url).look(content).found for content in (b"x" * 200_000, b"", b"a" + SIGNATURE)]

    assert found == ["", "", "Eicar-Test-Signature"]


def test_a_scanner_at_a_socket_of_the_machine_is_asked_too(tmp_path: Path) -> None:
    place = str(tmp_path / "clamd.ctl")
    with socketserver.ThreadingUnixStreamServer(place, Talk) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        found = Clamd(f"unix://{place}").look(SIGNATURE).found
        server.shutdown()

    assert found == "Eicar-Test-Signature"


class TooLarge(socketserver.BaseRequestHandler):
    """A clamd whose StreamMaxLength is smaller than the file."""

    def handle(self) -> None:
        """Answer before the end and hang up."""
        self.request.recv(1024)
        self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")


@pytest.mark.parametrize("handler", [TooLarge, socketserver.BaseRequestHandler])
def test_an_answer_that_is_no_verdict_is_never_taken_for_clean(
    handler: type[socketserver.BaseRequestHandler],
) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        with pytest.raises(Unavailable):
            Clamd(f"tcp://127.0.0.1:{server.server_address[1]}").look(b"x" * 10)
        server.shutdown()


def test_nobody_there_is_unavailable_and_no_address_is_no_scanner(tmp_path: Path) -> None:
    assert scanner("") is None
    for url in ("tcp://127.0.0.1:1", f"unix://{tmp_path / 'nothing'}"):
        with pytest.raises(Unavailable):
            Clamd(url).look(b"x")
