"""Mail after the commit: notices become messages, messages go out once, and each end is recorded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog
from sqlmodel import Session

from grants.adapters.files import FileMissing, Files
from grants.adapters.mail import Attachment, Letter, Mailer, MailLater, MailRefused, MailServerAway
from grants.adapters.seals import carries_key
from grants.clock import real_now
from grants.database import Database, new_uid
from grants.errors import refuse
from grants.lifecycle.models import Event, Message, MessageStatus, Notice, NoticeStatus
from grants.lifecycle.queries import (
    event_by_uid,
    has_outgoing,
    message_by_id,
    messages_in_hand,
    next_queued_message,
    next_waiting_notice,
)

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""How long to wait after each time a server asked to try again; after the last one a person decides."""
KEY_STAYS = (
    "This mail holds a link that works for whoever reads it, so it goes again only to its own address. "
    "If the address is wrong, invite or register the right one."
)
RESTS = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 300))
"""How long no mail is tried after the server was away or silent once, twice, and so on."""
OPEN = (MessageStatus.SENDING, MessageStatus.UNKNOWN)
"""Where the mail of a worker may stand as its exchange ends; `unknown` if others took the worker for dead."""
log = structlog.get_logger()


class MessageTaken(Exception):
    """Another worker has this mail: it took us for dead. Nothing was handed over."""


@dataclass(frozen=True)
class MailFile:
    """A stored file that goes with a mail."""

    sha256: str
    name: str
    media_type: str = "application/pdf"


@dataclass(frozen=True)
class Mail:
    """One mail to one person, in words of a template pair `<template>.txt` and `<template>.html`."""

    address: str
    subject: str
    template: str
    person_id: int | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    attachments: Sequence[MailFile] = ()


Resolver = Callable[[Session, Event], list[Mail]]


@dataclass(frozen=True)
class Sender:
    """Whose outbox this is: the worker's name, the host of Message-IDs, and whom an answer reaches."""

    worker: str
    domain: str
    reply_to: Callable[[Session, Event], str | None] = lambda _session, _event: None


