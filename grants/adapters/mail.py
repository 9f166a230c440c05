"""Sending one mail: into a folder for the demonstration, over SMTP otherwise."""

import smtplib
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

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
    """Make the mailer of a URL: `folder:///…` or `smtp://user:password@host:port` (`smtps` for TLS)."""
    parts = urlsplit(url)
    if parts.scheme == "folder":
        return FolderMailer(Path(parts.path))
    if parts.scheme in {"smtp", "smtps"}:
        return SmtpMailer(url)
    raise ValueError(f"GRANTS_MAIL_URL must begin with folder:// or smtp://, not “{parts.scheme}://”.")


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
    """Hands mail to an SMTP server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or (465 if parts.scheme == "smtps" else 25)
        self.secure = parts.scheme == "smtps"
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")

    def send(self, letter: Letter) -> None:
        """Hand over the mail in one exchange."""
        connection = self._connect()
        try:
            with connection:
                connection.send_message(message(letter))
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            if _is_temporary(error):
                raise MailLater(str(error)) from error
            raise MailRefused(str(error)) from error

    def _connect(self) -> smtplib.SMTP:
        kind = smtplib.SMTP_SSL if self.secure else smtplib.SMTP
        try:
            connection = kind(self.host, self.port, timeout=30)
            if self.user:
                connection.login(self.user, self.password)
        except (OSError, smtplib.SMTPException) as error:
            raise MailLater(str(error)) from error
        return connection


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


def _is_temporary(error: smtplib.SMTPException) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _ in error.recipients.values())  # noqa: PLR2004  # RFC 5321
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 500  # noqa: PLR2004  # RFC 5321
    return False
