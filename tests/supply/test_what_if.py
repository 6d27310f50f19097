"""Variants in place, parts of a model, the ways of solving: the same optimum whichever way it is found."""

from dataclasses import replace

import numpy as np
import pytest

from sopkit.supply import solver as solving
from sopkit.supply.lp import Model
from sopkit.supply.parts import parts_of, solved_in_parts
from sopkit.supply.solver import Solver, Work
from sopkit.supply.what_if import OTHER_MODEL, WhatIfs, solved_variants


def stores(demand: list[list[float]], *, capacity: float = 10.0, keep: float = 1.0, joined: bool = True) -> Model:
    """Two goods, made at 3 and 4, kept at 1; `joined` by a capacity of both, else each has its own."""
    goods, months = ("a", "b"), range(len(demand[0]))
    lp = Model()
    made = lp.variables("made", (goods, months), cost=np.array([[3.0], [4.0]]))
    stock = lp.variables("stock", (goods, months), cost=keep)
    lost = lp.variables("lost", (goods, months), cost=20.0)
    roll = lp.rows("roll", (goods, months), at_least=demand, at_most=demand)
    for block, sign in ((made, 1.0), (stock.earlier(), 1.0), (stock, -1.0), (lost, 1.0)):
        lp.add(roll, block, sign)
    if joined:
        hours = lp.rows("hours", (("line",), months), at_most=capacity)
        lp.add(hours, made, row=(np.zeros(2, dtype=int),))
    else:
        lp.add(lp.rows("hours", (goods, months), at_most=capacity), made)
    return lp


BASE = [[4.0, 9.0, 5.0], [3.0, 4.0, 2.0]]
CHANGES = {
    "demand": stores([[4.0, 12.0, 5.0], [3.0, 4.0, 6.0]]),
    "capacity": stores(BASE, capacity=7.0),
    "cost": stores(BASE, keep=2.5),
}


@pytest.mark.parametrize("variant", CHANGES.values(), ids=CHANGES)
def test_a_variant_in_place_costs_what_it_costs_from_nothing(variant):
    what_ifs = WhatIfs(stores(BASE).arrays())
    found = what_ifs.solve(variant.arrays()).solution
    assert found.objective == pytest.approx(variant.solver().solve().objective, rel=1e-12)
    assert found.fallback == ""


def test_variants_do_not_depend_on_those_before_them():
    base = stores(BASE).arrays()
    variants = [variant.arrays() for variant in CHANGES.values()]
    forward = [each.solution.objective for each in solved_variants(base, variants)]
    backward = [each.solution.objective for each in solved_variants(base, variants[::-1])][::-1]
    assert forward == pytest.approx(backward, rel=1e-12)
    again = WhatIfs(base)
    assert again.solve(variants[0]).solution.objective != again.solve(base).solution.objective
    assert again.solve(base).solution.objective == pytest.approx(again.solution.objective, rel=1e-12)


def test_processes_give_the_same_answers_in_the_same_order():
    base, variants = stores(BASE).arrays(), [variant.arrays() for variant in CHANGES.values()]
    alone = [each.solution.objective for each in solved_variants(base, variants)]
    together = [each.solution.objective for each in solved_variants(base, variants, processes=2)]
    assert together == alone


def test_another_model_is_solved_from_nothing_and_that_is_said():
    what_ifs = WhatIfs(stores(BASE).arrays())
    other = stores(BASE, joined=False)
    found = what_ifs.solve(other.arrays()).solution
    assert found.fallback == OTHER_MODEL
    assert found.objective == pytest.approx(other.solver().solve().objective)


def test_a_variant_that_takes_too_much_work_is_solved_from_nothing_and_that_is_said():
    base, variant = stores(BASE), stores([[9.0, 9.0, 9.0], [9.0, 9.0, 9.0]])
    solver = Solver(base.arrays(), Work(most_iterations=0))
    solver.solve()
    basis = solver.basis()
    solver.become(variant.arrays())
    solver.start_from(basis)
    found = solver.solve()
    assert found.fallback.startswith("more than 0 iterations from where it stood")
    assert found.objective == pytest.approx(variant.solver().solve().objective)


def test_a_large_model_is_solved_by_an_interior_point_method_to_the_same_vertex(monkeypatch):
    plain = stores(BASE).solver().solve()
    monkeypatch.setattr(solving, "LARGE", 1)
    large = stores(BASE).solver().solve()
    assert large.objective == pytest.approx(plain.objective, rel=1e-9)
    assert large.fallback == ""


def test_each_way_is_tried_until_one_ends(monkeypatch):
    solver = stores(BASE).solver()
    tried = []

    def fails_twice(options):
        tried.append(options["solver"])
        return Solver._ends(solver, options) and len(tried) > 2

    monkeypatch.setattr(solver, "_ends", fails_twice)
    found = solver.solve()
    assert tried == ["simplex", "hipo", "ipx"]
    assert found.fallback == "presolve on, solver ipx"


def test_what_shares_nothing_is_solved_apart_and_is_the_plan_of_the_whole():
    whole = stores(BASE, joined=False, capacity=5.0)
    arrays = whole.arrays()
    parts = parts_of(arrays, least=1)
    assert len(parts) == 2
    assert len(parts_of(stores(BASE).arrays(), least=1)) == len(parts_of(arrays)) == 1  # too small to be worth it
    together, (apart, basis) = whole.solver().solve(), solved_in_parts(replace(arrays, offset=7.0), np.zeros(0), parts)
    assert apart.objective == pytest.approx(together.objective + 7.0, rel=1e-12)
    assert arrays.cost @ apart.column_value == pytest.approx(together.objective)
    assert np.abs(apart.row_dual - together.row_dual).max() == pytest.approx(0)
    solver = whole.solver()
    solver.start_from(basis)
    assert solver.solve().iterations == 0  # where the parts end, the whole ends
    second = np.arange(len(arrays.cost), dtype=float)
    tied, _ = solved_in_parts(arrays, second, parts)
    assert tied.column_value == pytest.approx(solved_in_parts(arrays, second, parts_of(arrays))[0].column_value)


def test_columns_without_a_row_stand_at_their_better_bound():
    lp = stores(BASE, joined=False)
    lp.variables("free", (("x", "y"),), cost=[1.0, -1.0], lower=2.0, upper=5.0)
    arrays = lp.arrays()
    assert solved_in_parts(arrays, np.zeros(0), parts_of(arrays, least=1))[0].objective == pytest.approx(lp.solver().solve().objective)