class Outbox:
    """Resolves notices and hands over messages, in a process of its own beside the one that runs jobs.

    `unseal` puts into a mail that is handed over what must not lie in the database, such as a link's token.
    """

    def __init__(
        self,
        *,
        database: Database,
        files: Files,
        mailer: Mailer,
        sender: Sender,
        notices: Mapping[str, Resolver],
        render: Callable[..., str],
        unseal: Callable[[str], str] = str,
        real_now: Callable[[], datetime] = real_now,
    ) -> None:
        self.database = database
        self.files = files
        self.mailer = mailer
        self.sender = sender
        self.notices = notices
        self.render = render
        self.unseal = unseal
        self.real_now = real_now
        self._rests_until: datetime | None = None
        self._rested = 0
        self._in_hand = False
        self._is_handed = False

    def run(self, *, goes_on: Callable[[], bool] = lambda: True) -> int:
        """Resolve every waiting notice and hand over every message that is due; return how many."""
        if self._in_hand:
            self._take_back()
        with self.database.reading() as session:
            if not has_outgoing(session, self.real_now()):
                return 0
        while goes_on() and self._resolve_one():
            pass
        tried = 0
        while goes_on() and not self._is_resting() and self._send_one():
            tried += 1
        return tried

    def _take_back(self) -> None:
        """Free a mail that an earlier turn left in hand because the database was away."""
        with self.database.writing() as session:
            take_over(session, [self.sender.worker])
        self._in_hand = False

    def _resolve_one(self) -> bool:
        with self.database.writing() as session:
            notice = next_waiting_notice(session)
            if notice is None:
                return False
            try:
                with session.begin_nested():
                    self._write_messages(session, notice)
                notice.progress = NoticeStatus.RESOLVED
            except Exception as error:  # a fault in one notice must not hold up the others
                log.exception("notice failed", name=notice.name)
                notice.progress = NoticeStatus.FAILED
                notice.failure = f"{type(error).__name__}: {error}"[:1000]
            session.add(notice)
        return True

    def _write_messages(self, session: Session, notice: Notice) -> None:
        event = event_by_uid(session, notice.event_uid)
        for mail in self.notices[notice.name](session, event):
            context = {**mail.context, "event": event, "address": mail.address, "subject": mail.subject}
            session.add(
                Message(
                    notice_uid=notice.uid,
                    person_id=mail.person_id,
                    address=mail.address,
                    subject=mail.subject,
                    text=self.render(f"{mail.template}.txt", **context),
                    html=self.render(f"{mail.template}.html", **context),
                    attachments=[
                        {"sha256": file.sha256, "name": file.name, "media_type": file.media_type}
                        for file in mail.attachments
                    ],
                    message_id=f"<{new_uid()}@{self.sender.domain}>",
                    reply_to=self.sender.reply_to(session, event),
                    at=notice.at,
                    queued_at=event.real_at,
                )
            )

    def _send_one(self) -> bool:
        message = self._claim()
        if message is None:
            return False
        try:
            letter = self._letter(message)
        except (
            FileMissing,
            ValueError,
        ) as error:  # nothing went out, so a person need not ask whether it did
            self._end(message, MessageStatus.REFUSED, f"{type(error).__name__}: {error}")
            return True
        self._exchange(message, letter)
        return True

    def _exchange(self, message: Message, letter: Letter) -> None:
        self._is_handed = False
        try:
            self.mailer.send(letter, lambda: self._last_word(message))
        except MessageTaken:
            log.warning("another worker took the mail over", uid=message.uid)
            self._in_hand = False
        except MailRefused as error:
            self._end(message, MessageStatus.REFUSED, str(error))
        except MailServerAway as error:  # no fault of this mail, so it is not counted against it
            self._end(message, MessageStatus.QUEUED, str(error), attempts=message.attempts - 1)
            self._rest()
        except MailLater as error:
            self._try_later(message, str(error))
            if error.hangs:
                self._rest()
        except Exception as error:
            log.exception("mail failed", uid=message.uid)
            if self._is_handed:  # arrived or not: only a person can tell
                self._end(message, MessageStatus.UNKNOWN, f"{type(error).__name__}: {error}")
                self._rest()
            else:
                self._try_later(message, f"{type(error).__name__}: {error}")
        else:
            self._rested, self._rests_until = 0, None
            self._end(message, MessageStatus.SENT, None, sha256=sha256(letter.text.encode()).hexdigest())

    def _last_word(self, claimed: Message) -> None:
        """Commit that the last dot goes out now; raises `MessageTaken` where the mail is another's by now."""
        with self.database.writing() as session:
            message = message_by_id(session, claimed.id)
            if message.progress is not MessageStatus.SENDING or not self._is_ours(message, claimed):
                raise MessageTaken
            message.handed_at = self.real_now()
            session.add(message)
        self._is_handed = True

    def _is_ours(self, message: Message, claimed: Message) -> bool:
        return message.worker == self.sender.worker and message.attempts == claimed.attempts

    def _rest(self) -> None:
        """Try no mail for a while: a silent server costs one mail's time, not every mail's."""
        self._rests_until = self.real_now() + RESTS[min(self._rested, len(RESTS) - 1)]
        self._rested += 1

    def _is_resting(self) -> bool:
        return self._rests_until is not None and self.real_now() < self._rests_until

    def _claim(self) -> Message | None:
        """Commit the row as `sending` before the first command to the server."""
        with self.database.writing() as session:
            message = next_queued_message(session, self.real_now())
            if message is None:
                return None
            message.progress = MessageStatus.SENDING
            message.attempts += 1
            message.worker, message.handed_at = self.sender.worker, None
            session.add(message)
        self._in_hand = True
        return message

    def _letter(self, message: Message) -> Letter:
        attachments = tuple(
            Attachment(file["name"], file["media_type"], self.files.get(file["sha256"]))
            for file in message.attachments
        )
        text, html = self.unseal(message.text), self.unseal(message.html)
        return Letter(
            message.message_id, message.address, message.subject, text, html, attachments, message.reply_to
        )

    def _try_later(self, message: Message, failure: str) -> None:
        if message.attempts > len(PAUSES):
            self._end(message, MessageStatus.REFUSED, failure)
        else:
            due = self.real_now() + PAUSES[message.attempts - 1]
            self._end(message, MessageStatus.QUEUED, failure, not_before=due)

    def _end(
        self,
        claimed: Message,
        progress: MessageStatus,
        failure: str | None,
        *,
        not_before: datetime | None = None,
        sha256: str | None = None,
        attempts: int | None = None,
    ) -> None:
        """Record how an attempt ended; nothing where another worker has the mail in hand by now."""
        with self.database.writing() as session:
            message = message_by_id(session, claimed.id)
            if not self._is_ours(message, claimed) or message.progress not in OPEN:
                log.warning("another worker took the mail over", uid=message.uid)
                self._in_hand = False
                return
            message.progress = progress
            message.worker = None
            message.attempts = claimed.attempts if attempts is None else attempts
            message.failure = failure[:1000] if failure else None
            message.not_before = not_before
            message.sent_at = self.real_now() if progress is MessageStatus.SENT else None
            message.sha256 = sha256
            session.add(message)
        self._in_hand = False


def take_over(session: Session, dead: Sequence[str]) -> int:
    """Free the mails that dead workers had in hand; return how many.

    Before the last dot nothing was handed over, so the mail goes out again. After it a person decides, and so
    about a mail that an earlier version of this program left, which wrote no name.
    """
    rows = messages_in_hand(session, dead)
    for message in rows:
        if message.handed_at is not None or message.worker is None:
            message.progress = MessageStatus.UNKNOWN
            message.failure = "The worker stopped while it handed this mail over."
        elif message.attempts > len(PAUSES):
            message.progress = MessageStatus.REFUSED
            message.failure = f"The worker stopped over this mail {message.attempts} times."
        else:
            message.progress, message.worker = MessageStatus.QUEUED, None
        session.add(message)
    return len(rows)


def holds_key(message: Message) -> bool:
    """Say whether a mail holds a link that proves its reader; it goes to its own address only."""
    return carries_key(message.text) or carries_key(message.html)


def send_again(session: Session, message: Message, *, address: str) -> None:
    """Have a refused or stranded mail handed over once more, to a corrected address if there is one.

    A mail with a key in it goes again to no other address: whoever got it would become its reader.
    """
    if address != message.address and holds_key(message):
        raise refuse("key", KEY_STAYS, field="address")
    message.address = address
    message.progress, message.attempts, message.not_before = MessageStatus.QUEUED, 0, None
    message.queued_at, message.worker, message.handed_at = real_now(), None, None
    session.add(message)


def close(session: Session, message: Message) -> None:
    """End a stranded mail as sent, because a person knows that it arrived."""
    message.progress = MessageStatus.SENT
    session.add(message)
