"""The task list of an application: what is done, what is missing in words, who holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from grants.applications.models import Section
from grants.applications.services.workspace import CriterionPlace, Workspace
from grants.budgets.rules.table import Column, totals
from grants.budgets.rules.years import sum_of_years
from grants.competitions.models import RequiredDocument
from grants.findings import Finding, Level, stops
from grants.money import dollars
from grants.web.filters import points

HERE_NOW = timedelta(minutes=2)


@dataclass(frozen=True)
class Task:
    """One task as `components/tasks.html` draws it.

    `is_done` says that nothing required lacks here, whatever its writers call it; what is not `is_required`
    is no part of the count.
    """

    label: str
    url: str | None
    state: tuple[str, str]
    is_done: bool
    is_required: bool = True
    worth: str = ""
    detail: str = ""
    who: str = ""
    at: datetime | None = None
    zone: str = "America/New_York"
    reason: str = ""


@dataclass(frozen=True)
class Group:
    """Tasks under one heading."""

    number: int
    heading: str
    tasks: Sequence[Task]
    note: str = ""


def groups_of(workspace: Workspace, *, now: datetime, reader_id: int | None) -> list[Group]:
    """Return the tasks of a draft in the order of work."""
    return [
        Group(1, "Before you start", _before(workspace)),
        Group(2, "Technical proposal", _sections(workspace, now, reader_id), _section_note(workspace)),
        Group(
            3, _budget_heading(workspace), _budget(workspace), sum_of_years(workspace.table.contents).words
        ),
        Group(4, "Documents", _documents(workspace), _document_note(workspace)),
    ]


def done_of(groups: Sequence[Group]) -> tuple[int, int]:
    """Return how many required tasks are done, and how many there are."""
    tasks = [task for group in groups for task in group.tasks if task.is_required]
    return sum(task.is_done for task in tasks), len(tasks)


def _url(workspace: Workspace, page: str, **values: Any) -> str:
    return url_for(f"applicant.applications.{page}", uid=workspace.application.uid, **values)


def _before(workspace: Workspace) -> list[Task]:
    return [_self_check(workspace), _organization(workspace), _about(workspace), _people(workspace)]


def _self_check(workspace: Workspace) -> Task:
    check = workspace.self_check
    competition = workspace.frame.competition
    if check is None:
        url = url_for(
            "public.eligibility.check", competition=competition.number, application=workspace.application.uid
        )
        return Task(
            "Eligibility self-check",
            url,
            ("Not done", "plain"),
            is_done=False,
            is_required=False,
            detail="two minutes",
        )
    outcomes = [result["outcome"] for result in check.results]
    failed, look = outcomes.count("fail"), outcomes.count("look")
    words = f"{failed} not met" if failed else "Met"
    return Task(
        "Eligibility self-check",
        url_for("public.eligibility.result", uid=check.uid),
        (words, "warn" if failed else "done"),
        is_done=True,
        is_required=False,
        detail=f"{look} for a person to look" if look else "",
        who=workspace.frame.name_of(check.person_id),
        at=check.at,
        zone=competition.zone,
    )


def _organization(workspace: Workspace) -> Task:
    faults = [found for found in workspace.about_faults if found.field == "organization"]
    return Task(
        "Your organization",
        url_for("applicant.organizations.show", uid=workspace.frame.organization.uid),
        ("UEI or EIN missing", "stop") if faults else ("Complete", "done"),
        is_done=not faults,
        detail=workspace.frame.organization.name,
    )


def _about(workspace: Workspace) -> Task:
    faults = [found for found in workspace.about_faults if found.field == "about"]
    return Task(
        "Title, director and contact",
        _url(workspace, "about"),
        (f"{len(faults)} missing", "progress") if faults else ("Complete", "done"),
        is_done=not faults,
        detail=" ".join(found.message for found in faults),
    )


def _people(workspace: Workspace) -> Task:
    count = len(workspace.parties)
    faults = [found for found in workspace.about_faults if found.field == "people"]
    return Task(
        "Key people and partners",
        _url(workspace, "people"),
        ("None named", "plain") if faults else ("Complete", "done"),
        is_done=not faults,
        detail=f"{count} named" if count else "",
    )


def _sections(workspace: Workspace, now: datetime, reader_id: int | None) -> list[Task]:
    return [_section(workspace, place, now, reader_id) for place in workspace.frame.places]


def _section(workspace: Workspace, place: CriterionPlace, now: datetime, reader_id: int | None) -> Task:
    fact = workspace.section_fact(place)
    section = workspace.sections.get(place.key)
    over = fact.words - fact.word_limit if fact.word_limit is not None else 0
    if over > 0:
        state = (f"Over by {over:,} {'word' if over == 1 else 'words'}", "stop")
    elif fact.words == 0:
        state = ("Not started", "plain")
    else:
        state = ("Complete", "done") if fact.is_ready else ("In progress", "progress")
    limit = f" of {fact.word_limit:,}" if fact.word_limit is not None else ""
    return Task(
        place.title,
        _url(workspace, "section", key=place.key),
        state,
        is_done=fact.words > 0 and over <= 0,
        worth=f"{points(place.points)} points" if place.points is not None else "",
        detail=f"{fact.words:,}{limit} words" if fact.words else "",
        who=_who(workspace, section, now, reader_id),
        at=section.updated_at if section else None,
        zone=workspace.frame.competition.zone,
    )


def _who(workspace: Workspace, section: Section | None, now: datetime, reader_id: int | None) -> str:
    if section is None:
        return ""
    name = workspace.frame.name_of(section.updated_by_id)
    if section.updated_at and now - section.updated_at < HERE_NOW and section.updated_by_id != reader_id:
        return f"{name} is here now"
    if section.assigned_to_id:
        given = f"given to {workspace.frame.name_of(section.assigned_to_id)}"
        return f"{name}, {given}" if name else given
    return name


def _section_note(workspace: Workspace) -> str:
    written = sum(workspace.section_fact(place).words for place in workspace.frame.places)
    return f"{written:,} words written"


def _budget_heading(workspace: Workspace) -> str:
    words = {1: "one year", 2: "two years", 3: "three years", 4: "four years", 5: "five years"}
    years = len(workspace.table.years)
    return f"Budget, {words.get(years, f'{years} years')}"


def _budget(workspace: Workspace) -> list[Task]:
    tasks = [_year(workspace, year.year) for year in workspace.table.years]
    if workspace.depends_on_before:
        tasks.insert(0, _center_before(workspace))
    return [*tasks, _sources(workspace)]


def _sources(workspace: Workspace) -> Task:
    faults = stops(workspace.source_faults)
    is_begun = workspace.sources or any(year.updated_by_id for year in workspace.table.years)
    done = ("Complete", "done") if is_begun else ("Not started", "plain")
    return Task(
        "Sources of match and their letters",
        _url(workspace, "sources"),
        _fault_words(faults) if faults else done,
        is_done=bool(is_begun) and not faults,
        detail=faults[0].message if faults else f"{len(workspace.sources)} named" if is_begun else "",
    )


def _center_before(workspace: Workspace) -> Task:
    answer = {True: "Yes", False: "No", None: ""}[workspace.application.was_center]
    return Task(
        "Center of this state before",
        _url(workspace, "budget", _anchor="before"),
        ("Complete", "done") if answer else ("Not started", "plain"),
        is_done=bool(answer),
        detail=answer,
    )


def _year(workspace: Workspace, number: int) -> Task:
    year = workspace.table.year(number)
    faults = [found for found in stops(workspace.money_faults) if is_of_year(found, number)]
    advice = [
        found
        for found in workspace.money_faults
        if found.level is not Level.STOP and is_of_year(found, number)
    ]
    if not year.updated_by_id:
        return _untouched_year(workspace, number)
    state = _fault_words(faults) if faults else ("Holds", "done")
    return Task(
        f"Year {number}",
        _url(workspace, "budget_year", year=number),
        state,
        is_done=not faults,
        detail=faults[0].message if faults else f"{len(advice)} worth a look" if advice else "",
        who=workspace.frame.name_of(year.updated_by_id),
        at=year.updated_at,
        zone=workspace.frame.competition.zone,
    )


def _untouched_year(workspace: Workspace, number: int) -> Task:
    """Show a year that holds only what the notice filled in as not started, and not as full of faults."""
    asked = totals(workspace.table.year(number).content).revenue[Column.FEDERAL]
    return Task(
        f"Year {number}",
        _url(workspace, "budget_year", year=number),
        ("Not started", "plain"),
        is_done=False,
        detail=f"{dollars(asked)} of federal money is filled in, as the notice offers." if asked else "",
    )


def is_of_year(finding: Finding, number: int) -> bool:
    """Say whether a finding concerns one year of the budget."""
    place = finding.field or ""
    return place == f"year-{number}" or place.startswith(f"year-{number}-")


def _documents(workspace: Workspace) -> list[Task]:
    return [_document(workspace, kind) for kind in workspace.frame.required]


def _document(workspace: Workspace, kind: RequiredDocument) -> Task:
    files = workspace.files_for(kind.key)
    pages = sum(row.file.pages or 0 for row in files)
    limit = f" of {kind.page_limit}" if kind.page_limit else ""
    missing = ("Missing", "plain") if kind.required else ("Not added", "plain")
    over = kind.page_limit is not None and pages > kind.page_limit
    last = files[-1].document if files else None
    return Task(
        kind.title,
        _url(workspace, "documents", _anchor=f"document-{kind.key}"),
        ("Over the page limit", "stop") if over else ("Complete", "done") if files else missing,
        is_done=(bool(files) or not kind.required) and not over,
        is_required=kind.required or over,
        worth="" if kind.required else "if you have one",
        detail=f"{pages}{limit} pages" if files else "",
        who=workspace.frame.name_of(last.added_by_id) if last else "",
        at=last.added_at if last else None,
        zone=workspace.frame.competition.zone,
    )


def _document_note(workspace: Workspace) -> str:
    pages = sum(row.file.pages or 0 for row in workspace.documents)
    return f"{len(workspace.documents)} files, {pages} pages" if workspace.documents else ""


def _fault_words(faults: Sequence[Finding]) -> tuple[str, str]:
    return (f"{len(faults)} to mend", "stop")
