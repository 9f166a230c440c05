"""A browser's end of a stream, without the browser: what comes, line by line, or that it ended."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Told:
    """One event of a stream."""

    event: str
    id: str
    data: Any


class Listener:
    """Opens a stream and takes its events one by one; ten seconds without a line raise TimeoutError."""

    def __init__(self, base: str, path: str, cookie: str, headers: Mapping[str, str] | None = None) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=10)
        self.connection.request("GET", path, headers={"Cookie": cookie, **(headers or {})})
        self.answer = self.connection.getresponse()
        self.beats = 0

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.answer.status

    def next(self) -> Told | None:
        """Wait for the next event; None where the stream ended instead. Signs of life are only counted."""
        fields: dict[str, str] = {}
        while line := self.answer.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            self.beats += name == "" and value != ""
            if line == b"\n" and "event" in fields:
                return Told(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
            if name:
                fields[name] = value
        return None

    def hang_up(self) -> None:
        """Go away without a word."""
        self.answer.close()
        self.connection.close()
