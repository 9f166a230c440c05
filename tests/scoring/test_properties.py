"""What must hold for every round, tried on rounds that Hypothesis makes up."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from scoring.aggregate import criterion_means, mean
from scoring.exact import show_against
from scoring.leave_out import without_each_reviewer
from scoring.rank import Place, order, ordinal_ranks, rank
from scoring.rubric import Criterion, Rubric
from scoring.scoresheet import Entry, Sheet, total
from scoring.threshold import Ballot, Method, Rules, Status, TieBreak, TieRule, finalists, meets

Round = dict[str, dict[str, Fraction]]
CHAINS = st.sampled_from([(), (TieBreak.FINAL_MEAN,)])


@st.composite
def rounds(draw: st.DrawFn, *, finest: int = 1000, most: int = 6) -> Round:
    """Return totals of one state, every application scored by the same reviewers."""
    applications = draw(st.integers(1, most))
    reviewers = draw(st.integers(1, most))
    points = st.integers(0, 100 * finest).map(lambda value: Fraction(value, finest))
    return {f"A{i}": {f"R{j}": draw(points) for j in range(reviewers)} for i in range(applications)}


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    methods = st.sampled_from([Method.MEAN, Method.MEDIAN, Method.RANK_SUM])
    return Rules(draw(methods), Decimal(50), draw(st.sampled_from(TieRule)), draw(CHAINS))


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    """Return a rubric without faults: families with points, without, and with equal shares."""
    criteria = []
    for position in range(draw(st.integers(1, 4))):
        key, count = f"c{position}", draw(st.integers(0, 4))
        points = [Decimal(draw(st.integers(1, 40_000))) / 1000 for _ in range(max(count, 1))]
        children = tuple(Criterion(f"{key}.{one}", "Sub", points[one]) for one in range(count))
        if count and draw(st.booleans()):
            bare = tuple(replace(child, points=None) for child in children)
            criteria.append(Criterion(key, "Equal", points[0] * count, bare, equal=True))
        else:
            printed = sum(points) if draw(st.booleans()) or not count else None
            criteria.append(Criterion(key, "Own", Decimal(printed) if printed else None, children))
    bare_rubric = Rubric(tuple(criteria), Decimal(1))
    worth = sum((leaf.points for leaf in bare_rubric.leaves), Fraction(0))
    return replace(bare_rubric, total=Decimal(int(worth * 1000)) / 1000)


def turned_round(scores: Round) -> Round:
    return {name: dict(reversed(given.items())) for name, given in reversed(scores.items())}


@given(rounds(finest=1), rules())
def test_the_order_of_applications_and_reviewers_changes_nothing(scores: Round, declared: Rules) -> None:
    there, back = rank(Ballot("S", scores), declared), rank(Ballot("S", turned_round(scores)), declared)

    assert there == back


@given(rounds(finest=1), rules())
def test_renaming_applications_and_reviewers_renames_the_places_only(scores: Round, declared: Rules) -> None:
    renamed = {f"Z-{name}": {f"Q-{who}": one for who, one in given.items()} for name, given in scores.items()}

    places = {place.application: place.label for place in rank(Ballot("S", scores), declared).places}
    after = {place.application: place.label for place in rank(Ballot("S", renamed), declared).places}

    assert after == {f"Z-{name}": label for name, label in places.items()}


@given(rounds(), st.data())
def test_raising_a_score_never_worsens_a_place(scores: Round, data: st.DataObject) -> None:
    method = data.draw(st.sampled_from([Method.MEAN, Method.MEDIAN, Method.RANK_SUM]))
    declared = Rules(method, tie_rule=data.draw(st.sampled_from([TieRule.AVERAGE, TieRule.MINIMUM])))
    name = data.draw(st.sampled_from(sorted(scores)))
    who = data.draw(st.sampled_from(sorted(scores[name])))
    more = scores[name][who] + data.draw(st.integers(1, 50_000).map(lambda value: Fraction(value, 1000)))
    raised = {**scores, name: {**scores[name], who: more}}

    before, after = order(scores, declared), order(raised, declared)

    assert _place(after, name) <= _place(before, name)


def _place(places: tuple[Place, ...], name: str) -> int:
    return next(one.place for one in places if one.application == name)


@given(rounds(finest=1))
def test_average_ranks_of_each_reviewer_add_up_to_the_same_sum(scores: Round) -> None:
    count = len(scores)

    for who in next(iter(scores.values())):
        given_out = ordinal_ranks({name: one[who] for name, one in scores.items()}, TieRule.AVERAGE)
        assert sum(given_out.values()) == Fraction(count * (count + 1), 2)


@given(rounds(finest=1))
def test_minimum_ranks_never_exceed_average_ranks_and_dense_never_exceed_minimum(scores: Round) -> None:
    one_reviewer = {name: next(iter(given.values())) for name, given in scores.items()}

    average, minimum, dense = (ordinal_ranks(one_reviewer, tie_rule) for tie_rule in TieRule)

    assert all(dense[name] <= minimum[name] <= average[name] for name in scores)


@given(rounds(finest=1), rules())
def test_places_are_competition_ranks(scores: Round, declared: Rules) -> None:
    places = order(scores, declared)

    labels = [place.place for place in places]
    assert labels == sorted(labels)
    assert [place.tied for place in places] == [labels.count(place) > 1 for place in labels]
    assert labels == [1 + sum(other < place for other in labels) for place in labels]


@given(rounds())
def test_a_finalist_is_one_whose_mean_reaches_the_threshold(scores: Round) -> None:
    found = finalists(Ballot("S", scores), Rules(Method.MEAN, Decimal(70)))

    for standing in found:
        assert isinstance(standing.mean, Fraction)
        assert (standing.status is Status.FINALIST) == (standing.mean >= 70)
        assert meets(scores[standing.application], Decimal(70)) == (standing.mean >= 70)


@given(rounds(finest=1), st.sampled_from(TieRule))
def test_leaving_a_reviewer_out_is_ranking_without_that_reviewer(scores: Round, tie_rule: TieRule) -> None:
    declared = Rules(Method.RANK_SUM, tie_rule=tie_rule)

    for one in without_each_reviewer(Ballot("S", scores), declared):
        less = {
            name: {who: value for who, value in given.items() if who != one.name}
            for name, given in scores.items()
        }
        assert one.ranking.places == (order(less, declared) if any(less.values()) else ())


@given(st.fractions(0, 100), st.integers(0, 100_000).map(lambda value: Decimal(value) / 1000))
def test_printed_digits_never_contradict_the_comparison(value: Fraction, bar: Decimal) -> None:
    shown, word = show_against(value, bar).split(", ")

    limit = Fraction(bar)
    if word.startswith("exactly"):
        assert value == limit
    else:
        assert (Fraction(shown) < limit) == (value < limit)
        assert word.startswith("below" if value < limit else "above")


@given(rubrics())
def test_effective_weights_equal_published_weights(rubric: Rubric) -> None:
    assert rubric.faults() == ()
    assert rubric.effective_weights() == rubric.published_weights()
    assert sum(rubric.published_weights().values()) == 1


@given(rubrics())
def test_a_full_sheet_earns_the_total_and_each_criterion_its_weight(rubric: Rubric) -> None:
    full: dict[str, Entry] = {
        leaf.key: Decimal(leaf.points.numerator) / leaf.points.denominator for leaf in rubric.leaves
    }

    assert total(rubric, Sheet("R", "A", full)) == Fraction(rubric.total)
    for leaf in rubric.leaves:
        without = Sheet("R", "A", {**full, leaf.key: Decimal(0)})
        lost = Fraction(rubric.total) - Fraction(str(total(rubric, without)))
        assert lost / Fraction(rubric.total) == rubric.published_weights()[leaf.key]


@given(rubrics(), st.data())
def test_criterion_means_add_up_to_the_mean_total(rubric: Rubric, data: st.DataObject) -> None:
    sheets = [
        Sheet(
            f"R{number}",
            "A",
            {
                leaf.key: Decimal(data.draw(st.integers(0, int(leaf.points * 1000)))) / 1000
                for leaf in rubric.leaves
            },
        )
        for number in range(data.draw(st.integers(1, 4)))
    ]

    means = criterion_means(rubric, sheets)

    top = [means[criterion.key] for criterion in rubric.criteria]
    totals = [Fraction(str(total(rubric, sheet))) for sheet in sheets]
    assert sum((part for part in top if isinstance(part, Fraction)), Fraction(0)) == mean(totals)
