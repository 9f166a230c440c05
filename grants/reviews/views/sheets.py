"""The score sheet: application and criterion side by side, saved as one types, checked, submitted."""

from collections.abc import Mapping

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.applications.models import Application
from grants.documents.views.sending import send_file_row
from grants.errors import MoveRefused, NotFound, Refused, StaleVersion
from grants.reviews.forms.joining import EarlyForm, LaterConflictForm
from grants.reviews.forms.sheets import ScoreForm
from grants.reviews.models import Phase, Sheet
from grants.reviews.queries import applications as material
from grants.reviews.queries import pool, sheets
from grants.reviews.queries.applications import ReviewFile
from grants.reviews.queries.sheets import OpenSheet
from grants.reviews.rules.budget_lines import budget_rows, federal_shares
from grants.reviews.rules.timing import is_early
from grants.reviews.services import scoring
from grants.reviews.services.conflicts import declare_later
from grants.reviews.services.rubric import rubric_of
from grants.reviews.views.audiences import reviewer as pages
from grants.reviews.views.finding import found_in
from grants.reviews.views.sheet_view import SheetView, sheet_view
from grants.reviews.views.stale import TITLES, difference
from grants.web import current, saving
from grants.web.render import go, page
from scoring.exact import show_exact


@pages.page("/sheets/<uid>", "open", permission="sheet.read_own", load=sheets.open_sheet)
def open_(opened: OpenSheet) -> ResponseReturnValue:
    """Go to the first sub-criterion that lacks something, or to the check page when none does."""
    with current.reading() as session:
        view = _view(session, opened)
    gap = next((row.key for row in view.rows if not row.is_complete), None)
    if gap is None or not view.is_writable:
        return redirect(url_for("reviewer.reviews.check", uid=opened.uid), 303)
    return redirect(url_for("reviewer.reviews.sheet", uid=opened.uid, key=gap), 303)


@pages.page(
    "/sheets/<uid>/score/<key>",
    "sheet",
    permission="sheet.read_own",
    load=sheets.open_sheet,
    methods=("GET", "POST"),
    reads="score sheet",
)
def sheet(opened: OpenSheet, key: str) -> ResponseReturnValue:
    """Read and score one sub-criterion; a save by script answers in JSON."""
    if request.method == "POST":
        return _save(opened, key)
    return _show(opened, key)


