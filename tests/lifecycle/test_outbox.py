"""Mail after the commit: resolved once, handed over once, and what nobody can know stays unknown."""

import threading
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlmodel import Session, select

from grants.access.actor import SYSTEM
from grants.adapters.files import Files
from grants.adapters.mail import FolderMailer, Letter, MailLater, MailRefused, MailServerAway
from grants.config import Settings
from grants.database import Database
from grants.lifecycle.models import Event, Message, Notice
from grants.lifecycle.outbox import PAUSES, RESTS, Mail, MailFile, Outbox, Sender, take_over
from grants.lifecycle.perform import tell
from grants.lifecycle.record import record
from tests.factories.deeds import NOW, make_invited


class Post:
    """A mailer that writes down what it was given and then does what the test says."""

    def __init__(self) -> None:
        self.given: list[Letter] = []
        self.outcomes: list[BaseException] = []
        self.after_the_dot = False

    def send(self, letter: Letter, last_word: Callable[[], None]) -> None:
        """Take the mail, or raise the next outcome: before the last dot, or after it."""
        self.given.append(letter)
        if self.outcomes and not self.after_the_dot:
            raise self.outcomes.pop(0)
        last_word()
        if self.outcomes:
            raise self.outcomes.pop(0)


class House:
    """An outbox with everything around it that a test looks at."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.files = Files(settings.files_url)
        self.post = Post()
        self.instant = NOW
        self.mails: list[Mail] = [Mail("ana@tests.example", "Hello", "emails/x", person_id=1)]
        self.outbox = Outbox(
            database=database,
            files=self.files,
            mailer=self.post,
            sender=Sender("first", "agency.example", lambda _session, _event: "help@agency.example"),
            notices={"test.told": self._resolve, "test.broken": self._break},
            render=lambda template, **context: f"{template} {context['subject']} {context['event'].kind}",
            real_now=lambda: self.instant,
        )

    def another(self, name: str) -> Outbox:
        """Make the outbox of another worker on the same database."""
        return Outbox(
            database=self.database,
            files=self.files,
            mailer=self.post,
            sender=Sender(name, "agency.example"),
            notices=self.outbox.notices,
            render=self.outbox.render,
            real_now=lambda: self.instant,
        )

    def tell(self, notice: str = "test.told") -> None:
        with self.database.writing() as session:
            invited = make_invited(session) if not session.exec(select(Event)).first() else None
            subject = invited.organization if invited else session.exec(select(Event)).one()
            event = record(session, "test.done", subject, happened="did", actor=SYSTEM, now=NOW)
            tell(session, event, notice)

    def messages(self) -> list[Message]:
        with self.database.reading() as session:
            return list(session.exec(select(Message).order_by("id")).all())

    def _resolve(self, _session: Session, _event: Event) -> list[Mail]:
        return self.mails

    def _break(self, _session: Session, _event: Event) -> list[Mail]:
        raise LookupError("the template is gone")


@pytest.fixture
def house(database: Database, settings: Settings) -> House:
    return House(database, settings)


def test_a_notice_becomes_one_mail_that_is_sent_once(house: House) -> None:
    house.tell()

    ran = [house.outbox.run() for _ in range(3)]

    (message,) = house.messages()
    assert ran == [1, 0, 0]
    assert [letter.address for letter in house.post.given] == ["ana@tests.example"]
    assert (message.progress, message.attempts, message.sent_at) == ("sent", 1, NOW)
    assert (message.text, message.html) == ("emails/x.txt Hello test.done", "emails/x.html Hello test.done")


def test_a_mail_lies_in_the_database_sealed_and_goes_out_whole(house: House) -> None:
    house.outbox.unseal = lambda text: text.replace("Hello", "the secret")
    house.tell()

    house.outbox.run()

    (message,) = house.messages()
    assert house.post.given[0].text == "emails/x.txt the secret test.done"
    assert message.text == "emails/x.txt Hello test.done"
    assert message.sha256 == sha256(b"emails/x.txt the secret test.done").hexdigest()


def test_an_event_of_which_nobody_is_told_sends_nothing(house: House) -> None:
    house.mails = []
    house.tell()

    assert house.outbox.run() == 0
    assert house.messages() == []


def test_a_notice_that_fails_does_not_hold_up_the_others(house: House) -> None:
    house.tell("test.broken")
    with house.database.writing() as session:
        event = session.exec(select(Event)).one()
        tell(session, event, "test.told")

    house.outbox.run()

    with house.database.reading() as session:
        notices = [
            (notice.progress, notice.failure) for notice in session.exec(select(Notice).order_by("id"))
        ]
    assert notices == [("failed", "LookupError: the template is gone"), ("resolved", None)]
    assert len(house.post.given) == 1


def test_a_refusal_for_good_is_recorded_and_not_repeated(house: House) -> None:
    house.tell()
    house.post.outcomes = [MailRefused("550 no such person")]

    house.outbox.run()
    house.instant += timedelta(days=9)
    house.outbox.run()

    (message,) = house.messages()
    assert (message.progress, message.failure, message.attempts) == ("refused", "550 no such person", 1)
    assert len(house.post.given) == 1


def test_a_server_that_asks_to_try_again_gets_the_same_mail_after_a_pause(house: House) -> None:
    house.tell()
    house.post.outcomes = [MailLater("451 greylisted")]

    house.outbox.run()
    house.instant += PAUSES[0] - timedelta(seconds=1)
    house.outbox.run()
    before = len(house.post.given)
    house.instant += timedelta(seconds=1)
    house.outbox.run()

    (message,) = house.messages()
    assert (before, len(house.post.given)) == (1, 2)
    assert (message.progress, message.attempts, message.failure) == ("sent", 2, None)
    assert len({letter.message_id for letter in house.post.given}) == 1


def test_after_the_last_pause_a_person_decides(house: House) -> None:
    house.tell()
    house.post.outcomes = [MailLater("451 later")] * 20

    for _ in range(20):
        house.outbox.run()
        house.instant += timedelta(days=1)

    (message,) = house.messages()
    assert (message.progress, message.attempts) == ("refused", len(PAUSES) + 1)


def test_one_address_that_waits_does_not_hold_up_the_next(house: House) -> None:
    house.mails = [Mail(f"p{n}@tests.example", "Hello", "emails/x") for n in range(3)]
    house.tell()
    house.post.outcomes = [MailLater("451 later")]

    house.outbox.run()

    assert [message.progress for message in house.messages()] == ["queued", "sent", "sent"]


def test_a_mail_broken_off_after_the_last_dot_stays_unknown_and_is_never_resent(house: House) -> None:
    house.tell()
    house.post.after_the_dot, house.post.outcomes = True, [ConnectionResetError("the line went dead")]

    house.outbox.run()
    house.instant += timedelta(days=9)
    house.outbox.run()

    (message,) = house.messages()
    assert (message.progress, message.failure) == (
        "unknown",
        "ConnectionResetError: the line went dead",
    )
    assert len(house.post.given) == 1


def test_a_mail_broken_off_before_the_last_dot_goes_out_later(house: House) -> None:
    house.tell()
    house.post.outcomes = [ConnectionResetError("the line went dead")]

    house.outbox.run()
    house.instant += PAUSES[0]
    house.outbox.run()

    assert [(message.progress, message.attempts) for message in house.messages()] == [("sent", 2)]


@pytest.mark.parametrize(
    ("after_the_dot", "left", "given"), [(True, "unknown", 1), (False, "sent", 2)], ids=["after", "before"]
)
def test_what_a_dead_worker_had_in_hand(house: House, after_the_dot: bool, left: str, given: int) -> None:  # noqa: FBT001
    """Handed over or not is known exactly: the last dot has its own commit before it."""
    house.tell()
    house.post.after_the_dot, house.post.outcomes = after_the_dot, [KeyboardInterrupt()]

    with pytest.raises(KeyboardInterrupt):
        house.outbox.run()
    before = [message.progress for message in house.messages()]
    with house.database.writing() as session:
        of_others = take_over(session, ["second"])
        freed = take_over(session, ["first"])
    other = house.another("second")
    other.run()

    (message,) = house.messages()
    assert (before, of_others, freed, message.progress) == (["sending"], 0, 1, left)
    assert len(house.post.given) == given


def test_a_mail_that_an_earlier_version_left_in_hand_is_for_a_person(house: House) -> None:
    house.tell()
    house.post.outcomes = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        house.outbox.run()
    with house.database.writing() as session:
        session.exec(select(Message)).one().worker = None

    with house.database.writing() as session:
        take_over(session, [])

    assert [message.progress for message in house.messages()] == ["unknown"]


def test_a_worker_that_was_taken_for_dead_hands_nothing_over(house: House) -> None:
    """Two hosts: the one that slept comes back before its last dot and finds the mail taken."""
    house.tell()
    taken: list[int] = []

    class Sleeper(Post):
        def send(self, letter: Letter, last_word: Callable[[], None]) -> None:
            with house.database.writing() as session:
                taken.append(take_over(session, ["first"]))
            house.another("second").run()
            last_word()
            self.given.append(letter)

    sleeper = house.outbox.mailer = Sleeper()
    house.outbox.run()

    (message,) = house.messages()
    assert (taken, len(sleeper.given), len(house.post.given)) == ([1], 0, 1)
    assert (message.progress, message.attempts) == ("sent", 2)


def test_a_slow_worker_that_was_taken_for_dead_after_the_dot_still_says_how_it_ended(house: House) -> None:
    house.tell()

    class Slow(Post):
        def send(self, letter: Letter, last_word: Callable[[], None]) -> None:
            last_word()
            with house.database.writing() as session:
                take_over(session, ["first"])
            self.given.append(letter)

    house.outbox.mailer = Slow()
    house.outbox.run()

    assert [message.progress for message in house.messages()] == ["sent"]


def test_a_server_that_is_away_is_left_alone_for_a_while_and_costs_no_attempt(house: House) -> None:
    house.mails = [Mail(f"p{n}@tests.example", "Hello", "emails/x") for n in range(5)]
    house.tell()
    house.post.outcomes = [MailServerAway("no route", hangs=True)] * 40

    for _ in range(40):
        house.outbox.run()
        house.outbox.run()
        house.instant += RESTS[-1]
    during = {(message.progress, message.attempts) for message in house.messages()}
    tried = len(house.post.given)
    house.outbox.run()

    assert (during, tried) == ({("queued", 0)}, 40)
    assert {message.progress for message in house.messages()} == {"sent"}


@pytest.mark.parametrize("after_the_dot", [False, True])
def test_a_server_that_falls_silent_costs_the_time_of_one_mail(house: House, after_the_dot: bool) -> None:  # noqa: FBT001
    house.mails = [Mail(f"p{n}@tests.example", "Hello", "emails/x") for n in range(5)]
    house.tell()
    house.post.after_the_dot = after_the_dot
    silence = TimeoutError("timed out") if after_the_dot else MailLater("timed out", hangs=True)
    house.post.outcomes = [silence]

    house.outbox.run()
    given = len(house.post.given)
    house.instant += RESTS[0]
    house.outbox.run()

    first = "unknown" if after_the_dot else "queued"
    assert given == 1
    assert [message.progress for message in house.messages()] == [first, *["sent"] * 4]


def test_a_mail_names_our_host_and_whom_an_answer_reaches(house: House) -> None:
    house.tell()

    house.outbox.run()

    (letter,) = house.post.given
    assert letter.message_id.endswith("@agency.example>")
    assert letter.reply_to == "help@agency.example"


def test_a_mail_whose_file_is_gone_is_refused_before_it_is_handed_over(house: House) -> None:
    house.mails = [Mail("ana@tests.example", "Hello", "emails/x", attachments=[MailFile("0" * 64, "a.pdf")])]
    house.tell()

    house.outbox.run()

    (message,) = house.messages()
    assert (message.progress, message.failure) == ("refused", f"FileMissing: {'0' * 64}")
    assert house.post.given == []


def test_a_stored_file_goes_with_the_mail(house: House) -> None:
    sha256 = house.files.put(b"%PDF-1.7 a letter")
    house.mails = [Mail("ana@tests.example", "Hello", "emails/x", attachments=[MailFile(sha256, "a.pdf")])]
    house.tell()

    house.outbox.run()

    assert [(file.name, file.content) for file in house.post.given[0].attachments] == [
        ("a.pdf", b"%PDF-1.7 a letter")
    ]


def test_two_workers_at_once_send_each_mail_once(house: House, settings: Settings, tmp_path: Path) -> None:
    house.mails = [Mail(f"p{n}@tests.example", "Hello", "emails/x") for n in range(12)]
    house.tell()
    folder = tmp_path / "sent"
    sent: list[str] = []

    class Counting(FolderMailer):
        def send(self, letter: Letter, last_word: Callable[[], None]) -> None:
            sent.append(letter.address)
            super().send(letter, last_word)

    def run(name: str) -> None:
        Outbox(
            database=house.database,
            files=house.files,
            mailer=Counting(folder, sender="no-reply@agency.example"),
            sender=Sender(name, "agency.example"),
            notices=house.outbox.notices,
            render=house.outbox.render,
        ).run()

    threads = [threading.Thread(target=run, args=(f"worker {n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(sent) == sorted(mail.address for mail in house.mails)
    assert len(list(folder.glob("*.eml"))) == 12
