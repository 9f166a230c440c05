from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from scoring.assign.obstacles import Kind
from scoring.assign.problem import Candidate, Limits, Pair, Problem, Proposal
from scoring.assign.program import best, in_the_way, program
from scoring.assign.propose import (
    Assignment,
    Impossible,
    cost_of,
    cost_without,
    propose,
    propose_fairly,
    way_out,
)
from scoring.assign.reasons import reasons, reasons_of_assigned
from scoring.faults import Refused

LIMITS = [
    Limits(),
    Limits(per_organization=1),
    Limits(expertise={"finance": 1}),
    Limits(federal_least=1, outside_least=1),
    Limits(same_panel=True),
    Limits(per_organization=1, expertise={"finance": 1}, outside_least=1, same_panel=True),
]
IDS = ["plain", "organizations", "expertise", "mix", "panel", "everything"]


def problem(seed: int, limits: Limits, *, most: int = 3, kept: frozenset[Pair] = frozenset()) -> Problem:
    """Return three applications in two states and five reviewers, small enough to try everything."""
    draw = np.random.default_rng(seed)
    applications = tuple(Proposal(f"{state}-{i}", state, 2) for i, state in enumerate(("CO", "CO", "NH")))
    reviewers = tuple(
        Candidate(
            f"R{j}",
            int(draw.integers(1, most + 1)),
            0,
            organization="AB "[int(draw.integers(3))].strip(),
            federal=bool(draw.integers(2)),
            expertise=frozenset({"finance"}) if draw.integers(2) else frozenset(),
        )
        for j in range(5)
    )
    pairs = [(one.key, who.key) for one in applications for who in reviewers]
    fit = {pair: int(draw.integers(1001)) for pair in pairs}
    conflicts = {pair: "employer" for pair in pairs if draw.random() < 0.15 and pair not in kept}
    return Problem(applications, reviewers, fit, conflicts, kept, limits)


def holds(given: Problem, panels: tuple[tuple[Candidate, ...], ...]) -> bool:
    limits = given.limits
    for one, panel in zip(given.applications, panels, strict=True):
        organizations = [who.organization for who in panel if who.organization]
        if any((one.key, who.key) in given.conflicts for who in panel):
            return False
        if limits.per_organization is not None and any(
            organizations.count(name) > limits.per_organization for name in organizations
        ):
            return False
        if any(
            sum(topic in who.expertise for who in panel) < least for topic, least in limits.expertise.items()
        ):
            return False
        federal = sum(who.federal for who in panel)
        if federal < limits.federal_least or len(panel) - federal < limits.outside_least:
            return False
    chosen = {
        (one.key, who.key) for one, panel in zip(given.applications, panels, strict=True) for who in panel
    }
    if limits.same_panel and panels[0] != panels[1]:
        return False
    load = [sum(who in panel for panel in panels) for who in given.reviewers]
    loads_hold = all(who.least <= one <= who.most for who, one in zip(given.reviewers, load, strict=True))
    return loads_hold and given.kept <= chosen


def tried(given: Problem) -> list[tuple[int, int]]:
    """Return total fit and floor of every assignment there is."""
    found = []
    for panels in product(combinations(given.reviewers, 2), repeat=3):
        if holds(given, panels):
            sums = [
                sum(given.fit[one.key, who.key] for who in panel)
                for one, panel in zip(given.applications, panels, strict=True)
            ]
            found.append((sum(sums), min(sums)))
    return found


@pytest.mark.parametrize("limits", LIMITS, ids=IDS)
@pytest.mark.parametrize("seed", range(8))
def test_the_proposal_is_the_best_of_all_there_are(limits: Limits, seed: int) -> None:
    given = problem(seed, limits)

    found, everything = propose(given), tried(given)

    if not everything:
        assert isinstance(found, Impossible)
        assert found.in_the_way
    else:
        assert isinstance(found, Assignment)
        assert found.fit == max(fit for fit, _ in everything)


@pytest.mark.parametrize("limits", LIMITS, ids=IDS)
@pytest.mark.parametrize("seed", range(6))
def test_the_fair_proposal_serves_the_worst_served_best(limits: Limits, seed: int) -> None:
    given = problem(seed, limits)

    found, everything = propose_fairly(given), tried(given)

    if not everything:
        assert isinstance(found, Impossible)
    else:
        assert isinstance(found, Assignment)
        floor = max(least for _, least in everything)
        assert (found.floor, found.fair) == (floor, True)
        assert found.fit == max(fit for fit, least in everything if least == floor)


@pytest.mark.parametrize("seed", range(4))
def test_a_locked_pair_stays_and_its_cost_is_the_loss_of_fit(seed: int) -> None:
    free = problem(seed, Limits())
    pair = ("CO-0", "R1")
    if pair in free.conflicts:
        assert cost_of(free, pair) is None
        return

    locked = tried(replace(free, kept=frozenset({pair})))

    expected = max(fit for fit, _ in tried(free)) - max(fit for fit, _ in locked) if locked else None
    assert cost_of(free, pair) == expected
    if locked:
        found = propose(replace(free, kept=frozenset({pair})))
        assert isinstance(found, Assignment)
        assert pair in found.pairs


