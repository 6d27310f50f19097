"""The business difference of two plans: units, money, service, hours, people and purchases, over the months that both plan."""

from collections.abc import Callable, Mapping

import pandas as pd

from sopkit.data.contracts.column import Contract, choice, code, number, text

MOST_MONTHS = 12
EVERYTHING = "*"
Tables = Mapping[str, pd.DataFrame]
Measure = Callable[[Tables, list[str]], pd.Series]


class PlanDifferences(Contract):
    """What a plan holds against another one."""

    name, key = "plan_differences", ("measure", "subject")
    grain = "one row per measure and family, resource, skill group or component; `*` is the company"
    columns = (
        choice(
            "measure",
            "what is counted, over the months that both plan; stock at the end of the last of them",
            "demand | shipped | production | lost | stock | fill_rate | net_sales | gross_margin | operating_contribution | load | heads | "
            "purchases | cash_low",
        ),
        code("subject", "family, resource, skill group, supplier and component, or `*`"),
        text("unit", "units, money, share, hours, people or components"),
        number("before", "in the other plan; empty where it does not say", "unit").optional(),
        number("now", "in this plan; empty where it does not say", "unit").optional(),
        number("change", "now - before; empty where either is", "unit").optional(),
    )


def plan_differences(now: Tables, before: Tables) -> pd.DataFrame:
    """What of a plan is another than in `before`.

    Args:
        now, before: items, consensus_demand, supply_plan, demand_fulfilment, plan_statement, resource_load, workforce_plan,
            supplier_load, working_capital_plan of each; a table that is absent or empty says nothing.

    Returns:
        PlanDifferences, sorted by measure in printed order and by subject; without rows where no month is planned in both.
    """
    months = common_months(now, before)
    frames = []
    for (measure, unit), counted in MEASURES.items():
        both = pd.DataFrame({"before": counted(before, months), "now": counted(now, months)})
        if both.empty or not months:
            continue
        both.index.name = "subject"
        frames.append(both.sort_index().reset_index().assign(measure=measure, unit=unit))
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype="str" if name in ("measure", "subject", "unit") else "float64") for name in COLUMNS})
    found = pd.concat(frames, ignore_index=True)
    found["change"] = found["now"] - found["before"]
    return found[COLUMNS].round(6)


def common_months(now: Tables, before: Tables) -> list[str]:
    """The first months that both plans hold, twelve at most."""
    planned = [set(tables["consensus_demand"]["period"].unique()) for tables in (now, before)]
    return sorted(planned[0] & planned[1])[:MOST_MONTHS]


def _frame(tables: Tables, name: str, months: list[str]) -> pd.DataFrame:
    frame = tables.get(name)
    if frame is None or frame.empty:
        return pd.DataFrame()
    frame = frame[frame["period"].isin(months)]
    if "item" in frame and "family" not in frame:
        frame = frame.assign(family=frame["item"].map(tables["items"].set_index("item")["family"]))
    return frame


def _sum_by(table: str, column: str, *by: str, total: bool = True) -> Measure:
    """Sums of a column by family (or what else the rows are about), and of all."""

    def counted(tables: Tables, months: list[str]) -> pd.Series:
        frame = _frame(tables, table, months)
        if frame.empty:
            return pd.Series(dtype="float64")
        keys = frame[by[0]].str.cat([frame[name] for name in by[1:]], sep=" ") if len(by) > 1 else frame[by[0]]
        sums = frame[column].groupby(keys).sum()
        return pd.concat([sums, pd.Series({EVERYTHING: sums.sum()})]) if total else sums

    return counted


def _line(line: str) -> Measure:
    """A line of the statement by family, and of the company."""

    def counted(tables: Tables, months: list[str]) -> pd.Series:
        frame = _frame(tables, "plan_statement", months)
        frame = frame[frame["line"] == line] if len(frame) else frame
        if frame.empty:
            return pd.Series(dtype="float64")
        sums = frame.groupby("family")["amount"].sum()
        return pd.concat([sums.drop(EVERYTHING, errors="ignore"), pd.Series({EVERYTHING: sums.sum()})])

    return counted


def _last_stock(tables: Tables, months: list[str]) -> pd.Series:
    return _sum_by("supply_plan", "closing_stock", "family")(tables, months[-1:])


def _fill_rate(tables: Tables, months: list[str]) -> pd.Series:
    """Units shipped on time / units ordered: 1 - (late + lost) / demand."""
    frame = _frame(tables, "demand_fulfilment", months)
    if frame.empty:
        return pd.Series(dtype="float64")
    sums = frame.groupby("family")[["demand", "late", "lost"]].sum()
    sums.loc[EVERYTHING] = sums.sum()
    return (1 - (sums["late"] + sums["lost"]) / sums["demand"].where(sums["demand"] > 0)).dropna()


def _mean_heads(tables: Tables, months: list[str]) -> pd.Series:
    frame = _frame(tables, "workforce_plan", months)
    return frame.groupby("skill_group")["heads"].mean() if len(frame) else pd.Series(dtype="float64")


def _cash_low(tables: Tables, months: list[str]) -> pd.Series:
    frame = _frame(tables, "working_capital_plan", months)
    lowest = frame["cash_headroom"].min() if len(frame) else float("nan")
    return pd.Series({EVERYTHING: lowest}).dropna()


COLUMNS = list(PlanDifferences.column_names())
MEASURES: dict[tuple[str, str], Measure] = {
    ("demand", "units"): _sum_by("consensus_demand", "quantity", "family"),
    ("shipped", "units"): _sum_by("supply_plan", "shipped", "family"),
    ("production", "units"): _sum_by("supply_plan", "production", "family"),
    ("lost", "units"): _sum_by("supply_plan", "lost", "family"),
    ("stock", "units"): _last_stock,
    ("fill_rate", "share"): _fill_rate,
    ("net_sales", "money"): _line("net_sales"),
    ("gross_margin", "money"): _line("gross_margin"),
    ("operating_contribution", "money"): _line("operating_contribution"),
    ("load", "hours"): _sum_by("resource_load", "planned_hours", "resource", total=False),
    ("heads", "people"): _mean_heads,
    ("purchases", "components"): _sum_by("supplier_load", "purchased_quantity", "supplier", "component", total=False),
    ("cash_low", "money"): _cash_low,
}
