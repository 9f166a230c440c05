"""Staff: the reviewer pool of a competition, its invitations, and conflicts to decide."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask import request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, competition_by_number
from grants.errors import NotFound, Refused
from grants.findings import Finding
from grants.reviews.forms.joining import DeedForm
from grants.reviews.forms.sheets import ReasonForm
from grants.reviews.forms.staff import MOST_CHARACTERS, AgainForm, CapForm, DecideForm, InviteForm, LookForm
from grants.reviews.models import Conflict, Likeness, PanelMember
from grants.reviews.queries import applications as material
from grants.reviews.queries import competitions as running
from grants.reviews.queries import conflicts, likenesses, pool
from grants.reviews.rules import invitees
from grants.reviews.services import conflicts as deciding
from grants.reviews.services import inviting, looking
from grants.reviews.services.involvement import seek
from grants.reviews.views.audiences import staff as pages
from grants.reviews.views.joining import send_cv
from grants.web import current
from grants.web.filters import plural
from grants.web.render import go, page


@pages.page("", "index", permission="pool.read")
def index() -> ResponseReturnValue:
    """List competitions under review, each with its pool, assignments, sheets, panels and ranking."""
    with current.reading() as session:
        rows = running.under_review(session, barred=current.actor().barred)
    return page(rows=rows)


@pages.page("/<number>/pool", "pool", permission="pool.read", load=competition_by_number, by=("number",))
def pool_(competition: Competition) -> ResponseReturnValue:
    """Show who was invited, who joined, their load and until when their declaration holds."""
    with current.reading() as session:
        members = pool.members_of(session, competition.id)
        people = {one.person_id for one in members if one.person_id is not None}
        entries = pool.reviewers_by_person(session, people)
        loads = pool.loads(session, competition.id, without=current.actor().barred)
        everywhere = pool.loads_everywhere(session, people, without=current.actor().barred)
    return page(
        competition=competition,
        members=members,
        entries=entries,
        loads=loads,
        everywhere=everywhere,
        no_load=pool.NO_LOAD,
    )


@pages.page(
    "/<number>/invite",
    "invite",
    permission="pool.manage",
    load=competition_by_number,
    by=("number",),
    methods=("GET", "POST"),
)
def invite(competition: Competition) -> ResponseReturnValue:
    """Invite one or many by a pasted list; every line has its result before anything is sent."""
    form = InviteForm()
    found: tuple[invitees.Invitee, ...] = ()
    is_checked = False
    faults = list(_file_faults(form)) if form.is_submitted() else []
    if form.is_sent():
        form.lay(faults)
        found = invitees.read(str(form.people.data or ""))
        form.lay(Finding("people", sentence, field="people") for sentence in invitees.faults(found))
        is_checked = not form.has_faults and all(one.fault is None for one in found)
        if is_checked and request.form.get("deed") == "send":
            try:
                return _invited(competition, form, found)
            except Refused as refusal:
                form.refuse(refusal)
        elif not is_checked and not form.has_faults:
            form.lay([Finding("lines", "Some lines cannot be read. Mend them below.", field="people")])
    with current.reading() as session:
        known = {one.email for one in pool.members_of(session, competition.id)}
    return page(
        form=form,
        competition=competition,
        found=found[: invitees.MOST_LINES],
        known=known,
        new=sum(one.fault is None and one.email not in known for one in found),
        is_checked=is_checked,
    )


def _file_faults(form: InviteForm) -> Iterator[Finding]:
    """Put the list of a file into the box, where it can be mended before sending; yield its faults."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return
    with closing(sent):
        content = sent.stream.read(MOST_CHARACTERS + 1)
    if len(content) > MOST_CHARACTERS:
        yield Finding("file", "This file is too long. Send at most 500 people at once.", field="file")
        return
    form.people.data = "\n".join(
        part for part in (str(form.people.data or "").strip(), invitees.decoded(content).strip()) if part
    )