@pytest.mark.parametrize("seed", range(4))
def test_taking_a_pair_out_costs_the_loss_of_fit(seed: int) -> None:
    given = problem(seed, Limits())
    pair = ("CO-0", "R1")

    barred = tried(replace(given, conflicts={**given.conflicts, pair: "tried"}))

    expected = max(fit for fit, _ in tried(given)) - max(fit for fit, _ in barred) if barred else None
    assert cost_without(given, pair) == expected


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("limits", LIMITS[:2], ids=IDS[:2])
def test_the_flow_beside_locked_pairs_is_the_best_of_all_there_are(limits: Limits, seed: int) -> None:
    draw = np.random.default_rng(seed)
    pairs = [("CO-0", f"R{draw.integers(5)}"), ("NH-2", f"R{draw.integers(5)}"), ("CO-1", "R0")]
    given = problem(seed, limits, kept=frozenset(pairs))
    possible = [fit for fit, _ in tried(given)]

    found = propose(given)

    assert isinstance(found, Assignment) == bool(possible)
    if isinstance(found, Assignment):
        assert found.fit == max(possible)
        assert given.kept <= set(found.pairs)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("limits", LIMITS[1:], ids=IDS[1:])
def test_what_stands_in_the_way_is_a_smallest_set(limits: Limits, seed: int) -> None:
    given = program(problem(seed + 100, limits, most=1))
    cost = np.zeros(len(given.rows))
    if best(given, cost=cost) is not None:
        return

    found = in_the_way(given)

    named = {(one.kind, one.subject, one.detail) for one in found}
    without = [one for one in given.conditions if (one.kind, one.subject, one.detail) not in named]
    assert best(replace(given, conditions=tuple(without)), cost=cost) is not None
    for fewer in combinations(range(len(given.conditions)), len(found) - 1):
        rest = tuple(one for place, one in enumerate(given.conditions) if place not in fewer)
        assert best(replace(given, conditions=rest), cost=cost) is None
        if len(found) > 2:
            break


def test_the_sentence_names_the_way_out() -> None:
    reviewers = (Candidate("Chu", 2), Candidate("Gold", 1), Candidate("Diaz", 0, federal=True))
    applications = (Proposal("CO-1", "CO", 2), Proposal("CO-2", "CO", 2))

    found = propose(Problem(applications, reviewers))

    assert isinstance(found, Impossible)
    assert found.message == "No assignment exists. Smallest way out: raise Gold's limit by 1."
    assert [(one.kind, one.subject, one.by) for one in found.in_the_way] == [(Kind.MOST, "Gold", 1)]


def test_other_ways_out_stand_beside_the_smallest() -> None:
    reviewers = (Candidate("Chu", 2), Candidate("Gold", 1), Candidate("Diaz", 0, federal=True))
    applications = (Proposal("CO-1", "CO", 2), Proposal("CO-2", "CO", 2))

    found = propose(Problem(applications, reviewers, kept=frozenset({("CO-1", "Gold")})))

    assert isinstance(found, Impossible)
    assert [way_out(one) for one in found.in_the_way] == ["raise Gold's limit by 1"]
    assert [[way_out(one) for one in way] for way in found.others] == [["1 reviewer fewer for CO-2"]]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(expertise={"finance": 1}), "1 more reviewer with finance for CO-1"),
        (Limits(federal_least=2), "2 more federal reviewers for CO-1"),
        (Limits(per_organization=1), "1 more from Acme for CO-1"),
    ],
)
def test_each_kind_of_condition_has_its_way_out(limits: Limits, message: str) -> None:
    reviewers = (Candidate("Chu", 2, organization="Acme"), Candidate("Gold", 2, organization="Acme"))

    found = propose(Problem((Proposal("CO-1", "CO", 2),), reviewers, limits=limits))

    assert isinstance(found, Impossible)
    assert found.message == f"No assignment exists. Smallest way out: {message}."


def test_a_least_load_that_cannot_be_given_is_named() -> None:
    reviewers = (Candidate("Chu", 2, least=2), Candidate("Gold", 1))

    found = propose(Problem((Proposal("CO-1", "CO", 1),), reviewers))

    assert isinstance(found, Impossible)
    assert found.message == "No assignment exists. Smallest way out: lower Chu's least load by 1."


def test_conflicts_never_give() -> None:
    given = Problem(
        (Proposal("CO-1", "CO", 1),), (Candidate("Chu", 1),), conflicts={("CO-1", "Chu"): "employer"}
    )

    found = propose(given)

    assert isinstance(found, Impossible)
    assert [(one.kind, one.subject, one.by) for one in found.in_the_way] == [(Kind.NEED, "CO-1", 1)]


def test_the_same_panel_serves_a_whole_state() -> None:
    found = propose(problem(3, Limits(same_panel=True)))

    assert isinstance(found, Assignment)
    assert found.of("CO-0") == found.of("CO-1")


