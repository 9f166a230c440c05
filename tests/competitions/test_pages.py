"""Every page of competitions is served to those who may see it, and to nobody else."""

import pytest

from grants.access.actor import NOBODY, Actor
from grants.competitions.models import Competition
from grants.competitions.rules.notice import SECTIONS
from tests.plugins.web import ActAs

STAFF_PAGES = [
    "/staff/competitions",
    "/staff/competitions/new",
    "/staff/competitions/load",
    "/staff/competitions/2014-NIST-MEP-01",
    "/staff/competitions/2014-NIST-MEP-01/setup",
    "/staff/competitions/2014-NIST-MEP-01/files",
    "/staff/competitions/2014-NIST-MEP-01/file",
    "/staff/competitions/2014-NIST-MEP-01/preview",
    "/staff/competitions/2014-NIST-MEP-01/publish",
    "/staff/competitions/2014-NIST-MEP-01/setup/criteria/center_strategy",
    "/staff/competitions/2014-NIST-MEP-01/setup/criteria/new",
    *(f"/staff/competitions/2014-NIST-MEP-01/setup/{section}" for section in SECTIONS),
]
PUBLIC_PAGES = [
    "/competitions",
    "/competitions/map",
    "/competitions/2014-NIST-MEP-01",
    "/competitions/2014-NIST-MEP-01/data.toml",
    "/competitions/2014-NIST-MEP-01/data.json",
]


@pytest.mark.usefixtures("draft")
@pytest.mark.parametrize("path", STAFF_PAGES)
def test_staff_pages_of_a_draft_open_for_the_officer(path: str, act_as: ActAs, officer: Actor) -> None:
    answer = act_as(officer).get(path)

    assert answer.status_code == 200, answer.text


@pytest.mark.usefixtures("draft")
@pytest.mark.parametrize("path", STAFF_PAGES)
def test_staff_pages_send_the_public_to_the_sign_in(path: str, act_as: ActAs) -> None:
    answer = act_as(NOBODY).get(path)

    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in")


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_public_pages_open_for_everyone(path: str, act_as: ActAs, published: Competition) -> None:
    answer = act_as(NOBODY).get(path)

    assert answer.status_code == 200, answer.text
