"""Competitions for tests: the samples, loaded and published by the same services as in real use."""

from datetime import UTC, datetime

import pytest

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.competitions.models import Competition
from grants.competitions.rules.notice import Notice
from grants.competitions.rules.samples import sample_text
from grants.competitions.rules.toml_text import load
from grants.competitions.services.opening import load_new
from grants.competitions.services.publishing import publish
from grants.database import Database

PUBLICATION = datetime(2014, 8, 1, 13, 0, tzinfo=UTC)


@pytest.fixture
def officer() -> Actor:
    """The program officer of the tests."""
    return Actor(
        person_id=901,
        name="R. Ortiz",
        email="officer@demo.example",
        staff_roles=frozenset({Role.PROGRAM_OFFICER}),
    )


@pytest.fixture
def auditor() -> Actor:
    """A reader of everything who changes nothing."""
    return Actor(person_id=902, name="A. Kim", staff_roles=frozenset({Role.AUDITOR}))


def sample(name: str) -> Notice:
    """Read one of the sample files."""
    notice, faults = load(sample_text(name))
    assert faults == []
    assert notice is not None
    return notice


@pytest.fixture
def ten_states() -> Notice:
    """The notice of the ten states of 2014."""
    return sample("ten_states_2014")


@pytest.fixture
def draft(database: Database, officer: Actor, ten_states: Notice) -> Competition:
    """The ten states of 2014 in preparation."""
    with database.writing() as session:
        return load_new(session, ten_states, actor=officer, now=PUBLICATION)


@pytest.fixture
def published(database: Database, officer: Actor, draft: Competition) -> Competition:
    """The ten states of 2014, published on August 1, 2014."""
    with database.writing() as session:
        standing = session.get_one(Competition, draft.id)
        return publish(session, standing, actor=officer, now=PUBLICATION)
