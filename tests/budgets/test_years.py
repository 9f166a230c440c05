"""Saving a budget year by year: versions, merging, and what two people change at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session

from grants.access.actor import SYSTEM
from grants.budgets.models import Budget, MatchKind
from grants.budgets.queries import match_lines, table_of
from grants.budgets.rules.flat import flatten, freeze, gather, thaw
from grants.budgets.rules.match import TESTS
from grants.budgets.services import sources, years
from grants.budgets.services.sources import Source
from grants.database import Database
from grants.errors import NotFound, Refused, StaleVersion
from tests.factories.applications import NOW, balanced


@pytest.fixture
def budget(session: Session) -> Budget:
    return years.create(session, years=5, label="A budget", now=NOW, federal_per_year=100)


def save(session: Session, budget: Budget, version: int, **cents: int) -> years.SavedYear:
    return years.save_year(session, budget.id, 1, gather(cents), version=version, actor=SYSTEM, now=NOW)


def test_a_new_budget_asks_for_what_the_notice_offers(session: Session, budget: Budget) -> None:
    table = table_of(session, budget)

    assert [flatten(year) for year in table.contents] == [{"nist_federal__federal": 100}] * 5


def test_a_save_raises_the_version_and_the_same_again_does_not(session: Session, budget: Budget) -> None:
    first = save(session, budget, 0, applicant__cash=5)
    second = save(session, budget, 0, applicant__cash=5)

    assert (first.version, second.version) == (1, 1)


def test_other_fields_are_merged(session: Session, budget: Budget) -> None:
    save(session, budget, 0, nist_federal__federal=100, applicant__cash=5)

    merged = save(session, budget, 0, nist_federal__federal=100, state_local__cash=6)

    assert flatten(merged.content) == {
        "applicant__cash": 5,
        "nist_federal__federal": 100,
        "state_local__cash": 6,
    }
    assert merged.merged is True


def test_one_field_changed_twice_gives_both_amounts(session: Session, budget: Budget) -> None:
    save(session, budget, 0, nist_federal__federal=100, applicant__cash=500)

    with pytest.raises(StaleVersion) as stale:
        save(session, budget, 0, nist_federal__federal=100, applicant__cash=700)

    assert (stale.value.current, stale.value.offered) == (
        {"applicant__cash": "5.00"},
        {"applicant__cash": "7.00"},
    )


def test_an_amount_taken_out_is_gone(session: Session, budget: Budget) -> None:
    save(session, budget, 0)

    assert flatten(table_of(session, budget).year(1).content) == {}


def test_there_is_no_sixth_year(session: Session, budget: Budget) -> None:
    with pytest.raises(NotFound):
        years.save_year(session, budget.id, 6, balanced(1), version=0, actor=SYSTEM, now=NOW)


@pytest.mark.parametrize("year", [1, 4, 5])
def test_a_frozen_year_reads_back(year: int) -> None:
    assert thaw(freeze(balanced(year))) == balanced(year)


def test_eight_writers_lose_nothing(database: Database) -> None:
    with database.writing() as session:
        budget = years.create(session, years=1, label="Shared", now=NOW)
    names = ["applicant__cash", "state_local__cash", "subrecipient__cash", "third_party__cash"] * 2

    def write(number: int) -> None:
        with database.writing() as session:
            content = gather({names[number]: 100})
            years.save_year(session, budget.id, 1, content, version=0, actor=SYSTEM, now=NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    with database.reading() as session:
        year = table_of(session, budget).year(1)
    assert flatten(year.content) == dict.fromkeys(sorted(set(names)), 100)
    assert year.version == 4


def test_a_source_stands_in_each_year_that_was_chosen(session: Session, budget: Budget) -> None:
    given = source(amount=5)

    sources.add_source(session, budget, given, years=[1, 3], actor=SYSTEM, now=NOW)

    assert [(line.year, line.amount) for line in match_lines(session, budget.id)] == [(1, 5), (3, 5)]


@pytest.mark.parametrize(
    ("given", "chosen", "field"),
    [
        ({"amount": 0}, [1], "amount"),
        ({"amount": 5, "source": "  "}, [1], "source"),
        ({"amount": 5, "row_key": "personnel"}, [1], "row_key"),
        ({"amount": 5}, [], "years"),
        ({"amount": 5}, [6], "years"),
    ],
)
def test_a_source_that_is_no_source_is_refused(
    session: Session, budget: Budget, given: dict[str, object], chosen: list[int], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        sources.add_source(session, budget, source(**given), years=chosen, actor=SYSTEM, now=NOW)

    assert [finding.field for finding in refusal.value.findings] == [field]


def test_a_source_changed_by_a_colleague_is_not_overwritten(session: Session, budget: Budget) -> None:
    (line,) = sources.add_source(session, budget, source(amount=5), years=[1], actor=SYSTEM, now=NOW)
    sources.change_source(session, line, source(amount=6), version=1, actor=SYSTEM, now=NOW)

    with pytest.raises(StaleVersion):
        sources.change_source(session, line, source(amount=7), version=1, actor=SYSTEM, now=NOW)


def source(**given: object) -> Source:
    values: dict[str, object] = {
        "row_key": "state_local",
        "source": "State of Colorado",
        "kind": MatchKind.CASH,
        "tests": frozenset(TESTS),
        **given,
    }
    return Source(**values)  # type: ignore[arg-type]  # a row of the table above
