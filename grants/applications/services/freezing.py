"""Freezing a draft into what a submission holds for ever."""

from typing import Any

from grants import numbers
from grants.applications.models import NamedParty
from grants.applications.rules.completeness import count_words
from grants.applications.rules.content import (
    HostFacts,
    SubmissionContent,
    SubmittedDocument,
    SubmittedParty,
    SubmittedSection,
    SubmittedSource,
    to_json,
)
from grants.applications.services.workspace import Workspace
from grants.budgets.models import MatchLine
from grants.organizations.models import Organization


def frozen_content(workspace: Workspace) -> dict[str, Any]:
    """Return the draft as it stands, as JSON values; the same draft gives the same values."""
    application, frame = workspace.application, workspace.frame
    return to_json(
        SubmissionContent(
            number=application.number,
            competition=frame.competition.number,
            state=application.state,
            service_area=application.service_area,
            project_title=application.project_title,
            center_director=application.center_director,
            contact=_contact(workspace),
            organization=_host(frame.organization),
            sections=_sections(workspace),
            years=workspace.table.contents,
            sources=tuple(_source(line) for line in workspace.sources),
            parties=tuple(_party(party) for party in workspace.parties),
            documents=_documents(workspace),
            self_check=workspace.self_check.results if workspace.self_check else (),
            was_center=application.was_center,
        )
    )


def _contact(workspace: Workspace) -> dict[str, str]:
    for member in workspace.frame.members:
        if member.person.id == workspace.application.contact_person_id:
            return {"name": member.person.name, "email": member.person.email, "phone": member.person.phone}
    return {}


def _host(organization: Organization) -> HostFacts:
    return HostFacts(
        name=organization.name,
        kind=organization.kind.value,
        ein=organization.ein,
        uei=organization.uei,
        street=organization.street,
        city=organization.city,
        state=organization.state,
        zip=organization.zip,
        congressional_district=organization.congressional_district,
    )


def _sections(workspace: Workspace) -> tuple[SubmittedSection, ...]:
    return tuple(
        SubmittedSection(
            key=place.key,
            title=place.title,
            points="" if place.points is None else numbers.shown(place.points),
            word_limit=place.node.criterion.word_limit,
            words=count_words(workspace.sections[place.key].text if place.key in workspace.sections else ""),
            text=workspace.sections[place.key].text if place.key in workspace.sections else "",
        )
        for place in workspace.frame.places
    )


def _documents(workspace: Workspace) -> tuple[SubmittedDocument, ...]:
    return tuple(
        SubmittedDocument(
            key=kind.key,
            title=kind.title,
            name=row.file.name,
            file_id=row.file.id,
            file_uid=row.file.uid,
            sha256=row.file.sha256,
            pages=row.file.pages,
            page_limit=kind.page_limit,
            size=row.file.size,
        )
        for kind in workspace.frame.required
        for row in workspace.files_for(kind.key)
    )


def _source(line: MatchLine) -> SubmittedSource:
    return SubmittedSource(
        year=line.year,
        row_key=line.row_key,
        source=line.source,
        kind=line.kind.value,
        amount=line.amount,
        evidence=line.evidence,
        has_letter=line.letter_file_id is not None,
        tests=tuple(sorted(name for name, holds in line.tests.items() if holds)),
    )


def _party(party: NamedParty) -> SubmittedParty:
    return SubmittedParty(party.kind.value, party.name, party.affiliation, party.role)
