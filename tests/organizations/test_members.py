import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.clock import StoppedClock
from grants.commands.worker import Worker
from grants.database import Database
from grants.errors import NotFound, Refused
from grants.organizations import queries, services
from grants.organizations.models import Invitation, MemberRole, Membership, Organization
from grants.organizations.rules import OrganizationFields
from grants.organizations.workflow import InvitationStatus

ActAs = Callable[[Actor], FlaskClient]
FIELDS = {"name": "Front Range Alliance", "kind": "nonprofit", "state": "CO", "version": "1"}


@dataclass
class Host:
    """An organization with one representative, and people around it."""

    database: Database
    clock: StoppedClock
    organization: Organization
    people: dict[str, Person]

    def actor(self, name: str) -> Actor:
        person = self.people[name]
        with self.database.reading() as session:
            memberships = queries.memberships_of(session, person.id)
        return Actor(person.id, person.name, email=person.email, memberships=memberships)

    def join(self, name: str, role: MemberRole) -> Membership:
        person = self.people[name]
        with self.database.writing() as session:
            row = Membership(
                organization_id=self.organization.id,
                person_id=person.id,
                role=role,
                joined_at=self.clock.now(),
            )
            session.add(row)
        return row

    def membership(self, name: str) -> Membership | None:
        with self.database.reading() as session:
            return queries.membership_of(session, self.organization.id, self.people[name].id)


@pytest.fixture
def host(database: Database, clock: StoppedClock) -> Host:
    """A host whose representative is Joan; Ana and Eve belong to nothing."""
    with database.writing() as session:
        people = {
            name: Person(
                email=f"{name}@tests.example",
                name=name.capitalize(),
                created_at=clock.now(),
                confirmed_at=clock.now(),
            )
            for name in ("joan", "ana", "eve")
        }
        session.add_all(people.values())
        session.flush()
        organization = services.create(
            session,
            OrganizationFields(name="Front Range Alliance", kind="nonprofit", state="CO"),
            actor=Actor(people["joan"].id, "Joan"),
            now=clock.now(),
        )
    return Host(database, clock, organization, people)


def test_whoever_registers_an_organization_signs_for_it(host: Host) -> None:
    assert host.actor("joan").memberships == {host.organization.id: Role.REPRESENTATIVE}
    assert host.actor("ana").memberships == {}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Enter the legal name of the organization."),
        ("name", "x" * 201, "Use at most 200 characters for “Legal name”."),
        ("kind", "", "Choose what kind of organization it is."),
        ("kind", "bank", "Choose one of the answers."),
        ("state", "ZZ", "Choose one of the answers."),
        ("ein", "12-345678", "12-345678 has 8 digits; an EIN has 9. Check the letter from the IRS."),
        ("uei", "ABC", "ABC has 3 characters; a UEI has 12 letters and digits. Check it at SAM.gov."),
        ("zip", "8020", "A ZIP code has 5 digits, or 9 as 80202-1234."),
        ("congressional_district", "one", "Write the district as CO-01;"),
        ("congressional_district", "ZZ-01", "Write the district as CO-01;"),
        ("website", "javascript:alert(1)", "Write the website as https://example.org."),
        ("founded_on", "February 30, 2010", "is not a date that exists. Write it as 10/15/2014."),
    ],
)
def test_data_that_does_not_fit_is_refused_in_a_sentence(
    act_as: ActAs, host: Host, field: str, value: str, sentence: str
) -> None:
    answer = act_as(host.actor("ana")).post("/applicant/organizations/new", data=FIELDS | {field: value})

    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_what_is_malformed_and_what_is_refused_are_told_at_once(act_as: ActAs, host: Host) -> None:
    typed = FIELDS | {"ein": "12-345678", "founded_on": "February 30, 2010"}

    answer = act_as(host.actor("ana")).post("/applicant/organizations/new", data=typed)

    assert answer.status_code == 422
    assert "12-345678 has 8 digits" in answer.text
    assert "is not a date that exists" in answer.text


def test_an_empty_address_is_told_once(act_as: ActAs, host: Host) -> None:
    url = f"/applicant/organizations/{host.organization.uid}/invite"

    answer = act_as(host.actor("joan")).post(url, data={"email": "", "role": "member"})

    assert answer.status_code == 422
    assert "Enter the mail address of the person." in answer.text
    assert "Enter a mail address like" not in answer.text


