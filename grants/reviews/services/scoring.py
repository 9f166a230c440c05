"""A score sheet in its author's hands: save one sub-criterion, submit the whole, get it back."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, bindparam, insert, update
from sqlmodel import Session

from grants import numbers
from grants.access.actor import Actor
from grants.access.check import require
from grants.competitions.models import Competition
from grants.database import bare_table, new_uid
from grants.errors import MoveRefused, NotFound, Refused, StaleVersion, refuse
from grants.findings import Finding
from grants.lifecycle.perform import perform
from grants.lifecycle.queries import lock
from grants.numbers import NumberError
from grants.reviews.models import Phase, Score, ScoreAside, ScoreVersion, Sheet, SheetVersion
from grants.reviews.queries import sheets as stored
from grants.reviews.queries.panels import panel_of
from grants.reviews.queries.sheets import LockedSheet
from grants.reviews.rules.points import columns, earned
from grants.reviews.rules.sheets import EMPTY, FIELDS, LONGEST, gaps, locked_because
from grants.reviews.rules.timing import early_reason
from grants.reviews.services import statistics
from grants.reviews.services.rubric import rubric_of
from grants.versions import Offer, Outcome, based_on, covers, merge
from grants.web.filters import clock_time
from scoring.exact import show_exact
from scoring.rubric import Leaf, Rubric
from scoring.scoresheet import entry_fault


@dataclass(frozen=True)
class Saved:
    """What became of one save of a sub-criterion, and where the sheet stands now."""

    outcome: Outcome
    message: str
    so_far: Fraction
    out_of: Fraction
    given: int
    of: int

    @property
    def version(self) -> int:
        """Return the version that is stored now."""
        return self.outcome.version

    @property
    def fields(self) -> Mapping[str, str]:
        """Return everything that is stored now."""
        return self.outcome.fields


def save_score(
    session: Session,
    competition: Competition,
    sheet: Sheet,
    key: str,
    *,
    fields: Mapping[str, str],
    version: int,
    actor: Actor,
    now: datetime,
) -> Saved:
    """Save one whole sub-criterion as it was typed on top of `version`, all of it or nothing.

    Another tab's or machine's change to other fields is merged; a change of the same field raises
    `StaleVersion` with both texts. The same content again is a success. Raises `Refused` for points
    outside the published scale and `MoveRefused` where the sheet is locked.
    """
    offer = Offer(fields, version)
    saved = save_offer(session, competition, sheet, key, offer, actor=actor, now=now)
    if saved.outcome.refused:
        raise Refused(saved.outcome.refused)
    if saved.outcome.clashes:
        raise StaleVersion(
            saved.message, current=dict(saved.fields), offered=_tidy(fields, FIELDS), version=saved.version
        )
    return saved


def save_offer(
    session: Session,
    competition: Competition,
    sheet: Sheet,
    key: str,
    offer: Offer,
    *,
    actor: Actor,
    now: datetime,
) -> Saved:
    """Store every field of an offer that can be stored; the outcome says what became of the others.

    One field that is no value, or that another tab changed as well, never stops the others.
    """
    locked = stored.locked_sheet(session, sheet.id)
    require(actor, "sheet.write", locked)
    require_writable(locked, competition.zone)
    rubric = rubric_of(session, competition)
    leaf = leaf_of(rubric, key)
    scores = stored.written_scores(session, locked.id)
    current = scores.get(key)
    there = as_fields(current)
    offered = _tidy(offer.fields, FIELDS if offer.bases is None else offer.bases, leaf.points)
    refused = _faults(leaf, offered)
    good = {name: text for name, text in offered.items() if name not in {one.field for one in refused}}
    merged = merge(there, good, _bases(session, current, there, offer))
    number = found = current.version if current is not None else 0
    at = current.updated_at if current is not None else None
    if merged.fields != there or (current is None and not refused):
        number, at = found + 1, now
        _write(session, locked.id, key, number, merged.fields, now)
    outcome = Outcome(number, found, _as_stored(merged.fields), at, refused, merged.clashes)
    points = _entered(scores) | {key: points_of(merged.fields)}
    return _saved(outcome, _clash_words(current, competition.zone), rubric, points)


def as_saved(session: Session, competition: Competition, sheet: Sheet, key: str) -> Saved:
    """Return where a sub-criterion and its sheet stand, for who comes back to an open page."""
    rubric = rubric_of(session, competition)
    leaf_of(rubric, key)
    scores = stored.written_scores(session, sheet.id)
    row = scores.get(key)
    version, at = (row.version, row.updated_at) if row is not None else (0, None)
    outcome = Outcome(version, version, as_fields(row), at)
    return _saved(outcome, "", rubric, _entered(scores))


def _clash_words(current: Row[Any] | None, zone: str) -> str:
    if current is None:
        return ""
    return (
        f"You saved this in another tab or on another machine at {clock_time(current.updated_at, zone)} "
        "while you wrote here. Nothing is lost."
    )


def _entered(scores: Mapping[str, Row[Any]]) -> dict[str, Decimal | Fraction | None]:
    return {name: earned(score.points, score.exact) for name, score in scores.items()}


def _saved(
    outcome: Outcome, message: str, rubric: Rubric, entered: Mapping[str, Decimal | Fraction | None]
) -> Saved:
    given = {name: points for name, points in entered.items() if points is not None}
    return Saved(
        outcome,
        message,
        sum((Fraction(points) for points in given.values()), Fraction(0)),
        sum((leaf.points for leaf in rubric.leaves if leaf.key in given), Fraction(0)),
        len(given),
        len(rubric.leaves),
    )


def set_aside(
    session: Session, sheet: Sheet, key: str, *, fields: Mapping[str, str], version: int, now: datetime
) -> ScoreAside:
    """Keep what was typed on top of an old version until its author has chosen."""
    typed = _tidy(fields, FIELDS)
    for earlier in stored.asides_of(session, sheet.id):
        if earlier.criterion_key == key and covers(typed, earlier.fields):
            earlier.settled_at = now
            session.add(earlier)
    kept = ScoreAside(sheet_id=sheet.id, criterion_key=key, fields=typed, base_version=version, at=now)
    session.add(kept)
    return kept


def settle(session: Session, sheet: Sheet, uid: str, *, now: datetime) -> None:
    """Note that the author chose between two texts; what was set aside stays on record."""
    for kept in stored.asides_of(session, sheet.id):
        if kept.uid == uid:
            kept.settled_at = now
            session.add(kept)


def submit(
    session: Session, competition: Competition, sheet: Sheet, *, early: str = "", actor: Actor, now: datetime
) -> SheetVersion:
    """Submit a whole sheet; it is locked and kept as it is, with its hash.

    A revision before the panel's call needs a reason for that (`early`).
    """
    _take(session, competition, sheet, actor)
    why = _early(session, competition, sheet, early, now)
    rubric = rubric_of(session, competition)
    scores = stored.scores_of(session, sheet.id)
    missing = findings_of(session, sheet, rubric, scores)
    return _lock(session, sheet, rubric, scores, missing=missing, reason=why, actor=actor, now=now)


def stand(
    session: Session, competition: Competition, sheet: Sheet, *, early: str = "", actor: Actor, now: datetime
) -> SheetVersion:
    """Declare that the scores given before the call stand; a deed like a revision, and recorded."""
    _take(session, competition, sheet, actor)
    if sheet.phase is not Phase.FINAL:
        raise NotFound
    rubric = rubric_of(session, competition)
    scores = stored.scores_of(session, sheet.id)
    if changed_keys(earlier_scores(session, sheet), scores):
        raise refuse(
            "changed", "You changed points on this sheet. Submit the revised sheet, or change them back."
        )
    why = " ".join(filter(None, ("My scores stand.", _early(session, competition, sheet, early, now))))
    sheet.stood = True
    return _lock(session, sheet, rubric, scores, missing=[], reason=why, actor=actor, now=now)


def _early(
    session: Session, competition: Competition, sheet: Sheet, reason: str, now: datetime
) -> str | None:
    """Return why a revision comes before the call; None for one that does not, and for a first sheet."""
    panel = panel_of(session, sheet.competition_id, sheet.state) if sheet.phase is Phase.FINAL else None
    call_at = panel.call_at if panel is not None else None
    why = early_reason(call_at, reason, deed="revise", now=now, zone=competition.zone)
    return f"Before the call: {why}" if why else None


def _take(session: Session, competition: Competition, sheet: Sheet, actor: Actor) -> None:
    """Lock a whole sheet and read it anew, to be submitted by its author while its panel stays as it is."""
    stored.hold_panel(session, sheet)  # before the sheet, as closing a panel takes them in this order
    lock(session, sheet)
    require(actor, "sheet.submit", sheet)
    require_writable(stored.locked_sheet(session, sheet.id), competition.zone)


def return_sheet(session: Session, sheet: Sheet, *, reason: str, actor: Actor, now: datetime) -> None:
    """Give a submitted sheet back to its author; the submitted version stays."""
    if not reason.strip():
        raise refuse("reason", "Write what the reviewer should look at again.", field="reason")
    perform(session, sheet, "return", actor=actor, now=now, reason=reason)
    sheet.returned_reason, sheet.returned_at = reason, now
    session.add(sheet)


def findings_of(session: Session, sheet: Sheet, rubric: Rubric, scores: Mapping[str, Score]) -> list[Finding]:
    """Return what keeps a sheet from being submitted, one finding per gap."""
    before = earlier_scores(session, sheet) if sheet.phase is Phase.FINAL else None
    return gaps(
        [(leaf.key, leaf.title) for leaf in rubric.leaves],
        {key: as_fields(score) for key, score in scores.items()},
        changed=changed_keys(before, scores) if before is not None else frozenset(),
    )


def earlier_scores(session: Session, sheet: Sheet) -> dict[str, Score]:
    """Return the same reviewer's entries from before the call; empty for a first sheet."""
    if sheet.phase is not Phase.FINAL:
        return {}
    first = stored.sheet_in_phase(session, sheet.application_id, sheet.person_id, Phase.INITIAL)
    return stored.scores_of(session, first.id) if first is not None else {}


