"""Reads of score sheets: one to work on, one person's own, all submitted ones of a state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists
from sqlalchemy import select as select_bare
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from grants.applications.models import Application, Submission
from grants.competitions.models import Competition
from grants.database import bare_rows, bare_table
from grants.organizations.models import Organization
from grants.reviews.models import (
    Assignment,
    Panel,
    Phase,
    Score,
    ScoreAside,
    ScoreVersion,
    Sheet,
    SheetVersion,
)
from grants.reviews.workflow import IN, AssignmentStatus, PanelStatus, SheetStatus


@dataclass(frozen=True)
class OpenSheet:
    """A score sheet with everything its pages show around it, in one row."""

    sheet: Sheet
    application: Application
    organization: str
    competition: Competition
    submission: Submission | None
    panel: Panel | None
    due_at: datetime | None
    has_undecided: bool
    __tablename__ = "sheet"

    @property
    def id(self) -> int:
        """Return the sheet's id."""
        return self.sheet.id

    @property
    def uid(self) -> str:
        """Return the sheet's name in URLs."""
        return self.sheet.uid

    @property
    def person_id(self) -> int:
        """Return whose sheet it is, for the policy."""
        return self.sheet.person_id

    @property
    def application_id(self) -> int:
        """Return the application, by which a conflict closes the door."""
        return self.sheet.application_id

    @property
    def competition_id(self) -> int:
        """Return the competition."""
        return self.sheet.competition_id

    @property
    def zone(self) -> str:
        """Return the zone in which instants are written."""
        return self.competition.zone


_OPEN_SHEET = (
    select(Sheet, Application, Organization.name, Competition)
    .add_columns(
        Submission,
        Panel,
        Assignment,
        exists()
        .where(col(ScoreAside.sheet_id) == col(Sheet.id), col(ScoreAside.settled_at).is_(None))
        .label("has_undecided"),
    )
    .join(Application, col(Application.id) == col(Sheet.application_id))
    .join(Organization, col(Organization.id) == col(Application.organization_id))
    .join(Competition, col(Competition.id) == col(Sheet.competition_id))
    .outerjoin(
        Submission,
        (col(Submission.application_id) == col(Application.id)) & col(Submission.replaced_at).is_(None),
    )
    .outerjoin(
        Panel,
        (col(Panel.competition_id) == col(Sheet.competition_id)) & (col(Panel.state) == col(Sheet.state)),
    )
    .outerjoin(
        Assignment,
        (col(Assignment.application_id) == col(Sheet.application_id))
        & (col(Assignment.person_id) == col(Sheet.person_id))
        & (col(Assignment.status) == AssignmentStatus.SENT),
    )
    .where(col(Sheet.uid) == bindparam("sheet_uid"))
    .options(
        defer(Competition.rule_set, raiseload=True),  # type: ignore[arg-type]  # SQLModel says it is a dict
        defer(Submission.content, raiseload=True),  # type: ignore[arg-type]  # the same
    )
)
"""Built once: every save of every reviewer asks it; the two long documents are read where they are shown."""


def open_sheet(session: Session, uid: str) -> OpenSheet | None:
    """Return a score sheet with its application, submission and panel, by its name in URLs."""
    row = session.execute(_OPEN_SHEET, {"sheet_uid": uid}).first()
    if row is None:
        return None
    sheet, application, organization, competition, submission, panel, assignment, has_undecided = row
    return OpenSheet(
        sheet,
        application,
        organization,
        competition,
        submission,
        panel,
        sheet.due_at if sheet.phase is Phase.FINAL else assignment.due_at if assignment else None,
        bool(has_undecided),
    )


def sheet_by_uid(session: Session, uid: str) -> Sheet | None:
    """Return the bare sheet by its name in URLs."""
    return session.exec(select(Sheet).where(col(Sheet.uid) == uid)).first()


@dataclass(frozen=True)
class LockedSheet:
    """What decides now whether a sheet may be written: its row is locked until the commit."""

    id: int
    competition_id: int
    application_id: int
    person_id: int
    status: SheetStatus
    phase: Phase
    submitted_at: datetime | None
    panel_status: PanelStatus | None
    panel_closed_at: datetime | None


