"""The file format: what is saved is loaded back equal, and every fault is told with its line."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.competitions.rules import notice as n
from grants.competitions.rules.choices import FinalistStatus, RankingMethod, TieBreak, TieRule
from grants.competitions.rules.notice_period import Determination
from grants.competitions.rules.places import STATES
from grants.competitions.rules.plain import decode_section, encode_json
from grants.competitions.rules.samples import SAMPLES, sample_text
from grants.competitions.rules.toml_text import load, save
from grants.policies.rows import LocationRule, SelectedAgain

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\r"), max_size=60)
KEYS = st.from_regex(r"[a-z0-9]{1,6}(_[a-z0-9]{1,6}){0,2}", fullmatch=True)
POINTS = st.none() | st.decimals(0, 1000, places=3)
INSTANTS = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda value: value.replace(microsecond=0)
)
DAYS = st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1))


def criteria(depth: int) -> st.SearchStrategy[n.CriterionPlan]:
    below = st.just(()) if depth == 0 else st.lists(criteria(depth - 1), max_size=3).map(tuple)
    band = st.builds(n.Band, low=st.decimals(0, 5, places=1), high=st.decimals(5, 10, places=1), text=WORDS)
    return st.builds(
        n.CriterionPlan,
        key=KEYS,
        title=st.text(st.sampled_from("abc \"'\\#=[]\n\té"), min_size=1, max_size=20).filter(str.strip),
        points=POINTS,
        equal=st.booleans(),
        guidance=WORDS,
        word_limit=st.none() | st.integers(1, 5000),
        band=st.lists(band, max_size=2).map(tuple),
        criterion=below,
    )


def keys_are_distinct(content: n.Criteria) -> bool:
    keys = [one.key for one in n.walk(content.criterion)]
    return len(keys) == len(set(keys))


NOTICES = st.builds(
    n.Notice,
    identity=st.builds(
        n.Identity,
        number=st.from_regex(r"[A-Z0-9]{1,8}(-[A-Z0-9]{1,8}){0,3}", fullmatch=True),
        title=WORDS,
        program=WORDS,
        assistance_listing=st.sampled_from(["", "11.611"]),
        fiscal_year=st.none() | st.integers(1988, 2200),
        authority=WORDS,
    ),
    goals=st.builds(n.Goals, text=WORDS),
    states=st.lists(
        st.builds(
            n.StateAmount,
            code=st.sampled_from(list(STATES)),
            federal_per_year=st.none() | st.integers(1, 10**12),
            awards=st.integers(1, 20),
            service_area=WORDS,
        ),
        max_size=5,
        unique_by=lambda row: row.code,
    ).map(lambda rows: n.States(state=tuple(rows))),
    dates=st.builds(
        n.Dates,
        zone=st.sampled_from(["America/New_York", "America/Anchorage", "UTC"]),
        planned_publication=DAYS,
        opens=INSTANTS,
        deadline=INSTANTS,
        questions_until=INSTANTS,
        determination=st.sampled_from(Determination),
        shorter_period_reason=WORDS,
    ),
    award=st.builds(n.Award, years=st.none() | st.integers(1, 10), expected_award=DAYS, expected_start=DAYS),
    criteria=st.builds(
        n.Criteria,
        total=st.none() | st.decimals(1, 1000, places=2),
        criterion=st.lists(criteria(2), max_size=3).map(tuple),
    ).filter(keys_are_distinct),
    ranking=st.builds(
        n.Ranking,
        reviewers_minimum=st.none() | st.integers(1, 50),
        threshold=POINTS,
        finalists=st.sampled_from(FinalistStatus),
        method=st.none() | st.sampled_from(RankingMethod),
        tie_rule=st.sampled_from(TieRule),
        tie_break=st.sampled_from(TieBreak),
        feedback_points=st.booleans(),
    ),
    factors=st.lists(WORDS.filter(str.strip), max_size=4).map(lambda rows: n.Factors(factor=tuple(rows))),
    rules=st.builds(
        n.Rules,
        cost_share=st.none() | st.sampled_from(["omnibus-1988", "aica-2017"]),
        selected_again=st.none() | st.sampled_from(SelectedAgain),
        location=st.none() | st.sampled_from(LocationRule),
    ),
)


@settings(max_examples=150, deadline=None)
@given(NOTICES)
def test_what_is_saved_is_loaded_back_equal(notice: n.Notice) -> None:
    loaded, faults = load(save(notice))

    assert (loaded, faults) == (notice, [])


@settings(max_examples=60, deadline=None)
@given(NOTICES)
def test_every_section_survives_its_json_column(notice: n.Notice) -> None:
    back = {name: decode_section(name, encode_json(n.section_of(notice, name))) for name in n.SECTIONS}

    assert back == {name: n.section_of(notice, name) for name in n.SECTIONS}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_load_and_are_written_as_they_stand(name: str) -> None:
    notice, faults = load(sample_text(name))

    assert faults == []
    assert notice is not None
    assert save(notice) == sample_text(name)


def test_a_local_hour_takes_the_zone_of_the_file() -> None:
    dates = '[dates]\nzone = "America/Chicago"\ndeadline = 2014-10-15T23:59:00\n'
    text = 'format = 1\n[identity]\nnumber = "A-1"\n' + dates

    notice, _ = load(text)

    assert notice is not None
    assert notice.dates.deadline == datetime(2014, 10, 16, 4, 59, tzinfo=UTC)


def test_amounts_and_points_are_exact() -> None:
    text = (
        'format = 1\n[identity]\nnumber = "A-1"\n[criteria]\ntotal = 0.1\n'
        '[[states.state]]\ncode = "CO"\nfederal_per_year = 1668359.07\n'
    )

    notice, _ = load(text)

    assert notice is not None
    assert (notice.criteria.total, notice.states.state[0].federal_per_year) == (Decimal("0.1"), 166835907)


HEAD = 'format = 1\n[identity]\nnumber = "A-1"\n'
BROKEN = [
    ("", "Write “format = 1” at the top; here stands None."),
    ("format = 2\n", "Line 1, Write “format = 1” at the top; here stands 2."),
    ("format = 1\n", "identity: “identity” is missing."),
    ("x = [", "This is not TOML that can be read at end of document."),
    ("format = 1\nidentity = 3\n", "Line 2, identity: Here a table is expected."),
    ('format = 1\n[identity]\nnumber = ""\n', "Line 3, identity.number: An opportunity number has letters"),
    ("format = 1\n[identity]\nnumber = 7\n", "Line 3, identity.number: Here text is expected, not “7”."),
    (HEAD + 'fiscal_year = "x"\n', "Line 4, identity.fiscal_year: Here a whole number is expected, not “x”."),
    (HEAD + "fiscal_year = 3000\n", "Line 4, identity.fiscal_year: Enter a year from 1988 to 2200"),
    (HEAD + f'title = "{"x" * 301}"\n', "Line 4, identity.title: Use at most 300 characters; there are 301."),
    (HEAD + 'titel = "x"\n', "Line 4, identity.titel: There is no “titel” here. Known are number, title"),
    (HEAD + '[[states.state]]\ncode = "ZZ"\n', "Line 5, states.state[1].code: “ZZ” is none of the 50 states"),
    (
        HEAD + '[[states.state]]\ncode = "CO"\n[[states.state]]\ncode = "CO"\n',
        "Line 7, states.state[2].code: Colorado stands here twice.",
    ),
    (
        HEAD + '[[states.state]]\ncode = "CO"\nfederal_per_year = 1.234\n',
        "Line 6, states.state[1].federal_per_year: Enter dollars and at most two digits for cents",
    ),
    (
        HEAD + '[[states.state]]\ncode = "CO"\nfederal_per_year = -1\n',
        "Line 6, states.state[1].federal_per_year: Enter an amount of zero or more.",
    ),
    (
        HEAD + '[[states.state]]\ncode = "CO"\nfederal_per_year = inf\n',
        "Line 6, states.state[1].federal_per_year: ",
    ),
    (HEAD + "[criteria]\ntotal = nan\n", "Line 5, criteria.total: Here a finite number is expected."),
    (HEAD + "[criteria]\ntotal = 1.2345\n", "Line 5, criteria.total: Points have at most three decimals"),
    (HEAD + '[dates]\nzone = "Mars/Base"\n', "Line 5, dates.zone: “Mars/Base” is no time zone."),
    (
        HEAD + "[dates]\ndeadline = 2014-10-15\n",
        "Line 5, dates.deadline: Here a date with its hour and offset",
    ),
    (
        HEAD + "[dates]\ndeadline = 2014-03-09T02:30:00\n",
        "Line 5, dates.deadline: 2:30 a.m. on March 9 does not exist in Eastern Time",
    ),
    (
        HEAD + '[ranking]\nmethod = "lottery"\n',
        "Line 5, ranking.method: “lottery” is none of rank_sum, mean, median, trimmed_mean.",
    ),
    (HEAD + 'title = """\n[states]\n"""\nprogram = 3\n', "Line 7, identity.program: Here text is expected"),
]


@pytest.mark.parametrize(("text", "sentence"), BROKEN)
def test_a_broken_file_is_told_by_line_and_place(text: str, sentence: str) -> None:
    notice, faults = load(text)

    assert notice is None
    assert faults[0].message.startswith(sentence), faults[0].message


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400) | st.from_regex(r"(\[+[a-z.]{1,12}\]+\n|[a-z]{1,6} = [0-9\[\]{}\",']{0,9}\n)*"))
def test_no_text_at_all_ends_in_a_trace(text: str) -> None:
    notice, faults = load(text)

    assert (notice is None) == bool(faults)
