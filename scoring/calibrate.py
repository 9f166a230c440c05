"""Severity of reviewers and adjusted scores: information beside the published score, never in its place.

Model: T_ij = a_i + b_j + e_ij, applications fixed, reviewers random with variance tau^2, errors with
variance sigma^2; b is shrunk by lambda = sigma^2 / tau^2 (ridge least squares, the same as best linear
unbiased prediction: Henderson 1975; for reviewing: Platt and Burges 2012, Ge, Welling and Ghahramani
2013). Variances by Henderson's method 3 (1953). Scores compare only within one connected design.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from scoring.faults import Undefined
from scoring.matrix import Floats, Matrix

NEGLIGIBLE = 1e-18
"""Relative to the squared scores: a smaller mean square of residuals is rounding."""
FLAG_RATIO = 2.5
FLAG_POINTS = 5.0
NO_FREEDOM = Undefined(
    "There are too few scores to tell severity from disagreement, so no standard error exists."
)


NO_SEVERITY = Undefined("Reviewers differ by no more than disagreement explains; no severity is taken out.")


@dataclass(frozen=True, slots=True)
class Severity:
    """One reviewer: points above (positive) or below what others give the same applications."""

    reviewer: str
    shift: float
    error: float | Undefined
    """Standard error of the shift."""
    scores: int
    flagged: bool
    """More than 2.5 standard errors and more than 5 points: a reason to talk, never to drop a score."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One application: its plain mean and the mean with its reviewers' severities taken out."""

    application: str
    mean: float
    adjusted: float
    error: float | Undefined


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted model of one connected set of reviewers and applications."""

    severities: tuple[Severity, ...]
    adjusted: tuple[Adjusted, ...]
    error_variance: float | Undefined
    """sigma^2: disagreement that severity does not explain."""
    reviewer_variance: float | Undefined
    """tau^2: how much reviewers differ in severity."""
    shrinkage: float | Undefined
    """lambda; 0 where severity is taken at face value."""


@dataclass(frozen=True, slots=True)
class Design:
    """Who scored what, as the sums that the normal equations need."""

    matrix: Matrix
    present: Floats
    per_application: Floats
    per_reviewer: Floats
    means: Floats
    """Plain mean per application."""
    residual_sums: Floats
    """Per reviewer, the sum of score minus the application's mean."""
    laplacian: Floats
    """D_b - C' D_a^-1 C: the reviewers' equations after the applications are eliminated."""


def groups(matrix: Matrix) -> list[tuple[str, ...]]:
    """Return the reviewers in groups that share no application, largest first."""
    row, column = np.nonzero(matrix.present)
    apps, reviewers = len(matrix.applications), len(matrix.reviewers)
    size = apps + reviewers
    edges = coo_array((np.ones(len(row)), (row, column + apps)), shape=(size, size))
    _, label = connected_components(edges, directed=False)
    found: dict[int, list[str]] = {}
    for position in np.flatnonzero(matrix.reviewers_scoring):
        found.setdefault(int(label[apps + position]), []).append(matrix.reviewers[position])
    return sorted((tuple(names) for names in found.values()), key=lambda names: (-len(names), names))


def disconnected(matrix: Matrix) -> Undefined | None:
    """Return why severities cannot be compared, or None where the design is connected."""
    found = groups(matrix)
    if not found:
        return Undefined("No reviewer has submitted a score sheet.")
    if len(found) > 1:
        return Undefined(
            f"The reviewers fall into {len(found)} groups with no application in common, so a severe group "
            "cannot be told from weak applications. Calibration is meaningless across them."
        )
    if len(found[0]) == 1:
        return Undefined("One reviewer only: there is nobody to compare with.")
    return None


def calibrate(matrix: Matrix) -> Calibration | Undefined:
    """Fit severity and adjusted scores, or say why that is meaningless for this design."""
    if (reason := disconnected(matrix)) is not None:
        return reason
    design = _design(_scored(matrix))
    error, spread = pooled_variances(matrix)
    shrinkage = _shrinkage(error, spread)
    if shrinkage == np.inf:
        shifts, inverse = np.zeros(len(design.per_reviewer)), np.zeros_like(design.laplacian)
    else:
        inverse = _inverse(design, shrinkage)
        shifts = inverse @ design.residual_sums
    return Calibration(
        _severities(design, shifts, inverse, error),
        _adjusted(design, shifts, inverse, error),
        error,
        spread,
        NO_SEVERITY if shrinkage == np.inf else float(shrinkage),
    )


