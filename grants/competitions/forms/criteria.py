"""The forms of the criteria: the tree with its points, and one criterion."""

import re
from dataclasses import replace
from typing import Any

from wtforms import BooleanField, FieldList, FormField, HiddenField, SubmitField

from grants.competitions.forms.rows import key_from
from grants.competitions.forms.section import SectionForm
from grants.competitions.rules import notice as n
from grants.competitions.rules.tree import Tree, changed, moved, removed
from grants.errors import Refused
from grants.web.fields import PointsField, WholeField, text
from grants.web.forms import Part

_STEP = re.compile(r"criterion\[(\d+)\]")


class PointsRow(Part):
    """The points of one criterion in the tree."""

    key = HiddenField()
    points = PointsField("Points")


class CriteriaForm(SectionForm):
    """The total of the notice and the points of every criterion."""

    total = PointsField("Total points of the notice")
    row = FieldList(FormField(PointsRow), max_entries=200)
    tree: Tree = ()

    def content(self) -> n.Criteria:
        """Return the tree with the points as typed, and with the one deed that was asked for."""
        tree = self.tree
        for entry in self.row.entries:
            points = entry.form.points.data
            tree = changed(tree, str(entry.form.key.data), lambda one, p=points: replace(one, points=p))  # type: ignore[misc]  # bound now
        return n.Criteria(total=self.total.data, criterion=tree)

    def points_field(self, key: str) -> Any:
        """Return the field of one criterion's points, for the template."""
        return next((entry.form.points for entry in self.row.entries if entry.form.key.data == key), None)

    def _field_at(self, place: str) -> Any:
        """Return the field of a place in the tree: `criterion[2].criterion[1].points` is a row's points."""
        steps = _STEP.findall(place)
        if not steps or not place.endswith(".points"):
            return super()._field_at(place)
        one, children = None, self.tree
        for step in map(int, steps):
            if not 0 < step <= len(children):
                return None
            one, children = children[step - 1], children[step - 1].criterion
        return self.points_field(one.key) if one else None

    def key_field(self, key: str) -> Any:
        """Return the hidden field that names one criterion, for the template."""
        return next((entry.form.key for entry in self.row.entries if entry.form.key.data == key), None)


def with_deed(criteria: n.Criteria, deed: str) -> n.Criteria:
    """Return the criteria after “up:key”, “down:key” or “remove:key”; any other word changes nothing."""
    verb, _, key = deed.partition(":")
    tree = criteria.criterion
    if verb in {"up", "down"}:
        tree = moved(tree, key, by=-1 if verb == "up" else 1)
    elif verb == "remove":
        tree = removed(tree, key)
    return replace(criteria, criterion=tree)


def criteria_data(criteria: n.Criteria) -> dict[str, Any]:
    """Return what the tree's form shows."""
    return {
        "total": criteria.total,
        "row": [{"key": one.key, "points": one.points} for one in n.walk(criteria.criterion)],
    }


class BandRow(Part):
    """One score band; an empty row is left out."""

    low = PointsField("From")
    high = PointsField("To")
    text = text("What it means", longest=1000)


class CriterionForm(SectionForm):
    """One criterion: its words, its points, its bands."""

    title = text("Title", needed="Enter the title of the criterion.")
    points = PointsField("Points")
    equal = BooleanField("Its sub-criteria weigh equally")
    guidance = text("Guidance for applicants and reviewers", longest=10_000, area=True)
    word_limit = WholeField("Words at most in the applicant’s section")
    band = FieldList(FormField(BandRow), max_entries=20)
    more = SubmitField("Add a band")

    def wants_more(self) -> bool:
        """Add an empty band if that was asked for."""
        if not self.more.data:
            return False
        if len(self.band.entries) < 20:  # noqa: PLR2004  # as many as the list takes
            self.band.append_entry()
        return True

    def applied(self, standing: n.CriterionPlan | None, taken: set[str]) -> n.CriterionPlan:
        """Return the criterion as typed; a new one gets its key from its title."""
        key = standing.key if standing else key_from(str(self.title.data), taken)
        return n.CriterionPlan(
            key=key,
            title=str(self.title.data),
            points=self.points.data,
            equal=bool(self.equal.data),
            guidance=self.guidance.data or "",
            word_limit=self.word_limit.data,
            band=self._bands(),
            criterion=standing.criterion if standing else (),
        )

    def _bands(self) -> tuple[n.Band, ...]:
        bands: list[n.Band] = []
        is_half = False
        for at, entry in enumerate(self.band.entries, start=1):
            low, high = entry.form.low.data, entry.form.high.data
            words = (entry.form.text.data or "").strip()
            if low is not None and high is not None and words:
                bands.append(n.Band(low=low, high=high, text=words))
            elif low is not None or high is not None or words:
                sentence = f"Band {at} needs points from, points to and words. Fill all three, or none."
                entry.form.text.errors = [sentence]
                is_half = True
        if is_half:
            raise Refused([])
        return tuple(bands)


def criterion_data(one: n.CriterionPlan) -> dict[str, Any]:
    """Return what the form of a criterion shows."""
    return {**vars(one), "band": [vars(band) for band in one.band]}
