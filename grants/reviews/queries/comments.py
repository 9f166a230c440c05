"""Reads of what reviewers wrote, sheets together with their entries, and of what stands around it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.organizations.models import Organization
from grants.reviews.models import Panel, PanelRecord, Phase, Score, Sheet
from grants.reviews.queries.applications import Candidate, candidate_of
from grants.reviews.workflow import IN, PanelStatus


@dataclass(frozen=True)
class Discussed:
    """One application as a panel talks about it, with the chair's record, in one row."""

    application: Application
    organization: str
    competition: Competition
    panel: Panel | None
    record: PanelRecord | None
    __tablename__ = "application"

    @property
    def id(self) -> int:
        """Return the application's id."""
        return self.application.id

    @property
    def uid(self) -> str:
        """Return the application's name in URLs."""
        return self.application.uid

    @property
    def application_id(self) -> int:
        """Return the application, by which a conflict closes the door."""
        return self.application.id

    @property
    def number(self) -> str:
        """Return the application's number."""
        return self.application.number

    @property
    def state(self) -> str:
        """Return the state whose panel it is."""
        return self.application.state


def discussed_by_uid(session: Session, uid: str) -> Discussed | None:
    """Return an application with its panel and the record of the discussion, by its name in URLs."""
    rows = (
        select(Application, Organization.name, Competition, Panel)
        .add_columns(PanelRecord)
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .outerjoin(
            Panel,
            (col(Panel.competition_id) == col(Application.competition_id))
            & (col(Panel.state) == col(Application.state)),
        )
        .outerjoin(
            PanelRecord,
            (col(PanelRecord.panel_id) == col(Panel.id))
            & (col(PanelRecord.application_id) == col(Application.id)),
        )
        .where(col(Application.uid) == uid)
    )
    row = session.execute(rows).first()
    return Discussed(*row) if row is not None else None


@dataclass(frozen=True)
class Attended:
    """A panel with its competition, as its reviewers see it, in one row."""

    panel: Panel
    competition: Competition
    __tablename__ = "panel"

    @property
    def id(self) -> int:
        """Return the panel's id."""
        return self.panel.id

    @property
    def uid(self) -> str:
        """Return the panel's name in URLs."""
        return self.panel.uid

    @property
    def competition_id(self) -> int:
        """Return the competition, whose reviewers attend."""
        return self.panel.competition_id

    @property
    def state(self) -> str:
        """Return the state whose finalists are talked about."""
        return self.panel.state

    @property
    def status(self) -> PanelStatus:
        """Return whether the panel waits, is open or is closed."""
        return self.panel.status


def attended_by_uid(session: Session, uid: str) -> Attended | None:
    """Return a panel with its competition, by its name in URLs."""
    rows = (
        select(Panel, Competition)
        .join(Competition, col(Competition.id) == col(Panel.competition_id))
        .where(col(Panel.uid) == uid)
    )
    row = session.exec(rows).first()
    return Attended(*row) if row is not None else None


@dataclass(frozen=True)
class Written:
    """A score sheet with its entries by criterion."""

    sheet: Sheet
    scores: Mapping[str, Score]

    @property
    def total(self) -> Fraction:
        """Return the sum of the points."""
        return sum((score.earned or Fraction(0) for score in self.scores.values()), Fraction(0))


def written_on(session: Session, applications: Iterable[int]) -> list[Written]:
    """Return the sheets on applications that are in, with their entries, with one query."""
    rows = (
        select(Sheet, Score)
        .outerjoin(Score, col(Score.sheet_id) == col(Sheet.id))
        .where(col(Sheet.application_id).in_(list(applications)), col(Sheet.status).in_(IN))
        .order_by(col(Sheet.application_id), col(Sheet.id), col(Score.id))
    )
    found: dict[int, tuple[Sheet, dict[str, Score]]] = {}
    for sheet, score in session.exec(rows).all():
        _sheet, scores = found.setdefault(sheet.id, (sheet, {}))
        if score is not None:
            scores[score.criterion_key] = score
    return [Written(sheet, scores) for sheet, scores in found.values()]


@dataclass(frozen=True)
class Own:
    """A reviewer's own sheet to revise on a finalist, where the first one is in."""

    candidate: Candidate
    sheet: Sheet


def own_in_panel(session: Session, person_id: int, panel: Attended, applications: Iterable[int]) -> list[Own]:
    """Return a reviewer's sheets to revise in a panel, by number, where the first one is in.

    Others' scores are open on these applications and on no other.
    """
    first = aliased(Sheet)
    rows = (
        select(Application, Organization.name, Sheet)
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .join(Sheet, col(Sheet.application_id) == col(Application.id))
        .join(
            first,
            (col(first.application_id) == col(Sheet.application_id))
            & (col(first.person_id) == col(Sheet.person_id)),
        )
        .where(
            col(Sheet.person_id) == person_id,
            col(Sheet.phase) == Phase.FINAL,
            col(first.phase) == Phase.INITIAL,
            col(first.status).in_(IN),
            col(Sheet.competition_id) == panel.competition_id,
            col(Sheet.state) == panel.state,
            col(Application.id).in_(list(applications)),
        )
        .order_by(col(Application.number), col(Application.id))
    )
    return [Own(candidate_of(application, name), sheet) for application, name, sheet in session.exec(rows)]
