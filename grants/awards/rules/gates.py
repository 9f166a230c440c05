"""What a selection and an award must show before they may be signed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from grants.findings import Finding

AUTHORITY_AWARD = "2 CFR 200.211"
AUTHORITY_SELECTION = "the notice's selection factors; 2 CFR 200.205"


class Choice(Protocol):
    """What a selection says."""

    choice: str
    in_rank_order: bool
    factor: str | None
    justification: str | None


@dataclass(frozen=True)
class StateFacts:
    """What stands behind a state's selection when it is signed.

    `finalists` maps application ids to their official place (None: no official rank), `tied` are
    those that share their place, `factors` the published selection factors.
    """

    finalists: Mapping[int, int | None]
    tied: frozenset[int]
    factors: Sequence[str]
    official: bool
    requested: int = 0
    available: int = 0
    waits_for_ranking: bool = False
    """Whether applications were reviewed and their ranking is not frozen: then nobody is declined either."""


def selection_gate(selection: Any, facts: StateFacts, _now: datetime) -> list[Finding]:
    """Return every reason why this selection may not be signed (law_and_practice, section 5 item 7)."""
    if selection.choice == "no_award" and facts.waits_for_ranking:
        return [
            *_reason_given(selection),
            Finding(
                "not_frozen",
                "The ranking of this state is not frozen, so nobody is declined yet. Put the state on hold.",
                field="application",
                authority=AUTHORITY_SELECTION,
            ),
        ]
    if selection.choice in {"hold", "no_award"}:
        return _reason_given(selection)
    findings = [*_chosen_faults(selection, facts)]
    if not findings and not is_in_order(selection.application_id, facts):
        findings.extend(_out_of_order_faults(selection, facts))
    if not findings and _breaks_tie(selection.application_id, facts) and not _has_text(selection):
        findings.append(
            Finding(
                "tie",
                "This place is shared. Say in your words why this applicant comes first.",
                field="justification",
                authority=AUTHORITY_SELECTION,
            )
        )
    if facts.requested > facts.available:
        findings.append(
            Finding(
                "money",
                "The request is over the published yearly amount of the state. Ask for a lower budget first.",
                field="application",
            )
        )
    return findings


def is_in_order(application_id: int | None, facts: StateFacts) -> bool:
    """Ask whether an application holds the first place of its state, alone or shared."""
    return facts.finalists.get(application_id or 0) == 1


def _breaks_tie(application_id: int | None, facts: StateFacts) -> bool:
    return application_id in facts.tied


def _chosen_faults(selection: Any, facts: StateFacts) -> list[Finding]:
    if selection.application_id is None:
        return [Finding("choice", "Choose an applicant, hold, or no award.", field="application")]
    if selection.application_id not in facts.finalists:
        return [
            Finding(
                "not_finalist",
                "This application is not a finalist, so it cannot be selected.",
                field="application",
                authority="the notice's threshold",
            )
        ]
    if not facts.official:
        return [
            Finding(
                "no_rank",
                "This state has no official rank yet. Freeze the ranking first.",
                field="application",
            )
        ]
    return []


def _out_of_order_faults(selection: Any, facts: StateFacts) -> list[Finding]:
    findings = []
    if not selection.factor:
        findings.append(
            Finding(
                "factor",
                "This is out of rank order. Choose the published factor that you rely on.",
                field="factor",
                authority=AUTHORITY_SELECTION,
            )
        )
    elif selection.factor not in facts.factors:
        findings.append(
            Finding(
                "factor_unpublished",
                f"“{selection.factor[:80]}” is not among the factors that the notice published.",
                field="factor",
                authority=AUTHORITY_SELECTION,
            )
        )
    if not _has_text(selection):
        findings.append(
            Finding(
                "justification",
                "This is out of rank order. Write the justification, in your words.",
                field="justification",
                authority=AUTHORITY_SELECTION,
            )
        )
    return findings


def _reason_given(selection: Any) -> list[Finding]:
    if _has_text(selection):
        return []
    word = "the state is on hold" if selection.choice == "hold" else "no award is made"
    return [Finding("reason", f"Write why {word}.", field="justification")]


def _has_text(selection: Any) -> bool:
    return bool((selection.justification or "").strip())


def award_gate(_award: Any, facts: Sequence["AwardItem"], _now: datetime) -> list[Finding]:
    """Return one finding for each item that 2 CFR 200.211 requires and the award does not state."""
    return [
        Finding(
            f"item_{item.key}",
            f"{item.title} is missing ({item.authority}). {item.mend}",
            field=item.key,
            authority=item.authority,
        )
        for item in facts
        if item.required and not item.value.strip()
    ]


@dataclass(frozen=True)
class AwardItem:
    """One thing that a federal award must state: where the law asks for it, its value, its source."""

    key: str
    title: str
    authority: str
    value: str
    source: str
    mend: str
    required: bool = True
