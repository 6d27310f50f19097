"""Cases drawn for this suite, written once more as equations for scipy, or enumerated: what their `expected.json` says is their optimum.

They hold what the textbooks' cases do not: costs that differ by month, price breaks, levels, shifts, plants that shut, backlog at the end.
"""

from itertools import product
from math import inf

import numpy as np
import pytest
from command_line import ROOT
from scipy.optimize import Bounds, LinearConstraint, milp

from sopkit.run.cases import read_case

Terms = dict[object, float]


class Equations:
    """Named variables with cost, bounds and kind; rows over their names."""

    def __init__(self):
        self.columns, self.rows = {}, []

    def var(self, name, cost=0.0, most=inf, least=0.0, whole=False):
        self.columns[name] = (cost, least, most, whole)
        return name

    def row(self, terms: Terms, least=-inf, most=inf):
        self.rows.append((terms, least, most))

    def equal(self, terms: Terms, value):
        self.row(terms, value, value)

    def least_cost(self) -> float:
        names = {name: place for place, name in enumerate(self.columns)}
        matrix = np.zeros((len(self.rows), len(names)))
        for row, (terms, _, _) in enumerate(self.rows):
            for name, value in terms.items():
                matrix[row, names[name]] += value
        cost, least, most, whole = (np.array(part, dtype=float) for part in zip(*self.columns.values(), strict=True))
        limits = LinearConstraint(matrix, [row[1] for row in self.rows], [row[2] for row in self.rows])
        found = milp(cost, integrality=whole, bounds=Bounds(least, most), constraints=limits, options={"mip_rel_gap": 0.0})
        assert found.success, found.message
        return float(found.fun)


def expected(name: str, workforce: str | None = None) -> float:
    answers = {answer.workforce: answer.objective for answer in read_case(ROOT / "tests" / "cases" / name).expected}
    return answers[workforce] if workforce else answers.popitem()[1]


def people_and_subcontractor(whole: bool) -> float:
    demand, hire, lay_off = [310, 240, 425, 533, 380, 300], [300, 300, 300, 700, 300, 300], [500, 500, 500, 500, 250, 500]
    pace, most, price = [20, 18, 20, 20, 20, 20], [60, 60, 40, 40, 80, 80], [75, 75, 95, 95, 70, 70]
    model = Equations()
    for t in range(6):
        model.var(("heads", t), 1900, least=13 if t == 5 else 0, most=15 if t == 5 else inf, whole=whole)
        model.var(("hired", t), hire[t], most=4, whole=whole)
        model.var(("laid off", t), lay_off[t], most=3, whole=whole)
        model.var(("made", t), 30)
        model.var(("overtime", t), 8 * 14 + 30)
        model.var(("outside", t), 30 + price[t], most=most[t])
        model.var(("stock", t), 3, least=50 if t == 5 else 0)
        model.var(("waits", t), 9, most=0 if t == 5 else inf)
        before = {("heads", t - 1): -1} if t else {}
        model.equal({("heads", t): 1, ("hired", t): -1, ("laid off", t): 1, **before}, 0 if t else 14)
        model.row({("made", t): 1, ("heads", t): -pace[t]}, most=0)
        model.row({("overtime", t): 8, ("heads", t): -20}, most=0)
        before = {("stock", t - 1): 1, ("waits", t - 1): -1} if t else {}
        coming = {("made", t): 1, ("overtime", t): 1, ("outside", t): 1}
        model.equal({**coming, ("stock", t): -1, ("waits", t): 1, **before}, demand[t] - (0 if t else 40))
    return model.least_cost()


@pytest.mark.parametrize("workforce", ["continuous", "integer"])
def test_people_and_subcontractor(workforce):
    assert expected("drawn_people_and_subcontractor", workforce) == pytest.approx(people_and_subcontractor(workforce == "integer"))


def setups() -> float:
    demand = {"A": [30, 0, 45, 20, 60, 25], "B": [20, 35, 15, 40, 10, 50]}
    unit, keep, setup, taking, hours = {"A": 4, "B": 3}, {"A": 1, "B": 2}, {"A": 60, "B": 80}, {"A": 12, "B": 8}, {"A": 1, "B": 1.5}
    model = Equations()
    for t in range(6):
        model.var(("overtime", t), 6, most=20)
        model.var(("fives", t), whole=True)
        for item in demand:
            model.var(("made", item, t), unit[item], most=70 if item == "A" else inf)
            model.var(("set up", item, t), setup[item], most=1, whole=True)
            model.var(("stock", item, t), keep[item])
            model.row({("made", item, t): 1, ("set up", item, t): -200}, most=0)
            before = {("stock", item, t - 1): 1} if t else {}
            model.equal({("made", item, t): 1, ("stock", item, t): -1, **before}, demand[item][t])
        model.row({("made", "A", t): 1, ("set up", "A", t): -10}, least=0)
        model.equal({("made", "A", t): 1, ("fives", t): -5}, 0)
        load = {("made", item, t): hours[item] for item in demand} | {("set up", item, t): taking[item] for item in demand}
        model.row({**load, ("overtime", t): -1}, most=100)
        model.row({("stock", item, t): 1 for item in demand}, most=55)
    return model.least_cost()


