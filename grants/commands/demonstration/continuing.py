"""Year 2 of the earlier round's centers: one request final, one evaluated, one only a draft."""

from typing import Final

from grants.awards.queries import award_by_fain, periods_of
from grants.commands.demonstration import earlier_round
from grants.commands.demonstration.hosts import HOSTS
from grants.commands.demonstration.people import OFFICER
from grants.commands.demonstration.stage import Scene, Stage, known
from grants.continuations.models import Request
from grants.continuations.queries.requests import parts_of, request_of_year
from grants.continuations.rules.gates import Choice, Proposal
from grants.continuations.rules.parts import Part
from grants.continuations.services import evaluating, sending, writing
from grants.money import plain

PLANNED: Final = {"clients": 210, "projects": 140, "jobs": 380}
SPENT_PER_CENT: Final = {"saguaro": 81, "chesapeake": 78, "narragansett": 69}


def drafts(stage: Stage) -> None:
    """Tell of the drafts: two in time, one two days late."""
    for key, day in (("saguaro", "2014-11-24"), ("chesapeake", "2014-11-25"), ("narragansett", "2014-12-02")):
        stage.at(f"{day} 10:00")
        _write(stage, key)
        with stage.acting(HOSTS[key].signer.email) as scene:
            sending.send_draft(scene.session, _request(scene, key), actor=scene.actor, now=scene.now)
    stage.work()


def finals(stage: Stage) -> None:
    """Tell of the final requests: two in time; the third is still awaited on the day of the visit."""
    for key, day in (("chesapeake", "2014-12-22"), ("saguaro", "2014-12-29")):
        stage.at(f"{day} 11:00")
        with stage.acting(HOSTS[key].signer.email) as scene:
            sending.submit_final(scene.session, _request(scene, key), actor=scene.actor, now=scene.now)
    stage.work()


def evaluation(stage: Stage) -> None:
    """Tell of one evaluation, sent on to the grants officer."""
    stage.at("2015-01-09 10:00")
    with stage.acting(OFFICER) as scene:
        reading = evaluating.Reading(
            federal_budget="The amount is the approved plan's. No line moves by a tenth.",
            annual_plan="Clients and projects are at the plan of three quarters; jobs are a little above it.",
            match_delivered="The documented match covers the federal money spent at one half.",
            proposal=Proposal(Choice.APPROVE, reason="All three factors are met."),
        )
        evaluating.send_on(
            scene.session,
            _request(scene, "chesapeake"),
            reading,
            version=1,
            actor=scene.actor,
            now=scene.now,
        )


def _write(stage: Stage, key: str) -> None:
    """Fill the parts of a request: the scope comes from the award, the rest is the center's."""
    with stage.acting(HOSTS[key].signer.email) as scene:
        request = _request(scene, key)
        federal = _approved(scene, key)
        spent = federal * SPENT_PER_CENT[key] // 100
        contents = {
            Part.SCOPE: {
                "scope": "The center visits plants, runs projects and trains people as in year 1, and opens "
                "a desk for exporters."
            },
            Part.OUTCOMES: {
                f"{name}_{column}": str(number * per_cent // 100)
                for name, number in PLANNED.items()
                for column, per_cent in (("planned", 100), ("actual", 79), ("requested", 105))
            },
            Part.ACTUALS: {
                "as_of": "2014-11-15",
                "spent": plain(spent),
                "expected": plain(federal * 97 // 100),
                "claimed": plain(spent),
                "documented": plain(spent * 98 // 100),
                "note": "Two letters of the last quarter are still on their way.",
            },
        }
        versions = {name: part.version for name, part in parts_of(scene.session, request.id).items()}
        for part, content in contents.items():
            stage.later(25)
            writing.save_part(
                scene.session,
                request,
                part,
                content,
                version=versions[part],
                actor=scene.actor,
                now=scene.now,
            )


def _request(scene: Scene, key: str) -> Request:
    award = known(award_by_fain(scene.session, earlier_round.AWARDS[key]), key)
    return known(request_of_year(scene.session, award.id, 2), f"year 2 of {key}")


def _approved(scene: Scene, key: str) -> int:
    award = known(award_by_fain(scene.session, earlier_round.AWARDS[key]), key)
    return periods_of(scene.session, award.id)[0].approved_federal or 0
