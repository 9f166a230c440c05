"""Numbers as people type them: every kind reads what is meant or says what to write."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import DecimalField, Field, FieldList, FloatField, FormField, IntegerField, IntegerRangeField
from wtforms import Form as PlainForm
from wtforms.fields.core import UnboundField

import grants
from grants import money, numbers
from grants.numbers import NumberError
from grants.web.fields import MoneyField, PointsField, WholeField
from grants.web.forms import Form

READERS: dict[type[Field], Callable[[str], object]] = {
    MoneyField: money.parse,
    PointsField: numbers.points,
    WholeField: numbers.whole,
}

REFUSED = [
    # typed, what money says, what points say, what whole numbers say
    ("1,5", "Write 1.5.", "Write 1.5.", "Write it for example as 3."),
    ("12,5", "Write 12.5.", "Write 12.5.", "Write it for example as 3."),
    ("0,5", "Write 0.5.", "Write 0.5.", "Write it for example as 3."),
    ("1,23,456", "Write 123456.", "Write 123456.", "Write 123456."),
    ("1.668,50", "Write 1668.50.", "Write 1668.50.", "Write it for example as 3."),
    ("1e1", "Write 10.", "Write 10.", "Write 10."),
    ("1E+2", "Write 100.", "Write 100.", "Write 100."),
    ("1e999999999", "for example as 1,668,359.00.", "for example as 7.5.", "for example as 3."),
    ("\u0667", "Write 7.", "Write 7.", "Write 7."),
    ("\u0967\u0968", "Write 12.", "Write 12.", "Write 12."),
    ("½", "for example as 1,668,359.00.", "for example as 7.5.", "for example as 3."),
    ("+5", "Write 5.", "Write 5.", "Write 5."),
    ("-5", "zero or more", "of zero or more", "of zero or more"),
    ("\u22125", "zero or more", "of zero or more", "of zero or more"),
    ("15%", "is a percentage", "is a percentage", "is a percentage"),
    ("7 8", "more than one number", "more than one number", "more than one number"),
    ("100000\t50000", "more than one number", "more than one number", "more than one number"),
    ("9" * 100, "longer than an amount", "longer than points", "longer than a whole number"),
    ("9" * 5000, "longer than an amount", "longer than points", "longer than a whole number"),
    ("9" * 20, "at most 99,999,999,999.99.", "at most 100,000 points.", "at most 999,999,999."),
    ("NaN", "not an amount in dollars", "not a number", "not a whole number"),
    ("Infinity", "not an amount in dollars", "not a number", "not a whole number"),
    ("1_000", "not an amount in dollars", "not a number", "not a whole number"),
    ("seven", "not an amount in dollars", "not a number", "not a whole number"),
    (".", "not an amount in dollars", "not a number", "not a whole number"),
    ("7.1234", "two digits for cents", "at most three decimals", "without decimals"),
]
"""Inputs that no number field of any kind takes, with what the sentence must hold."""


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row[0][:12])
def test_what_may_mean_two_things_is_refused_with_what_to_write(row: tuple[str, str, str, str]) -> None:
    typed, *expected = row

    for reader, sentence in zip(READERS.values(), expected, strict=True):
        with pytest.raises(NumberError) as refused:
            reader(typed)
        assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1,668,359.00", 166_835_900),
        ("$1,234,567.89", 123_456_789),
        (" 1 000 ", 100_000),
        ("1\u00a0000\u00a0000", 100_000_000),
        ("500.", 50_000),
        ("$ 500", 50_000),
        ("1, 668, 359", 166_835_900),
    ],
)
def test_money_is_understood_as_people_write_it(typed: str, amount: int) -> None:
    assert money.parse(typed) == amount


@pytest.mark.parametrize(
    ("typed", "points"), [("7", "7"), ("7.", "7"), (".5", "0.5"), (" 7.50 ", "7.5"), ("7.1230", "7.123")]
)
def test_points_are_read_as_typed(typed: str, points: str) -> None:
    assert numbers.points(typed) == Decimal(points)


def test_thousand_points_with_a_comma_ask_which_was_meant() -> None:
    with pytest.raises(NumberError, match=re.escape("Write 1.000 or 1000.")):
        numbers.points("1,000")


@pytest.mark.parametrize(("typed", "number"), [("3", 3), ("1,500", 1500), ("1 500", 1500), ("0007", 7)])
def test_whole_numbers_are_read_as_typed(typed: str, number: int) -> None:
    assert numbers.whole(typed) == number


@pytest.mark.parametrize(("typed", "share"), [("2/5", "2/5"), ("0.15", "3/20"), ("1", "1"), ("0/1", "0")])
def test_shares_are_read_as_the_law_writes_them(typed: str, share: str) -> None:
    assert numbers.share(typed) == Fraction(share)


@pytest.mark.parametrize("typed", ["1e9", "\u0662/\u0665", "1/0", "2 / 5", "9" * 50, "", "1/-2"])
def test_what_is_no_share_is_refused(typed: str) -> None:
    with pytest.raises(NumberError, match="Write a fraction such as 2/5"):
        numbers.share(typed)


SIGNS = st.text(
    alphabet=st.sampled_from("0123456789.,-+ ()$%eE/\t\u00a0\u2212\u0667½") | st.characters(), max_size=45
)


@pytest.mark.parametrize("reader", [*READERS.values(), money.parse_signed, numbers.share])
@given(typed=SIGNS)
@example(typed="1e" + "9" * 30)
@example(typed="(" * 40)
@example(typed="\ud800")
def test_any_text_is_a_number_or_one_sentence(reader: Callable[[str], object], typed: str) -> None:
    value, said = _answer(reader, typed)

    if said is None:
        assert isinstance(value, int | Decimal | Fraction)
        return
    assert re.fullmatch(r"[“A-Z].{9,240}\.", said, re.DOTALL)
    offered = re.search(r" Write ([^ ]+)\.$", said)
    if offered is not None:
        assert _answer(reader, offered[1])[1] is None


def _answer(reader: Callable[[str], object], typed: str) -> tuple[object, str | None]:
    try:
        return reader(typed), None
    except NumberError as fault:
        return None, str(fault)


def _forms() -> Iterator[type[PlainForm]]:
    for module in pkgutil.walk_packages(grants.__path__, "grants."):
        if ".forms" in module.name or ".views" in module.name:
            importlib.import_module(module.name)
    seen: set[type[PlainForm]] = set()
    waiting: list[type[PlainForm]] = [Form]
    while waiting:
        form = waiting.pop()
        for below in form.__subclasses__():
            if below not in seen:
                seen.add(below)
                waiting.append(below)
                yield below


def _fields(form: type[PlainForm]) -> Iterator[tuple[str, type[Field]]]:
    for name in dir(form):
        unbound = getattr(form, name)
        if isinstance(unbound, UnboundField):
            yield from _below(f"{form.__name__}.{name}", unbound)


def _below(name: str, unbound: Any) -> Iterator[tuple[str, type[Field]]]:
    kind = unbound.field_class
    yield name, kind
    if issubclass(kind, FieldList):
        yield from _below(f"{name}[]", unbound.args[0])
    elif issubclass(kind, FormField):
        inner = next(one for one in (*unbound.args, *unbound.kwargs.values()) if isinstance(one, type))
        yield from ((f"{name}/{below}", field) for below, field in _fields(inner))


def test_every_number_field_of_every_form_is_of_a_kind_that_is_read_here() -> None:
    library = (IntegerField, IntegerRangeField, DecimalField, FloatField)
    found = {name: kind for form in _forms() for name, kind in _fields(form)}
    ours = {kind for kind in found.values() if kind.__name__ in {one.__name__ for one in READERS}}

    assert [name for name, kind in found.items() if issubclass(kind, library)] == []
    assert ours == set(READERS)


@pytest.mark.parametrize("kind", READERS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("typed", [row[0] for row in REFUSED], ids=lambda typed: typed[:12])
def test_a_refused_number_stays_in_its_field_with_one_sentence(kind: Any, typed: str) -> None:
    class Probe(PlainForm):
        number = kind("Number")

    form = Probe(MultiDict({"number": typed}))

    assert not form.validate()
    assert len(form.number.errors) == 1
    assert form.number._value() == typed


@pytest.mark.parametrize(
    "raw",
    [
        Decimal("1e1"),
        Decimal("1e999999999"),
        Decimal("1e-999999"),
        Decimal("sNaN"),
        10**40,
        "\u0667",
        "1_000",
        "1,5",
    ],
)
def test_a_number_of_a_file_is_refused_by_name(raw: Decimal | int | str) -> None:
    with pytest.raises(NumberError):
        numbers.in_file(raw)


@pytest.mark.parametrize(("raw", "text"), [(Decimal("12.5"), "12.5"), (7, "7"), ("12.5", "12.5"), (-3, "-3")])
def test_a_number_of_a_file_is_taken_as_written(raw: Decimal | int | str, text: str) -> None:
    assert numbers.in_file(raw) == text