def test_setups_on_one_machine():
    assert expected("drawn_setups_on_one_machine") == pytest.approx(setups())


def test_lots_that_wait_by_enumeration():
    # the months of setups chosen, each unit comes from the lot that is cheapest for it, or from none
    demand, unit, setup = [45, 10, 60, 5, 30, 55, 15], [2, 2, 2, 3, 3, 3, 3], [70, 70, 70, 70, 90, 90, 90]

    def least(t: int, lots: list[int]) -> float:
        ways = [unit[s] + (t - s) * 1 if s <= t else unit[s] + (s - t) * 2 for s in lots]
        return min([*ways, (7 - t) * 2])

    costs = []
    for chosen in product((False, True), repeat=7):
        lots = [month for month in range(7) if chosen[month]]
        costs.append(sum(setup[s] for s in lots) + sum(demand[t] * least(t, lots) for t in range(7)))
    assert expected("drawn_lots_that_wait") == pytest.approx(min(costs))


def price_breaks() -> float:
    demand, steps = [120, 60, 180, 90, 150], [(0, 10.0), (200, 9.0), (300, 8.5)]
    model = Equations()
    for t in range(5):
        for step, (least, price) in enumerate(steps):  # X: all units at the price of the step that is reached
            most = steps[step + 1][0] if step + 1 < len(steps) else 330
            model.var(("X", step, t), price)
            model.var(("at", step, t), most=1, whole=True)
            model.row({("X", step, t): 1, ("at", step, t): -most}, most=0)
            model.row({("X", step, t): 1, ("at", step, t): -least}, least=0)
        model.row({("at", step, t): 1 for step in range(3)}, most=1)
        model.var(("Y", t), 9.2, most=180 if t >= 2 else 0)  # the first 180, then those beyond
        model.var(("Y beyond", t), 7.0, most=70 if t >= 2 else 0)
        model.var(("Y full", t), most=1, whole=True)
        model.var(("Y asked", t), most=1, whole=True)
        model.row({("Y", t): 1, ("Y full", t): -180}, least=0)
        model.row({("Y beyond", t): 1, ("Y full", t): -70}, most=0)
        model.row({("Y", t): 1, ("Y beyond", t): 1, ("Y asked", t): -100}, least=0)
        model.row({("Y", t): 1, ("Y beyond", t): 1, ("Y asked", t): -250}, most=0)
        model.var(("made", t), 5, most=160)
        model.var(("stock", t), 0.75)
        model.var(("hinges", t))
        bought = {("X", step, t): 1 for step in range(3)} | {("Y", t): 1, ("Y beyond", t): 1}
        before = {("hinges", t - 1): 1} if t else {}
        model.equal({**bought, ("made", t): -2, ("hinges", t): -1, **before}, 0 if t else -30)
        before = {("stock", t - 1): 1} if t else {}
        model.equal({("made", t): 1, ("stock", t): -1, **before}, demand[t])
    return model.least_cost()


def test_price_breaks():
    assert expected("drawn_price_breaks") == pytest.approx(price_breaks())


def assembly() -> float:
    demand = {"chair": [20, 30, 25, 40, 35], "table": [10, 5, 15, 10, 20]}
    unit, keep = {"chair": 7, "table": 11, "frame": 2}, {"chair": 3, "table": 4, "frame": 1, "wood": 0.5}
    price, there = [5, 4, 7, 6, 8], {"chair": 8, "table": 0, "frame": 6, "wood": 25}
    model = Equations()
    for t in range(5):
        for item in unit:
            model.var((item, t), unit[item])
        model.var(("wood", t), price[t], most=110)
        for item in keep:
            model.var(("stock", item, t), keep[item], most=90 if item == "wood" else inf)
        model.var(("overtime", t), 5, most=15)
        model.row({("chair", t): 1, ("table", t): 2, ("overtime", t): -1}, most=60)
        model.row({("frame", t): 1}, most=75)
    for t in range(5):
        asked = {"chair": {}, "table": {}, "frame": {}, "wood": {("frame", t): -1.8 / 0.9}}
        if t < 4:
            asked["frame"] = {("chair", t + 1): -1, ("table", t + 1): -2}  # a month ahead
        for item, used in asked.items():
            before = {("stock", item, t - 1): 1} if t else {}
            wanted = demand.get(item, [0] * 5)[t] - (0 if t else there[item])
            model.equal({(item, t): 1, ("stock", item, t): -1, **before, **used}, wanted)
    return model.least_cost()


