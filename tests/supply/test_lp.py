"""The labelled builder: textbook problems with published answers, names, re-solves, ties, errors."""

import numpy as np
import pytest

from sopkit.errors import StepError
from sopkit.supply.lp import Grid, Model, column_frame, row_frame
from sopkit.supply.optimum import Starts, one_optimum, shape_of


def aggregate_model(data: dict, *, integer: bool) -> Model:
    """Red Tomato Tools: workforce, overtime, subcontracting, backlog (Chopra & Meindl, Supply Chain Management, ch. 8)."""
    months, cost = range(len(data["demand"])), data["cost"]
    hours = data["days"] * data["hours_per_day"]
    last = np.array([*[0.0] * (len(months) - 1), data["I_end_min"]])
    model = Model()
    heads = model.variables("heads", (months,), cost=hours * cost["regular_hour"], integer=integer)
    hired = model.variables("hired", (months,), cost=cost["hire"], integer=integer)
    laid_off = model.variables("laid off", (months,), cost=cost["fire"], integer=integer)
    overtime = model.variables("overtime", (months,), cost=cost["overtime_hour"])
    made = model.variables("made", (months,), cost=cost["material"])
    bought = model.variables("subcontracted", (months,), cost=cost["subcontract"])
    stock = model.variables("stock", (months,), cost=cost["holding"], lower=last)
    backlog = model.variables("backlog", (months,), cost=cost["backlog"], upper=[*[np.inf] * (len(months) - 1), data["B_end"]])
    before = np.array([data["W0"], *[0.0] * (len(months) - 1)])
    roll = model.rows("heads", (months,), at_least=before, at_most=before)
    for block, sign in ((heads, 1), (heads.earlier(), -1), (hired, -1), (laid_off, 1)):
        model.add(roll, block, sign)
    work = model.rows("hours", (months,), at_most=0)
    for block, sign in ((made, data["labor_hours_per_unit"]), (heads, -hours), (overtime, -1)):
        model.add(work, block, sign)
    limit = model.rows("overtime", (months,), at_most=0)
    model.add(limit, overtime)
    model.add(limit, heads, -data["ot_hours_per_worker"])
    needed = np.array(data["demand"], float)
    needed[0] -= data["I0"]
    balance = model.rows("stock roll", (months,), at_least=needed, at_most=needed)
    for block, sign in ((made, 1), (bought, 1), (stock, -1), (stock.earlier(), 1), (backlog, 1), (backlog.earlier(), -1)):
        model.add(balance, block, sign)
    return model


@pytest.mark.parametrize("name", ["red_tomato_base", "red_tomato_promo_jan"])
def test_red_tomato_with_continuous_and_with_integer_workforce(planning_case, name):
    case = planning_case(name)
    assert aggregate_model(case["data"], integer=False).solver().solve().objective == pytest.approx(
        case["published"]["total_cost"], rel=1e-6
    )
    whole = aggregate_model(case["data"], integer=True).solver().solve()
    assert whole.objective == pytest.approx(case["published"]["total_cost_integer_workforce"], rel=1e-4)


def test_red_tomato_answers_are_the_books(planning_case):
    # Chopra & Meindl: 422,275 with continuous workforce (early editions), 422,660 with whole workers.
    published = planning_case("red_tomato_base")["published"]
    assert (published["total_cost"], published["total_cost_integer_workforce"]) == (422275, 422660)


def test_temporary_workers_of_taha(planning_case):
    # Taha, Operations Research, example 2.4-4: 19,500.
    case = planning_case("taha_temp_workers")
    data, months = case["data"], range(4)
    model = Model()
    temps = model.variables("temps", (months,))
    hired = model.variables("hired", (months,), cost=data["hire"])
    fired = model.variables("fired", (months,), cost=data["fire"])
    stock = model.variables("stock", (months,), cost=data["holding"])
    needed = np.array(data["demand"], float) - data["permanent"] * data["units_per_permanent"]
    balance = model.rows("units", (months,), at_least=needed, at_most=needed)
    for block, sign in ((temps, data["units_per_temp"]), (stock, -1), (stock.earlier(), 1)):
        model.add(balance, block, sign)
    roll = model.rows("temps", (months,), at_least=0, at_most=0)
    for block, sign in ((temps, 1), (temps.earlier(), -1), (hired, -1), (fired, 1)):
        model.add(roll, block, sign)
    assert model.solver().solve().objective == pytest.approx(case["published"]["total_cost"])
    assert case["published"]["total_cost"] == 19500


def test_lot_sizing_of_wagner_and_whitin(planning_case):
    # Wagner & Whitin (1958), Management Science 5(1), table 1: 864, as a mixed integer programme.
    case = planning_case("wagner_whitin_1958")
    data, months = case["data"], range(12)
    demand = np.array(data["demand"], float)
    model = Model()
    made = model.variables("made", (months,))
    setup = model.variables("setup", (months,), cost=data["setup"], upper=1, integer=True)
    stock = model.variables("stock", (months,), cost=data["holding"])
    balance = model.rows("units", (months,), at_least=demand, at_most=demand)
    for block, sign in ((made, 1), (stock, -1), (stock.earlier(), 1)):
        model.add(balance, block, sign)
    needs = model.rows("made only after a setup", (months,), at_most=0)
    model.add(needs, made)
    model.add(needs, setup, -demand[::-1].cumsum()[::-1])
    assert model.solver().solve().objective == pytest.approx(case["published"]["total_cost"], rel=1e-4)
    assert case["published"]["total_cost"] == 864


