"""The panel of a state: call, revision of scores, the chair's record, closing."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.competitions.models import Competition
from grants.errors import MoveRefused, NotFound, Refused, StaleVersion, refuse
from grants.findings import Finding
from grants.lifecycle.perform import perform, perform_many, tell
from grants.lifecycle.queries import lock, now_under_lock
from grants.lifecycle.record import record
from grants.reviews.models import LeftOut, Panel, PanelRecord, Phase, Score, ScoreVersion, Sheet
from grants.reviews.queries import live, panels
from grants.reviews.queries import sheets as stored
from grants.reviews.rules.timing import early_reason, revise_by
from grants.reviews.services import statistics
from grants.reviews.services.lacking import lacking
from grants.reviews.services.ranking import Round, StateRanking, ranked, round_of
from grants.reviews.services.scoring import as_fields
from grants.reviews.workflow import IN, PanelStatus, SheetStatus
from grants.versions import Offer, Outcome, based_on, merge
from grants.words import at_instant
from scoring.threshold import Status

RECORD_CLASH = "Somebody saved this record while you wrote. Both texts are below; nothing is lost."
LONGEST_RECORD = 50_000


def set_call(
    session: Session,
    competition: Competition,
    state: str,
    *,
    call_at: datetime,
    call_link: str,
    actor: Actor,
    now: datetime,
) -> Panel:
    """Set or move the panel call of a state."""
    require(actor, "panel.run", competition)
    panel = _panel(session, competition, state)
    if panel.status is PanelStatus.CLOSED:
        raise refuse("closed", "This panel is closed.", field="call_on")
    panel.call_at, panel.call_link = call_at, call_link
    session.add(panel)
    _move_revisions(session, panel, competition, now)
    event = record(
        session,
        "panel.call_set",
        panel,
        happened=f"set the panel call of {state}",
        actor=actor,
        now=now,
        facts={"call_at": call_at.isoformat(), "discussed": _may_be_discussed(session, competition, state)},
    )
    tell(session, event, "reviews.panel_call_set")
    return panel


def _may_be_discussed(session: Session, competition: Competition, state: str) -> list[str]:
    """Return the applications that are finalists or still may be: who is told of a call depends on them."""
    found = round_of(session, competition, state=state)
    ballot = found.ballots().get(state)
    if ballot is None:
        return []
    standings = ranked(ballot, found.rules).ranking.standings
    return [one.application for one in standings if one.status is not Status.BELOW]


def _move_revisions(session: Session, panel: Panel, competition: Competition, now: datetime) -> None:
    """Give open revisions until the end of the day of a later call; more time given to one stays."""
    until = revise_by(panel.call_at, now, competition.zone)
    for row in stored.sheets_of(session, competition.id, state=panel.state):
        if row.phase is Phase.FINAL and row.status not in IN and until is not None:
            row.due_at = max(row.due_at or until, until)
            session.add(row)


def open_panel(
    session: Session, competition: Competition, state: str, *, early: str = "", actor: Actor, now: datetime
) -> Panel:
    """Open a state's panel: first scores are sealed, finalists get sheets to revise, as copies.

    Refused while a first sheet is missing or no application is a finalist, and before the call without a
    reason for it (`early`).
    """
    require(actor, "panel.run", competition)
    found = round_of(session, competition, state=state)
    standing = _standing(found, state)
    _require_ready(standing)
    panel = _panel(session, competition, state)
    why = early_reason(panel.call_at, early, deed="open the panel", now=now, zone=competition.zone)
    noted = {"finalists": list(standing.finalists)}
    perform(session, panel, "open", actor=actor, now=now, reason=_before_call(why) or None, noted=noted)
    _note_early(panel, "Opened", why, actor, now)
    panel.opened_at = now
    session.add(panel)
    finalists = {found.applications[number].id for number in standing.finalists}
    firsts = [
        row for row in stored.sheets_of(session, competition.id, state=state) if row.phase is Phase.INITIAL
    ]
    perform_many(
        session,
        [row for row in firsts if row.status == SheetStatus.SUBMITTED],
        "seal",
        actor=actor,
        now=now,
    )
    for row in firsts:
        if row.application_id in finalists and row.person_id in found.seats and row.status in IN:
            _copy_for_revision(session, row, now, revise_by(panel.call_at, now, competition.zone))
    for application_id in sorted(finalists):
        session.add(PanelRecord(panel_id=panel.id, application_id=application_id, updated_at=now))
    return panel


def _require_ready(standing: StateRanking) -> None:
    """Raise while a first sheet is missing, or where no application is a finalist."""
    awaited = [
        Finding("not-in", f"{one.application}: {one.text}", field=one.application)
        for one in standing.ranking.standings
        if one.status is Status.UNDECIDED
    ]
    if awaited:
        raise Refused(awaited)
    if not standing.finalists:
        state = standing.state
        raise refuse("no-finalist", f"No application from {state} reached the threshold: nothing to discuss.")


def write_record(
    session: Session,
    panel: Panel,
    application_id: int,
    *,
    text: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> PanelRecord:
    """Save the chair's record of the discussion; it holds words and never a score of the panel."""
    kept, outcome = offer_record(session, panel, application_id, Offer({"text": text}, version), actor, now)
    if outcome.refused:
        raise Refused(outcome.refused)
    if outcome.clashes:
        raise StaleVersion(
            RECORD_CLASH, current={"text": kept.text}, offered={"text": text}, version=kept.version
        )
    return kept


