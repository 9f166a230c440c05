"""Staff pages of an amendment: what changes, before and after, why; then it goes out."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.competitions import queries
from grants.competitions.forms.deeds import AmendForm, DeedForm
from grants.competitions.models import Amendment, Competition
from grants.competitions.rules import notice as n
from grants.competitions.rules.amendment import AMENDABLE, Proposal, amendment_findings, grants_gov_text
from grants.competitions.services import amending
from grants.competitions.views.doors import BY_NUMBER, load, staff
from grants.competitions.views.editing import Desk, Save, pages_of_sections
from grants.errors import NotFound, Refused, StaleVersion
from grants.findings import stops
from grants.web import current
from grants.web.fields import counted
from grants.web.render import go, page


@staff.page(
    "/<number>/amend",
    "amend",
    permission="competition.amend",
    load=load,
    by=BY_NUMBER,
    methods=("GET", "POST"),
)
def amend(competition: Competition) -> ResponseReturnValue:
    """Start an amendment, choose its sections, say why."""
    with current.reading() as session:
        amendment = queries.amendment_in_preparation(session, competition.id)
        proposal = amending.proposal_of(session, competition, amendment) if amendment else None
        last = queries.amendments_of(session, competition.id)
    form = AmendForm(data=_reason(amendment))
    stale: StaleVersion | None = None
    if form.is_sent():
        try:
            with current.writing() as session:
                return _deed(session, competition.number, form)
        except Refused as refusal:
            form.refuse(refusal)
        except StaleVersion as caught:
            stale = caught
            form.version.data = str(caught.version)
    return page(
        form=form,
        competition=competition,
        amendment=amendment,
        proposal=proposal,
        published=last,
        sections=[(section, n.SECTIONS[section]) for section in AMENDABLE],
        changed={change.section for change in proposal.changes} if proposal else set(),
        suggested=grants_gov_text(amendment.number, proposal) if amendment and proposal else "",
        stale=stale,
        status=409 if stale else 200,
    )


def _reason(amendment: Amendment | None) -> dict[str, str]:
    if amendment is None:
        return {"version": "0"}
    return {
        "version": str(amendment.version),
        "why": amendment.why,
        "grants_gov_text": amendment.grants_gov_text,
    }


def _deed(session: Session, number: str, form: AmendForm) -> ResponseReturnValue:
    """Start or explain the amendment, as the button says, and go on."""
    competition, amendment = _standing(session, number)
    actor, now, act = current.actor(), current.now(), request.form.get("act", "")
    if act == "start" or amendment is None:
        amending.prepare(session, competition, actor=actor, now=now)
        return go("staff.competitions.amend", number=number, said="An amendment is in preparation.")
    amending.explain(
        session,
        competition,
        amendment,
        why=form.why.data or "",
        grants_gov_text=form.grants_gov_text.data or "",
        version=counted(form.version.data),
        actor=actor,
        now=now,
    )
    if act == "check":
        return go("staff.competitions.amendment", number=number)
    return go("staff.competitions.amend", number=number, said="The reason is saved.")


@staff.page(
    "/<number>/amend/drop",
    "drop_amendment",
    permission="competition.amend",
    load=load,
    by=BY_NUMBER,
    methods=("GET", "POST"),
)
def drop_amendment(competition: Competition) -> ResponseReturnValue:
    """Confirm and drop the amendment that is in preparation."""
    form = DeedForm()
    with current.reading() as session:
        standing = queries.amendment_in_preparation(session, competition.id)
        changes = amending.proposal_of(session, competition, standing).changes if standing else ()
    if standing is None:
        said = "No amendment is in preparation."
        return go("staff.competitions.show", number=competition.number, said=said)
    if form.is_sent():
        with current.writing() as session:
            fresh, amendment = _standing(session, competition.number)
            if amendment is None or amendment.uid != standing.uid:
                raise NotFound
            amending.withdraw(session, fresh, amendment, actor=current.actor(), now=current.now())
        said = "The amendment is dropped. Nothing changed."
        return go("staff.competitions.show", number=competition.number, said=said)
    return page(form=form, competition=competition, amendment=standing, changes=changes)


@staff.page(
    "/<number>/amendment",
    "amendment",
    permission="competition.read",
    load=load,
    by=BY_NUMBER,
    methods=("GET", "POST"),
)
def amendment(competition: Competition) -> ResponseReturnValue:
    """Show what an amendment changes and who is told, and publish it."""
    form = DeedForm()
    with current.reading() as session:
        standing = queries.amendment_in_preparation(session, competition.id)
        proposal = amending.proposal_of(session, competition, standing) if standing else None
    if standing is None or proposal is None:
        return go(
            "staff.competitions.show", number=competition.number, said="No amendment is in preparation."
        )
    if form.is_sent():
        try:
            with current.writing() as session:
                said = _publish(session, competition.number, standing.uid)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("staff.competitions.show", number=competition.number, said=said)
    return _amendment_page(competition, standing, proposal, form)


def _publish(session: Session, number: str, uid: str) -> str:
    competition, _ = _standing(session, number)
    standing = queries.amendment_by_uid(session, uid)
    if standing is None:
        raise NotFound
    amending.publish_amendment(session, competition, standing, actor=current.actor(), now=current.now())
    return f"Amendment {standing.number} is published. Everyone with a draft is told by mail."


def _amendment_page(
    competition: Competition, standing: Amendment, proposal: Proposal, form: DeedForm
) -> ResponseReturnValue:
    found = amendment_findings(proposal, current.now())
    return page(
        form=form,
        competition=competition,
        amendment=standing,
        proposal=proposal,
        findings=found,
        stopping=stops(found),
        text=standing.grants_gov_text or grants_gov_text(standing.number, proposal),
    )


def desk_of(session: Session, competition: Competition) -> Desk:
    """Put together what the pages of an amendment in preparation need."""
    amendment = queries.amendment_in_preparation(session, competition.id)
    if amendment is None or competition.published_at is None:
        raise NotFound
    proposed = queries.proposed_notice(session, competition, amendment)
    return Desk(
        competition=competition,
        notice=proposed,
        saves=queries.last_saves(session, competition.id, amendment.number),
        facts=queries.facts_of(session, competition, competition.published_at, proposed),
        compared=queries.notice_of(session, competition),
        compared_with="the notice as it stands",
        sections=AMENDABLE,
        save=_saver(competition.number, amendment.uid),
        home="staff.competitions.amend",
        page_of_section="staff.competitions.amend_section",
        page_of_criterion="staff.competitions.amend_criterion",
    )


def _saver(number: str, uid: str) -> Save:
    def save(session: Session, section: str, content: n.SectionContent, version: int) -> Competition:
        competition, _ = _standing(session, number)
        amendment = queries.amendment_by_uid(session, uid)
        if amendment is None:
            raise NotFound
        amending.propose_section(
            session,
            competition,
            amendment,
            section=section,
            content=content,
            version=version,
            actor=current.actor(),
            now=current.now(),
        )
        return competition

    return save


def _standing(session: Session, number: str) -> tuple[Competition, Amendment | None]:
    competition = queries.competition_by_number(session, number)
    if competition is None:
        raise NotFound
    return competition, queries.amendment_in_preparation(session, competition.id)


pages_of_sections(
    "amend", "amend_section", "amend_criterion", permission="competition.amend", desk_of=desk_of
)
