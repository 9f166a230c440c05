"""The whole text of an application in a tab of its own, and one's own list of reviews as a file."""

from collections.abc import Iterator, Mapping, Sequence

from flask import request
from flask.typing import ResponseReturnValue

from grants.adapters.spreadsheets import Line
from grants.applications.models import Application
from grants.applications.rules.content import from_json
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.errors import NotFound
from grants.reviews.models import Score
from grants.reviews.queries import applications as material
from grants.reviews.queries import sheets
from grants.reviews.services.rubric import rubric_of
from grants.reviews.views.audiences import reviewer as pages
from grants.reviews.views.finding import found_in
from grants.reviews.views.own import Reviews, reviews_of
from grants.web import current
from grants.web.render import page
from grants.web.spreadsheets import send_list
from scoring.exact import show_exact
from scoring.rubric import Leaf

HEAD = ("Competition", "State", "Application", "Applicant", "State of the sheet", "Total", "Due (UTC)")


@pages.page(
    "/applications/<uid>/text",
    "reading",
    permission="application.review",
    load=material.application_by_uid,
    reads="application",
)
def reading(application: Application) -> ResponseReturnValue:
    """Show the whole text of the submission that stands, and where words stand in it."""
    with current.reading() as session:
        submission = material.current_submission(session, application.id)
        candidate = material.candidates_by_id(session, [application.id])[application.id]
        files = material.review_files(session, application.id)
    content = from_json(submission.content) if submission is not None else None
    words = request.args.get("words", "")
    return page(
        candidate=candidate,
        content=content,
        files=files,
        words=words,
        passages=found_in(content, words),
    )


@pages.page(
    "/list/<number>", "own_list", permission="review.list", load=competition_by_number, by=("number",)
)
def own_list(competition: Competition) -> ResponseReturnValue:
    """Send one's own reviews and points of a competition as CSV; nobody else's."""
    with current.reading() as session:
        found = next(
            (one for one in reviews_of(session, current.actor()) if one.competition.id == competition.id),
            None,
        )
        if found is None:
            raise NotFound
        leaves = rubric_of(session, competition).leaves
        scores = sheets.scores_of_many(session, [row.sheet.id for row in found.rows])
    return send_list(f"{competition.number}-my-reviews", "csv", "My reviews", _lines(found, leaves, scores))


def _lines(
    found: Reviews, leaves: Sequence[Leaf], scores: Mapping[int, Mapping[str, Score]]
) -> Iterator[Line]:
    yield (*HEAD, *(leaf.title for leaf in leaves))
    for row in found.rows:
        own = scores.get(row.sheet.id, {})
        points = [own[leaf.key].earned if leaf.key in own else None for leaf in leaves]
        yield (
            found.competition.number,
            row.candidate.state,
            row.candidate.number,
            row.candidate.organization,
            row.state_word[0],
            show_exact(row.so_far),
            row.due_at.strftime("%Y-%m-%d %H:%M") if row.due_at else "",
            *(None if one is None else show_exact(one) for one in points),
        )
