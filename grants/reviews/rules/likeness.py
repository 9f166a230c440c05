"""Names that may mean the same person or body: a person must look, and nothing is closed by itself.

Equal names make a conflict at once (`rules.conflicts`); what is compared here is written differently,
or stands where an equal name alone proves little: members, contacts, who certified, second addresses.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from grants.reviews.rules.conflicts import (
    NOISE,
    SHARED_DOMAINS,
    TITLES,
    ApplicationFacts,
    Party,
    ReviewerFacts,
    domain_of,
    own_bodies,
    plain,
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


KINDS_OF_BODY = NOISE | _set(
    "institute institution inst university univ uni college coll school academy center centre ctr "
    "association assn assoc fdn society soc laboratory laboratories lab dept department office agency "
    "council group ltd limited lp llp pc of for and at in on a an de la du"
)
"""Words that say what a body is, not which."""
SPELLED = {
    "tech": "technical", "technology": "technical", "technological": "technical", "technologies": "technical",
    "mfg": "manufacturing", "manufacturers": "manufacturing", "natl": "national", "intl": "international",
    "engr": "engineering", "eng": "engineering", "comm": "community", "reg": "regional", "mtn": "mountain",
}  # fmt: skip
PARTICLES = _set("van von de der den del della di da la le el al bin mc mac st dos")
SUFFIXES = TITLES | {"ii", "iii", "iv", "md", "pe", "esq", "mba"}
OFFICES = _set("info admin contact office grants director reviewer applicant mail hello team")
"""First parts of addresses that belong to a desk, not to a person."""
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th"})
LONG_WORD = 5
"""From so many letters one wrong letter is a slip rather than another name."""
SHORTEST_ACRONYM = 3


def likenesses_between(person: ReviewerFacts, application: ApplicationFacts) -> tuple[str, ...]:
    """Return what is alike, each in one sentence that says who and which field."""
    others = [one for one in application.people if one.person_id != person.person_id or not one.person_id]
    found = [
        *_like_people(person, (*application.parties, *others)),
        *_like_bodies(person, application),
        *_like_addresses(person, application, others),
    ]
    return tuple(dict.fromkeys(found))


def _like_people(person: ReviewerFacts, parties: tuple[Party, ...]) -> Iterator[str]:
    for one in parties:
        is_found_already = not one.is_behind and plain(one.name) == plain(person.name)
        if not is_found_already and are_like_people(person.name, one.name):
            yield f"{_Same(person.name, one.name)} {one.name}, {one.part}."


def _like_bodies(person: ReviewerFacts, application: ApplicationFacts) -> Iterator[str]:
    named = [(application.organization, "the host")]
    for one in application.parties:
        named.append((one.name, one.part))
        if one.affiliation:
            named.append((one.affiliation, f"to which {one.name}, {one.part}, belongs"))
    for body in own_bodies(person):
        for name, part in named:
            if plain(name) != plain(body.name) and are_like_bodies(name, body.name):
                yield f"{body.name}, {body.what}, is like {name}, {part}."


def _like_addresses(
    person: ReviewerFacts, application: ApplicationFacts, others: list[Party]
) -> Iterator[str]:
    own, _, domain = person.email.lower().partition("@")
    for one in others:
        theirs = one.email.lower()
        if theirs and _is_personal(own) and theirs.partition("@")[0] == own:
            yield f"{person.email} begins as the address of {one.name}, {one.part}."
    named = application.domains | {domain_of(one.email) for one in others}
    domains = sorted(one for one in named if one and one not in SHARED_DOMAINS)
    if domain not in SHARED_DOMAINS:
        for at in domains:
            is_found_already = at == domain and at in application.domains
            if not is_found_already and (f".{at}".endswith(f".{domain}") or domain.endswith(f".{at}")):
                yield f"Mail at {domain}; people of {application.organization} have mail at {at}."
        if _says(domain, application.organization):
            yield f"Mail at {domain}, which is like {application.organization}, the host."
    for body in own_bodies(person):
        for at in domains:
            if _says(at, body.name) and plain(body.name) != plain(application.organization):
                yield f"{body.name}, {body.what}, is like the mail domain {at} of the host's people."


class _Same:
    """Whether two names are equal or only alike, in words."""

    def __init__(self, one: str, other: str) -> None:
        self.is_equal = _tokens(one) == _tokens(other)

    def __str__(self) -> str:
        return "The same name as" if self.is_equal else "A name like"


@lru_cache(maxsize=65_536)
def are_like_people(one: str, other: str) -> bool:
    """Ask whether two names may be one person's: last name and first initial, in any order and spelling."""
    if _person_keys(one) & _person_keys(other):
        return True
    words = frozenset(_tokens(one))
    return len(words) > 1 and words == frozenset(_tokens(other))