def test_assembly():
    assert expected("drawn_assembly") == pytest.approx(assembly())


def shifts() -> float:
    demand, room = [300, 520, 700, 460, 640, 250], [660, 660, 660, 594, 660, 660]
    model = Equations()
    for t in range(6):
        model.var(("shifts", t), 900, most=3, whole=True)
        model.var(("opened", t), 400, most=3)
        model.var(("closed", t), 150)
        before = {("shifts", t - 1): -1} if t else {}
        model.equal({("shifts", t): 1, ("opened", t): -1, ("closed", t): 1, **before}, 0 if t else 1)
        model.var(("made", t), 1, most=room[t])
        model.row({("made", t): 1, ("shifts", t): -220}, most=0)
        model.var(("overtime", t), 5, most=0.1 * room[t])
        model.var(("stock", t), 2, most=260)
        before = {("stock", t - 1): 1} if t else {}
        model.equal({("made", t): 1, ("overtime", t): 1, ("stock", t): -1, **before}, demand[t] - (0 if t else 30))
    return model.least_cost()


def test_shifts():
    assert expected("drawn_shifts") == pytest.approx(shifts())


def network() -> float:
    regions = {"east": [80, 120, 60], "west": [70, 40, 150], "south": [30, 60, 50]}
    freight = {
        "P": {"east": 2, "west": 6, "south": 4},
        "Q": {"east": 5, "west": 1.5, "south": 3},
        "R": {"east": 3.5, "west": 3.5, "south": 1},
    }
    unit, room, open_cost, start, there = (
        {"P": 10, "Q": 11},
        {"P": 170, "Q": 150},
        {"P": 260, "Q": 180},
        {"P": 40, "Q": 60},
        {"P": 20, "R": 10},
    )
    model = Equations()
    for t in range(3):
        for plant in unit:
            model.var(("made", plant, t), unit[plant])
            model.var(("open", plant, t), open_cost[plant], most=1, whole=True)
            model.var(("opened", plant, t), start[plant], most=1, whole=True)
            model.var(("shut", plant, t), most=1, whole=True)
            before = {("open", plant, t - 1): -1} if t else {}
            model.equal({("open", plant, t): 1, ("opened", plant, t): -1, ("shut", plant, t): 1, **before}, 0)
            model.row({("made", plant, t): 1, ("open", plant, t): -room[plant]}, most=0)
        model.var(("P to R", t), 1, most=25)
        model.var(("Q to R", t), 0.5, most=40 if t < 2 else 0)  # a month on the way
        for site, ways in freight.items():
            model.var(("stock", site, t), 0.8)
            for region, cost in ways.items():
                model.var((site, region, t), cost)
        for region, demand in regions.items():
            model.equal({(site, region, t): 1 for site in freight}, demand[t])
    for t in range(3):
        for site in freight:
            sent = {(site, region, t): -1 for region in regions}
            made = {("made", site, t): 1} if site in unit else {}
            moved = {("P to R", t): -1} if site == "P" else {("Q to R", t): -1} if site == "Q" else {("P to R", t): 1}
            arriving = {("Q to R", t - 1): 1} if site == "R" and t else {}
            before = {("stock", site, t - 1): 1} if t else {}
            model.equal({**made, **sent, **moved, **arriving, ("stock", site, t): -1, **before}, 0 if t else -there.get(site, 0))
    return model.least_cost()


def test_network():
    assert expected("drawn_network") == pytest.approx(network())


def mix() -> float:
    """Minus the margin: gold may lie for half of the next month's demand, tin for what the next month asks for."""
    demand, price = {"gold": [30, 45, 40], "tin": [80, 60, 90]}, {"gold": 90, "tin": 40}
    unit, keep, hours = {"gold": [35] * 3, "tin": [15, 15, 45]}, {"gold": 2, "tin": 1}, [130, 120, 90]
    cover = {"gold": [22.5, 20, inf], "tin": [60, 90, inf]}
    model = Equations()
    for t in range(3):
        model.var(("overtime", t), 12, most=0.1 * hours[t])
        model.var(("outside", t), 65, most=6)
        model.row({("gold", t): 2, ("tin", t): 1, ("overtime", t): -1}, most=hours[t])
        for item in demand:
            model.var((item, t), unit[item][t])
            model.var(("sold", item, t), -price[item], most=demand[item][t])
            model.var(("stock", item, t), keep[item], most=cover[item][t])
            before = {("stock", item, t - 1): 1} if t else {}
            outside = {("outside", t): 1} if item == "gold" else {}
            model.equal({(item, t): 1, **outside, ("sold", item, t): -1, ("stock", item, t): -1, **before}, 0)
    return model.least_cost()


