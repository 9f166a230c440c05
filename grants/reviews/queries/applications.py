"""What reviews read of applications: who is up for review, names for conflicts, the submitted content."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from grants.accounts.models import Person
from grants.applications.models import Application, Submission, SubmissionFile
from grants.applications.queries import submissions
from grants.applications.workflow import ApplicationStatus
from grants.documents.models import StoredFile
from grants.organizations.models import Membership, Organization
from grants.reviews.rules.conflicts import Party, domain_of

REVIEWED = (ApplicationStatus.ELIGIBLE, ApplicationStatus.DECLINED, ApplicationStatus.AWARDED)
"""Statuses of applications that passed the administrative review and so are, or were, reviewed."""

PARTS = {"partner": "partner", "signer": "signer of a letter"}


@dataclass(frozen=True)
class Candidate:
    """One application up for review, by its names alone."""

    id: int
    uid: str
    number: str
    competition_id: int
    state: str
    organization_id: int
    organization: str
    title: str


def candidates(
    session: Session, competition_id: int, *, state: str | None = None, without: Iterable[int] = ()
) -> list[Candidate]:
    """Return the applications up for review by state and number, without those closed to the reader."""
    rows = (
        select(Application.id, Application.uid, Application.number, Application.competition_id)
        .add_columns(
            col(Application.state),
            col(Application.organization_id),
            col(Organization.name),
            col(Application.project_title),
        )
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .where(
            col(Application.competition_id) == competition_id,
            col(Application.status).in_(REVIEWED),
            col(Application.id).not_in(list(without)),
        )
        .order_by(col(Application.state), col(Application.number), col(Application.id))
    )
    if state is not None:
        rows = rows.where(col(Application.state) == state)
    return [Candidate(*row) for row in session.execute(rows)]


def candidates_by_id(session: Session, ids: Iterable[int]) -> dict[int, Candidate]:
    """Return applications by id, whatever their status."""
    rows = (
        select(Application, Organization.name)
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .where(col(Application.id).in_(list(ids)))
    )
    return {application.id: candidate_of(application, name) for application, name in session.exec(rows).all()}


def application_by_uid(session: Session, uid: str) -> Application | None:
    """Return an application by its name in URLs."""
    return session.exec(select(Application).where(col(Application.uid) == uid)).first()


def named_parties(session: Session, ids: Iterable[int]) -> dict[int, list[Party]]:
    """Return whom submissions name: key people, partners, signers of letters, sources of match."""
    wanted = list(ids)
    found: dict[int, list[Party]] = {number: [] for number in wanted}
    for application_id, content in submissions.submitted_contents(session, wanted).items():
        named = found[application_id]
        named.extend(Party(one.role or "key person", one.name, one.affiliation) for one in content.key_people)
        named.extend(
            Party(PARTS[one.kind], one.name, one.affiliation)
            for one in content.parties
            if one.kind != "key_person"
        )
        named.extend(Party("source of match", source) for source in content.commitment_sources)
    return found


def acting_accounts(session: Session, ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """Return the people who act for each application by their account, with the part they play."""
    wanted = list(ids)
    found: dict[int, dict[int, str]] = {}
    rows = select(Application.id, Application.contact_person_id, Application.created_by_id)
    for number, contact, opened in session.exec(rows.where(col(Application.id).in_(wanted))).all():
        found[number] = {opened: "who opened it"} | ({contact: "contact person"} if contact else {})
    sent = select(Submission.application_id, Submission.submitted_by_id)
    for number, person_id in session.exec(sent.where(col(Submission.application_id).in_(wanted))).all():
        found.setdefault(number, {})[person_id] = "who submitted it"
    return found


def people_behind(session: Session, found: Iterable[Candidate]) -> dict[int, list[Party]]:
    """Return who stands behind each application: members, contact, who opened, submitted and certified it."""
    candidates = list(found)
    ids = [one.id for one in candidates]
    behind: dict[int, list[Party]] = {number: [] for number in ids}
    members = _members(session, {one.organization_id for one in candidates})
    for one in candidates:
        behind[one.id].extend(members.get(one.organization_id, ()))
    acting = acting_accounts(session, ids)
    accounts = {person_id for parts in acting.values() for person_id in parts}
    rows = select(Person.id, Person.name, Person.email).where(col(Person.id).in_(accounts))
    people = {number: (name, email) for number, name, email in session.exec(rows).all()}
    for number, parts in acting.items():
        for person_id, part in parts.items():
            name, email = people[person_id]
            behind[number].append(Party(part, name, email=email, person_id=person_id, is_behind=True))
    signed = select(Submission.application_id, Submission.certified_name, col(Submission.content)["contact"])
    for number, certified, contact in session.exec(signed.where(col(Submission.application_id).in_(ids))):
        behind[number].append(Party("who certified it", certified, is_behind=True))
        if contact:
            name, email = contact.get("name", ""), contact.get("email", "")
            behind[number].append(Party("contact person", name, email=email, is_behind=True))
    return behind


def _members(session: Session, organizations: set[int]) -> dict[int, list[Party]]:
    rows = (
        select(Membership.organization_id, Person.id, Person.name, Person.email)
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(col(Membership.organization_id).in_(organizations), col(Membership.left_at).is_(None))
        .order_by(col(Membership.id))
    )
    found: dict[int, list[Party]] = {}
    for organization_id, person_id, name, email in session.exec(rows).all():
        party = Party("member of the host", name, email=email, person_id=person_id, is_behind=True)
        found.setdefault(organization_id, []).append(party)
    return found


def sent_in(session: Session, *, ids: Iterable[int] | None = None) -> list[Candidate]:
    """Return the applications that were submitted and not withdrawn, whatever became of them."""
    rows = (
        select(Application, Organization.name)
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .where(
            col(Application.submitted_at).is_not(None),
            col(Application.status) != ApplicationStatus.WITHDRAWN,
        )
        .order_by(col(Application.id))
    )
    if ids is not None:
        rows = rows.where(col(Application.id).in_(list(ids)))
    return [candidate_of(application, name) for application, name in session.exec(rows).all()]


def mail_domains(session: Session, organizations: Iterable[int]) -> dict[int, frozenset[str]]:
    """Return the mail domains of each organization's members."""
    rows = (
        select(Membership.organization_id, Person.email)
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(col(Membership.organization_id).in_(list(organizations)), col(Membership.left_at).is_(None))
    )
    found: dict[int, set[str]] = {}
    for organization_id, email in session.exec(rows).all():
        found.setdefault(organization_id, set()).add(domain_of(email))
    return {organization_id: frozenset(domains) for organization_id, domains in found.items()}


