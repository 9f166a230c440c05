"""Sending one mail: into a folder for the demonstration, over SMTP otherwise."""

import smtplib
import ssl
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
SENDER = "Center Competitions <no-reply@grants.example>"


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


class MailRefused(Exception):
    """The server said no for good, for instance because it knows no such address."""


class MailLater(Exception):
    """The server could not be reached or asked to try again; nothing was handed over."""


class Mailer(Protocol):
    """What hands over one mail."""

    def send(self, letter: Letter) -> None:
        """Hand over the mail, or raise `MailRefused` or `MailLater`; any other error leaves it unknown."""


def mailer(url: str) -> Mailer:
    """Make the mailer of a URL: `folder:///…` or `smtp://user:password@host:port`.

    `smtps` speaks TLS from the first byte, `smtp+starttls` before anything of the mail or a password is said.
    """
    parts = urlsplit(url)
    if parts.scheme == "folder":
        return FolderMailer(Path(parts.path))
    if parts.scheme in PORTS:
        return SmtpMailer(url)
    known = ", ".join(f"{scheme}://" for scheme in PORTS)
    raise ValueError(f"GRANTS_MAIL_URL must begin with folder://, {known}, not “{parts.scheme}://”.")


class FolderMailer:
    """Writes each mail as an .eml file; the name is the Message-ID, so that a repeat writes the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def send(self, letter: Letter) -> None:
        """Write the mail."""
        name = letter.message_id.strip("<>").split("@")[0]
        (self.folder / f"{name}.eml").write_bytes(bytes(message(letter)))


class SmtpMailer:
    """Hands mail to an SMTP server.

    Where TLS is asked for, the server's certificate is checked against the machine's authorities (or those of
    SSL_CERT_FILE), and a server without TLS gets nothing.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or "127.0.0.1"
        self.scheme = parts.scheme
        self.port = parts.port or PORTS[parts.scheme]
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")

    def send(self, letter: Letter) -> None:
        """Hand over the mail in one exchange; what fails before the text goes out can be tried again."""
        try:
            content = message(letter).as_bytes(policy=SMTP)
        except ValueError as error:
            raise MailRefused(f"This cannot be written as a mail: {error}") from error
        connection = self._connect()
        try:
            _announce(connection, letter.address)
            code, answer = connection.data(content)
        except smtplib.SMTPDataError as error:  # the server did not want the text to begin
            raise _refusal(error.smtp_code, error.smtp_error) from error
        finally:
            _hang_up(connection)
        if code != ACCEPTED:
            raise _refusal(code, answer)

    def _connect(self) -> smtplib.SMTP:
        try:
            connection = self._open()
        except (OSError, smtplib.SMTPException) as error:
            raise MailLater(str(error)) from error
        try:
            if self.scheme == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
            if self.user:
                connection.login(self.user, self.password)
        except (OSError, smtplib.SMTPException) as error:
            connection.close()
            raise MailLater(str(error)) from error
        return connection

    def _open(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=30, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=30)


def message(letter: Letter) -> EmailMessage:
    """Write the mail as RFC 5322, plain text first, HTML beside it."""
    mail = EmailMessage()
    mail["From"] = SENDER
    mail["To"] = letter.address
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


def _announce(connection: smtplib.SMTP, address: str) -> None:
    """Say from whom and to whom; nothing of the mail has gone out when this fails."""
    try:
        connection.ehlo_or_helo_if_needed()
        for code, answer in (connection.mail(parseaddr(SENDER)[1]), connection.rcpt(address)):
            if code not in {ACCEPTED, WILL_FORWARD}:
                raise _refusal(code, answer)
    except UnicodeError as error:
        raise MailRefused(f"The address {address} cannot be written in ASCII.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailLater(str(error)) from error


def _hang_up(connection: smtplib.SMTP) -> None:
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    connection.close()


def _refusal(code: int, answer: bytes | str) -> MailRefused | MailLater:
    said = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    kind = MailLater if 400 <= code < 500 else MailRefused  # noqa: PLR2004  # RFC 5321, 4.2.1
    return kind(f"{code} {said}")
