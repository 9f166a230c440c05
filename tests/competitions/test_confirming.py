"""Texts of the law and of a notice are confirmed as they stand; in production nothing else goes out."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from grants.access.actor import NOBODY, Actor
from grants.access.roles import Role
from grants.clock import StoppedClock
from grants.commands.worker import Worker
from grants.competitions import queries
from grants.competitions.jobs import paper_of
from grants.competitions.models import Competition, ConfirmedText
from grants.competitions.rules import notice as n
from grants.competitions.rules.confirming import OpenText, confirmed_rules, texts_of, without_marks
from grants.competitions.rules.publication import (
    PublicationFacts,
    proposed_rule_set,
    publication_findings,
    rules_proposed,
    texts_to_confirm,
)
from grants.competitions.rules.reading import reading_of
from grants.competitions.services.publishing import publish
from grants.competitions.services.sections import save_section
from grants.config import Mode
from grants.database import Database
from grants.errors import Refused
from grants.findings import Level
from grants.jobs.runner import Work
from grants.lifecycle.models import Event, Installation
from grants.policies.loader import Kind, table
from grants.policies.rows import SelectedAgain
from grants.policies.rule_set import RuleSet
from tests.competitions.conftest import PUBLICATION, sample
from tests.plugins.web import ActAs

HERE = "/staff/competitions/2014-NIST-MEP-01"
PUBLIC = ["", "/data.toml", "/data.json"]
SOURCE = "79 FR 44746, August 1, 2014, read on govinfo.gov"
DRAFTING = re.compile(
    r"sample data|to confirm|confirm against|confirm\.|recalled|secondary source|restarted at|not known"
    r"|no primary text|operating model \(1/3",
    re.IGNORECASE,
)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk(act_as: ActAs, officer: Actor, clock: StoppedClock) -> FlaskClient:
    """The officer's browser on the day of publication, its forms sent without the hidden token."""
    clock.put(PUBLICATION)
    client = act_as(officer)
    client.application.config["WTF_CSRF_ENABLED"] = False
    return client


def in_production(database: Database) -> None:
    """Turn the installation of the test into one whose notices are official."""
    with database.writing() as session:
        house = session.get_one(Installation, 1)
        house.mode = Mode.PRODUCTION
        session.add(house)


def open_texts(database: Database, draft: Competition) -> list[OpenText]:
    with database.reading() as session:
        facts = queries.facts_of(session, session.get_one(Competition, draft.id), PUBLICATION)
    return texts_to_confirm(facts)


def left(database: Database, draft: Competition) -> list[str]:
    return [one.subject for one in open_texts(database, draft)]


def digests(database: Database, draft: Competition) -> list[str]:
    return [one.digest for one in open_texts(database, draft)]


def confirm(desk: FlaskClient, texts: list[str], **other: str) -> tuple[int, str]:
    form = {"texts": texts, "source": SOURCE, "until": "12/31/2014", **other}
    answer = desk.post(f"{HERE}/confirm", data=form)
    return answer.status_code, answer.text


@pytest.mark.parametrize("name", ["ten_states_2014", "florida_2024", "operating_model"])
def test_every_doubtful_rule_and_every_mark_asks_and_each_change_asks_anew(name: str) -> None:
    notice = sample(name)
    at = datetime(2024, 4, 30, 13, tzinfo=UTC) if name == "florida_2024" else PUBLICATION
    rules = rules_proposed(PublicationFacts(notice, at))
    assert rules is not None

    texts = texts_of(notice, rules)

    doubtful = [f"{kind}/{row.id}" for kind, row in rules.rows_by_kind if row.doubt]
    assert [one.subject for one in texts] == [*doubtful, *(one.value for one in notice.confirm.unconfirmed)]
    assert all(one.lines for one in texts)
    other = rules.with_settings(replace(rules.cost_share.settings, selected_again=SelectedAgain.RESTART))
    turned = rules.with_settings(replace(rules.cost_share.settings, selected_again=SelectedAgain.LOWEST))
    shares = [
        {o.digest for o in texts_of(notice, one) if o.subject.startswith("cost")} for one in (other, turned)
    ]
    assert shares[0].isdisjoint(shares[1])
    renamed = replace(notice, contact=replace(notice.contact, name="Somebody New"))
    moved = {one.digest for one in texts_of(renamed, rules)}
    assert {one.subject for one in texts if one.digest not in moved} == (
        {"contact"} & {one.value for one in notice.confirm.unconfirmed}
    )


