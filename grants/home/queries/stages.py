"""How far the later stages of a competition are: figures for the milestones on its overview."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from grants.access.actor import Actor
from grants.awards.queries import current_selections
from grants.awards.workflow import SelectionStatus
from grants.competitions.models import Competition
from grants.competitions.queries import states_of
from grants.documents.queries import letters_of_competition
from grants.documents.workflow import LetterStatus
from grants.home.queries.running import applications_by_status
from grants.reviews.queries.counts import NO_SHEETS, sheet_counts
from grants.reviews.queries.panels import rankings_of


@dataclass(frozen=True)
class Stage:
    """One stage: how many of how many, in words, and whether all is done."""

    done: int
    whole: int
    words: str
    after_call: str = ""

    @property
    def is_done(self) -> bool:
        """Say whether nothing of this stage is left."""
        return self.whole > 0 and self.done >= self.whole

    @property
    def text(self) -> str:
        """Write the figure that stands on the milestone."""
        after = f"; after the call {self.after_call}" if self.after_call else ""
        return f"{self.done:,} of {self.whole:,} {self.words}{after}" if self.whole else ""


def stages(session: Session, competition: Competition, actor: Actor) -> Mapping[str, Stage]:
    """Return the stages by the names they have on the overview; closed applications count nowhere."""
    counts = applications_by_status(session, [competition.id], actor)
    count = {status: number for (_, status), number in counts.items()}
    passed = sum(count.get(name, 0) for name in ("eligible", "declined", "awarded"))
    screened = passed + count.get("ineligible", 0)
    sheets = sheet_counts(session, [competition.id], barred=actor.barred).get(competition.id, NO_SHEETS)
    states = len(states_of(session, competition.id))
    decided = [
        row
        for row in current_selections(session, competition.id).values()
        if row.status is SelectionStatus.APPROVED
    ]
    letters = [
        letter
        for letter in letters_of_competition(session, competition.id)
        if letter.kind in {"award", "decline"} and letter.application_id not in actor.barred
    ]
    released = sum(letter.status is LetterStatus.RELEASED for letter in letters)
    return {
        "Screening": Stage(screened, screened + count.get("submitted", 0), "applications screened"),
        "Score sheets": Stage(
            sheets.first_in, sheets.first, "score sheets in before the call", sheets.after_call
        ),
        "Panels and ranking": Stage(
            len(rankings_of(session, competition.id)), states if sheets.first else 0, "states ranked"
        ),
        "Selection": Stage(len(decided), states if sheets.first else 0, "states decided"),
        "Letters": Stage(released, passed if released or decided else 0, "letters released"),
    }
