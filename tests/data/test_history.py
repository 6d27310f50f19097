"""History that can be planned on: stock-outs, un-censored demand, outliers, breaks, classes, working days, adjustments."""

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.history import (
    AdjustmentInputs,
    StockOutInputs,
    adjustment_checks,
    history_adjustments,
    item_classes,
    stock_outs,
    uncensored_history,
    working_day_effects,
)
from sopkit.data.history.breaks import structural_breaks, sup_f
from sopkit.data.history.classes import abc, interval, pattern, variation, xyz
from sopkit.data.history.daily import by_day, day_weights, days_between, stock_by_day
from sopkit.data.history.outliers import outliers, robust_scores
from sopkit.data.history.quarters import fiscal_quarter, quarterly_history
from sopkit.data.history.uncensoring import Family, demand_by_family, estimated_hidden
from sopkit.periods import first_day, period_range

MONTHS = period_range("2023-01", 36)
CUTOFF = MONTHS[-1]
OUT = "2025-06"


def table(name: str, rows: list[dict]) -> pd.DataFrame:
    """A table as its contract promises it."""
    return conform(pd.DataFrame(rows), CONTRACTS[name])


def steady_company(hidden_from: int | None = 11) -> dict[str, pd.DataFrame]:
    """Three grills of 40, 20 and 10 units each working day of 36 months; G2 is out of stock from a day of June 2025 to its end."""
    items = [{"item": item, "item_name": item, "family": "Grills", "supply_strategy": "stock"} for item in ("G1", "G2", "G3")]
    orders, stock = [], []
    for period in MONTHS:
        days = [day for day in pd.date_range(first_day(period), periods=31) if f"{day:%Y-%m}" == period and day.weekday() < 5]
        for item, units in (("G1", 40.0), ("G2", 20.0), ("G3", 10.0)):
            out = period == OUT and item == "G2" and hidden_from is not None
            for day in days:
                if not (out and day.day >= hidden_from):
                    number = f"{item}-{day:%Y%m%d}"
                    orders.append(
                        {"order": number, "line": "1", "item": item, "region": "SE", "channel": "retail", "customer": "K"}
                        | {"order_date": day, "requested_date": day, "ship_date": day, "quantity": units, "shipped_quantity": units}
                    )
            empty_shelf = item == "G2" and period == "2025-05" and hidden_from is not None
            left = 20.0 * sum(1 for day in pd.date_range("2025-06-01", "2025-06-30") if day.weekday() < 5 and day.day < (hidden_from or 99))
            stock.append({"item": item, "period": period, "quantity": left if empty_shelf else 0.0 if out else 5_000.0})
    orders_frame = table("orders", orders)
    history = orders_frame.assign(period=orders_frame["requested_date"].dt.strftime("%Y-%m"))
    history = history.groupby(["item", "region", "channel", "period"])["quantity"].sum().reset_index()
    history = history.assign(sold_quantity=history["quantity"], revenue=history["quantity"], cost=0.0, source="orders")
    return {
        "items": table("items", items),
        "orders": orders_frame,
        "inventory": table("inventory", stock),
        "demand_history": conform(history, CONTRACTS["demand_history"]),
        "sales_history": empty(CONTRACTS["sales_history"]),
        "production_history": empty(CONTRACTS["production_history"]),
    }


def test_an_empty_shelf_with_silent_orders_is_uncensored_to_the_unit() -> None:
    tables = steady_company()
    found = stock_outs(StockOutInputs.of(tables), cutoff=CUTOFF)
    row = found.iloc[0]
    assert len(found) == 1 and (row["item"], row["period"], row["outcome"]) == ("G2", OUT, "uncensored")
    # of 21 working days in June 2025 seven are before the 11th: 14 silent ones of 20 units
    assert row["recorded_quantity"] == 7 * 20
    assert row["hidden_quantity"] == pytest.approx(14 * 20, rel=1e-3)
    assert f"{row['first_day']:%Y-%m-%d}" == "2025-06-11"
    history = uncensored_history(tables["demand_history"], found)
    changed = history[history["uncensored_quantity"] != history["quantity"]]
    assert changed[["item", "period"]].to_numpy().tolist() == [["G2", OUT]]
    assert changed["uncensored_quantity"].iloc[0] == pytest.approx(21 * 20, rel=1e-3)
    assert changed["quantity"].iloc[0] == 7 * 20