_SHEETS, _PANELS, _SCORES = bare_table(Sheet), bare_table(Panel), bare_table(Score)
_PANEL_OF_SHEET = (_PANELS.c.competition_id == _SHEETS.c.competition_id) & (
    _PANELS.c.state == _SHEETS.c.state
)
_LOCKED_SHEET = (
    select_bare(
        _SHEETS.c.id,
        _SHEETS.c.competition_id,
        _SHEETS.c.application_id,
        _SHEETS.c.person_id,
        _SHEETS.c.status,
        _SHEETS.c.phase,
        _SHEETS.c.submitted_at,
        _PANELS.c.status,
        _PANELS.c.closed_at,
    )
    .join_from(_SHEETS, _PANELS, _PANEL_OF_SHEET, isouter=True)
    .where(_SHEETS.c.id == bindparam("sheet_id"))
    .with_for_update(of=_SHEETS)
)
_HELD_PANEL = (
    select_bare(_PANELS.c.id)
    .where(_PANELS.c.competition_id == bindparam("competition_id"), _PANELS.c.state == bindparam("state"))
    .with_for_update(read=True)
)
_SCORES_OF_SHEET = select_bare(_SCORES).where(_SCORES.c.sheet_id == bindparam("sheet_id"))


def locked_sheet(session: Session, sheet_id: int) -> LockedSheet:
    """Return a sheet with its state's panel as they are now; the sheet's row is locked."""
    return LockedSheet(*bare_rows(session, _LOCKED_SHEET, {"sheet_id": sheet_id}).one())


def hold_panel(session: Session, sheet: Sheet) -> None:
    """Keep the panel of a sheet's state as it is until the commit: who closes it waits for this sheet."""
    bare_rows(session, _HELD_PANEL, {"competition_id": sheet.competition_id, "state": sheet.state}).all()


def written_scores(session: Session, sheet_id: int) -> dict[str, Row[Any]]:
    """Return the bare rows of a sheet's entries by criterion, for a save while others wait."""
    rows = bare_rows(session, _SCORES_OF_SHEET, {"sheet_id": sheet_id}).all()
    return {row.criterion_key: row for row in rows}


def submission_content(session: Session, submission_id: int) -> Mapping[str, Any]:
    """Return what was submitted, the one long document that `open_sheet` leaves out."""
    rows = select(Submission.content).where(col(Submission.id) == submission_id)
    return session.exec(rows).one()


def scores_of(session: Session, sheet_id: int) -> dict[str, Score]:
    """Return a sheet's entries by criterion."""
    return scores_of_many(session, [sheet_id]).get(sheet_id, {})


def scores_of_many(session: Session, sheets: Iterable[int]) -> dict[int, dict[str, Score]]:
    """Return the entries of several sheets, by sheet and criterion."""
    rows = (
        select(Score)
        .where(col(Score.sheet_id).in_(list(sheets)))
        .order_by(col(Score.id))
        .execution_options(populate_existing=True)  # saves write past the session
    )
    found: dict[int, dict[str, Score]] = {}
    for row in session.exec(rows).all():
        found.setdefault(row.sheet_id, {})[row.criterion_key] = row
    return found


def own_scores(session: Session, sheet: Sheet) -> list[tuple[Sheet, Score]]:
    """Return the entries of every sheet of the same person and competition, this one's included."""
    rows = (
        select(Sheet, Score)
        .join(Score, col(Score.sheet_id) == col(Sheet.id))
        .where(
            col(Sheet.competition_id) == sheet.competition_id,
            col(Sheet.person_id) == sheet.person_id,
        )
        .order_by(col(Sheet.id), col(Score.id))
    )
    return list(session.exec(rows).all())


