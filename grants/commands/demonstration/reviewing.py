"""Reviewers of the demonstration: asked, bound, assigned, and scoring."""

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from grants.commands.demonstration import words
from grants.commands.demonstration.notices import competition
from grants.commands.demonstration.people import OFFICER, reviewer
from grants.commands.demonstration.screening import application_of
from grants.commands.demonstration.stage import EASTERN, Scene, Stage, known
from grants.reviews.models import Answer, PanelMember, Phase, Sheet
from grants.reviews.queries import assignments, pool
from grants.reviews.queries.sheets import sheet_in_phase
from grants.reviews.rules.choices import InterestKind
from grants.reviews.rules.invitees import Invitee
from grants.reviews.services import assigning, conflicts, inviting, joining, scoring

CAP: Final = 8
MOST: Final[Mapping[str, int]] = {
    "center_strategy": 10,
    "market_understanding": 10,
    "business_model": 10,
    "performance": 10,
    "key_personnel": 15,
    "governance": 15,
    "budget": 15,
    "financial_plan": 15,
}
"""The published points of the rubric of 2014."""


def invite(stage: Stage, number: str, reviewers: tuple[int, ...], *, until: str) -> None:
    """Ask reviewers to join the panel of a competition."""
    asked = [
        Invitee(
            line=line,
            text="",
            name=reviewer(each).someone.name,
            email=reviewer(each).someone.email,
            kind=reviewer(each).kind,
            affiliation=reviewer(each).affiliation,
        )
        for line, each in enumerate(reviewers, start=1)
    ]
    invite_all(stage, number, asked, until=until)


def invite_all(stage: Stage, number: str, asked: list[Invitee], *, until: str) -> None:
    """Ask a list of people, with or without an account."""
    stage.later()
    with stage.acting(OFFICER) as scene:
        inviting.invite(
            scene.session,
            competition(scene, number),
            asked,
            cap=CAP,
            expires_at=instant(until),
            actor=scene.actor,
            now=scene.now,
        )


def join(stage: Stage, number: str, each: int, *interests: joining.Declared) -> None:
    """Accept, sign the agreement and declare interests; the state one lives in is among them."""
    expert = reviewer(each)
    stage.later(47)
    with stage.acting(expert.someone.email) as scene:
        member = _member(scene, number)
        joining.accept(scene.session, member, actor=scene.actor, now=scene.now)
        scene.session.flush()
        stage.later(5)
        joined = scene.again()
        joining.sign_agreement(
            scene.session,
            member,
            name=expert.someone.name,
            tools=True,
            actor=joined.actor,
            now=joined.now,
        )
        stage.later(8)
        profile = joining.Profile(
            affiliation=expert.affiliation, expertise=expert.expertise, states=(expert.home,)
        )
        home = joining.Declared(InterestKind.RESIDENCE, state=expert.home)
        joining.declare_interests(
            scene.session,
            member,
            profile=profile,
            interests=[home, *interests],
            actor=joined.actor,
            now=joined.now,
        )


def decline(stage: Stage, number: str, each: int, reason: str) -> None:
    """Decline to review."""
    stage.later(30)
    with stage.acting(reviewer(each).someone.email) as scene:
        joining.decline(
            scene.session, _member(scene, number), reason=reason, actor=scene.actor, now=scene.now
        )


def assign(stage: Stage, number: str, panels: Mapping[str, tuple[int, ...]], due: str) -> None:
    """Give each host's application its reviewers by hand, and tell everyone at once."""
    for host_key, reviewers in panels.items():
        stage.later(2)
        with stage.acting(OFFICER) as scene:
            application = application_of(scene, number, host_key)
            for each in reviewers:
                person = known(pool.person_by_email(scene.session, reviewer(each).someone.email), str(each))
                assigning.assign(
                    scene.session,
                    competition(scene, number),
                    application,
                    person.id,
                    reason="The program officer put this panel together by hand.",
                    actor=scene.actor,
                    now=scene.now,
                )
    stage.later(10)
    with stage.acting(OFFICER) as scene:
        assigning.send(
            scene.session,
            competition(scene, number),
            due_at=instant(due),
            actor=scene.actor,
            now=scene.now,
        )


