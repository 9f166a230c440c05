"""People who upload, submit and release while processes are killed, with a ledger of what was acknowledged.

Every host has one member, so each of its submissions and letters is one mail to an address of its own.
"""

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

import pikepdf
from flask import Flask
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.models import StaffRole
from grants.applications.models import Application, ApplicationDocument, Submission
from grants.applications.services import drafting
from grants.awards.rules import letter_kinds
from grants.clock import StoppedClock
from grants.commands.worker import Worker
from grants.competitions.models import Competition
from grants.database import Database
from grants.documents.models import Batch, Letter, StoredFile
from grants.documents.services.letters import Addressee, ask_to_make, draft_letter
from grants.documents.workflow import BatchStatus, LetterStatus
from grants.lifecycle.models import Message, MessageStatus
from tests.bench import savers
from tests.factories import applications as hosts
from tests.factories.continuations import PASSWORD, let_sign
from tests.factories.hostile import carrying
from tests.soak.attacks import FORM, Refusal, Stranger

LETTERS = 3
PAUSE = 0.4
DONE = {303, 409}
"""Done now, or not possible any more: a letter that was released is not released again."""
OFFICER = "release@agency.example"
NUMBER = "2014-NIST-MEP-77"


@dataclass
class Ledger:
    """What the server said that it did."""

    uploads: dict[str, str] = field(default_factory=dict)
    """The application of each file that was received, by its SHA-256."""
    submitted: set[str] = field(default_factory=set)
    released: set[str] = field(default_factory=set)


@dataclass
class Scene:
    """Drafts to upload into and to submit, and batches of letters that are made and wait to be released."""

    budgets: list[tuple[str, str]]
    """Address and first budget page of each host that submits; the last one only uploads."""
    batches: list[str]


def make(app: Flask, *, submissions: int, batches: int) -> Scene:
    """Make all of it; the letters are made by a worker here and now."""
    database: Database = app.extensions["grants.database"]
    now = savers.SHEETS_AT
    with database.writing() as session:
        competition = hosts.make_open_competition(session, NUMBER)
        competition.deadline_at = now + timedelta(days=60)
        made = [_draft(session, competition, f"s{number}") for number in range(submissions)]
        for application in made:
            _complete(session, app, application)
            let_sign(session, application.actor)
        made.append(_draft(session, competition, "uploading"))
        asked = [_batch(session, number) for number in range(batches)]
    Worker(app, clock=lambda: StoppedClock(now)).run_once()
    return Scene([(one.actor.email, one.path) for one in made], asked)


@dataclass
class Draft:
    """A draft with its host's only member."""

    actor: Actor
    application: Application
    scene: hosts.Scene

    @property
    def path(self) -> str:
        """The first page of its budget."""
        return f"/applicant/applications/{self.application.uid}/budget/1"


def _draft(session: Session, competition: Competition, word: str) -> Draft:
    person = hosts.make_person(session, f"{word}@sending.example", f"Sender {word}")
    host = hosts.make_host(session, person, name=f"Sending host {word}")
    actor = hosts.member(person, host, Role.REPRESENTATIVE)
    scene = hosts.Scene(competition, host, actor, actor, actor, actor)
    application = drafting.start(session, competition, "CO", host, actor=actor, now=hosts.NOW)
    return Draft(actor, application, scene)


def _complete(session: Session, app: Flask, draft: Draft) -> None:
    hosts.complete(session, draft.scene, draft.application, app.extensions["grants.files"])


def _batch(session: Session, number: int) -> str:
    now = savers.SHEETS_AT
    person = hosts.make_person(
        session, OFFICER if number == 0 else f"o{number}@agency.example", "Grace Okafor"
    )
    session.add(StaffRole(person_id=person.id, role=Role.GRANTS_OFFICER, granted_at=now))
    actor = Actor(person.id, person.name, person.email, staff_roles=frozenset({Role.GRANTS_OFFICER}))
    batch = Batch(kind="award", title=f"Letters {number}", asked_at=now, made_by_id=person.id)
    session.add(batch)
    session.flush()
    for place in range(LETTERS):
        reader = hosts.make_person(session, f"reader{number}-{place}@host.example", "Dana Hale")
        host = hosts.make_host(session, reader, name=f"Told host {number}-{place}")
        values = {one.name: f"{one.name} {place}" for one in letter_kinds.AWARD.fields}
        about = Addressee(host.id, None, None, "award", LETTERS * number + place + 1, host.name)
        draft_letter(session, letter_kinds.AWARD, about, values, batch=batch, now=now)
    return ask_to_make(session, batch, actor=actor, now=now).uid


