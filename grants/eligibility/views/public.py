"""The self-check: one page per step, no account needed, and the result with its address."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session
from wtforms import Field

from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, competition_by_number, open_competitions, states_of
from grants.competitions.rules.states import POSTAL_CODES
from grants.competitions.workflow import CompetitionStatus
from grants.eligibility import services
from grants.eligibility.forms import STEPS, WORDS, tidied
from grants.eligibility.models import SelfCheck
from grants.eligibility.queries import self_check_by_uid
from grants.eligibility.rules.identifiers import ein_findings, uei_findings
from grants.eligibility.rules.self_check import Outcome
from grants.errors import NotFound
from grants.findings import Finding, Level
from grants.organizations.queries import organizations_by_ids
from grants.web import current
from grants.web.fields import choices
from grants.web.forms import Form
from grants.web.render import go, page
from grants.web.routing import Pages

pages = Pages("eligibility", audience="public")

LAST = len(STEPS)
NUMBERS = {2: "ein", 3: "uei"}
"""The number that a step asks for."""
ANSWERS = frozenset(
    {
        *("chosen_state", "kind", "us_based", "state", "serves_whole_state", "ein", "uei", "excluded"),
        *("assures_share", "has_board", "plans_board", "has_ip_plan", "has_another"),
    }
)


@pages.page("/check", "check", permission="self_check.run", methods=("GET", "POST"))
def check() -> ResponseReturnValue:
    """Ask one page of questions after the other; the answers travel in the form."""
    number = request.values.get("competition", "")
    with current.reading() as session:
        competition = _published(session, number) if number else None
        if competition is None and number:
            raise NotFound
        if competition is None:
            return page("public/eligibility/choose.html", rows=open_competitions(session, current.now()))
        states = [row.state for row in states_of(session, competition.id)]
    step = min(max(request.form.get("step", 1, type=int), 1), LAST)
    answers = {name: value[:200] for name, value in request.form.items() if name in ANSWERS}
    if request.method == "GET":
        return _ask(competition, states, 1, _known(request.args.get("state", "")), [])
    if request.form.get("do") == "back":
        return _ask(competition, states, max(step - 1, 1), answers, [])
    form = _form(step, states, sent=True)
    if not form.is_sent():
        return _ask(competition, states, step, answers, [], form=form)
    answers |= {name: tidied(name, answers[name]) for name in ("ein", "uei") if name in answers}
    if step < LAST:
        return _ask(competition, states, step + 1, answers, _typos(step, answers))
    return _judge(competition, answers)


def _judge(competition: Competition, answers: dict[str, str]) -> ResponseReturnValue:
    actor, now = current.actor(), current.now()
    today = now.astimezone(ZoneInfo(competition.zone)).date()
    with current.writing() as session:
        kept = services.check(session, competition, answers, actor=actor, now=now, today=today)
    return go("public.eligibility.result", uid=kept.uid, application=request.form.get("application"))


def _ask(
    competition: Competition,
    states: list[str],
    step: int,
    answers: dict[str, str],
    typos: list[Finding],
    *,
    form: Form | None = None,
) -> ResponseReturnValue:
    fresh = form or _form(step, states, sent=False, answers=answers)
    doubted = _doubted(step, answers) if typos else None
    asked = {field.name for field in (*fresh, *([doubted] if doubted else []))}
    carried = {name: value for name, value in answers.items() if name not in asked}
    return page(
        "public/eligibility/check.html",
        form=fresh,
        competition=competition,
        step=step,
        words=WORDS,
        carried=carried,
        typos=typos,
        doubted=doubted,
        application=request.values.get("application", ""),
    )


def _form(step: int, states: list[str], *, sent: bool, answers: dict[str, str] | None = None) -> Form:
    kind = STEPS[step - 1]
    form = kind() if sent else kind(formdata=None, data=answers)
    if step == 1:
        named = ((code, POSTAL_CODES.get(code, code)) for code in states)
        form["chosen_state"].choices = choices([("", "Choose a state"), *named])
    return form


def _typos(step: int, answers: dict[str, str]) -> list[Finding]:
    """Say what looks like a typo in what was just entered; it warns and lets pass."""
    found = {2: lambda: ein_findings(answers.get("ein", "")), 3: lambda: uei_findings(answers.get("uei", ""))}
    if step not in found or not answers.get(NUMBERS[step]):
        return []
    return [
        Finding(one.code, one.message, authority=one.authority, level=Level.WARN) for one in found[step]()
    ]


def _doubted(step: int, answers: dict[str, str]) -> Field:
    """Return the field of the step before, to be corrected on this page."""
    field: Field = _form(step - 1, [], sent=False, answers=answers)[NUMBERS[step - 1]]
    return field


def _known(state: str) -> dict[str, str]:
    """Return what the system knows already of the actor's organization."""
    actor = current.actor()
    answers = {"chosen_state": state} if state else {}
    if not actor.memberships:
        return answers
    with current.reading() as session:
        host = organizations_by_ids(session, set(actor.memberships)).get(min(actor.memberships))
    if host is None:
        return answers
    known = {
        "kind": host.kind.value,
        "state": host.state,
        "ein": host.ein,
        "uei": host.uei,
        "us_based": "yes",
    }
    return answers | {name: value for name, value in known.items() if value}


def _published(session: Session, number: str) -> Competition | None:
    competition = competition_by_number(session, number)
    if competition is None or competition.status == CompetitionStatus.DRAFT:
        return None
    return competition


@pages.page("/results/<uid>", "result", permission="self_check.read", load=self_check_by_uid)
def result(kept: SelfCheck) -> ResponseReturnValue:
    """Show each rule with its result, authority, evidence and what to do."""
    with current.reading() as session:
        competition = competition_by_id(session, kept.competition_id)
    if competition is None:
        raise NotFound
    outcomes = [one["outcome"] for one in kept.results]
    start = url_for(
        "applicant.applications.start", competition=competition.number, state=kept.state, check=kept.uid
    )
    return page(
        kept=kept,
        competition=competition,
        state_name=POSTAL_CODES.get(kept.state, kept.state),
        words=WORDS,
        dates={one["rule"]: date.fromisoformat(one["evidence_on"]) for one in kept.results},
        failed=outcomes.count(Outcome.FAIL),
        look=outcomes.count(Outcome.LOOK),
        start=start,
        levels={"pass": "pass", "fail": "stop", "look": "look"},
        application=request.args.get("application", ""),
    )


@pages.page(
    "/results/<uid>/keep", "keep", permission="self_check.keep", load=self_check_by_uid, methods=("POST",)
)
def keep(kept: SelfCheck) -> ResponseReturnValue:
    """Put a result into one's own account."""
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        session.add(kept)
        services.keep(session, kept, actor=actor, now=now)
    return go("public.eligibility.result", uid=kept.uid, said="The result is kept with your account.")
