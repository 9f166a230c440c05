"""Who is acting: one frozen value, made once per request or job."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from grants.access.roles import APPLICANT, STAFF, Role


@dataclass(frozen=True)
class Actor:
    """A person with everything the policy needs to know of them.

    `memberships` maps an organization's id to the role held there, `assignments` are the
    applications whose door is open to this reviewer, `barred` those closed by a conflict;
    `invited_to` are the competitions whose panel this reviewer belongs to.
    """

    person_id: int | None
    name: str
    email: str = ""
    staff_roles: frozenset[Role] = frozenset()
    memberships: Mapping[int, Role] = field(default_factory=dict)
    is_reviewer: bool = False
    assignments: frozenset[int] = frozenset()
    invited_to: frozenset[int] = frozenset()
    barred: frozenset[int] = frozenset()
    zone: str = "America/New_York"

    @property
    def roles(self) -> frozenset[Role]:
        """Every role this actor stands in, the public one included."""
        held = {Role.PUBLIC} | self.staff_roles | set(self.memberships.values())
        if self.person_id is not None:
            held.add(Role.PERSON)
        if Role.REPRESENTATIVE in held:
            held.add(Role.MEMBER)
        if self.is_reviewer:
            held.add(Role.REVIEWER)
        return frozenset(held)

    @property
    def is_staff(self) -> bool:
        """Say whether the actor holds any staff role."""
        return bool(self.staff_roles & STAFF)

    @property
    def is_signed_in(self) -> bool:
        """Say whether there is a person at all."""
        return self.person_id is not None

    @property
    def role_label(self) -> str:
        """Name the role to be written into the record: the staff roles, else the closest other."""
        if self.staff_roles:
            return ", ".join(sorted(self.staff_roles))
        if self.is_reviewer:
            return Role.REVIEWER
        for role in (Role.REPRESENTATIVE, Role.MEMBER):
            if role in self.memberships.values():
                return role
        return Role.PERSON if self.is_signed_in else Role.PUBLIC

    def belongs_to(self, organization_id: int) -> bool:
        """Say whether the actor is a current member of the organization."""
        return self.memberships.get(organization_id) in APPLICANT


NOBODY = Actor(person_id=None, name="")
SYSTEM = Actor(person_id=None, name="The system")
"""The worker itself, for deeds that no person does: reminders, seals, lapses."""
