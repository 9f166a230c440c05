"""Staff: everyone for one application, with fit, price and broken rules; also in place of somebody."""

from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.errors import NotFound, Refused
from grants.reviews.forms.staff import ChooseForm
from grants.reviews.models import Assignment
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, pool
from grants.reviews.queries.applications import Candidate
from grants.reviews.services import replacing
from grants.reviews.services.posing import Posed, Wishes, posed
from grants.reviews.views.assigning import added, competition_of
from grants.reviews.views.audiences import staff as pages
from grants.reviews.views.board import Option, options_for
from grants.web import current
from grants.web.render import go, page
from scoring.assign.propose import prices
from scoring.assign.shortage import shortage

PRICED_WHEN_LARGE = 0


@dataclass(frozen=True)
class Priced:
    """One reviewer for one application, with what the choice costs the whole."""

    option: Option
    price: int | None
    """By how much the best whole falls when this pair is locked; None where no whole assignment has it."""
    is_priced: bool

    @property
    def words(self) -> str:
        """Return the price in words."""
        if not self.is_priced:
            return "not worked out"
        if self.price is None:
            return "no assignment that keeps every rule has this pair"
        return "costs the best nothing" if self.price <= 0 else f"costs the best {self.price / 1000:.2f}"


@pages.page(
    "/applications/<uid>/reviewers",
    "choose",
    permission="assignment.manage",
    load=material.application_by_uid,
    methods=("GET", "POST"),
)
def choose(application: Application) -> ResponseReturnValue:
    """Choose a reviewer knowing fit, price and rules; one that breaks a rule needs a reason."""
    form = ChooseForm()
    with current.reading() as session:
        competition = competition_of(session, application.competition_id)
        instead = _instead(session, application)
    if form.is_sent():
        try:
            said = _chosen(competition, application, instead, form)
            return go(
                "staff.reviews.assign",
                number=competition.number,
                said=said,
                anchor=f"line-{application.uid}",
            )
        except Refused as refusal:
            form.refuse(refusal)
    with current.reading() as session:
        standing = posed(session, competition, without=current.actor().barred)
    candidate = next((one for one in standing.candidates if one.id == application.id), None)
    if candidate is None:
        raise NotFound
    return _page(form, standing, candidate, instead)


def _page(
    form: ChooseForm, standing: Posed, candidate: Candidate, instead: Assignment | None
) -> ResponseReturnValue:
    options = options_for(
        standing, candidate, current.now(), instead_of=instead.person_id if instead else None
    )
    permitted = [one for one in options if one.hindrance is None]
    chosen = str(form.person.data or request.args.get("person", ""))
    problem = standing.problem(Wishes())
    return page(
        "staff/reviews/choose.html",
        form=form,
        competition=standing.competition,
        candidate=candidate,
        instead=instead,
        instead_name=standing.names.get(instead.person_id, "the reviewer") if instead else "",
        conflict=standing.barring.get((instead.person_id, candidate.id)) if instead else None,
        whole_state=_others_of_state(standing, candidate, instead),
        rows=priced(standing, candidate, permitted),
        refused=[one for one in options if one.hindrance is not None],
        at=next((one for one in permitted if one.member.uid == chosen), None),
        current=[standing.members[row.person_id] for row in standing.by_application[candidate.id]],
        needed=standing.needed,
        short=shortage(problem, candidate.number, standing.pairs),
    )


def priced(standing: Posed, candidate: Candidate, options: list[Option]) -> list[Priced]:
    """Return options with their price against the best around what was sent or locked."""
    if standing.is_large:
        return [Priced(one, None, is_priced=False) for one in options]
    pairs = [(candidate.number, standing.names[one.person_id]) for one in options]
    found = prices(standing.problem(Wishes()), pairs) if pairs else {}
    return [Priced(one, found[pair], is_priced=True) for one, pair in zip(options, pairs, strict=True)]


def _instead(session: Session, application: Application) -> Assignment | None:
    """Return the assignment that is to be replaced, if the address names one of this application."""
    uid = request.values.get("instead", "")
    if not uid:
        return None
    row = assignments.assignment_by_uid(session, uid)
    if row is None or row.application_id != application.id or row.status not in assignments.ACTIVE:
        raise NotFound
    return row


def _others_of_state(standing: Posed, candidate: Candidate, instead: Assignment | None) -> list[str]:
    """Return the other applications of the state that the replaced reviewer has."""
    if instead is None:
        return []
    return [
        one.number
        for one in standing.candidates
        if one.state == candidate.state and one.id != candidate.id
        if any(row.person_id == instead.person_id for row in standing.by_application[one.id])
    ]


def _chosen(
    competition: Competition, application: Application, instead: Assignment | None, form: ChooseForm
) -> str:
    reason = str(form.reason.data or "")
    with current.reading() as session:
        member = pool.member_by_uid(session, str(form.person.data or ""))
    if member is None or member.person_id is None or member.competition_id != competition.id:
        raise NotFound
    if instead is None:
        return added(competition, application, member.person_id, reason=reason)
    with current.writing() as session:
        return replacing.replace_with(
            session,
            competition,
            session.get_one(Assignment, instead.id),
            member.person_id,
            whole_state=form.scope.data == "state",
            reason=reason,
            actor=current.actor(),
            now=current.now(),
        )