def _show(
    opened: OpenSheet,
    key: str,
    form: ScoreForm | None = None,
    *,
    status: int = 200,
    not_taken: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    with current.reading() as session:
        view = _view(session, opened)
        files = material.review_files(session, opened.application_id)
    row = view.row(key)
    if row is None:
        raise NotFound
    if form is None:
        form = ScoreForm(formdata=None, data={**row.fields, "version": str(row.version)})
    return page(
        form=form,
        opened=opened,
        view=view,
        row=row,
        content=view.content,
        files=files,
        budget=budget_rows(view.content),
        shares=federal_shares(view.content),
        read=request.args.get("read", "section"),
        words=request.args.get("words", ""),
        passages=found_in(view.content, request.args.get("words", "")),
        not_taken=[(TITLES[name], words) for name, words in (not_taken or {}).items() if words],
        status=status if not form.has_faults else 422,
    )


def _save(opened: OpenSheet, key: str) -> ResponseReturnValue:
    form = ScoreForm()
    form.validate()  # what is no value is for the service to say, field by field
    try:
        saved = _store(opened, key, form)
    except MoveRefused as refusal:
        if saving.by_script():
            raise
        return _show(opened, key, status=refusal.status, not_taken=form.values())
    if saving.by_script():
        return _answer(opened, key, saved)
    if saved.outcome.clashes:
        return redirect(url_for("reviewer.reviews.versions", uid=opened.uid, key=key), 303)
    if saved.outcome.refused:
        form.version.data = str(saved.version)
        form.lay(saved.outcome.refused)
        return _show(opened, key, form)
    return _after(opened, key)


def _store(opened: OpenSheet, key: str, form: ScoreForm) -> scoring.Saved:
    if saving.is_peek():
        with current.reading() as session:
            return scoring.as_saved(session, opened.competition, opened.sheet, key)
    offer = saving.offered(form.values())
    with current.writing() as session:
        saved = scoring.save_offer(
            session, opened.competition, opened.sheet, key, offer, actor=current.actor(), now=current.now()
        )
        if saved.outcome.clashes:
            scoring.set_aside(
                session,
                opened.sheet,
                key,
                fields={**saved.fields, **offer.fields},
                version=offer.version,
                now=current.now(),
            )
    return saved


def _answer(opened: OpenSheet, key: str, saved: scoring.Saved) -> ResponseReturnValue:
    where = url_for("reviewer.reviews.versions", uid=opened.uid, key=key)
    return saving.answer(
        saved.outcome,
        zone=opened.zone,
        difference=where if saved.outcome.clashes else None,
        message=saved.message if saved.outcome.clashes else "",
        total=show_exact(saved.so_far),
        out_of=show_exact(saved.out_of),
        given=f"{saved.given} of {saved.of}",
    )


def _keep_aside(opened: OpenSheet, key: str, form: ScoreForm) -> None:
    with current.writing() as session:
        scoring.set_aside(
            session, opened.sheet, key, fields=form.values(), version=form.base(), now=current.now()
        )


def _after(opened: OpenSheet, key: str) -> ResponseReturnValue:
    """Stay, go to the next sub-criterion, or to the check page, by the button that was pressed."""
    with current.reading() as session:
        keys = [leaf.key for leaf in rubric_of(session, opened.competition).leaves]
    if request.form.get("action") == "check" or (request.form.get("action") == "next" and key == keys[-1]):
        return go("reviewer.reviews.check", uid=opened.uid, said="Saved.")
    if request.form.get("action") == "next":
        return go("reviewer.reviews.sheet", uid=opened.uid, key=keys[keys.index(key) + 1], said="Saved.")
    return go("reviewer.reviews.sheet", uid=opened.uid, key=key, said="Saved.")


@pages.page(
    "/sheets/<uid>/score/<key>/versions",
    "versions",
    permission="sheet.write",
    load=sheets.open_sheet,
    methods=("GET", "POST"),
)
def versions(opened: OpenSheet, key: str) -> ResponseReturnValue:
    """Show both texts of two tabs or machines; nothing is lost until the author has chosen."""
    with current.reading() as session:
        view = _view(session, opened)
        aside = sheets.aside_of(session, opened.sheet.id, key)
    row = view.row(key)
    if row is None:
        raise NotFound
    form = ScoreForm(
        formdata=None, data={**(aside.fields if aside else row.fields), "version": str(row.version)}
    )
    if request.method == "POST":
        return _settle(opened, key)
    if aside is None:
        return redirect(url_for("reviewer.reviews.sheet", uid=opened.uid, key=key), 303)
    return page(
        form=form,
        opened=opened,
        row=row,
        aside=aside,
        rows=difference(row.fields, aside.fields),
    )


def _settle(opened: OpenSheet, key: str) -> ResponseReturnValue:
    form = ScoreForm()
    if not form.is_sent():
        return redirect(url_for("reviewer.reviews.versions", uid=opened.uid, key=key), 303)
    try:
        with current.writing() as session:
            if request.form.get("keep") != "stored":
                scoring.save_score(
                    session,
                    opened.competition,
                    opened.sheet,
                    key,
                    fields=form.values(),
                    version=form.base(),
                    actor=current.actor(),
                    now=current.now(),
                )
            scoring.settle(session, opened.sheet, request.form.get("aside", ""), now=current.now())
    except StaleVersion:
        _keep_aside(opened, key, form)
        return go("reviewer.reviews.versions", uid=opened.uid, key=key)
    return go("reviewer.reviews.sheet", uid=opened.uid, key=key, said="Kept. This is what stands now.")


@pages.page(
    "/sheets/<uid>/check",
    "check",
    permission="sheet.read_own",
    load=sheets.open_sheet,
    methods=("GET", "POST"),
    reads="score sheet",
)
def check(opened: OpenSheet) -> ResponseReturnValue:
    """See the whole sheet with its gaps and its sum, then submit it."""
    form = EarlyForm()
    if form.is_sent():
        try:
            return _submit(opened, str(form.early.data or ""))
        except Refused as refusal:
            if isinstance(refusal, MoveRefused):
                raise
            form.refuse(refusal)
    with current.reading() as session:
        view = _view(session, opened)
        kept = sheets.versions_of(session, opened.sheet.id)
    return page(form=form, opened=opened, view=view, kept=kept, is_early=_is_early(opened))


def _is_early(opened: OpenSheet) -> bool:
    """Ask whether this is a revision whose panel has its call still to come."""
    is_revision = opened.sheet.phase is Phase.FINAL and opened.panel is not None
    return is_revision and is_early(opened.panel.call_at if opened.panel else None, current.now())


def _submit(opened: OpenSheet, early: str) -> ResponseReturnValue:
    deed = scoring.stand if request.form.get("deed") == "stand" else scoring.submit
    with current.writing() as session:
        row = session.get_one(Sheet, opened.sheet.id)
        version = deed(
            session, opened.competition, row, early=early, actor=current.actor(), now=current.now()
        )
    said = "Your scores stand." if deed is scoring.stand else "Score sheet submitted."
    return go(
        "reviewer.reviews.check",
        uid=opened.uid,
        said=f"{said} Version {version.number}, SHA-256 {version.sha256[:12]}…",
    )


@pages.page("/sheets/<uid>/submit", "confirm", permission="sheet.submit", load=sheets.open_sheet)
def confirm(opened: OpenSheet) -> ResponseReturnValue:
    """Say what submitting means before it is done."""
    with current.reading() as session:
        view = _view(session, opened)
    if view.gaps or not view.is_writable:
        return redirect(url_for("reviewer.reviews.check", uid=opened.uid), 303)
    return page(form=EarlyForm(), opened=opened, view=view, is_early=_is_early(opened))


@pages.page(
    "/documents/<uid>",
    "document",
    permission="application.review",
    load=material.review_file_by_uid,
    reads="document",
)
def document(file: ReviewFile) -> ResponseReturnValue:
    """Send one file of the submission that stands."""
    return send_file_row(file.file_id)


@pages.page(
    "/applications/<uid>/conflict",
    "found_conflict",
    permission="application.review",
    load=material.application_by_uid,
    methods=("GET", "POST"),
)
def found_conflict(application: Application) -> ResponseReturnValue:
    """Close the door at once: a conflict was noticed while reading."""
    form = LaterConflictForm()
    if form.is_sent():
        with current.writing() as session:
            member = pool.membership_in(session, application.competition_id, current.actor().person_id or 0)
            if member is None:
                raise NotFound
            declare_later(
                session,
                member,
                application.id,
                kind=str(form.kind.data),
                note=str(form.note.data),
                actor=current.actor(),
                now=current.now(),
            )
        return go(
            "reviewer.reviews.index",
            said="The application is closed to you. Your program officer finds a replacement.",
        )
    with current.reading() as session:
        candidate = material.candidates_by_id(session, [application.id])[application.id]
    return page(form=form, candidate=candidate)


def _view(session: Session, opened: OpenSheet) -> SheetView:
    return sheet_view(session, opened, open_to=current.actor().assignments)
