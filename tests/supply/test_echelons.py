"""Guaranteed service times: the book's example, and trees small enough to try every promise."""

import itertools
import math

import numpy as np
import pytest

from sopkit.errors import DataError
from sopkit.supply.echelons import Stage, demand_deviation, guaranteed_service

ARCS = [("1", "3"), ("3", "2"), ("3", "4")]


def stages_of_the_book() -> dict[str, Stage]:
    """Snyder and Shen, example 6.5: two customers with deviation 1, promised 0 and 1 periods; goods reach stage 1 after a period."""
    spread = demand_deviation({"2": 1.0, "4": 1.0}, dict.fromkeys(ARCS, 1.0))
    return {
        "1": Stage(2, 1.0, spread["1"], inbound=1),
        "2": Stage(1, 3.0, spread["2"], promise=0),
        "3": Stage(1, 2.0, spread["3"]),
        "4": Stage(1, 3.0, spread["4"], promise=1),
    }


def test_the_example_of_the_book():
    cost, found = guaranteed_service(stages_of_the_book(), ARCS)
    assert cost == pytest.approx(8.277917, abs=1e-6)
    assert {name: promise.service for name, promise in found.items()} == {"1": 0, "2": 0, "3": 0, "4": 1}
    assert found["1"].stock == pytest.approx(math.sqrt(2) * math.sqrt(3))
    # by hand: 1 x sqrt(2) x sqrt(3) + 2 x sqrt(2) x 1 + 3 x 1 x 1 + nothing
    assert cost == pytest.approx(math.sqrt(6) + 2 * math.sqrt(2) + 3)


def test_deviations_add_as_squares_and_count_what_goes_in():
    found = demand_deviation({"a": 3.0, "b": 2.0}, {("part", "a"): 1.0, ("part", "b"): 2.0})
    assert found["part"] == pytest.approx(5.0)


def brute(stages: dict[str, Stage], arcs: list[tuple[str, str]]) -> float:
    """Every combination of service times; inbound times are the longest service time of those before."""
    names, best = list(stages), math.inf
    horizon = sum(stage.time + stage.inbound for stage in stages.values())
    ends = {name for name in names if all(one != name for one, _ in arcs)}
    ranges = [range((stages[name].promise if stages[name].promise is not None else 0 if name in ends else horizon) + 1) for name in names]
    for services in itertools.product(*ranges):
        service, cost = dict(zip(names, services, strict=True)), 0.0
        for name in names:
            inbound = max([stages[name].inbound, *(service[one] for one, other in arcs if other == name)])
            net = inbound + stages[name].time - service[name]
            cost = math.inf if net < 0 else cost + stages[name].holding_cost * stages[name].deviation * math.sqrt(net)
            if cost >= best:
                break
        best = min(best, cost)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_no_other_promises_are_cheaper(seed):
    random = np.random.default_rng(seed)
    names = ["a", "b", "c", "d", "e"][: int(random.integers(2, 6))]
    arcs = []
    for place, name in enumerate(names[1:], start=1):
        other = names[int(random.integers(0, place))]
        arcs.append((other, name) if random.random() < 0.6 else (name, other))
    ends = {name for name in names if all(one != name for one, _ in arcs)}
    stages = {
        name: Stage(
            int(random.integers(0, 3)),
            float(random.integers(1, 6)),
            float(random.integers(1, 5)),
            inbound=int(random.integers(0, 2)) if all(other != name for _, other in arcs) else 0,
            promise=int(random.integers(0, 2)) if name in ends else None,
        )
        for name in names
    }
    cost, found = guaranteed_service(stages, arcs)
    assert cost == pytest.approx(brute(stages, arcs))
    assert sum(stages[name].holding_cost * promise.stock for name, promise in found.items()) == pytest.approx(cost)
    for one, other in arcs:
        assert found[one].service <= found[other].inbound


@pytest.mark.parametrize("arcs", [[("1", "2"), ("2", "1")], [("1", "2")], [("1", "2"), ("1", "9"), ("3", "4")]])
def test_what_is_no_tree_is_refused(arcs):
    with pytest.raises(DataError, match="no tree"):
        guaranteed_service(stages_of_the_book(), arcs)