def pooled_variances(matrix: Matrix) -> tuple[float | Undefined, float | Undefined]:
    """Return sigma^2 and tau^2 over all groups together; groups need not share an application."""
    within = explained = scores = freedom = compared = size = 0.0
    for names in groups(matrix):
        design = _design(_scored(_only(matrix, names)))
        own_within, own_explained = _sums_of_squares(design)
        within, explained = within + own_within, explained + own_explained
        own, applications, reviewers = design.present.sum(), len(design.means), len(design.per_reviewer)
        scores, size = scores + own, size + float((design.matrix.values**2).sum())
        freedom += own - applications - reviewers + 1
        compared += reviewers - 1
    spare = scores - float(matrix.applications_scored.sum())
    return _estimates(within, explained, freedom=freedom, compared=compared, spare=spare, size=size)


def _only(matrix: Matrix, names: tuple[str, ...]) -> Matrix:
    keep = np.array([name in names for name in matrix.reviewers], dtype=np.bool_)
    return Matrix(matrix.applications, matrix.reviewers, matrix.values, matrix.present & keep)


def _scored(matrix: Matrix) -> Matrix:
    """Return the table without empty rows and columns."""
    rows, columns = matrix.applications_scored, matrix.reviewers_scoring
    return Matrix(
        tuple(name for name, there in zip(matrix.applications, rows, strict=True) if there),
        tuple(name for name, there in zip(matrix.reviewers, columns, strict=True) if there),
        matrix.values[np.ix_(rows, columns)],
        matrix.present[np.ix_(rows, columns)],
    )


def _design(matrix: Matrix) -> Design:
    present = matrix.present.astype(np.float64)
    per_application, per_reviewer = present.sum(axis=1), present.sum(axis=0)
    means = (matrix.values * present).sum(axis=1) / per_application
    residual_sums = ((matrix.values - means[:, None]) * present).sum(axis=0)
    laplacian = np.diag(per_reviewer) - present.T @ (present / per_application[:, None])
    return Design(matrix, present, per_application, per_reviewer, means, residual_sums, laplacian)


def _sums_of_squares(design: Design) -> tuple[float, float]:
    """Return the sum of squares within applications, and how much of it severity explains."""
    explained = float(design.residual_sums @ _inverse(design, 0.0) @ design.residual_sums)
    within = float((((design.matrix.values - design.means[:, None]) * design.present) ** 2).sum())
    return within, explained


def _estimates(
    within: float, explained: float, *, freedom: float, compared: float, spare: float, size: float
) -> tuple[float | Undefined, float | Undefined]:
    """Return sigma^2 and tau^2 by Henderson's method 3; what is only rounding counts as zero."""
    if freedom <= 0:
        return NO_FREEDOM, NO_FREEDOM
    rounding = NEGLIGIBLE * max(size, 1.0)
    error = max(0.0, within - explained) / freedom
    error = 0.0 if error <= rounding else error
    spread = (explained - compared * error) / spare
    return float(error), float(spread) if spread > rounding else 0.0


def _shrinkage(error: float | Undefined, spread: float | Undefined) -> float:
    if isinstance(error, Undefined) or isinstance(spread, Undefined) or not error:
        return 0.0
    return error / spread if spread else np.inf


def _inverse(design: Design, shrinkage: float) -> Floats:
    """Return (L + lambda I + 11'/m)^-1; the last term fixes the sum of the shifts at 0."""
    count = len(design.per_reviewer)
    fixed = design.laplacian + shrinkage * np.eye(count) + np.ones((count, count)) / count
    return np.asarray(np.linalg.inv(fixed), dtype=np.float64)


def _severities(
    design: Design, shifts: Floats, inverse: Floats, error: float | Undefined
) -> tuple[Severity, ...]:
    free = _centered(inverse)
    found = []
    for position, reviewer in enumerate(design.matrix.reviewers):
        deviation = error if isinstance(error, Undefined) else _root(error * free[position, position])
        shift = float(shifts[position])
        flagged = (
            not isinstance(deviation, Undefined)
            and abs(shift) > FLAG_POINTS
            and abs(shift) > FLAG_RATIO * deviation
        )
        found.append(Severity(reviewer, shift, deviation, int(design.per_reviewer[position]), flagged))
    return tuple(found)


def _adjusted(
    design: Design, shifts: Floats, inverse: Floats, error: float | Undefined
) -> tuple[Adjusted, ...]:
    share = design.present / design.per_application[:, None]
    adjusted = design.means - share @ shifts
    own = np.einsum("ij,jk,ik->i", share, _centered(inverse), share)
    return tuple(
        Adjusted(
            name,
            float(design.means[row]),
            float(adjusted[row]),
            error
            if isinstance(error, Undefined)
            else _root(error * (1 / design.per_application[row] + own[row])),
        )
        for row, name in enumerate(design.matrix.applications)
    )


def _centered(inverse: Floats) -> Floats:
    """Return the inverse on shifts that add up to 0, without the part that fixes their sum."""
    count = len(inverse)
    center = np.eye(count) - np.ones((count, count)) / count
    centered: Floats = center @ inverse @ center
    return centered


def _root(value: float) -> float:
    return sqrt(max(0.0, value))
