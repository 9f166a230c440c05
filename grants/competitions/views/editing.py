"""Editing sections in the same forms, whether of a draft or of what an amendment proposes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants import numbers
from grants.competitions.forms.all_sections import form_of
from grants.competitions.forms.criteria import CriterionForm, criterion_data, with_deed
from grants.competitions.forms.section import SectionForm
from grants.competitions.models import Competition, SectionSave
from grants.competitions.rules import notice as n
from grants.competitions.rules import tree
from grants.competitions.rules.differences import Change, section_changes
from grants.competitions.rules.publication import PublicationFacts, section_findings
from grants.competitions.rules.reading import criterion_rows
from grants.competitions.rules.weights import sum_of
from grants.competitions.rules.wording import lines_of
from grants.competitions.views.doors import BY_NUMBER, load, staff
from grants.competitions.views.removing import removed_lately, with_put_back
from grants.errors import NotFound, Refused, StaleVersion
from grants.findings import Finding
from grants.web import current
from grants.web.render import go, page

Save = Callable[[Session, str, n.SectionContent, int], Competition]
"""(session, section, content, version) to the competition, whose number may have changed."""


@dataclass(frozen=True)
class Desk:
    """What is being edited: a notice, its last saves, whom it is compared with, and how it is saved."""

    competition: Competition
    notice: n.Notice
    saves: dict[str, SectionSave]
    facts: PublicationFacts
    compared: n.Notice | None
    compared_with: str
    sections: tuple[str, ...]
    save: Save
    home: str
    page_of_section: str
    page_of_criterion: str

    def version(self, section: str) -> int:
        """Return the version of a section as it stands; 0 where this edition has not touched it."""
        return self.saves[section].version if section in self.saves else 0

    def findings(self, section: str) -> list[Finding]:
        """Return what publication would find in a section."""
        return section_findings(self.facts, section)

    def changes(self, section: str) -> list[Change]:
        """Return how a section differs from what it is compared with."""
        return section_changes(self.compared, self.notice, section) if self.compared else []

    def url(self, section: str) -> str:
        """Return the address of a section's form; what is to be confirmed has a page of its own."""
        if section == "confirm":
            return url_for("staff.competitions.confirm", number=self.competition.number)
        return url_for(self.page_of_section, number=self.competition.number, section=section)

    def criterion_url(self, key: str, *, under: str | None = None) -> str:
        """Return the address of a criterion's form; the key “new” adds one."""
        return url_for(self.page_of_criterion, number=self.competition.number, key=key, under=under)

    def label_of(self, place: str) -> str:
        """Name a value of the notice, such as “states” or “dates.deadline”, with what it is now."""
        section, _, field = place.partition(".")
        if section not in n.SECTIONS:
            return place
        line = lines_of(self.notice, section).get(field)
        return f"{line.label}: {line.shown}" if line else n.SECTIONS[section]

    @property
    def points_sum(self) -> Fraction:
        """Return the points of the top criteria so far."""
        return sum_of(self.notice.criteria.criterion)

    @property
    def running_sum(self) -> str:
        """Say how the points stand against the total: “95 of 100, 5 left”."""
        total, found = self.notice.criteria.total, self.points_sum
        if total is None:
            return f"{numbers.shown(found)} so far; the total is not set"
        left = Fraction(total) - found
        if left == 0:
            return f"{numbers.shown(found)} of {numbers.shown(Fraction(total))}, complete"
        rest = f"{numbers.shown(left)} left" if left > 0 else f"{numbers.shown(-left)} too many"
        return f"{numbers.shown(found)} of {numbers.shown(Fraction(total))}, {rest}"

    def after(self, section: str) -> str | None:
        """Return the section that follows."""
        at = self.sections.index(section) + 1
        return self.sections[at] if at < len(self.sections) else None


def pages_of_sections(
    at: str,
    section_page: str,
    criterion_page: str,
    *,
    permission: str,
    desk_of: Callable[[Session, Competition], Desk],
) -> None:
    """Register the page of each section and of each criterion of what is edited at one address."""
    methods = ("GET", "POST")

    @staff.page(
        f"/<number>/{at}/<section>",
        section_page,
        permission=permission,
        load=load,
        by=BY_NUMBER,
        methods=methods,
    )
    def edit_one(competition: Competition, section: str) -> ResponseReturnValue:
        with current.reading() as session:
            desk = desk_of(session, competition)
        return edit_section(desk, section)

    @staff.page(
        f"/<number>/{at}/criteria/<key>",
        criterion_page,
        permission=permission,
        load=load,
        by=BY_NUMBER,
        methods=methods,
    )
    def edit_one_criterion(competition: Competition, key: str) -> ResponseReturnValue:
        with current.reading() as session:
            desk = desk_of(session, competition)
        return edit_criterion(desk, key)