@pytest.fixture
def small() -> tuple[Model, Grid, Grid, Grid]:
    """Two months, demand 3 and 9; at most 5 made in a month at 2 each, stock costs 1, buying costs 7."""
    model = Model()
    months = ("jan", "feb")
    made = model.variables("made", (months,), cost=2, upper=5)
    stock = model.variables("stock", (months,), cost=1)
    bought = model.variables("bought", (months,), cost=7)
    roll = model.rows("roll", (months,), at_least=[3, 9], at_most=[3, 9])
    for block, sign in ((made, 1), (bought, 1), (stock, -1), (stock.earlier(), 1)):
        model.add(roll, block, sign)
    return model, made, bought, roll


def test_every_value_and_row_has_its_name(small):
    # by hand: 5 + 5 made, 2 stored, 2 bought in February: 20 + 2 + 14 = 36
    model, made, bought, roll = small
    solution = model.solver().solve()
    assert solution.objective == 36
    assert solution.values(bought).tolist() == [0, 2]
    told = column_frame(model, solution)
    assert told.loc[told["label"] == ("feb",), ["block", "value"]].to_numpy().tolist() == [["made", 5.0], ["stock", 0.0], ["bought", 2.0]]
    rows = row_frame(model, solution)
    # one more unit in February is bought: 7; in January it takes one that would have been stored: 7 - 1
    assert rows[["family", "label", "dual", "slack"]].to_numpy().tolist() == [["roll", ("jan",), 6.0, 0.0], ["roll", ("feb",), 7.0, 0.0]]
    assert solution.reduced_costs(made).tolist() == [2 - 6, 2 - 7]


def test_changes_in_place_solve_like_a_new_model(small):
    model, made, bought, roll = small
    solver = model.solver()
    solver.solve()
    basis = solver.basis()
    solver.set_bounds(made.at, 0, [5, 8])
    assert solver.solve().objective == pytest.approx(2 * 12 + 1)  # 4 + 8 made, 1 stored
    solver.set_limits(roll.at, [3, 12], [3, 12])
    assert solver.solve().objective == pytest.approx(2 * 13 + 2 + 7 * 2)  # 5 + 8 made, 2 stored, 2 bought
    solver.set_costs(bought.at, 0)
    assert solver.solve().objective == 0
    solver.set_costs(bought.at, 7)
    solver.set_limits(roll.at, [3, 9], [3, 9])
    solver.set_bounds(made.at, 0, 5)
    solver.start_from(basis)
    again = solver.solve()
    assert (again.objective, again.iterations) == (36, 0)


def test_absent_cells_are_no_terms():
    model = Model()
    made = model.variables("made", (("a", "b"), range(2)), cost=[[1], [5]], where=[[True, True], [False, True]])
    total = model.rows("total", (range(2),), at_least=[3, 4])
    model.add(total, made, row=(slice(None),))
    solution = model.solver().solve()
    assert model.width == 3
    assert solution.values(made).tolist() == [[3, 4], [0, 0]]


def test_terms_follow_a_list_of_links():
    model = Model()
    made = model.variables("made", (("a", "b"), range(2)), cost=1.0, lower=[[1], [2]])
    hours = model.variables("hours", (("line",), range(2)), cost=0.0)
    load = model.rows("load", (("line",), range(2)), at_least=0, at_most=0)
    model.add(load, made, np.array([[0.5], [3.0]]), row=(np.array([0, 0]),), of=(np.array([0, 1]),))
    model.add(load, hours, -1)
    assert model.solver().solve().values(hours).tolist() == [[6.5, 6.5]]


def test_ties_are_broken_by_the_second_cost_at_no_first_cost():
    model = Model()
    made = model.variables("made", (range(3),), cost=1.0, upper=4)
    total = model.rows("total", (("all",),), at_least=6)
    model.add(total, made, row=(np.zeros(3, dtype=int),))
    for second, expected in (([3, 2, 1], [0, 2, 4]), ([1, 2, 3], [4, 2, 0])):
        solution = one_optimum(model, np.array(second, float))
        assert solution.objective == 6
        assert solution.values(made).tolist() == expected


def test_limits_that_contradict_each_other_are_told_in_words():
    model = Model()
    made = model.variables("made", (range(1),), upper=1)
    model.add(model.rows("demand", (range(1),), at_least=2), made)
    with pytest.raises(StepError, match="the limits contradict each other"):
        model.solver().solve()


def test_a_cost_of_the_wrong_sign_is_told_in_words():
    model = Model()
    model.variables("made", (range(1),), cost=-1.0)
    with pytest.raises(StepError, match="wrong sign"):
        model.solver().solve()


