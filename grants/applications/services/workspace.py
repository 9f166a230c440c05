"""Everything about one draft at once, in a constant number of reads, with what the rules say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from sqlmodel import Session

from grants.accounts.models import Person
from grants.applications.models import Application, NamedParty, Section, SetAside, Submission
from grants.applications.queries.drafts import (
    AttachedDocument,
    Member,
    attached_documents,
    members_of,
    parties_of,
    sections_of,
    undecided,
)
from grants.applications.queries.submissions import latest_submission
from grants.applications.rules.completeness import (
    AboutFact,
    DocumentFact,
    SectionFact,
    about_findings,
    count_words,
    document_findings,
    federal_findings,
    section_findings,
)
from grants.budgets.models import Budget, MatchLine
from grants.budgets.queries import BudgetTable, budget_by_id, facts_of, match_lines, table_of
from grants.budgets.rules.cost_share import depends_on_before
from grants.budgets.rules.match import match_findings
from grants.budgets.rules.table import Column, totals
from grants.budgets.rules.totals import budget_findings
from grants.competitions.models import Competition, RequiredDocument, TargetState
from grants.competitions.queries import (
    CriterionNode,
    competition_by_id,
    criteria_of,
    documents_of,
    rule_set_of,
    states_of,
)
from grants.competitions.rules.states import POSTAL_CODES
from grants.eligibility.models import SelfCheck
from grants.eligibility.queries import self_check_by_id
from grants.errors import NotFound
from grants.findings import Finding
from grants.organizations.models import MemberRole, Organization
from grants.policies.rule_set import RuleSet


@dataclass(frozen=True)
class CriterionPlace:
    """One criterion that is written about, with its points and its headings above."""

    node: CriterionNode
    points: Fraction | None
    above: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return the key of the section."""
        return self.node.criterion.key

    @property
    def title(self) -> str:
        """Return the title of the section."""
        return self.node.criterion.title


@dataclass(frozen=True)
class Frame:
    """What surrounds a draft and changes only by the notice: the competition and the host."""

    application: Application
    competition: Competition
    organization: Organization
    target: TargetState | None
    rule_set: RuleSet
    places: tuple[CriterionPlace, ...]
    required: tuple[RequiredDocument, ...]
    members: tuple[Member, ...]
    undecided: tuple[SetAside, ...] = ()

    def place(self, key: str) -> CriterionPlace:
        """Return one criterion; raise `NotFound` where nothing is written under this key."""
        for place in self.places:
            if place.key == key:
                return place
        raise NotFound

    def document(self, key: str) -> RequiredDocument:
        """Return one kind of document; raise `NotFound` where the notice asks for none such."""
        for document in self.required:
            if document.key == key:
                return document
        raise NotFound

    @property
    def representatives(self) -> tuple[Person, ...]:
        """Return who may submit."""
        return tuple(m.person for m in self.members if m.role is MemberRole.REPRESENTATIVE)

    def name_of(self, person_id: int | None) -> str:
        """Name a member; whoever left is “a former member”."""
        for member in self.members:
            if member.person.id == person_id:
                return member.person.name
        return "a former member" if person_id else ""


