"""One month of one policy: planned on what was known when the month before had closed, then held against what was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty, rounded
from sopkit.demand.series import SERIES
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.statement import ClosedStatement, plan_statement
from sopkit.finance.valuation import item_costs
from sopkit.meeting.replay.execution import Cells, Executed, executed
from sopkit.meeting.replay.forecast import Known
from sopkit.meeting.replay.safety import fitting, safety_days
from sopkit.meeting.replay.setting import Company, Setting
from sopkit.meeting.replay.state import State, carried_tables, next_state
from sopkit.periods import months_between, shifted
from sopkit.supply.plan import Starts, SupplyInputs, SupplyResult, constrained_plan
from sopkit.supply.plan.situation import waiting_rule
from sopkit.supply.policy import SupplyPolicy

MONEY = ("net_sales", "gross_margin", "operating_contribution")
IN_PLAN = ("production", "subcontract", "receipts")
SERVICE = "service"


@dataclass(frozen=True, eq=False)
class Truth:
    """What a month turned out to be, from the record of when it had closed."""

    month: str
    demand: pd.DataFrame  # SERIES, quantity, price (realised; NaN where nothing was sold)
    tables: Mapping[str, pd.DataFrame]  # as they were known when it had closed
    new_demand: float  # units of items that had no history yet: in no plan, and not counted

    @property
    def items(self) -> pd.DataFrame:
        """Items."""
        return self.tables["items"]

    @property
    def history(self) -> pd.DataFrame:
        """Recorded demand and sales up to the month."""
        return self.tables["demand_history"]


@dataclass(frozen=True, eq=False)
class Month:
    """A month that is over: its figures, and where it leaves the policy."""

    row: dict[str, object]  # of replay_months, without forecasts
    state: State


def truth_of(known_after: Known, planned: set[str]) -> Truth:
    """What the last closed month of a view turned out to be, for the items that somebody could have planned."""
    month, history = known_after.cutoff, known_after.tables["demand_history"]
    rows = history[history["period"] == month]
    new = ~rows["item"].isin(planned)
    left_out = float(rows.loc[new, "quantity"].clip(lower=0.0).sum())
    rows = rows[~new]
    price = (rows["revenue"] / rows["sold_quantity"]).where(rows["sold_quantity"] > 0)
    return Truth(month, rows[[*SERIES, "quantity"]].assign(price=price), known_after.tables, left_out)


def planned(
    known: Known, state: State, setting: Setting, consensus: pd.DataFrame, layers: pd.DataFrame, company: Company
) -> tuple[SupplyResult, float]:
    """The constrained plan of a policy from where it stands, and the share of its safety stock that the storage holds.

    Args:
        known: what was known.
        state: where the policy stands at the cutoff.
        setting: the policy.
        consensus: its demand plan.
        layers: its own forecasts of the months before, for a safety stock from its errors.
        company: what is the same for all policies.
    """
    tables = {**known.tables, "consensus_demand": consensus}
    tables |= carried_tables(state, known.tables, set(consensus.loc[consensus["quantity"] > 0, "item"]))
    wanted = safety_days(tables, setting, layers, cutoff=known.cutoff)
    tables["targets"], kept = fitting(wanted, tables, setting.supply.storage_limit)
    tables["resource_calendar"] = _calendar(tables["resource_calendar"], sorted(consensus["period"].unique()))
    inputs = SupplyInputs(**{one.name: tables["consensus_demand" if one.name == "demand" else one.name] for one in fields(SupplyInputs)})
    result = constrained_plan(inputs, setting.supply, cutoff=known.cutoff, starts=Starts())
    names = [one.name for one in fields(SupplyResult) if one.name in CONTRACTS]
    return replace(result, **{name: rounded(getattr(result, name), CONTRACTS[name]) for name in names}), kept


def _calendar(calendar: pd.DataFrame, months: list[str]) -> pd.DataFrame:
    """The hours of resources in the planned months; one that the calendar lacks has those of the same month of the nearest year."""
    if calendar.empty:
        return calendar
    have, rows = set(calendar["period"]), [calendar]
    for month in [month for month in months if month not in have]:
        same = sorted((one for one in have if one[5:] == month[5:]), key=lambda one: (abs(int(one[:4]) - int(month[:4])), one))
        if same:
            rows.append(calendar[calendar["period"] == same[0]].assign(period=month))
    return pd.concat(rows, ignore_index=True)


def month_of(plan: SupplyResult, truth: Truth, state: State, setting: Setting, company: Company, consensus: pd.DataFrame) -> Month:
    """The month as it went: made as planned, shipped against what was asked for, valued by the functions of the statement.

    Args:
        plan: of the policy; its first month is the month.
        truth: what the month asked for.
        state: where the policy stood before.
        setting: the policy.
        company: costing, fiscal year.
        consensus: the policy's demand plan, whose prices count where nothing was sold.
    """
    prices = _prices(truth, consensus)
    first = plan.supply_plan[plan.supply_plan["period"] == truth.month]
    went = _executed(first, truth, state, setting, prices)
    costs = item_costs(truth.items, truth.history, truth.tables["unit_costs"], company.money, periods=[truth.month], cutoff=truth.month)
    statement = _statement(_tables(first, plan, went, state, truth, prices), costs, company, truth)
    lines = statement[statement["period"] == truth.month].groupby("line")["amount"].sum()
    cost = went.stock.index.map(costs.set_index("item")["unit_cost"]).to_numpy(dtype=float)
    cells = went.cells
    row: dict[str, object] = {name: float(cells[name].sum()) for name in ("demand", "on_time", "late", "lost", "shipped", "waiting")}
    row |= {"production": float(first[list(IN_PLAN)].to_numpy().sum()), "stock": float(went.stock.sum())}
    row["stock_value"] = float(np.nansum(went.stock.to_numpy() * cost)) if np.isfinite(cost).any() else np.nan
    known = {name: float(lines[name]) if name in lines.index else np.nan for name in MONEY}
    costly = lines.drop([name for name in (*MONEY, "cost_of_goods", "prebuild_absorption") if name in lines.index])
    return Month(row | known | {"other_cost": float(costly.sum())}, next_state(plan, truth.month, went.stock, went.waiting))


def _prices(truth: Truth, consensus: pd.DataFrame) -> pd.DataFrame:
    """Net price of each series: what was realised in the month, else the plan's, else nothing."""
    planned_at = consensus[consensus["period"] == truth.month].set_index(SERIES)["net_price"]
    realised = truth.demand.set_index(SERIES)["price"]
    every = realised.index.union(planned_at.index)
    price = realised.reindex(every).fillna(planned_at.reindex(every)).fillna(0.0)
    return price.rename("net_price").reset_index()


