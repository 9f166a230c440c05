"""The sources of match: who gives what, with which evidence, and the seven tests."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from grants.applications.models import Application
from grants.applications.queries import drafts
from grants.applications.queries.drafts import AttachedDocument
from grants.applications.services import budgeting
from grants.applications.services.workspace import Workspace, workspace_of
from grants.applications.views.doors import applicant, around
from grants.applications.views.tasks import crumbs_of
from grants.budgets.forms import SourceForm, fill_source, source_of
from grants.budgets.queries import match_line_by_uid
from grants.budgets.rules.match import AUTHORITY, TESTS
from grants.budgets.rules.table import ROWS
from grants.errors import NotFound, Refused, StaleVersion
from grants.web import current
from grants.web.render import go, page


@applicant.page("/<uid>/sources", "sources", permission="application.read", load=drafts.application_by_uid)
def sources(application: Application) -> ResponseReturnValue:
    """List the sources of match with what is missing of them."""
    with current.reading() as session:
        workspace = workspace_of(session, application)
    return page(
        **around(workspace.frame, "sources"),
        lines=workspace.sources,
        faults=workspace.source_faults,
        rows=ROWS,
        tests=TESTS,
        authority=AUTHORITY,
        crumbs=crumbs_of(workspace.frame.competition, application, "Sources of match"),
    )


@applicant.page(
    "/<uid>/sources/add",
    "add_source",
    permission="application.edit",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
)
def add_source(application: Application) -> ResponseReturnValue:
    """Name one source for one year or several."""
    with current.reading() as session:
        workspace = workspace_of(session, application)
    form = SourceForm()
    form.offer(workspace.budget.years, _letters(workspace))
    if form.is_sent():
        actor, now = current.actor(), current.now()
        try:
            with current.writing() as session:
                session.add(application)
                source = source_of(form, _letter_id(workspace, form.letter.data))
                chosen = form.years.data or []
                budgeting.add_source(session, application, source, for_years=chosen, actor=actor, now=now)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = f"{source.source} is named."
            return go("applicant.applications.sources", uid=application.uid, said=said)
    return _source_page(workspace, form, line=None)


@applicant.page(
    "/<uid>/sources/<line>",
    "source",
    permission="application.edit",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
)
def source(application: Application, line: str) -> ResponseReturnValue:
    """Change one source, or take it out."""
    with current.reading() as session:
        workspace = workspace_of(session, application)
        stored = match_line_by_uid(session, application.budget_id, line)
    if stored is None:
        raise NotFound
    form = SourceForm()
    form.offer(workspace.budget.years, _letters(workspace))
    if request.form.get("do") == "remove":
        return _remove(application, line)
    if request.method == "GET":
        fill_source(form, stored, _letter_uid(workspace, stored.letter_file_id))
    elif form.is_sent():
        actor, now = current.actor(), current.now()
        try:
            with current.writing() as session:
                session.add(application)
                changed = source_of(form, _letter_id(workspace, form.letter.data))
                version = form.version.data or 0
                budgeting.change_source(
                    session, application, line, changed, version=version, actor=actor, now=now
                )
        except StaleVersion as stale:
            form.version.data = stale.version
            return _source_page(workspace, form, line=stored, stale=stale, status=409)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("applicant.applications.sources", uid=application.uid, said="Saved.")
    return _source_page(workspace, form, line=stored)


def _remove(application: Application, line: str) -> ResponseReturnValue:
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        session.add(application)
        removed = budgeting.remove_source(session, application, line, actor=actor, now=now)
    said = f"{removed.source}, year {removed.year}, is taken out of the budget."
    return go("applicant.applications.sources", uid=application.uid, said=said)


def _source_page(
    workspace: Workspace, form: SourceForm, *, line: Any, stale: StaleVersion | None = None, status: int = 200
) -> ResponseReturnValue:
    return page(
        "applicant/applications/source.html",
        status=status,
        **around(workspace.frame, "sources"),
        form=form,
        line=line,
        stale=stale,
        authority=AUTHORITY,
        crumbs=crumbs_of(workspace.frame.competition, workspace.application, "Source of match"),
    )


def _candidates(workspace: Workspace) -> list[AttachedDocument]:
    """Return the files that may be a letter: those of kinds without a page limit come first."""
    limits = {kind.key: kind.page_limit for kind in workspace.frame.required}
    return sorted(workspace.documents, key=lambda row: limits.get(row.document.required_key) is not None)


def _letters(workspace: Workspace) -> list[tuple[str, str]]:
    return [(row.document.uid, row.file.name) for row in _candidates(workspace)]


def _letter_id(workspace: Workspace, uid: str | None) -> int | None:
    return next((row.file.id for row in workspace.documents if row.document.uid == uid), None)


def _letter_uid(workspace: Workspace, file_id: int | None) -> str:
    return next((row.document.uid for row in workspace.documents if row.file.id == file_id), "")
