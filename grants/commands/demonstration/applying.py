"""Applications of the demonstration: started, written, budgeted and submitted as applicants do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from grants.applications.models import Application, PartyKind
from grants.applications.queries.drafts import attached_documents, standing_application
from grants.applications.services import attaching, budgeting, cover, drafting, submitting
from grants.budgets.models import MatchKind
from grants.budgets.queries import budget_by_id, table_of
from grants.budgets.rules.match import TESTS
from grants.budgets.rules.table import DIRECT_ROWS, Column, InKindDetail, YearBudget
from grants.budgets.services.sources import Source
from grants.commands.demonstration import papers, words
from grants.commands.demonstration.hosts import HOSTS, Host
from grants.commands.demonstration.stage import Scene, Stage, known
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number, criteria_of, documents_of, states_of
from grants.documents.services.storing import FileReady, prepare_pdf
from grants.eligibility import services as eligibility
from grants.organizations.models import Organization
from grants.organizations.queries import organizations_of

MATCH_PER_CENT: Final = (100, 100, 100, 150, 200)
"""What the rule of 1994 asks of each year, in hundredths of the federal money."""
SPENT: Final = (("personnel", 46), ("fringe", 14), ("travel", 4), ("equipment", 2), ("supplies", 3),
                ("contractual", 17), ("other_cost", 4))  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """How far an application gets.

    `federal` is its part of the state's yearly amount in hundredths; `written` how many sections have
    text; `short_in` a year whose match is short; `partners` organizations named in it.
    """

    host: str
    state: str
    federal: int = 100
    written: int = 99
    years: int = 5
    with_documents: bool = True
    short_in: int | None = None
    partners: tuple[str, ...] = ()

    @property
    def of(self) -> Host:
        """Return the host."""
        return HOSTS[self.host]


def prepare(stage: Stage, number: str, draft: Draft) -> str:
    """Start an application and fill it as far as the draft goes; return its number."""
    host = draft.of
    stage.later(7)
    papers_ready = _papers(stage, number, draft)
    with stage.acting(host.signer.email) as scene:
        competition = _competition(scene, number)
        organization = _organization(scene, host)
        application = _start(scene, competition, organization, draft)
        stage.later(9)
        _cover(scene, application, draft)
        _write(stage, scene, application, competition, draft)
    stage.later(40)
    with stage.acting(host.writer.email) as scene:
        competition = _competition(scene, number)
        application = application_of(scene, number, draft.host, draft.state)
        _attach(scene, application, papers_ready)
        _budget(stage, scene, application, competition, draft)
        return application.number


def submit(stage: Stage, number: str, host_key: str, state: str) -> None:
    """Have the authorized representative certify and submit."""
    stage.later(6)
    with stage.acting(HOSTS[host_key].signer.email) as scene:
        application = application_of(scene, number, host_key, state)
        certified = submitting.Certification("President", agreed=True)
        submitting.submit(scene.session, application, certified=certified, actor=scene.actor, now=scene.now)


def withdraw(stage: Stage, number: str, host_key: str, state: str, reason: str) -> None:
    """Have the authorized representative withdraw."""
    stage.later(6)
    with stage.acting(HOSTS[host_key].signer.email) as scene:
        application = application_of(scene, number, host_key, state)
        submitting.withdraw(scene.session, application, reason=reason, actor=scene.actor, now=scene.now)


def improve(stage: Stage, number: str, host_key: str, state: str) -> None:
    """Have the writer change a section after the submission, so that the next submission differs."""
    host = HOSTS[host_key]
    stage.later(30)
    with stage.acting(host.writer.email) as scene:
        application = application_of(scene, number, host_key, state)
        key = "center_strategy"
        text = words.section(key, host, stage.dice) + "\n\nRegional desks open in the second month."
        version = drafting.save_section(
            scene.session, application, key, text, version=1, actor=scene.actor, now=scene.now
        )
        if version.version == 1:
            raise ValueError("the section did not change")


def application_of(scene: Scene, number: str, host_key: str, state: str) -> Application:
    """Return the application of a host for a state."""
    competition = _competition(scene, number)
    organization = _organization(scene, HOSTS[host_key])
    found = standing_application(
        scene.session, competition_id=competition.id, organization_id=organization.id, state=state
    )
    return known(found, f"the application of {HOSTS[host_key].name} for {state}")


def _competition(scene: Scene, number: str) -> Competition:
    return known(competition_by_number(scene.session, number), number)


def _organization(scene: Scene, host: Host) -> Organization:
    found = organizations_of(scene.session, scene.person.id)
    return known(next((one for one in found if one.name == host.name), None), host.name)


def _start(scene: Scene, competition: Competition, organization: Organization, draft: Draft) -> Application:
    host = draft.of
    answers = {
        "chosen_state": draft.state, "kind": str(host.kind), "us_based": "yes", "state": host.state,
        "serves_whole_state": "yes", "ein": host.fields.ein, "uei": host.fields.uei, "excluded": "no",
        "assures_share": "yes", "has_board": "yes", "has_ip_plan": "yes", "has_another": "no",
    }  # fmt: skip
    checked = eligibility.check(
        scene.session, competition, answers, actor=scene.actor, now=scene.now, today=scene.now.date()
    )
    return drafting.start(
        scene.session,
        competition,
        draft.state,
        organization,
        actor=scene.actor,
        now=scene.now,
        self_check=checked,
    )


def _cover(scene: Scene, application: Application, draft: Draft) -> None:
    host = draft.of
    about = cover.About(
        project_title=f"A manufacturing extension center for {draft.state}",
        service_area=application.service_area or f"All counties of {draft.state}",
        center_director=f"Dr. {host.writer.name}",
        contact_person_id=scene.person.id,
    )
    cover.save_about(scene.session, application, about, version=1, actor=scene.actor, now=scene.now)
    budgeting.answer_before(scene.session, application, was_center=False, actor=scene.actor, now=scene.now)
    parties = [(PartyKind.KEY_PERSON, f"Dr. {host.writer.name}", host.name, "Center director")]
    parties += [(PartyKind.PARTNER, name, "", "Training and test equipment") for name in draft.partners]
    for kind, name, affiliation, role in parties:
        cover.name_party(
            scene.session,
            application,
            kind=kind,
            name=name,
            affiliation=affiliation,
            role=role,
            actor=scene.actor,
            now=scene.now,
        )


def _write(
    stage: Stage, scene: Scene, application: Application, competition: Competition, draft: Draft
) -> None:
    leaves = [
        node.criterion
        for root in criteria_of(scene.session, competition.id)
        for node in root.everything()
        if node.is_scored
    ]
    for leaf in leaves[: draft.written]:
        stage.later(13)
        text = words.section(leaf.key, draft.of, stage.dice)
        drafting.save_section(
            scene.session, application, leaf.key, text, version=0, actor=scene.actor, now=scene.now
        )
        drafting.mark_section(
            scene.session, application, leaf.key, is_ready=True, actor=scene.actor, now=scene.now
        )


def _papers(stage: Stage, number: str, draft: Draft) -> list[tuple[str, FileReady]]:
    """Make one PDF for each required document, with the pages such a document has."""
    if not draft.with_documents:
        return []
    with stage.database.reading() as session:
        competition = known(competition_by_number(session, number), number)
        kinds = [kind for kind in documents_of(session, competition.id) if kind.required]
    ready: list[tuple[str, FileReady]] = []
    for kind in kinds:
        most = kind.page_limit or 6
        pages = stage.dice.randint(max(1, most * 2 // 3), most)
        text = [words.section(key, draft.of, stage.dice) for key in ("center_strategy", "business_model")]
        content = papers.pdf(f"{kind.title}: {draft.of.name}", text, pages=pages)
        ready.append((kind.key, prepare_pdf(stage.files, f"{kind.key}.pdf", content, scanner=None)))
    return ready


def _attach(scene: Scene, application: Application, ready: Iterable[tuple[str, FileReady]]) -> None:
    for key, file in ready:
        attaching.add_document(scene.session, application, key, file, actor=scene.actor, now=scene.now)


def _budget(
    stage: Stage, scene: Scene, application: Application, competition: Competition, draft: Draft
) -> None:
    offered = {row.state: row.federal_per_year or 0 for row in states_of(scene.session, competition.id)}
    federal = offered[draft.state] * draft.federal // 100
    letter = _letter_file(scene, application)
    table = table_of(scene.session, budget_by_id(scene.session, application.budget_id))
    for year in range(1, draft.years + 1):
        stage.later(4)
        match = -(-federal * MATCH_PER_CENT[year - 1] // 100)
        if year == draft.short_in:
            match -= 322_538_50 * federal // 1_668_359_00
        _name_sources(scene, application, match, year, letter)
        budgeting.save_budget_year(
            scene.session,
            application,
            year,
            year_of(federal, match),
            version=table.year(year).version,
            actor=scene.actor,
            now=scene.now,
        )


def year_of(federal: int, match: int) -> YearBudget:
    """Return a year in which revenue and expense are equal in every column; amounts in cents."""
    in_kind = match * 18 // 100
    state = match * 30 // 100
    cells = {
        ("nist_federal", Column.FEDERAL): federal,
        ("applicant", Column.CASH): match - in_kind - state,
        ("state_local", Column.CASH): state,
        ("third_party", Column.INKIND): in_kind,
    }
    for column, total in (
        (Column.FEDERAL, federal),
        (Column.CASH, match - in_kind),
        (Column.INKIND, in_kind),
    ):
        left = total
        for key, part in SPENT:
            cells[key, column] = total * part // 100
            left -= cells[key, column]
        cells["indirect", column] = left
    return YearBudget(cells, InKindDetail())


def _letter_file(scene: Scene, application: Application) -> int | None:
    for row in attached_documents(scene.session, application.id):
        if row.document.required_key == "letters_of_commitment":
            return row.file.id
    return None


def _name_sources(scene: Scene, application: Application, match: int, year: int, letter: int | None) -> None:
    rows = (
        ("state_local", "State industry fund", MatchKind.CASH, match * 30 // 100),
        ("third_party", "Regional college district", MatchKind.IN_KIND, match * 18 // 100),
    )
    for row_key, name, kind, amount in rows:
        source = Source(
            row_key=row_key,
            source=name,
            kind=kind,
            amount=amount,
            evidence="Letter of commitment",
            letter_file_id=letter,
            tests=frozenset(TESTS),
        )
        budgeting.add_source(
            scene.session, application, source, for_years=[year], actor=scene.actor, now=scene.now
        )


if {key for key, _part in SPENT} != set(DIRECT_ROWS):
    raise ValueError("the demonstration's budget leaves a row out")
