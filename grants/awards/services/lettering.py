"""The letters of a round: award letters and declines drafted together, released together."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.applications.models import Application
from grants.applications.workflow import ApplicationStatus
from grants.awards.models import Award, Choice, Selection
from grants.awards.queries import (
    award_of_selection,
    current_selections,
    letters_standing,
    reviewed_applications,
)
from grants.awards.rules.letter_kinds import AWARD, DECLINE
from grants.awards.services.dossier import award_dossier, award_letter_values, day_in, decline_letter_values
from grants.awards.workflow import AwardStatus, SelectionStatus
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, states_of
from grants.competitions.services.publishing import decide
from grants.competitions.workflow import CompetitionStatus
from grants.documents.models import Batch, Letter
from grants.documents.services.letters import Addressee, draft_letter
from grants.documents.services.releasing import release_batch
from grants.errors import refuse
from grants.findings import Finding
from grants.lifecycle.perform import perform
from grants.organizations.models import Organization
from grants.organizations.queries import organizations_by_ids, representatives_of
from grants.web.filters import day

KIND = "decision"


def draft_round(
    session: Session,
    competition: Competition,
    *,
    state_names: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> Batch:
    """Draft a letter to everybody whose state is decided and who has none yet, as one batch.

    A state is decided when its selection is approved and, where it selects, the award is made.
    """
    require(actor, "letter.make")
    decided = _decided(session, competition.id)
    applications = without_letter(session, competition.id)
    if not applications:
        raise refuse("letters", "No decided application is without its letter. Decide a state first.")
    batch = Batch(
        kind=KIND,
        competition_id=competition.id,
        title=f"Decisions of {competition.number}",
        made_by_id=actor.person_id,
        asked_at=now,
    )
    session.add(batch)
    session.flush()
    hosts = organizations_by_ids(session, {row.organization_id for row in applications})
    for row in applications:
        _draft_one(
            session,
            competition,
            decided[row.state],
            row,
            hosts[row.organization_id],
            batch=batch,
            state_name=state_names.get(row.state, row.state),
            now=now,
        )
    return batch


def without_letter(session: Session, competition_id: int) -> list[Application]:
    """Return the applications whose decision can be told and that have no letter so far."""
    decided = _decided(session, competition_id)
    have = letters_standing(session, competition_id)
    return [
        row
        for row in reviewed_applications(session, competition_id)
        if row.state in decided and row.id not in have and _is_ready(session, decided[row.state], row)
    ]


def _decided(session: Session, competition_id: int) -> dict[str, Selection]:
    selections = current_selections(session, competition_id)
    return {state: row for state, row in selections.items() if row.status is SelectionStatus.APPROVED}


def _is_ready(session: Session, selection: Selection, application: Application) -> bool:
    """Say whether the decision on this application can be told: an award must be made first."""
    if selection.choice is Choice.HOLD:
        return False
    if selection.application_id != application.id:
        return application.status is ApplicationStatus.ELIGIBLE
    award = award_of_selection(session, selection.id)
    return award is not None and award.status is not AwardStatus.PREPARED


def _draft_one(
    session: Session,
    competition: Competition,
    selection: Selection,
    application: Application,
    host: Organization,
    *,
    batch: Batch,
    state_name: str,
    now: datetime,
) -> Letter:
    date_text = day(day_in(competition.zone, now))
    award = award_of_selection(session, selection.id)
    addressee = Addressee(host.id, competition.id, application.id, "application", application.id, host.name)
    if selection.application_id == application.id and award is not None:
        dossier = award_dossier(session, award, now=now)
        values = award_letter_values(dossier, date_text=date_text, state_name=state_name)
        return draft_letter(session, AWARD, addressee, values, batch=batch, now=now)
    people = representatives_of(session, host.id)
    values = decline_letter_values(
        competition,
        host,
        application,
        date_text=date_text,
        state_name=state_name,
        representative=people[0].name if people else host.name,
        reason=decline_reason(competition, selection, application),
    )
    return draft_letter(session, DECLINE, addressee, values, batch=batch, now=now)


def decline_reason(competition: Competition, selection: Selection, application: Application) -> str:
    """Say why an application was not selected, from the memo that was signed; no score is told."""
    rows = {row["number"]: row for row in selection.memo.get("applications", [])}
    place = str(rows.get(application.number, {}).get("place", "not ranked"))
    if place == "not ranked":
        return (
            f"The reviewers' average was below {competition.threshold or 0:f} points, the threshold of the "
            "notice, so the application was not a finalist."
        )
    if selection.choice is Choice.NO_AWARD:
        return "The application was a finalist. No award is made for this state in this competition."
    order = "in rank order" if selection.in_rank_order else f"on the published factor “{selection.factor}”"
    return (
        f"The application was a finalist with rank {place}. One award is made for the state; "
        f"another finalist was selected {order}."
    )


def release_round(session: Session, batch: Batch, *, actor: Actor, now: datetime) -> list[Letter]:
    """Release a batch of decisions; each application becomes awarded or declined at the same instant."""
    letters = release_batch(session, batch, actor=actor, now=now)
    rows = {row.id: row for row in reviewed_applications(session, batch.competition_id or 0)}
    for letter in letters:
        application = rows.get(letter.application_id or 0)
        if application is not None and application.status is ApplicationStatus.ELIGIBLE:
            move = "award" if letter.kind == AWARD.kind else "decline"
            perform(session, application, move, actor=actor, now=now, noted={"letter": letter.number})
    _close_if_decided(session, batch.competition_id or 0, actor=actor, now=now)
    return letters


def _close_if_decided(session: Session, competition_id: int, *, actor: Actor, now: datetime) -> None:
    """Close the competition once every state is decided for good and everyone has a released letter."""
    competition = competition_by_id(session, competition_id)
    if competition is None or competition.status is not CompetitionStatus.PUBLISHED:
        return
    states = {row.state for row in states_of(session, competition_id)}
    final = {
        state for state, row in _decided(session, competition_id).items() if row.choice is not Choice.HOLD
    }
    told = all(
        row.status is not ApplicationStatus.ELIGIBLE for row in reviewed_applications(session, competition_id)
    )
    if states <= final and told:
        decide(session, competition, actor=actor, now=now)


def faults_before_round(awards: Sequence[Award]) -> list[Finding]:
    """Return a warning for each award that is prepared and not made, so that its letter waits."""
    return [
        Finding(
            "unmade", f"{award.state}: the award {award.fain} is prepared and not made; its letters wait."
        )
        for award in awards
        if award.status is AwardStatus.PREPARED
    ]
