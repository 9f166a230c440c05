"""Fields whose messages are sentences: money, points, dates, times, limited text."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar

from flask import request
from wtforms import Field, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import Length, Optional, StopValidation
from wtforms.widgets import TextInput

from grants import money, numbers
from grants.clock import year_fault

LONGEST_COUNT = 9
"""Digits of the longest version or page; every column that holds one takes so many."""


class _TypedText(Field):
    """A text input whose value is parsed; what is not a value stays in the box as it was typed."""

    widget = TextInput()
    typed: str | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Parse what was typed."""
        if not valuelist:
            return
        self.typed = str(valuelist[0])
        text = self.typed.strip()
        self.data = None if text == "" else self.parse(text)

    def parse(self, text: str) -> object:
        """Return the value or raise ValueError with a sentence."""
        raise NotImplementedError

    def show(self, value: Any) -> str:
        """Write the value as it would be typed."""
        return str(value)

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data is None else self.show(self.data)


class MoneyField(_TypedText):
    """Dollars and cents, as whole cents; empty is None, not zero."""

    def parse(self, text: str) -> int:
        """Read an amount."""
        return money.parse(text)

    def show(self, value: int) -> str:
        """Write an amount."""
        return money.show(value)


class PointsField(_TypedText):
    """Points with at most three decimals; beyond the scale is for the service to refuse."""

    def parse(self, text: str) -> Decimal:
        """Read points."""
        return numbers.points(text)

    def show(self, value: Decimal) -> str:
        """Write points."""
        return f"{value:f}"


class WholeField(_TypedText):
    """A whole number; which ones are allowed is for the rules to say."""

    def parse(self, text: str) -> int:
        """Read a whole number."""
        return numbers.whole(text)


class VersionField(_TypedText):
    """The version that a form was made from; the page wrote it, so what is none says that the form is old."""

    def parse(self, text: str) -> int:
        """Read a version."""
        if not (text.isascii() and text.isdigit()) or len(text) > LONGEST_COUNT:
            raise ValueError("This form is too old to be sent. Open the page again and send it anew.")
        return int(text)


class DayField(_TypedText):
    """A date, as 2014-10-15, 10/15/2014, 10/15/14 or October 15, 2014."""

    def parse(self, text: str) -> date:
        """Read a date."""
        for pattern in ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%B %d, %Y", "%b %d, %Y"):
            try:
                day = datetime.strptime(text, pattern).date()  # noqa: DTZ007  # a date has no zone
            except ValueError:
                continue
            fault = year_fault(day)
            if fault:
                raise ValueError(fault)
            return day
        is_whole = len(re.findall(r"\w+", text)) == 3  # noqa: PLR2004  # month, day and year
        fault = "is not a date that exists" if is_whole else "is not a whole date"
        raise ValueError(f"“{text[:40]}” {fault}. Write it as 10/15/2014.")

    def show(self, value: date) -> str:
        """Write a date."""
        return f"{value:%m/%d/%Y}"


class HourField(_TypedText):
    """A time of day, as 11:59 p.m. or 23:59."""

    def parse(self, text: str) -> time:
        """Read a time of day."""
        plain = text.lower().replace(".", "").replace(" ", "").replace("noon", "12:00pm")
        for pattern in ("%I:%M%p", "%I%p", "%H:%M"):
            try:
                return datetime.strptime(plain, pattern).time()  # noqa: DTZ007  # no date, no zone
            except ValueError:
                continue
        raise ValueError(f"“{text[:40]}” is not a time of day. Write it as 11:59 p.m.")

    def show(self, value: time) -> str:
        """Write a time of day."""
        return f"{value.hour % 12 or 12}:{value:%M} {'a.m.' if value.hour < 12 else 'p.m.'}"  # noqa: PLR2004