def test_identifiers_are_stored_in_one_form(act_as: ActAs, host: Host) -> None:
    client = act_as(host.actor("ana"))

    answer = client.post(
        "/applicant/organizations/new",
        data=FIELDS | {"ein": "98 7654321", "uei": "zz12abcdef34", "congressional_district": "co-01"},
    )

    with host.database.reading() as session:
        stored = queries.organization_by_uid(session, answer.headers["Location"].rsplit("/", 1)[1])
    assert stored is not None
    assert (stored.ein, stored.uei, stored.congressional_district) == ("98-7654321", "ZZ12ABCDEF34", "CO-01")


def test_a_stale_page_is_shown_the_difference_and_can_be_sent_again(act_as: ActAs, host: Host) -> None:
    client = act_as(host.actor("joan"))
    page = f"/applicant/organizations/{host.organization.uid}/edit"

    assert client.post(page, data=FIELDS | {"city": "Denver"}).status_code == 303
    stale = client.post(page, data=FIELDS | {"city": "Boulder"})
    assert stale.status_code == 409
    assert re.search(r"Denver.*Boulder", stale.get_data(as_text=True), re.DOTALL)
    assert client.post(page, data=FIELDS | {"city": "Denver"}).status_code == 303
    assert client.post(page, data=FIELDS | {"city": "Boulder", "version": "2"}).status_code == 303


@pytest.mark.parametrize("path", ["", "/edit", "/invite"])
def test_an_organization_is_not_there_for_those_outside(act_as: ActAs, host: Host, path: str) -> None:
    client = act_as(host.actor("eve"))

    assert client.get(f"/applicant/organizations/{host.organization.uid}{path}").status_code == 404


def invited(host: Host, email: str, role: MemberRole = MemberRole.MEMBER) -> Invitation:
    with host.database.writing() as session:
        return services.invite(
            session, host.organization, email=email, role=role, actor=host.actor("joan"), now=host.clock.now()
        )


def mailed_link(app: Flask, host: Host, mail: Path) -> str:
    Worker(app, clock=lambda: host.clock).run_once()
    (text,) = [path.read_text().replace("=\n", "") for path in mail.iterdir()]
    found = re.search(r"http://127.0.0.1:8000(/organizations/invitation/\S+)", text)
    assert found is not None
    return found[1]


def test_the_mailed_link_leads_to_joining(app: Flask, act_as: ActAs, host: Host, mail: Path) -> None:
    invited(host, "Ana@tests.example")
    link = mailed_link(app, host, mail)

    assert act_as(host.actor("eve")).post(link).status_code == 422
    assert act_as(host.actor("ana")).post(link).status_code == 303
    assert host.actor("ana").memberships == {host.organization.id: Role.MEMBER}
    assert act_as(host.actor("ana")).get(link).status_code == 410


def test_the_mailed_link_is_declined_without_an_account(
    app: Flask, client: FlaskClient, host: Host, mail: Path
) -> None:
    invitation = invited(host, "stranger@tests.example")
    link = mailed_link(app, host, mail)

    shown = client.get(link).get_data(as_text=True)
    assert "Register to join" in shown
    assert client.post(f"{link}/decline").status_code == 303
    with host.database.reading() as session:
        answered = queries.invitation_by_uid(session, invitation.uid)
    assert answered is not None
    assert answered.status is InvitationStatus.DECLINED
    assert client.post(f"{link}x/decline").status_code == 404


def test_an_invitation_waits_on_the_home_page_of_the_confirmed_address_only(host: Host) -> None:
    invited(host, "ana@tests.example")

    with host.database.reading() as session:
        rows = {
            name: [row.verb for row in queries.waiting_for(session, host.actor(name), host.clock.now())]
            for name in ("ana", "eve")
        }
        unconfirmed = queries.waiting_for(session, Actor(host.people["ana"].id, "Ana"), host.clock.now())

    assert rows == {"ana": ["Answer the invitation to join Front Range Alliance"], "eve": []}
    assert unconfirmed == []


def test_an_invitation_runs_out_after_fourteen_days(host: Host) -> None:
    invitation = invited(host, "ana@tests.example")
    host.clock.put(host.clock.now() + timedelta(days=14))

    ana, actor = host.people["ana"], host.actor("ana")
    with pytest.raises(Refused), host.database.writing() as session:
        services.accept(session, invitation, person=ana, actor=actor, now=host.clock.now())
    for _ in range(2):
        with host.database.writing() as session:
            services.expire_invitations(session, host.clock.now())
    with host.database.reading() as session:
        assert session.get_one(Invitation, invitation.id).status is InvitationStatus.EXPIRED