def test_the_same_problem_has_the_same_answer_and_a_seed_draws_among_equals() -> None:
    applications = tuple(Proposal(f"CO-{i}", "CO", 1) for i in range(4))
    reviewers = tuple(Candidate(f"R{j}", 1) for j in range(4))
    flat = Problem(applications, reviewers, {(a.key, r.key): 500 for a in applications for r in reviewers})

    drawn = {propose(replace(flat, seed=seed)) for seed in range(8)}

    assert propose(flat) == propose(flat)
    assert propose(replace(flat, seed=3)) == propose(replace(flat, seed=3))
    assert len({one.pairs for one in drawn if isinstance(one, Assignment)}) > 3
    assert {one.fit for one in drawn if isinstance(one, Assignment)} == {2000}


@pytest.mark.parametrize("seed", range(5))
def test_a_seed_never_costs_fit(seed: int) -> None:
    given = problem(seed, Limits())
    plain, drawn = propose(given), propose(replace(given, seed=seed))

    assert isinstance(plain, Assignment) == isinstance(drawn, Assignment)
    if isinstance(plain, Assignment) and isinstance(drawn, Assignment):
        assert plain.fit == drawn.fit


def test_nothing_to_assign_is_an_empty_assignment() -> None:
    assert propose(Problem((), ())) == Assignment((), 0, 0, fair=False, seed=None)


CO = Proposal("CO-1", "CO", 1)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (Problem((CO, CO), ()), "duplicate-key"),
        (Problem((CO,), (Candidate("Chu", 1, least=2),)), "load-out-of-range"),
        (Problem((CO,), (Candidate("Chu", 1),), {("CO-1", "Chu"): 1001}), "fit-out-of-range"),
        (Problem((CO,), (Candidate("Chu", 1),), kept=frozenset({("CO-1", "Gold")})), "unknown-pair"),
        (
            Problem(
                (CO,),
                (Candidate("Chu", 1),),
                conflicts={("CO-1", "Chu"): "spouse"},
                kept=frozenset({("CO-1", "Chu")}),
            ),
            "kept-conflict",
        ),
    ],
)
def test_a_problem_that_cannot_be_posed_is_refused(given: Problem, code: str) -> None:
    with pytest.raises(Refused) as caught:
        propose(given)

    assert [fault.code for fault in caught.value.faults] == [code]


def test_every_reviewer_has_a_reason() -> None:
    applications = (Proposal("CO-1", "CO", 2), Proposal("CO-2", "CO", 1))
    reviewers = (
        Candidate("Chu", 2, expertise=frozenset({"finance"})),
        Candidate("Diaz", 1),
        Candidate("Gold", 1),
        Candidate("Hale", 1),
        Candidate("Roy", 0),
    )
    fits = {"Chu": 900, "Diaz": 800, "Gold": 700, "Hale": 100, "Roy": 950}
    given = Problem(
        applications,
        reviewers,
        {("CO-1", who): fit for who, fit in fits.items()} | {("CO-2", "Diaz"): 990},
        {("CO-1", "Hale"): "employer"},
        limits=Limits(expertise={"finance": 0}),
    )
    found = propose(given)
    assert isinstance(found, Assignment)

    told = {one.reviewer: one.message for one in reasons(given, found, "CO-1")}

    assert reasons_of_assigned(given, found)["CO-1", "Chu"] == told["Chu"]
    assert told == {
        "Chu": "2nd best fit of 4 permitted (0.90); Roy fit better but is full; brings finance.",
        "Gold": "4th best fit of 4 permitted (0.70); Diaz, Roy fit better but are full.",
        "Roy": "Full: 0 of 0; fit 0.95.",
        "Diaz": "Full: 1 of 1; fit 0.80.",
        "Hale": "Conflict: employer.",
    }


def test_organization_panel_and_lock_are_told_as_reasons() -> None:
    applications = (Proposal("CO-1", "CO", 1), Proposal("CO-2", "CO", 1))
    reviewers = (
        Candidate("Chu", 9, organization="Acme"),
        Candidate("Diaz", 9, organization="Acme"),
        Candidate("Gold", 9),
        Candidate("Roy", 9),
    )
    given = Problem(
        applications,
        reviewers,
        {("CO-1", "Gold"): 900, ("CO-1", "Chu"): 500, ("CO-2", "Chu"): 500, ("CO-1", "Roy"): 600},
        {("CO-2", "Gold"): "spouse"},
        frozenset({("CO-1", "Chu")}),
        Limits(per_organization=1, same_panel=True),
    )
    found = propose(given)
    assert isinstance(found, Assignment)

    told = {one.reviewer: one.message for one in reasons(given, found, "CO-1")}

    assert told == {
        "Chu": "Locked by staff; fit 0.50.",
        "Gold": "Cannot serve the whole state: conflict with CO-2.",
        "Roy": "Fit 0.60, but the whole is better served without; load 0 of 9.",
        "Diaz": "Chu of the same organization is assigned; fit 0.00.",
    }
