"""Frozen rankings as typed values, for selection, letters and the record."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from grants.reviews.models import Ranking
from grants.reviews.queries import panels


@dataclass(frozen=True)
class FrozenPlace:
    """One finalist as the frozen ranking places it."""

    application_id: int
    number: str
    organization: str
    place: int
    tied: bool
    label: str
    value: str
    mean: str
    strength: str


@dataclass(frozen=True)
class Below:
    """One application that is no finalist."""

    application_id: int
    number: str
    organization: str
    text: str


@dataclass(frozen=True)
class FrozenRanking:
    """The published order of a state as it was frozen."""

    uid: str
    state: str
    method: str
    sha256: str
    frozen_at: datetime
    places: tuple[FrozenPlace, ...]
    below: tuple[Below, ...]

    def place_of(self, application_id: int) -> FrozenPlace | None:
        """Return the place of a finalist; None for an application that is none."""
        return next((place for place in self.places if place.application_id == application_id), None)

    @property
    def finalists(self) -> frozenset[int]:
        """Return the finalists."""
        return frozenset(place.application_id for place in self.places)


def frozen_ranking(session: Session, competition_id: int, state: str) -> FrozenRanking | None:
    """Return the frozen ranking of a state that stands, for selection."""
    row = panels.ranking_of(session, competition_id, state)
    return None if row is None else thawed(row)


def frozen_rankings(session: Session, competition_id: int) -> dict[str, FrozenRanking]:
    """Return every frozen ranking of a competition that stands, by state."""
    return {state: thawed(row) for state, row in panels.rankings_of(session, competition_id).items()}


def thawed(row: Ranking) -> FrozenRanking:
    """Return a stored ranking as typed values."""
    content = row.content["summary"]
    return FrozenRanking(
        uid=row.uid,
        state=row.state,
        method=content["method"],
        sha256=row.sha256,
        frozen_at=row.frozen_at,
        places=tuple(FrozenPlace(**place) for place in content["places"]),
        below=tuple(Below(**one) for one in content["below"]),
    )