def two_ways(cheap: float, dear: float) -> Model:
    """Ten units, made by `a` (at most 8) or `b`."""
    model = Model()
    made = model.variables("made", (("a", "b"),), cost=[cheap, dear], upper=[8, np.inf])
    model.add(model.rows("need", (("all",),), at_least=10), made, row=([0, 0],))
    return model


def test_a_start_is_used_only_where_the_optimum_is_proven_to_be_the_only_one():
    starts = Starts()
    first = one_optimum(two_ways(1, 2), np.array([0.0, 0.0]), starts)
    assert (first.column_value.tolist(), list(starts.bases)) == ([8, 2], [shape_of(two_ways(1, 2))])
    swapped = one_optimum(two_ways(2, 1), np.array([0.0, 0.0]), starts)
    assert swapped.column_value.tolist() == [0, 10]
    tied, preferring = (one_optimum(two_ways(1, 1), np.array(second), starts) for second in ([0.0, 0.0], [0.0, 1.0]))
    assert tied.column_value.tolist() == one_optimum(two_ways(1, 1), np.array([0.0, 0.0])).column_value.tolist()
    assert preferring.column_value.tolist() == [8, 2]


def test_an_optimum_with_others_beside_it_is_not_proven():
    for costs, only in (((1, 2), True), ((1, 1), False)):
        solver = two_ways(*costs).solver()
        assert solver.is_only_optimum(solver.solve()) is only


def test_models_of_another_shape_do_not_share_a_start():
    narrow = Model()
    narrow.variables("made", (("a",),), cost=[1.0])
    assert shape_of(narrow) != shape_of(two_ways(1, 2)) == shape_of(two_ways(3, 4))


def test_where_the_solver_fails_another_way_is_taken_and_told():
    model = two_ways(1, 2)
    solver = model.solver()
    solver._highs.setOptionValue("simplex_iteration_limit", 0)  # the usual way may not take a step
    found = solver.solve()
    assert found.objective == 8 + 2 * 2
    assert found.fallback == "presolve on, solver hipo"
    assert model.solver().solve().fallback == ""


def knapsack() -> Model:
    """Take of three things whose worth is 6, 5, 4 and whose weight is 5, 4, 3 as much as weighs 7: the last two, worth 9."""
    model = Model()
    taken = model.variables("taken", (range(3),), cost=[-6.0, -5.0, -4.0], upper=1, integer=True)
    model.add(model.rows("weight", (("all",),), at_most=7.0), taken, [5.0, 4.0, 3.0], row=(np.zeros(3, dtype=int),))
    return model


def test_whole_numbers_are_whole_with_their_gap_and_can_be_solved_again():
    solver = knapsack().solver()
    found = solver.solve()
    assert (found.objective, found.column_value.tolist(), found.gap_share) == (-9, [0, 1, 1], 0)
    solver.set_bounds(np.array([2]), 0, 0)
    assert solver.solve().objective == -6
    solver.set_bounds(np.array([2]), 0, 1)
    assert solver.solve().objective == -9


def test_the_optimum_of_whole_numbers_holds_them_while_ties_are_broken():
    found = one_optimum(knapsack(), np.array([0.0, 1.0, 1.0]), Starts())
    assert (found.objective, found.column_value.tolist()) == (-9, [0, 1, 1])


def test_later_is_the_other_way_of_earlier():
    model = Model()
    made = model.variables("made", (("a",), range(3)))
    assert made.later(1).at.tolist() == [[1, 2, -1]]
    assert made.later(0).at.tolist() == made.at.tolist()
    assert made.later(2).earlier(2).at.tolist() == [[-1, -1, 2]]


def test_ties_are_broken_at_no_cost_where_a_whole_number_has_a_price_and_no_upper_bound():
    # 2 people at 5 make 8 units at 1, the ninth costs 3, the tenth 4: a third person would cost more than he saves, a fifth of one less
    model = Model()
    people = model.variables("people", (["p"],), cost=5.0, integer=True)
    made = model.variables("made", (["manned", "dear", "dearest"],), cost=[1.0, 3.0, 4.0], upper=[np.inf, 1.0, np.inf])
    needed = model.rows("needed", (["all"],), at_least=9.5)
    model.add(needed, made, row=([0],))
    manned = model.rows("manned", (["all"],), at_most=0.0)
    model.add(manned, made, row=([0],), of=([0],))
    model.add(manned, people, -4.0)
    found = one_optimum(model, np.array([0.0, 1.0, 1.0, 0.0]))
    assert found.objective == pytest.approx(23)
    assert found.column_value.round(6).tolist() == [2, 8, 1, 0.5]


def test_numbers_that_the_solver_refuses_are_no_silent_no():
    model = Model()
    made = model.variables("made", (["a"],), cost=1.0)
    solver = model.solver()
    with pytest.raises(StepError, match="HiGHS refuses the bounds"):
        solver.set_bounds(made.at, np.inf, np.inf)
