"""One reviewer's sheet on one application: complete or not, what is missing, and its exact total."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from scoring.exact import POINT_DIGITS, POINT_SCALE, in_thousandths, show_exact
from scoring.faults import Fault, Refused, Undefined
from scoring.rubric import Leaf, Rubric


class Absent(StrEnum):
    """Why there is no number; the reasons are different things and none of them is zero."""

    MISSING = "missing"
    RECUSED = "recused"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Rating:
    """A step of a criterion's scale, by its label."""

    label: str


Entry = Decimal | Fraction | Rating | Absent
"""Points have at most three decimals; a fraction stands only for a full share that has more."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one reviewer entered for one application, by key of the scored criterion."""

    reviewer: str
    application: str
    points: Mapping[str, Entry]
    recused: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Checked:
    """A sheet measured against its rubric."""

    earned: Mapping[str, Fraction]
    missing: tuple[str, ...]
    not_applicable: tuple[str, ...]
    faults: tuple[Fault, ...]
    so_far: Fraction
    """Points earned on what is answered."""
    out_of: Fraction
    """Points that the answered criteria are worth."""
    total: Fraction | Undefined
    """The total of record; defined only when the sheet is complete and without fault."""

    @property
    def complete(self) -> bool:
        """Say whether the sheet may be submitted."""
        return not self.missing and not self.faults


def check(rubric: Rubric, sheet: Sheet) -> Checked:
    """Measure a sheet: what it earns so far, what is missing, what is refused, and its total."""
    faults = list(_unknown_keys(rubric, sheet))
    earned: dict[str, Fraction] = {}
    absent: dict[Absent, list[str]] = {reason: [] for reason in Absent}
    for leaf in rubric.leaves:
        entry = sheet.points.get(leaf.key, Absent.MISSING)
        fault = _absence_fault(rubric, leaf, entry) if isinstance(entry, Absent) else entry_fault(leaf, entry)
        if fault is not None:
            faults.append(fault)
        if isinstance(entry, Absent):
            absent[entry].append(leaf.key)
        elif fault is None:
            earned[leaf.key] = _earned(leaf, entry)
    so_far = sum(earned.values(), Fraction(0))
    every = len(earned) == len(rubric.leaves)
    out_of = (
        rubric.worth
        if every
        else sum((leaf.points for leaf in rubric.leaves if leaf.key in earned), Fraction(0))
    )
    missing = tuple(absent[Absent.MISSING])
    total = _total(rubric, sheet, missing=missing, faults=faults, so_far=so_far, out_of=out_of)
    return Checked(
        earned, missing, tuple(absent[Absent.NOT_APPLICABLE]), tuple(faults), so_far, out_of, total
    )


def total(rubric: Rubric, sheet: Sheet) -> Fraction | Absent:
    """Return the sheet's exact total, or why there is none; raises `Refused` for points out of bounds."""
    if sheet.recused:
        return Absent.RECUSED
    plain = _plain_total(rubric, sheet)
    if plain is not None:
        return plain
    checked = check(rubric, sheet)
    if checked.faults:
        raise Refused(checked.faults)
    return Absent.MISSING if isinstance(checked.total, Undefined) else checked.total


def _plain_total(rubric: Rubric, sheet: Sheet) -> Fraction | None:
    """Return the total of a complete sheet of points, by integers; None where `check` has to look.

    The same number as `check` gives, several times faster: a list has thousands of sheets.
    """
    most = rubric.most_points
    if most is None or sheet.points.keys() != most.keys():
        return None
    thousandths, shares = 0, Fraction(0)
    for key, entry in sheet.points.items():
        if type(entry) is Fraction and entry == most[key][1]:
            shares += entry
            continue
        if type(entry) is not Decimal or not entry.is_finite():
            return None
        scaled = entry * POINT_SCALE
        number = int(scaled)
        if number != scaled or not 0 <= number <= most[key][0]:
            return None
        thousandths += number
    return Fraction(thousandths, POINT_SCALE) + shares


def entry_fault(leaf: Leaf, entry: Entry) -> Fault | None:
    """Return what is wrong with one entry, for a form that saves one sub-criterion at a time."""
    if isinstance(entry, Absent):
        return None
    if leaf.scale is not None:
        return _rating_fault(leaf, entry)
    if isinstance(entry, Rating):
        return Fault("not-points", f"Enter points from 0 to {show_exact(leaf.points)}.", leaf.key)
    return _points_fault(leaf, entry)


def _points_fault(leaf: Leaf, points: Decimal | Fraction) -> Fault | None:
    if isinstance(points, Decimal) and not points.is_finite():
        return Fault("not-points", f"Enter points from 0 to {show_exact(leaf.points)}.", leaf.key)
    if points < 0:
        return Fault("points-below-zero", f"Points for “{leaf.title}” start at 0.", leaf.key)
    value = Fraction(points)
    if value > leaf.points:
        most = show_exact(leaf.points)
        sentence = f"“{leaf.title}” has at most {most} points; you gave {show_exact(value)}."
        return Fault("points-over-maximum", sentence, leaf.key)
    if value != leaf.points and not in_thousandths(value):
        return Fault("points-too-fine", f"Use at most {POINT_DIGITS} decimals.", leaf.key)
    return None


def _rating_fault(leaf: Leaf, entry: Decimal | Fraction | Rating) -> Fault | None:
    scale = leaf.scale
    if scale is None or (isinstance(entry, Rating) and scale.share(entry.label) is not None):
        return None
    return Fault("not-on-scale", f"Choose one of: {', '.join(scale.labels())}.", leaf.key)


def _absence_fault(rubric: Rubric, leaf: Leaf, entry: Absent) -> Fault | None:
    if entry is Absent.RECUSED:
        return Fault("recused-entry", "A reviewer is recused from a whole application.", leaf.key)
    if entry is Absent.NOT_APPLICABLE and not rubric.allow_not_applicable:
        return Fault(
            "not-applicable-refused",
            f"The notice does not allow “{leaf.title}” to be left out as not applicable. Give points.",
            leaf.key,
        )
    return None


def _unknown_keys(rubric: Rubric, sheet: Sheet) -> Iterator[Fault]:
    for key in sheet.points:
        if key not in rubric.scored_keys:
            yield Fault("unknown-criterion", f"The notice has no scored criterion “{key}”.", key)


def _earned(leaf: Leaf, entry: Decimal | Fraction | Rating) -> Fraction:
    if isinstance(entry, Rating):
        share = leaf.scale.share(entry.label) if leaf.scale is not None else None
        return leaf.points * (share or Fraction(0))
    return Fraction(entry)


def _total(
    rubric: Rubric,
    sheet: Sheet,
    *,
    missing: tuple[str, ...],
    faults: list[Fault],
    so_far: Fraction,
    out_of: Fraction,
) -> Fraction | Undefined:
    if sheet.recused:
        return Undefined("The reviewer is recused from this application.")
    if faults:
        return Undefined(faults[0].message)
    if missing:
        return Undefined(f"Points are missing for {len(missing)} of {len(rubric.leaves)} criteria.")
    if not out_of:
        return Undefined("Every criterion is marked as not applicable.")
    full = rubric.worth
    # Criteria marked not applicable leave numerator and denominator, never count as zero.
    return so_far if out_of == full else full * so_far / out_of
