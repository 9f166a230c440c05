import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from scoring.assign.fair import solve_fairly
from scoring.assign.flow import Network
from tests.scoring.test_flow import network


def by_whole_program(given: Network) -> tuple[int, int] | None:
    """Return the greatest floor and then the greatest fit over all pairs, by two 0/1 programs."""
    rows, columns = np.nonzero(given.allowed)
    count, applications, reviewers = len(rows), len(given.need), len(given.most)
    fit = given.fit[rows, columns].astype(float)
    need, load, served = (
        np.zeros((applications, count)),
        np.zeros((reviewers, count)),
        np.zeros((applications, count)),
    )
    need[rows, np.arange(count)] = 1
    load[columns, np.arange(count)] = 1
    served[rows, np.arange(count)] = fit
    parts, low, high = [need, load], [given.need, given.least], [given.need, given.most]
    if given.per_group is not None:
        for group in range(int(given.group.max()) + 1):
            parts.append(need * (given.group[columns] == group))
            low.append(np.zeros(applications, dtype=np.int64))
            high.append(np.full(applications, given.per_group))
    matrix, least, most = np.vstack(parts), np.concatenate(low), np.concatenate(high)
    with_floor = np.block([[matrix, np.zeros((len(matrix), 1))], [served, -np.ones((applications, 1))]])
    first = milp(
        np.append(np.zeros(count), -1.0),
        constraints=LinearConstraint(
            with_floor,
            np.append(least, np.zeros(applications)),
            np.append(most, np.full(applications, np.inf)),
        ),
        integrality=np.ones(count + 1),
        bounds=Bounds(0, np.append(np.ones(count), fit.sum() + 1)),
    )
    if first.status:
        return None
    floor = round(first.x[-1])
    second = milp(
        -fit,
        constraints=LinearConstraint(
            np.vstack([matrix, served]),
            np.append(least, np.full(applications, floor)),
            np.append(most, np.full(applications, np.inf)),
        ),
        integrality=np.ones(count),
        bounds=Bounds(0, 1),
    )
    return floor, round(-second.fun)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("per_group", [None, 1])
@pytest.mark.parametrize("topics", [0, 3])
def test_floor_and_fit_are_those_of_a_program_over_all_pairs(
    seed: int, per_group: int | None, topics: int
) -> None:
    given = network(10 + seed, 9 + seed, seed, need=2, per_group=per_group, topics=topics)

    found, expected = solve_fairly(given), by_whole_program(given)

    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert (found.floor, found.fit) == expected
        assert found.fit == found.bound
        assert found.floor <= found.floor_bound


@pytest.mark.parametrize("per_group", [None, 1])
def test_the_fair_assignment_is_proven_on_pruned_pairs(per_group: int | None) -> None:
    given = network(90, 60, 3, need=3, per_group=per_group, topics=4)
    given = Network(
        given.fit, given.allowed, given.need, given.most + 4, given.least, given.group, given.per_group
    )

    found = solve_fairly(given)

    assert found is not None
    assert found.proven
    assert found.pairs < given.allowed.sum()
    served = np.bincount(found.rows, weights=given.fit[found.rows, found.columns], minlength=90)
    assert int(served.min()) == found.floor
    assert (np.bincount(found.rows, minlength=90) == given.need).all()
