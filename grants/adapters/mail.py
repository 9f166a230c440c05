"""Sending one mail: into a folder for the demonstration, over SMTP otherwise."""

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

ACCEPTED, WILL_FORWARD = 250, 251
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
"""Schemes of a mail server's URL, each with its usual port."""
BEGIN = 354
"""The server's answer that the text may begin."""
PIECE = 65_536
FAREWELL = 2.0
"""Seconds for the last politeness: the mail is handed over, and its record must not wait."""


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for a mail server: to be reached, for an answer, for the text, and after the last dot.

    After the last dot a server may take its time, and who hangs up early never knows (RFC 5321, 4.5.3.2).
    """

    reach: float = 10
    answer: float = 30
    text: float = 300
    last: float = 120


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """One mail ready to go; the Message-ID is fixed before the first attempt."""

    message_id: str
    address: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = field(default=())
    reply_to: str | None = None


class MailRefused(Exception):
    """The server said no for good, for instance because it knows no such address."""


class MailLater(Exception):
    """The server asked to try this mail again; nothing was handed over.

    `hangs` says that the line went dead or silent meanwhile, so that the next mail would fare no better now.
    """

    def __init__(self, message: str, *, hangs: bool = False) -> None:
        super().__init__(message)
        self.hangs = hangs


class MailServerAway(MailLater):
    """The server could not be reached or did not let us in: no fault of this mail."""


class Mailer(Protocol):
    """What hands over one mail."""

    def send(self, letter: Letter, last_word: Callable[[], None]) -> None:
        """Hand over the mail, or raise `MailRefused` or `MailLater`, both of which leave it here.

        `last_word` is called just before the act after which the mail counts as handed over; where it raises,
        nothing was. Any other error after it leaves unknown whether the mail arrived.
        """


def mailer(url: str, *, sender: str, patience: Patience | None = None) -> Mailer:
    """Make the mailer of a URL: `folder:///…` or `smtp://user:password@host:port`.

    `smtps` speaks TLS from the first byte, `smtp+starttls` before anything of the mail or a password is said.
    """
    parts = urlsplit(url)
    if parts.scheme == "folder":
        return FolderMailer(Path(parts.path), sender=sender)
    if parts.scheme in PORTS:
        return SmtpMailer(url, sender=sender, patience=patience)
    known = ", ".join(f"{scheme}://" for scheme in PORTS)
    raise ValueError(f"GRANTS_MAIL_URL must begin with folder://, {known}, not “{parts.scheme}://”.")


class FolderMailer:
    """Writes each mail as an .eml file; the name is the Message-ID, so that a repeat writes the same file."""

    def __init__(self, folder: Path, *, sender: str) -> None:
        self.folder = folder
        self.sender = sender
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def send(self, letter: Letter, last_word: Callable[[], None]) -> None:
        """Write the mail."""
        name, content = letter.message_id.strip("<>").split("@")[0], bytes(message(letter, self.sender))
        last_word()
        (self.folder / f"{name}.eml").write_bytes(content)


class SmtpMailer:
    """Hands mail to an SMTP server.

    Where TLS is asked for, the server's certificate is checked against the machine's authorities (or those of
    SSL_CERT_FILE), and a server without TLS gets nothing.
    """

    def __init__(self, url: str, *, sender: str, patience: Patience | None = None) -> None:
        parts = urlsplit(url)
        self.sender = sender
        self.patience = patience or Patience()
        self.host = parts.hostname or "127.0.0.1"
        self.scheme = parts.scheme
        self.port = parts.port or PORTS[parts.scheme]
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")

    def send(self, letter: Letter, last_word: Callable[[], None]) -> None:
        """Hand over the mail in one exchange; what fails before the last dot can be tried again."""
        try:
            content = message(letter, self.sender).as_bytes(policy=SMTP)
        except ValueError as error:
            raise MailRefused(f"This cannot be written as a mail: {error}") from error
        connection = self._connect()
        try:
            _announce(connection, self.sender, letter.address)
            self._put_text(connection, content)
            last_word()
            code, answer = self._end_text(connection)
        except BaseException:
            connection.close()  # no farewell: a text without its last dot is thrown away by the server
            raise
        _hang_up(connection)
        if code != ACCEPTED:
            raise _refusal(code, answer)

    def _connect(self) -> smtplib.SMTP:
        try:
            connection = self._open()
        except (OSError, smtplib.SMTPException) as error:
            raise MailServerAway(_said(error), hangs=True) from error
        try:
            _wait_at_most(connection, self.patience.answer)
            if self.scheme == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
            if self.user:
                connection.login(self.user, self.password)
        except (OSError, smtplib.SMTPException) as error:
            connection.close()
            raise MailServerAway(_said(error), hangs=True) from error
        return connection

    def _open(self) -> smtplib.SMTP:
        reach = self.patience.reach
        if self.scheme == "smtps":
            secure = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=reach, context=secure)
        return smtplib.SMTP(self.host, self.port, timeout=reach)

    def _put_text(self, connection: smtplib.SMTP, content: bytes) -> None:
        """Send everything but the last dot."""
        until = time.monotonic() + self.patience.text
        try:
            code, answer = connection.docmd("DATA")
            if code != BEGIN:
                raise _refusal(code, answer)
            quoted = re.sub(rb"(?m)^\.", b"..", content)
            quoted += b"" if quoted.endswith(b"\r\n") else b"\r\n"
            for start in range(0, len(quoted), PIECE):
                if time.monotonic() > until:
                    raise TimeoutError("the server takes the text too slowly")
                connection.send(quoted[start : start + PIECE])
        except (OSError, smtplib.SMTPException) as error:
            raise MailLater(_said(error), hangs=True) from error

    def _end_text(self, connection: smtplib.SMTP) -> tuple[int, bytes]:
        _wait_at_most(connection, self.patience.last)
        connection.send(b".\r\n")
        return connection.getreply()


def domain_of(public_url: str) -> str:
    """Return what stands behind the @ of our Message-IDs: the public host; a bare number in brackets."""
    host = urlsplit(public_url).hostname or "localhost"
    return f"[{host}]" if host.replace(".", "").isdigit() or ":" in host else host


def message(letter: Letter, sender: str) -> EmailMessage:
    """Write the mail as RFC 5322, plain text first, HTML beside it."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = letter.address
    if letter.reply_to:
        mail["Reply-To"] = letter.reply_to
    mail["Subject"] = " ".join(letter.subject.split())
    mail["Message-ID"] = letter.message_id
    mail["Date"] = formatdate(usegmt=True)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments:
        main, _, sub = attachment.media_type.partition("/")
        mail.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)
    return mail


def _announce(connection: smtplib.SMTP, sender: str, address: str) -> None:
    """Say from whom and to whom; nothing of the mail has gone out when this fails."""
    try:
        connection.ehlo_or_helo_if_needed()
        for code, answer in (connection.mail(parseaddr(sender)[1]), connection.rcpt(address)):
            if code not in {ACCEPTED, WILL_FORWARD}:
                raise _refusal(code, answer)
    except UnicodeError as error:
        raise MailRefused(f"The address {address} cannot be written in ASCII.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailLater(_said(error), hangs=True) from error


def _wait_at_most(connection: smtplib.SMTP, seconds: float) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(seconds)


def _said(error: Exception) -> str:
    """Return what an error says; some time-outs say nothing."""
    return str(error) or type(error).__name__


def _hang_up(connection: smtplib.SMTP) -> None:
    with suppress(OSError, smtplib.SMTPException):
        _wait_at_most(connection, FAREWELL)
        connection.quit()
    connection.close()


def _refusal(code: int, answer: bytes | str) -> MailRefused | MailLater:
    said = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    kind = MailLater if 400 <= code < 500 else MailRefused  # noqa: PLR2004  # RFC 5321, 4.2.1
    return kind(f"{code} {said}")
