"""A reviewer joins: invitation by the mailed link, agreement, interests, conflicts on names alone."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, states_of
from grants.documents.services.storing import FileReady, record_file
from grants.documents.views.sending import send_file_row
from grants.documents.views.taking import take_in
from grants.errors import GrantsError, NotFound, Refused
from grants.findings import Finding
from grants.reviews.forms.joining import (
    AgreementForm,
    DeclineForm,
    InterestsForm,
    conflict_form,
)
from grants.reviews.models import Answer, PanelMember, Reviewer
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, conflicts, pool
from grants.reviews.queries.applications import Candidate
from grants.reviews.rules.agreement import CERTIFICATE, POINTS, VERSION
from grants.reviews.rules.choices import InterestKind, ReviewerKind
from grants.reviews.services import joining
from grants.reviews.services.conflicts import Certified, certify
from grants.reviews.services.joining import Declared, Profile
from grants.reviews.views.audiences import reviewer as pages
from grants.reviews.workflow import MemberStatus
from grants.web import current
from grants.web.forms import Form
from grants.web.render import go, page
from grants.web.tokens import opened

PURPOSE = "reviews.invitation"
LARGEST_CV = 5 * 1024 * 1024
STEPS = ["Account", "Agreement", "Interests", "Conflicts"]


def invited(session: Session, token: str) -> PanelMember | None:
    """Return the invitation whose mailed link this is."""
    uid = opened(PURPOSE, token)
    return pool.member_by_uid(session, uid) if uid else None


def invited_address(session: Session, token: str, _now: datetime) -> str:
    """Return the address to which an invitation was mailed that was accepted; empty if it is none."""
    member = invited(session, token)
    is_open = member is not None and member.status is MemberStatus.ACCEPTED and member.person_id is None
    return member.email if member is not None and is_open else ""


@pages.page(
    "/invitation/<token>",
    "invitation",
    permission="panel.answer",
    load=invited,
    by=("token",),
    methods=("GET", "POST"),
)
def invitation(member: PanelMember) -> ResponseReturnValue:
    """Say yes or no in a minute, with or without an account."""
    token = _token_of_request()
    form = DeclineForm()
    if form.is_submitted():
        answered = _answer(member, form)
        if answered is not None:
            return (
                answered
                if not isinstance(answered, str)
                else go("reviewer.reviews.invitation", token=token, said=answered)
            )
    return _invitation_page(member, form)


def _invitation_page(member: PanelMember, form: DeclineForm) -> ResponseReturnValue:
    with current.reading() as session:
        competition = _competition(session, member)
        states = [row.state for row in states_of(session, competition.id)]
    return page(
        form=form,
        member=member,
        competition=competition,
        states=states,
        steps=STEPS,
        expired=current.now() > member.expires_at,
        join_url=url_for("reviewer.reviews.agreement", uid=member.uid),
    )


@pages.page(
    "/invitations/<uid>/answer",
    "answer",
    permission="panel.join",
    load=pool.member_by_uid,
    methods=("GET", "POST"),
)
def answer(member: PanelMember) -> ResponseReturnValue:
    """Say yes or no while signed in: the session proves the address to which the invitation went."""
    form = DeclineForm()
    if form.is_submitted():
        answered = _answer(member, form)
        if answered is not None:
            return answered if not isinstance(answered, str) else go("reviewer.reviews.index", said=answered)
    return _invitation_page(member, form)


def _token_of_request() -> str:

    return str((request.view_args or {}).get("token", ""))


def _answer(member: PanelMember, form: DeclineForm) -> ResponseReturnValue | None:
    """Carry out the button that was pressed; None where the form has to come back."""
    try:
        if request.form.get("answer") == "accept":
            with current.writing() as session:
                row = session.get_one(PanelMember, member.id)
                joining.accept(session, row, actor=current.actor(), now=current.now())
            if current.actor().is_signed_in:
                return go("reviewer.reviews.agreement", uid=member.uid, said="You accepted the invitation.")
            return "You accepted the invitation. One step more: your account."
        if form.is_sent():
            with current.writing() as session:
                row = session.get_one(PanelMember, member.id)
                joining.decline(session, row, reason=form.words(), actor=current.actor(), now=current.now())
            return "You declined the invitation. Nothing more will be asked of you."
    except Refused as refusal:
        form.refuse(refusal)
    except GrantsError as refusal:
        form.lay([Finding("refused", str(refusal))])
    return None


@pages.page(
    "/invitations/<uid>/agreement",
    "agreement",
    permission="panel.join",
    load=pool.member_by_uid,
    methods=("GET", "POST"),
)
def agreement(member: PanelMember) -> ResponseReturnValue:
    """Sign the confidentiality agreement."""
    form = AgreementForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                row = session.get_one(PanelMember, member.id)
                joining.sign_agreement(
                    session,
                    row,
                    name=str(form.name.data),
                    tools=bool(form.tools.data),
                    actor=current.actor(),
                    now=current.now(),
                )
            return go("reviewer.reviews.interests", uid=member.uid, said="Agreement signed.")
        except Refused as refusal:
            form.refuse(refusal)
    with current.reading() as session:
        competition = _competition(session, member)
    return page(
        form=form,
        member=member,
        competition=competition,
        points=POINTS,
        certificate=CERTIFICATE,
        version=VERSION,
        steps=STEPS,
        is_accepted=member.status == MemberStatus.ACCEPTED,
    )


@pages.page(
    "/invitations/<uid>/interests",
    "interests",
    permission="conflict.declare",
    load=pool.member_by_uid,
    methods=("GET", "POST"),
    largest=LARGEST_CV + 1024 * 1024,
)
def interests(member: PanelMember) -> ResponseReturnValue:
    """Declare interests for a year; a renewal starts from the last declaration."""
    with current.reading() as session:
        entry = pool.reviewer_of(session, member.person_id or 0)
        earlier = pool.interests_of(session, member.person_id or 0)
        competition = _competition(session, member)
    rows = [{"kind": row.kind.value, "name": row.name, "state": row.state or ""} for row in earlier]
    form = InterestsForm(data=_prefilled(member, entry, rows))
    ready, status = _cv(form, member) if form.is_sent() else (None, 200)
    if form.is_submitted() and not form.has_faults:
        with current.writing() as session:
            row = session.get_one(PanelMember, member.id)
            file = record_file(session, ready, actor=current.actor(), now=current.now()) if ready else None
            found = joining.declare_interests(
                session,
                row,
                profile=_profile(form, file.id if file else None),
                interests=[_declared(one["kind"], one["name"], one["state"]) for one in form.rows()],
                actor=current.actor(),
                now=current.now(),
            )
        said = "Declared, for one year."
        if found:
            said += f" The system found {found} conflict{'s' if found > 1 else ''} with applications."
        return go("reviewer.reviews.conflict", uid=member.uid, said=said)
    return page(form=form, member=member, competition=competition, entry=entry, steps=STEPS, status=status)


def _cv(form: InterestsForm, member: PanelMember) -> tuple[FileReady | None, int]:
    """Take in the CV, if one was sent; its faults go to its field, with the status of the answer.

    No transaction is open.
    """
    sent = request.files.get("cv_file")
    if sent is None or not sent.filename:
        return None, 200
    with closing(sent):
        content = sent.stream.read(LARGEST_CV + 1)
    if len(content) > LARGEST_CV:
        form.lay([Finding("size", "A CV has at most 5 MB. Save a smaller PDF.", field="cv_file")])
        return None, 422
    try:
        return take_in(sent.filename, content, about=member), 200
    except Refused as refusal:
        form.lay(replace(one, field="cv_file") for one in refusal.findings)
        return None, refusal.status


@pages.page(
    "/invitations/<uid>/cv",
    "cv",
    permission="conflict.declare",
    load=pool.member_by_uid,
)
def cv(member: PanelMember) -> ResponseReturnValue:
    """Read one's own CV as it is kept."""
    return send_cv(member)