def changed_keys(before: Mapping[str, Score], after: Mapping[str, Score]) -> frozenset[str]:
    """Return the sub-criteria whose points differ from those given before the call."""
    return frozenset(
        key for key, score in after.items() if key not in before or before[key].earned != score.earned
    )


def require_writable(sheet: LockedSheet, zone: str) -> None:
    """Raise with the reason unless the sheet's author may change it now."""
    why = locked_because(
        status=sheet.status,
        is_revision=sheet.phase is Phase.FINAL,
        submitted_at=sheet.submitted_at,
        panel=sheet.panel_status,
        closed_at=sheet.panel_closed_at,
        zone=zone,
    )
    if why is not None:
        raise MoveRefused([Finding("locked", why, field="status")])


def leaf_of(rubric: Rubric, key: str) -> Leaf:
    """Return one scored criterion; there is none other."""
    for leaf in rubric.leaves:
        if leaf.key == key:
            return leaf
    raise NotFound


def as_fields(score: Score | Row[Any] | None) -> dict[str, str]:
    """Return a stored entry, or its bare row, as the form's fields."""
    if score is None:
        return dict(EMPTY)
    return {
        "points": _shown(earned(score.points, score.exact)),
        "strengths": score.strengths,
        "weaknesses": score.weaknesses,
        "agency_comment": score.agency_comment,
        "change_reason": score.change_reason,
    }


