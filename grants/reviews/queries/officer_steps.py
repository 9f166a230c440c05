"""The program officer's next steps in reviews: each kind is a row of `STEPS`, read off one desk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import may
from grants.access.roles import Role
from grants.competitions.rules.states import POSTAL_CODES
from grants.lifecycle.waiting import DUE, OTHERS_WAIT, OVERDUE, WITH_OTHERS, Waiting
from grants.reviews.models import Panel
from grants.reviews.queries.desk import Desk, Paper, Round, desk_of
from grants.reviews.workflow import IN, ConflictStatus, MemberStatus, PanelStatus


@dataclass(frozen=True)
class Step:
    """One kind of step: what it is called, which permission it needs, and its rows on a desk."""

    key: str
    permission: str
    rows: Callable[[Desk, datetime], Iterator[Waiting]]


def officer_steps(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return every next step of an officer in reviews, the same number of queries however many there are."""
    allowed = [step for step in STEPS if may(actor, step.permission)]
    if Role.PROGRAM_OFFICER not in actor.staff_roles or not allowed:
        return []
    desk = desk_of(session, actor, now)
    return [row for step in allowed for row in step.rows(desk, now)]


def _row(
    desk: Desk,
    competition_id: int,
    *,
    verb: str,
    why: str,
    page: str,
    state: str = "",
    due: datetime | None = None,
    urgency: int = OTHERS_WAIT,
) -> Waiting:
    competition = desk.competitions[competition_id]
    return Waiting(
        verb=verb,
        why=why,
        due=due,
        subject=competition.number,
        endpoint=f"staff.reviews.{page}",
        values={"number": competition.number} | ({"state": state} if state else {}),
        urgency=urgency,
        role=Role.PROGRAM_OFFICER,
        zone=competition.zone,
    )


def replace(desk: Desk, _now: datetime) -> Iterator[Waiting]:
    """Name reviewers who were assigned and have a conflict, decided or not: somebody else must score."""
    for conflict in desk.undecided:
        if not _is_assigned(desk, conflict.person_id, conflict.application_id):
            continue
        if (conflict.competition_id, desk.papers[conflict.application_id].state) in desk.ranked:
            continue
        number = desk.papers[conflict.application_id].number
        is_in = any(
            seat.is_in for seat in desk.seats[conflict.application_id] if seat.person_id == conflict.person_id
        )
        verb = f"Decide on a submitted sheet of {number}" if is_in else f"Replace a reviewer of {number}"
        after = "its author scored" if is_in else "assignment"
        why = f"Conflict {conflict.status} after {after}"
        yield _about(
            _row(desk, conflict.competition_id, verb=verb, why=why, page="conflict"), number, conflict.uid
        )


def decide(desk: Desk, _now: datetime) -> Iterator[Waiting]:
    """Name conflicts that were found or declared and that nobody has decided."""
    found: dict[int, list[tuple[str, str]]] = {}
    for conflict in desk.undecided:
        is_open = conflict.status is not ConflictStatus.CONFIRMED
        if is_open and not _is_assigned(desk, conflict.person_id, conflict.application_id):
            number = desk.papers[conflict.application_id].number
            found.setdefault(conflict.competition_id, []).append((number, conflict.uid))
    for competition_id, rows in found.items():
        verb = "Decide a conflict" if len(rows) == 1 else f"Decide {len(rows)} conflicts"
        why = "A reviewer declared it or the records show it"
        page = "conflict" if len(rows) == 1 else "conflicts"
        row = _row(desk, competition_id, verb=verb, why=why, page=page)
        yield _about(row, *rows[0]) if len(rows) == 1 else row


def look(desk: Desk, _now: datetime) -> Iterator[Waiting]:
    """Name pairs whose names are alike: nothing is sent to them before a person has looked."""
    found: dict[int, list[tuple[str, str]]] = {}
    for one in desk.unlooked:
        number = desk.papers[one.application_id].number
        found.setdefault(one.competition_id, []).append((number, one.uid))
    for competition_id, rows in found.items():
        verb = "Look at names alike" if len(rows) == 1 else f"Look at {len(rows)} pairs of names alike"
        why = "They may mean the same; nothing is sent before"
        page = "likeness" if len(rows) == 1 else "conflicts"
        row = _row(desk, competition_id, verb=verb, why=why, page=page)
        yield _about(row, *rows[0]) if len(rows) == 1 else row


