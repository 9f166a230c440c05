"""A round of 1,000 applications, 40 reviewers and 4,000 submitted sheets, put in as lists."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.budgets.models import Budget
from grants.competitions.models import Competition
from grants.competitions.rules.choices import RankingMethod, TieBreak
from grants.database import Database, new_uid
from grants.organizations.models import Organization, OrganizationKind
from grants.reviews.models import Assignment, PanelMember, Phase, Score, Sheet
from grants.reviews.rules.choices import ReviewerKind
from grants.reviews.workflow import MemberStatus
from tests.bench.rows import _put
from tests.factories.reviews import CRITERIA, make_competition, make_person

DAY = datetime(2014, 11, 10, 14, 0, tzinfo=UTC)
STATES, PER_STATE, REVIEWERS, EACH = 10, 100, 40, 4
SEED = 11


@dataclass(frozen=True)
class Filled:
    """What is asked for."""

    competition_id: int
    number: str
    application_uid: str


def fill_round(database: Database) -> Filled:
    """Make the competition and its rows; ranked by means, as no two applications share their reviewers."""
    draw = random.Random(SEED)
    with database.writing() as session:
        competition = make_competition(session, ranking_method=RankingMethod.MEAN, tie_break=TieBreak.NONE)
        people = _people(session, competition)
        applications = _applications(session, competition, people[0])
        _sheets(session, competition, applications, people, draw)
    return Filled(competition.id, competition.number, applications[0]["uid"])


def _people(session: Session, competition: Competition) -> list[int]:
    first = make_person(session, "reviewer0@panel.example", "Reviewer 0").id
    rows = [
        {
            **Person(email=f"reviewer{n}@panel.example", name=f"Reviewer {n}", created_at=DAY).model_dump(
                exclude={"id"}
            ),
            "id": first + n,
        }
        for n in range(1, REVIEWERS)
    ]
    _put(session, Person, rows)
    people = [first + n for n in range(REVIEWERS)]
    members = [
        PanelMember(
            competition_id=competition.id,
            person_id=person,
            email=f"reviewer{n}@panel.example",
            name=f"Reviewer {n}",
            kind=ReviewerKind.OUTSIDE,
            invited_by_id=first,
            invited_at=DAY,
            expires_at=DAY,
            answered_at=DAY,
            agreement_signed_at=DAY,
            agreement_name=f"Reviewer {n}",
            status=MemberStatus.ACCEPTED,
        ).model_dump(exclude={"id"})
        for n, person in enumerate(people)
    ]
    _put(session, PanelMember, members)
    return people


def _applications(session: Session, competition: Competition, person: int) -> list[dict[str, Any]]:
    numbers = range(1, STATES * PER_STATE + 1)
    _put(session, Budget, [{"id": n, "uid": new_uid(), "label": "", "years": 5} for n in numbers])
    host = Organization(name="", kind=OrganizationKind.NONPROFIT, state="CO", created_at=DAY).model_dump(
        exclude={"id", "uid"}
    )
    hosts = [
        {**host, "id": n, "uid": new_uid(), "name": f"Manufacturing Alliance of District {n}"}
        for n in numbers
    ]
    _put(session, Organization, hosts)
    pattern = Application(
        number="",
        competition_id=competition.id,
        state="",
        organization_id=0,
        budget_id=0,
        created_by_id=person,
        created_at=DAY,
    ).model_dump(exclude={"id", "uid"})
    rows = [
        {
            **pattern,
            "id": n,
            "uid": new_uid(),
            "state": f"S{(n - 1) // PER_STATE}",
            "number": f"S{(n - 1) // PER_STATE}-{(n - 1) % PER_STATE:03}",
            "project_title": f"Reaching the firms of district {n}",
            "organization_id": n,
            "budget_id": n,
            "submitted_at": DAY,
            "status": "eligible",
        }
        for n in numbers
    ]
    _put(session, Application, rows)
    return rows


def _sheets(
    session: Session,
    competition: Competition,
    applications: list[dict[str, Any]],
    people: list[int],
    draw: random.Random,
) -> None:
    assignments: list[dict[str, Any]] = []
    sheets: list[dict[str, Any]] = []
    scores: list[dict[str, Any]] = []
    for row in applications:
        quality = draw.uniform(0.6, 0.95)
        for person in draw.sample(people, EACH):
            common: dict[str, Any] = {
                "competition_id": competition.id,
                "application_id": row["id"],
                "state": row["state"],
                "person_id": person,
            }
            assigned = Assignment(**common, made_at=DAY, sent_at=DAY, due_at=DAY)
            assignments.append({**assigned.model_dump(exclude={"id", "status"}), "status": "sent"})
            number = len(sheets) + 1
            sheet = Sheet(**common, phase=Phase.INITIAL, opened_at=DAY, submitted_at=DAY, number=1)
            sheets.append({**sheet.model_dump(exclude={"id", "status"}), "id": number, "status": "submitted"})
            scores += [_score(number, key, most, quality, draw) for key, _title, most in CRITERIA]
    _put(session, Assignment, assignments)
    _put(session, Sheet, sheets)
    _put(session, Score, scores)


def _score(sheet: int, key: str, most: int, quality: float, draw: random.Random) -> dict[str, Any]:
    share = min(1.0, max(0.0, quality + draw.gauss(0, 0.1)))
    return {
        "uid": new_uid(),
        "sheet_id": sheet,
        "criterion_key": key,
        "points": Decimal(round(2 * most * share)) / 2,
        "strengths": "What is strong about this part, in a sentence or two.",
        "weaknesses": "What is missing in it.",
        "agency_comment": "",
        "change_reason": "",
        "version": 1,
        "updated_at": DAY,
    }
