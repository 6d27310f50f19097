"""Where safety stock should stand in a network: guaranteed service times on a tree.

Each stage promises the next one its goods within a service time S, gets its own within SI and takes T: its stock must cover the net time
SI + T - S, at z sigma sqrt(SI + T - S) units. The least cost over all promises is found by dynamic programming on the tree.
Source: S. Graves and S. Willems, Manufacturing & Service Operations Management 2 (2000), 68-83; Snyder and Shen, Fundamentals of
Supply Chain Theory, 2nd edition, 6.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sopkit.errors import DataError, Problem

Numbers = NDArray[np.float64]
Arc = tuple[str, str]  # from a stage to the next


@dataclass(frozen=True)
class Stage:
    """One stage: what it takes, what a unit costs there, how uncertain its demand is, and what customers are promised."""

    time: int  # T, periods
    holding_cost: float  # h, money per unit and unit of time
    deviation: float  # z sigma of its demand per period, units: z comes in with it
    inbound: int = 0  # periods until its own goods come, where no stage stands before it
    promise: int | None = None  # most periods that its customers wait; None = stages behind it ask


@dataclass(frozen=True)
class Promise:
    """What the optimum says of a stage, in periods; stock in units."""

    inbound: int  # SI
    service: int  # S
    net: int  # SI + T - S
    stock: float  # deviation x sqrt(net)


def demand_deviation(deviation: Mapping[str, float], arcs: Mapping[Arc, float]) -> dict[str, float]:
    """Deviation of each stage's demand from that of its customers': the root of the sum of squares, each times the units that go in.

    Demands of different customers are taken as independent.

    Args:
        deviation: of the stages that customers buy from, units per period.
        arcs: (stage, next stage): units of the first in one of the second.
    """
    found: dict[str, float] = {}

    def of(stage: str) -> float:
        if stage not in found:
            behind = sum((units * of(after)) ** 2 for (before, after), units in arcs.items() if before == stage)
            found[stage] = float(np.sqrt(deviation.get(stage, 0.0) ** 2 + behind))
        return found[stage]

    for stage in {*deviation, *(name for arc in arcs for name in arc)}:
        of(stage)
    return found


def guaranteed_service(stages: Mapping[str, Stage], arcs: Sequence[Arc]) -> tuple[float, dict[str, Promise]]:
    """The cheapest promises on a tree: cost per unit of time, and what each stage promises.

    Snyder and Shen, example 6.5: stages 1 -> 3 -> 2, 4 with times 2, 1, 1, 1 and holding costs 1, 2, 3, 3 cost 8.277917.

    Args:
        stages: by name.
        arcs: stage and next stage; together a tree, in whichever direction.

    Returns:
        Cost, and the promise of each stage.

    Raises:
        DataError: stages and arcs are no tree.
    """
    order, parent = _leaves_first(stages, arcs)
    before = {name: [one for one, other in arcs if other == name] for name in stages}
    longest = _replenishment_times(stages, before)
    horizon = max(longest.values()) + 1
    cost: dict[str, Numbers] = {}
    chosen: dict[str, NDArray[np.int64]] = {}
    for name in order:
        table = _stage_costs(stages[name], horizon, longest[name], ends=all(one != name for one, _ in arcs))
        for child in (other for other in stages if parent.get(other) == name):
            table = table + (_at_most(cost[child])[:, None] if (child, name) in arcs else _at_least(cost[child])[None, :])
        up = parent.get(name)
        axis = 1 if up is None or (up, name) in arcs else 0  # towards a supplier it is asked by inbound time, else by service time
        cost[name], chosen[name] = table.min(axis=axis), table.argmin(axis=axis)
        if up is None:
            root = int(cost[name].argmin())
            best = (float(cost[name][root]), (root, int(chosen[name][root])))
    found = {order[-1]: best[1]}
    for name in reversed(order[:-1]):
        found[name] = _traced(name, parent[name], found, arcs, cost[name], chosen[name])
    promises = {}
    for name, (inbound, service) in found.items():
        net = inbound + stages[name].time - service
        promises[name] = Promise(inbound, service, net, stages[name].deviation * float(np.sqrt(net)))
    return best[0], {name: promises[name] for name in stages}


def _traced(
    name: str, parent: str, found: dict[str, tuple[int, int]], arcs: Sequence[Arc], cost: Numbers, chosen: NDArray[np.int64]
) -> tuple[int, int]:
    """Inbound and service time of a stage, once those of its parent in the tree are known."""
    if (name, parent) in arcs:  # it supplies the parent: its service time is at most the parent's inbound time
        service = int(cost[: found[parent][0] + 1].argmin())
        return int(chosen[service]), service
    inbound = found[parent][1] + int(cost[found[parent][1] :].argmin())
    return inbound, int(chosen[inbound])


def _stage_costs(stage: Stage, horizon: int, longest: int, *, ends: bool) -> Numbers:
    """Cost by inbound time (rows) and service time (columns); infinite where a promise is not possible."""
    inbound, service = np.arange(horizon)[:, None], np.arange(horizon)[None, :]
    net = inbound + stage.time - service
    most = stage.promise if stage.promise is not None else (0 if ends else horizon)
    allowed = (net >= 0) & (service <= most) & (inbound >= stage.inbound) & (inbound + stage.time <= longest)
    return np.where(allowed, stage.holding_cost * stage.deviation * np.sqrt(np.maximum(net, 0)), np.inf)


def _at_most(cost: Numbers) -> Numbers:
    """Least cost of a supplier whose service time is at most each inbound time."""
    return np.minimum.accumulate(cost)


def _at_least(cost: Numbers) -> Numbers:
    """Least cost of a customer whose inbound time is at least each service time."""
    return np.minimum.accumulate(cost[::-1])[::-1]


def _replenishment_times(stages: Mapping[str, Stage], before: Mapping[str, list[str]]) -> dict[str, int]:
    """Longest time of each stage: its own and the longest of those before it."""
    found: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in found:
            found[name] = stages[name].time + max([stages[name].inbound, *(of(one) for one in before[name])])
        return found[name]

    for name in stages:
        of(name)
    return found


def _leaves_first(stages: Mapping[str, Stage], arcs: Sequence[Arc]) -> tuple[list[str], dict[str, str]]:
    """Stages so that each has one neighbour at most behind it in the list, and that neighbour."""
    unknown = sorted({name for arc in arcs for name in arc} - set(stages))
    neighbours: dict[str, list[str]] = {name: [] for name in stages}
    for one, other in arcs:
        if not unknown:
            neighbours[one].append(other)
            neighbours[other].append(one)
    root = next(iter(stages), "")
    order, parent, reached = [root], {}, {root}
    for name in order:
        for other in neighbours.get(name, []):
            if other not in reached:
                reached.add(other)
                parent[other] = name
                order.append(other)
    if unknown or len(order) != len(stages) or len(arcs) != len(stages) - 1:
        came = f"{len(stages)} stages, {len(arcs)} arcs" + (f", unknown {', '.join(unknown)}" if unknown else "")
        raise DataError("the network is no tree", [Problem("network", came, "one way between any two stages, one arc less than stages")])
    return order[::-1], parent
