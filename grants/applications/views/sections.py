"""The text for one criterion: writing with autosave, history, and the choice between two texts."""

import difflib
import re
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.applications.forms import SectionForm
from grants.applications.models import Application, SetAside
from grants.applications.queries import drafts
from grants.applications.services import drafting
from grants.applications.services.drafting import SavedSection
from grants.applications.services.workspace import CriterionPlace, Frame, frame_of
from grants.applications.views.doors import applicant, around, is_open
from grants.applications.views.tasks import crumbs_of
from grants.errors import NotFound
from grants.versions import Offer
from grants.web import current, saving
from grants.web.fields import counted
from grants.web.render import go, page

Parts = list[tuple[str, str]]


@applicant.page(
    "/<uid>/sections/<key>",
    "section",
    permission="application.read",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
)
def section(application: Application, key: str) -> ResponseReturnValue:
    """Write the text for one criterion."""
    form = SectionForm()
    if form.is_sent():
        return _save(application, key, form)
    return _section_page(application, key, form)


def _section_page(application: Application, key: str, form: SectionForm) -> ResponseReturnValue:
    with current.reading() as session:
        frame = frame_of(session, application)
        place = frame.place(key)
        sections = drafts.sections_of(session, application.id)
        stored = sections.get(key)
        if stored is None:
            raise NotFound
        history = drafts.section_history(session, stored.id)
    if request.method == "GET":
        form.text.data, form.version.data = stored.text, stored.version
    return page(
        **around(frame, "tasks"),
        form=form,
        place=place,
        section=stored,
        history=history,
        before=_neighbor(frame, place, -1),
        after=_neighbor(frame, place, 1),
        crumbs=crumbs_of(frame.competition, application, place.title),
    )


def _neighbor(frame: Frame, place: CriterionPlace, step: int) -> CriterionPlace | None:
    index = frame.places.index(place) + step
    return frame.places[index] if 0 <= index < len(frame.places) else None


def _save(application: Application, key: str, form: SectionForm) -> ResponseReturnValue:
    kept: SetAside | None = None
    if saving.is_peek():
        stored = _as_stored(application, key)
        return saving.answer(stored.outcome, zone=stored.zone)
    offer = saving.offered({"text": form.text.data})
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        session.add(application)
        saved = drafting.offer_section(session, application, key, offer, actor=actor, now=now)
        if saved.outcome.clashes:
            kept = _set_aside(session, application, key, offer)
    if saving.by_script():
        url = _url_of(application, kept)
        said = drafting.CLASH if kept else ""
        return saving.answer(saved.outcome, zone=saved.zone, difference=url, message=said, url=url)
    if kept is not None:
        return _difference_page(application, kept, status=409)
    if saved.outcome.refused:
        form.lay(saved.outcome.refused)
        return _section_page(application, key, form)
    return _onward(application, saved)


def _as_stored(application: Application, key: str) -> SavedSection:
    """Return where a section stands, for who comes back to an open page."""
    with current.reading() as session:
        frame = frame_of(session, application)
        section = drafts.sections_of(session, application.id).get(key)
    if section is None:
        raise NotFound
    return drafting.as_saved(section, frame.competition.zone)


def _set_aside(session: Session, application: Application, key: str, offer: Offer) -> SetAside:
    return drafting.set_aside(
        session,
        application,
        f"section:{key}",
        {"text": offer.fields["text"]},
        base_version=offer.version,
        actor=current.actor(),
        now=current.now(),
    )


def _url_of(application: Application, kept: SetAside | None) -> str | None:
    if kept is None:
        return None
    return url_for("applicant.applications.difference", uid=application.uid, kept=kept.uid)


def _onward(application: Application, saved: SavedSection) -> ResponseReturnValue:
    if request.form.get("go") == "next":
        with current.reading() as session:
            frame = frame_of(session, application)
        after = _neighbor(frame, frame.place(saved.key), 1)
        if after is not None:
            url = "applicant.applications.section"
            return go(url, uid=application.uid, key=after.key, said="Saved.")
        return go("applicant.applications.tasks", uid=application.uid, said="Saved.")
    return go("applicant.applications.section", uid=application.uid, key=saved.key, said="Saved.")


