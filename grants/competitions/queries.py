"""Reads of competitions: by number, their parts, the notice as plain values."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, or_, union_all
from sqlalchemy import select as select_bare
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from grants.access.actor import Actor
from grants.access.check import may
from grants.competitions.models import (
    Amendment,
    Competition,
    ConfirmedText,
    Criterion,
    NoticeEdition,
    RequiredDocument,
    SectionSave,
    SelectionFactor,
    TargetState,
)
from grants.competitions.rules import notice as n
from grants.competitions.rules.confirming import without_marks
from grants.competitions.rules.plain import decode_section
from grants.competitions.rules.publication import PublicationFacts, publication_findings
from grants.competitions.rules.stage import Stage
from grants.competitions.rules.waiting import amendment_waiting, draft_waiting, is_near
from grants.competitions.workflow import CompetitionStatus
from grants.config import Mode
from grants.database import bare_rows, bare_table
from grants.findings import stops
from grants.lifecycle.queries import installation
from grants.lifecycle.waiting import Waiting
from grants.policies.rule_set import RuleSet

PAGE = 50
IDENTITY = tuple(item.name for item in fields(n.Identity))


@dataclass(frozen=True)
class CriterionNode:
    """One stored criterion with those below it, in published order."""

    criterion: Criterion
    children: tuple["CriterionNode", ...]

    @property
    def is_scored(self) -> bool:
        """Ask whether reviewers give points here: only where nothing stands below."""
        return not self.children

    def everything(self) -> list["CriterionNode"]:
        """List this criterion and all below it, parents before children."""
        return [self, *(found for child in self.children for found in child.everything())]


@dataclass(frozen=True)
class Weight:
    """One criterion as scoring needs it, without its guidance; `parent_id` is None at the top."""

    id: int
    parent_id: int | None
    key: str
    title: str
    points: Decimal | None
    children_equal: bool


def competition_by_number(session: Session, number: str) -> Competition | None:
    """Return the competition of this opportunity number."""
    return session.exec(select(Competition).where(col(Competition.number) == number)).first()


def competition_by_id(session: Session, competition_id: int) -> Competition | None:
    """Return a competition by its internal number."""
    return session.get(Competition, competition_id)


def states_of(session: Session, competition_id: int) -> list[TargetState]:
    """Return the target states in the order of the notice."""
    rows = (
        select(TargetState)
        .where(col(TargetState.competition_id) == competition_id)
        .order_by(col(TargetState.position), col(TargetState.id))
    )
    return list(session.exec(rows).all())


def criteria_rows(session: Session, competition_id: int) -> list[Criterion]:
    """Return the criteria in order of position among their siblings."""
    rows = select(Criterion).where(col(Criterion.competition_id) == competition_id)
    return list(session.exec(rows.order_by(col(Criterion.position), col(Criterion.id))).all())


def criteria_of(session: Session, competition_id: int) -> tuple[CriterionNode, ...]:
    """Return the criteria as a tree in published order."""
    return _below(criteria_rows(session, competition_id), None)


_BARE = bare_table(Criterion).c
_WEIGHTS = (
    select_bare(_BARE.id, _BARE.parent_id, _BARE.key, _BARE.title, _BARE.points, _BARE.children_equal)
    .where(_BARE.competition_id == bindparam("competition_id"))
    .order_by(_BARE.position, _BARE.id)
)
"""Built once: every save of a score asks it."""


def weights_of(session: Session, competition_id: int) -> list[Weight]:
    """Return every criterion for scoring, in order of position among its siblings."""
    return [Weight(*row) for row in bare_rows(session, _WEIGHTS, {"competition_id": competition_id})]


def factors_of(session: Session, competition_id: int) -> list[SelectionFactor]:
    """Return the published selection factors in order."""
    rows = (
        select(SelectionFactor)
        .where(col(SelectionFactor.competition_id) == competition_id)
        .order_by(col(SelectionFactor.position), col(SelectionFactor.id))
    )
    return list(session.exec(rows).all())


def documents_of(session: Session, competition_id: int) -> list[RequiredDocument]:
    """Return the documents of an application in the order of the notice."""
    rows = (
        select(RequiredDocument)
        .where(col(RequiredDocument.competition_id) == competition_id)
        .order_by(col(RequiredDocument.position), col(RequiredDocument.id))
    )
    return list(session.exec(rows).all())


def rule_set_of(competition: Competition) -> RuleSet | None:
    """Return the rules copied at publication; None while the competition is a draft."""
    return RuleSet.from_json(competition.rule_set) if competition.rule_set is not None else None


def confirmed_texts(session: Session, competition_id: int | None) -> list[ConfirmedText]:
    """Return what is confirmed of the law, and of a competition if one is given, the newest first."""
    where = or_(
        col(ConfirmedText.competition_id).is_(None), col(ConfirmedText.competition_id) == competition_id
    )
    rows = select(ConfirmedText).where(where, col(ConfirmedText.withdrawn_at).is_(None))
    return list(session.exec(rows.order_by(col(ConfirmedText.id).desc())).all())


def facts_of(
    session: Session, competition: Competition, at: datetime, notice: n.Notice | None = None
) -> PublicationFacts:
    """Return what publication at an instant is judged by: the notice, and what is confirmed of it."""
    facts = PublicationFacts(notice or notice_of(session, competition), at)
    held = confirmed_texts(session, competition.id)
    return replace(
        facts,
        confirmed=frozenset(one.digest for one in held if one.holds_until >= facts.published_on),
        must_confirm=is_production(session),
    )


def is_production(session: Session) -> bool:
    """Say whether this installation is no demonstration and no test: drafting notes stay inside."""
    house = installation(session)
    return house is not None and house.mode == Mode.PRODUCTION


def as_published(session: Session, competition: Competition, notice: n.Notice) -> n.Notice:
    """Return a notice as it goes out: without the marks of what is confirmed; in production without any."""
    if is_production(session):
        return replace(notice, confirm=n.Confirmations())
    confirmed = {one.digest for one in confirmed_texts(session, competition.id)}
    return without_marks(notice, confirmed)


def public_rules(session: Session, competition: Competition) -> RuleSet | None:
    """Return the rules as the public reads them: in production without a caution."""
    rules = rule_set_of(competition)
    return rules.as_law() if rules is not None and is_production(session) else rules


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return what the program officer has to do: drafts with what is missing, amendments not sent."""
    if not may(actor, "competition.create"):
        return []
    found = [
        draft_waiting(
            one.number,
            planned=one.planned_publication_on,
            zone=one.zone,
            found=stops(publication_findings(None, facts_of(session, one, now), now)),
        )
        for one in drafts(session, now)[:10]
    ]
    for one, amendment in _amendments_open(session):
        found.append(amendment_waiting(one.number, amendment, deadline=one.deadline_at, zone=one.zone))
    return found


