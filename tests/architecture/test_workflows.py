"""The workflow tables hang together: every status is reached, left or final, and somebody is told."""

from collections.abc import Mapping

import pytest

from grants import wiring
from grants.access.policy import POLICY
from grants.lifecycle.moves import SILENT, Workflow
from tests.architecture import house

WORKFLOWS = house.workflows()
each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.name)


@each_workflow
def test_moves_lead_from_and_to_statuses_of_their_own_table(workflow: Workflow) -> None:
    statuses = {str(status) for status in workflow.states}
    named = {workflow.initial} | workflow.final
    for move in workflow.moves.values():
        named |= move.from_ | {move.to}

    assert {str(status) for status in named} - statuses == set()


@each_workflow
def test_every_status_can_be_reached(workflow: Workflow) -> None:
    reached = {str(workflow.initial)}
    while True:
        further = {str(move.to) for move in workflow.moves.values() if _strings(move.from_) & reached}
        if further <= reached:
            break
        reached |= further

    assert {str(status) for status in workflow.states} - reached == set()


@each_workflow
def test_only_a_final_status_is_a_dead_end(workflow: Workflow) -> None:
    left = {str(status) for move in workflow.moves.values() for status in move.from_ - {move.to}}

    assert {str(status) for status in workflow.states} - left - _strings(workflow.final) == set()


@each_workflow
def test_every_move_is_permitted_by_a_row_of_the_policy(workflow: Workflow) -> None:
    assert {move.permission for move in workflow.moves.values()} - set(POLICY) == set()


@each_workflow
def test_every_move_has_a_notice_or_is_declared_silent(workflow: Workflow) -> None:
    notices: Mapping[str, object] = wiring.NOTICES

    assert {move.notice for move in workflow.moves.values()} - set(notices) - {SILENT} == set()


@each_workflow
def test_every_move_says_what_happened(workflow: Workflow) -> None:
    assert [move.name for move in workflow.moves.values() if not move.happened.strip()] == []


def _strings(statuses: frozenset[str]) -> set[str]:
    return {str(status) for status in statuses}