def send_cv(member: PanelMember) -> ResponseReturnValue:
    """Send the CV of a reviewer, if there is one."""
    with current.reading() as session:
        entry = pool.reviewer_of(session, member.person_id or 0)
    if entry is None or entry.cv_file_id is None:
        raise NotFound
    return send_file_row(entry.cv_file_id)


@pages.page(
    "/invitations/<uid>/conflicts",
    "conflict",
    permission="conflict.declare",
    load=pool.member_by_uid,
    methods=("GET", "POST"),
)
def conflict(member: PanelMember) -> ResponseReturnValue:
    """Certify on names alone; what has no conflict opens."""
    with current.reading() as session:
        rows = _to_answer(session, member)
        found = conflicts.conflicts_of_person(session, member.person_id or 0, member.competition_id)
        parties = material.named_parties(session, [row.id for row in rows])
        competition = _competition(session, member)
    form = conflict_form(rows)()
    if rows and form.is_sent() and not _notes_missing(form, rows):
        with current.writing() as session:
            row = session.get_one(PanelMember, member.id)
            opened_now = certify(
                session, row, _certified(form, rows), actor=current.actor(), now=current.now()
            )
        return go("reviewer.reviews.index", said=_said(len(opened_now), len(rows)))
    return page(
        form=form,
        member=member,
        competition=competition,
        rows=rows,
        found=found,
        parties=parties,
        steps=STEPS,
    )