def _amendments_open(session: Session) -> list[tuple[Competition, int]]:
    rows = (
        select(Competition, Amendment.number)
        .join(Amendment, col(Amendment.competition_id) == col(Competition.id))
        .where(
            col(Competition.status) == CompetitionStatus.PUBLISHED,
            col(Amendment.published_at).is_(None),
            col(Amendment.withdrawn_at).is_(None),
        )
        .order_by(col(Amendment.id))
    )
    return list(session.exec(rows).all())


def published_on(competition: Competition) -> date:
    """Return the day of publication in the competition's zone; a draft raises ValueError."""
    if competition.published_at is None:
        raise ValueError(f"{competition.number} is not published")
    return competition.published_at.astimezone(ZoneInfo(competition.zone)).date()


def notice_of(session: Session, competition: Competition) -> n.Notice:
    """Return the notice as it stands, as plain values."""
    identity = {name: getattr(competition, name) for name in IDENTITY}
    contact = {name: getattr(competition, f"contact_{name}") for name in ("name", "email", "phone", "hours")}
    return n.Notice(
        identity=n.Identity(**identity),
        goals=n.Goals(text=competition.goals),
        states=n.States(state=tuple(row.plain for row in states_of(session, competition.id))),
        dates=competition.dates,
        award=n.Award(
            years=competition.award_years,
            expected_award=competition.expected_award_on,
            expected_start=competition.expected_start,
        ),
        criteria=n.Criteria(
            total=competition.total_points,
            criterion=tuple(map(_criterion, criteria_of(session, competition.id))),
        ),
        ranking=competition.ranking,
        factors=n.Factors(factor=tuple(row.text for row in factors_of(session, competition.id))),
        documents=n.Documents(document=tuple(row.plain for row in documents_of(session, competition.id))),
        rules=n.Rules(
            cost_share=competition.cost_share_schedule,
            selected_again=competition.selected_again,
            location=competition.location_rule,
        ),
        contact=n.Contact(**contact),
        confirm=n.Confirmations(unconfirmed=tuple(n.Confirmation(**row) for row in competition.sample_notes)),
    )


def last_saves(session: Session, competition_id: int, edition: int = 0) -> dict[str, SectionSave]:
    """Return the last saved version of each section of an edition, by section."""
    rows = (
        select(SectionSave)
        .where(col(SectionSave.competition_id) == competition_id, col(SectionSave.edition) == edition)
        .order_by(col(SectionSave.version), col(SectionSave.id))
    )
    return {row.section: row for row in session.exec(rows).all()}


