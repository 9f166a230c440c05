from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from grants.access.actor import SYSTEM, Actor
from grants.access.roles import SEPARATED, STAFF, Role
from grants.accounts.models import Person
from grants.accounts.queries import roles_ever, roles_held
from grants.accounts.rules.sessions import separation_conflicts
from grants.accounts.services import registration, roles
from grants.accounts.services.registration import Profile
from grants.clock import StoppedClock
from grants.database import Database
from grants.errors import NotFound, Refused

ActAs = Callable[[Actor], FlaskClient]


@pytest.fixture
def people(database: Database, clock: StoppedClock) -> dict[str, Person]:
    """An administrator and somebody without a role."""
    made: dict[str, Person] = {}
    with database.writing() as session:
        for name in ("admin", "ana"):
            profile = Profile(name.capitalize(), "six small green boats")
            person = registration.register_invited(session, f"{name}@tests.example", profile, now=clock.now())
            assert person is not None
            made[name] = person
        roles.grant_role(session, made["admin"], Role.ADMINISTRATOR, actor=SYSTEM, now=clock.now())
    return made


def administrator(people: dict[str, Person]) -> Actor:
    return Actor(people["admin"].id, "Admin", staff_roles=frozenset({Role.ADMINISTRATOR}))


@pytest.mark.parametrize("pair", [*SEPARATED, *((b, a) for a, b in SEPARATED)])
def test_roles_that_exclude_each_other_are_refused_in_both_orders(
    database: Database, clock: StoppedClock, people: dict[str, Person], pair: tuple[Role, Role]
) -> None:
    first, second = pair

    with database.writing() as session:
        roles.grant_role(session, people["ana"], first, actor=SYSTEM, now=clock.now())
    with pytest.raises(Refused) as refusal, database.writing() as session:
        roles.grant_role(session, people["ana"], second, actor=SYSTEM, now=clock.now())

    assert str(refusal.value) == (
        f"Ana is {first}. The same person may not be {second} as well; end that role first."
    )


def test_roles_that_go_together_are_given_both(
    database: Database, clock: StoppedClock, people: dict[str, Person]
) -> None:
    together = [
        (a, b) for a in sorted(STAFF) for b in sorted(STAFF) if a < b and not separation_conflicts(a, [b])
    ]

    assert (Role.PANEL_CHAIR, Role.PROGRAM_OFFICER) in together
    with database.writing() as session:
        for role in (Role.PANEL_CHAIR, Role.PROGRAM_OFFICER):
            roles.grant_role(session, people["ana"], role, actor=SYSTEM, now=clock.now())
        assert len(roles_held(session, people["ana"].id)) == 2


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.PERSON, Role.MEMBER, Role.REVIEWER])
def test_what_follows_from_belonging_cannot_be_given(
    database: Database, clock: StoppedClock, people: dict[str, Person], role: Role
) -> None:
    with pytest.raises(Refused), database.writing() as session:
        roles.grant_role(session, people["ana"], role, actor=administrator(people), now=clock.now())


def test_only_an_administrator_gives_roles(
    database: Database, clock: StoppedClock, people: dict[str, Person]
) -> None:
    officer = Actor(people["ana"].id, "Ana", staff_roles=STAFF - {Role.ADMINISTRATOR})

    with pytest.raises(NotFound), database.writing() as session:
        roles.grant_role(session, people["ana"], Role.AUDITOR, actor=officer, now=clock.now())


def test_a_role_is_given_and_ended_on_its_page_and_stays_in_the_record(
    act_as: ActAs, database: Database, people: dict[str, Person]
) -> None:
    client = act_as(administrator(people))
    page = f"/staff/accounts/people/{people['ana'].uid}"

    assert client.post(page, data={"role": "auditor"}).status_code == 303
    refused = client.post(page, data={"role": "panel chair"})
    assert refused.status_code == 422
    assert "not together with auditor" in refused.get_data(as_text=True)
    with database.reading() as session:
        (held,) = roles_held(session, people["ana"].id)
    assert client.post(f"/staff/accounts/roles/{held.uid}/end").status_code == 303
    assert client.post(page, data={"role": "auditor"}).status_code == 303
    with database.reading() as session:
        assert len(roles_held(session, people["ana"].id)) == 1
        ever = roles_ever(session, people["ana"].id)
    assert {(row.role, row.ended_at is None) for row in ever} == {
        (Role.AUDITOR, False),
        (Role.AUDITOR, True),
    }


def test_the_only_administrator_stays(act_as: ActAs, database: Database, people: dict[str, Person]) -> None:
    client = act_as(administrator(people))
    with database.reading() as session:
        (held,) = roles_held(session, people["admin"].id)

    assert client.post(f"/staff/accounts/roles/{held.uid}/end").status_code == 422


def test_the_list_of_people_is_found_by_words_and_by_role(act_as: ActAs, people: dict[str, Person]) -> None:
    client = act_as(administrator(people))

    everybody = client.get("/staff/accounts/people").get_data(as_text=True)
    by_role = client.get("/staff/accounts/people?role=administrator").get_data(as_text=True)
    by_words = client.get("/staff/accounts/people?words=ANA@").get_data(as_text=True)

    addresses = [
        ("admin@tests.example" in page, "ana@tests.example" in page)
        for page in (everybody, by_role, by_words)
    ]
    assert addresses == [(True, True), (True, False), (False, True)]
    assert client.get("/staff/accounts/people?words=nobody%25&page=900").status_code == 200