def current_submission(session: Session, application_id: int) -> Submission | None:
    """Return the submission that stands; reviewers read nothing else."""
    return session.exec(
        select(Submission).where(
            col(Submission.application_id) == application_id, col(Submission.replaced_at).is_(None)
        )
    ).first()


@dataclass(frozen=True)
class ReviewFile:
    """One file of the submission that stands."""

    uid: str
    application_id: int
    title: str
    name: str
    sha256: str
    pages: int | None
    size: int
    media_type: str
    id: int
    file_id: int
    __tablename__ = "submission_file"


def review_files(session: Session, application_id: int) -> list[ReviewFile]:
    """Return the files of the submission that stands, in the order they were packed."""
    rows = (
        _files().where(col(SubmissionFile.application_id) == application_id).order_by(col(SubmissionFile.id))
    )
    return [_file(*row) for row in session.exec(rows).all()]


def review_file_by_uid(session: Session, uid: str) -> ReviewFile | None:
    """Return one file of a submission that stands, by its name in URLs."""
    row = session.exec(_files().where(col(SubmissionFile.uid) == uid)).first()
    return _file(*row) if row else None


def _files() -> Select[SubmissionFile, str]:
    return (
        select(SubmissionFile, StoredFile.media_type)
        .join(StoredFile, col(StoredFile.id) == col(SubmissionFile.file_id))
        .join(Submission, col(Submission.id) == col(SubmissionFile.submission_id))
        .where(col(Submission.replaced_at).is_(None))
    )


def _file(row: SubmissionFile, media_type: str) -> ReviewFile:
    return ReviewFile(
        uid=row.uid,
        application_id=row.application_id,
        title=row.title,
        name=row.name,
        sha256=row.sha256,
        pages=row.pages,
        size=row.size,
        media_type=media_type,
        id=row.id,
        file_id=row.file_id,
    )


def candidate_of(application: Application, organization: str) -> Candidate:
    """Return an application by its names alone."""
    return Candidate(
        id=application.id,
        uid=application.uid,
        number=application.number,
        competition_id=application.competition_id,
        state=application.state,
        organization_id=application.organization_id,
        organization=organization,
        title=application.project_title,
    )


def submission_hashes(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the hash of what each application submitted, without reading the submissions."""
    rows = select(Submission.application_id, Submission.sha256).where(
        col(Submission.application_id).in_(list(ids)), col(Submission.replaced_at).is_(None)
    )
    return dict(session.exec(rows).all())