@lru_cache(maxsize=65_536)
def are_like_bodies(one: str, other: str) -> bool:
    """Ask whether two names may be one body's: what is left without its kind, an acronym, or one slip."""
    mine, theirs = _core(one), _core(other)
    if not mine or not theirs:
        return bool(folded(one)) and folded(one) == folded(other)
    if mine == theirs or _is_slip(mine, theirs):
        return True
    short, long = sorted((mine, theirs), key=len)
    return (len(short) > 1 and short < long) or _is_acronym(one, other) or _is_acronym(other, one)


@lru_cache(maxsize=16_384)
def folded(name: str) -> str:
    """Return a name without accents, case and punctuation."""
    stripped = unicodedata.normalize("NFKD", name.casefold().translate(LETTERS))
    letters = "".join(sign for sign in stripped if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w\s]|_", " ", re.sub(r"['’.]", "", letters)).split())


@lru_cache(maxsize=16_384)
def _person_keys(name: str) -> frozenset[tuple[str, str]]:
    """Return last name and first initial, in each way in which the name may be read."""
    umlauts = name.casefold().translate(UMLAUTS)
    keys: set[tuple[str, str]] = set()
    for spelled in {name.casefold(), umlauts}:
        words = _tokens(spelled)
        if len(words) > 1:
            last = _last_names(spelled, words)
            firsts = {words[0][0]} | ({words[1][0]} if len(words[0]) == 1 and len(words) > 2 else set())  # noqa: PLR2004
            keys |= {(one, first) for one in last for first in firsts}
    return frozenset(keys)


def _last_names(name: str, words: tuple[str, ...]) -> set[str]:
    found = {words[-1]}
    if words[-2] in PARTICLES:
        found.add("".join(words[-2:]))
    if words[-2] in PARTICLES and len(words) > 3 and words[-3] in PARTICLES:  # noqa: PLR2004
        found.add("".join(words[-3:]))
    for hyphened in re.findall(r"\w+(?:[-\u2010\u2011]\w+)+", name):
        parts = folded(hyphened).split()
        if parts and parts[-1] == words[-1]:
            found |= {"".join(parts), *(part for part in parts if len(part) > 2)}  # noqa: PLR2004
    return found


@lru_cache(maxsize=16_384)
def _tokens(name: str) -> tuple[str, ...]:
    """Return the words of a person's name in the order in which it is said, without titles."""
    before, comma, after = name.partition(",")
    said = [word for word in folded(after).split() if word not in SUFFIXES]
    ordered = f"{after} {before}" if comma and said else before
    return tuple(word for word in folded(ordered).split() if word not in SUFFIXES)


@lru_cache(maxsize=16_384)
def _core(name: str) -> frozenset[str]:
    words = [SPELLED.get(word, word) for word in folded(name.replace("&", " and ")).split()]
    return frozenset(_singular(word) for word in words if word not in KINDS_OF_BODY)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > LONG_WORD - 1 and word.endswith("s") and word[-2] != "s" else word


def _is_slip(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Ask whether all words are equal but one long one, which differs by one letter."""
    only_mine, only_theirs = mine - theirs, theirs - mine
    if len(only_mine) != 1 or len(only_theirs) != 1:
        return False
    one, other = next(iter(only_mine)), next(iter(only_theirs))
    if min(len(one), len(other)) < LONG_WORD or abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )
    rest, others = one[start:], other[start:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return rest[1:] == others[1:] or rest[1:] == others or rest == others[1:] or swapped == others


def _is_acronym(short: str, long: str) -> bool:
    """Ask whether one name is made of the first letters of the other's words."""
    letters = folded(short).replace(" ", "")
    if len(folded(short).split()) != 1 or len(letters) < SHORTEST_ACRONYM:
        return False
    return letters in _acronyms(long)


@lru_cache(maxsize=16_384)
def _acronyms(name: str) -> frozenset[str]:
    words = folded(name).split()
    small = {"of", "the", "and", "for", "at", "in"}
    forms = {
        "".join(word[0] for word in words),
        "".join(word[0] for word in words if word not in small),
        "".join(word[0] for word in words if word not in small and word not in NOISE),
    }
    return frozenset(one for one in forms if len(one) >= SHORTEST_ACRONYM)


def _says(domain: str, body: str) -> bool:
    """Ask whether a mail domain is a body's acronym or its name in one word."""
    labels = domain.split(".")
    label = labels[-2] if len(labels) > 1 else ""
    joined = folded(body).replace(" ", "")
    core = "".join(word for word in folded(body).split() if word not in KINDS_OF_BODY)
    named = {one for one in (joined, core) if len(one) > LONG_WORD}
    return domain not in SHARED_DOMAINS and (label in named or label in _acronyms(body))


def _is_personal(local: str) -> bool:
    return len(local) > LONG_WORD and local.rstrip("0123456789") not in OFFICES
