"""The list of applications, starting one, and its task list."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.applications.forms import StartForm
from grants.applications.models import Application
from grants.applications.queries import drafts, lists, submissions
from grants.applications.services import drafting
from grants.applications.services.submitting import has_changed
from grants.applications.services.workspace import workspace_of
from grants.applications.views.doors import applicant, around
from grants.applications.views.tasklist import done_of, groups_of
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number, states_of
from grants.competitions.rules.states import POSTAL_CODES
from grants.competitions.workflow import CompetitionStatus
from grants.eligibility.models import SelfCheck
from grants.eligibility.queries import latest_self_check, self_check_by_uid
from grants.eligibility.services import keep
from grants.errors import NotFound, Refused
from grants.findings import stops
from grants.organizations.models import Organization
from grants.organizations.queries import organizations_by_ids
from grants.web import current
from grants.web.fields import choices
from grants.web.render import go, page


@applicant.page("", "index", permission="application.list")
def index() -> ResponseReturnValue:
    """Show every application of the organizations one belongs to."""
    with current.reading() as session:
        rows = lists.applications_of_host(session, current.actor())
    return page(rows=rows)


def published(session: Session, number: str) -> Competition | None:
    """Return a competition that the public may know of."""
    competition = competition_by_number(session, number)
    if competition is None or competition.status == CompetitionStatus.DRAFT:
        return None
    return competition


@applicant.page("/start", "start", permission="application.list")
def start() -> ResponseReturnValue:
    """Ask for which state an application begins; without an organization, say how to get one."""
    if not request.args.get("competition"):
        return go("public.competitions.index")
    return _start_page(*_start_form())


@applicant.page("/begin", "begin", permission="application.start", methods=("POST",))
def begin() -> ResponseReturnValue:
    """Start an application for one state."""
    form, competition, hosts = _start_form()
    if form.is_sent():
        try:
            application = _start(form, competition, hosts)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("applicant.applications.tasks", uid=application.uid, said="The application is started.")
    return _start_page(form, competition, hosts)


def _start_form() -> tuple[StartForm, Competition, list[Organization]]:
    with current.reading() as session:
        competition = published(session, request.values.get("competition", ""))
        if competition is None:
            raise NotFound
        states = states_of(session, competition.id)
        hosts = list(organizations_by_ids(session, set(current.actor().memberships)).values())
    form = StartForm(state=request.args.get("state", ""))
    named = ((row.state, POSTAL_CODES.get(row.state, row.state)) for row in states)
    form.state.choices = choices([("", "Choose a state"), *named])
    form.organization.choices = choices((host.uid, host.name) for host in hosts)
    return form, competition, hosts


def _start_page(form: StartForm, competition: Competition, hosts: list[Organization]) -> ResponseReturnValue:
    return page(
        "applicant/applications/start.html",
        form=form,
        competition=competition,
        hosts=hosts,
        check=request.values.get("check"),
    )


def _start(form: StartForm, competition: Competition, hosts: list[Organization]) -> Application:
    host = next(host for host in hosts if host.uid == form.organization.data)
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        check = _self_check(session, competition, form.state.data)
        return drafting.start(
            session, competition, form.state.data, host, actor=actor, now=now, self_check=check
        )


def _self_check(session: Session, competition: Competition, state: str) -> SelfCheck | None:
    """Return the self-check that the reader came from, kept with the account, else the latest one kept."""
    actor = current.actor()
    chosen = self_check_by_uid(session, request.values.get("check", ""))
    fits = chosen is not None and (chosen.competition_id, chosen.state) == (competition.id, state)
    if chosen is not None and fits and current.may("self_check.read", chosen):
        return keep(session, chosen, actor=actor, now=current.now())
    return latest_self_check(
        session, person_id=actor.person_id or 0, competition_id=competition.id, state=state
    )


@applicant.page("/<uid>", "tasks", permission="application.read", load=drafts.application_by_uid)
def tasks(application: Application) -> ResponseReturnValue:
    """Show what is done, what is missing, who holds it and how much time is left."""
    actor, now = current.actor(), current.now()
    with current.reading() as session:
        workspace = workspace_of(session, application)
        late = submissions.late_attempts_of(session, application.id)
    groups = groups_of(workspace, now=now, reader_id=actor.person_id)
    done, total = done_of(groups)
    return page(
        **around(workspace.frame, "tasks"),
        workspace=workspace,
        groups=groups,
        done=done,
        total=total,
        stops=stops(workspace.findings),
        submission=workspace.submission,
        has_changed=has_changed(workspace),
        late=late,
        crumbs=crumbs_of(workspace.frame.competition, application),
    )


def crumbs_of(competition: Competition, application: Application, *last: str) -> list[tuple[str, str | None]]:
    """Return the way to a page inside an application."""
    here = f"{competition.number}, {POSTAL_CODES.get(application.state, application.state)}"
    found: list[tuple[str, str | None]] = [("Applications", url_for("applicant.applications.index"))]
    if not last:
        return [*found, (here, None)]
    return [*found, (here, url_for("applicant.applications.tasks", uid=application.uid)), (last[0], None)]