def save_of_version(
    session: Session, competition_id: int, edition: int, section: str, version: int
) -> SectionSave | None:
    """Return one saved version of a section."""
    rows = select(SectionSave).where(
        col(SectionSave.competition_id) == competition_id,
        col(SectionSave.edition) == edition,
        col(SectionSave.section) == section,
        col(SectionSave.version) == version,
    )
    return session.exec(rows).first()


def amendments_of(session: Session, competition_id: int) -> list[Amendment]:
    """Return the published amendments, the last one first."""
    rows = (
        select(Amendment)
        .where(col(Amendment.competition_id) == competition_id, col(Amendment.published_at).is_not(None))
        .order_by(col(Amendment.number).desc())
    )
    return list(session.exec(rows).all())


def amendment_in_preparation(session: Session, competition_id: int) -> Amendment | None:
    """Return the amendment that is being prepared, if there is one."""
    rows = select(Amendment).where(
        col(Amendment.competition_id) == competition_id,
        col(Amendment.published_at).is_(None),
        col(Amendment.withdrawn_at).is_(None),
    )
    return session.exec(rows.order_by(col(Amendment.number).desc())).first()


def next_amendment_number(session: Session, competition_id: int) -> int:
    """Return the number of the next amendment; the number of a withdrawn one is not used again."""
    rows = select(func.max(Amendment.number)).where(col(Amendment.competition_id) == competition_id)
    return (session.exec(rows).first() or 0) + 1


def amendment_by_uid(session: Session, uid: str) -> Amendment | None:
    """Return an amendment by its random name."""
    return session.exec(select(Amendment).where(col(Amendment.uid) == uid)).first()


def proposed_notice(session: Session, competition: Competition, amendment: Amendment) -> n.Notice:
    """Return the notice as it would stand after an amendment in preparation."""
    proposed = {
        section: decode_section(section, save.content)
        for section, save in last_saves(session, competition.id, amendment.number).items()
    }
    return n.with_sections(notice_of(session, competition), proposed)


def editions_of(session: Session, competition_id: int) -> list[NoticeEdition]:
    """Return the notice's editions, the newest first."""
    rows = (
        select(NoticeEdition)
        .where(col(NoticeEdition.competition_id) == competition_id)
        .order_by(col(NoticeEdition.edition).desc())
    )
    return list(session.exec(rows).all())


def edition_by_uid(session: Session, uid: str) -> NoticeEdition | None:
    """Return an edition of a notice by its random name."""
    return session.exec(select(NoticeEdition).where(col(NoticeEdition.uid) == uid)).first()


@dataclass(frozen=True)
class Listed:
    """One competition in a list: how many states, how much a year."""

    competition: Competition
    states: tuple[str, ...]
    per_year: int


@dataclass(frozen=True)
class Listing:
    """One page of competitions and how many there are."""

    rows: list[Listed]
    total: int
    page: int
    last_page: int


def competitions(
    session: Session, *, words: str = "", status: str = "", page: int = 1, now: datetime
) -> Listing:
    """Return one page of all competitions for staff, the newest deadline first, drafts on top."""
    found = _matching(select(Competition), words)
    if status in set(CompetitionStatus):
        found = found.where(col(Competition.status) == status)
    elif status in set(Stage):
        found = found.where(_in_stage(Stage(status), now))
    return _listing(session, found, lambda most: _drafts_first(found, most), page)


def public_competitions(
    session: Session, stage: Stage, *, words: str = "", page: int = 1, now: datetime
) -> Listing:
    """Return one page of the published competitions of a stage: by deadline, past ones newest first."""
    found = _matching(select(Competition), words).where(_in_stage(stage, now))
    deadline = col(Competition.deadline_at)
    order = (deadline.desc() if stage is Stage.CLOSED else deadline, col(Competition.id))
    ids = found.with_only_columns(col(Competition.id)).order_by(*order)
    return _listing(session, found, lambda _most: ids, page)


def open_competitions(session: Session, now: datetime) -> list[Competition]:
    """Return what accepts applications at this instant, the next deadline first."""
    rows = select(Competition).where(_in_stage(Stage.OPEN, now))
    return list(session.exec(rows.order_by(col(Competition.deadline_at), col(Competition.id))).all())


def drafts(session: Session, now: datetime) -> list[Competition]:
    """Return the competitions in preparation that have a date near this instant, the oldest first."""
    rows = select(Competition).where(col(Competition.status) == CompetitionStatus.DRAFT)
    found = session.exec(rows.order_by(col(Competition.id))).all()
    return [one for one in found if is_near(one.planned_publication_on, one.deadline_at, now)]


@dataclass(frozen=True)
class StateRound:
    """One state in one published competition."""

    target: TargetState
    competition: Competition


