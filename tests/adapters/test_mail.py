"""The SMTP adapter against a real server on the loopback address: accepted, later, refused, broken off."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from grants.adapters.mail import Attachment, FolderMailer, Letter, MailLater, MailRefused, SmtpMailer, mailer

LETTER = Letter(
    "<abc123@grants.example>",
    "ana@tests.example",
    "Your receipt for CO – 2014",
    "We have it.\n.\nA line with one dot must not end the mail.\n",
    "<p>We have it.</p>",
    (Attachment("receipt.pdf", "application/pdf", b"%PDF-1.7 receipt"),),
    "help@agency.example",
)
SENDER = "Center Competitions <no-reply@agency.example>"


def nothing() -> None:
    """Say nothing before the last dot."""


class Answering:
    """A server that answers as the test says and keeps what it took."""

    def __init__(self) -> None:
        self.rcpt = self.data = "250 OK"
        self.taken: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802  # aiosmtpd asks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take or refuse an address."""
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take or refuse the text; “drop” closes the line after the text was sent."""
        if self.data == "drop":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "250 OK"
        if self.data.startswith("2"):
            self.taken.append(envelope)
        return self.data


@pytest.fixture
def answering() -> Answering:
    return Answering()


@pytest.fixture
def smtp(answering: Answering) -> Iterator[SmtpMailer]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(answering, hostname="127.0.0.1", port=port)
    controller.start()
    found = mailer(f"smtp://127.0.0.1:{port}", sender=SENDER)
    assert isinstance(found, SmtpMailer)
    yield found
    controller.stop()


def test_an_accepted_mail_arrives_whole_and_once(smtp: SmtpMailer, answering: Answering) -> None:
    smtp.send(LETTER, nothing)

    (envelope,) = answering.taken
    content = envelope.content
    assert isinstance(content, bytes)
    assert envelope.rcpt_tos == ["ana@tests.example"]
    assert envelope.mail_from == "no-reply@agency.example"
    assert b"From: Center Competitions <no-reply@agency.example>" in content
    assert b"Reply-To: help@agency.example" in content
    assert b"Message-ID: <abc123@grants.example>" in content
    assert b"A line with one dot must not end the mail." in content
    assert b'filename="receipt.pdf"' in content


@pytest.mark.parametrize(
    ("step", "answer", "outcome"),
    [
        ("rcpt", "451 try again", MailLater),
        ("rcpt", "550 no such person", MailRefused),
        ("data", "452 full", MailLater),
        ("data", "554 not wanted", MailRefused),
    ],
)
def test_a_refusal_says_whether_to_try_again(
    smtp: SmtpMailer, answering: Answering, step: str, answer: str, outcome: type[Exception]
) -> None:
    setattr(answering, step, answer)

    with pytest.raises(outcome, match=answer):
        smtp.send(LETTER, nothing)

    assert answering.taken == []


def test_a_line_that_goes_dead_after_the_text_is_neither_yes_nor_no(
    smtp: SmtpMailer, answering: Answering
) -> None:
    answering.data = "drop"

    with pytest.raises(OSError) as error:  # noqa: PT011  # which one is the system's choice
        smtp.send(LETTER, nothing)

    assert not isinstance(error.value, MailLater | MailRefused)


def test_a_server_that_is_not_there_is_tried_later() -> None:
    with pytest.raises(MailLater):
        SmtpMailer("smtp://127.0.0.1:9", sender=SENDER).send(LETTER, nothing)


@pytest.mark.parametrize(
    "letter",
    [
        Letter("<a@grants.example>", "ana@tests.example\nBcc: all@tests.example", "S", "T", "H"),
        Letter("<a@grants.example>", "zoë@tests.example", "S", "T", "H"),
    ],
    ids=["two lines", "not ASCII"],
)
def test_an_address_that_cannot_be_written_is_refused(smtp: SmtpMailer, letter: Letter) -> None:
    with pytest.raises(MailRefused):
        smtp.send(letter, nothing)


def test_the_folder_takes_a_repeated_mail_as_the_same_file(tmp_path: Path) -> None:
    for _ in range(2):
        FolderMailer(tmp_path / "mail", sender=SENDER).send(LETTER, nothing)

    assert [path.name for path in (tmp_path / "mail").iterdir()] == ["abc123.eml"]


def test_a_url_of_another_kind_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"must begin with folder://, smtp://, .*, not “http://”"):
        mailer("http://127.0.0.1", sender=SENDER)


@pytest.mark.parametrize(
    ("scheme", "port"), [("smtp", 25), ("smtp+starttls", 587), ("smtps", 465), ("smtps", 2465)]
)
def test_a_url_names_the_server_its_port_and_who_signs_in(scheme: str, port: int) -> None:
    own = f":{port}" if port == 2465 else ""

    found = SmtpMailer(f"{scheme}://ana:p%40ss@mail.example{own}", sender=SENDER)

    assert (found.scheme, found.host, found.port) == (scheme, "mail.example", port)
    assert (found.user, found.password) == ("ana", "p@ss")