def test_an_empty_shelf_while_orders_keep_coming_hides_nothing() -> None:
    tables = steady_company()
    asked = steady_company(None)  # the customers order all the same
    tables |= {"orders": asked["orders"].assign(ship_date=asked["orders"]["ship_date"]), "demand_history": asked["demand_history"]}
    found = stock_outs(StockOutInputs.of(tables), cutoff=CUTOFF)
    assert "uncensored" not in set(found["outcome"])


def test_silence_with_stock_on_the_shelf_is_no_stock_out() -> None:
    tables = steady_company()
    full = tables["inventory"].assign(quantity=5_000.0)
    assert stock_outs(StockOutInputs.of(tables | {"inventory": full}), cutoff=CUTOFF).empty
    assert stock_outs(StockOutInputs.of(tables | {"inventory": full.iloc[:0]}), cutoff=CUTOFF).empty


def test_stock_by_day_counts_forward_and_backward_and_takes_off_what_is_promised() -> None:
    days = days_between("2025-01", "2025-01")
    inventory = table("inventory", [{"item": "A", "period": "2024-12", "quantity": 10}, {"item": "A", "period": "2025-01", "quantity": 4}])
    lines = pd.DataFrame({"item": "A", "quantity": [6.0, 3.0], "date": pd.to_datetime(["2025-01-05", "2025-01-10"])})
    lines = lines.assign(ship_date=pd.to_datetime(["2025-01-05", "2025-01-20"]))
    receipts = pd.DataFrame({"item": ["A"], "date": pd.to_datetime(["2025-01-15"]), "quantity": [3.0]})
    stock = stock_by_day(["A"], inventory, receipts, lines, days)[0]
    assert stock[:4].tolist() == [10.0] * 4  # nothing asked for yet
    assert stock[4] == 10.0  # what was there for the six asked for on the fifth
    assert stock[5:9].tolist() == [4.0] * 4
    assert stock[10:14].tolist() == [1.0] * 4  # four on the shelf, three of them promised
    assert stock[14] == 1.0 and stock[15] == 4.0  # what comes on the fifteenth can be sold from the sixteenth
    assert stock[30] == 4.0


def test_stock_by_day_against_a_plain_loop() -> None:
    random = np.random.default_rng(7)
    days = days_between("2025-01", "2025-03")
    start = pd.Timestamp("2025-01-01")
    date = start + pd.to_timedelta(random.integers(0, 85, 60), unit="D")
    lines = pd.DataFrame({"item": "A", "quantity": random.integers(1, 9, 60).astype(float), "date": date})
    lines = lines.assign(ship_date=lines["date"] + pd.to_timedelta(random.integers(0, 6, 60), unit="D"))
    receipts = pd.DataFrame({"item": "A", "date": start + pd.to_timedelta(random.integers(0, 90, 9), unit="D"), "quantity": 30.0})
    on_hand, level, ends = 40.0, [], {"2024-12": 40.0}
    for place in range(days.count):
        day = start + pd.Timedelta(days=place)
        promised = lines.loc[(lines["date"] < day) & (lines["ship_date"] >= day), "quantity"].sum()
        level.append(on_hand - promised)
        on_hand += receipts.loc[receipts["date"] == day, "quantity"].sum() - lines.loc[lines["ship_date"] == day, "quantity"].sum()
        ends[f"{day:%Y-%m}"] = on_hand
    inventory = table("inventory", [{"item": "A", "period": period, "quantity": units} for period, units in ends.items()])
    assert stock_by_day(["A"], inventory, receipts, lines, days)[0] == pytest.approx(level)


def test_days_off_weigh_nothing_and_a_month_weighs_one() -> None:
    days = days_between("2025-01", "2025-02")
    working = [day for day in pd.date_range("2025-01-01", "2025-02-28") if day.weekday() < 5 and f"{day:%m-%d}" != "01-06"]
    lines = pd.DataFrame({"item": "A", "date": working, "quantity": 2.0})
    weights = day_weights(lines, days)
    assert weights[5] == 0 and weights[3] == 0  # the sixth of January is a red day, the fourth a Saturday
    assert days.sums(weights) == pytest.approx([1.0, 1.0])
    assert weights[0] == pytest.approx(1 / 22)


