"""Real cases for looking at the words of award and decline letters, before any of them is drafted."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.applications.models import Application
from grants.applications.queries.drafts import application_by_uid
from grants.awards.models import Award, Selection
from grants.awards.queries import award_by_uid, award_cases, current_selections, decline_cases
from grants.awards.services.dossier import award_dossier, award_letter_values, day_in, decline_letter_values
from grants.awards.services.lettering import decline_reason
from grants.competitions.queries import competition_by_id
from grants.competitions.rules.states import CENTER_STATES
from grants.documents.rules import LetterCase
from grants.errors import NotFound
from grants.organizations.queries import organization_by_id, representatives_of
from grants.web.filters import day


class AwardCases:
    """Awards that are prepared or made."""

    def cases(self, session: Session, actor: Actor) -> list[LetterCase]:
        """List the newest awards."""
        return [
            LetterCase(award.uid, f"{award.fain}, {name}, {award.state}")
            for award, name in award_cases(session, without=actor.barred)
        ]

    def case(
        self, session: Session, actor: Actor, key: str, now: datetime
    ) -> tuple[Award, Mapping[str, str]] | None:
        """Return an award and what its letter would say today."""
        award = award_by_uid(session, key)
        if award is None or award.application_id in actor.barred:
            return None
        dossier = award_dossier(session, award, now=now, officer=actor.name)
        state = CENTER_STATES.get(award.state, award.state)
        dated = day(day_in(dossier.competition.zone, now))
        return award, award_letter_values(dossier, date_text=dated, state_name=state)


class DeclineCases:
    """Applications that an approved selection does not select."""

    def cases(self, session: Session, actor: Actor) -> list[LetterCase]:
        """List the newest of them."""
        return [
            LetterCase(application.uid, f"{application.number}, {name}")
            for application, name in decline_cases(session, without=actor.barred)
        ]

    def case(
        self, session: Session, actor: Actor, key: str, now: datetime
    ) -> tuple[Application, Mapping[str, str]] | None:
        """Return an application and what the letter to its host would say today."""
        application = application_by_uid(session, key)
        if application is None or application.id in actor.barred:
            return None
        selection = current_selections(session, application.competition_id).get(application.state)
        return None if selection is None else (application, _declined(session, application, selection, now))


def _declined(
    session: Session, application: Application, selection: Selection, now: datetime
) -> Mapping[str, str]:
    competition = competition_by_id(session, application.competition_id)
    host = organization_by_id(session, application.organization_id)
    if competition is None or host is None:
        raise NotFound
    people = representatives_of(session, host.id)
    return decline_letter_values(
        competition,
        host,
        application,
        date_text=day(day_in(competition.zone, now)),
        state_name=CENTER_STATES.get(application.state, application.state),
        representative=people[0].name if people else host.name,
        reason=decline_reason(competition, selection, application),
    )