def _executed(first: pd.DataFrame, truth: Truth, state: State, setting: Setting, prices: pd.DataFrame) -> Executed:
    made = first.set_index("item")
    came = made[list(IN_PLAN)].sum(axis=1) - made["used_inside"].fillna(0.0)
    keys = truth.demand[SERIES].reset_index(drop=True)
    demand = truth.demand["quantity"].clip(lower=0.0).to_numpy(dtype=float)
    items = truth.items.set_index("item")
    services = items.index[items["supply_strategy"] == SERVICE]
    asked = pd.Series(demand).groupby(keys["item"].to_numpy()).sum()
    available = state.stock.add(came, fill_value=0.0)
    available = pd.concat([available.drop(services, errors="ignore"), asked[asked.index.isin(services)]])
    tier = keys["item"].map(items["tier"]).fillna("")
    rules = [waiting_rule(setting.supply, str(channel), str(of)) for channel, of in zip(keys["channel"], tier, strict=True)]
    losing = setting.supply.unmet_demand == "priced"  # else all that is not met waits, as long as the policy lets it
    share = np.array([(rule.share if losing else 1.0) if rule.months else 0.0 for rule in rules])
    price = prices.set_index(SERIES)["net_price"].reindex(pd.MultiIndex.from_frame(keys)).to_numpy(dtype=float)
    months = np.array([rule.months for rule in rules], dtype=np.int64)
    cells = Cells(keys, demand, loss_weight(price, share, setting.supply), share, months)
    ages = [months_between(str(period), truth.month) for period in state.waiting["period"]]
    return executed(available, state.waiting, cells, setting.policy.allocation, month=truth.month, numbers=ages)


def loss_weight(price: np.ndarray, share: np.ndarray, policy: SupplyPolicy) -> np.ndarray:
    """What a unit counts that is not there, in the supply plan's weights: (1 - s) p (1 + goodwill) + s p late, s the share that waits."""
    return price * ((1 - share) * (1 + policy.lost_goodwill_share) + share * policy.late_cost_share)


def _tables(
    first: pd.DataFrame, plan: SupplyResult, went: Executed, state: State, truth: Truth, prices: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """The month that is over as the statement reads a plan of one month."""
    month = truth.month
    cells = went.cells.assign(period=month, closing_backlog=went.cells["waiting"])
    bought = state.ordered[state.ordered["period"] == month].set_index("item")["subcontract"]
    by_item = went.cells.groupby("item")
    shipped, lost = by_item["shipped"].sum(), by_item["lost"].sum()
    rows = first.assign(
        subcontract=first["subcontract"] + first["item"].map(bought).fillna(0.0),
        shipped=first["item"].map(shipped).fillna(0.0),
        lost=first["item"].map(lost).fillna(0.0),
        closing_stock=first["item"].map(went.stock).fillna(0.0),
    )
    cut = {name: getattr(plan, name) for name in ("resource_load", "workforce_plan", "plan_outlays")}
    priced = cells[[*SERIES, "period"]].merge(prices, on=SERIES, how="left").fillna({"net_price": 0.0})
    return {
        "supply_plan": rows,
        "demand_fulfilment": cells[[*SERIES, "period", "demand", "shipped", "late", "lost", "closing_backlog"]],
        "consensus_demand": priced,
        **{name: frame[frame["period"] == month] for name, frame in cut.items()},
    }


def _statement(tables: dict[str, pd.DataFrame], costs: pd.DataFrame, company: Company, truth: Truth) -> pd.DataFrame:
    """The lines of the month; write-downs look twelve months ahead and are left out."""
    money = MoneyInputs.of({**truth.tables, **tables, "demand_history": truth.history, "items": truth.items})
    policy = company.money.model_copy(update={"write_down_rate": 0.0})
    closed = ClosedStatement(empty(CONTRACTS["plan_statement"]), costs)
    return plan_statement(money, policy, cutoff=shifted(truth.month, -1), first_month=company.first_month, closed=closed)
