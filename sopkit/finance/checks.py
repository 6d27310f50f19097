"""What must hold in the money of a plan, derived again from the tables it came from."""

import pandas as pd

from sopkit.finance.balances import month_end_balances, stock_value
from sopkit.finance.gross_to_net import DEDUCTED, GROSS, net_by_month, net_of
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import COST_LINES
from sopkit.finance.valuation import item_costs

TOLERANCE = 0.01  # money, and units of stock


def money_checks(
    inputs: MoneyInputs, statement: pd.DataFrame, working_capital: pd.DataFrame, policy: MoneyPolicy, *, cutoff: str
) -> pd.DataFrame:
    """The identities of statement, stock and cash.

    Args:
        inputs: what the money was computed from.
        statement: table plan_statement.
        working_capital: table working_capital_plan.
        policy: how money is valued.
        cutoff: last closed period.

    Returns:
        One row per rule: `rule, ok, detail`; a rule whose inputs are not provided says so and holds.
    """
    apart = {
        "gross margin = net sales - cost of goods, in each cell": _margin_apart(statement),
        "operating contribution = gross margin - costs, in each month": _contribution_apart(statement),
        "net sales = gross sales - what is deducted, in each cell": _deductions_apart(statement),
        "net sales of closed months = invoiced sales, less what is credited afterwards": _closed_sales_apart(inputs, statement),
        "net sales of the plan = shipments x net price, less what is credited afterwards": _planned_sales_apart(inputs, statement),
        "stock rolls: closing = opening + in - out, in each item and month": _stock_roll_apart(inputs),
        "inventory = stock of the plan at standard cost + what is carried": _inventory_apart(inputs, working_capital, policy, cutoff),
        "cash moves by the cash bridge": _cash_apart(inputs, statement, working_capital, policy, cutoff),
    }
    rows = [
        (rule, True, "not available") if pd.isna(difference) else (rule, bool(difference <= TOLERANCE), f"apart by {difference:.2f}")
        for rule, difference in apart.items()
    ]
    return pd.DataFrame(rows, columns=["rule", "ok", "detail"])


def _margin_apart(statement: pd.DataFrame) -> float:
    wide = _wide(statement, ["family", "region", "channel", "period"])
    wide = wide.dropna(subset=["gross_margin"])
    return float((wide["net_sales"] - wide["cost_of_goods"] - wide["gross_margin"]).abs().max())


def _contribution_apart(statement: pd.DataFrame) -> float:
    wide = _wide(statement, ["period"]).dropna(subset=["operating_contribution"])
    costs = wide[list(COST_LINES)].fillna(0.0).sum(axis=1)
    return float((wide["gross_margin"] - costs - wide["operating_contribution"]).abs().max())


def _deductions_apart(statement: pd.DataFrame) -> float:
    """Not available without sales terms: then the statement starts at net sales."""
    lines = [GROSS, *DEDUCTED, "net_sales"]
    rows = statement[statement["line"].isin(lines)]
    if not rows["line"].eq(GROSS).any():
        return float("nan")
    wide = rows.pivot_table(index=["family", "region", "channel", "period"], columns="line", values="amount", aggfunc="sum")
    wide = wide.reindex(columns=lines)
    return float((wide[GROSS] - wide[list(DEDUCTED)].sum(axis=1) - wide["net_sales"]).abs().max())


def _wide(statement: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    lines = ["net_sales", "cost_of_goods", "gross_margin", *COST_LINES, "operating_contribution"]
    return statement.pivot_table(index=key, columns="line", values="amount", aggfunc="sum").reindex(columns=lines)


def _closed_sales_apart(inputs: MoneyInputs, statement: pd.DataFrame) -> float:
    lines = statement[statement["line"].eq("net_sales") & statement["scenario"].eq("actual")]
    invoiced = inputs.history[inputs.history["period"].isin(lines["period"])]
    return float(abs(lines["amount"].sum() - net_by_month(invoiced, inputs.items, inputs.deductions).sum()))


def _planned_sales_apart(inputs: MoneyInputs, statement: pd.DataFrame) -> float:
    lines = statement[statement["line"].eq("net_sales") & statement["scenario"].eq("base")]
    key = ["item", "region", "channel", "period"]
    price = inputs.consensus_demand.set_index(key)["net_price"]
    shipped = inputs.demand_fulfilment.set_index(key)["shipped"]
    sales = (shipped * price.reindex(shipped.index)).rename("net_sales").reset_index().assign(quantity=shipped.to_numpy())
    return float(abs(lines["amount"].sum() - net_of(sales, inputs.items, inputs.deductions).sum()))


def _stock_roll_apart(inputs: MoneyInputs) -> float:
    plan = inputs.supply_plan.sort_values(["item", "period"])
    moved = plan["opening_stock"] + plan["production"] + plan["subcontract"] + plan["receipts"] - plan["shipped"]
    rolled = plan.groupby("item")["closing_stock"].shift(1)
    return float(pd.concat([(moved - plan["closing_stock"]).abs(), (rolled - plan["opening_stock"]).abs()]).max())


def _inventory_apart(inputs: MoneyInputs, working_capital: pd.DataFrame, policy: MoneyPolicy, cutoff: str) -> float:
    """The planned inventory without the value of its stock must be one and the same amount, month after month."""
    stock = inputs.supply_plan[["item", "period", "closing_stock"]].rename(columns={"closing_stock": "quantity"})
    costs = item_costs(inputs.items, inputs.history, inputs.unit_costs, policy, periods=inputs.planned_periods, cutoff=cutoff)
    value = stock_value(stock, costs)
    planned = working_capital[working_capital["scenario"].eq("base")].set_index("period")["inventory"]
    carried = planned - value
    return float(carried.max() - carried.min())


def _cash_apart(inputs: MoneyInputs, statement: pd.DataFrame, working_capital: pd.DataFrame, policy: MoneyPolicy, cutoff: str) -> float:
    """Change of cash headroom over the plan against the flows of the cash bridge, added up."""
    bridge = month_end_balances(inputs, statement, policy, cutoff=cutoff).cash_bridge
    headroom = working_capital.set_index("period")["cash_headroom"]
    if bridge.empty or cutoff not in headroom.index:
        return float("nan")
    flow = bridge["collections"] - bridge["supplier_payments"] - bridge["paid_costs"] - bridge["other_payments"]
    return float(abs(headroom.iloc[-1] - headroom[cutoff] - flow.sum(skipna=False)))