def test_by_day_leaves_out_other_items_and_days() -> None:
    days = days_between("2025-01", "2025-01")
    dates = pd.Series(pd.to_datetime(["2025-01-02", "2025-01-02", "2025-02-01", None]))
    got = by_day(["A"], pd.Series(["A", "A", "A", "A"]), dates, pd.Series([1.0, 2.0, 4.0, 8.0]), days)
    assert got[0, 1] == 3.0 and got.sum() == 3.0


def test_demand_by_family_against_a_plain_loop() -> None:
    random = np.random.default_rng(3)
    level, season = np.array([50.0, 20.0, 10.0]), 1 + 0.5 * np.sin(np.arange(36))
    monthly = level[:, None] * season * random.uniform(0.9, 1.1, (3, 36))
    known = np.ones(monthly.shape, bool)
    known[1, 20] = False
    factor = [monthly[known[:, t], t].sum() / known[:, t].sum() for t in range(36)]
    for _ in range(4):
        near = [[u for u in range(36) if u != t and abs(u - t) <= 12] for t in range(36)]
        fitted = [
            [sum(monthly[i, u] * known[i, u] for u in near[t]) / sum(factor[u] * known[i, u] for u in near[t]) for t in range(36)]
            for i in range(3)
        ]
        factor = [sum(monthly[i, t] * known[i, t] for i in range(3)) / sum(fitted[i][t] * known[i, t] for i in range(3)) for t in range(36)]
    others = (0, 2)
    expected = fitted[1][20] * sum(monthly[j, 20] for j in others) / sum(fitted[j][20] for j in others)
    assert demand_by_family(monthly, known)[1, 20] == pytest.approx(expected)
    assert expected == pytest.approx(20 * season[20], rel=0.1)


def test_the_estimate_weighs_the_month_itself_and_the_family_by_what_they_were_off_by() -> None:
    """Two items; the second follows no family, so that its own open days are the better guide: the weight goes to them."""
    random = np.random.default_rng(5)
    starts = np.arange(0, 37 * 30, 30)
    size = np.stack([np.full(36, 300.0), 300.0 * np.exp(random.normal(0, 0.5, 36))])
    daily = np.repeat(size / 30, 30, axis=1)
    weights = np.full(36 * 30, 1 / 30)
    censored = np.zeros((2, 36), bool)
    censored[1, 30] = True
    recorded = daily.copy()
    recorded[1, 30 * 30 + 10 : 31 * 30] = 0.0
    monthly = np.add.reduceat(recorded, starts[:-1], axis=1)
    window = np.arange(30) >= 10
    estimate = estimated_hidden(Family(monthly, recorded, weights, starts, censored), 1, 30, window)
    assert estimate.hidden == pytest.approx(size[1, 30] * 20 / 30, rel=0.05)
    assert estimate.how.startswith("100%") or estimate.how.startswith("9")


def test_outliers_are_flagged_against_the_family_and_single_units_are_not() -> None:
    season = 100 * (1.5 + np.sin(np.arange(36) / 12 * 2 * np.pi))
    random = np.random.default_rng(11)
    rows = []
    for item, share in (("A", 1.0), ("B", 0.5), ("C", 0.02)):
        values = np.round(season * share * np.exp(random.normal(0, 0.05, 36)))
        if item == "B":
            values[30] *= 4  # a project order
        rows += [history_row(item, period, value) for period, value in zip(MONTHS, values, strict=True)]
    history = table("demand_history", rows).assign(uncensored_quantity=np.nan)
    items = table("items", [{"item": item, "item_name": item, "family": "F", "supply_strategy": "stock"} for item in "ABC"])
    found = outliers(history, items)
    assert found[["item", "period"]].to_numpy().tolist() == [["B", MONTHS[30]]]
    assert found["usual_quantity"].iloc[0] == pytest.approx(history.loc[(history["item"] == "B"), "quantity"].iloc[30] / 4, rel=0.25)


def history_row(item: str, period: str, quantity: float, channel: str = "retail") -> dict:
    """A month of one series."""
    money = {"sold_quantity": quantity, "revenue": quantity * 10, "cost": 0.0, "source": "sales"}
    return {"item": item, "region": "SE", "channel": channel, "period": period, "quantity": quantity} | money


