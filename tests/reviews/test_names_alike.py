"""Names alike bar nobody and come up for a person: in whatever field they stand, before anything is sent."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from grants.access.actor import SYSTEM
from grants.access.check import decide
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services.roles import grant_role
from grants.applications.models import Application, Submission
from grants.database import Database
from grants.organizations.models import MemberRole, Membership
from grants.reviews.models import Conflict, Interest, Likeness
from grants.reviews.queries.officer_steps import officer_steps
from grants.reviews.rules.choices import InterestKind
from grants.reviews.rules.conflicts import ApplicationFacts, Party, ReviewerFacts, Tie
from grants.reviews.rules.likeness import are_like_bodies, are_like_people, likenesses_between
from grants.reviews.services import assigning
from grants.reviews.services.conflicts import find_conflicts
from grants.reviews.services.involvement import seek, seek_due
from grants.reviews.workflow import ConflictStatus
from tests.factories.reviews import NOW, Round, make_person, make_round
from tests.plugins.web import ActAs

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERE = "/staff/reviews/2014-NIST-MEP-01"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Karen Tolliver", "K. Tolliver", True),
        ("Tolliver, Karen", "karen TOLLIVER", True),
        ("Dr. Karen Tolliver, Ph.D.", "Karen A. Tolliver Jr.", True),
        ("Jürgen Müller", "Jurgen Mueller", True),
        ("José Núñez", "Jose Nunez", True),
        ("Zoë O'Brien", "Zoe OBrien", True),
        ("Ana Smith-Jones", "Ana Jones", True),
        ("Jan van der Berg", "J. Vanderberg", True),
        ("K. Anna Smith", "Anna Smith", True),
        ("Lind Jo", "Jo Lind", True),
        ("Ana Diaz", "Ben Diaz", False),
        ("Ana Diaz", "Ana Dietz", False),
        ("Ana", "Ana", False),
        ("", "Ana Diaz", False),
    ],
)
def test_names_of_people_are_compared_as_they_may_be_written(*, one: str, other: str, alike: bool) -> None:
    assert are_like_people(one, other) is alike
    assert are_like_people(other, one) is alike


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Umpqua Technical Inst.", "Umpqua Technical Institute", True),
        ("UTI", "Umpqua Technical Institute", True),
        ("The Univ. of Oregon", "Oregon University", True),
        ("Umpqua Tecnical Institute", "Umpqua Technical Institute", True),
        ("Umpqua Institute of Technology", "Umpqua Technical College", True),
        ("Hiwassee Industry Alliance, LLC", "Hiwassee Industry Alliance Foundation", True),
        ("Hiwassee Industry", "Hiwassee Industry Alliance", True),
        ("Mesa Works", "Mesa Tools", False),
        ("Oregon Institute", "Ohio Institute", False),
        ("Institute", "College", False),
        ("", "Mesa Works", False),
    ],
)
def test_names_of_bodies_are_compared_without_their_kind(*, one: str, other: str, alike: bool) -> None:
    assert are_like_bodies(one, other) is alike
    assert are_like_bodies(other, one) is alike


HOST = ApplicationFacts(
    organization_id=1,
    organization="Umpqua Technical Institute",
    state="OR",
    domains=frozenset({"umpqua.example", "gmail.com"}),
    parties=(Party("partner", "Rogue Valley College"), Party("Center director", "Dana Hale", "Brazos Inc.")),
    people=(
        Party("contact person", "Jo Lind", email="jo.lind@umpqua.example", is_behind=True),
        Party("member of the host", "Rae Moss", email="rae.moss@umpqua.example", person_id=7, is_behind=True),
    ),
)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "Jo Lind"}, "The same name as Jo Lind, contact person."),
        ({"name": "J. Lind"}, "A name like Jo Lind, contact person."),
        ({"name": "D. Hale"}, "A name like Dana Hale, Center director."),
        ({"name": "Rae Moss", "person_id": 7}, ""),
        ({"name": "Dana Hale"}, ""),
        (
            {"affiliation": "Umpqua Technical Inst."},
            (
                "Umpqua Technical Inst., the reviewer's affiliation, is like "
                "Umpqua Technical Institute, the host."
            ),
        ),
        (
            {"ties": (Tie("board or advisory member", "Rogue Valley Univ."),)},
            (
                "Rogue Valley Univ., declared by the reviewer (board or advisory member), is like "
                "Rogue Valley College, partner."
            ),
        ),
        (
            {"affiliation": "Brazos College"},
            (
                "Brazos College, the reviewer's affiliation, is like Brazos Inc., to which Dana Hale, "
                "Center director, belongs."
            ),
        ),
        (
            {"email": "jo.lind@mailbox.example"},
            "jo.lind@mailbox.example begins as the address of Jo Lind, contact person.",
        ),
        (
            {"email": "x@mail.umpqua.example"},
            "Mail at mail.umpqua.example; people of Umpqua Technical Institute have mail at umpqua.example.",
        ),
        ({"email": "jo.lind9@gmail.com"}, ""),
    ],
)
def test_each_field_is_compared_and_the_sentence_says_which(changes: dict[str, Any], sentence: str) -> None:
    facts = ReviewerFacts(**{"name": "Pat Quill", "email": "pat@panel.example", "person_id": 3, **changes})

    assert likenesses_between(facts, HOST) == ((sentence,) if sentence else ())


@pytest.fixture
def made(database: Database, at_review: object) -> Round:
    """Three applications of Colorado and three reviewers; nothing is assigned."""
    with database.writing() as session:
        made = make_round(session)
        grant_role(
            session,
            session.get_one(Person, made.officer.person_id),
            Role.PROGRAM_OFFICER,
            actor=SYSTEM,
            now=NOW,
        )
        return made


def behind(session: Session, made: Round, field: str) -> None:
    """Name the first reviewer in one field of the first application."""
    name = made.reviewers[0].name
    application = session.get_one(Application, made.applications["CO-1"].id)
    submission = session.exec(
        select(Submission).where(col(Submission.application_id) == application.id)
    ).one()
    other = make_person(session, "second@mailbox.example", name)
    if field == "member":
        session.add(
            Membership(
                organization_id=application.organization_id,
                person_id=other.id,
                role=MemberRole.MEMBER,
                joined_at=NOW,
            )
        )
    elif field == "contact account":
        application.contact_person_id = other.id
    elif field == "contact":
        submission.content = {**submission.content, "contact": {"name": name, "email": "", "phone": ""}}
    elif field == "submitter":
        submission.submitted_by_id = other.id
    elif field == "certifier":
        submission.certified_name = name
    session.add_all([application, submission])
    session.flush()


def alike(session: Session) -> list[Likeness]:
    """Everything at which a person must look."""
    return list(session.exec(select(Likeness).order_by(col(Likeness.id))).all())


@sqlite
@pytest.mark.parametrize("field", ["member", "contact account", "contact", "submitter", "certifier"])
@pytest.mark.parametrize("way", ["look again", "worker"])
def test_an_equal_name_behind_an_application_is_looked_at(
    database: Database, made: Round, field: str, way: str
) -> None:
    with database.writing() as session:
        behind(session, made, field)
        session.flush()
        if way == "worker":
            seek(session, now=NOW, people=[made.reviewers[0].id])
        else:
            assert find_conflicts(session, made.competition.id, now=NOW) == []

    with database.reading() as session:
        (found,) = alike(session)
    assert (found.person_id, found.application_id) == (made.reviewers[0].id, made.applications["CO-1"].id)
    assert found.matched[0].startswith("The same name as Amir Fox, ")


def chosen(database: Database, made: Round) -> Likeness:
    """The first reviewer as a draft on each application, with a board seat at a body like a host's."""
    with database.writing() as session:
        person = made.reviewers[0]
        session.add(
            Interest(
                person_id=person.id,
                name="Front Range Manufacturing Alliances of CO Inst.",
                kind=InterestKind.BOARD,
                declared_at=NOW,
                until=NOW.replace(year=NOW.year + 1),
            )
        )
        session.flush()
        for application in made.applications.values():
            assigning.assign(
                session, made.competition, application, person.id, reason="Fits.", actor=made.officer, now=NOW
            )
    with database.reading() as session:
        (found,) = alike(session)
    return found


