"""Inviting many: what a pasted list or a file may hold, and what each line answers before sending."""

import io

import pytest

from grants.clock import StoppedClock
from grants.database import Database
from grants.reviews.queries import pool
from grants.reviews.rules import invitees
from tests.factories.reviews import Round, make_round
from tests.plugins.web import ActAs

HERE = "/staff/reviews/2014-NIST-MEP-01"
ADDRESS = "ana@lab.example"


@pytest.fixture
def made(database: Database, at_review: StoppedClock) -> Round:
    """A round whose three reviewers were invited before."""
    with database.writing() as session:
        return make_round(session, states={"CO": 1})


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Ana Diaz <ana@lab.example>, federal", None),
        ("Ana Diaz\tana@lab.example\toutside\tLab, of Ana", None),
        ("no address here", "This line has no mail address."),
        ("ana@lab.example", "This line has no name."),
        ("ana@lab.example, federal", "This line has no name."),
        ("Ana <ana@lab>", "This line has no mail address."),
        (
            "Ana <ana@lab.example>, Bo <bo@lab.example>",
            "This line has two mail addresses. Put each person on a line.",
        ),
        ("@" * 400, "This line has no mail address."),
        ("Ana\x00\x1b[31m <ana@lab.example>", None),
        ('=HYPERLINK("x") <ana@lab.example>', None),
    ],
)
def test_every_line_has_its_own_answer(line: str, fault: str | None) -> None:
    (found,) = invitees.read(line)

    assert found.fault == fault
    assert fault is not None or (found.email == ADDRESS and found.name.isprintable())


def test_a_doubled_address_names_the_first_line_and_empty_lines_are_none() -> None:
    found = invitees.read(f"Ana <{ADDRESS}>\n\n   \nAna Diaz <ANA@lab.example>")

    assert [one.line for one in found] == [1, 4]
    assert found[1].fault == f"{ADDRESS} stands on line 1 already."


@pytest.mark.parametrize("text", ["", " \n\t\n", "Name, E-mail, Kind\n"])
def test_a_list_without_anybody_says_what_to_enter(text: str) -> None:
    (sentence,) = invitees.faults(invitees.read(text))

    assert sentence.startswith("Enter at least one person")


def test_a_huge_list_is_read_no_further_than_needed_to_refuse_it() -> None:
    found = invitees.read("\n".join(f"P{number} <p{number}@lab.example>" for number in range(50_000)))

    assert len(found) == invitees.MOST_LINES + 1
    assert list(invitees.faults(found)) == ["The list has more than 500 people. Send at most 500 at once."]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_spreadsheets_file_is_read_in_the_encoding_it_was_saved_in(encoding: str) -> None:
    text = f"Name,Email,Kind\nZoë Müller,{ADDRESS},federal\n"

    (found,) = invitees.read(invitees.decoded(text.encode(encoding)))

    assert (found.name, found.kind, found.fault) == ("Zoë Müller", "federal", None)


def test_a_file_is_shown_line_by_line_and_who_was_invited_before_is_left_out(
    made: Round, act_as: ActAs, database: Database
) -> None:
    officer = act_as(made.officer)
    text = f"Name,Email\nAna Diaz,{ADDRESS}\nAmir Fox,reviewer1@panel.example\n"
    form = {"cap": "4", "expires_on": "12/01/2014", "people": ""}
    file = (io.BytesIO(text.encode()), "people.csv")

    shown = officer.post(f"{HERE}/invite", data={**form, "file": file, "deed": "check"})
    page = shown.get_data(as_text=True)
    people = text.partition("\n")[2]
    sent = officer.post(f"{HERE}/invite", data={**form, "people": people, "deed": "send"})
    again = officer.post(f"{HERE}/invite", data={**form, "people": people, "deed": "send"})

    assert (shown.status_code, sent.status_code, again.status_code) == (200, 303, 422)
    assert "Invited before, left out" in page
    assert "Send 1 invitation" in page
    assert "Everyone on the list is invited already." in again.get_data(as_text=True)
    with database.reading() as session:
        addresses = [one.email for one in pool.members_of(session, made.competition.id)]
    assert addresses.count(ADDRESS) == 1
    assert len(addresses) == 4


def test_a_file_that_is_too_long_or_no_list_changes_nothing(made: Round, act_as: ActAs) -> None:
    officer = act_as(made.officer)
    form = {"cap": "4", "expires_on": "12/01/2014", "people": ""}

    answers = []
    for content in (b"x" * 100_000, bytes(range(256)) * 20, b"\xff\xfe\x00", b""):
        file = (io.BytesIO(content), "people.csv")
        answer = officer.post(f"{HERE}/invite", data={**form, "file": file, "deed": "send"})
        answers.append(answer.status_code)

    assert answers == [422] * 4
