"""A key that two reach at once answers 409 in words, whichever key of whichever table it is."""

import pytest
from flask import Flask
from sqlalchemy import CheckConstraint, inspect

from grants.access.actor import Actor
from grants.accounts.models import Person
from grants.accounts.services import registration
from grants.database import Database, Instant, metadata
from grants.migrations import schema
from grants.web import collisions
from tests.factories.deeds import NOW, make_person
from tests.plugins.web import ActAs

schema.load()
TABLES = [table for table in metadata.sorted_tables if collisions._uniques(table)]
TWO_INSTANTS = {
    "ck_submission_replaced_later": "the later of now and the instant of the submission (submitting)",
    "ck_interest_ends_after_it_began": "a span is added to the one instant of the declaration (joining)",
    "ck_late_attempt_is_late": "kept only where the same instant was judged late (submitting)",
    "ck_continuation_request_draft_before_final": "both are days of the award's calendar (opening)",
}
"""CHECKs that compare two instants, and why none answers 500 where a clock was set back."""


def test_every_unique_key_is_told_by_its_table_on_both_databases() -> None:
    untold = []
    for table in TABLES:
        for name, columns in collisions._uniques(table):
            spelled = ", ".join(f"{table.name}.{column}" for column in columns)
            by_columns = collisions._unique_in(f"UNIQUE constraint failed: {spelled}", None)
            by_index = collisions._unique_in(f"UNIQUE constraint failed: index '{name}'", None)
            by_name = collisions._unique_in("duplicate key value violates unique constraint", name)
            if {by_columns, by_name} != {table} or by_index not in {table, None}:
                untold.append(name)

    assert untold == []
    assert len(TABLES) > 50


def test_the_names_are_those_of_the_database(database: Database) -> None:

    inspector = inspect(database.engine)
    for table in TABLES:
        there = {str(each["name"]) for each in inspector.get_unique_constraints(table.name)}
        there |= {str(each["name"]) for each in inspector.get_indexes(table.name) if each["unique"]}
        assert {name for name, _ in collisions._uniques(table)} == there, table.name


def test_no_other_check_compares_two_instants() -> None:
    found = set()
    for table in metadata.tables.values():
        instants = {column.name for column in table.columns if isinstance(column.type, Instant)}
        for check in table.constraints:
            if isinstance(check, CheckConstraint) and any(sign in str(check.sqltext) for sign in "<>"):
                words = str(check.sqltext).replace("(", " ").replace(")", " ").split()
                if len(instants & set(words)) > 1 and {"<", ">", "<=", ">="} & set(words):
                    found.add(str(check.name))

    assert found == set(TWO_INSTANTS)


def test_a_second_row_of_one_key_answers_409_and_shows_what_was_typed(
    app: Flask, act_as: ActAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    database: Database = app.extensions["grants.database"]
    with database.writing() as session:
        person = make_person(session, "Ana Roy")

    def twice(*_given: object, **_named: object) -> None:
        with database.writing() as session:
            session.add(Person(email=person.email, name="Twice", created_at=NOW))

    monkeypatch.setattr(registration, "change_profile", twice)
    client = act_as(Actor(person.id, person.name, person.email))

    answer = client.post("/accounts/own", data={"name": "Ana de Roy", "phone": "", "zone": "America/Denver"})

    assert answer.status_code == 409
    assert "The same person was stored at this very moment" in answer.text
    assert "Ana de Roy" in answer.text
