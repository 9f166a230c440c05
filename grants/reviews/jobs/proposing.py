"""Long work of reviews: the best assignment of a large competition."""

from grants.competitions.queries import competition_by_id
from grants.errors import NotFound
from grants.jobs.runner import Work
from grants.reviews.services.posing import Wishes, posed
from grants.reviews.services.proposing import outcome_of

READ, SOLVED = 1, 2


def propose_assignment(work: Work) -> None:
    """Work out the best assignment and keep it with the job; nothing of the assignment changes."""
    work.progress(0, SOLVED)
    with work.database.reading() as session:
        competition = competition_by_id(session, work.payload["competition"])
        if competition is None:
            raise NotFound
        standing = posed(session, competition, without=work.payload["without"])
    work.progress(READ, SOLVED)
    outcome = outcome_of(standing, Wishes(**work.payload["wishes"]))
    work.finish(outcome.as_json())
