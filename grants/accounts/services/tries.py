"""How often one may try to prove who one is, or have a mail sent; counted in the database for all processes.

Only failures count, so the right password is no attack, however often. A try is written as failed before it
is judged, and becomes good when it was: tries at one moment cannot hide behind each other. Three limits:

- `PAIR`: one account from one network. Ten typing errors are more than anybody makes.
- `NETWORK`: one network, whatever accounts it tries. A university stands behind one address, so it is wide.
- `STRANGERS`: one account from all networks from which it never was signed in to. Its owner is not among them
  at home or at work, and anywhere else waits for the time that is told.

NIST SP 800-63B, 5.2.2, allows at most 100 failures in a row. After `ROW` of them the account opens only from
networks that it knows, where the same holds of what came from there, or once a new password was set by a
mailed link.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlmodel import Session

from grants.accounts import queries
from grants.accounts.models import Attempt, Person
from grants.clock import real_now
from grants.database import after_rollback
from grants.errors import TooManyTries


@dataclass(frozen=True)
class Limit:
    """So many within so long."""

    most: int
    within: timedelta


PAIR = Limit(10, timedelta(minutes=15))
NETWORK = Limit(100, timedelta(minutes=15))
STRANGERS = Limit(20, timedelta(hours=1))
ROW = 100
KNOWN = timedelta(days=90)
"""How long a network counts as known after a good sign-in; older tries are forgotten."""
MAILS = Limit(5, timedelta(hours=1))
"""Mails that one address may be sent by asking: a typing error and a lost mail or two, not a flood."""
MAILS_FROM = Limit(60, timedelta(hours=1))
"""Mails that one network may ask for: a class that registers together, not a list of addresses."""
MAIL = "mail"
WRONG = {"password": "wrong passwords", "code": "wrong codes", "signer": "wrong passwords or codes"}
"""What fails, by the kind of try."""


def network_of(address: str | None) -> str:
    """Return what counts as one place: an IPv4 address, or the half of IPv6 that a site is given."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"


def begin(
    session: Session, kind: str, account: str, *, network: str, owner: Person | None, now: datetime
) -> Attempt:
    """Write a try that is about to be judged; raises `TooManyTries` where it must wait, and writes nothing.

    `owner` is the person whose account it is, if there is one; tries at one account come one after the other.
    """
    if owner is not None:
        queries.take_turn(session, owner.id)
    since = owner.password_changed_at if owner is not None else None
    _judge(session, kind, account, network, since=since, now=now)
    attempt = Attempt(kind=kind, account=account, network=network, at=now)
    session.add(attempt)
    session.flush()
    return attempt


def was_good(session: Session, attempt: Attempt) -> None:
    """Note that a try proved who it was."""
    attempt.good = True
    session.add(attempt)


def begin_signing(session: Session, person: Person, *, now: datetime, field: str = "signer") -> None:
    """Judge whether a signer may try; for somebody signed in, so that networks say nothing."""
    _judge(session, "signer", person.uid, "", since=person.password_changed_at, now=now, field=field)


def note_signing(session: Session, person: Person, *, good: bool, now: datetime) -> None:
    """Write how a signer's try ended; a failure outlives the deed that it stops."""
    if good:
        session.add(Attempt(kind="signer", account=person.uid, good=True, at=now))
        return

    def note(afresh: Session) -> None:
        afresh.add(Attempt(kind="signer", account=person.uid, at=now))

    after_rollback(session, note)


def count_mail(session: Session, address: str, *, network: str, now: datetime) -> None:
    """Count a mail that somebody asks for; raises `TooManyTries` where there were enough."""
    said = "There were enough mails to this address for now; look among unwanted mail, too."
    _within(session, MAILS, said, kind=MAIL, account=address, now=now)
    said = "Enough mails were asked for from here for now."
    _within(session, MAILS_FROM, said, kind=MAIL, network=network, now=now)
    session.add(Attempt(kind=MAIL, account=address[:254], network=network, at=now))


def forget_old(session: Session, _now: datetime) -> None:
    """Delete tries that count no more; the worker does it, in real time like the tries themselves."""
    queries.delete_attempts(session, before=real_now() - KNOWN)


def _judge(  # a try has these sides
    session: Session,
    kind: str,
    account: str,
    network: str,
    *,
    since: datetime | None,
    now: datetime,
    field: str | None = None,
) -> None:
    what = WRONG[kind]
    said = f"There were {PAIR.most} {what} for this account from here."
    _within(session, PAIR, said, kind=kind, account=account, network=network, now=now, field=field)
    is_known = queries.is_known_network(session, kind, account, network, since=now - KNOWN)
    of = network if is_known else None
    if queries.failures_in_a_row(session, kind, account, network=of, since=since, most=ROW) >= ROW:
        raise TooManyTries(
            f"There were {ROW} {what} for this account, one after the other. Set a new password by mail; "
            "until then it opens only where it was opened before.",
            wait=None,
            field=field,
        )
    if is_known:
        return
    said = f"There were too many {what} from here."
    _within(session, NETWORK, said, kind=kind, network=network, now=now, field=field)
    said = f"There were {STRANGERS.most} {what} for this account."
    _within(session, STRANGERS, said, kind=kind, account=account, now=now, field=field)


def _within(  # the same
    session: Session,
    limit: Limit,
    said: str,
    *,
    kind: str,
    now: datetime,
    account: str | None = None,
    network: str | None = None,
    field: str | None = None,
) -> None:
    """Raise `TooManyTries` with the true time to wait: until the oldest that counts is old enough."""
    since = now - limit.within
    times = queries.failures_of_late(
        session, kind, account=account, network=network, since=since, most=limit.most
    )
    if len(times) >= limit.most:
        raise TooManyTries(said, wait=min(times) + limit.within - now, field=field)
