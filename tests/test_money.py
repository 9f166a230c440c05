"""Amounts as people type them, as cents, and as people read them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants import money


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1,668,359.00", 166_835_900),
        ("1668359", 166_835_900),
        ("$1,668,359.5", 166_835_950),
        ("  $ 12 ", 1_200),
        (".05", 5),
        ("5.", 500),
        ("0", 0),
        ("000.10", 10),
        ("99,999,999,999.99", money.LIMIT),
        ("0000000000000000000000000000007", 700),
    ],
)
def test_an_amount_as_people_type_it_is_read_as_cents(typed: str, cents: int) -> None:
    assert money.parse(typed) == cents


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", money.EMPTY),
        ("   ", money.EMPTY),
        ("1.234", money.HOW_TO_WRITE),
        ("1,5", "“1,5” has a comma that separates no thousands. Write 1.5."),
        ("1,66,8359", "“1,66,8359” has a comma that separates no thousands. Write 1668359."),
        (",100", "“,100” has a comma that separates no thousands. Write it for example as 1,668,359.00."),
        ("1e6", "“1e6” has an exponent. Write 1000000."),
        ("0x10", "“0x10” is not an amount in dollars. Write it for example as 1,668,359.00."),
        ("nan", "“nan” is not an amount in dollars. Write it for example as 1,668,359.00."),
        ("twelve", "“twelve” is not an amount in dollars. Write it for example as 1,668,359.00."),
        ("$", "“$” is not an amount in dollars. Write it for example as 1,668,359.00."),
        (".", "“.” is not an amount in dollars. Write it for example as 1,668,359.00."),
        ("--5", "“--5” is not an amount in dollars. Write it for example as 1,668,359.00."),
        ("١٢", "“١٢” is not in the digits 0 to 9. Write 12."),
        ("-5", money.NEGATIVE),
        ("\u22125.00", money.NEGATIVE),
        ("(5.00)", money.NEGATIVE),
        ("$-5", money.NEGATIVE),
        ("100,000,000,000.00", "Enter an amount of at most 99,999,999,999.99."),
        ("9" * 40, "Enter an amount of at most 99,999,999,999.99."),
        (
            "9" * 5_000,
            "This is longer than an amount in dollars can be. Write it for example as 1,668,359.00.",
        ),
    ],
)
def test_what_is_not_an_amount_is_refused_with_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(money.MoneyError) as refused:
        money.parse(typed)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(("typed", "cents"), [("-5", -500), ("(1,234.56)", -123_456), ("7.10", 710)])
def test_a_signed_amount_may_be_negative(typed: str, cents: int) -> None:
    assert money.parse_signed(typed) == cents


@pytest.mark.parametrize(("typed", "cents"), [(None, None), (" ", None), ("0", 0), ("3.5", 350)])
def test_empty_is_not_zero(typed: str | None, cents: int | None) -> None:
    assert money.parse_optional(typed) == cents


@given(st.integers(-money.LIMIT, money.LIMIT))
def test_every_amount_comes_back_from_every_way_it_is_written(cents: int) -> None:
    written = [money.show(cents), money.dollars(cents), money.plain(cents)]

    assert [money.parse_signed(text) for text in written] == [cents] * 3
    assert money.from_decimal(money.to_decimal(cents)) == cents


@pytest.mark.parametrize("amount", ["0.001", "NaN", "Infinity"])
def test_a_part_of_a_cent_is_no_amount(amount: str) -> None:
    with pytest.raises(money.MoneyError):
        money.from_decimal(Decimal(amount))


@pytest.mark.parametrize(
    ("share", "percent", "text"),
    [
        (Fraction(2, 5), "40.00 %", "2/5 (40 %)"),
        (Fraction(1, 3), "33.33 %", "1/3 (33.33… %)"),
        (Fraction(2, 3), "66.67 %", "2/3 (66.66… %)"),
        (Fraction(1, 8), "12.50 %", "1/8 (12.50 %)"),
        (Fraction(0), "0.00 %", "0/1 (0 %)"),
        (Fraction(100_005, 1_000_000), "10.00 %", "20001/200000 (10.00… %)"),
        (Fraction(10_005, 100_000), "10.01 %", "2001/20000 (10.00… %)"),
    ],
)
def test_shares_read_as_the_law_writes_them(share: Fraction, percent: str, text: str) -> None:
    assert (money.percent(share), money.share_text(share)) == (percent, text)