@dataclass(frozen=True)
class Workspace:
    """One draft with all its parts."""

    frame: Frame
    sections: Mapping[str, Section]
    documents: Sequence[AttachedDocument]
    budget: Budget
    table: BudgetTable
    sources: Sequence[MatchLine]
    parties: Sequence[NamedParty]
    self_check: SelfCheck | None
    submission: Submission | None

    @property
    def application(self) -> Application:
        """Return the application itself."""
        return self.frame.application

    def section_fact(self, place: CriterionPlace) -> SectionFact:
        """Return one section as the rules judge it."""
        section = self.sections.get(place.key)
        return SectionFact(
            key=place.key,
            title=place.title,
            points=place.points,
            words=count_words(section.text) if section else 0,
            word_limit=place.node.criterion.word_limit,
            is_ready=section.is_ready if section else False,
        )

    def files_for(self, key: str) -> list[AttachedDocument]:
        """Return the files of one kind of document."""
        return [row for row in self.documents if row.document.required_key == key]

    def document_fact(self, document: RequiredDocument) -> DocumentFact:
        """Return one kind of document as the rules judge it."""
        return DocumentFact(
            key=document.key,
            title=document.title,
            is_required=document.required,
            page_limit=document.page_limit,
            pages=tuple(row.file.pages or 0 for row in self.files_for(document.key)),
        )

    @cached_property
    def about_faults(self) -> list[Finding]:
        """Return what is missing on the cover and in the organization's data."""
        application = self.application
        people = [party for party in self.parties if party.kind == "key_person"]
        return about_findings(
            AboutFact(
                project_title=application.project_title,
                center_director=application.center_director,
                has_contact=application.contact_person_id is not None,
                key_people=len(people),
                uei=self.frame.organization.uei,
                ein=self.frame.organization.ein,
                has_self_check=self.self_check is not None,
            )
        )

    @cached_property
    def section_faults(self) -> list[Finding]:
        """Return what the rules say of all sections."""
        return [found for place in self.frame.places for found in section_findings(self.section_fact(place))]

    @cached_property
    def document_faults(self) -> list[Finding]:
        """Return what the rules say of all documents."""
        return [
            found for kind in self.frame.required for found in document_findings(self.document_fact(kind))
        ]

    @property
    def depends_on_before(self) -> bool:
        """Say whether a ceiling depends on the host having been the center before."""
        return depends_on_before(self.frame.rule_set.cost_share, len(self.table.years))

    @property
    def before_faults(self) -> list[Finding]:
        """Return what is missing for the ceilings to be known."""
        if not self.depends_on_before or self.application.was_center is not None:
            return []
        state = POSTAL_CODES.get(self.application.state, "this state")
        sentence = f"Say whether your organization was the center of {state} before; the ceilings follow."
        authority = self.frame.rule_set.cost_share.authority
        return [Finding("cost_share.before", sentence, field="before", authority=authority)]

    @cached_property
    def money_faults(self) -> list[Finding]:
        """Return what the law says of the budget, year by year."""
        asked = [totals(year).revenue[Column.FEDERAL] for year in self.table.contents]
        offered = self.frame.target.federal_per_year if self.frame.target else None
        return [
            *federal_findings(asked, offered, POSTAL_CODES.get(self.application.state, "this state")),
            *budget_findings(
                self.table.contents,
                self.frame.rule_set.cost_share,
                selected_again=bool(self.application.was_center),
            ),
        ]

    @cached_property
    def source_faults(self) -> list[Finding]:
        """Return what is missing of the sources of match."""
        return match_findings(self.table.contents, facts_of(self.sources))

    @property
    def findings(self) -> list[Finding]:
        """Return everything the rules say, in the order of the task list."""
        return [
            *self.about_faults,
            *self.section_faults,
            *self.before_faults,
            *self.money_faults,
            *self.source_faults,
            *self.document_faults,
        ]


def frame_of(session: Session, application: Application) -> Frame:
    """Load what surrounds a draft."""
    competition = competition_by_id(session, application.competition_id)
    organization = session.get(Organization, application.organization_id)
    if competition is None or organization is None:
        raise NotFound
    rule_set = rule_set_of(competition)
    if rule_set is None:
        raise NotFound
    states = states_of(session, competition.id)
    return Frame(
        application=application,
        competition=competition,
        organization=organization,
        target=next((row for row in states if row.state == application.state), None),
        rule_set=rule_set,
        places=places_of(criteria_of(session, competition.id)),
        required=tuple(documents_of(session, competition.id)),
        members=tuple(members_of(session, organization.id)),
        undecided=tuple(undecided(session, application.id)),
    )


def workspace_of(session: Session, application: Application) -> Workspace:
    """Load a draft with everything the rules need."""
    budget = budget_by_id(session, application.budget_id)
    return Workspace(
        frame=frame_of(session, application),
        sections=sections_of(session, application.id),
        documents=attached_documents(session, application.id),
        budget=budget,
        table=table_of(session, budget),
        sources=match_lines(session, budget.id),
        parties=parties_of(session, application.id),
        self_check=self_check_by_id(session, application.self_check_id),
        submission=latest_submission(session, application),
    )


def places_of(tree: Sequence[CriterionNode]) -> tuple[CriterionPlace, ...]:
    """List the criteria that are written about: those with nothing below, with the points they carry."""
    return tuple(place for node in tree for place in _places(node, _points(node), ()))


def _places(node: CriterionNode, points: Fraction | None, above: tuple[str, ...]) -> list[CriterionPlace]:
    if node.is_scored:
        return [CriterionPlace(node, points, above)]
    equal = points / len(node.children) if node.criterion.children_equal and points is not None else None
    return [
        place
        for child in node.children
        for place in _places(child, equal or _points(child), (*above, node.criterion.title))
    ]


def _points(node: CriterionNode) -> Fraction | None:
    return None if node.criterion.points is None else Fraction(node.criterion.points)
