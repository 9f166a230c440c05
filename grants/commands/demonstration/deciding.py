"""Panels, rankings, selections, awards and letters of the demonstration."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from grants.awards.models import Award, Choice, Selection
from grants.awards.queries import awards_of_competition, current_selections, state_views
from grants.awards.services import awarding, lettering, selecting
from grants.awards.services.dossier import award_dossier, governing_rule, memo, state_facts, submitted
from grants.commands.demonstration.hosts import HOSTS
from grants.commands.demonstration.notices import competition
from grants.commands.demonstration.people import CHAIR, GRANTS, OFFICER, SELECTING, reviewer
from grants.commands.demonstration.reviewing import instant, sheet_of
from grants.commands.demonstration.screening import application_of
from grants.commands.demonstration.stage import Scene, Stage, known
from grants.competitions.queries import factors_of
from grants.competitions.rules.states import CENTER_STATES
from grants.documents.models import Batch
from grants.documents.queries import batches_of
from grants.documents.services.letters import ask_to_make
from grants.reviews.models import Panel, Phase
from grants.reviews.queries import panels as stored
from grants.reviews.queries import sheets
from grants.reviews.services import feedback, freezing, panels, scoring
from grants.reviews.workflow import IN

Revision = tuple[int, str, str, int]
"""Who revises which host's application in which sub-criterion, to how many points."""

TERMS: Final[Mapping[str, str]] = {
    "listing_title": "Manufacturing Extension Partnership",
    "research": "no",
    "indirect_rate": "10 % of modified total direct cost, de minimis",
    "goals": "The operating outcome plan of each year; assessed at the yearly review of the center.",
    "terms": "Standard terms and conditions of the department, edition of January 2013",
    "later_periods": (
        "Later budget periods are funded without a new competition if funds are available, authority "
        "continues, performance is satisfactory and the terms of the award are kept."
    ),
    "selected_again": "no",
}


def call(stage: Stage, number: str, state: str, at: str) -> None:
    """Set a state's panel call."""
    stage.later(3)
    with stage.acting(OFFICER) as scene:
        panels.set_call(
            scene.session,
            competition(scene, number),
            state,
            call_at=instant(at),
            call_link=f"https://calls.example/{number.lower()}-{state.lower()}",
            actor=scene.actor,
            now=scene.now,
        )


def open_panel(stage: Stage, number: str, state: str, *, early: str = "") -> None:
    """Open a state's panel, before its call with the reason."""
    stage.later()
    with stage.acting(CHAIR) as scene:
        round_ = competition(scene, number)
        panels.open_panel(scene.session, round_, state, early=early, actor=scene.actor, now=scene.now)


def discuss(stage: Stage, number: str, state: str, reviewers: tuple[int, ...], *revised: Revision) -> None:
    """Have reviewers revise what they name and confirm the rest; the chair writes and signs the records."""
    for each in reviewers:
        confirm(stage, number, state, each, *revised)
    stage.later(15)
    with stage.acting(CHAIR) as scene:
        panel = _panel(scene, number, state)
        for application_id, record in stored.records_of(scene.session, panel.id).items():
            panels.write_record(
                scene.session,
                panel,
                application_id,
                text=(
                    "The reviewers compared their readings of the state's needs and of the match in years "
                    "four and five. Each kept or changed their own scores."
                ),
                version=record.version,
                actor=scene.actor,
                now=scene.now,
            )
            stage.later()
            panels.sign_record(scene.session, panel, application_id, actor=scene.actor, now=scene.now)


def confirm(stage: Stage, number: str, state: str, each: int, *revised: Revision) -> None:
    """Have one reviewer revise what is named and confirm every other sheet."""
    stage.later(20)
    mine = {host: (key, points) for who, host, key, points in revised if who == each}
    with stage.acting(reviewer(each).someone.email) as scene:
        _confirm(stage, scene, number, state, mine)


def close(stage: Stage, number: str, state: str) -> None:
    """Close a state's panel."""
    stage.later(5)
    with stage.acting(CHAIR) as scene:
        panels.close_panel(
            scene.session,
            competition(scene, number),
            _panel(scene, number, state),
            actor=scene.actor,
            now=scene.now,
        )


def freeze(stage: Stage, number: str, state: str) -> None:
    """Freeze a state's ranking."""
    stage.later(25)
    with stage.acting(OFFICER) as scene:
        freezing.freeze_state(
            scene.session, stage.files, competition(scene, number), state, actor=scene.actor, now=scene.now
        )


def select(
    stage: Stage, number: str, state: str, host_key: str | None, *, factor: int | None = None, why: str = ""
) -> None:
    """Sign the selection of a host, or no award where there is none; `factor` counts from 0."""
    stage.later(12)
    with stage.acting(SELECTING) as scene:
        round_ = competition(scene, number)
        view = next(view for view in state_views(scene.session, round_.id) if view.target.state == state)
        factors = tuple(row.text for row in factors_of(scene.session, round_.id))
        chosen = application_of(scene, number, host_key).id if host_key else None
        decision = selecting.Decision(
            Choice.SELECT if chosen else Choice.NO_AWARD,
            chosen,
            None if factor is None else factors[factor],
            why,
        )
        selecting.sign_selection(
            scene.session,
            round_,
            state,
            decision,
            facts=state_facts(view, factors, chosen),
            memo=memo(view),
            ranking_sha256=view.ranking.sha256 if view.ranking else None,
            actor=scene.actor,
            now=scene.now,
        )