def invite(desk: Desk, _now: datetime) -> Iterator[Waiting]:
    """Name competitions in which fewer people are asked than the notice wants for each application."""
    for competition_id, papers in _to_review(desk).items():
        accepted = desk.members.get((competition_id, MemberStatus.ACCEPTED), 0)
        asked = accepted + desk.members.get((competition_id, MemberStatus.INVITED), 0)
        if asked < desk.minimum(competition_id):
            why = (
                f"{_some(len(papers), 'application')} to review; {asked} of at least "
                f"{desk.minimum(competition_id)} invited"
            )
            yield _row(desk, competition_id, verb="Invite reviewers", why=why, page="pool")


def assign(desk: Desk, _now: datetime) -> Iterator[Waiting]:
    """Name applications with fewer reviewers than the notice asks, once people have accepted."""
    for competition_id, papers in _to_review(desk).items():
        if not desk.members.get((competition_id, MemberStatus.ACCEPTED), 0):
            continue
        needed = desk.minimum(competition_id)
        lacking = [one.number for one in papers if len(desk.seats.get(one.id, ())) < needed]
        if lacking:
            names = ", ".join(lacking[:3]) + (" and others" if len(lacking) > 3 else "")  # noqa: PLR2004
            why = f"{names} {'have' if len(lacking) > 1 else 'has'} fewer than {needed}"
            yield _row(desk, competition_id, verb="Assign reviewers", why=why, page="assign")


def send(desk: Desk, _now: datetime) -> Iterator[Waiting]:
    """Count assignments of which nobody was told."""
    for competition_id, papers in _to_review(desk).items():
        count = sum(not seat.is_sent for one in papers for seat in desk.seats.get(one.id, ()))
        if count:
            verb, why = f"Send {_some(count, 'assignment')}", "Reviewers do not know of them yet"
            yield _row(desk, competition_id, verb=verb, why=why, page="assign", urgency=DUE)


def remind(desk: Desk, now: datetime) -> Iterator[Waiting]:
    """Count first sheets that are due and not in."""
    for competition_id, papers in _to_review(desk).items():
        late = [
            seat.due_at
            for one in papers
            for seat in desk.open_seats(one.id)
            if seat.is_sent and not seat.is_in and seat.due_at is not None and seat.due_at < now
        ]
        if late:
            verb, why = f"Remind: {_some(len(late), 'score sheet')} late", "No rank without them"
            yield _row(
                desk, competition_id, verb=verb, why=why, page="progress", due=min(late), urgency=OVERDUE
            )


def open_panel(desk: Desk, _now: datetime) -> Iterator[Waiting]:
    """Name states with finalists to compare, every first sheet in, and no panel begun."""
    for (competition_id, state), papers in _before_panel(desk):
        if desk.finalists(papers) > 1:
            panel = desk.panels.get((competition_id, state))
            call = panel.call_at if panel else None
            yield _row(
                desk,
                competition_id,
                verb=f"Open the panel of {_name(state)}",
                why="Every score sheet is in" + ("" if call else "; the call has no date"),
                page="panel",
                state=state,
                due=call,
                urgency=DUE if call else OTHERS_WAIT,
            )


def hold_panel(desk: Desk, _now: datetime) -> Iterator[Waiting]:
    """Name open panels that lack revisions or signatures: the chair and the reviewers go on."""
    for key, panel, unsigned, revising in _open_panels(desk):
        if unsigned or revising:
            missing = [_some(unsigned, "record to sign", "records to sign")] if unsigned else []
            missing += [_some(revising, "sheet to revise", "sheets to revise")] if revising else []
            yield _row(
                desk,
                key[0],
                verb=f"Hold the panel of {_name(key[1])}",
                why=" and ".join(missing),
                page="panel",
                state=key[1],
                due=panel.call_at,
                urgency=WITH_OTHERS,
            )