@applicant.page(
    "/<uid>/differences/<kept>",
    "difference",
    permission="application.read",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
)
def difference(application: Application, kept: str) -> ResponseReturnValue:
    """Show both texts, and store the one that somebody chooses."""
    with current.reading() as session:
        aside = drafts.set_aside_by_uid(session, application.id, kept)
    if aside is None or not aside.place.startswith("section:"):
        raise NotFound
    if request.method == "POST":
        return _choose(application, aside)
    return _difference_page(application, aside)


def _choose(application: Application, aside: SetAside) -> ResponseReturnValue:
    key = aside.place.removeprefix("section:")
    form = SectionForm()
    actor, now = current.actor(), current.now()
    if not form.is_sent():
        return _difference_page(application, aside, status=422)
    anew: SetAside | None = None
    with current.writing() as session:
        session.add(application)
        if request.form.get("keep") != "stored":
            offer = Offer({"text": form.text.data or ""}, form.version.data or 0)
            saved = drafting.offer_section(session, application, key, offer, actor=actor, now=now)
            if saved.outcome.clashes:
                anew = _set_aside(session, application, key, offer)
        if anew is None:
            drafting.settle(session, session.merge(aside), now=now)
    if anew is not None:
        return _difference_page(application, anew, status=409)
    return go("applicant.applications.section", uid=application.uid, key=key, said="Your choice is stored.")


def _difference_page(application: Application, aside: SetAside, *, status: int = 200) -> ResponseReturnValue:
    key = aside.place.removeprefix("section:")
    with current.reading() as session:
        frame = frame_of(session, application)
        stored = drafts.sections_of(session, application.id).get(key)
    if stored is None:
        raise NotFound
    theirs, ours = compared(stored.text, aside.content["text"])
    context: dict[str, Any] = {
        "aside": aside,
        "place": frame.place(key),
        "section": stored,
        "theirs": theirs,
        "ours": ours,
        "together": f"{stored.text}\n\n{aside.content['text']}".strip(),
        "form": SectionForm(formdata=None),
    }
    return page(
        "applicant/applications/difference.html",
        status=status,
        **around(frame, "tasks"),
        **context,
        crumbs=crumbs_of(frame.competition, application, "Two texts"),
    )


def compared(stored: str, offered: str) -> tuple[Parts, Parts]:
    """Return both texts in parts, with what only one of them holds marked."""
    left, right = _pieces(stored), _pieces(offered)
    theirs: Parts = []
    ours: Parts = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if a != b:
            theirs.append(("same" if kind == "equal" else "removed", "".join(left[a:b])))
        if c != d:
            ours.append(("same" if kind == "equal" else "added", "".join(right[c:d])))
    return theirs, ours


def _pieces(text: str) -> list[str]:
    """Cut a text into words with the space after them; a long text into lines, which is quicker."""
    return re.findall(r"\S+\s*|\s+", text) if len(text) < 20_000 else text.splitlines(keepends=True)  # noqa: PLR2004


@applicant.page(
    "/<uid>/sections/<key>/restore",
    "restore_section",
    permission="application.edit",
    load=drafts.application_by_uid,
    methods=("POST",),
)
def restore_section(application: Application, key: str) -> ResponseReturnValue:
    """Make an earlier text the current one."""
    version = counted(request.form.get("version"))
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        session.add(application)
        drafting.restore_section(session, application, key, version, actor=actor, now=now)
    said = "The earlier text is back. What stood here is in the history."
    return go("applicant.applications.section", uid=application.uid, key=key, said=said)


@applicant.page(
    "/<uid>/sections/<key>/mark",
    "mark_section",
    permission="application.edit",
    load=drafts.application_by_uid,
    methods=("POST",),
)
def mark_section(application: Application, key: str) -> ResponseReturnValue:
    """Mark a section as ready or not, or give it to somebody."""
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        session.add(application)
        if "ready" in request.form:
            ready = request.form["ready"] == "yes"
            drafting.mark_section(session, application, key, is_ready=ready, actor=actor, now=now)
        else:
            chosen = request.form.get("person", "")
            members = drafts.members_of(session, application.organization_id)
            person = next((m.person.id for m in members if m.person.uid == chosen), None)
            drafting.assign_section(session, application, key, person, actor=actor, now=now)
    return go("applicant.applications.section", uid=application.uid, key=key, said="Stored.")


def may_write(frame: Frame) -> bool:
    """Say whether the page shows a form or only the text."""
    return is_open(frame) and current.may("application.edit", frame.application)