def _invited(
    competition: Competition, form: InviteForm, found: tuple[invitees.Invitee, ...]
) -> ResponseReturnValue:
    with current.writing() as session:
        made = inviting.invite(
            session,
            competition,
            found,
            cap=int(form.cap.data or 1),
            expires_at=_end_of(form.expires_on.data, competition.zone),
            actor=current.actor(),
            now=current.now(),
        )
    known = len(found) - len(made)
    said = f"Invited {len(made)}." + (f" {known} were invited before." if known else "")
    return go("staff.reviews.pool", number=competition.number, said=said)


@pages.page(
    "/members/<uid>", "member", permission="pool.manage", load=pool.member_by_uid, methods=("GET", "POST")
)
def member(row: PanelMember) -> ResponseReturnValue:
    """Change one reviewer's place: cap, a new invitation, or off the panel."""
    deed = request.form.get("deed", "")
    forms = {"cap": CapForm, "again": AgainForm, "off": ReasonForm}
    form = forms.get(deed, DeedForm)()
    if deed in forms and form.is_sent():
        try:
            return _changed(row, deed, form)
        except Refused as refusal:
            form.refuse(refusal)
    with current.reading() as session:
        competition = _competition(session, row.competition_id)
        entry = pool.reviewer_of(session, row.person_id or 0)
        interests = pool.interests_of(session, row.person_id or 0)
        load = pool.loads(session, row.competition_id, without=current.actor().barred)
        everywhere = pool.loads_everywhere(session, {row.person_id or 0}, without=current.actor().barred)
    return page(
        form=form,
        deed=deed,
        member=row,
        competition=competition,
        entry=entry,
        interests=interests,
        load=load.get(row.person_id or 0, pool.NO_LOAD).total,
        everywhere=everywhere.get(row.person_id or 0, 0),
        cap=CapForm(formdata=None, cap=row.cap) if deed != "cap" else form,
        again=AgainForm(formdata=None) if deed != "again" else form,
        off=ReasonForm(formdata=None) if deed != "off" else form,
    )


@pages.page("/members/<uid>/cv", "cv", permission="pool.read", load=pool.member_by_uid)
def cv(row: PanelMember) -> ResponseReturnValue:
    """Read a reviewer's CV."""
    return send_cv(row)


def _changed(row: PanelMember, deed: str, form: object) -> ResponseReturnValue:
    with current.writing() as session:
        stored = session.get_one(PanelMember, row.id)
        actor, now = current.actor(), current.now()
        competition = _competition(session, row.competition_id)
        if isinstance(form, CapForm):
            inviting.set_cap(session, stored, cap=int(form.cap.data or 1), actor=actor, now=now)
        elif isinstance(form, AgainForm):
            until = _end_of(form.expires_on.data, competition.zone)
            inviting.invite_again(session, stored, expires_at=until, actor=actor, now=now)
        elif isinstance(form, ReasonForm):
            inviting.take_off(session, stored, reason=str(form.reason.data), actor=actor, now=now)
    said = {"cap": "Load cap changed.", "again": "Invited again.", "off": "Taken off the panel."}[deed]
    return go("staff.reviews.pool", number=competition.number, said=said)


@pages.page(
    "/<number>/conflicts",
    "conflicts",
    permission="pool.read",
    load=competition_by_number,
    by=("number",),
    methods=("GET", "POST"),
)
def conflicts_(competition: Competition) -> ResponseReturnValue:
    """Show conflicts found, declared and decided; look for them again on request."""
    form = DeedForm()
    if form.is_sent() and current.may("assignment.manage", competition):
        with current.writing() as session:
            new = deciding.find_conflicts(session, competition.id, now=current.now())
            ids = [one.id for one in material.candidates(session, competition.id)]
            new += seek(session, now=current.now(), applications=ids)
        said = f"Found {plural(len(new), 'new conflict')}." if new else "Found no new conflict."
        return go("staff.reviews.conflicts", number=competition.number, said=said)
    with current.reading() as session:
        rows = conflicts.conflicts_of(session, competition.id, without=current.actor().barred)
        alike = likenesses.likenesses_of(session, competition.id, without=current.actor().barred)
        waiting = likenesses.unlooked(session, [competition.id])
        papers = {row.application_id for row in rows} | {row.application_id for row in alike}
        people = {row.person_id for row in rows} | {row.person_id for row in alike}
        names = material.candidates_by_id(session, papers)
        members = pool.members_of(session, competition.id)
        accounts = pool.people_by_id(session, people)
        read = conflicts.readings_of(session, {(row.person_id, row.application_id) for row in rows})
        applications = len(material.candidates(session, competition.id, without=current.actor().barred))
    return page(
        form=form,
        competition=competition,
        rows=rows,
        alike=[row for row in alike if (row.person_id, row.application_id) in waiting],
        looked=[row for row in alike if row.looked_at is not None],
        names=names,
        people=accounts,
        staff=people - {one.person_id for one in members},
        reviewers=sum(1 for one in members if one.status == "accepted"),
        applications=applications,
        read=read,
    )


