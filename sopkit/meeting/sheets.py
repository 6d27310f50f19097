"""Family sheets: bookings, backlog, shipments, production and inventory of a family on one page, closed months, M0 and plan."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_meeting import FamilySheets
from sopkit.meeting.bottleneck import family_bottlenecks
from sopkit.periods import first_day, period_range, shifted
from sopkit.supply.availability import not_available_of

CLOSED = 3  # closed months on a sheet
PLANNED = 12  # planned months after M0
TOLERANCE = 0.01  # units by which an identity may miss: what rounding on disk leaves


def family_sheets(tables: Mapping[str, pd.DataFrame], plan_statement: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """One page a family, the same measures in the same months.

    bookings are orders by requested month, in planned months the consensus demand; production is what is made, subcontracted or received;
    cover_days is how long the closing stock lasts against the demand that follows; bottleneck_hours are standard hours of the units made
    on the resource with the highest load among those that the family needs.

    Args:
        tables: items, demand_history, consensus_demand, supply_plan, demand_fulfilment, resource_load; where provided last_plan, inventory,
            production_history, bill_of_resources, budget.
        plan_statement: PlanStatement, for the net sales of planned months.
        cutoff: last closed period.

    Returns:
        FamilySheets: three closed months, M0, twelve planned months; units of the items added up; a value is empty where it is not known:
        for planned months `supply.availability` says which rest on tables that are not provided.
    """
    families = sorted(tables["items"]["family"].unique())
    months = period_range(shifted(cutoff, 1 - CLOSED), CLOSED + 1 + PLANNED)
    unknown = not_available_of(tables)
    measures = {
        "bookings": _joined(_closed(tables, "quantity", cutoff), _planned(tables, "demand_fulfilment", "demand")),
        "last_plan": _by_family(tables["last_plan"], tables, "quantity"),
        "backlog": _planned(tables, "demand_fulfilment", "closing_backlog", unknown.service),
        "shipments": _joined(_closed(tables, "sold_quantity", cutoff), _planned(tables, "demand_fulfilment", "shipped")),
        "late": _planned(tables, "demand_fulfilment", "late", unknown.service),
        "lost": _planned(tables, "demand_fulfilment", "lost", unknown.service),
        "production": _joined(_made(tables, cutoff), _incoming(tables, unknown.production)),
        "inventory": _joined(_stock(tables, cutoff), _planned(tables, "supply_plan", "closing_stock", unknown.stock)),
        "target_stock": _planned(tables, "supply_plan", "target_stock", unknown.stock),
        "revenue": _joined(_closed(tables, "revenue", cutoff), _net_sales(plan_statement, cutoff)),
        "budget_revenue": tables["budget"].groupby(["family", "period"])["revenue"].sum(),
        "bottleneck_hours": _bottleneck_hours(tables, cutoff),
    }
    measures["cover_days"] = _cover_days(measures["inventory"], measures["bookings"], months)
    grid = pd.MultiIndex.from_product([families, months], names=["family", "period"])
    rows = [cells.reindex(grid).rename("value").reset_index().assign(measure=measure) for measure, cells in measures.items()]
    sheets = pd.concat(rows, ignore_index=True)
    scenario = np.select([sheets["period"] <= cutoff, sheets["period"] == shifted(cutoff, 1)], ["actual", "current"], "base")
    return conform(sheets.assign(scenario=scenario), FamilySheets)


def sheet_checks(sheets: pd.DataFrame) -> pd.DataFrame:
    """The identities of a sheet, derived again from its own figures.

    closing backlog = opening backlog + bookings - shipments - lost, month by month after M0; closing stock = opening stock + production -
    shipments in planned months. What closed months leave unexplained (scrap, counts, transfers) is printed by `unexplained_stock`.

    Args:
        sheets: FamilySheets.

    Returns:
        rule, ok, detail; one row per family and identity.
    """
    wide = sheets.pivot(index=["family", "period"], columns="measure", values="value").sort_index()
    plan = wide[sheets.drop_duplicates(["family", "period"]).set_index(["family", "period"])["scenario"].reindex(wide.index).ne("actual")]
    opening = plan.groupby(level="family").shift(1)
    backlog = opening["backlog"] + plan["bookings"] - plan["shipments"] - plan["lost"] - plan["backlog"]
    stock = opening["inventory"] + plan["production"] - plan["shipments"] - plan["inventory"]
    rules = (
        ("closing backlog = opening + bookings - shipments - lost", backlog),
        ("closing stock = opening + production - shipments", stock),
    )
    rows = [
        (f"{rule}: {family}", bool(worst <= TOLERANCE), f"largest difference {worst:.3f} units over {int(cells.notna().sum())} months")
        for rule, difference in rules
        for family, cells in difference.groupby(level="family")
        for worst in [cells.abs().max() if cells.notna().any() else 0.0]
    ]
    return pd.DataFrame(rows, columns=["rule", "ok", "detail"])


def unexplained_stock(sheets: pd.DataFrame) -> pd.DataFrame:
    """What closed months leave unexplained: closing stock - (opening stock + production - shipments).

    Args:
        sheets: FamilySheets.

    Returns:
        family, period, unexplained (units; empty where stock or production is not known); one row per family and closed month but one.
    """
    closed = sheets[sheets["scenario"] == "actual"].pivot(index=["family", "period"], columns="measure", values="value").sort_index()
    opening = closed.groupby(level="family")["inventory"].shift(1)
    first = ~closed.index.get_level_values("family").duplicated()
    left = closed["inventory"] - (opening + closed["production"] - closed["shipments"])
    return left[~first].rename("unexplained").reset_index()


def forward_cover(stock: float, demand: list[float], days: list[int]) -> float:
    """Days that a closing stock lasts against the demand that follows, walking forward month by month (KPI 16).

    Args:
        stock: units at the end of a month.
        demand: units of the months that follow.
        days: their calendar days.

    Returns:
        Days; NaN where the stock outlasts the demand that is known.
    """
    lasted = 0.0
    for wanted, length in zip(demand, days, strict=True):
        if stock < wanted:
            return lasted + length * stock / wanted
        stock, lasted = stock - wanted, lasted + length
    return float("nan")


def _by_family(frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame], column: str) -> pd.Series:
    family = frame["item"].map(tables["items"].set_index("item")["family"])
    return frame.assign(family=family).groupby(["family", "period"], sort=True)[column].sum()


def _joined(closed: pd.Series, planned: pd.Series) -> pd.Series:
    return pd.concat([closed, planned])


def _closed(tables: Mapping[str, pd.DataFrame], column: str, cutoff: str) -> pd.Series:
    history = tables["demand_history"]
    recent = history[history["period"].between(shifted(cutoff, 1 - CLOSED), cutoff)]
    return _whole(_by_family(recent, tables, column), tables, period_range(shifted(cutoff, 1 - CLOSED), CLOSED))


def _planned(tables: Mapping[str, pd.DataFrame], table: str, column: str, absent: tuple[str, ...] = ()) -> pd.Series:
    """Planned months of a measure by family; none where input tables that it rests on are absent."""
    return _by_family(tables[table].iloc[:0] if absent else tables[table], tables, column)


def _incoming(tables: Mapping[str, pd.DataFrame], absent: tuple[str, ...]) -> pd.Series:
    plan = tables["supply_plan"].iloc[:0] if absent else tables["supply_plan"]
    return _by_family(plan.assign(incoming=plan["production"] + plan["subcontract"] + plan["receipts"]), tables, "incoming")


def _stock(tables: Mapping[str, pd.DataFrame], cutoff: str) -> pd.Series:
    inventory = tables["inventory"]
    return _by_family(inventory[inventory["period"] <= cutoff], tables, "quantity")


def _finished(tables: Mapping[str, pd.DataFrame], cutoff: str) -> pd.DataFrame:
    """Units finished in the closed months of the sheet: item, period, quantity, one row per production order."""
    orders = tables["production_history"].dropna(subset=["finish_date"])
    orders = orders.assign(period=orders["finish_date"].dt.strftime("%Y-%m").astype("str"))
    return orders.loc[orders["period"].between(shifted(cutoff, 1 - CLOSED), cutoff), ["item", "period", "quantity"]]


def _made(tables: Mapping[str, pd.DataFrame], cutoff: str) -> pd.Series:
    """Units finished by family and closed month; a family that never had a production order is not known, not 0."""
    known = tables["items"][tables["items"]["item"].isin(tables["production_history"]["item"])]
    cells = _by_family(_finished(tables, cutoff), tables, "quantity")
    return _whole(cells, {"items": known}, period_range(shifted(cutoff, 1 - CLOSED), CLOSED))


def _whole(cells: pd.Series, tables: Mapping[str, pd.DataFrame], months: list[str]) -> pd.Series:
    """The cells of all families and months: nothing recorded in a closed month is 0."""
    grid = pd.MultiIndex.from_product([sorted(tables["items"]["family"].unique()), months], names=["family", "period"])
    return cells.reindex(grid, fill_value=0.0)


def _net_sales(statement: pd.DataFrame, cutoff: str) -> pd.Series:
    planned = statement[(statement["line"] == "net_sales") & (statement["period"] > cutoff)]
    return planned.groupby(["family", "period"], sort=True)["amount"].sum()


def _bottleneck_hours(tables: Mapping[str, pd.DataFrame], cutoff: str) -> pd.Series:
    """Standard hours of the units made, on each family's bottleneck: actual units finished, then planned production."""
    narrow = family_bottlenecks(tables["items"], tables["bill_of_resources"], tables["resource_load"])
    made = pd.concat([_finished(tables, cutoff), tables["supply_plan"].rename(columns={"production": "quantity"})], ignore_index=True)
    made = made[["item", "period", "quantity"]].assign(family=made["item"].map(tables["items"].set_index("item")["family"]))
    made = made[made["family"].isin(narrow["family"])].merge(narrow, on="family", how="left")
    made = made.merge(tables["bill_of_resources"], on=["item", "resource"], how="left")
    if tables["production_history"].empty:
        made = made[made["period"] > cutoff]
    return made.assign(worked=made["quantity"] * made["hours"].fillna(0.0)).groupby(["family", "period"], sort=True)["worked"].sum()


def _cover_days(stock: pd.Series, bookings: pd.Series, months: list[str]) -> pd.Series:
    covered = {}
    for family, booked in bookings.groupby(level="family"):
        demand = booked.droplevel("family").sort_index()
        for month in months:
            if (family, month) in stock.index:
                following = demand[demand.index > month]
                days = [(first_day(shifted(label, 1)) - first_day(label)).days for label in following.index]
                covered[family, month] = forward_cover(max(float(stock[family, month]), 0.0), following.tolist(), days)
    index = pd.MultiIndex.from_tuples(list(covered), names=["family", "period"]) if covered else stock.index[:0]
    return pd.Series(list(covered.values()), index=index, dtype="float64")