def _to_answer(session: Session, member: PanelMember) -> list[Candidate]:
    answered = conflicts.answers_of(session, member.person_id or 0)
    waiting = [
        row.application_id
        for row in assignments.sent_to(session, member.person_id or 0, member.competition_id)
        if row.application_id not in answered
    ]
    return sorted(
        material.candidates_by_id(session, waiting).values(), key=lambda row: (row.state, row.number)
    )


def _certified(form: Form, rows: list[Candidate]) -> list[Certified]:
    return [
        Certified(
            row.id, Answer(form[f"answer_{row.uid}"].data), note=str(form[f"note_{row.uid}"].data or "")
        )
        for row in rows
    ]


def _notes_missing(form: Form, rows: list[Candidate]) -> bool:
    form.lay(
        Finding("note", "Say in one line what the conflict is.", field=f"note_{row.uid}")
        for row in rows
        if form[f"answer_{row.uid}"].data == Answer.CONFLICT and not form[f"note_{row.uid}"].data
    )
    return form.has_faults


def _said(opened_now: int, asked: int) -> str:
    closed = asked - opened_now
    first = f"{opened_now} of {asked} applications are open to you."
    return first if not closed else f"{first} {closed} stay closed; your program officer knows."


def _prefilled(member: PanelMember, entry: Reviewer | None, rows: list[dict[str, str]]) -> dict[str, object]:
    blank = {"kind": "", "name": "", "state": ""}
    source = entry or member
    return {
        "kind": source.kind.value,
        "affiliation": source.affiliation,
        "states": ", ".join(source.states),
        "expertise": ", ".join(source.expertise),
        "available": entry.available if entry else True,
        "availability_note": entry.availability_note if entry else "",
        "cv": entry.cv if entry else "",
        "interests": [*rows, blank, blank] if rows else [blank, blank, blank],
    }


def _profile(form: InterestsForm, cv_file_id: int | None) -> Profile:
    return Profile(
        affiliation=str(form.affiliation.data or ""),
        expertise=form.skills(),
        states=form.codes(),
        available=bool(form.available.data),
        availability_note=str(form.availability_note.data or ""),
        cv=str(form.cv.data or ""),
        kind=ReviewerKind(form.kind.data) if form.kind.data else None,
        cv_file_id=cv_file_id,
    )


def _declared(kind: str, name: str | None, state: str | None) -> Declared:
    return Declared(InterestKind(kind), name or "", (state or "").upper() or None)


def _competition(session: Session, member: PanelMember) -> Competition:
    competition = competition_by_id(session, member.competition_id)
    if competition is None:
        raise NotFound
    return competition