def certify(stage: Stage, number: str, each: int, *ties: str, note: str = "") -> None:
    """Answer for every assigned application, on names alone; those of `ties` are conflicts."""
    stage.later(35)
    with stage.acting(reviewer(each).someone.email) as scene:
        tied = {application_of(scene, number, key).id for key in ties}
        sent = assignments.sent_to(scene.session, scene.person.id, competition(scene, number).id)
        answers = [
            conflicts.Certified(row.application_id, Answer.CONFLICT, "consultant or contractor", note)
            if row.application_id in tied
            else conflicts.Certified(row.application_id, Answer.NONE)
            for row in sent
        ]
        conflicts.certify(scene.session, _member(scene, number), answers, actor=scene.actor, now=scene.now)


def score(
    stage: Stage, number: str, each: int, host_key: str, total: int, *, given: int = 8, submitted: bool = True
) -> None:
    """Fill a first score sheet so that its points come to `total`; `given` says how many sub-criteria."""
    stage.later(55)
    points = spread(total, stage.dice)
    with stage.acting(reviewer(each).someone.email) as scene:
        sheet = sheet_of(scene, number, host_key)
        for key in list(MOST)[:given]:
            stage.later(9)
            _save(scene, number, sheet, key, points[key], stage.dice)
        if submitted:
            stage.later(4)
            scoring.submit(scene.session, competition(scene, number), sheet, actor=scene.actor, now=scene.now)


def give_back(stage: Stage, number: str, each: int, host_key: str, reason: str) -> None:
    """Return a submitted sheet to its author."""
    stage.later(15)
    with stage.acting(OFFICER) as scene:
        application = application_of(scene, number, host_key)
        person = known(pool.person_by_email(scene.session, reviewer(each).someone.email), str(each))
        sheet = known(
            sheet_in_phase(scene.session, application.id, person.id, Phase.INITIAL), f"sheet of {each}"
        )
        scoring.return_sheet(scene.session, sheet, reason=reason, actor=scene.actor, now=scene.now)


def sheet_of(scene: Scene, number: str, host_key: str, phase: Phase = Phase.INITIAL) -> Sheet:
    """Return the acting reviewer's sheet on a host's application."""
    application = application_of(scene, number, host_key)
    sheet = sheet_in_phase(scene.session, application.id, scene.person.id, phase)
    return known(sheet, f"{scene.person.name}'s sheet on {host_key}")


def spread(total: int, dice: random.Random) -> dict[str, int]:
    """Deal a total out over the sub-criteria, each within its points, by dice and without a remainder."""
    points = {key: total * most // 100 for key, most in MOST.items()}
    while sum(points.values()) < total:
        key = dice.choice([key for key, most in MOST.items() if points[key] < most])
        points[key] += 1
    for _ in range(6):
        giver, taker = dice.sample(list(MOST), 2)
        if points[giver] > 1 and points[taker] < MOST[taker]:
            points[giver] -= 1
            points[taker] += 1
    return points


def instant(text: str) -> datetime:
    """Read an instant such as "2014-12-05 17:00", Eastern Time."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=EASTERN)


def _save(scene: Scene, number: str, sheet: Sheet, key: str, points: int, dice: random.Random) -> None:
    strengths, weaknesses, agency = words.judged(dice)
    fields = {
        "points": str(points),
        "strengths": strengths,
        "weaknesses": weaknesses,
        "agency_comment": agency,
    }
    scoring.save_score(
        scene.session,
        competition(scene, number),
        sheet,
        key,
        fields=fields,
        version=0,
        actor=scene.actor,
        now=scene.now,
    )


def _member(scene: Scene, number: str) -> PanelMember:
    found = pool.member_by_address(scene.session, competition(scene, number).id, scene.person.email)
    return known(found, f"the invitation of {scene.person.name}")
