"""A score sheet as its pages show it: rows with their state, the sum, one's own other scores, the content."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlmodel import Session

from grants import numbers
from grants.applications.rules.content import SubmissionContent, from_json
from grants.competitions.models import Criterion
from grants.competitions.queries import CriterionNode, criteria_of
from grants.findings import Finding
from grants.reviews.models import Phase, Score, Sheet
from grants.reviews.queries import sheets as stored
from grants.reviews.queries.sheets import OpenSheet
from grants.reviews.rules.sheets import gaps, locked_because
from grants.reviews.services.rubric import rubric_from
from grants.reviews.services.scoring import as_fields, changed_keys
from scoring.rubric import Leaf


@dataclass(frozen=True)
class Row:
    """One sub-criterion on one sheet."""

    number: int
    key: str
    title: str
    path: tuple[str, ...]
    most: Fraction
    guidance: str
    bands: list[dict[str, str]]
    fields: Mapping[str, str]
    version: int
    saved_at: datetime | None
    earlier: Fraction | None
    """Points given before the call, on a sheet that revises."""
    is_complete: bool
    has_text: bool
    others: tuple[tuple[str, Fraction], ...]
    """The reviewer's own points for the same sub-criterion on other applications."""

    @property
    def is_share(self) -> bool:
        """Ask whether full marks are a fraction, which nobody could type as a decimal."""
        return isinstance(numbers.plainly(self.most), Fraction)


@dataclass(frozen=True)
class SheetView:
    """A whole sheet."""

    rows: tuple[Row, ...]
    so_far: Fraction
    out_of: Fraction
    full: Fraction
    gaps: list[Finding]
    locked: str | None
    is_revision: bool
    has_changes: bool
    content: SubmissionContent | None
    undecided: tuple[tuple[Row, datetime], ...] = ()

    @property
    def is_writable(self) -> bool:
        """Ask whether the author may change the sheet now."""
        return self.locked is None

    @property
    def given(self) -> int:
        """Count the sub-criteria with points."""
        return sum(1 for row in self.rows if row.fields["points"])

    def row(self, key: str) -> Row | None:
        """Return one sub-criterion."""
        return next((row for row in self.rows if row.key == key), None)

    def before(self, row: Row) -> Row | None:
        """Return the sub-criterion before."""
        return self.rows[row.number - 2] if row.number > 1 else None

    def after(self, row: Row) -> Row | None:
        """Return the sub-criterion after."""
        return self.rows[row.number] if row.number < len(self.rows) else None


def sheet_view(session: Session, opened: OpenSheet, *, open_to: Collection[int]) -> SheetView:
    """Read a sheet with four queries: criteria, own entries on open applications, content, undecided."""
    criteria = criteria_of(session, opened.competition_id)
    rubric = rubric_from(criteria, opened.competition.total_points)
    entries = [
        (sheet, score)
        for sheet, score in stored.own_scores(session, opened.sheet)
        if sheet.application_id in open_to
    ]
    own = {score.criterion_key: score for sheet, score in entries if sheet.id == opened.sheet.id}
    earlier = _earlier(opened.sheet, entries)
    is_revision = opened.sheet.phase is Phase.FINAL
    changed = changed_keys(earlier, own) if is_revision else frozenset[str]()
    fields = {key: as_fields(score) for key, score in own.items()}
    missing = gaps([(leaf.key, leaf.title) for leaf in rubric.leaves], fields, changed=changed)
    incomplete = {finding.field for finding in missing}
    known = {node.criterion.key: node.criterion for top in criteria for node in _nodes(top)}
    rows = tuple(
        _row(number, leaf, known[leaf.key], own.get(leaf.key), earlier, incomplete, opened.sheet, entries)
        for number, leaf in enumerate(rubric.leaves, start=1)
    )
    answered = [row for row in rows if row.fields["points"]]
    by_key = {row.key: row for row in rows}
    is_asked = opened.has_undecided and _locked(opened) is None
    asides = stored.asides_of(session, opened.sheet.id) if is_asked else []
    return SheetView(
        rows=rows,
        so_far=sum((numbers.as_shown(row.fields["points"]) for row in answered), Fraction(0)),
        out_of=sum((row.most for row in answered), Fraction(0)),
        full=sum((leaf.points for leaf in rubric.leaves), Fraction(0)),
        gaps=missing,
        locked=_locked(opened),
        is_revision=is_revision,
        has_changes=bool(changed),
        content=_content_of(session, opened),
        undecided=tuple((by_key[one.criterion_key], one.at) for one in asides if one.criterion_key in by_key),
    )


def _content_of(session: Session, opened: OpenSheet) -> SubmissionContent | None:
    if opened.submission is None:
        return None
    return from_json(stored.submission_content(session, opened.submission.id))


def _row(
    number: int,
    leaf: Leaf,
    criterion: Criterion,
    score: Score | None,
    earlier: Mapping[str, Score],
    incomplete: set[str | None],
    sheet: Sheet,
    entries: list[tuple[Sheet, Score]],
) -> Row:
    before = earlier.get(leaf.key)
    return Row(
        number=number,
        key=leaf.key,
        title=leaf.title,
        path=leaf.path,
        most=leaf.points,
        guidance=criterion.guidance,
        bands=criterion.bands,
        fields=as_fields(score),
        version=score.version if score else 0,
        saved_at=score.updated_at if score else None,
        earlier=before.earned if before else None,
        is_complete=leaf.key not in incomplete,
        has_text=bool(score and (score.strengths or score.weaknesses)),
        others=_others(leaf.key, sheet, entries),
    )


def _others(key: str, sheet: Sheet, entries: list[tuple[Sheet, Score]]) -> tuple[tuple[str, Fraction], ...]:
    return tuple(
        (other.uid, score.earned)
        for other, score in entries
        if score.criterion_key == key
        and other.application_id != sheet.application_id
        and other.phase is sheet.phase
        and score.earned is not None
    )


def _earlier(sheet: Sheet, entries: list[tuple[Sheet, Score]]) -> dict[str, Score]:
    if sheet.phase is not Phase.FINAL:
        return {}
    return {
        score.criterion_key: score
        for other, score in entries
        if other.application_id == sheet.application_id and other.phase is Phase.INITIAL
    }


def _nodes(top: CriterionNode) -> list[CriterionNode]:
    return top.everything()


def _locked(opened: OpenSheet) -> str | None:
    return locked_because(
        status=opened.sheet.status,
        is_revision=opened.sheet.phase is Phase.FINAL,
        submitted_at=opened.sheet.submitted_at,
        panel=opened.panel.status if opened.panel else None,
        closed_at=opened.panel.closed_at if opened.panel else None,
        zone=opened.zone,
    )
