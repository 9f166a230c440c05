"""Where each state stands in the cycle of competitions, for the public map."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from grants.competitions.rules.places import STATES
from grants.competitions.rules.stage import Stage, stage_at
from grants.competitions.rules.wording import show_instant


@dataclass(frozen=True)
class Round:
    """One state in one published competition."""

    state: str
    number: str
    per_year: int | None
    opens_at: datetime | None
    deadline_at: datetime | None
    zone: str
    is_decided: bool
    award_from: date | None
    award_years: int | None

    @property
    def due_year(self) -> int | None:
        """Return the year of the state's next competition: where this award ends."""
        if self.award_from is None or self.award_years is None:
            return None
        return self.award_from.year + self.award_years


@dataclass(frozen=True)
class StateStanding:
    """One state on the map; `mark` is open, due, awarded or empty."""

    code: str
    name: str
    mark: str
    sentence: str
    last: Round | None
    holder: str


def standings(rounds: Iterable[Round], holders: Mapping[str, str], now: datetime) -> list[StateStanding]:
    """Tell each state's place from its newest published competition; `rounds` come newest first."""
    newest: dict[str, Round] = {}
    for one in rounds:
        newest.setdefault(one.state, one)
    return [_standing(code, newest.get(code), holders.get(code, ""), now) for code in STATES]


def _standing(code: str, last: Round | None, holder: str, now: datetime) -> StateStanding:
    mark, sentence = _mark(last, holder, now) if last else ("", "no competition yet")
    return StateStanding(code, STATES[code], mark, sentence, last, holder)


def _mark(last: Round, holder: str, now: datetime) -> tuple[str, str]:
    stage = stage_at(opens_at=last.opens_at, deadline_at=last.deadline_at, now=now)
    due = f"due again in {last.due_year}" if last.due_year else "next year not set"
    if not last.is_decided and stage is Stage.OPEN:
        return "open", f"open until {show_instant(last.deadline_at, last.zone, seconds=True)}"
    if not last.is_decided and stage is Stage.COMING:
        return "due", f"opens {show_instant(last.opens_at, last.zone)}"
    if last.due_year is not None and last.due_year <= now.year + 1:
        return "due", f"due in {last.due_year}"
    if holder:
        return "awarded", f"awarded to {holder}, {due}"
    if last.is_decided:
        return "awarded", f"decided, {due}"
    return "", f"closed, being decided; {due}"