def score_version(session: Session, sheet_id: int, key: str, version: int) -> ScoreVersion | None:
    """Return what a sub-criterion held at one version."""
    return session.exec(
        select(ScoreVersion).where(
            col(ScoreVersion.sheet_id) == sheet_id,
            col(ScoreVersion.criterion_key) == key,
            col(ScoreVersion.version) == version,
        )
    ).first()


def aside_of(session: Session, sheet_id: int, key: str) -> ScoreAside | None:
    """Return the last text that was set aside for a sub-criterion and not settled."""
    return session.exec(
        select(ScoreAside)
        .where(
            col(ScoreAside.sheet_id) == sheet_id,
            col(ScoreAside.criterion_key) == key,
            col(ScoreAside.settled_at).is_(None),
        )
        .order_by(col(ScoreAside.id).desc())
    ).first()


def asides_of(session: Session, sheet_id: int) -> list[ScoreAside]:
    """Return everything of a sheet that was set aside and not settled, oldest first."""
    rows = select(ScoreAside).where(
        col(ScoreAside.sheet_id) == sheet_id, col(ScoreAside.settled_at).is_(None)
    )
    return list(session.exec(rows.order_by(col(ScoreAside.id))).all())


def own_sheets(session: Session, person_id: int, applications: Iterable[int]) -> list[Sheet]:
    """Return a reviewer's own sheets on the applications open to them, by state and application."""
    rows = (
        select(Sheet)
        .where(col(Sheet.person_id) == person_id, col(Sheet.application_id).in_(list(applications)))
        .order_by(col(Sheet.state), col(Sheet.application_id), col(Sheet.id))
    )
    return list(session.exec(rows).all())


def sheet_in_phase(session: Session, application_id: int, person_id: int, phase: Phase) -> Sheet | None:
    """Return one person's sheet on one application in one phase."""
    return session.exec(
        select(Sheet).where(
            col(Sheet.application_id) == application_id,
            col(Sheet.person_id) == person_id,
            col(Sheet.phase) == phase,
        )
    ).first()


def sheets_of(
    session: Session, competition_id: int, *, state: str | None = None, without: Iterable[int] = ()
) -> list[Sheet]:
    """Return every sheet of a competition or state, without applications closed to the reader."""
    rows = (
        select(Sheet)
        .where(col(Sheet.competition_id) == competition_id, col(Sheet.application_id).not_in(list(without)))
        .order_by(col(Sheet.state), col(Sheet.application_id), col(Sheet.id))
    )
    if state is not None:
        rows = rows.where(col(Sheet.state) == state)
    return list(session.exec(rows).all())


def versions_of(session: Session, sheet_id: int) -> list[SheetVersion]:
    """Return a sheet as it was submitted, every time, oldest first."""
    rows = (
        select(SheetVersion).where(col(SheetVersion.sheet_id) == sheet_id).order_by(col(SheetVersion.number))
    )
    return list(session.exec(rows).all())


def has_open_sheet(session: Session, person_id: int, applications: Iterable[int]) -> bool:
    """Ask whether a person still owes a sheet on one of these applications."""
    row = session.exec(
        select(Sheet.id).where(
            col(Sheet.person_id) == person_id,
            col(Sheet.application_id).in_(list(applications)),
            col(Sheet.status).in_([SheetStatus.OPEN, SheetStatus.RETURNED]),
            col(Sheet.phase) == Phase.INITIAL,
        )
    ).first()
    return row is not None


def last_saved(session: Session, sheets: Iterable[int]) -> dict[int, tuple[int, datetime]]:
    """Return how many sub-criteria have points and when the last save was, by sheet; never the points."""
    rows = select(Score.sheet_id, col(Score.points).is_not(None), Score.updated_at).where(
        col(Score.sheet_id).in_(list(sheets))
    )
    found: dict[int, tuple[int, datetime]] = {}
    for sheet_id, has_points, at in session.exec(rows).all():
        filled, last = found.get(sheet_id, (0, at))
        found[sheet_id] = (filled + has_points, max(last, at))
    return found


def is_in(sheet: Sheet) -> bool:
    """Ask whether a sheet is submitted."""
    return sheet.status in IN
