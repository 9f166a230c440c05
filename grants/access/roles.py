"""The roles a person can stand in: staff roles are granted, the others follow from membership."""

from enum import StrEnum


class Role(StrEnum):
    """One role. Several may be held by one person, within the separation of duties."""

    PUBLIC = "public"
    PERSON = "person"
    MEMBER = "member"
    REPRESENTATIVE = "authorized representative"
    REVIEWER = "reviewer"
    PROGRAM_OFFICER = "program officer"
    GRANTS_OFFICER = "grants officer"
    SELECTING_OFFICIAL = "selecting official"
    PANEL_CHAIR = "panel chair"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


STAFF = frozenset(
    {
        Role.PROGRAM_OFFICER,
        Role.GRANTS_OFFICER,
        Role.SELECTING_OFFICIAL,
        Role.PANEL_CHAIR,
        Role.ADMINISTRATOR,
        Role.AUDITOR,
    }
)
SCREENING = frozenset({Role.PROGRAM_OFFICER, Role.GRANTS_OFFICER, Role.AUDITOR})
"""Who judges, or audits, whether an applicant is eligible, and so needs what it answered of itself."""
CONFIRMED = frozenset(
    {
        Role.PROGRAM_OFFICER,
        Role.GRANTS_OFFICER,
        Role.SELECTING_OFFICIAL,
        Role.PANEL_CHAIR,
        Role.ADMINISTRATOR,
    }
)
"""Roles that decide for the government, lead those who score, or make both: two administrators give one.

Who belongs to a host and is made chair would read the rivals' scores, so no one person gives that either.
"""
APPLICANT = frozenset({Role.MEMBER, Role.REPRESENTATIVE})

SEPARATED = (
    (Role.SELECTING_OFFICIAL, Role.GRANTS_OFFICER),
    (Role.PROGRAM_OFFICER, Role.GRANTS_OFFICER),
    (Role.SELECTING_OFFICIAL, Role.PANEL_CHAIR),
    (Role.AUDITOR, Role.PROGRAM_OFFICER),
    (Role.AUDITOR, Role.GRANTS_OFFICER),
    (Role.AUDITOR, Role.SELECTING_OFFICIAL),
    (Role.AUDITOR, Role.PANEL_CHAIR),
    (Role.AUDITOR, Role.ADMINISTRATOR),
)
"""Pairs of staff roles that one person may not hold together (law_and_practice, section 3)."""
