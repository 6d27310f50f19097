"""The demo company's plan of record against the same plan in linopy, read from its tables and written from the definitions."""

import calendar

import numpy as np
import pandas as pd
import pytest
from command_line import CYCLES, ROOT

from sopkit.periods import shifted
from sopkit.run.params import load_params

CUTOFF = shifted(CYCLES[-1], -1)


class Told:
    """The tables of a finished cycle as arrays: item, channel, month."""

    def __init__(self, folder):
        self.tables = {path.stem: pd.read_parquet(path) for path in (folder / "tables").glob("*.parquet")}
        self.policy = load_params(ROOT / "params" / "demo.yaml").supply
        demand = self.tables["consensus_demand"]
        self.items, self.channels, self.months = (sorted(demand[name].unique()) for name in ("item", "channel", "period"))
        self.goods = self.tables["items"].set_index("item").loc[self.items]
        self.demand, revenue = (self.grid(demand, measure) for measure in ("quantity", "revenue"))
        self.unit, self.variable, self.rate = (self.dated(name) for name in ("unit_cost", "variable_cost", "holding_rate"))
        price = np.divide(revenue, self.demand, out=np.zeros_like(revenue), where=self.demand > 0)
        self.price = np.maximum(price, self.variable[:, None, :])
        mean = (self.demand * self.price).sum((1, 2)) / np.maximum(self.demand.sum((1, 2)), 1e-9)
        self.worth = np.maximum(mean, self.variable.mean(1))

    def grid(self, frame, measure):
        index = pd.MultiIndex.from_product([self.items, self.channels, self.months], names=["item", "channel", "period"])
        summed = frame.groupby(["item", "channel", "period"])[measure].sum().reindex(index, fill_value=0.0)
        return summed.to_numpy(float).reshape(len(self.items), len(self.channels), len(self.months))

    def dated(self, column):
        """A cost in force on the first day of each month."""
        rows = self.tables["unit_costs"].sort_values("valid_from")
        starts = np.array([f"{month}-01" for month in self.months], dtype="datetime64[D]")
        since = {item: (part["valid_from"].to_numpy("datetime64[D]"), part[column].to_numpy(float)) for item, part in rows.groupby("item")}
        return np.array([since[item][1][np.searchsorted(since[item][0], starts, side="right") - 1] for item in self.items])

    def on_order(self, kind, months):
        """Units on order in the first months, what is overdue in the first of them."""
        rows = self.tables["open_orders"].query("kind == @kind")
        rows = rows.assign(period=rows["period"].where(rows["period"] > self.months[0], self.months[0]))
        grid = rows.pivot_table(index="item", columns="period", values="quantity", aggfunc="sum")
        return grid.reindex(index=self.items, columns=self.months[:months]).fillna(0.0).to_numpy(float)

    def opening(self):
        stock = self.tables["inventory"].query("period == @CUTOFF").groupby("item")["quantity"].sum()
        return stock.reindex(self.items, fill_value=0.0).to_numpy(float)

    def safety(self):
        """Demand of the days that follow each month end; the year's same month where it lies beyond the horizon."""
        said = self.tables["targets"].query("target == 'safety_days'").set_index("scope")["value"]
        total, wanted = self.demand.sum(1), np.zeros((len(self.items), len(self.months)))
        for place, item in enumerate(self.items):
            days = said.get(self.goods.loc[item, "family"], said.get("*", 0.0))
            for month in range(len(self.months)):
                left, ahead = days if self.goods.loc[item, "supply_strategy"] in ("stock", "buy") else 0.0, month + 1
                while left > 0:
                    label = shifted(self.months[0], ahead)
                    length = calendar.monthrange(int(label[:4]), int(label[5:]))[1]
                    at = ahead if ahead < len(self.months) else ahead - 12
                    wanted[place, month] += min(1.0, left / length) * total[place, at]
                    left, ahead = left - length, ahead + 1
        return wanted


