"""Characters that a database cannot keep get one sentence, wherever they are sent."""

import pytest

from grants.access.actor import Actor
from grants.access.roles import Role
from tests.plugins.web import ActAs

STAFF = Actor(8, "Rosa Ortiz", staff_roles=frozenset({Role.PROGRAM_OFFICER, Role.ADMINISTRATOR}))
ADDRESSES = [
    "/staff/home/search?words=%00",
    "/staff/home/events?thing=%00&person=%00&kind=%00",
    "/staff/competitions?words=%00",
    "/staff/competitions/%00",
    "/staff/continuations?words=%00",
    "/staff/applications?words=%00&state=%00",
    "/staff/screening?competition=%00",
    "/staff/awards/%00",
    "/staff/accounts/people?words=%00",
    "/competitions?words=%00",
]
FORMS = [
    ("/staff/competitions/new", {"number": "2031-NIST-MEP-01", "title": "a\x00b", "dates": "move"}),
    ("/staff/home/contact", {"name": "a\x00b", "phone": "301-555-0102", "hours": "weekdays", "email": ""}),
]
SENTENCE = "a character that cannot be kept (NUL)"


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_a_null_character_is_answered(act_as: ActAs, address: str) -> None:
    answer = act_as(STAFF).get(address)

    assert answer.status_code in {200, 404, 422}
    assert (SENTENCE in answer.text) is (answer.status_code == 422)


@pytest.mark.parametrize(("address", "sent"), FORMS)
def test_a_form_with_a_null_character_is_answered(act_as: ActAs, address: str, sent: dict[str, str]) -> None:
    client = act_as(STAFF)
    client.application.config["WTF_CSRF_ENABLED"] = False

    answer = client.post(address, data=sent)

    assert answer.status_code in {303, 422}
    assert (SENTENCE in answer.text) is (answer.status_code == 422)
