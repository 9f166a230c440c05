"""The recipient's own letters."""

from flask.typing import ResponseReturnValue

from grants.documents.models import Letter
from grants.documents.queries import released_letter_by_uid
from grants.documents.views.sending import send_file_row
from grants.errors import NotFound
from grants.web.routing import Pages

pages = Pages("documents", audience="applicant")


@pages.page(
    "/letters/<uid>", "letter", permission="letter.read_own", load=released_letter_by_uid, reads="letter"
)
def letter(letter: Letter) -> ResponseReturnValue:
    """Send the PDF of one's own released letter."""
    if letter.file_id is None:
        raise NotFound
    return send_file_row(letter.file_id)
