"""The budget: the whole table, one form per year with the law beside it, and the sums as one types."""

from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from grants.applications.forms import BeforeForm
from grants.applications.models import Application, SetAside
from grants.applications.queries import drafts
from grants.applications.services import budgeting, drafting
from grants.applications.services.budgeting import SavedInZone
from grants.applications.services.workspace import Workspace, workspace_of
from grants.applications.views.doors import applicant, around
from grants.applications.views.tasks import crumbs_of
from grants.applications.views.yearview import (
    all_years,
    counted_match,
    expense_rows,
    revenue_rows,
    year_view,
)
from grants.budgets.forms import YearForm, verdict
from grants.budgets.rules.flat import DETAIL, FIELDS, flatten, gather, label_of
from grants.budgets.rules.table import EXPENSES, REVENUE
from grants.budgets.rules.year_view import YearView
from grants.budgets.rules.years import sum_of_years
from grants.budgets.services.years import as_saved, clash_words
from grants.errors import NotFound
from grants.money import parse, show
from grants.versions import Offer
from grants.web import current, saving
from grants.web.forms import Form
from grants.web.render import go, page


@applicant.page("/<uid>/budget", "budget", permission="application.read", load=drafts.application_by_uid)
def budget(application: Application) -> ResponseReturnValue:
    """Show all years in one table, each against its ceiling."""
    return _whole(application, BeforeForm(was_center=_answer_of(application)))


@applicant.page(
    "/<uid>/budget/before",
    "before",
    permission="application.edit",
    load=drafts.application_by_uid,
    methods=("POST",),
)
def before(application: Application) -> ResponseReturnValue:
    """Keep whether the host was the center of this state before, on which the ceilings depend."""
    form = BeforeForm()
    if not form.is_sent():
        return _whole(application, form)
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        session.add(application)
        answer = form.was_center.data == "yes"
        budgeting.answer_before(session, application, was_center=answer, actor=actor, now=now)
    said = "Your answer is saved; the ceilings follow from it."
    return go("applicant.applications.budget", uid=application.uid, said=said)


def _answer_of(application: Application) -> str:
    return {True: "yes", False: "no", None: ""}[application.was_center]


def _whole(application: Application, form: BeforeForm) -> ResponseReturnValue:
    with current.reading() as session:
        workspace = workspace_of(session, application)
    years = all_years(workspace)
    return page(
        "applicant/applications/budget.html",
        **around(workspace.frame, "budget"),
        form=form,
        asks_before=workspace.depends_on_before,
        years=years,
        sums=sum_of_years(workspace.table.contents),
        counted=counted_match(years),
        revenue=revenue_rows(years),
        expenses=expense_rows(years),
        rule=workspace.frame.rule_set.cost_share,
        faults=[*workspace.before_faults, *workspace.money_faults],
        links=year_links(workspace),
        crumbs=crumbs_of(workspace.frame.competition, application, "Budget"),
    )


def year_links(workspace: Workspace) -> dict[str, tuple[str, str]]:
    """Return where each fault of the budget is mended."""
    return {
        found.field: (
            url_for(
                "applicant.applications.budget_year",
                uid=workspace.application.uid,
                year=int(found.field.split("-")[1]),
            ),
            f"Go to year {found.field.split('-')[1]} of the budget",
        )
        for found in workspace.money_faults
        if found.field
    }


@applicant.page(
    "/<uid>/budget/<int:year>",
    "budget_year",
    permission="application.read",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
)
def budget_year(application: Application, year: int) -> ResponseReturnValue:
    """Enter the money of one year."""
    if saving.by_script():
        return _save_by_script(application, year)
    form = YearForm()
    if request.method == "POST" and request.form.get("do") != "recalculate":
        return _save(application, year, form)
    form.validate_on_submit()  # what is no amount is said at its cell
    return _year_page(application, year, form)


def _year_page(application: Application, year: int, form: Any, *, status: int = 200) -> ResponseReturnValue:
    with current.reading() as session:
        workspace = workspace_of(session, application)
    if not 1 <= year <= len(workspace.table.years):
        raise NotFound
    stored = workspace.table.year(year)
    if request.method == "GET":
        form.fill(stored.content)
        form.version.data = stored.version
    shown = form.readable(stored.content) if request.method == "POST" else stored.content
    return page(
        "applicant/applications/budget_year.html",
        status=status,
        **around(workspace.frame, "budget"),
        form=form,
        year=year,
        view=year_view(workspace.frame, year, shown),
        years=all_years(workspace),
        stored=stored,
        revenue=REVENUE,
        expenses=EXPENSES,
        rule=workspace.frame.rule_set.cost_share,
        crumbs=crumbs_of(workspace.frame.competition, application, f"Budget, year {year}"),
    )


def _save_by_script(application: Application, year: int) -> ResponseReturnValue:
    kept: SetAside | None = None
    if saving.is_peek():
        saved = _as_stored(application, year)
    else:
        offer = saving.offered({name: request.form.get(name) for name in (*FIELDS, *DETAIL)})
        saved, kept = _store(application, year, offer)
    url = None
    if kept is not None:
        url = url_for("applicant.applications.budget_difference", uid=application.uid, kept=kept.uid)
    said = clash_words(year) if kept else ""
    outcome = saved.year.outcome
    verdict = _verdict(application, saved)
    return saving.answer(outcome, zone=saved.zone, difference=url, message=said, **verdict)


