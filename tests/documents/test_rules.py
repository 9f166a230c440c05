"""The words of letters: fields, unknown fields, merging without gaps."""

import pytest

from grants.awards.rules.letter_kinds import KINDS
from grants.documents.rules import LetterKind, field_names, merge, template_faults
from grants.documents.services.storing import plain_name

KIND = KINDS["award"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind)
def test_the_words_a_kind_begins_with_name_known_fields_only(kind: LetterKind) -> None:
    assert template_faults(kind.body, kind.mail_subject, kind.fields) == []


def test_an_unknown_field_is_refused_by_its_name() -> None:
    findings = template_faults("Dear {director},", "{number}", KIND.fields)

    assert [(finding.field, finding.message) for finding in findings] == [
        ("body", "There is no field called “director”. Choose one from the list."),
        ("mail_subject", "There is no field called “number”. Choose one from the list."),
    ]


def test_a_brace_that_stands_alone_is_refused() -> None:
    findings = template_faults("Dear {organization", "", KIND.fields)

    assert [finding.code for finding in findings] == ["brace"]


def test_fields_are_listed_once_in_the_order_of_the_text() -> None:
    assert field_names("{b} {a} { b }") == ["b", "a"]


def test_a_value_with_braces_is_not_merged_again() -> None:
    assert merge("For {a}.", {"a": "{b}", "b": "secret"}) == "For {b}."


def test_a_missing_value_is_an_error_and_never_a_gap() -> None:
    with pytest.raises(KeyError):
        merge("For {a}.", {})


NAMES = [
    ("report.pdf", "report.pdf"),
    ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
    ("../../etc/passwd", "passwd"),
    ("a\x00b\n.pdf", "ab.pdf"),
    ("", "file.pdf"),
    ("...", "file.pdf"),
    ("x" * 300 + ".pdf", "x" * 190 + ".pdf"),
]


@pytest.mark.parametrize(("given", "kept"), NAMES)
def test_a_file_name_from_outside_is_reduced_to_its_last_printable_part(given: str, kept: str) -> None:
    assert plain_name(given) == kept
