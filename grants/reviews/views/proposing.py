"""Staff: the best assignment as kept, new and removed pairs with reasons; accepted whole or by state."""

from flask import request
from flask.typing import ResponseReturnValue

from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.errors import MoveRefused, Refused
from grants.reviews.forms.staff import ProposeForm
from grants.reviews.services import proposing
from grants.reviews.views.audiences import staff as pages
from grants.web import current
from grants.web.render import go, page


@pages.page(
    "/<number>/propose",
    "propose",
    permission="assignment.manage",
    load=competition_by_number,
    by=("number",),
    methods=("GET", "POST"),
)
def propose(competition: Competition) -> ResponseReturnValue:
    """Show the best assignment and what it would change; accept it whole or for one state."""
    form = ProposeForm()
    mix = (request.form if request.method == "POST" else request.args).get("mix") == "yes"
    status = 200
    if form.is_sent():
        try:
            with current.writing() as session:
                count = proposing.accept(
                    session,
                    competition,
                    fingerprint=str(form.fingerprint.data or ""),
                    state=str(form.state.data or "") or None,
                    mix=mix,
                    actor=current.actor(),
                    now=current.now(),
                )
            said = f"Made {count} changes as drafts. Nobody is told before you send them."
            return go("staff.reviews.assign", number=competition.number, said=said)
        except Refused as refusal:
            form.refuse(refusal)
            status = refusal.status if isinstance(refusal, MoveRefused) else 422
    with current.reading() as session:
        found = proposing.proposal_of(session, competition, mix=mix, without=current.actor().barred)
    return page(form=form, competition=competition, found=found, mix=mix, status=status)