def test_robust_scores_by_hand() -> None:
    usual = np.full((1, 12), 100.0)
    values = 100.0 * np.exp(np.array([[0.0, 0.1, -0.1, 0.2, -0.2, 0.1, -0.1, 0.0, 0.1, -0.1, 0.0, 1.0]]))
    scores = robust_scores(values, usual)
    # without the first month: median 0, absolute deviations 0 0 .1 .1 .1 .1 .1 .1 .2 .2 1 -> median .1
    assert scores[0, 11] == pytest.approx(0.6745 * 1.0 / 0.1)
    assert np.isnan(robust_scores(values[:, :6], usual[:, :6])).all()


def test_a_step_is_found_in_its_month_and_noise_has_none() -> None:
    random = np.random.default_rng(2)
    noise = random.normal(0, 0.05, 48)
    step = 3 + 0.3 * np.sin(np.arange(48) / 12 * 2 * np.pi) + noise
    step[20:] += np.log(2)
    place, factor, statistic = sup_f(step, 0)
    assert place == 20 and factor == pytest.approx(2, rel=0.1) and statistic > 100
    assert sup_f(3 + 0.01 * np.arange(48) + noise, 0)[2] < 12.16


def test_sup_f_against_least_squares_of_the_whole_model() -> None:
    random = np.random.default_rng(4)
    values = 2 + 0.02 * np.arange(40) + random.normal(0, 0.1, 40) + np.where(np.arange(40) >= 25, 0.4, 0)
    place, factor, _ = sup_f(values, 0)
    squares = {}
    for at in range(6, 35):
        model = np.column_stack([np.ones(40), np.arange(40), np.arange(40) >= at])
        fit, *_ = np.linalg.lstsq(model, values, rcond=None)
        squares[at] = (float(((values - model @ fit) ** 2).sum()), float(np.exp(fit[2])))
    best = min(squares, key=lambda at: squares[at][0])
    assert (place, factor) == (best, pytest.approx(squares[best][1]))


def test_a_break_says_what_moved() -> None:
    rows = [history_row("A", period, 100.0 + number % 3) for number, period in enumerate(MONTHS)]
    rows += [history_row("B", period, 300.0 + number % 5) for number, period in enumerate(MONTHS) if number >= 20]
    history = table("demand_history", rows).assign(uncensored_quantity=np.nan)
    items = table("items", [{"item": item, "item_name": item, "family": "F", "supply_strategy": "stock"} for item in "AB"])
    found = structural_breaks(history, items)
    company = found[(found["family"] == "*") & (found["channel"] == "*")].iloc[0]
    assert company["period"] == MONTHS[20] and company["factor"] == pytest.approx(4, rel=0.05)
    assert "1 items sold before, 2 after" in company["why"] and f"1 that began (the first in {MONTHS[20]}): +1,810 units" in company["why"]


def test_abc_and_the_demand_patterns_by_hand() -> None:
    assert abc(np.array([50.0, 30.0, 15.0, 5.0, 0.0])).tolist() == ["A", "A", "B", "C", "C"]
    assert abc(np.array([100.0])).tolist() == ["A"]
    assert variation(np.array([2.0, 4.0, 6.0])) == pytest.approx(0.5)
    assert interval(np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])) == 3.0
    assert [xyz(value) for value in (0.5, 1.0, 1.01, np.nan)] == ["X", "Y", "Z", "-"]
    assert [pattern(*cell) for cell in ((1.0, 0.1), (1.0, 0.5), (2.0, 0.1), (2.0, 0.5), (np.nan, np.nan))] == [
        "smooth",
        "erratic",
        "intermittent",
        "lumpy",
        "none",
    ]


def test_the_life_of_items() -> None:
    rows = [history_row("old", period, 10.0) for period in MONTHS]
    rows += [history_row("new", period, 10.0) for period in MONTHS[-5:]]
    rows += [history_row("gone", period, 10.0 if number < 20 else 0.0) for number, period in enumerate(MONTHS)]
    rows += [history_row("out", period, 10.0) for period in MONTHS]
    history = table("demand_history", rows).assign(uncensored_quantity=np.nan)
    names = ("old", "new", "gone", "out", "coming")
    items = table("items", [{"item": item, "item_name": item, "family": "F", "supply_strategy": "stock"} for item in names])
    events = [{"item": "out", "event": "phase_out", "period": "2026-06"}, {"item": "coming", "event": "launch", "period": "2026-05"}]
    classes = item_classes(history, items, table("lifecycle", events), cutoff=CUTOFF).set_index("item")
    assert classes["life"].to_dict() == {"old": "running", "new": "launch", "gone": "ended", "out": "leaving", "coming": "launch"}
    assert classes.loc["gone", "last_period"] == MONTHS[19] and classes.loc["coming", "first_period"] == "2026-05"


