import networkx as nx
import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from scoring.assign.flow import Network, solve


def network(
    applications: int,
    reviewers: int,
    seed: int,
    *,
    need: int = 3,
    per_group: int | None = None,
    topics: int = 0,
) -> Network:
    """Return an instance; with topics the fits are alike, so that everyone wants the same reviewers."""
    draw = np.random.default_rng(seed)
    fit = draw.integers(0, 1001, (applications, reviewers))
    if topics:
        wanted, known = draw.random((applications, topics)) ** 4, draw.random((topics, reviewers)) ** 3
        fit = np.rint(300 * wanted @ known).astype(np.int64)
    most = draw.integers(1, 2 + 2 * applications * need // reviewers, reviewers)
    return Network(
        fit.astype(np.int64),
        draw.random((applications, reviewers)) > 0.2,
        np.full(applications, need),
        most,
        np.minimum(most, draw.integers(0, 2, reviewers)),
        draw.integers(-1, max(2, reviewers // 2), reviewers),
        per_group,
    )


def by_linear_program(given: Network) -> float | None:
    """Return the greatest total fit over all pairs by HiGHS, or None where needs cannot be met."""
    rows, columns = np.nonzero(given.allowed)
    count = len(rows)
    ones, at = np.ones(count), np.arange(count)
    per_row = csr_array((ones, (rows, at)), shape=(len(given.need), count))
    per_column = csr_array((ones, (columns, at)), shape=(len(given.most), count))
    upper, bounds = [per_column, -per_column], [given.most, -given.least]
    if given.per_group is not None:
        width = int(given.group.max()) + 1
        grouped = given.group[columns] >= 0
        codes = rows[grouped] * width + given.group[columns][grouped]
        upper.append(csr_array((ones[grouped], (codes, at[grouped])), shape=(len(given.need) * width, count)))
        bounds.append(np.full(len(given.need) * width, given.per_group))
    found = linprog(
        -given.fit[rows, columns],
        A_eq=per_row,
        b_eq=given.need,
        A_ub=vstack(upper),
        b_ub=np.concatenate(bounds),
        bounds=(0, 1),
        method="highs",
    )
    return None if found.status else -float(found.fun)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("per_group", [None, 1, 2])
@pytest.mark.parametrize("topics", [0, 3])
def test_the_optimum_is_that_of_the_linear_program_over_all_pairs(
    seed: int, per_group: int | None, topics: int
) -> None:
    given = network(12 + seed, 9 + seed, seed, per_group=per_group, topics=topics)

    found, expected = solve(given), by_linear_program(given)

    assert found.fit == found.bound
    if expected is None:
        assert not found.feasible
    else:
        assert found.feasible
        assert found.fit == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(4))
def test_pruned_arcs_price_every_left_out_pair(seed: int) -> None:
    given = network(120, 60, seed, need=4, topics=2)

    found = solve(given)

    assert found.arcs < given.allowed.sum()
    assert found.fit == found.bound
    if (expected := by_linear_program(given)) is not None:
        assert found.fit == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_unmet_needs_are_as_few_as_the_largest_flow_leaves(seed: int) -> None:
    given = network(14, 6, seed, need=3)
    graph = nx.DiGraph()
    for i, j in zip(*np.nonzero(given.allowed), strict=True):
        graph.add_edge(("A", int(i)), ("R", int(j)), capacity=1)
    for i, need in enumerate(given.need):
        graph.add_edge("s", ("A", i), capacity=int(need))
    for j, most in enumerate(given.most):
        graph.add_edge(("R", j), "t", capacity=int(most))

    found = solve(given)

    largest = nx.maximum_flow_value(graph, "s", "t")
    assert int(found.unmet.sum()) == int(given.need.sum()) - largest
    assert int(found.unmet.sum()) >= 0


@pytest.mark.parametrize("seed", range(6))
def test_every_limit_is_kept(seed: int) -> None:
    given = network(20, 25, seed, per_group=1)

    found = solve(given)

    load = np.bincount(found.columns, minlength=25)
    assert given.allowed[found.rows, found.columns].all()
    assert (load <= given.most).all()
    assert (np.bincount(found.rows, minlength=20) + found.unmet == given.need).all()
    pairs = {
        (int(i), int(given.group[j]))
        for i, j in zip(found.rows, found.columns, strict=True)
        if given.group[j] >= 0
    }
    assert len(pairs) == int((given.group[found.columns] >= 0).sum())


def test_nobody_to_assign_leaves_every_need_unmet() -> None:
    given = Network(
        np.zeros((2, 1), dtype=np.int64),
        np.zeros((2, 1), dtype=np.bool_),
        np.array([3, 2]),
        np.array([5]),
        np.array([1]),
        np.array([-1]),
    )

    found = solve(given)

    assert (found.unmet.tolist(), found.idle.tolist(), found.fit, found.bound) == ([3, 2], [1], 0, 0)


def test_the_order_of_rows_and_columns_does_not_change_the_fit() -> None:
    given = network(30, 20, 5)
    turned = Network(
        given.fit[::-1, ::-1],
        given.allowed[::-1, ::-1],
        given.need[::-1],
        given.most[::-1],
        given.least[::-1],
        given.group[::-1],
    )

    assert solve(given).fit == solve(turned).fit