@pages.page(
    "/conflicts/<uid>",
    "conflict",
    permission="conflict.decide",
    load=conflicts.conflict_by_uid,
    methods=("GET", "POST"),
)
def conflict(row: Conflict) -> ResponseReturnValue:
    """Decide one conflict, with what was already read and when."""
    form = DecideForm()
    if form.is_sent():
        try:
            return _decided(row, form)
        except Refused as refusal:
            form.refuse(refusal)
    with current.reading() as session:
        competition = _competition(session, row.competition_id)
        candidate = material.candidates_by_id(session, [row.application_id])[row.application_id]
        members = {one.person_id for one in pool.members_of(session, row.competition_id)}
        person = pool.people_by_id(session, {row.person_id})[row.person_id]
        pair = (row.person_id, row.application_id)
        read = conflicts.readings_of(session, [pair]).get(pair, [])
    return page(
        form=form,
        conflict=row,
        competition=competition,
        candidate=candidate,
        member=row.person_id in members,
        person=person,
        read=read,
    )


@pages.page(
    "/likenesses/<uid>",
    "likeness",
    permission="likeness.look",
    load=likenesses.likeness_by_uid,
    methods=("GET", "POST"),
)
def likeness(row: Likeness) -> ResponseReturnValue:
    """Look at names alike: what matched, where, and what a person found."""
    form = LookForm()
    if form.is_sent():
        try:
            return _looked(row, form)
        except Refused as refusal:
            form.refuse(refusal)
    with current.reading() as session:
        competition = _competition(session, row.competition_id)
        candidate = material.candidates_by_id(session, [row.application_id])[row.application_id]
        person = pool.people_by_id(session, {row.person_id})[row.person_id]
    return page(form=form, likeness=row, competition=competition, candidate=candidate, person=person)


def _looked(row: Likeness, form: LookForm) -> ResponseReturnValue:
    act = looking.look_and_close if request.form.get("deed") == "close" else looking.look
    with current.writing() as session:
        stored = session.get_one(Likeness, row.id)
        act(session, stored, finding=str(form.reason.data), actor=current.actor(), now=current.now())
        number = _competition(session, row.competition_id).number
    said = "Found: no conflict." if act is looking.look else "Found: a conflict. The door is closed."
    return go("staff.reviews.conflicts", number=number, said=said)


def _decided(row: Conflict, form: DecideForm) -> ResponseReturnValue:
    with current.writing() as session:
        stored = session.get_one(Conflict, row.id)
        act = deciding.dismiss if request.form.get("deed") == "dismiss" else deciding.confirm
        act(session, stored, reason=str(form.reason.data), actor=current.actor(), now=current.now())
        number = _competition(session, row.competition_id).number
    said = (
        "Decided: no conflict." if act is deciding.dismiss else "Decided: a conflict. The door stays closed."
    )
    return go("staff.reviews.conflicts", number=number, said=said)


def _end_of(day: object, zone: str) -> datetime:
    """Return the last minute of a day."""
    return datetime.combine(day, time(23, 59), ZoneInfo(zone))  # type: ignore[arg-type]  # DayField gives a date


def _competition(session: Session, competition_id: int) -> Competition:
    competition = competition_by_id(session, competition_id)
    if competition is None:
        raise NotFound
    return competition