class Doers:
    """Those who upload, submit and release, each again until it is acknowledged."""

    def __init__(self, app: Flask, port: int, scene: Scene, ledger: Ledger, stop: threading.Event) -> None:
        *ready, uploads = scene.budgets
        self.scene, self.ledger, self.stop = scene, ledger, stop
        self.uploader, self.upload_uid = Stranger(app, port, uploads), uid_in(uploads)
        self.senders = [(Stranger(app, port, one), uid_in(one)) for one in ready]
        self.officer = Stranger.staff(app, port, OFFICER)

    def threads(self) -> list[threading.Thread]:
        """Make a thread of each kind of deed."""
        return [threading.Thread(target=each) for each in (self._upload, self._submit, self._release)]

    def _upload(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            content = carrying(Note=pikepdf.String(f"file {number}"))
            if self._until_done(lambda sent=content: self.uploader.upload(sent).status):  # type: ignore[misc]
                self.ledger.uploads[hashlib.sha256(content).hexdigest()] = self.upload_uid

    def _submit(self) -> None:
        for sender, uid in self.senders:
            if self._until_done(lambda who=sender, what=uid: certify(who, what).status):  # type: ignore[misc]
                self.ledger.submitted.add(uid)

    def _release(self) -> None:
        for uid in self.scene.batches:
            form = f"csrf_token={self.officer.token}".encode()
            if self._posted(self.officer, f"/staff/documents/batches/{uid}/release", form):
                self.ledger.released.add(uid)

    def _posted(self, who: Stranger, path: str, form: bytes) -> bool:
        return self._until_done(lambda: who.post(path, form, FORM).status)

    def _until_done(self, act: Callable[[], int]) -> bool:
        """Act until it is done, or was done by an earlier try whose answer was lost; then rest a little."""
        while not self.stop.is_set():
            if act() in DONE:
                self.stop.wait(PAUSE)
                return True
            time.sleep(PAUSE)
        return False


def certify(sender: Stranger, uid: str) -> Refusal:
    """Certify and submit, signing with the password."""
    sent = {"csrf_token": sender.token, "title": "President", "agreed": "y", "signer": PASSWORD}
    return sender.post(f"/applicant/applications/{uid}/certify", urlencode(sent).encode(), FORM)


def uid_in(budget: tuple[str, str]) -> str:
    """Return the name of the application in the path of its budget."""
    return budget[1].split("/")[3]


def faults(database: Database, ledger: Ledger, scene: Scene, letters: Counter[str]) -> list[str]:
    """Compare the ledger with what is stored and with the mails that went out."""
    if not (ledger.uploads and ledger.submitted and ledger.released):
        return [f"too little was acknowledged: {ledger}"]
    with database.reading() as session:
        files = Counter(
            session.exec(
                select(StoredFile.sha256)
                .join(ApplicationDocument, col(ApplicationDocument.file_id) == col(StoredFile.id))
                .where(col(StoredFile.sha256).in_(ledger.uploads))
            )
        )
        sent = Counter(
            session.exec(
                select(Application.uid).join(
                    Submission, col(Submission.application_id) == col(Application.id)
                )
            )
        )
        batches = dict(session.exec(select(Batch.uid, Batch.status)).all())
        halves = Counter(
            session.exec(
                select(Batch.uid)
                .join(Letter, col(Letter.batch_id) == col(Batch.id))
                .where(Letter.status == LetterStatus.RELEASED)
            )
        )
        unknown = session.exec(
            select(Message.address).where(
                Message.progress == MessageStatus.UNKNOWN, col(Message.handed_at).is_(None)
            )
        ).all()
    found = [f"file {sha}: {files[sha]} stored" for sha in ledger.uploads if files[sha] != 1]
    found += [f"{uid}: {sent[uid]} submissions" for uid in ledger.submitted if sent[uid] != 1]
    found += [f"{uid}: {count} submissions" for uid, count in sent.items() if count > 1]
    for uid in scene.batches:
        whole = LETTERS if batches[uid] is BatchStatus.RELEASED else 0
        if halves[uid] != whole or (uid in ledger.released and not whole):
            found.append(f"batch {uid} is {batches[uid]} with {halves[uid]} letters released")
    found += [f"mail to {address} is unknown though its last dot was never sent" for address in unknown]
    return found + [f"{count} mails to {to}" for to, count in letters.items() if count > 1]


def awaited(scene: Scene, ledger: Ledger) -> list[str]:
    """Return the addresses that must get a mail."""
    owners = {path.split("/")[3]: email for email, path in scene.budgets}
    told = [owners[uid] for uid in ledger.submitted]
    places = [number for number, uid in enumerate(scene.batches) if uid in ledger.released]
    return told + [f"reader{number}-{place}@host.example" for number in places for place in range(LETTERS)]
