"""The invented hosts of the demonstration: no such organization exists, and no number is anybody's.

Mail goes to `.example` addresses, EINs begin with a prefix the IRS never assigned, UEIs begin with SAMPLE.
"""

from dataclasses import dataclass
from typing import Final

from grants.commands.demonstration import people
from grants.commands.demonstration.people import Someone
from grants.commands.demonstration.stage import Stage
from grants.eligibility.rules.identifiers import uei_check_digit
from grants.organizations import services
from grants.organizations.models import MemberRole, OrganizationKind
from grants.organizations.queries import open_invitation
from grants.organizations.rules import OrganizationFields

NONPROFIT: Final = OrganizationKind.NONPROFIT
COLLEGE: Final = OrganizationKind.HIGHER_EDUCATION
STATE: Final = OrganizationKind.STATE_GOVERNMENT


@dataclass(frozen=True)
class Host:
    """One organization with the two people who act for it; the first one signs."""

    key: str
    name: str
    kind: OrganizationKind
    state: str
    city: str
    zip: str
    signer: Someone
    writer: Someone
    number: int

    @property
    def fields(self) -> OrganizationFields:
        """Return what the organization says of itself."""
        uei = f"SAMPLE{self.number:05d}"
        return OrganizationFields(
            name=self.name,
            kind=self.kind,
            state=self.state,
            ein=f"00-{7_310_000 + self.number:07d}",
            uei=uei + uei_check_digit(uei),
            street=f"{100 + 7 * self.number} Sample Street",
            city=self.city,
            zip=self.zip,
            congressional_district=f"{self.state}-00{1 + self.number % 3}",
            website=f"https://{self.key}.example",
        )


_ROWS: Final = (
    ("saguaro", "Saguaro Manufacturing Partnership", NONPROFIT, "AZ", "Tempe", "85281", "Inez Calloway"),
    ("sonoran", "Sonoran Institute of Industry", COLLEGE, "AZ", "Tucson", "85701", "Peter Whitlock"),
    ("chesapeake", "Chesapeake Works Foundation", NONPROFIT, "MD", "Annapolis", "21401", "Ruth Abara"),
    ("patapsco", "Patapsco College of Technology", COLLEGE, "MD", "Catonsville", "21228", "Owen Marsh"),
    ("narragansett", "Narragansett Production Alliance", NONPROFIT, "RI", "Warwick", "02886", "Lia Ferreira"),
    ("front-range", "Front Range Manufacturing Alliance", NONPROFIT, "CO", "Golden", "80401", "Dana Hale"),
    ("high-plains", "High Plains Industry Network", NONPROFIT, "CO", "Greeley", "80631", "Walt Dreyer"),
    ("gunnison", "Gunnison Technical College", COLLEGE, "CO", "Gunnison", "81230", "Mira Stone"),
    ("nutmeg", "Nutmeg Precision Foundation", NONPROFIT, "CT", "Meriden", "06450", "Paul Lanehart"),
    ("quinnipiac-valley", "Quinnipiac Valley Makers", NONPROFIT, "CT", "Hamden", "06514", "Joan Tierney"),
    ("wabash", "Wabash Manufacturing Institute", NONPROFIT, "IN", "Lafayette", "47901", "Greg Dunmore"),
    ("calumet", "Calumet Industry Council", NONPROFIT, "IN", "Hammond", "46320", "Sonia Petrova"),
    ("whitewater", "Whitewater Valley College", COLLEGE, "IN", "Richmond", "47374", "Earl Knox"),
    ("straits", "Straits Manufacturing Center", NONPROFIT, "MI", "Saginaw", "48607", "Hanna Virtanen"),
    ("huron", "Huron Shore Production Trust", NONPROFIT, "MI", "Port Huron", "48060", "Cal Rutledge"),
    ("granite", "Granite Notch Manufacturing", NONPROFIT, "NH", "Concord", "03301", "Beth Lamoureux"),
    ("piedmont", "Piedmont Industrial Extension", NONPROFIT, "NC", "Greensboro", "27401", "Marcus Yates"),
    ("catawba", "Catawba Valley Makers", NONPROFIT, "NC", "Hickory", "28601", "Lena Crowe"),
    ("cascade", "Cascade Production Partners", NONPROFIT, "OR", "Salem", "97301", "Ivan Moreau"),
    ("umpqua", "Umpqua Technical Institute", COLLEGE, "OR", "Roseburg", "97470", "Nora Felt"),
    ("cumberland", "Cumberland Manufacturing Works", NONPROFIT, "TN", "Cookeville", "38501", "Dale Ames"),
    ("hiwassee", "Hiwassee Industry Alliance", NONPROFIT, "TN", "Cleveland", "37311", "Tessa Boyd"),
    ("caprock", "Caprock Manufacturing Network", NONPROFIT, "TX", "Lubbock", "79401", "Ramon Ibarra"),
    ("brazos", "Brazos Production Institute", COLLEGE, "TX", "Waco", "76701", "Ellen Sharp"),
    ("lone-mesa", "Lone Mesa Partners", NONPROFIT, "TX", "Amarillo", "79101", "Buck Tolliver"),
    ("shenandoah", "Shenandoah Works Alliance", NONPROFIT, "VA", "Staunton", "24401", "Amelia Frost"),
    ("tidewater", "Tidewater Polytechnic College", COLLEGE, "VA", "Suffolk", "23434", "Victor Lund"),
    ("bitterroot", "Bitterroot Industry Council", NONPROFIT, "MT", "Missoula", "59801", "Karin Holt"),
    ("great-basin", "Great Basin Makers Foundation", NONPROFIT, "UT", "Provo", "84601", "Seth Nakai"),
    ("rio-puerco", "Rio Puerco Manufacturing Trust", NONPROFIT, "NM", "Socorro", "87801", "Luz Baca"),
    ("snake-river", "Snake River Production Center", NONPROFIT, "ID", "Twin Falls", "83301", "Hal Jorgensen"),
    ("teton", "Teton Valley College", COLLEGE, "ID", "Rexburg", "83440", "June Ostler"),
)

