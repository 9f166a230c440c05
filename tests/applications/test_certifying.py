"""Certifying and submitting, and what an applicant's home says before and after the deadline."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from grants.access.actor import Actor
from grants.applications.models import Submission
from grants.applications.queries import lists
from grants.clock import StoppedClock
from tests.applications.test_pages import SIGNED, Stage, stage
from tests.factories import applications as make

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
__all__ = ["stage"]


def test_the_last_page_says_what_came_late(stage: Stage, clock: StoppedClock) -> None:
    stage.complete()
    clock.put(make.DEADLINE + timedelta(seconds=4))
    client = stage.act_as(stage.scene.representative)

    answer = client.post(stage.url("/certify"), data=SIGNED)

    assert answer.status_code == 422
    assert (
        "The deadline was October 15, 2014, 11:59:00 p.m. EDT. Your request reached us at October 15, 2014, "
        "11:59:04 p.m. EDT. It was kept and not accepted."
    ) in answer.text


def test_every_fault_of_the_certification_is_told_at_once(stage: Stage) -> None:
    stage.complete()

    answer = stage.act_as(stage.scene.representative).post(stage.url("/certify"), data={"title": ""})

    assert answer.status_code == 422
    assert "Not submitted yet: look at the following" in answer.text
    for sentence in (
        "Enter your title.",
        "Enter your password, or the code of your second factor, to sign.",
        "Read the certifications and tick the box under them.",
    ):
        assert sentence in answer.text


def test_who_certifies_signs_as_the_account_and_proves_to_be_its_person(stage: Stage) -> None:
    stage.complete()
    client = stage.act_as(stage.scene.representative)
    page = client.get(stage.url("/certify")).text

    wrong = client.post(stage.url("/certify"), data={**SIGNED, "signer": "a guess"})
    signed = client.post(stage.url("/certify"), data={**SIGNED, "name": "Somebody Else"})

    for shown in ("You sign as <strong>Dana Hale</strong>", "Front Range Manufacturing Alliance", "Colorado"):
        assert shown in page
    assert "federal $8,341,795.00, match $" in page
    assert (wrong.status_code, signed.status_code) == (422, 303)
    assert "That is not your password." in wrong.text
    with stage.database.reading() as session:
        (kept,) = session.exec(select(Submission)).all()
    assert (kept.certified_name, kept.certified_title) == ("Dana Hale", "President")


def test_what_changed_after_it_was_looked_at_is_not_signed(stage: Stage, clock: StoppedClock) -> None:
    stage.complete()
    client, form = stage.act_as(stage.scene.representative), stage.url("/certify")
    checked = re.search(r'href="([^"]+/certify\?seen=[0-9a-f]{64})"', client.get(stage.url("/review")).text)
    assert checked is not None
    shown = client.get(checked[1]).text
    (seen,) = re.findall(r'name="seen" value="([0-9a-f]{64})"', shown)
    clock.put(clock.now() + timedelta(minutes=5))
    section = stage.url("/sections/strategy")
    (version,) = re.findall(r'name="version" value="(\d+)"', client.get(section).text)
    client.post(section, data={"text": "Changed meanwhile.", "version": version})

    refused = client.post(form, data={**SIGNED, "seen": seen})
    gone_on = client.get(checked[1]).text
    (anew,) = re.findall(r'name="seen" value="([0-9a-f]{64})"', refused.text)
    signed = client.post(form, data={**SIGNED, "seen": anew})

    sentence = "The draft was changed after you looked at it. The last text or amount: Center strategy, by"
    assert "The draft was changed" not in shown
    assert refused.status_code == 422
    assert sentence in refused.text
    assert 'value="President"' in refused.text
    assert sentence in gone_on
    assert (seen != anew, signed.status_code) == (True, 303)


def test_a_submission_without_a_change_says_that_the_first_counts(stage: Stage, clock: StoppedClock) -> None:
    stage.complete()
    client = stage.act_as(stage.scene.representative)
    first = client.post(stage.url("/certify"), data=SIGNED)
    clock.put(clock.now() + timedelta(minutes=1))
    second = client.post(stage.url("/certify"), data=SIGNED, follow_redirects=True)

    assert second.request.path == first.location
    assert "Nothing has changed since this submission." in second.text


@pytest.mark.parametrize(
    ("late", "verbs"),
    [
        (timedelta(0), ["Finish the application for Colorado"]),
        (timedelta(seconds=1), ["Closed, not submitted: the application for Colorado"]),
        (timedelta(days=30), ["Closed, not submitted: the application for Colorado"]),
        (timedelta(days=30, seconds=1), []),
    ],
)
def test_home_says_for_a_month_that_a_draft_closed_and_whom_to_ask(
    stage: Stage, late: timedelta, verbs: list[str]
) -> None:
    with stage.database.reading() as session:
        rows = lists.waiting_for(session, stage.scene.writer, make.DEADLINE + late)
        stranger = lists.waiting_for(session, stage.scene.stranger, make.DEADLINE + late)

    assert [row.verb for row in rows] == verbs
    assert stranger == []
    assert all(row.why.startswith("It is not reviewed. Ask ") for row in rows if "Closed" in row.verb)


def test_who_registers_on_the_way_to_an_application_is_led_on_to_it(stage: Stage) -> None:
    newcomer = stage.act_as(Actor(stage.scene.officer.person_id, "Rosa Ortiz", "r.ortiz@agency.example"))
    number = stage.scene.competition.number
    start = newcomer.get(f"/applicant/applications/start?competition={number}").text
    (way,) = re.findall(r'href="(/applicant/organizations/new[^"]*)"', start)
    form = {"name": "Ridge Works", "kind": "nonprofit", "state": "CO", "city": "Denver"}

    home = stage.act_as(stage.scene.stranger).get("/applicant/home/").text
    newcomer = stage.act_as(Actor(stage.scene.officer.person_id, "Rosa Ortiz", "r.ortiz@agency.example"))
    kept = newcomer.post(way, data={})
    answer = newcomer.post(way, data=form)

    assert f"Start an application: {number}" in home
    assert f'action="{way}"' in kept.text
    assert (answer.status_code, answer.location) == (
        303,
        f"/applicant/applications/start?competition={number}",
    )
