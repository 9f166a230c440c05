"""The administrative review of the demonstration's applications."""

from grants.applications.models import Application
from grants.applications.queries.lists import applications_of_competition
from grants.commands.demonstration.hosts import HOSTS
from grants.commands.demonstration.notices import competition
from grants.commands.demonstration.people import OFFICER
from grants.commands.demonstration.stage import Scene, Stage, known
from grants.organizations.queries import organizations_by_ids
from grants.screening.services import Answer, decide

YES = Answer(holds=True)


def admit(stage: Stage, number: str, host_keys: tuple[str, ...]) -> None:
    """Find applications eligible, complete and responsive."""
    for key in host_keys:
        stage.later(17)
        with stage.acting(OFFICER) as scene:
            answers = {"eligible": YES, "complete": YES, "responsive": YES}
            decide(
                scene.session,
                application_of(scene, number, key),
                answers,
                actor=scene.actor,
                now=scene.now,
            )


def refuse(stage: Stage, number: str, host_key: str, *, responsive: str) -> None:
    """Find that an application does not respond to the notice, with the reason."""
    stage.later(21)
    with stage.acting(OFFICER) as scene:
        answers = {"eligible": YES, "complete": YES, "responsive": Answer(holds=False, reason=responsive)}
        decide(
            scene.session, application_of(scene, number, host_key), answers, actor=scene.actor, now=scene.now
        )


def application_of(scene: Scene, number: str, host_key: str) -> Application:
    """Return a host's application, as staff find it, by the host's key in the story or by its name."""
    name = HOSTS[host_key].name if host_key in HOSTS else host_key
    rows = applications_of_competition(scene.session, competition(scene, number).id)
    names = organizations_by_ids(scene.session, {row.organization_id for row in rows})
    mine = (row for row in rows if names[row.organization_id].name == name)
    return known(next(mine, None), f"the application of {host_key}")