def rounds_by_state(session: Session) -> list[StateRound]:
    """Return every state of every competition that was published, the newest competition first."""
    rows = (
        select(TargetState, Competition)
        .join(Competition, col(Competition.id) == col(TargetState.competition_id))
        .where(col(Competition.status).in_([CompetitionStatus.PUBLISHED, CompetitionStatus.DECIDED]))
        .order_by(col(Competition.published_at).desc(), col(Competition.id).desc(), col(TargetState.state))
    )
    return [StateRound(target, competition) for target, competition in session.exec(rows).all()]


def _matching(found: SelectOfScalar[Competition], words: str) -> SelectOfScalar[Competition]:
    for word in words.split()[:6]:
        like = f"%{word.replace('%', '').replace('_', '')[:60]}%"
        in_state = select(TargetState.competition_id).where(col(TargetState.state) == word.upper())
        found = found.where(
            or_(
                col(Competition.number).ilike(like),
                col(Competition.title).ilike(like),
                col(Competition.id).in_(in_state),
            )
        )
    return found


def _in_stage(stage: Stage, now: datetime) -> ColumnElement[bool]:
    published = col(Competition.status) == CompetitionStatus.PUBLISHED
    opens = func.coalesce(col(Competition.opens_at), col(Competition.published_at))
    match stage:
        case Stage.COMING:
            return and_(published, opens > now, col(Competition.deadline_at) >= now)
        case Stage.OPEN:
            return and_(published, opens <= now, col(Competition.deadline_at) >= now)
    past = and_(published, col(Competition.deadline_at) < now)
    over = col(Competition.status).in_([CompetitionStatus.DECIDED, CompetitionStatus.CANCELED])
    return or_(past, over)


def _drafts_first(found: SelectOfScalar[Competition], most: int) -> Select[int]:
    """Choose ids: drafts, then the others by deadline, each part by its index and no longer than needed."""
    is_draft, deadline = col(Competition.status) == CompetitionStatus.DRAFT, col(Competition.deadline_at)
    parts = [
        found.where(part)
        .with_only_columns(col(Competition.id), deadline, literal(place).label("place"))
        .order_by(deadline.desc(), col(Competition.id).desc())
        .limit(most)
        .subquery()
        for place, part in enumerate((is_draft, ~is_draft))
    ]
    both = union_all(*(select_bare(part) for part in parts)).subquery().c
    return select_bare(both.id).order_by(both.place, both.deadline_at.desc(), both.id.desc())


def _listing(
    session: Session, found: SelectOfScalar[Competition], ids: Callable[[int], Select[int]], page: int
) -> Listing:
    """Read one page; `ids` orders the ids of as many as are asked for, since whole rows sort slowly."""
    total = session.connection().scalar(found.with_only_columns(func.count(col(Competition.id)))) or 0
    last_page = max(1, -(-total // PAGE))
    page = min(max(page, 1), last_page)
    chosen = ids(page * PAGE).limit(PAGE).offset((page - 1) * PAGE)
    numbers = list(session.connection().scalars(chosen))
    whole = session.exec(select(Competition).where(col(Competition.id).in_(numbers))).all()
    rows = sorted(whole, key=lambda row: numbers.index(row.id))
    states = _states_by_competition(session, [row.id for row in rows])
    return Listing([_listed(row, states.get(row.id, [])) for row in rows], total, page, last_page)


def _listed(competition: Competition, states: list[TargetState]) -> Listed:
    per_year = sum(state.federal_per_year or 0 for state in states)
    return Listed(competition, tuple(state.state for state in states), per_year)


def _states_by_competition(session: Session, ids: list[int]) -> dict[int, list[TargetState]]:
    rows = (
        select(TargetState)
        .where(col(TargetState.competition_id).in_(ids))
        .order_by(col(TargetState.position), col(TargetState.id))
    )
    found: dict[int, list[TargetState]] = {}
    for row in session.exec(rows).all():
        found.setdefault(row.competition_id, []).append(row)
    return found


def _criterion(node: CriterionNode) -> n.CriterionPlan:
    row = node.criterion
    return n.CriterionPlan(
        key=row.key,
        title=row.title,
        points=row.points,
        equal=row.children_equal,
        guidance=row.guidance,
        word_limit=row.word_limit,
        band=tuple(
            n.Band(low=Decimal(band["low"]), high=Decimal(band["high"]), text=band["text"])
            for band in row.bands
        ),
        criterion=tuple(map(_criterion, node.children)),
    )


def _below(rows: list[Criterion], parent_id: int | None) -> tuple[CriterionNode, ...]:
    return tuple(CriterionNode(row, _below(rows, row.id)) for row in rows if row.parent_id == parent_id)
