"""Applications as staff read them: what was submitted, never the draft."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.adapters.spreadsheets import Line
from grants.applications.models import Application
from grants.applications.queries import drafts, lists, submissions
from grants.applications.rules.content import from_json
from grants.applications.views.doors import staff as pages
from grants.applications.views.yearview import counted_match, expense_rows, revenue_rows
from grants.applications.workflow import ApplicationStatus
from grants.budgets.rules.table import ROWS
from grants.budgets.rules.year_view import YearView
from grants.budgets.rules.years import AllYears
from grants.competitions.queries import competition_by_id, competition_by_number, rule_set_of
from grants.competitions.rules.states import POSTAL_CODES
from grants.documents.queries import file_by_id
from grants.documents.views.sending import send_stored
from grants.errors import NotFound
from grants.money import to_decimal
from grants.web import current
from grants.web.fields import page_asked
from grants.web.filters import instant, plain_status
from grants.web.render import page
from grants.web.spreadsheets import send_list

__all__ = ["pages"]

HEAD = (
    *("Application", "State", "Organization", "EIN", "UEI", "Title", "Center director", "Competition"),
    *("Submitted (UTC)", "Submitted", "Where it stands", "Federal, all years", "Match, all years"),
)
BATCH = 1000
STATUSES = [status for status in ApplicationStatus if status is not ApplicationStatus.DRAFT]


@pages.page("", "index", permission="application.inspect")
def index() -> ResponseReturnValue:
    """List submitted applications, searched and filtered, one page at a time."""
    asked = _asked()
    page_number = page_asked()
    with current.reading() as session:
        rows, total = _found(session, asked, page=page_number)
        budgets = submissions.budgets_of(session, [row.application.id for row in rows])
    return page(
        rows=rows,
        budgets=budgets,
        total=total,
        asked=asked,
        states=POSTAL_CODES,
        page_number=page_number,
        last=-(-total // lists.PAGE),
    )


@pages.page(
    "/download/<any(csv, xlsx):kind>",
    "download",
    permission="application.inspect",
    reads="list of applications",
)
def download(kind: str) -> ResponseReturnValue:
    """Send the same list whole, as far as the filter and the reader's conflicts let it."""
    asked = _asked()
    lines: list[Line] = [HEAD]
    with current.database().snapshot() as session:
        number = 1
        while rows := _found(session, asked, page=number, size=BATCH)[0]:
            budgets = submissions.budgets_of(session, [row.application.id for row in rows])
            lines.extend(_line(row, budgets.get(row.application.id)) for row in rows)
            number += 1
    return send_list("applications", kind, "Applications", lines)


def _asked() -> dict[str, str]:
    return {name: request.args.get(name, "")[:100] for name in ("words", "state", "status", "competition")}


def _found(
    session: Session, asked: dict[str, str], *, page: int, size: int = lists.PAGE
) -> tuple[list[lists.ApplicationRow], int]:
    competition = competition_by_number(session, asked["competition"]) if asked["competition"] else None
    if asked["competition"] and competition is None:
        raise NotFound
    return lists.application_rows(
        session,
        current.actor(),
        words=asked["words"],
        state=asked["state"],
        status=asked["status"] if asked["status"] in {str(s) for s in STATUSES} else "",
        competition_id=competition.id if competition else None,
        page=page,
        size=size,
    )


def _line(row: lists.ApplicationRow, sums: AllYears | None) -> Line:
    one, host = row.application, row.organization
    at = one.submitted_at
    return (
        one.number,
        one.state,
        host.name,
        host.ein,
        host.uei,
        one.project_title,
        one.center_director,
        row.competition.number,
        at.strftime("%Y-%m-%d %H:%M:%S") if at else "",
        instant(at, row.competition.zone) if at else "",
        plain_status(one.status),
        to_decimal(sums.federal) if sums else "",
        to_decimal(sums.match) if sums else "",
    )


@pages.page(
    "/<uid>",
    "show",
    permission="application.inspect",
    load=drafts.application_by_uid,
    reads="application",
)
def show(application: Application) -> ResponseReturnValue:
    """Show what counts of an application as it was submitted."""
    with current.reading() as session:
        submission = submissions.latest_submission(session, application)
        competition = competition_by_id(session, application.competition_id)
        rule_set = rule_set_of(competition) if competition else None
        if submission is None or competition is None or rule_set is None:
            raise NotFound
        files = submissions.files_of_submission(session, submission.id)
        all_sent = submissions.submissions_of(session, application.id)
        late = submissions.late_attempts_of(session, application.id)
    content = from_json(submission.content)
    years = [
        YearView.of(number, year, rule_set.cost_share, selected_again=bool(content.was_center))
        for number, year in enumerate(content.years, start=1)
    ]
    return page(
        application=application,
        competition=competition,
        submission=submission,
        submissions=all_sent,
        late=late,
        content=content,
        files=files,
        years=years,
        counted=counted_match(years),
        revenue=revenue_rows(years),
        expenses=expense_rows(years),
        rows_by_key=ROWS,
        state_name=POSTAL_CODES.get(application.state, application.state),
        rule=rule_set.cost_share,
    )


@pages.page(
    "/<uid>/files/<file>",
    "file",
    permission="application.inspect",
    load=drafts.application_by_uid,
    reads="document",
)
def file(application: Application, file: str) -> ResponseReturnValue:
    """Send one file of the submission that counts."""
    with current.reading() as session:
        found = submissions.submission_file(session, application, file)
        if found is None:
            raise NotFound
        stored = file_by_id(session, found.file_id)
    return send_stored(stored)