def approve(stage: Stage, number: str, state: str) -> None:
    """Approve a signed selection."""
    stage.later(14)
    with stage.acting(GRANTS) as scene:
        selecting.approve(scene.session, _selection(scene, number, state), actor=scene.actor, now=scene.now)


def award(stage: Stage, number: str, host_key: str, fain: str, start: date) -> None:
    """Prepare the award of a selected host and make it."""
    state = HOSTS[host_key].state
    stage.later(30)
    with stage.acting(GRANTS) as scene:
        application = application_of(scene, number, host_key)
        content = submitted(scene.session, application)
        rule, again, _caution = governing_rule(competition(scene, number), scene.now.date())
        terms = awarding.Terms(
            fain=fain,
            start=start,
            director_name=content.center_director,
            entered={**TERMS, "description": content.project_title},
        )
        made = awarding.prepare(
            scene.session,
            _selection(scene, number, state),
            application,
            content.years,
            rule=rule,
            selected_again=again,
            terms=terms,
            actor=scene.actor,
            now=scene.now,
        )
    stage.later(45)
    with stage.acting(GRANTS) as scene:
        standing = _award(scene, number, made.fain)
        dossier = award_dossier(scene.session, standing, now=scene.now, officer=scene.actor.name)
        awarding.make(
            scene.session,
            standing,
            items=dossier.items,
            judged=dossier.judged,
            zone=dossier.competition.zone,
            actor=scene.actor,
            now=scene.now,
        )


def clear_feedback(stage: Stage, number: str) -> None:
    """Clear what the reviewers say to each applicant; it opens with the letter."""
    stage.later(20)
    with stage.acting(OFFICER) as scene:
        round_ = competition(scene, number)
        ready = [one for one in feedback.drafts(scene.session, round_) if one.is_ready]
        feedback.clear(scene.session, round_, ready, actor=scene.actor, now=scene.now)
    stage.work()


def send_letters(stage: Stage, number: str) -> None:
    """Draft the letters of everything decided, have them made, and release them together."""
    stage.later(30)
    with stage.acting(GRANTS) as scene:
        batch = lettering.draft_round(
            scene.session,
            competition(scene, number),
            state_names=CENTER_STATES,
            actor=scene.actor,
            now=scene.now,
        )
        stage.later(5)
        ask_to_make(scene.session, batch, actor=scene.actor, now=scene.now)
    stage.work()
    stage.later(40)
    with stage.acting(GRANTS) as scene:
        lettering.release_round(scene.session, _batch(scene, number), actor=scene.actor, now=scene.now)


def countersign(stage: Stage, number: str, host_key: str, fain: str) -> None:
    """Accept an award for its recipient."""
    signer = HOSTS[host_key].signer
    stage.later(33)
    with stage.acting(signer.email) as scene:
        awarding.countersign(
            scene.session,
            _award(scene, number, fain),
            title="President",
            actor=scene.actor,
            now=scene.now,
        )


def _confirm(
    stage: Stage, scene: Scene, number: str, state: str, revised: Mapping[str, tuple[str, int]]
) -> None:
    """Revise what is named, and let everything else on the acting reviewer's sheets stand."""
    round_ = competition(scene, number)
    for host_key, (key, points) in revised.items():
        sheet = sheet_of(scene, number, host_key, Phase.FINAL)
        before = sheets.scores_of(scene.session, sheet.id)[key]
        fields = {
            **scoring.as_fields(before),
            "points": str(points),
            "change_reason": "The panel pointed to a table of the proposal that I had passed over.",
        }
        scoring.save_score(
            scene.session,
            round_,
            sheet,
            key,
            fields=fields,
            version=before.version,
            actor=scene.actor,
            now=scene.now,
        )
        stage.later(2)
        scoring.submit(scene.session, round_, sheet, actor=scene.actor, now=scene.now)
    for sheet in sheets.sheets_of(scene.session, round_.id, state=state):
        if sheet.person_id == scene.person.id and sheet.phase is Phase.FINAL and sheet.status not in IN:
            stage.later()
            scoring.stand(scene.session, round_, sheet, actor=scene.actor, now=scene.now)


def _panel(scene: Scene, number: str, state: str) -> Panel:
    found = stored.panel_of(scene.session, competition(scene, number).id, state)
    return known(found, f"the panel of {state}")


def _selection(scene: Scene, number: str, state: str) -> Selection:
    found = current_selections(scene.session, competition(scene, number).id).get(state)
    return known(found, f"the selection of {state}")


def _award(scene: Scene, number: str, fain: str) -> Award:
    rows = awards_of_competition(scene.session, competition(scene, number).id)
    return known(next((row for row in rows if row.fain == fain), None), fain)


def _batch(scene: Scene, number: str) -> Batch:
    rows = batches_of(scene.session, competition(scene, number).id)
    return known(next((row for row in rows if row.released_at is None), None), "a batch of letters")