def _as_stored(application: Application, year: int) -> SavedInZone:
    with current.reading() as session:
        workspace = workspace_of(session, application)
    if not 1 <= year <= len(workspace.table.years):
        raise NotFound
    row = workspace.table.year(year)
    stored = as_saved(year, row.content, row.version, row.updated_at)
    return SavedInZone(stored, workspace.frame.competition.zone, workspace.frame.rule_set)


def _verdict(application: Application, saved: SavedInZone) -> dict[str, Any]:
    """Judge what is stored: every computed cell, its tone, what the rules say, and one sentence."""
    again = bool(application.was_center)
    year = saved.year
    return verdict(YearView.of(year.year, year.content, saved.rules.cost_share, selected_again=again))


def _save(application: Application, year: int, form: Any) -> ResponseReturnValue:
    form.validate()
    saved, kept = _store(application, year, Offer(form.typed(), form.version.data or 0))
    if kept is not None:
        return _difference_page(application, kept.uid, status=409)
    if saved.year.outcome.refused:
        form.version.data = form.version.typed = str(saved.year.version)
        return _year_page(application, year, form, status=422)
    return _onward(application, year, merged=saved.year.merged)


def _store(application: Application, year: int, offer: Offer) -> tuple[SavedInZone, SetAside | None]:
    """Store what can be stored; what somebody else changed as well is set aside in the same step."""
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        saved = budgeting.offer_budget_year(session, application, year, offer, actor=actor, now=now)
        outcome = saved.year.outcome
        if not outcome.clashes:
            return saved, None
        session.add(application)
        typed = {name: text for name, text in outcome.fields.items() if text}
        typed |= {name: show(parse(offer.fields[name] or "0")) for name in outcome.clashes}
        kept = drafting.set_aside(
            session, application, f"budget:{year}", typed, base_version=offer.version, actor=actor, now=now
        )
    return saved, kept


def _onward(application: Application, year: int, *, merged: bool) -> ResponseReturnValue:
    said = "Saved. Fields that a colleague changed meanwhile are kept as well." if merged else "Saved."
    if request.form.get("do") == "all":
        return go("applicant.applications.budget", uid=application.uid, said=said)
    return go("applicant.applications.budget_year", uid=application.uid, year=year, said=said)


@applicant.page(
    "/<uid>/budget/differences/<kept>",
    "budget_difference",
    permission="application.read",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
)
def budget_difference(application: Application, kept: str) -> ResponseReturnValue:
    """Show both amounts of each field in conflict, and store what somebody chooses."""
    if request.method == "POST":
        return _choose(application, kept)
    return _difference_page(application, kept)


def _choose(application: Application, kept: str) -> ResponseReturnValue:
    actor, now = current.actor(), current.now()
    form = YearForm()
    with current.writing() as session:
        session.add(application)
        aside = drafts.set_aside_by_uid(session, application.id, kept)
        if aside is None or not aside.place.startswith("budget:"):
            raise NotFound
        year = int(aside.place.removeprefix("budget:"))
        if request.form.get("keep") == "typed":
            typed = gather({name: parse(amount) for name, amount in aside.content.items()})
            budgeting.save_budget_year(
                session,
                application,
                year,
                typed,
                version=form.version.data or 0,
                actor=actor,
                now=now,
            )
        drafting.settle(session, aside, now=now)
    said = "Your choice is stored."
    return go("applicant.applications.budget_year", uid=application.uid, year=year, said=said)


def _difference_page(application: Application, kept: str, *, status: int = 200) -> ResponseReturnValue:
    with current.reading() as session:
        aside = drafts.set_aside_by_uid(session, application.id, kept)
        if aside is None or not aside.place.startswith("budget:"):
            raise NotFound
        year = int(aside.place.removeprefix("budget:"))
        workspace = workspace_of(session, application)
    stored = workspace.table.year(year)
    return page(
        "applicant/applications/budget_difference.html",
        status=status,
        **around(workspace.frame, "budget"),
        aside=aside,
        year=year,
        stored=stored,
        saved_by=workspace.frame.name_of(stored.updated_by_id),
        rows=_two_amounts(flatten(stored.content), aside.content),
        crumbs=crumbs_of(workspace.frame.competition, application, "Two versions"),
    )


def _two_amounts(stored: Mapping[str, int], typed: Mapping[str, str]) -> list[tuple[str, str, str]]:
    names = sorted(set(stored) | set(typed), key=label_of)
    return [
        (label_of(name), show(stored.get(name, 0)), typed.get(name, "0.00"))
        for name in names
        if show(stored.get(name, 0)) != typed.get(name, "0.00")
    ]


@applicant.page(
    "/<uid>/budget/<int:year>/copy",
    "copy_year",
    permission="application.edit",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
)
def copy_year(application: Application, year: int) -> ResponseReturnValue:
    """Put the amounts of one year into all years after it, on a page that says what they replace."""
    form = Form()
    with current.reading() as session:
        workspace = workspace_of(session, application)
    years = all_years(workspace)
    if not 1 <= year < len(years):
        raise NotFound
    if form.is_sent():
        return _copy(application, year, len(years))
    return page(
        form=form,
        **around(workspace.frame, "budget"),
        year=year,
        copied=years[year - 1],
        replaced=years[year:],
        crumbs=crumbs_of(workspace.frame.competition, application, f"Copy year {year}"),
    )


def _copy(application: Application, year: int, last: int) -> ResponseReturnValue:
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        session.add(application)
        later = range(year + 1, last + 1)
        budgeting.copy_year(session, application, from_year=year, to_years=later, actor=actor, now=now)
    said = f"The amounts of year {year} stand in the years after it. Check each against its own ceiling."
    return go("applicant.applications.budget", uid=application.uid, said=said)
