"""Statistics in sentences that a lawyer could read; headed "For information; does not change the rank"."""

from collections.abc import Iterator

from scoring.agree import FIELD_NORM, Estimate, Form, Level, in_words
from scoring.calibrate import Calibration
from scoring.faults import Undefined
from scoring.intervals import Intervals
from scoring.statistics import Agreement, StateStatistics, Statistics

HEADING = "For information; does not change the rank"


def of_competition(found: Statistics) -> Iterator[str]:
    """Yield what concerns all states together."""
    yield from (f"Before the call: {words}" for words in agreement_sentences(found.before))
    yield from (f"As ranked: {words}" for words in agreement_sentences(found.after))
    yield FIELD_NORM
    yield from severity_sentences(found.calibration)


def of_state(found: StateStatistics) -> Iterator[str]:
    """Yield what concerns one state's finalists."""
    yield from (gap.message for gap in found.gaps)
    if isinstance(found.smallest_change, Undefined):
        yield f"Weights: {found.smallest_change.reason}"
    else:
        yield f"Weights: {found.smallest_change.message}"
    if not isinstance(found.tipping, Undefined):
        yield from (
            one.message for one in found.tipping if one.grows_to is not None or one.shrinks_to is not None
        )
    yield from interval_sentences(found.intervals)


def agreement_sentences(found: Agreement) -> Iterator[str]:
    """Yield the coefficients that are defined, each with its reading, or why none is."""
    single = found.intraclass[Form.ONE_WAY]
    if isinstance(single, Undefined):
        yield single.reason
        return
    yield (
        f"a single reviewer's total agrees with another's at {_estimate(single)}, "
        f"{in_words(single.value)} by the usual reading."
    )
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
        yield f"{one.application}: {span} in 95 of 100 samples; first in {100 * one.first:.0f} of 100."


def _estimate(found: Estimate) -> str:
    about = "about " if found.approximate else ""
    low, high = (
        "no limit" if isinstance(one, Undefined) else f"{one:.2f}" for one in (found.low, found.high)
    )
    return f"{found.value:.2f} (95 of 100: {about}{low} to {high})"
