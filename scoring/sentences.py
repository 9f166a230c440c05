"""Statistics in sentences that a lawyer could read."""

from collections.abc import Iterator

from scoring.agree import Estimate, Form, Level, limits_of, reading
from scoring.calibrate import Calibration
from scoring.faults import Undefined
from scoring.intervals import Intervals
from scoring.statistics import Agreement


def agreement_sentences(found: Agreement) -> Iterator[str]:
    """Yield the coefficients that are defined, each with its reading, or why none is."""
    if found.too_few is not None:
        yield found.too_few.reason
        return
    single = found.intraclass[Form.ONE_WAY]
    if isinstance(single, Undefined):
        yield single.reason
        return
    yield (f"a single reviewer's total agrees with another's at {_estimate(single)}, {reading(single)}.")
    mean = found.intraclass[Form.ONE_WAY_MEAN]
    if isinstance(mean, Estimate):
        yield f"the mean of all reviewers of an application is reliable at {_estimate(mean)}."
    alpha, order = found.alpha[Level.INTERVAL], found.kendall
    if isinstance(alpha, float):
        yield f"Krippendorff's alpha (interval) is {alpha:.2f}."
    if isinstance(order, float):
        yield f"Kendall's W is {order:.2f}: how far the reviewers' orders agree, from 0 to 1."


def severity_sentences(found: Calibration | Undefined) -> Iterator[str]:
    """Yield who scores high or low, with the standard error, or why that cannot be told."""
    if isinstance(found, Undefined):
        yield found.reason
        return
    if isinstance(found.shrinkage, Undefined):
        yield found.shrinkage.reason
        return
    for one in found.severities:
        direction = "above" if one.shift > 0 else "below"
        error = "" if isinstance(one.error, Undefined) else f", standard error {one.error:.2f}"
        talk = " Talk about it; no score is dropped." if one.flagged else ""
        yield f"{one.reviewer} scores {abs(one.shift):.2f} points {direction} the others{error}.{talk}"


def interval_sentences(found: Intervals) -> Iterator[str]:
    """Yield where each place lay in 95 of 100 samples, or why there is no interval."""
    if isinstance(found, Undefined):
        yield found.reason
        return
    for one in found:
        span = f"place {one.low}" if one.low == one.high else f"places {one.low} to {one.high}"
        yield (
            f"{one.application}: {span} in 95 of 100 samples; alone or tied at the top in "
            f"{100 * one.first:.0f} of 100."
        )


def _estimate(found: Estimate) -> str:
    about = "about " if found.approximate else ""
    low, high = ("no limit" if isinstance(one, Undefined) else f"{one:.2f}" for one in limits_of(found))
    return f"{found.value:.2f} (95 of 100: {about}{low} to {high})"