def edit_section(desk: Desk, section: str) -> ResponseReturnValue:
    """Show the form of a section and save it."""
    if section not in desk.sections:
        raise NotFound
    form = form_of(section, n.section_of(desk.notice, section), version=desk.version(section))
    stale: StaleVersion | None = None
    if request.method == "POST" and form.wants_more():
        return _section_page(desk, section, form, None)
    if form.is_sent():
        try:
            number = _save(desk, section, _content(desk, form), form.made_from)
        except Refused as refusal:
            form.refuse(refusal)
        except StaleVersion as caught:
            stale = caught
            form.version.data = str(caught.version)
        else:
            return _onward(desk, section, number)
    return _section_page(desk, section, form, stale)


def edit_criterion(desk: Desk, key: str) -> ResponseReturnValue:
    """Show the form of one criterion, or of a new one, and save it into the tree."""
    criteria = desk.notice.criteria
    standing = tree.found(criteria.criterion, key)
    under = request.args.get("under") or None
    if (standing is None and key != "new") or (under and tree.found(criteria.criterion, under) is None):
        raise NotFound
    data = criterion_data(standing) if standing else {}
    form = CriterionForm(data={**data, "version": str(desk.version("criteria"))})
    stale: StaleVersion | None = None
    if request.method == "POST" and form.wants_more():
        return page(form=form, desk=desk, criterion=standing, under=under, stale=None)
    if form.is_sent():
        try:
            content = _with_criterion(criteria, form, standing, under)
            number = _save(desk, "criteria", content, form.made_from)
        except Refused as refusal:
            form.refuse(refusal)
        except StaleVersion as caught:
            stale = caught
            form.version.data = str(caught.version)
        else:
            said = f"“{form.title.data}” is saved."
            return go(desk.page_of_section, number=number, section="criteria", said=said)
    status = 409 if stale else 200
    return page(form=form, desk=desk, criterion=standing, under=under, stale=stale, status=status)


def _with_criterion(
    criteria: n.Criteria, form: CriterionForm, standing: n.CriterionPlan | None, under: str | None
) -> n.Criteria:
    taken = {one.key for one in n.walk(criteria.criterion)} | {"new"}
    typed = form.applied(standing, taken)
    if standing is None:
        changed = tree.added(criteria.criterion, typed, under=under)
    else:
        changed = tree.changed(criteria.criterion, standing.key, lambda _one: typed)
    return replace(criteria, criterion=changed)


def _content(desk: Desk, form: SectionForm) -> n.SectionContent:
    content = form.content()
    deed = request.form.get("act", "")
    if not isinstance(content, n.Criteria):
        return content
    verb, _, key = deed.partition(":")
    return with_put_back(desk.competition, content, key) if verb == "put-back" else with_deed(content, deed)


def _save(desk: Desk, section: str, content: n.SectionContent, version: int) -> str:
    with current.writing() as session:
        return desk.save(session, section, content, version).number


def _onward(desk: Desk, section: str, number: str) -> ResponseReturnValue:
    said = f"“{n.SECTIONS[section]}” is saved."
    if request.form.get("act", "").startswith("remove:"):
        return go(desk.page_of_section, number=number, section=section, removed="1")
    following = desk.after(section)
    if request.form.get("act") == "next" and following:
        return go(desk.page_of_section, number=number, section=following, said=said)
    return go(desk.page_of_section, number=number, section=section, said=said)


def _section_page(
    desk: Desk, section: str, form: SectionForm, stale: StaleVersion | None
) -> ResponseReturnValue:
    criteria = desk.notice.criteria
    return page(
        form=form,
        desk=desk,
        competition=desk.competition,
        section=section,
        heading=n.SECTIONS[section],
        findings=desk.findings(section),
        changes=desk.changes(section),
        last=desk.saves.get(section),
        stale=stale,
        following=desk.after(section),
        side_title="Sections",
        side_items=side_items(desk, section),
        criterion_rows=criterion_rows(criteria.criterion),
        removed=removed_lately(desk.competition, criteria) if section == "criteria" else [],
        status=409 if stale else 200,
    )


def side_items(desk: Desk, here: str) -> list[dict[str, object]]:
    """Return the sections for the side navigation, with what is missing in each."""
    return [
        {
            "label": n.SECTIONS[section],
            "url": desk.url(section),
            "current": section == here,
            "state": state_of(desk.findings(section))[0],
        }
        for section in (*desk.sections, "confirm")
    ]


def state_of(findings: list[Finding]) -> tuple[str, str]:
    """Say in a word how a section stands, with the tone of its tag."""
    missing = sum(finding.code.startswith("competition.missing.") for finding in findings)
    stopping = sum(finding.level == "stop" for finding in findings)
    if missing:
        return f"{missing} missing", "stop"
    if stopping:
        return f"{stopping} wrong", "stop"
    if findings:
        return "Warning", "warn"
    return "Complete", "done"
