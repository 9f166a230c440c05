"""Copying, saving by sections, publishing, amending: what changes, what is kept, who is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session, select

from grants.access.actor import Actor
from grants.competitions import queries
from grants.competitions.models import Amendment, Competition, Criterion, NoticeEdition
from grants.competitions.rules import notice as n
from grants.competitions.rules.plain import encode_json
from grants.competitions.rules.tree import changed
from grants.competitions.services import amending, opening, publishing
from grants.competitions.services.sections import save_section
from grants.database import Database
from grants.errors import MoveRefused, NotFound, Refused, StaleVersion
from grants.lifecycle.models import Event, Notice
from tests.competitions.conftest import PUBLICATION, sample

LATER = datetime(2014, 9, 2, 13, 0, tzinfo=UTC)


def standing(session: Session, competition: Competition) -> Competition:
    return session.get_one(Competition, competition.id)


def save(
    database: Database, competition: Competition, content: n.SectionContent, *, version: int, actor: Actor
) -> None:
    section = next(name for name, kind in n.SECTION_TYPES.items() if isinstance(content, kind))
    with database.writing() as session:
        save_section(
            session,
            standing(session, competition),
            section=section,
            content=content,
            version=version,
            actor=actor,
            now=LATER,
        )


def stored(database: Database, competition: Competition) -> n.Notice:
    with database.reading() as session:
        return queries.notice_of(session, standing(session, competition))


def test_a_loaded_notice_is_stored_whole(
    database: Database, draft: Competition, ten_states: n.Notice
) -> None:
    assert stored(database, draft) == ten_states


def test_a_copy_has_everything_and_its_dates_moved(
    database: Database, published: Competition, officer: Actor
) -> None:
    with database.writing() as session:
        copied = opening.copy(
            session,
            standing(session, published),
            number="2015-NIST-MEP-02",
            fiscal_year=2015,
            move_dates=True,
            actor=officer,
            now=LATER,
        )

    notice = stored(database, copied)
    assert copied.status == "draft"
    assert notice.dates.deadline == datetime(2015, 10, 16, 3, 59, tzinfo=UTC)
    assert (notice.criteria, notice.states) == (
        sample("ten_states_2014").criteria,
        sample("ten_states_2014").states,
    )


def test_a_copy_without_dates_leaves_them_empty(
    database: Database, draft: Competition, officer: Actor
) -> None:
    with database.writing() as session:
        copied = opening.copy(
            session,
            standing(session, draft),
            number="COPY-1",
            fiscal_year=2016,
            move_dates=False,
            actor=officer,
            now=LATER,
        )

    assert stored(database, copied).dates == n.Dates()


def test_a_number_in_use_is_refused(database: Database, draft: Competition, officer: Actor) -> None:
    with pytest.raises(Refused, match="2014-NIST-MEP-01 is already in use"), database.writing() as session:
        opening.create(session, draft.number, title="", actor=officer, now=LATER)


def test_two_people_who_change_different_values_both_keep_theirs(
    database: Database, draft: Competition, officer: Actor
) -> None:
    contact = stored(database, draft).contact
    save(database, draft, replace(contact, phone="301-555-0100"), version=1, actor=officer)

    save(database, draft, replace(contact, hours="Mornings"), version=1, actor=officer)

    found = stored(database, draft).contact
    assert (found.phone, found.hours) == ("301-555-0100", "Mornings")


def test_two_people_who_change_one_value_are_both_shown(
    database: Database, draft: Competition, officer: Actor
) -> None:
    contact = stored(database, draft).contact
    save(database, draft, replace(contact, phone="301-555-0100"), version=1, actor=officer)

    with pytest.raises(StaleVersion) as refusal:
        save(database, draft, replace(contact, phone="301-555-0200"), version=1, actor=officer)

    assert (refusal.value.current["Telephone"], refusal.value.offered["Telephone"]) == (
        "301-555-0100",
        "301-555-0200",
    )
    assert refusal.value.version == 2
    assert stored(database, draft).contact.phone == "301-555-0100"


def test_the_same_content_twice_is_a_success(database: Database, draft: Competition, officer: Actor) -> None:
    contact = replace(stored(database, draft).contact, phone="301-555-0100")
    save(database, draft, contact, version=1, actor=officer)

    save(database, draft, contact, version=1, actor=officer)

    with database.reading() as session:
        assert queries.last_saves(session, draft.id)["contact"].version == 2


def test_criteria_keep_their_rows_when_they_move(
    database: Database, draft: Competition, officer: Actor
) -> None:
    with database.reading() as session:
        before = {row.key: row.id for row in queries.criteria_rows(session, draft.id)}
    tree = stored(database, draft).criteria
    turned = replace(tree, criterion=tuple(reversed(tree.criterion)))

    save(database, draft, turned, version=1, actor=officer)

    with database.reading() as session:
        after = {row.key: row.id for row in queries.criteria_rows(session, draft.id)}
        order = [row.key for row in queries.weights_of(session, draft.id) if row.parent_id is None]
    assert after == before
    assert order == ["financial", "qualifications", "narrative"]


def test_publication_freezes_and_copies_the_rules(
    database: Database, published: Competition, ten_states: n.Notice
) -> None:
    with database.reading() as session:
        competition = standing(session, published)
        rules = queries.rule_set_of(competition)
        edition = session.exec(select(NoticeEdition)).one()
        kinds = [event.kind for event in session.exec(select(Event).order_by(Event.seq)).all()]  # type: ignore[arg-type]  # column

    assert (competition.status, competition.published_at, competition.opens_at) == (
        "published",
        PUBLICATION,
        PUBLICATION,
    )
    assert rules is not None
    assert rules.cost_share.id == "omnibus-1988"
    assert edition.content == encode_json(
        replace(ten_states, dates=replace(ten_states.dates, opens=PUBLICATION))
    )
    assert kinds == ["competition.created", "competition.publish"]


def test_a_gap_refuses_publication_with_every_finding(
    database: Database, draft: Competition, officer: Actor
) -> None:
    save(database, draft, n.Goals(), version=1, actor=officer)
    save(database, draft, n.Factors(), version=1, actor=officer)

    with pytest.raises(Refused) as refusal, database.writing() as session:
        publishing.publish(session, standing(session, draft), actor=officer, now=PUBLICATION)

    assert [finding.field for finding in refusal.value.findings] == ["goals", "factors"]
    with database.reading() as session:
        assert standing(session, draft).status == "draft"


def test_it_is_published_once(database: Database, published: Competition, officer: Actor) -> None:
    with pytest.raises(MoveRefused), database.writing() as session:
        publishing.publish(session, standing(session, published), actor=officer, now=LATER)


def test_what_was_checked_is_what_is_published(
    database: Database, draft: Competition, officer: Actor
) -> None:
    checked = draft.version
    save(database, draft, n.Goals(text="Other goals."), version=1, actor=officer)

    with pytest.raises(StaleVersion), database.writing() as session:
        publishing.publish(session, standing(session, draft), version=checked, actor=officer, now=PUBLICATION)


def test_a_published_section_is_changed_by_an_amendment_only(
    database: Database, published: Competition, officer: Actor
) -> None:
    with pytest.raises(MoveRefused):
        save(database, published, n.Goals(text="Other goals."), version=1, actor=officer)


def test_the_auditor_changes_nothing(database: Database, draft: Competition, auditor: Actor) -> None:
    with pytest.raises(NotFound):
        save(database, draft, n.Goals(text="Other goals."), version=1, actor=auditor)


def amend(
    database: Database,
    competition: Competition,
    *contents: n.SectionContent,
    actor: Actor,
    why: str = "Asked for.",
    now: datetime = LATER,
) -> Amendment:
    with database.writing() as session:
        held = standing(session, competition)
        amendment = amending.prepare(session, held, actor=actor, now=now)
        for content in contents:
            section = next(name for name, kind in n.SECTION_TYPES.items() if isinstance(content, kind))
            amending.propose_section(
                session, held, amendment, section=section, content=content, version=0, actor=actor, now=now
            )
        amending.explain(
            session, held, amendment, why=why, grants_gov_text="", version=1, actor=actor, now=now
        )
        return amending.publish_amendment(session, held, amendment, actor=actor, now=now)


def test_an_amendment_shows_before_and_after_and_tells(
    database: Database, published: Competition, officer: Actor
) -> None:
    documents = stored(database, published).documents
    longer = replace(documents.document[0], page_limit=30)

    amendment = amend(
        database, published, n.Documents(document=(longer, *documents.document[1:])), actor=officer
    )

    assert [(change["label"], change["before"], change["after"]) for change in amendment.changes] == [
        ("Technical proposal, pages at most", "25", "30")
    ]
    assert "Technical proposal, pages at most\n  Before: 25\n  After: 30" in amendment.grants_gov_text
    with database.reading() as session:
        assert [notice.name for notice in session.exec(select(Notice)).all()] == ["competitions.amended"]
        assert [edition.edition for edition in queries.editions_of(session, published.id)] == [1, 0]
    assert stored(database, published).documents.document[0].page_limit == 30


def test_nothing_changes_before_the_amendment_is_published(
    database: Database, published: Competition, officer: Actor
) -> None:
    before = stored(database, published)
    with database.writing() as session:
        held = standing(session, published)
        amendment = amending.prepare(session, held, actor=officer, now=LATER)
        amending.propose_section(
            session,
            held,
            amendment,
            section="goals",
            content=n.Goals(text="New."),
            version=0,
            actor=officer,
            now=LATER,
        )

    assert stored(database, published) == before


def test_amendments_are_numbered_and_a_dropped_number_is_not_used_again(
    database: Database, published: Competition, officer: Actor
) -> None:
    amend(database, published, n.Goals(text="One."), actor=officer)
    with database.writing() as session:
        held = standing(session, published)
        dropped = amending.prepare(session, held, actor=officer, now=LATER)
        amending.withdraw(session, held, dropped, actor=officer, now=LATER)

    third = amend(database, published, n.Goals(text="Three."), actor=officer)

    assert third.number == 3


REFUSED = [
    (lambda _x: n.Goals(text="New."), "", LATER, "Say why the notice is changed; applicants read it."),
    (lambda x: replace(x.identity, number="OTHER-1"), "Why.", LATER,
     "The opportunity number of a published notice stays."),
    (lambda x: n.States(state=x.states.state[1:]), "Why.", LATER,
     "Colorado cannot be taken out: applicants may be at work there."),
    (lambda x: replace(x.criteria, criterion=x.criteria.criterion[:2], total=Decimal(70)), "Why.", LATER,
     "“Budget narrative and financial plan” cannot be taken out: applicants may have written to it already."),
    (lambda x: replace(x.criteria, criterion=changed(x.criteria.criterion, "narrative",
                                                     lambda one: replace(one, points=Decimal(45)))),
     "Why.", LATER,
     "Points add up to 105. The notice promises 100. Take away 5."),
    (lambda x: replace(x.dates, deadline=LATER - timedelta(days=1)), "Why.", LATER,
     "The new deadline is over already. Choose a later one."),
    (lambda _x: n.Goals(text="New."), "Why.", datetime(2014, 11, 1, tzinfo=UTC),
     "The deadline was October 15, 2014, 11:59:00 p.m. EDT. “Goals” can no longer be changed."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "why", "now", "sentence"), REFUSED)
def test_an_amendment_that_breaks_the_contest_is_refused(
    change: object,
    why: str,
    now: datetime,
    sentence: str,
    database: Database,
    published: Competition,
    officer: Actor,
) -> None:
    assert callable(change)
    content = change(stored(database, published))

    with pytest.raises(Refused) as refusal:
        amend(database, published, content, actor=officer, why=why, now=now)

    assert sentence in [finding.message for finding in refusal.value.findings]


def test_an_extension_moves_the_one_instant_that_holds(
    database: Database, published: Competition, officer: Actor
) -> None:
    dates = stored(database, published).dates
    later = datetime(2014, 10, 31, 3, 59, tzinfo=UTC)

    amend(database, published, replace(dates, deadline=later), actor=officer)

    with database.reading() as session:
        competition = standing(session, published)
    assert competition.deadline_at == later
    assert competition.is_open(later)
    assert not competition.is_open(later + timedelta(seconds=1))


def test_canceling_needs_a_reason_and_tells(
    database: Database, published: Competition, officer: Actor
) -> None:
    with pytest.raises(Refused), database.writing() as session:
        publishing.cancel(session, standing(session, published), reason=" ", actor=officer, now=LATER)

    with database.writing() as session:
        publishing.cancel(session, standing(session, published), reason="No money.", actor=officer, now=LATER)

    with database.reading() as session:
        assert standing(session, published).status == "canceled"
        assert [notice.name for notice in session.exec(select(Notice)).all()] == ["competitions.canceled"]


def test_no_criterion_row_is_lost_or_doubled(
    database: Database, draft: Competition, ten_states: n.Notice
) -> None:
    with database.reading() as session:
        keys = sorted(row.key for row in session.exec(select(Criterion)).all())

    assert keys == sorted(one.key for one in n.walk(ten_states.criteria.criterion))


def test_lists_run_the_same_number_of_queries(
    database: Database, published: Competition, officer: Actor
) -> None:
    with database.writing() as session:
        for number in range(60):
            opening.create(session, f"MORE-{number}", title="More", actor=officer, now=LATER)

    with database.reading() as session:
        first = queries.competitions(session, now=LATER)
        second = queries.competitions(session, page=2, now=LATER)
        open_now = queries.open_competitions(session, LATER)

    assert (len(first.rows), len(second.rows), first.total, first.last_page) == (50, 11, 61, 2)
    assert [one.number for one in open_now] == [published.number]