def offer_record(
    session: Session, panel: Panel, application_id: int, offer: Offer, actor: Actor, now: datetime
) -> tuple[PanelRecord, Outcome]:
    """Store what a page offers as the record; the outcome says what became of it."""
    kept = _record(session, panel, application_id, actor)
    found, there = kept.version, {"text": kept.text}
    refused = _record_faults(kept, offer)
    bases = offer.bases
    if bases is None:  # no earlier texts are kept, so a form of an older version clashes
        bases = based_on(there if offer.version == found else None, ["text"])
    merged = merge(there, {} if refused else offer.fields, bases)
    if merged.fields != there:
        kept.text, kept.version = merged.fields["text"], found + 1
        kept.updated_by_id, kept.updated_at = actor.person_id, now
        session.add(kept)
    return kept, Outcome(kept.version, found, {"text": kept.text}, kept.updated_at, refused, merged.clashes)


def _record_faults(kept: PanelRecord, offer: Offer) -> list[Finding]:
    text = offer.fields.get("text", kept.text)
    if text == kept.text:
        return []
    if kept.signed_at is not None:
        return [Finding("signed", "This record is signed. Take the signature back first.", field="text")]
    if len(text) > LONGEST_RECORD:
        return [Finding("too-long", f"Use at most {LONGEST_RECORD:,} characters.", field="text")]
    return []


def sign_record(
    session: Session, panel: Panel, application_id: int, *, early: str = "", actor: Actor, now: datetime
) -> PanelRecord:
    """Sign the record of one finalist; before the call only with a reason."""
    kept = _record(session, panel, application_id, actor)
    if not kept.text.strip():
        raise refuse("empty", "Write what was discussed before you sign.", field="text")
    zone = panels.zone_of(session, panel)
    why = early_reason(panel.call_at, early, deed="sign the record", now=now, zone=zone)
    kept.signed_by_id, kept.signed_at = actor.person_id, now
    session.add(kept)
    _note_record(session, panel, kept, "signed the record of the discussion", actor, now, why)
    _note_early(panel, "Record signed", why, actor, now)
    return kept


def unsign_record(
    session: Session, panel: Panel, application_id: int, *, actor: Actor, now: datetime
) -> PanelRecord:
    """Take a signature back, to change the record while the panel is open."""
    kept = _record(session, panel, application_id, actor)
    kept.signed_by_id = kept.signed_at = None
    session.add(kept)
    _note_record(session, panel, kept, "took back the signature under the record", actor, now)
    return kept


def close_panel(
    session: Session,
    competition: Competition,
    panel: Panel,
    *,
    left_open: str = "",
    early: str = "",
    actor: Actor,
    now: datetime,
) -> None:
    """Close a panel; what lacks stops it unless `left_open` says who leaves it open and why.

    Before the call it is closed only with a reason for that (`early`).
    """
    lock(session, panel)
    now = now_under_lock(session, now)
    _require_not_closed(session, competition, panel)
    missing = lacking(session, competition, panel) if panel.status is PanelStatus.OPEN else []
    if missing and not left_open.strip():
        found = [Finding("lacking", one.message, field=one.number) for one in missing]
        raise Refused(
            [*found, Finding("left-open", "Mend this, or write why it stays open.", field="left_open")]
        )
    why = early_reason(panel.call_at, early, deed="close the panel", now=now, zone=competition.zone)
    _note_early(panel, "Closed", why, actor, now)
    perform(
        session,
        panel,
        "close",
        actor=actor,
        now=now,
        reason=" ".join(filter(None, (left_open.strip(), _before_call(why)))) or None,
        noted={"lacking": [one.message for one in missing]},
    )
    panel.closed_at, panel.left_open = now, left_open.strip() or None
    session.add(panel)
    revised = [
        row
        for row in stored.sheets_of(session, competition.id, state=panel.state)
        if row.phase is Phase.FINAL and row.status == SheetStatus.SUBMITTED
    ]
    perform_many(session, revised, "seal", actor=actor, now=now)
    moment = f"{panel.uid}:{now.isoformat()}"
    statistics.changed(session, competition.id, panel.state, moment, actor=actor, now=now)


def _require_not_closed(session: Session, competition: Competition, panel: Panel) -> None:
    """Raise where somebody closed the panel meanwhile, and say who and when."""
    if panel.status is not PanelStatus.CLOSED:
        return
    closing = live.last_deed(session, panel, "close")
    who = closing.person_name if closing is not None else "Somebody"
    at = f" on {at_instant(panel.closed_at, competition.zone)}" if panel.closed_at is not None else ""
    message = f"{who} closed this panel{at}. It stands as it was closed then; nothing of yours was added."
    raise MoveRefused([Finding("closed", message, field="status")])


