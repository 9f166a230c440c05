"""Checking that a letter is genuine, by its number and the hash of its file."""

from flask.typing import ResponseReturnValue

from grants.documents.forms import CheckForm
from grants.documents.queries import letter_by_id, released_letter_by_number
from grants.web import current
from grants.web.render import page
from grants.web.routing import Pages

pages = Pages("documents", audience="public")


@pages.page("/check", "check", permission="public.read", methods=("GET", "POST"))
def check() -> ResponseReturnValue:
    """Say whether a letter with this number and hash was issued, and when; nothing else of it is told."""
    form = CheckForm()
    if not form.is_sent():
        return page(form=form, answer=None)
    number = str(form.number.data).strip().upper()
    sha256 = str(form.sha256.data or "").strip().lower()
    with current.reading() as session:
        letter = released_letter_by_number(session, number)
        genuine = letter is not None and sha256 == letter.sha256
        later = (
            letter_by_id(session, letter.superseded_by_id)
            if letter is not None and genuine and letter.superseded_by_id
            else None
        )
    return page(form=form, answer="genuine" if genuine else "unknown", letter=letter, later=later)