_WRITERS: Final = (
    "Ana Roy", "Miguel Diaz", "Jill Lind", "Omar Said", "Kate Brandt", "Tom Weaver", "Nadia Karim",
    "Sam Whitfield", "Rita Moss", "Ben Achterberg", "Claire Dubois", "Yusuf Demir", "Gail Porter",
    "Neil Strand", "Vera Lang", "Hugo Pratt",
)  # fmt: skip

_SPECIAL: Final = {
    "Dana Hale": people.APPLICANT,
    "Ana Roy": people.WRITER,
    "Inez Calloway": people.CENTER,
}
"""People who have an account of the demonstration's list."""


def _someone(name: str, key: str) -> Someone:
    plain = name.lower().replace(" ", ".").replace("-", "")
    return Someone(_SPECIAL.get(name, f"{plain}@{key}.example"), name, "555-0100")


def _writer(position: int, key: str) -> Someone:
    """Give each host a writer; Ana Roy works for the host of the demonstration's applicant."""
    name = _WRITERS[0] if key == "front-range" else _WRITERS[1 + position % (len(_WRITERS) - 1)]
    return _someone(name, key)


HOSTS: Final = {
    key: Host(key, name, kind, state, city, zip_code, _someone(signer, key), _writer(number, key), number)
    for number, (key, name, kind, state, city, zip_code, signer) in enumerate(_ROWS, start=1)
}


def settle(stage: Stage, keys: tuple[str, ...]) -> None:
    """Have the people of these hosts register, the signer found the organization, the writer join it."""
    hosts = [HOSTS[key] for key in keys]
    people.register(stage, [someone for host in hosts for someone in (host.signer, host.writer)])
    for host in hosts:
        _found(stage, host)


def _found(stage: Stage, host: Host) -> None:
    stage.later(11)
    with stage.acting(host.signer.email) as scene:
        organization = services.create(scene.session, host.fields, actor=scene.actor, now=scene.now)
        stage.later(3)
        signer = scene.again()
        services.invite(
            scene.session,
            organization,
            email=host.writer.email,
            role=MemberRole.MEMBER,
            actor=signer.actor,
            now=scene.now,
        )
    stage.later(25)
    with stage.acting(host.writer.email) as scene:
        invitation = open_invitation(scene.session, organization.id, host.writer.email)
        if invitation is None:
            raise LookupError(f"{host.writer.name} was not invited")
        services.accept(scene.session, invitation, person=scene.person, actor=scene.actor, now=scene.now)
