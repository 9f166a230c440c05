"""The cover of an application, and the people and partners named in it."""

from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue

from grants.applications.forms import AboutForm, PartyForm
from grants.applications.models import Application, PartyKind
from grants.applications.queries import drafts
from grants.applications.services import cover
from grants.applications.services.workspace import Frame, frame_of
from grants.applications.views.doors import applicant, around
from grants.applications.views.tasks import crumbs_of
from grants.eligibility.queries import self_check_by_uid
from grants.errors import NotFound, Refused, StaleVersion
from grants.versions import Outcome
from grants.web import current, saving
from grants.web.fields import choices
from grants.web.render import go, page

COVER = ("project_title", "service_area", "center_director", "contact")


@applicant.page(
    "/<uid>/about",
    "about",
    permission="application.read",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
)
def about(application: Application) -> ResponseReturnValue:
    """Give the application its title, its director and its contact."""
    with current.reading() as session:
        frame = frame_of(session, application)
    form = _about_form(frame)
    if request.method != "POST":
        return _about_page(frame, form)
    form.validate()
    try:
        outcome = _save_about(frame, form)
    except Refused as refusal:
        if saving.by_script():
            raise
        form.refuse(refusal)
        return _about_page(frame, form)
    if saving.by_script():
        zone, said = frame.competition.zone, cover.CLASH if outcome.clashes else ""
        return saving.answer(outcome, zone=zone, message=said)
    form.version.data = form.version.typed = str(outcome.version)
    if outcome.clashes:
        return _about_page(frame, form, stale=cover.stale_about(outcome, {}), status=409)
    if outcome.refused:
        return _about_page(frame, form, status=422)
    return go("applicant.applications.tasks", uid=application.uid, said="Saved.")


def _save_about(frame: Frame, form: AboutForm) -> Outcome:
    contacts = {member.person.uid: member.person.id for member in frame.members}
    if saving.is_peek():
        return cover.as_stored(frame.application, contacts)
    faults = saving.faults(form, COVER)
    offer = saving.offered({name: form[name].data for name in COVER})
    offer = offer.without(str(one.field) for one in faults)
    with current.writing() as session:
        session.add(frame.application)
        outcome = cover.offer_about(
            session,
            frame.application,
            offer,
            contacts=contacts,
            actor=current.actor(),
            now=current.now(),
        )
    return replace(outcome, refused=faults)


def _about_form(frame: Frame) -> AboutForm:
    application = frame.application
    form = AboutForm()
    form.contact.choices = choices(
        [("", "Choose a member"), *((m.person.uid, m.person.name) for m in frame.members)]
    )
    if request.method == "GET":
        contact = next(
            (m.person.uid for m in frame.members if m.person.id == application.contact_person_id), ""
        )
        form.project_title.data = application.project_title
        form.service_area.data = application.service_area
        form.center_director.data = application.center_director
        form.contact.data, form.version.data = contact, application.version
    return form


def _about_page(
    frame: Frame, form: AboutForm, *, stale: StaleVersion | None = None, status: int = 200
) -> ResponseReturnValue:
    return page(
        "applicant/applications/about.html",
        status=status,
        **around(frame, "about"),
        form=form,
        stale=stale,
        crumbs=crumbs_of(frame.competition, frame.application, "About"),
    )


@applicant.page(
    "/<uid>/people",
    "people",
    permission="application.read",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
)
def people(application: Application) -> ResponseReturnValue:
    """Name the key people, the partners and the signers of letters."""
    form = PartyForm()
    if "remove" in request.form:
        return _remove_party(application, request.form["remove"])
    if form.is_sent():
        actor, now = current.actor(), current.now()
        try:
            with current.writing() as session:
                session.add(application)
                named = cover.name_party(
                    session,
                    application,
                    kind=PartyKind(form.kind.data),
                    name=form.name.data or "",
                    affiliation=form.affiliation.data or "",
                    role=form.role.data or "",
                    actor=actor,
                    now=now,
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = f"{named.name} is named."
            return go("applicant.applications.people", uid=application.uid, said=said)
    with current.reading() as session:
        frame = frame_of(session, application)
        parties = drafts.parties_of(session, application.id)
    return page(
        **around(frame, "people"),
        form=form,
        parties=parties,
        crumbs=crumbs_of(frame.competition, application, "People and partners"),
    )


def _remove_party(application: Application, uid: str) -> ResponseReturnValue:
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        session.add(application)
        party = drafts.party_by_uid(session, application.id, uid)
        if party is None:
            raise NotFound
        cover.remove_party(session, application, party, actor=actor, now=now)
    said = f"{party.name} is taken out."
    return go("applicant.applications.people", uid=application.uid, said=said)


@applicant.page(
    "/<uid>/self-check",
    "take_self_check",
    permission="application.edit",
    load=drafts.application_by_uid,
    methods=("POST",),
)
def take_self_check(application: Application) -> ResponseReturnValue:
    """Let a self-check stand with the application."""
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        session.add(application)
        check = self_check_by_uid(session, request.form.get("check", ""))
        if check is None or not current.may("self_check.read", check):
            raise NotFound
        cover.take_self_check(session, application, check, actor=actor, now=now)
    said = "The self-check stands with the application."
    return go("applicant.applications.tasks", uid=application.uid, said=said)