@sqlite
def test_nothing_of_the_pair_is_sent_before_somebody_has_looked(
    database: Database, made: Round, act_as: ActAs
) -> None:
    found = chosen(database, made)
    browser = act_as(made.officer)

    refused = browser.post(f"{HERE}/send", data={"due_on": "2014-12-01", "anyway": "In a hurry."})
    with database.reading() as session:
        rows = [row.verb for row in officer_steps(session, made.officer, NOW)]
    empty = browser.post(f"/staff/reviews/likenesses/{found.uid}", data={"reason": " ", "deed": "none"})
    browser.post(f"/staff/reviews/likenesses/{found.uid}", data={"reason": "Another body.", "deed": "none"})
    again = browser.post(f"/staff/reviews/likenesses/{found.uid}", data={"reason": "Twice.", "deed": "close"})
    sent = browser.post(f"{HERE}/send", data={"due_on": "2014-12-01", "anyway": "In a hurry."})

    assert refused.status_code == 422
    assert "CO-1 and Amir Fox: a person must look." in refused.get_data(as_text=True)
    assert "In a hurry." in refused.get_data(as_text=True)
    assert "Look at names alike" in rows
    assert (empty.status_code, again.status_code) == (422, 422)
    assert sent.status_code == 303
    with database.writing() as session:
        assert find_conflicts(session, made.competition.id, now=NOW) == []
        (looked,) = alike(session)
        assert (looked.finding, looked.looked_by_id) == ("Another body.", made.officer.person_id)
        assert session.exec(select(Conflict)).all() == []


