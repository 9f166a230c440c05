import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from scoring.assign.fair import solve_fairly
from scoring.assign.flow import Network
from scoring.matrix import Floats
from tests.scoring.test_flow import network


def by_whole_program(given: Network) -> tuple[int, int] | None:
    """Return the greatest floor and then the greatest fit over all pairs, by two 0/1 programs."""
    rows, columns = np.nonzero(given.allowed)
    count, applications = len(rows), len(given.need)
    fit = given.fit[rows, columns].astype(float)
    served = np.zeros((applications, count))
    served[rows, np.arange(count)] = fit
    matrix, least, most = conditions(given)
    zeros, endless = np.zeros(applications), np.full(applications, np.inf)
    with_floor = np.block([[matrix, np.zeros((len(matrix), 1))], [served, -np.ones((applications, 1))]])
    first = milp(
        np.append(np.zeros(count), -1.0),
        constraints=LinearConstraint(with_floor, np.append(least, zeros), np.append(most, endless)),
        integrality=np.ones(count + 1),
        bounds=Bounds(0, np.append(np.ones(count), fit.sum() + 1)),
    )
    if first.status:
        return None
    floor = round(first.x[-1])
    second = milp(
        -fit,
        constraints=LinearConstraint(
            np.vstack([matrix, served]), np.append(least, zeros + floor), np.append(most, endless)
        ),
        integrality=np.ones(count),
        bounds=Bounds(0, 1),
    )
    return floor, round(-second.fun)


def conditions(given: Network) -> tuple[Floats, Floats, Floats]:
    """Return needs, loads and organizations as rows over all pairs, with their lower and upper ends."""
    rows, columns = np.nonzero(given.allowed)
    count, applications = len(rows), len(given.need)
    need, load = np.zeros((applications, count)), np.zeros((len(given.most), count))
    need[rows, np.arange(count)] = 1
    load[columns, np.arange(count)] = 1
    groups = range(int(given.group.max()) + 1) if given.per_group is not None else range(0)
    of_groups = [need * (given.group[columns] == group) for group in groups]
    limits = np.full(len(of_groups) * applications, float(given.per_group or 0))
    return (
        np.vstack([need, load, *of_groups]),
        np.concatenate([given.need, given.least, np.zeros(len(limits))]),
        np.concatenate([given.need, given.most, limits]),
    )


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