def _lock(
    session: Session,
    sheet: Sheet,
    rubric: Rubric,
    scores: Mapping[str, Score],
    *,
    missing: list[Finding],
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> SheetVersion:
    content = _content(sheet, rubric, scores)
    sha256 = hashlib.sha256(_canonical(content)).hexdigest()
    why = reason or (f"Returned: {sheet.returned_reason}" if sheet.returned_reason else None)
    number = sheet.number + 1
    perform(
        session,
        sheet,
        "submit",
        actor=actor,
        now=now,
        facts=missing,
        reason=reason,
        noted={"version": number, "sha256": sha256, "phase": str(sheet.phase)},
    )
    sheet.submitted_at, sheet.number = now, number
    session.add(sheet)
    version = _kept(sheet, content, sha256, number=number, reason=why, now=now)
    session.add(version)
    statistics.when_complete(session, sheet, actor=actor, now=now)
    return version


def _kept(
    sheet: Sheet, content: dict[str, Any], sha256: str, *, number: int, reason: str | None, now: datetime
) -> SheetVersion:
    return SheetVersion(
        sheet_id=sheet.id,
        application_id=sheet.application_id,
        number=number,
        phase=sheet.phase,
        content=content,
        sha256=sha256,
        author_id=sheet.person_id,
        at=now,
        reason=reason,
    )


def _content(sheet: Sheet, rubric: Rubric, scores: Mapping[str, Score]) -> dict[str, Any]:
    rows = {leaf.key: {**as_fields(scores.get(leaf.key)), "title": leaf.title} for leaf in rubric.leaves}
    total = sum((score.earned or Fraction(0) for score in scores.values()), Fraction(0))
    return {"sheet": sheet.uid, "phase": str(sheet.phase), "criteria": rows, "total": show_exact(total)}


def _canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def points_of(fields: Mapping[str, str]) -> Decimal | Fraction | None:
    """Return the points among the form's fields, which are well formed."""
    text = fields["points"]
    return (numbers.fraction(text) or Decimal(text)) if text else None


def _shown(points: Decimal | Fraction | None) -> str:
    return "" if points is None else show_exact(points)


def _bases(
    session: Session, current: Row[Any] | None, there: Mapping[str, str], offer: Offer
) -> Mapping[str, str]:
    """Return what each field was written on: as the script says it, else as the form's version was stored."""
    if offer.bases is not None:
        return offer.bases
    if current is None or offer.version == current.version:
        return based_on(there, FIELDS)
    known = stored.score_version(session, current.sheet_id, current.criterion_key, offer.version)
    return based_on({name: str(value) for name, value in known.fields.items()} if known else EMPTY, FIELDS)


_SCORES, _VERSIONS = bare_table(Score), bare_table(ScoreVersion)
_WRITTEN = ("points", "exact", *FIELDS[1:], "version", "updated_at")
_FIRST_SCORE, _NEW_VERSION = insert(_SCORES), insert(_VERSIONS)
_LATER_SCORE = (
    update(_SCORES)
    .where(_SCORES.c.sheet_id == bindparam("of_sheet"), _SCORES.c.criterion_key == bindparam("of_key"))
    .values({name: bindparam(name) for name in _WRITTEN})
)


def _write(
    session: Session, sheet_id: int, key: str, number: int, fields: dict[str, str], now: datetime
) -> None:
    """Store one sub-criterion and, beside it, this version of it."""
    texts = {name: fields[name] for name in FIELDS[1:]}
    points, exact = columns(points_of(fields))
    entry = {**texts, "points": points, "exact": exact, "version": number, "updated_at": now}
    if number == 1:
        first = {"uid": new_uid(), "sheet_id": sheet_id, "criterion_key": key}
        session.execute(_FIRST_SCORE, {**first, **entry})
    else:
        session.execute(_LATER_SCORE, {"of_sheet": sheet_id, "of_key": key, **entry})
    session.execute(
        _NEW_VERSION,
        {
            "uid": new_uid(),
            "sheet_id": sheet_id,
            "criterion_key": key,
            "version": number,
            "fields": _as_stored(fields),
            "at": now,
        },
    )


def _as_stored(fields: dict[str, str]) -> dict[str, str]:
    """Return the fields as a later read of them shows them."""
    return {**fields, "points": _shown(points_of(fields))}


def _tidy(fields: Mapping[str, str], names: Iterable[str], most: Fraction | None = None) -> dict[str, str]:
    tidy = {name: (fields.get(name) or "").replace("\r\n", "\n").strip() for name in names}
    if tidy.get("points"):
        with suppress(NumberError):  # what is no number is refused later, at its field, as it was typed
            tidy["points"] = show_exact(numbers.points_up_to(tidy["points"], most))
    return tidy


def _faults(leaf: Leaf, fields: Mapping[str, str]) -> list[Finding]:
    """Return what is no value, at its field."""
    found: list[Finding] = []
    if fields.get("points"):
        try:
            fault = entry_fault(leaf, numbers.points_up_to(fields["points"], leaf.points))
        except NumberError as why:
            sentence = f"{why} The most here is {show_exact(leaf.points)}."
            found.append(Finding("points", sentence, field="points"))
        else:
            if fault is not None:
                found.append(Finding(fault.code, fault.message, field="points"))
    for name in FIELDS[1:]:
        if len(fields.get(name, "")) > LONGEST:
            sentence = f"Use at most {LONGEST:,} characters here; this text has {len(fields[name]):,}."
            found.append(Finding("too-long", sentence, field=name))
    return found