@sqlite
def test_what_is_alike_and_the_same_becomes_a_conflict(
    database: Database, made: Round, act_as: ActAs
) -> None:
    found = chosen(database, made)

    page = act_as(made.officer).get(f"{HERE}/conflicts").get_data(as_text=True)
    act_as(made.officer).post(
        f"/staff/reviews/likenesses/{found.uid}", data={"reason": "On its board.", "deed": "close"}
    )

    assert "declared by the reviewer (board or advisory member), is like" in page
    with database.reading() as session:
        (conflict,) = session.exec(select(Conflict)).all()
        assert (conflict.status, conflict.decided_reason) == (ConflictStatus.CONFIRMED, "On its board.")
        verbs = [one.verb for one in officer_steps(session, made.officer, NOW)]
    assert "Replace a reviewer of CO-1" in verbs
    assert not [verb for verb in verbs if "alike" in verb]


@sqlite
def test_a_new_reason_is_looked_at_again_and_nobody_looks_at_their_own(
    database: Database, made: Round
) -> None:
    found = chosen(database, made)
    with database.writing() as session:
        row = session.get_one(Likeness, found.id)
        row.looked_at, row.looked_by_id, row.finding = NOW, made.officer.person_id, "Another body."
        session.add(row)
    with database.writing() as session:
        behind(session, made, "certifier")
        find_conflicts(session, made.competition.id, now=NOW)

    with database.writing() as session:
        (again,) = alike(session)
        assert (again.looked_at, len(again.matched)) == (None, len(found.matched) + 1)
        own = make_person(session, "olga@mailbox.example", "Olga Ortiz")
        session.add(
            Membership(
                organization_id=made.applications["CO-2"].organization_id,
                person_id=own.id,
                role=MemberRole.MEMBER,
                joined_at=NOW,
            )
        )
        session.flush()
        seek_due(session, NOW)
        seek(session, now=NOW, people=[made.officer.person_id or 0])
        (staff,) = [one for one in alike(session) if one.person_id == made.officer.person_id]
        verbs = [one.verb for one in officer_steps(session, made.officer, NOW)]
    assert not decide(made.officer, "likeness.look", staff).allowed
    assert [verb for verb in verbs if "alike" in verb] == ["Look at names alike"]