def close_panel(desk: Desk, _now: datetime) -> Iterator[Waiting]:
    """Name open panels in which everything is done that they were opened for."""
    for key, _panel, unsigned, revising in _open_panels(desk):
        if not unsigned and not revising:
            verb, why = f"Close the panel of {_name(key[1])}", "All scores are in, all records signed"
            yield _row(desk, key[0], verb=verb, why=why, page="panel", state=key[1])


def freeze(desk: Desk, _now: datetime) -> Iterator[Waiting]:
    """Name states whose panel is closed, or that have nothing to compare."""
    ready = [
        (key, "The panel is closed")
        for key, papers in desk.rounds().items()
        if _status(desk, key) is PanelStatus.CLOSED and key not in desk.ranked and desk.is_ready(papers)
    ]
    ready += [
        (key, "One finalist" if count else "No finalist")
        for key, papers in _before_panel(desk)
        if (count := desk.finalists(papers)) < 2  # noqa: PLR2004  # one cannot be compared
    ]
    for (competition_id, state), why in ready:
        verb = f"Freeze the ranking of {_name(state)}"
        yield _row(desk, competition_id, verb=verb, why=why, page="ranking_state", state=state)


STEPS = (
    Step("replace a reviewer", "conflict.decide", replace),
    Step("decide a conflict", "conflict.decide", decide),
    Step("look at names alike", "likeness.look", look),
    Step("invite", "pool.manage", invite),
    Step("assign", "assignment.manage", assign),
    Step("remind", "assignment.manage", remind),
    Step("send", "assignment.manage", send),
    Step("open a panel", "panel.run", open_panel),
    Step("hold a panel", "panel.run", hold_panel),
    Step("close a panel", "panel.run", close_panel),
    Step("freeze", "ranking.freeze", freeze),
)
"""Every kind of step of a program officer between screening and selection, in the order of work."""


def _some(count: int, noun: str, many: str = "") -> str:
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def _about(row: Waiting, subject: str, uid: str) -> Waiting:
    return Waiting(
        row.verb, row.why, row.due, subject, row.endpoint, {"uid": uid}, row.urgency, row.role, row.zone
    )


def _is_assigned(desk: Desk, person_id: int, application_id: int) -> bool:
    return any(seat.person_id == person_id for seat in desk.seats.get(application_id, ()))


def _by_competition(desk: Desk) -> dict[int, list[Paper]]:
    found: dict[int, list[Paper]] = {}
    for paper in desk.papers.values():
        found.setdefault(paper.competition_id, []).append(paper)
    return found


def _to_review(desk: Desk) -> dict[int, list[Paper]]:
    """Return the applications whose state is not ranked and whose panel has not begun, by competition."""
    waiting = {
        number: [
            one
            for one in papers
            if (number, one.state) not in desk.ranked
            and _status(desk, (number, one.state)) in {None, PanelStatus.WAITING}
        ]
        for number, papers in _by_competition(desk).items()
    }
    return {number: papers for number, papers in waiting.items() if papers}


def _before_panel(desk: Desk) -> Iterator[tuple[Round, list[Paper]]]:
    for key, papers in desk.rounds().items():
        waits = _status(desk, key) in {None, PanelStatus.WAITING}
        if waits and key not in desk.ranked and desk.is_ready(papers):
            yield key, papers


def _open_panels(desk: Desk) -> Iterator[tuple[Round, Panel, int, int]]:
    """Give the open panels with how many records are unsigned and how many revisions are not in."""
    for key, papers in desk.rounds().items():
        panel = desk.panels.get(key)
        if panel is not None and panel.status is PanelStatus.OPEN:
            revising = sum(
                seat.revised is not None and seat.revised not in IN
                for one in papers
                for seat in desk.open_seats(one.id)
            )
            yield key, panel, desk.unsigned.get(panel.id, 0), revising


def _status(desk: Desk, key: Round) -> PanelStatus | None:
    panel = desk.panels.get(key)
    return panel.status if panel else None


def _name(state: str) -> str:
    return POSTAL_CODES.get(state, state)
