"""The deadline is one instant; a short notice needs its determination."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.competitions.rules import deadline, notice_period
from grants.competitions.rules.deadline import ZONES, Occurrence, resolve
from grants.competitions.rules.notice_period import Determination
from grants.competitions.rules.states import CENTER_STATES, POSTAL_CODES, STATES
from grants.competitions.rules.waiting import is_near
from grants.policies.loader import rule_on
from grants.policies.rows import NoticePeriodRow

EASTERN = "America/New_York"
RULE = rule_on(NoticePeriodRow, date(2016, 1, 1))


@pytest.mark.parametrize(
    ("day", "hour", "zone", "instant"),
    [
        (date(2014, 10, 15), time(23, 59), EASTERN, datetime(2014, 10, 16, 3, 59, tzinfo=UTC)),
        (date(2014, 12, 15), time(23, 59, 59), EASTERN, datetime(2014, 12, 16, 4, 59, 59, tzinfo=UTC)),
        (date(2015, 3, 8), time(1, 59), EASTERN, datetime(2015, 3, 8, 6, 59, tzinfo=UTC)),
        (date(2015, 3, 8), time(3, 0), EASTERN, datetime(2015, 3, 8, 7, 0, tzinfo=UTC)),
        (date(2015, 3, 8), time(2, 30), "America/Phoenix", datetime(2015, 3, 8, 9, 30, tzinfo=UTC)),
        (date(2014, 8, 21), time(14, 0), "Pacific/Honolulu", datetime(2014, 8, 22, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_local_hour_becomes_one_instant(day: date, hour: time, zone: str, instant: datetime) -> None:
    assert resolve(day, hour, zone) == deadline.Resolved(instant)


@pytest.mark.parametrize(
    ("day", "hour", "zone", "sentence"),
    [
        (
            date(2015, 3, 8),
            time(2, 30),
            EASTERN,
            (
                "2:30 a.m. on March 8 does not exist in Eastern Time; clocks go from 2:00 to 3:00. "
                "Choose another hour."
            ),
        ),
        (
            date(2015, 3, 8),
            time(2, 0),
            "America/Denver",
            (
                "2:00 a.m. on March 8 does not exist in Mountain Time; clocks go from 2:00 to 3:00. "
                "Choose another hour."
            ),
        ),
        (
            date(2015, 10, 4),
            time(2, 15),
            "Australia/Lord_Howe",
            (
                "2:15 a.m. on October 4 does not exist in Australia/Lord_Howe; clocks go from 2:00 to 2:30. "
                "Choose another hour."
            ),
        ),
        (
            date(2014, 10, 15),
            time(12, 0),
            "Mars/Olympus",
            "There is no time zone named Mars/Olympus. Choose one.",
        ),
    ],
)
def test_an_hour_that_does_not_exist_is_refused(day: date, hour: time, zone: str, sentence: str) -> None:
    found = resolve(day, hour, zone)

    assert found.instant is None
    assert [finding.message for finding in found.findings] == [sentence]


@pytest.mark.parametrize("zone", ["", "../etc/passwd", "/etc/localtime", "America"])
def test_a_path_is_no_time_zone(zone: str) -> None:
    assert [finding.code for finding in resolve(date(2014, 1, 1), time(1), zone).findings] == [
        "deadline.zone"
    ]


def test_a_doubled_hour_is_asked_for() -> None:
    found = resolve(date(2014, 11, 2), time(1, 30), EASTERN)

    assert found.instant is None
    assert [finding.message for finding in found.findings] == [
        (
            "1:30 a.m. on November 2 comes twice in Eastern Time; clocks go back. "
            "Choose 1:30 a.m. EDT, the first one, or 1:30 a.m. EST, one hour later."
        )
    ]
    assert [choice.instant for choice in found.choices] == [
        datetime(2014, 11, 2, 5, 30, tzinfo=UTC),
        datetime(2014, 11, 2, 6, 30, tzinfo=UTC),
    ]


@pytest.mark.parametrize(("which", "hour"), [(Occurrence.FIRST, 5), (Occurrence.SECOND, 6)])
def test_a_doubled_hour_that_was_chosen_is_one_instant(which: Occurrence, hour: int) -> None:
    found = resolve(date(2014, 11, 2), time(1, 30), EASTERN, occurrence=which)

    assert found == deadline.Resolved(datetime(2014, 11, 2, hour, 30, tzinfo=UTC))


@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)), st.sampled_from(sorted(ZONES)))  # noqa: DTZ001
def test_every_instant_reads_back_as_the_hour_that_was_entered(local: datetime, zone: str) -> None:
    found = resolve(local.date(), local.time(), zone)

    instants = [found.instant] if found.instant else [choice.instant for choice in found.choices]
    assert all(instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local for instant in instants)
    assert len(instants) == 1 or found.findings


@pytest.mark.parametrize(("seconds", "in_time"), [(-1, True), (0, True), (1, False)])
def test_the_deadline_is_held_to_the_second(seconds: int, *, in_time: bool) -> None:
    closes = datetime(2014, 10, 16, 3, 59, tzinfo=UTC)

    assert deadline.is_in_time(closes + timedelta(seconds=seconds), closes) is in_time
    assert not deadline.is_in_time(closes + timedelta(microseconds=1), closes)


@pytest.mark.parametrize(
    ("days", "needs", "determination", "reason", "codes"),
    [
        (75, Determination.NONE, Determination.NONE, "", []),
        (60, Determination.NONE, Determination.NONE, "", []),
        (59, Determination.SHORTER_SUFFICES, Determination.NONE, "", ["notice_period.needs_determination"]),
        (59, Determination.SHORTER_SUFFICES, Determination.SHORTER_SUFFICES, "Known field.", []),
        (59, Determination.SHORTER_SUFFICES, Determination.EXIGENT, "Flood.", []),
        (
            59,
            Determination.SHORTER_SUFFICES,
            Determination.SHORTER_SUFFICES,
            "  ",
            ["notice_period.needs_determination"],
        ),
        (30, Determination.SHORTER_SUFFICES, Determination.SHORTER_SUFFICES, "Known field.", []),
        (
            29,
            Determination.EXIGENT,
            Determination.SHORTER_SUFFICES,
            "Known field.",
            ["notice_period.needs_determination"],
        ),
        (29, Determination.EXIGENT, Determination.EXIGENT, "Flood.", []),
        (-1, Determination.EXIGENT, Determination.EXIGENT, "Flood.", ["notice_period.before"]),
    ],
)
def test_a_short_notice_needs_its_determination(
    days: int, needs: Determination, determination: Determination, reason: str, codes: list[str]
) -> None:
    published = datetime(2016, 1, 26, 14, 0, tzinfo=UTC)

    period = notice_period.notice_period(published, published + timedelta(days=days), EASTERN, rule=RULE)
    found = notice_period.findings(period, rule=RULE, determination=determination, reason=reason)

    assert (period.days, period.needs) == (days, needs)
    assert [finding.code for finding in found] == codes


def test_the_sentence_says_what_a_short_notice_needs() -> None:
    period = notice_period.NoticePeriod(29, Determination.EXIGENT)

    found = notice_period.findings(period, rule=RULE, determination=Determination.NONE, reason="")

    assert found[0].message == (
        "The notice stands open for 29 days. Under 30 days needs a written determination of exigent "
        "circumstances: write it down with its reason, or choose a later deadline."
    )
    assert found[0].authority == "2 CFR 200.204(b)"


def test_days_are_counted_in_the_zone_of_the_deadline() -> None:
    published = datetime(2014, 8, 1, 3, 0, tzinfo=UTC)  # still July 31 in Eastern Time
    closes = datetime(2014, 10, 16, 3, 59, tzinfo=UTC)

    assert notice_period.days_open(published, closes, EASTERN) == 76
    assert notice_period.days_open(published, closes, "UTC") == 76
    assert notice_period.days_open(published + timedelta(hours=2), closes, EASTERN) == 75


def test_fifty_states_and_puerto_rico_have_a_center() -> None:
    assert (len(STATES), len(CENTER_STATES), len(POSTAL_CODES)) == (50, 51, 56)


@pytest.mark.parametrize(
    ("planned", "deadline", "near"),
    [
        (None, None, False),
        (date(2014, 10, 30), None, True),
        (date(2014, 10, 31), None, False),
        (date(2012, 1, 2), None, False),
        (date(2012, 1, 2), datetime(2014, 9, 1, 13, tzinfo=UTC), True),
        (None, datetime(2018, 3, 7, 13, tzinfo=UTC), False),
    ],
)
def test_a_draft_is_a_duty_only_with_a_date_within_ninety_days(
    planned: date | None, deadline: datetime | None, *, near: bool
) -> None:
    assert is_near(planned, deadline, datetime(2014, 8, 1, 13, tzinfo=UTC)) is near
