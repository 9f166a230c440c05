"""The page on which texts of the law and of a notice are confirmed, and that of taking one back."""

from datetime import datetime

from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.competitions import queries
from grants.competitions.forms.deeds import ConfirmForm, TakeBackForm
from grants.competitions.models import Competition, ConfirmedText
from grants.competitions.rules.confirming import texts_of
from grants.competitions.rules.publication import rules_proposed
from grants.competitions.services import confirming
from grants.competitions.views.doors import BY_NUMBER, load, staff
from grants.competitions.views.setup import meant_for
from grants.errors import NotFound, Refused
from grants.web import current
from grants.web.render import go, page

METHODS = ("GET", "POST")


@staff.page(
    "/<number>/confirm", "confirm", permission="competition.read", load=load, by=BY_NUMBER, methods=METHODS
)
def confirm(competition: Competition) -> ResponseReturnValue:
    """Show each text that is not known firmly, and confirm those that were compared with their source."""
    form = ConfirmForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                done = _confirm(session, competition.number, form)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = "1 text is confirmed." if done == 1 else f"{done} texts are confirmed."
            return go("staff.competitions.confirm", number=competition.number, said=said)
    return _confirm_page(competition.number, form)


def _confirm(session: Session, number: str, form: ConfirmForm) -> int:
    standing = queries.competition_by_number(session, number)
    if standing is None:
        raise NotFound
    done = confirming.confirm(
        session,
        standing,
        digests=form.texts.data or [],
        source=str(form.source.data),
        until=form.until.data,
        at=_goes_out(session, standing),
        actor=current.actor(),
        now=current.now(),
    )
    return len(done)


def _goes_out(session: Session, competition: Competition) -> datetime:
    return meant_for(queries.notice_of(session, competition), current.now())


def _confirm_page(number: str, form: ConfirmForm) -> ResponseReturnValue:
    with current.reading() as session:
        competition = queries.competition_by_number(session, number)
        if competition is None:
            raise NotFound
        facts = confirming.facts_to_confirm(session, competition, _goes_out(session, competition))
        kept = queries.confirmed_texts(session, competition.id)
    texts = texts_of(facts.notice, rules_proposed(facts))
    left = [one for one in texts if one.digest not in facts.confirmed]
    known = {one.digest: one for one in reversed(kept)}
    earlier = {one.subject: one for one in reversed(kept)}
    return page(
        form=form,
        competition=competition,
        groups=[
            ("The law", [one for one in left if one.is_law]),
            ("Values of this notice", [one for one in left if not one.is_law]),
        ],
        earlier={one.digest: earlier[one.subject] for one in left if one.subject in earlier},
        done=[known[one.digest] for one in texts if one.digest in facts.confirmed],
        must_confirm=facts.must_confirm,
    )


@staff.page(
    "/<number>/confirm/<uid>",
    "take_back",
    permission="competition.confirm",
    load=load,
    by=BY_NUMBER,
    methods=METHODS,
)
def take_back(competition: Competition, uid: str) -> ResponseReturnValue:
    """Take one confirmation back, with the reason."""
    form = TakeBackForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                _take_back(session, competition.number, uid, str(form.reason.data))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = "The confirmation is taken back. The text asks anew."
            return go("staff.competitions.confirm", number=competition.number, said=said)
    with current.reading() as session:
        kept = _kept(session, competition, uid)
    return page(form=form, kept=kept, competition=competition)


def _take_back(session: Session, number: str, uid: str, reason: str) -> None:
    competition = queries.competition_by_number(session, number)
    if competition is None:
        raise NotFound
    kept = _kept(session, competition, uid)
    confirming.take_back(session, competition, kept, reason=reason, actor=current.actor(), now=current.now())


def _kept(session: Session, competition: Competition, uid: str) -> ConfirmedText:
    kept = queries.confirmed_texts(session, competition.id)
    found = next((one for one in kept if one.uid == uid), None)
    if found is None:
        raise NotFound
    return found
