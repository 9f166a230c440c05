"""What stands beside a rank for information, as sections: the page shows them and `show` prints them."""

from collections.abc import Iterator, Mapping

from scoring.account import Section, Table
from scoring.agree import FIELD_NORM, Estimate, Form, limits_of
from scoring.calibrate import Calibration
from scoring.discriminate import Discrimination
from scoring.exact import show, show_exact, show_points
from scoring.faults import Undefined
from scoring.inputs import Inputs
from scoring.intervals import Intervals
from scoring.outliers import FAR, Residual, residuals
from scoring.rank import listed
from scoring.sentences import agreement_sentences, interval_sentences, severity_sentences
from scoring.statistics import Agreement, StateStatistics, Statistics
from scoring.tipping import Tried
from scoring.weights import Tipping

HEADING = "For information; does not change the rank"
UNDEFINED = "not defined"
NOT_KNOWN = (
    "How few points must move between all criteria together to end first place is not known; single weights "
    "are shown."
)
AT_THE_TOP = (
    "A tie at the top counts for each of the tied, so that these figures may add to more than 100. They say "
    "how samples fell, not how likely an application is the best: where applications are close they say "
    "too much."
)
FORMS = {
    Form.ONE_WAY: "one reviewer, each application with its own reviewers",
    Form.TWO_WAY_RANDOM: "one reviewer, severity counts as disagreement",
    Form.TWO_WAY_FIXED: "one reviewer, severity does not count",
    Form.ONE_WAY_MEAN: "mean of the reviewers, each application with its own",
    Form.TWO_WAY_RANDOM_MEAN: "mean of the reviewers, severity counts",
    Form.TWO_WAY_FIXED_MEAN: "mean of the reviewers, severity does not count",
}


def information_sections(inputs: Inputs, found: Statistics, state: str) -> tuple[Section, ...]:
    """Return one state's statistics; what is not defined says why."""
    one = found.states[state]
    titles = {leaf.key: leaf.title for leaf in inputs.rubric.leaves}
    sections = (
        Section("pairs", "From one place to the next", tuple(gap.message for gap in one.gaps)),
        _weights(one, titles),
        _intervals(one, found),
        _stratified(one),
        _agreement(found.before, found.after),
        _discrimination(found.discrimination, titles),
        _severity(one.calibration),
        _outliers(inputs, state),
    )
    return tuple(section for section in sections if section.sentences or section.tables)


def _weights(one: StateStatistics, titles: Mapping[str, str]) -> Section:
    sentences = [_smallest(one.smallest_change)]
    if isinstance(one.tipping, Undefined):
        if one.tipping.reason not in sentences:
            sentences.append(one.tipping.reason)
        return Section("weights", "Weights of the criteria", tuple(sentences))
    sentences += [
        tip.message for tip in one.tipping if tip.grows_to is not None or tip.shrinks_to is not None
    ]
    if not isinstance(one.moved, Undefined):
        changed = [move.message for move in one.moved if not move.same_order]
        sentences += changed or ["With any one weight a tenth larger or smaller the order stays the same."]
    rows = tuple(_limits(tip, titles) for tip in one.tipping)
    heads = ("Criterion", "Published points", "Shrinks to", "Grows to")
    table = Table("Points at which first place changes or is tied, each criterion alone", heads, rows)
    return Section("weights", "Weights of the criteria", tuple(sentences), (table,))


def _smallest(found: Tried | Undefined) -> str:
    """Return what ends the lead when all weights move; what its exact trial did not bear out is no figure."""
    if isinstance(found, Undefined):
        return found.reason
    return found.message if found.confirmed else NOT_KNOWN


def _limits(tip: Tipping, titles: Mapping[str, str]) -> tuple[str, ...]:
    low, high = ("holds" if end is None else show_points(end) for end in (tip.shrinks_to, tip.grows_to))
    return titles[tip.key], show_exact(tip.published), low, high


def _intervals(one: StateStatistics, found: Statistics) -> Section:
    settings = (
        f"{found.samples:,} samples, seed {found.seed}. Each sample draws the reviewers together, with the "
        "severity and the disagreement estimated from these scores."
    )
    sentences = tuple(interval_sentences(one.intervals))
    if isinstance(one.intervals, Undefined):
        return Section("intervals", "How firm each place is", sentences)
    table = _interval_table(one.intervals, "Places in 95 of 100 samples")
    return Section("intervals", "How firm each place is", (*sentences, AT_THE_TOP, settings), (table,))


def _stratified(one: StateStatistics) -> Section:
    title = "The same by means, sheets of each application drawn by themselves"
    if isinstance(one.stratified, Undefined):
        return Section("stratified", title, (one.stratified.reason,))
    words = "For comparison only: severity that a reviewer shows everywhere is not seen this way."
    table = _interval_table(one.stratified, "Places in 95 of 100 samples, by means")
    return Section("stratified", title, (words,), (table,))


def _interval_table(found: Intervals, caption: str) -> Table:
    rows = (
        ()
        if isinstance(found, Undefined)
        else tuple((one.application, str(one.low), str(one.high), f"{100 * one.first:.0f}") for one in found)
    )
    return Table(caption, ("Application", "Best", "Worst", "At the top in 100"), rows)


def _agreement(before: Agreement, after: Agreement) -> Section:
    sentences = (
        *(f"Before the call: {words}" for words in agreement_sentences(before)),
        *(f"As ranked: {words}" for words in agreement_sentences(after)),
        *_reasons(after),
        *(() if after.too_few else (FIELD_NORM,)),
    )
    pairs = (("before the call", before), ("as ranked", after))
    tables = tuple(table for words, one in pairs if (table := _coefficients(one, words)) is not None)
    return Section("agreement", "Agreement of the reviewers", sentences, tables)