def test_demand_follows_working_days_only_where_it_does() -> None:
    days = pd.DataFrame({"period": MONTHS, "working_days": [20 + (number * 7) % 5 for number in range(36)]}).astype({"working_days": float})
    random = np.random.default_rng(8)
    noise = np.exp(random.normal(0, 0.01, (2, 36)))
    rows = [history_row("A", period, 10 * wd * n) for period, wd, n in zip(MONTHS, days["working_days"], noise[0], strict=True)]
    rows += [history_row("B", period, 200.0 * n) for period, n in zip(MONTHS, noise[1], strict=True)]
    history = table("demand_history", rows).assign(uncensored_quantity=np.nan)
    items = [{"item": item, "item_name": item, "family": f"F{item}", "supply_strategy": "stock"} for item in "AB"]
    effects = working_day_effects(history, table("items", items), days).set_index("family")
    assert effects.loc["FA", "verdict"] == "follows" and effects.loc["FA", "elasticity"] == pytest.approx(1, abs=0.15)
    assert effects.loc["FB", "verdict"] == "does_not" and effects.loc["FB", "elasticity"] == pytest.approx(0, abs=0.15)
    short = history[history["period"] >= MONTHS[-14]]
    assert set(working_day_effects(short, table("items", items), days)["verdict"]) == {"cannot_tell"}


def test_each_change_has_a_row_and_what_is_flagged_stays() -> None:
    tables = steady_company()
    found = stock_outs(StockOutInputs.of(tables), cutoff=CUTOFF)
    history = uncensored_history(tables["demand_history"], found)
    orders = tables["orders"].copy()
    orders.loc[orders["requested_date"] == "2024-03-04", "cancelled_quantity"] = 1.0
    extra = {
        "demand_history": history,
        "orders": orders,
        "stock_outs": found,
        "lifecycle": empty(CONTRACTS["lifecycle"]),
        "working_day_effects": empty(CONTRACTS["working_day_effects"]),
        "working_day_factors": empty(CONTRACTS["working_day_factors"]),
        "calendar": empty(CONTRACTS["calendar"]),
        "findings": empty(CONTRACTS["findings"]),
    }
    inputs = AdjustmentInputs.of({**tables, **extra})
    adjustments = history_adjustments(inputs, cutoff=CUTOFF)
    assert adjustments.groupby("kind").size().to_dict() == {"cancellation": 3, "stock_out": 1}
    assert adjustment_checks(inputs, adjustments)["ok"].all()
    effects = {"family": "Grills", "months": 24, "elasticity": 1.0, "low": 0.8, "high": 1.2, "verdict": "follows"}
    factors = {"family": "Grills", "period": CUTOFF, "working_days": 22.0, "usual_days": 20.0, "factor": 1.1}
    dated = {"working_day_effects": table("working_day_effects", [effects]), "working_day_factors": table("working_day_factors", [factors])}
    of_days = history_adjustments(AdjustmentInputs.of({**tables, **extra, **dated}), cutoff=CUTOFF).groupby("kind").size()
    assert of_days["working_days"] == 1 and of_days["usual_days"] == 1  # what was found, and the last closed month by it
    silent = AdjustmentInputs.of({**tables, **extra, "demand_history": history.assign(uncensored_quantity=history["quantity"] + 1)})
    assert not adjustment_checks(silent, adjustments)["ok"].all()


def test_quarters_by_hand_and_their_partial_edges() -> None:
    rows = [history_row("A", period, 10.0) for period in period_range("2024-12", 8)]
    history = table("demand_history", rows).assign(uncensored_quantity=np.nan)
    calendar = quarterly_history(history, first_month=1)
    assert calendar.frame["quarter"].tolist() == ["2025-Q1", "2025-Q2"] and calendar.frame["quantity"].tolist() == [30.0, 30.0]
    assert calendar.partial == ("2024-Q4", "2025-Q3")
    broken = quarterly_history(history, first_month=9)  # December to February is the second quarter of the year that ends in August
    assert broken.frame["quarter"].tolist() == ["2025-Q2", "2025-Q3"] and broken.partial == ("2025-Q4",)
    assert fiscal_quarter("2025-09", 9) == "2026-Q1" and fiscal_quarter("2025-08", 9) == "2025-Q4"
