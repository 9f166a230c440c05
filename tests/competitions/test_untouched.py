"""Enter saves and does nothing to a row; a section that is opened and saved untouched changes nothing."""

from datetime import UTC, date, datetime
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from grants.access.actor import Actor
from grants.clock import StoppedClock
from grants.competitions import queries
from grants.competitions.models import Competition
from grants.competitions.rules.amendment import AMENDABLE
from grants.competitions.services import amending
from grants.database import Database
from grants.web.fields import DayField
from grants.web.forms import Part
from tests.plugins.web import ActAs

HERE = "/staff/competitions/2014-NIST-MEP-01"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk(act_as: ActAs, officer: Actor) -> FlaskClient:
    """The officer's browser, its forms sent without the hidden token."""
    client = act_as(officer)
    client.application.config["WTF_CSRF_ENABLED"] = False
    return client


def main_form(page: str) -> Element:
    """Return the form of a page that holds what a person fills in: the last one of the page's own part."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    (own,) = [one for one in tree.iter("div") if one.get("id") == "page-content"]
    return max(own.iter("form"), key=lambda form: len(list(form.iter())))


def as_it_stands(form: Element) -> MultiDict[str, str]:
    """Return what a browser would send of a form in which nobody typed, Enter pressed."""
    found: MultiDict[str, str] = MultiDict()
    for one in form.iter():
        name = one.get("name")
        if not name or one.tag == "button" or one.get("type") in {"submit", "button"}:
            continue
        if one.tag == "textarea":
            found.add(name, (one.text or "").removeprefix("\n"))
        elif one.tag == "select":
            options = list(one.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            for option in chosen:
                found.add(name, option.get("value") or "")
        elif one.get("type") not in {"checkbox", "radio"} or one.get("checked") is not None:
            found.add(name, one.get("value") or "")
    return found


@ON_SQLITE
@pytest.mark.parametrize("section", [*AMENDABLE, "criteria/new"])
def test_enter_presses_a_plain_save_and_no_button_of_a_row(
    desk: FlaskClient, draft: Competition, section: str
) -> None:
    form = main_form(desk.get(f"{HERE}/setup/{section}").text)

    first = next(one for one in form.iter("button") if one.get("type") == "submit")

    assert (first.get("data-enter"), first.get("name"), first.get("tabindex")) == ("", None, "-1")


@ON_SQLITE
def test_enter_in_the_total_keeps_the_tree(desk: FlaskClient, draft: Competition) -> None:
    sent = as_it_stands(main_form(desk.get(f"{HERE}/setup/criteria").text))
    before = desk.get(f"{HERE}/file").text

    answer = desk.post(f"{HERE}/setup/criteria", data=sent)

    assert answer.status_code == 303
    assert desk.get(f"{HERE}/file").text == before


@ON_SQLITE
@pytest.mark.parametrize("section", AMENDABLE)
def test_a_section_that_is_opened_and_saved_untouched_is_no_change(
    desk: FlaskClient, database: Database, published: Competition, clock: StoppedClock, section: str
) -> None:
    clock.put(datetime(2014, 9, 2, 13, tzinfo=UTC))
    with database.writing() as session:
        row = session.get_one(Competition, published.id)
        row.opens_at = datetime(2014, 8, 1, 13, 0, 42, 137000, tzinfo=UTC)
        session.add(row)
    desk.post(f"{HERE}/amend", data={"act": "start"})

    sent = as_it_stands(main_form(desk.get(f"{HERE}/amend/{section}").text))
    answer = desk.post(f"{HERE}/amend/{section}", data=sent)

    with database.reading() as session:
        row = session.get_one(Competition, published.id)
        amendment = queries.amendment_in_preparation(session, row.id)
        assert amendment is not None
        proposal = amending.proposal_of(session, row, amendment)
    assert answer.status_code == 303
    assert list(proposal.changes) == []
    assert proposal.after == proposal.before


@pytest.mark.parametrize(
    ("typed", "day", "fault"),
    [
        ("6/22/12", date(2012, 6, 22), None),
        ("06/22/2012", date(2012, 6, 22), None),
        ("9", None, "“9” is not a whole date. Write it as 10/15/2014."),
        ("2/30/14", None, "“2/30/14” is not a date that exists. Write it as 10/15/2014."),
    ],
)
def test_a_date_with_two_digits_of_the_year_is_understood(
    typed: str, day: date | None, fault: str | None
) -> None:
    class OneDay(Part):
        day = DayField("Date")

    form = OneDay(MultiDict({"day": typed}))
    form.validate()

    assert (form.day.data, form.day.errors[:1]) == (day, [fault] if fault else [])