def test_a_second_invitation_takes_the_place_of_the_first(host: Host) -> None:
    first = invited(host, "ana@tests.example")
    invited(host, "ana@tests.example", MemberRole.REPRESENTATIVE)

    with host.database.reading() as session:
        open_ones = queries.invitations_of(session, host.organization.id)
        assert session.get_one(Invitation, first.id).status is InvitationStatus.WITHDRAWN
    assert [row.invitation.role for row in open_ones] == [MemberRole.REPRESENTATIVE]


def test_an_unanswered_invitation_is_sent_again_and_one_taken_back_is_not(act_as: ActAs, host: Host) -> None:
    first, client = invited(host, "ana@tests.example"), act_as(host.actor("joan"))
    again = f"/applicant/organizations/invitations/{first.uid}/again"

    assert "Send again" in client.get(f"/applicant/organizations/{host.organization.uid}").text
    assert client.post(again).status_code == 303
    refused = client.post(again)

    with host.database.reading() as session:
        open_ones = [row.invitation.uid for row in queries.invitations_of(session, host.organization.id)]
    assert refused.status_code == 422
    assert "This invitation is withdrawn. Invite the person anew." in refused.text
    assert len(open_ones) == 1
    assert first.uid not in open_ones


def test_a_member_cannot_name_or_remove_those_who_sign(host: Host) -> None:
    ana = host.join("ana", MemberRole.MEMBER)
    joan = host.membership("joan")
    assert joan is not None
    actor = host.actor("ana")

    for deed in (
        lambda session: services.invite(
            session, host.organization, email="x@y.example", role=MemberRole.REPRESENTATIVE, actor=actor,
            now=host.clock.now(),
        ),
        lambda session: services.change_role(
            session, host.organization, ana, MemberRole.REPRESENTATIVE, actor=actor, now=host.clock.now()
        ),
        lambda session: services.remove(session, host.organization, joan, actor=actor, now=host.clock.now()),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal, host.database.writing() as session:
            deed(session)
        assert "Only an authorized representative can name or remove one." in str(refusal.value)


def test_the_last_who_signs_stays_until_another_does(act_as: ActAs, host: Host) -> None:
    joan = host.membership("joan")
    assert joan is not None
    page = f"/applicant/organizations/{host.organization.uid}/members/{joan.uid}"
    client = act_as(host.actor("joan"))

    for path in ("/remove", "/role/member"):
        answer = client.post(page + path)
        assert answer.status_code == 422
        assert "has one authorized representative" in answer.get_data(as_text=True)
    host.join("ana", MemberRole.REPRESENTATIVE)
    assert client.post(f"{page}/role/member").status_code == 303
    assert host.actor("joan").memberships == {host.organization.id: Role.MEMBER}


def test_who_is_removed_finds_nothing_anymore(act_as: ActAs, host: Host) -> None:
    ana = host.join("ana", MemberRole.MEMBER)
    page = f"/applicant/organizations/{host.organization.uid}"

    assert act_as(host.actor("ana")).get(page).status_code == 200
    assert act_as(host.actor("joan")).post(f"{page}/members/{ana.uid}/remove").status_code == 303
    assert act_as(host.actor("ana")).get(page).status_code == 404


def test_a_membership_of_another_organization_is_out_of_reach(host: Host) -> None:
    with host.database.writing() as session:
        other = services.create(
            session,
            OrganizationFields(name="Other", kind="nonprofit", state="NH"),
            actor=host.actor("eve"),
            now=host.clock.now(),
        )
        theirs = queries.membership_of(session, other.id, host.people["eve"].id)
    assert theirs is not None

    with pytest.raises(NotFound), host.database.writing() as session:
        services.remove(session, host.organization, theirs, actor=host.actor("joan"), now=host.clock.now())


def test_the_page_shows_members_with_who_may_sign(act_as: ActAs, host: Host) -> None:
    host.join("ana", MemberRole.MEMBER)

    page = act_as(host.actor("joan")).get(f"/applicant/organizations/{host.organization.uid}")

    shown = re.sub(r"<[^>]+>|\s+", " ", page.get_data(as_text=True))
    assert re.search(r"Joan\s+joan@tests.example\s+Authorized representative\s+may sign", shown)
    assert re.search(r"Ana\s+ana@tests.example\s+Member\s+no\b", shown)