def linopy_cost(told: Told) -> float:
    """Planning cost of the demo by linopy."""
    linopy, xarray = pytest.importorskip("linopy"), pytest.importorskip("xarray")
    policy, tables, months = told.policy, told.tables, len(told.months)
    lines = tables["resources"].set_index("resource").sort_index()
    people = tables["workforce"].set_index("skill_group").loc[lines["skill_group"]]
    parts = tables["supplier_items"].dropna(subset=["monthly_limit"])
    bought = parts.drop_duplicates("component").set_index("component").sort_index()
    assert bought["supplier"].count() == len(parts[["supplier", "component"]].drop_duplicates())  # one source each: none is dearer
    known = {"item": told.items, "channel": told.channels, "month": list(range(months)), "line": list(lines.index)}
    known["part"] = list(bought.index)

    def array(values, *dims):
        return xarray.DataArray(np.asarray(values, float), coords={dim: known[dim] for dim in dims}, dims=dims)

    def block(*dims, upper=np.inf):
        return model.add_variables(lower=0, upper=upper, coords=[pd.Index(known[dim], name=dim) for dim in dims])

    step = xarray.DataArray(np.eye(months, k=1), coords={"month": known["month"], "later": known["month"]}, dims=["month", "later"])

    def before(variable):
        return (variable * step).sum("month").rename(later="month")

    model, last, free = linopy.Model(), np.arange(months) == months - 1, np.arange(months) >= policy.frozen_months
    made = block("item", "month", upper=array(np.where(free, np.inf, 0.0) * np.ones((len(told.items), 1)), "item", "month"))
    above = block("item", "month")
    within = block("item", "month", upper=array(told.safety(), "item", "month"))
    lost, late = (block("item", "channel", "month", upper=array(told.demand, "item", "channel", "month")) for _ in range(2))
    load, overtime = block("line", "month"), block("line", "month")
    taken, kept = (
        block("part", "month", upper=array(np.repeat(bought[["monthly_limit"]], months, axis=1), "part", "month")),
        block("part", "month"),
    )

    ordered = np.zeros((len(told.items), months))
    ordered[:, : policy.frozen_months] = told.on_order("production", policy.frozen_months)
    start = told.demand.sum(1) - told.on_order("purchase", months) - ordered
    start[:, 0] -= told.opening()
    stock = above + within
    model.add_constraints(made + before(stock) - stock + (lost + late - before(late)).sum("channel") == array(start, "item", "month"))
    share = array([policy.waiting[channel].share for channel in told.channels], "channel")
    assert {policy.waiting[channel].months for channel in told.channels} == {1}
    model.add_constraints(lost + late <= array(told.demand, "item", "channel", "month"))
    model.add_constraints(late * (1 - share) - lost * share <= 0)

    hours = tables["bill_of_resources"].pivot_table(index="item", columns="resource", values="hours")
    hours = hours.reindex(index=told.items, columns=lines.index).fillna(0.0).to_numpy()
    calendar_of = tables["resource_calendar"].pivot(index="resource", columns="period", values="demonstrated_hours")
    regular = calendar_of.loc[lines.index, told.months].to_numpy()
    frozen = hours.T @ ordered
    most = np.maximum(regular * lines[["overtime_limit_share"]].to_numpy(), frozen - regular)
    model.add_constraints((made * array(hours, "item", "line")).sum("item") - load == array(-frozen, "line", "month"))
    model.add_constraints(load - overtime <= array(regular, "line", "month"))
    model.add_constraints(overtime - load <= 0)
    model.add_constraints(1.0 * overtime <= array(most, "line", "month"))
    given = (people["heads"] * people["hours_per_head"] * (1 - people["absence_share"]) / lines["crew"].to_numpy()).to_numpy()
    model.add_constraints(load - overtime <= array(np.where(free, given[:, None], np.inf), "line", "month"))

    used = (
        parts.pivot_table(index="item", columns="component", values="quantity_per_unit")
        .reindex(told.items, columns=bought.index)
        .fillna(0.0)
    )
    there = -(used.to_numpy().T @ ordered)
    there[:, 0] += bought["opening_stock"].fillna(0.0).to_numpy()
    model.add_constraints(kept - before(kept) - taken + (made * array(used, "item", "part")).sum("item") == array(there, "part", "month"))
    factor = array(told.goods["planning_factor"].fillna(1.0), "item")
    model.add_constraints((stock * factor).sum("item") <= policy.storage_limit)

    keep = told.unit * (told.rate + policy.capital_rate) / 12 - told.variable.min(1)[:, None] * last
    short = told.worth * policy.safety_stock_value_share
    gone = told.price * (1 + policy.lost_goodwill_share)
    waiting = np.where(told.price > 0, told.price, told.worth[:, None, None])
    put_off = waiting * policy.late_cost_share + waiting * (1 + policy.lost_goodwill_share) * last
    goods = (made * array(told.variable, "item", "month")).sum() + (stock * array(keep, "item", "month")).sum()
    unmet = (lost * array(gone, "item", "channel", "month")).sum() + (late * array(put_off, "item", "channel", "month")).sum()
    parts_kept = (kept * array(bought["component_price"].fillna(0.0) * policy.capital_rate / 12, "part")).sum()
    work = (overtime * array(lines["overtime_cost"], "line")).sum()
    model.add_objective(goods + unmet + parts_kept + work - (within * array(short, "item")).sum())
    model.solve(solver_name="highs", io_api="direct", output_flag=False)
    wages = float((people["heads"] * people["wage"]).sum() * months)
    given_units = float((ordered * told.variable).sum())
    return float(model.objective.value) + wages + given_units + float((told.safety() * short[:, None]).sum())


def test_linopy_finds_the_cost_of_the_demos_plan(finished):
    told = Told(finished)
    plan = told.tables["plan_costs"]
    assert plan["planning_cost"].sum() == pytest.approx(linopy_cost(told), rel=1e-6)