def test_mix():
    assert expected("drawn_mix") == pytest.approx(-mix() - 500)


def two_plants_and_a_depot() -> float:
    months, sites, regions = range(5), "PQW", "ns"
    demand = {("n", "a"): [40, 50, 80, 90, 60], ("n", "b"): [20, 20, 40, 60, 30]}
    demand |= {("s", "a"): [30, 30, 60, 70, 90], ("s", "b"): [50, 40, 30, 20, 60]}
    freight = {("P", "n"): 1, ("P", "s"): 4, ("Q", "n"): 5, ("Q", "s"): 1, ("W", "n"): 2, ("W", "s"): 2}
    unit, keep, hours, size = {"aP": 8, "bP": 12, "aQ": 9, "bQ": 12.5}, {"a": 0.5, "b": 0.7}, {"a": 1, "b": 1.5}, {"a": 1, "b": 2}
    model = Equations()
    for item, t in product("ab", months):
        for site in sites:
            model.var((item, "stock", site, t), keep[item])
            for region in regions:
                model.var((item, site, region, t), freight[site, region])
        for plant, cost, most in (("P", 0.6, 15), ("Q", 0.9, 25)):
            model.var((item, "made", plant, t), unit[item + plant])
            model.var((item, "moved", plant, t), cost, most=most if t < 4 else 0)
        for region in regions:
            wanted = demand[region, item][t]
            model.var((item, "lost", region, t), 60, most=wanted)
            model.equal({(item, site, region, t): 1 for site in sites} | {(item, "lost", region, t): 1}, wanted)
    for item, t, site in product("ab", months, sites):
        own = {(item, "made", site, t): 1, (item, "moved", site, t): -1} if site != "W" else {}
        arriving = {(item, "moved", plant, t - 1): 1 for plant in "PQ"} if site == "W" and t else {}
        before = {(item, "stock", site, t - 1): 1} if t else {}
        sent = {(item, site, region, t): -1 for region in regions}
        there = {"aP": 10, "bW": 25}.get(item + site, 0)
        model.equal({**own, **arriving, **before, **sent, (item, "stock", site, t): -1}, 0 if t else -there)
    for t in months:
        for plant, most in (("P", 120), ("Q", 60 if t == 2 else 90)):
            model.row({(item, "made", plant, t): hours[item] for item in "ab"}, most=most)
        for site, most in (("W", 60), ("P", 30)):
            model.row({(item, "stock", site, t): size[item] for item in "ab"}, most=most)
    return model.least_cost()


def test_two_plants_and_a_depot():
    assert expected("drawn_two_plants_and_a_depot") == pytest.approx(two_plants_and_a_depot())


def people_who_learn(whole: bool) -> float:
    demand, there, hours = ([400, 300, 520, 610, 480, 350], [200, 260, 240, 330, 300, 150]), (40, 10), (3.5, 2.0)
    crew, regular, extra, keep = (1, 2), (1500, 900), (150, 90), (2.5, 4.0)
    model = Equations()
    for t in range(6):
        model.var(("heads", t), 2100, whole=whole)
        model.var(("hired", t), 650, most=6, whole=whole)
        model.var(("laid off", t), 900, most=2, whole=whole)
        model.var(("temporary", t), 2900, most=3, whole=whole)
        before = {("heads", t - 1): -1} if t else {}
        model.equal({("heads", t): 1, ("hired", t): -1, ("laid off", t): 1, **before}, 0 if t else 12)
        for line in (0, 1):
            model.var(("made", line, t), 12)
            model.var(("stock", line, t), keep[line])
            model.var(("regular", line, t), most=regular[line])
            model.var(("overtime", line, t), 9, most=extra[line])
            model.equal({("made", line, t): hours[line], ("regular", line, t): -1, ("overtime", line, t): -1}, 0)
            before = {("stock", line, t - 1): 1} if t else {}
            model.equal({("made", line, t): 1, ("stock", line, t): -1, **before}, demand[line][t] - (0 if t else there[line]))
        # somebody hired gives a third of the hours in the first month and two thirds in the second
        learning = {("hired", t - age): 150 * (2 - age) / 3 for age in (0, 1) if age <= t}
        given = {("heads", t): -150, ("temporary", t): -150}
        model.row({("regular", line, t): crew[line] for line in (0, 1)} | given | learning, most=0)
        beyond = {("heads", t): -18, ("temporary", t): -18}
        model.row({("overtime", line, t): crew[line] for line in (0, 1)} | beyond, most=0)
    return model.least_cost()


@pytest.mark.parametrize("workforce", ["continuous", "integer"])
def test_people_who_learn(workforce):
    assert expected("drawn_people_who_learn", workforce) == pytest.approx(people_who_learn(workforce == "integer"))