class Needed:
    """The field must be filled; says so in the field's own words."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, _form: object, field: Any) -> None:
        """Refuse an empty field, unless its own fault was already said.

        Where nothing at all was sent, as by radios left open, the library's general sentence gives way. What
        the field would be judged for besides is not said of nothing.
        """
        if _is_empty(field.data) and not field.raw_data:
            field.errors = []
        if _is_empty(field.data) and not field.errors:
            raise StopValidation(self.message)


class Within:
    """The number must stand between two; silent where nothing was typed or another fault was said."""

    def __init__(self, least: int, most: int, message: str) -> None:
        self.least, self.most, self.message = least, most, message

    def __call__(self, _form: object, field: Any) -> None:
        """Refuse a number outside."""
        if field.data is not None and not field.errors and not self.least <= field.data <= self.most:
            raise ValidationError(self.message)


def _is_empty(value: object) -> bool:
    return value is None or value is False or value == [] or (isinstance(value, str) and not value.strip())


def text(
    label: str, *, needed: str | None = None, longest: int = 300, area: bool = False, **options: Any
) -> Any:
    """Make a text field whose length the server enforces; `needed` is the sentence if it must be filled."""
    too_long = f"Use at most {longest:,} characters for “{label}”."
    rules: list[Any] = [Needed(needed) if needed else Optional(), Length(max=longest, message=too_long)]
    kind = TextAreaField if area else StringField
    return kind(label, validators=rules, filters=[_tidy], **options)


ADDRESS = re.compile(r"://|\bwww\.|\bmailto:|\w\.[a-z]{2,}/", re.IGNORECASE)
"""What makes of a name a link in somebody's mail program."""
BARE_DOMAIN = re.compile(
    r"\w\.(com|org|net|gov|edu|mil|info|biz|co|io|us|uk|eu|ru|cn|xyz|site|app|example)\b",
    re.IGNORECASE,
)


class PlainName:
    """The field holds a name and nothing that reads as a message of ours: names stand in mail to others."""

    def __init__(self, *, domains: bool) -> None:
        self.domains = domains

    def __call__(self, _form: object, field: Any) -> None:
        """Refuse line breaks and addresses of the web; an organization may be called Example.com, Inc."""
        name = unicodedata.normalize("NFKC", field.data or "")
        if len(name.splitlines()) > 1 or "\t" in name:
            raise ValidationError("Write the name on one line.")
        if ADDRESS.search(name) or "@" in name or (not self.domains and BARE_DOMAIN.search(name)):
            raise ValidationError("Write the name without an address of a web page or of mail.")


def a_name(label: str, *, needed: str | None = None, of_organization: bool = False) -> Any:
    """Make a field for a name; it goes into mail, so it is one line without addresses."""
    field = text(label, needed=needed, longest=200)
    field.kwargs["validators"].append(PlainName(domains=of_organization))
    field.kwargs["filters"].append(_narrow)
    return field


NO_SIGN = re.compile(r"[\000-\010\013-\037\177-\237\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
"""Control signs, turns of the direction of writing and what is no character: no paper has them."""
FULL_WIDTH = {sign: sign - 0xFEE0 for sign in range(0xFF01, 0xFF5F)}
"""The wide forms of ASCII, for which the type of the letters has no glyph."""


def _tidy(value: str | None) -> str | None:
    return None if value is None else NO_SIGN.sub("", value.replace("\r\n", "\n")).strip()


def _narrow(value: str | None) -> str | None:
    return None if value is None else value.translate(FULL_WIDTH)


def counted(text: str | None, otherwise: int = 0) -> int:
    """Read a version or the page of a list as our own pages wrote it; anything else counts as `otherwise`."""
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= LONGEST_COUNT else otherwise


def page_asked() -> int:
    """Return the page of a list that the address asks for; what is no page is the first."""
    return max(1, counted(request.args.get("page"), 1))


def choices(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    """Make the choices of a SelectField or RadioField from pairs of value and words."""
    return [SelectChoice(str(value), str(words)) for value, words in pairs]