@pytest.mark.parametrize(("must", "level"), [(True, Level.STOP), (False, Level.WARN)])
def test_what_is_not_confirmed_stops_where_it_must_be(*, must: bool, level: Level) -> None:
    facts = PublicationFacts(sample("ten_states_2014"), PUBLICATION, must_confirm=must)

    found = [x for x in publication_findings(None, facts, PUBLICATION) if "unconfirmed" in x.code]

    assert [(x.code, x.field, x.level) for x in found] == [
        ("competition.unconfirmed.rules", "confirm", level),
        ("competition.unconfirmed.values", "confirm", level),
    ]
    all_of_them = frozenset(one.digest for one in texts_to_confirm(facts))
    done = publication_findings(None, replace(facts, confirmed=all_of_them), PUBLICATION)
    assert [x.code for x in done if "unconfirmed" in x.code] == []


def test_what_is_confirmed_loses_its_caution_in_the_copied_rules_and_its_mark() -> None:
    notice = sample("ten_states_2014")
    rules = proposed_rule_set(notice, PUBLICATION.date())
    confirmed = {one.digest for one in texts_of(notice, rules)}

    copied = RuleSet.from_json(confirmed_rules(rules, confirmed).to_json())

    assert [row.doubt for row in copied.all_rows if row.doubt] == []
    assert without_marks(notice, confirmed).confirm == n.Confirmations()
    reading = reading_of(notice, rules)
    assert all(
        not DRAFTING.search(one.authority + one.words) for one in reading.applicants + reading.cost_share
    )


def test_no_text_of_the_catalogue_that_is_printed_holds_a_note_for_ourselves() -> None:
    printed = [
        text
        for kind in Kind
        for row in table(kind)
        for text in (row.title, row.authority, getattr(row, "location_authority", ""))
    ]

    assert [text for text in printed if DRAFTING.search(text)] == []


def test_rule_sets_kept_with_notes_for_ourselves_are_read_without() -> None:
    plain = proposed_rule_set(sample("ten_states_2014"), PUBLICATION.date()).to_json()
    kept = plain["eligible_applicants"]
    assert isinstance(kept, dict)
    kept["location_authority"] = (
        "Operating model of the program; no primary text requires it. Sample data, confirm."
    )

    assert RuleSet.from_json(plain).eligible_applicants.location_authority == "Operating model of the program"


@ON_SQLITE
def test_in_production_a_notice_goes_out_once_every_text_is_confirmed_and_without_a_note(
    app: Flask, act_as: ActAs, database: Database, desk: FlaskClient, draft: Competition
) -> None:
    in_production(database)
    stopped = desk.post(f"{HERE}/publish")
    link = f'href="{HERE}/confirm"'

    status, _ = confirm(desk, digests(database, draft))

    assert stopped.text.count("finding finding--stop") == 2
    assert link in stopped.text
    assert (status, left(database, draft)) == (303, [])
    assert "Every text is confirmed." in desk.get(f"{HERE}/confirm").text
    assert desk.post(f"{HERE}/publish").status_code == 303
    assert said_in_public(act_as, database, draft) == {}
    with database.reading() as session:
        events = session.exec(select(Event).where(col(Event.kind) == "text.confirmed")).all()
        assert {event.facts["source"] for event in events} == {SOURCE}
        assert len(events) == len(session.exec(select(ConfirmedText)).all())


@ON_SQLITE
def test_a_notice_published_before_shows_no_note_in_production_either(
    act_as: ActAs, database: Database, clock: StoppedClock, published: Competition
) -> None:
    clock.put(PUBLICATION)
    assert "" in said_in_public(act_as, database, published)

    in_production(database)

    assert said_in_public(act_as, database, published) == {}


def said_in_public(act_as: ActAs, database: Database, competition: Competition) -> dict[str, list[str]]:
    """Return the drafting notes on each public page of a competition, on its check and in its PDF."""
    client = act_as(NOBODY)
    number = competition.number
    pages = {path: client.get(f"/competitions/{number}{path}").text for path in PUBLIC}
    pages["list"] = client.get("/competitions").text
    pages["check"] = client.get(f"/eligibility/check?competition={number}").text
    pages["pdf"] = paper(client.application, database, number)
    return {path: found for path, text in pages.items() if (found := DRAFTING.findall(words(text)))}


def words(page: str) -> str:
    """Return what is read of a page: without the frame, markup and addresses."""
    main = page.partition("<main")[2].partition("</main>")[0] or page
    return re.sub(r"<[^>]+>", " ", main)


