"""Deny by default: doors, permissions and the access matrix agree."""

import pytest
from flask import Flask

from grants.access.check import decide
from grants.access.policy import POLICY
from grants.access.roles import APPLICANT, SEPARATED, STAFF, Role
from grants.errors import NotFound
from tests.architecture import house, matrix

GOLDEN = house.ROOT / "tests" / "golden" / "access_matrix.csv"


def test_the_access_matrix_equals_the_golden_file() -> None:
    house.equals_golden(GOLDEN, list(matrix.rows()))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PUBLIC])
def test_a_conflict_closes_every_door_to_the_application(role: Role) -> None:
    actor = matrix.actor_in(role, barred=True)

    opened = [
        name
        for name in POLICY
        for status in matrix.statuses_of(POLICY[name])
        if decide(actor, name, matrix.own_record(status)).allowed
    ]

    assert {name for name in opened if not POLICY[name].is_applicants} == set()
    assert role in APPLICANT or opened == []


@pytest.mark.parametrize("role", sorted(APPLICANT))
def test_a_conflict_never_closes_an_applicants_own_door(role: Role) -> None:
    free, barred = matrix.actor_in(role), matrix.actor_in(role, barred=True)

    answers = {
        (name, status): (decide(free, name, record).allowed, decide(barred, name, record).allowed)
        for name in POLICY
        if POLICY[name].is_applicants
        for status in matrix.statuses_of(POLICY[name])
        for record in [matrix.own_record(status)]
    }

    assert {key for key, (before, after) in answers.items() if before is not after} == set()
    assert any(before for before, _after in answers.values())


@pytest.mark.parametrize("name", sorted(POLICY))
def test_who_may_not_know_of_a_record_is_told_that_there_is_none(name: str) -> None:
    outside = [role for role in Role if role not in POLICY[name].roles]
    actors = [matrix.actor_in(role) for role in outside]
    strangers = [actor for actor in actors if not actor.roles & POLICY[name].roles]

    errors = {type(decide(actor, name, matrix.own_record("any")).error) for actor in strangers}

    assert errors <= {NotFound}


def test_separated_roles_are_roles_of_staff() -> None:
    assert {role for pair in SEPARATED for role in pair} - STAFF == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_endpoint_has_a_door_with_a_permission_of_the_policy(app: Flask) -> None:
    doors = app.extensions["grants.doors"]
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert endpoints - set(doors) == set()
    assert set(doors) - endpoints == set()
    assert {door.permission for door in doors.values()} - set(POLICY) == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_permission_is_used(app: Flask) -> None:
    used = {door.permission for door in app.extensions["grants.doors"].values()}
    used |= {move.permission for workflow in house.workflows() for move in workflow.moves.values()}

    assert set(POLICY) - used == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_page_that_takes_a_record_by_its_uid_loads_it_behind_the_guard(app: Flask) -> None:
    doors = app.extensions["grants.doors"]
    unguarded = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if {"uid", "number"} & rule.arguments and doors[rule.endpoint].load is None
    ]

    assert unguarded == []
