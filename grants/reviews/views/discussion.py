"""Staff: comments on one application side by side, and the chair's record of the discussion."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from flask import request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.competitions.rules.states import POSTAL_CODES
from grants.errors import NotFound, Refused, StaleVersion
from grants.reviews.forms.staff import RecordForm
from grants.reviews.models import PanelMember, PanelRecord, Phase
from grants.reviews.queries import comments, panels, pool
from grants.reviews.queries.comments import Discussed, Written
from grants.reviews.rules.timing import is_early
from grants.reviews.services import panels as chairing
from grants.reviews.services.rubric import rubric_of
from grants.reviews.services.seeing import require_own_in
from grants.reviews.views.audiences import staff as pages
from grants.versions import Outcome
from grants.web import current, saving
from grants.web.render import go, page


@dataclass(frozen=True)
class Column:
    """One reviewer's sheet on the application, before the call and after it."""

    seat: str
    name: str
    first: Written | None
    last: Written | None

    @property
    def acting(self) -> Written | None:
        """Return the sheet that counts: the revision where one is in."""
        return self.last or self.first

    @property
    def total(self) -> Fraction:
        """Return the sum of the points that count."""
        return self.acting.total if self.acting is not None else Fraction(0)

    @property
    def total_before(self) -> Fraction | None:
        """Return the sum before the call, if it was another."""
        before = self.first.total if self.first is not None else None
        return before if before != self.total else None


@pages.page(
    "/panels/applications/<uid>",
    "discussion",
    permission="sheet.read",
    load=comments.discussed_by_uid,
    reads="score sheet",
)
def discussion(opened: Discussed) -> ResponseReturnValue:
    """Show comments side by side by criterion, with the chair's record of the discussion."""
    return _discussion(opened)


def _discussion(
    opened: Discussed, form: RecordForm | None = None, *, status: int = 200
) -> ResponseReturnValue:
    with current.reading() as session:
        require_own_in(session, current.actor(), [opened.id])
        rows = comments.written_on(session, [opened.id])
        columns = _columns(rows, pool.members_of(session, opened.competition.id))
        leaves = rubric_of(session, opened.competition).leaves
    kept = opened.record
    if form is None:
        values = {"text": kept.text, "version": str(kept.version)} if kept else {}
        form = RecordForm(formdata=None, data=values)
    return page(
        "staff/reviews/discussion.html",
        form=form,
        competition=opened.competition,
        names=POSTAL_CODES,
        one=opened,
        panel=opened.panel,
        is_early=opened.panel is not None and is_early(opened.panel.call_at, current.now()),
        record=kept,
        columns=columns,
        leaves=leaves,
        status=status,
    )


def _columns(rows: Iterable[Written], members: list[PanelMember]) -> list[Column]:
    """Return each reviewer with a sheet in, in the order of seats."""
    seats, names = pool.seats(members), {one.person_id: one.name for one in members}
    found: dict[int, dict[Phase, Written]] = {}
    for row in rows:
        found.setdefault(row.sheet.person_id, {})[row.sheet.phase] = row
    columns = [
        Column(
            seats.get(person_id, "R?"),
            names.get(person_id, "A reviewer"),
            by.get(Phase.INITIAL),
            by.get(Phase.FINAL),
        )
        for person_id, by in found.items()
    ]
    return sorted(columns, key=lambda one: (len(one.seat), one.seat, one.name))


@pages.page(
    "/panels/applications/<uid>/record",
    "keep_record",
    permission="panel.record",
    load=comments.discussed_by_uid,
    methods=("POST",),
)
def keep_record(opened: Discussed) -> ResponseReturnValue:
    """Save the chair's record, sign it, or take the signature back."""
    form = RecordForm()
    if not form.is_sent():
        return _discussion(opened, form)
    if saving.by_script():
        return _record_by_script(opened, form)
    return _record(opened, form)


def _record_by_script(opened: Discussed, form: RecordForm) -> ResponseReturnValue:
    zone = opened.competition.zone
    if saving.is_peek():
        kept = _anew(opened).record
        if kept is None:
            raise NotFound
        outcome = Outcome(kept.version, kept.version, {"text": kept.text}, kept.updated_at)
        return saving.answer(outcome, zone=zone)
    offer = saving.offered({"text": _plain(form)})
    with current.writing() as session:
        stored = panels.panel_of(session, opened.competition.id, opened.state)
        if stored is None:
            raise NotFound
        actor, now = current.actor(), current.now()
        _row, outcome = chairing.offer_record(session, stored, opened.id, offer, actor, now)
    return saving.answer(outcome, zone=zone, message=chairing.RECORD_CLASH if outcome.clashes else "")


def _plain(form: RecordForm) -> str:
    return str(form.text.data or "").replace("\r\n", "\n")


def _record(opened: Discussed, form: RecordForm) -> ResponseReturnValue:
    deed = request.form.get("deed", "save")
    try:
        with current.writing() as session:
            _written(session, opened, form, deed)
    except StaleVersion as stale:
        form.version.data = str(stale.version)
        form.text.errors = [f"{stale.message} Stored now: {stale.current['text']}"]
        return _discussion(_anew(opened), form, status=409)
    except Refused as refusal:
        form.refuse(refusal)
        return _discussion(_anew(opened), form)
    said = {"sign": "Signed.", "unsign": "The signature is taken back."}.get(deed, "Saved.")
    return go("staff.reviews.discussion", uid=opened.uid, said=said)


def _anew(opened: Discussed) -> Discussed:
    """Read again what another may have changed meanwhile."""
    with current.reading() as session:
        return comments.discussed_by_uid(session, opened.uid) or opened


def _written(session: Session, opened: Discussed, form: RecordForm, deed: str) -> PanelRecord:
    actor, now = current.actor(), current.now()
    stored = panels.panel_of(session, opened.competition.id, opened.state)
    if stored is None:
        raise NotFound
    if deed == "unsign":
        return chairing.unsign_record(session, stored, opened.id, actor=actor, now=now)
    kept = chairing.write_record(
        session,
        stored,
        opened.id,
        text=_plain(form),
        version=form.base(),
        actor=actor,
        now=now,
    )
    if deed == "sign":
        early = str(form.early.data or "")
        kept = chairing.sign_record(session, stored, opened.id, early=early, actor=actor, now=now)
    return kept