def paper(app: Flask, database: Database, number: str) -> str:
    """Render what the worker makes the notice's PDF of."""
    with database.reading() as session:
        competition = queries.competition_by_number(session, number)
        assert competition is not None
        edition = queries.editions_of(session, competition.id)[0]
    work = Work(
        uid="paper",
        payload={"edition": edition.uid},
        person_id=None,
        person_name="",
        database=database,
        settings=app.extensions["grants.settings"],
        files=app.extensions["grants.files"],
        clock=StoppedClock(PUBLICATION),
        render=Worker(app).render,
        attempt=1,
    )
    return paper_of(work).html


@ON_SQLITE
def test_a_changed_value_asks_anew_and_a_day_that_is_over_too(
    database: Database, desk: FlaskClient, draft: Competition, officer: Actor, clock: StoppedClock
) -> None:
    confirm(desk, digests(database, draft))
    with database.writing() as session:
        row = session.get_one(Competition, draft.id)
        version = queries.last_saves(session, row.id)["contact"].version
        contact = replace(queries.notice_of(session, row).contact, name="Somebody New")
        save_section(
            session, row, section="contact", content=contact, version=version, actor=officer, now=PUBLICATION
        )

    assert left(database, draft) == ["contact"]
    assert "it read otherwise then." in desk.get(f"{HERE}/confirm").text
    with database.reading() as session:
        later = queries.facts_of(session, draft, datetime(2015, 1, 1, 15, tzinfo=UTC))
        assert later.confirmed == frozenset()


@ON_SQLITE
def test_a_confirmation_is_taken_back_with_a_reason_and_stays_on_the_record(
    database: Database, desk: FlaskClient, draft: Competition
) -> None:
    first = digests(database, draft)[0]
    confirm(desk, [first])
    with database.reading() as session:
        (kept,) = session.exec(select(ConfirmedText)).all()

    unsaid = desk.post(f"{HERE}/confirm/{kept.uid}", data={"reason": " "})
    answer = desk.post(f"{HERE}/confirm/{kept.uid}", data={"reason": "The wrong edition."})
    again = desk.post(f"{HERE}/confirm/{kept.uid}", data={"reason": "Twice."})

    assert (unsaid.status_code, answer.status_code, again.status_code) == (422, 303, 404)
    assert first in digests(database, draft)
    with database.reading() as session:
        (kept,) = session.exec(select(ConfirmedText)).all()
        assert kept.withdrawn_reason == "The wrong edition."
        (event,) = session.exec(select(Event).where(col(Event.kind) == "text.doubted")).all()
        assert event.reason == "The wrong edition."


@ON_SQLITE
@pytest.mark.parametrize(
    ("texts", "other", "sentence"),
    [
        ([], {}, "Tick what you compared with its source."),
        (
            ["0" * 64],
            {},
            "A text was changed after you looked. Read it as it stands now, then tick it again.",
        ),
        (["first"], {"source": " "}, "Name the source you read:"),
        (["first"], {"until": "07/31/2014"}, "Choose a day from 08/01/2014 on."),
        (["first"], {"until": "soon"}, "is not a whole date. Write it as 10/15/2014."),
    ],
)
def test_a_confirmation_that_says_too_little_is_refused_with_what_was_typed(
    database: Database,
    desk: FlaskClient,
    draft: Competition,
    texts: list[str],
    other: dict[str, str],
    sentence: str,
) -> None:
    first = digests(database, draft)[0]

    status, text = confirm(desk, [first if one == "first" else one for one in texts], **other)

    assert status == 422
    assert sentence in text
    assert other.get("source", SOURCE).strip() in text
    assert (f'value="{first}" checked' in text) == (texts == ["first"])
    with database.reading() as session:
        assert session.exec(select(ConfirmedText)).all() == []


@ON_SQLITE
@pytest.mark.parametrize(("role", "status"), [(Role.GRANTS_OFFICER, 303), (Role.AUDITOR, 404)])
def test_officers_confirm_and_nobody_else(
    act_as: ActAs, database: Database, draft: Competition, clock: StoppedClock, role: Role, status: int
) -> None:
    clock.put(PUBLICATION)
    client = act_as(Actor(person_id=77, name="B. Kim", staff_roles=frozenset({role})))
    client.application.config["WTF_CSRF_ENABLED"] = False

    assert ("Confirm what is ticked" in client.get(f"{HERE}/confirm").text) == (status == 303)
    assert confirm(client, digests(database, draft)[:1])[0] == status


@ON_SQLITE
def test_the_service_publishes_nothing_unconfirmed_in_production(
    database: Database, draft: Competition, officer: Actor
) -> None:
    in_production(database)

    with pytest.raises(Refused) as refusal, database.writing() as session:
        publish(session, session.get_one(Competition, draft.id), actor=officer, now=PUBLICATION)

    assert {one.field for one in refusal.value.findings} == {"confirm"}
