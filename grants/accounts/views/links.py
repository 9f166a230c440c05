"""Mailed links as the pages take them, and answers that tell nobody whether there is an account."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from grants.accounts import queries
from grants.accounts.models import LinkPurpose, MailedLink
from grants.clock import real_now
from grants.errors import NotFound
from grants.web import current, tokens

ANSWER_AFTER = 0.3
"""Seconds after which a request for a mail is answered, whether there is an account or not."""


@contextmanager
def same_time() -> Iterator[None]:
    """Let what is done within take `ANSWER_AFTER` seconds, so that its time tells nothing."""
    begun = time.monotonic()
    yield
    time.sleep(max(0.0, ANSWER_AFTER - (time.monotonic() - begun)))


def opened(token: str, purpose: LinkPurpose) -> MailedLink | None:
    """Return the mailed link of a token, None if it is used or too old; `NotFound` if it is not ours."""
    uid = tokens.opened(purpose, token)
    if uid is None:
        raise NotFound
    with current.reading() as session:
        return queries.mailed_link(session, uid, purpose, at=real_now())
