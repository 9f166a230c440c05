"""The recipient's pages of an award: what it says, and the countersignature."""

from flask import url_for
from flask.typing import ResponseReturnValue

from grants.accounts.services.factors import confirm_signer
from grants.awards.forms import CountersignForm
from grants.awards.models import Award
from grants.awards.queries import actions_of, award_by_uid, told_award_by_uid, told_awards_of
from grants.awards.services.awarding import countersign
from grants.awards.services.dossier import award_dossier
from grants.competitions.rules.states import CENTER_STATES
from grants.documents.queries import released_letters_of
from grants.errors import NotFound, Refused
from grants.web import current
from grants.web.render import go, page
from grants.web.routing import Pages

pages = Pages("awards", audience="applicant")


@pages.page("", "index", permission="application.list")
def index() -> ResponseReturnValue:
    """List the awards and the released letters of one's organizations."""
    ids = sorted(current.actor().memberships)
    with current.reading() as session:
        awards = told_awards_of(session, ids)
        letters = released_letters_of(session, ids)
    return page(awards=awards, letters=letters, states=CENTER_STATES)


@pages.page("/<uid>", "show", permission="award.read_own", load=told_award_by_uid, reads="award")
def show(award: Award) -> ResponseReturnValue:
    """Show an award as its recipient sees it; before its letter is released there is nothing here."""
    with current.reading() as session:
        dossier = award_dossier(session, award, now=current.now())
        actions = actions_of(session, award.id)
        letters = [
            letter
            for letter in released_letters_of(session, [award.organization_id])
            if letter.application_id == award.application_id
        ]
    return page(award=award, dossier=dossier, actions=actions, letters=letters, states=CENTER_STATES)


@pages.page(
    "/<uid>/countersign",
    "countersign",
    permission="award.read_own",
    load=told_award_by_uid,
    methods=("GET", "POST"),
)
def countersign_award(award: Award) -> ResponseReturnValue:
    """Show the terms and take the authorized representative's signature."""
    form = CountersignForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                confirm_signer(session, current.actor(), str(form.signer.data))
                row = award_by_uid(session, award.uid)
                if row is None:
                    raise NotFound
                countersign(
                    session,
                    row,
                    title=str(form.title.data),
                    actor=current.actor(),
                    now=current.now(),
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("applicant.awards.show", uid=award.uid, said="Signed. The award is accepted.")
    with current.reading() as session:
        dossier = award_dossier(session, award, now=current.now())
    return page(
        award=award,
        dossier=dossier,
        form=form,
        states=CENTER_STATES,
        back=url_for("applicant.awards.show", uid=award.uid),
    )