def _reasons(found: Agreement) -> Iterator[str]:
    """Yield why coefficients are not defined, once per reason, unless that is all there is to say."""
    why: dict[str, list[str]] = {}
    for name, value in (*found.intraclass.items(), ("Kendall's W", found.kendall)):
        if isinstance(value, Undefined):
            why.setdefault(value.reason, []).append(str(name))
    if found.too_few is None and not isinstance(found.intraclass[Form.ONE_WAY], Undefined):
        yield from (f"{listed(names)} as ranked: {reason}" for reason, names in why.items())


def _coefficients(found: Agreement, when: str) -> Table | None:
    rows = [(str(form), words, *_figures(found.intraclass[form])) for form, words in FORMS.items()]
    rows += [
        (f"Krippendorff's alpha, {level}", "all scores, absent ones left out", _number(value), "", "")
        for level, value in found.alpha.items()
    ]
    rows.append(("Kendall's W", "order of the applications", _number(found.kendall), "", ""))
    if found.too_few is not None or all(row[2] == UNDEFINED for row in rows):
        return None
    heads = ("Coefficient", "What it compares", "Value", "From", "To")
    return Table(f"Agreement {when}, with limits of 95 of 100", heads, tuple(rows))


def _figures(found: Estimate | Undefined) -> tuple[str, str, str]:
    if isinstance(found, Undefined):
        return UNDEFINED, "", ""
    low, high = limits_of(found)
    return _number(found.value), _number(low, "no limit"), _number(high, "no limit")


def _number(value: float | Undefined, otherwise: str = UNDEFINED) -> str:
    return otherwise if isinstance(value, Undefined) else f"{value + 0.0:.2f}".replace("-0.00", "0.00")


def _discrimination(found: tuple[Discrimination, ...], titles: Mapping[str, str]) -> Section:
    title = "Which criteria told applications apart"
    if all(isinstance(one.with_the_rest, Undefined) for one in found):
        reasons = {one.with_the_rest.reason for one in found if isinstance(one.with_the_rest, Undefined)}
        return Section("discrimination", title, tuple(sorted(reasons)))
    rows = tuple(
        (
            titles[one.key],
            _number(one.with_the_rest),
            UNDEFINED if isinstance(one.agreement, Undefined) else _number(one.agreement.value),
            _percent(one.at_maximum),
            _percent(one.deviation),
        )
        for one in found
    )
    heads = ("Criterion", "With the rest", "Agreement", "At the most, %", "Spread, % of points")
    words = (
        "“With the rest” is the correlation of a criterion's points with the sum of the others: near 1 it "
        "says the same as they do, near 0 something else. “Agreement” is ICC(1,1) of its points."
    )
    return Section("discrimination", title, (words,), (Table("Criteria over all score sheets", heads, rows),))


def _percent(value: float | Undefined) -> str:
    return UNDEFINED if isinstance(value, Undefined) else f"{100 * value:.0f}"


def _severity(found: Calibration | Undefined) -> Section:
    title = "Severity of the reviewers"
    sentences = (*severity_sentences(found), "No score is adjusted: the published totals rank.")
    if isinstance(found, Undefined) or isinstance(found.shrinkage, Undefined):
        return Section("severity", title, sentences)
    shifts = tuple(
        (
            one.reviewer,
            f"{one.shift:+.2f}".replace("-0.00", "0.00").replace("+0.00", "0.00"),
            _number(one.error),
            str(one.scores),
        )
        for one in found.severities
    )
    adjusted = tuple(
        (one.application, f"{one.mean:.2f}", f"{one.adjusted:.2f}", _number(one.error))
        for one in found.adjusted
    )
    tables = (
        Table("Points above or below the others", ("Reviewer", "Points", "Standard error", "Sheets"), shifts),
        Table(
            "Means with severity taken out, never used for the rank",
            ("Application", "Mean", "Without severity", "Standard error"),
            adjusted,
        ),
    )
    return Section("severity", title, sentences, tables)


def far_sheets(inputs: Inputs, state: str) -> dict[str, tuple[str, ...]]:
    """Return the reviewers whose total stands far from the others', by application."""
    found: dict[str, tuple[str, ...]] = {}
    for one in _residuals(inputs, state):
        if one.far:
            found[one.application] = (*found.get(one.application, ()), one.reviewer)
    return found


def _outliers(inputs: Inputs, state: str) -> Section:
    sentences = tuple(_far_sentences(inputs, state)) or (
        f"No total stands more than {FAR} standard deviations from those of the other reviewers.",
    )
    return Section("outliers", "Single score sheets far from the others", sentences)


def _far_sentences(inputs: Inputs, state: str) -> Iterator[str]:
    for one in _residuals(inputs, state):
        if one.far and not isinstance(one.deviations, Undefined):
            side = "above" if one.difference > 0 else "below"
            yield (
                f"{one.reviewer} gave {one.application} {show(abs(one.difference))} points {side} the mean "
                f"of the others, {abs(one.deviations):.1f} standard deviations. Talk about it; no score is "
                "dropped."
            )


def _residuals(inputs: Inputs, state: str) -> tuple[Residual, ...]:
    ballot = next(one for one in inputs.ballots() if one.state == state)
    return residuals({name: ballot.final(name) for name in ballot.initial})