def reopen_panel(
    session: Session,
    competition: Competition,
    panel: Panel,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Open a closed panel again, with a reason; sealed revisions can then be returned to their authors."""
    if not reason.strip():
        raise refuse("reason", "Write why the panel is opened again.", field="reason")
    perform(session, panel, "reopen", actor=actor, now=now, reason=reason)
    panel.closed_at = panel.left_open = None
    session.add(panel)
    sealed = [
        row
        for row in stored.sheets_of(session, competition.id, state=panel.state)
        if row.phase is Phase.FINAL and row.status == SheetStatus.FINAL
    ]
    perform_many(session, sealed, "unseal", actor=actor, now=now)


def leave_out(
    session: Session,
    competition: Competition,
    state: str,
    person_id: int,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> LeftOut:
    """Leave one reviewer out for all finalists of a state; refused below the published minimum."""
    require(actor, "ranking.freeze", competition)
    if not reason.strip():
        raise refuse("reason", "Write why this reviewer is left out.", field="reason")
    name = _require_enough_left(session, competition, state, person_id)
    decision = LeftOut(
        competition_id=competition.id,
        state=state,
        person_id=person_id,
        reason=reason[:2000],
        decided_by_id=actor.person_id or 0,
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    record(
        session,
        "reviewer.left_out",
        decision,
        happened=f"left {name} out for all finalists of {state}",
        actor=actor,
        now=now,
        reason=reason,
    )
    statistics.changed(session, competition.id, state, decision.uid, actor=actor, now=now)
    return decision


def _require_enough_left(session: Session, competition: Competition, state: str, person_id: int) -> str:
    """Return the reviewer's name; raise where fewer than the published minimum would remain."""
    found = round_of(session, competition, state=state)
    ballot = found.ballots().get(state)
    if ballot is None or person_id not in found.seats:
        raise NotFound
    seat, needed = found.seats[person_id], found.rules.reviewers_minimum
    everyone = {name for totals in ballot.initial.values() for name in totals} - set(ballot.left_out)
    if seat not in everyone:
        raise NotFound
    remain = len(everyone) - 1
    if remain < needed:
        message = f"{remain} reviewers would remain of at least {needed}. Replace the reviewer instead."
        raise refuse("minimum", message, field="reason")
    return found.people[seat]


def _standing(found: Round, state: str) -> StateRanking:
    ballot = found.ballots().get(state)
    if ballot is None:
        raise NotFound
    return ranked(ballot, found.rules)


def _panel(session: Session, competition: Competition, state: str) -> Panel:
    panel = panels.panel_of(session, competition.id, state)
    if panel is None:
        panel = Panel(competition_id=competition.id, state=state)
        session.add(panel)
        session.flush()
    return panel


def _record(session: Session, panel: Panel, application_id: int, actor: Actor) -> PanelRecord:
    lock(session, panel)
    kept = panels.record_of(session, panel.id, application_id)
    if kept is None:
        raise NotFound
    require(actor, "panel.record", kept)
    if panel.status is PanelStatus.CLOSED:
        raise refuse("closed", "This panel is closed. The record stands as it is.", field="text")
    return kept


def _before_call(why: str) -> str:
    return f"Before the call: {why}" if why else ""


def _note_early(panel: Panel, deed: str, why: str, actor: Actor, now: datetime) -> None:
    """Keep with the panel what came before its call; its page and its papers show it."""
    if why:
        row = {"deed": deed, "who": actor.name, "at": now.isoformat(), "reason": why}
        panel.early_deeds = [*(panel.early_deeds or []), row]


def _note_record(
    session: Session,
    panel: Panel,
    kept: PanelRecord,
    happened: str,
    actor: Actor,
    now: datetime,
    why: str = "",
) -> None:
    record(
        session,
        "panel_record.signed",
        kept,
        happened=happened,
        actor=actor,
        now=now,
        facts={"state": panel.state},
        reason=_before_call(why) or None,
    )


def _copy_for_revision(session: Session, first: Sheet, now: datetime, due_at: datetime | None) -> None:
    if stored.sheet_in_phase(session, first.application_id, first.person_id, Phase.FINAL) is not None:
        return
    revision = Sheet(
        competition_id=first.competition_id,
        application_id=first.application_id,
        state=first.state,
        person_id=first.person_id,
        phase=Phase.FINAL,
        opened_at=now,
        due_at=due_at,
    )
    session.add(revision)
    session.flush()
    for key, score in stored.scores_of(session, first.id).items():
        copy = Score(
            sheet_id=revision.id,
            criterion_key=key,
            points=score.points,
            exact=score.exact,
            strengths=score.strengths,
            weaknesses=score.weaknesses,
            agency_comment=score.agency_comment,
            updated_at=now,
        )
        session.add(copy)
        session.add(
            ScoreVersion(sheet_id=revision.id, criterion_key=key, version=1, fields=as_fields(copy), at=now)
        )
