"""Conflicts that follow from plain facts: same organization, same state, a name in the application."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SHARED_DOMAINS = frozenset(
    {
        "gmail.com",
        "yahoo.com",
        "outlook.com",
        "hotmail.com",
        "icloud.com",
        "aol.com",
        "proton.me",
        "comcast.net",
        "demo.example",
    }
)
"""Mail domains that say nothing about an employer; the demonstration's own one is among them."""

NOISE = frozenset({"the", "inc", "incorporated", "llc", "corp", "corporation", "co", "company", "foundation"})
SAME_ORGANIZATION = "same organization"
NAMED = "named in the application"
PARTNER = "named partner"
TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms", "hon", "phd", "jr", "sr"})


@dataclass(frozen=True)
class Tie:
    """A declared interest that has not expired."""

    kind: str
    name: str = ""
    organization_id: int | None = None
    state: str | None = None
    declared: str = ""
    """The day of the declaration, in words."""


@dataclass(frozen=True)
class ReviewerFacts:
    """What is known of a reviewer before any application is shown."""

    name: str
    email: str
    affiliation: str = ""
    organizations: frozenset[int] = frozenset()
    """Organizations that the reviewer belongs to in this system."""
    states: frozenset[str] = frozenset()
    """States in which the reviewer lives or works."""
    ties: tuple[Tie, ...] = ()
    person_id: int = 0


@dataclass(frozen=True)
class Party:
    """A person or body named in an application, with the part they play."""

    part: str
    name: str
    affiliation: str = ""
    email: str = ""
    person_id: int = 0
    is_behind: bool = False
    """Whether the person stands behind the application (a member, a contact) rather than in its content."""


@dataclass(frozen=True)
class ApplicationFacts:
    """The names in an application, and nothing of its content."""

    organization_id: int
    organization: str
    state: str
    domains: frozenset[str] = frozenset()
    """Mail domains of the host's members."""
    parties: tuple[Party, ...] = ()
    accounts: Mapping[int, str] = field(default_factory=dict)
    """People who act for the application by their account, with the part they play."""
    people: tuple[Party, ...] = ()
    """The host's members, the contact, who opened, certified and submitted it: an equal name is looked at."""


@dataclass(frozen=True)
class Match:
    """One reason for a conflict."""

    kind: str
    reason: str


def conflicts_between(reviewer: ReviewerFacts, application: ApplicationFacts) -> tuple[Match, ...]:
    """Return every conflict that the facts show, the plainest first."""
    return (
        *_same_organization(reviewer, application),
        *_same_state(reviewer, application),
        *_acts(reviewer, application),
        *_named(reviewer, application),
        *_same_domain(reviewer, application),
    )


def involvement_between(person: ReviewerFacts, application: ApplicationFacts) -> tuple[Match, ...]:
    """Return why a person stands on the applicant's side: what bars every role, staff's as well."""
    found = []
    if application.organization_id in person.organizations:
        found.append(Match(SAME_ORGANIZATION, f"Belongs to {application.organization}."))
    return (*found, *_acts(person, application), *_person_named(person, application))


def plain(name: str) -> str:
    """Return a name as it is compared: lower case, no punctuation, no legal form."""
    words = re.sub(r"[^a-z0-9 ]", " ", name.casefold().replace("&", " and ")).split()
    return " ".join(word for word in words if word not in NOISE and word not in TITLES)


def _same_organization(reviewer: ReviewerFacts, application: ApplicationFacts) -> Iterator[Match]:
    host = plain(application.organization)
    if application.organization_id in reviewer.organizations:
        yield Match(SAME_ORGANIZATION, f"Belongs to {application.organization}.")
    elif reviewer.affiliation and plain(reviewer.affiliation) == host:
        yield Match(SAME_ORGANIZATION, f"Works at {application.organization}.")
    for tie in reviewer.ties:
        if tie.organization_id == application.organization_id or (tie.name and plain(tie.name) == host):
            yield Match(
                tie.kind, f"{_sentence(tie.kind)}: {application.organization}, declared {tie.declared}."
            )


def _same_state(reviewer: ReviewerFacts, application: ApplicationFacts) -> Iterator[Match]:
    declared = {tie.state: tie for tie in reviewer.ties if tie.state}
    if application.state in declared:
        tie = declared[application.state]
        yield Match("same state", f"{_sentence(tie.kind)}: {application.state}, declared {tie.declared}.")
    elif application.state in reviewer.states:
        yield Match("same state", f"Lives or works in {application.state}.")


def _acts(reviewer: ReviewerFacts, application: ApplicationFacts) -> Iterator[Match]:
    part = application.accounts.get(reviewer.person_id)
    if part:
        yield Match(NAMED, f"Acts in the application as {part}, by the same account.")


def _person_named(reviewer: ReviewerFacts, application: ApplicationFacts) -> Iterator[Match]:
    for party in application.parties:
        if plain(party.name) == plain(reviewer.name):
            yield Match(NAMED, f"Named as {party.part}: {party.name}.")


def _named(reviewer: ReviewerFacts, application: ApplicationFacts) -> Iterator[Match]:
    yield from _person_named(reviewer, application)
    for body in own_bodies(reviewer):
        for party in application.parties:
            if plain(party.name) == plain(body.name):
                yield Match(PARTNER, f"{party.name} is named as {party.part}; it is {body.what}.")
            elif plain(party.affiliation) == plain(body.name):
                yield Match(
                    PARTNER,
                    f"{party.name}, {party.part}, belongs to {party.affiliation}; it is {body.what}.",
                )


@dataclass(frozen=True)
class Body:
    """An organization to which a reviewer is bound, and what it is to them, in words."""

    name: str
    what: str


def own_bodies(reviewer: ReviewerFacts) -> list[Body]:
    """Return the reviewer's affiliation and every organization that they declared."""
    bodies = [Body(reviewer.affiliation, "the reviewer's affiliation")]
    bodies += [Body(tie.name, f"declared by the reviewer ({tie.kind})") for tie in reviewer.ties]
    return [body for body in bodies if plain(body.name)]


def _same_domain(reviewer: ReviewerFacts, application: ApplicationFacts) -> Iterator[Match]:
    domain = domain_of(reviewer.email)
    if domain and domain not in SHARED_DOMAINS and domain in application.domains:
        yield Match("same mail domain", f"Mail at {domain}, as members of {application.organization}.")


def domain_of(email: str) -> str:
    """Return the part of an address after the last @, in lower case."""
    return email.rpartition("@")[2].lower() if "@" in email else ""


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
