"""The demo company's tension, measured through the real plan: a change of the solver or of the sample that dulls the story fails here.

Bands are wide enough for both sizes and narrow enough that the three decisions stay decisions: one line is the bottleneck, thousands
of units are lost, the budget is missed, and the options depend on each other.
"""

from collections.abc import Sequence

import pandas as pd

from sopkit.data.cleaning import demand_history
from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.data.history import StockOutInputs, stock_outs, uncensored_history
from sopkit.data.sources.reading import read_sources
from sopkit.demand.hierarchy import coherent_forecast
from sopkit.demand.models import TIERS
from sopkit.errors import Problem, StepError
from sopkit.meeting.scenarios import PlanInputs, PlanOutcome, apply_overlay, compose, plan_inputs, replan, scenario_row
from sopkit.periods import fiscal_year_periods, period_range
from sopkit.run.params import CompanyParams
from sopkit.run.sample.company import family_of
from sopkit.run.sample.truth import BOTTLENECK, CRUNCH_PERIOD

HORIZON, ORIGINS, MODELS = 24, 3, TIERS["standard"]
YEAR = 12

# measure: least, most, unit
BANDS: dict[str, tuple[float, float, str]] = {
    "load of the bottleneck in the crunch month": (1.50, 2.00, "ratio"),
    "load of the bottleneck in M0": (0.45, 0.75, "ratio"),
    "highest load of any other resource": (0.60, 0.99, "ratio"),
    "worth of an hour of the bottleneck in the crunch month": (30_000, 60_000, "money per hour"),
    "grills lost": (1_500, 3_300, "units"),
    "heaters lost": (600, 2_400, "units"),
    "units late": (1_200, 3_200, "units"),
    "latest estimate less budget": (-25e6, -12e6, "money"),
    "night shift, net sales": (8e6, 19e6, "money"),
    "night shift, contribution": (2.5e6, 7e6, "money"),
    "subcontracting, contribution": (1e6, 5e6, "money"),
    "later launch alone, contribution": (-1.8e6, 1.2e6, "money"),
    "later launch with night shift, contribution": (-5.5e6, -2e6, "money"),
    "interaction of later launch and night shift": (-5e6, -1.5e6, "money"),
    "valve stop with night shift, contribution": (-14e6, -3e6, "money"),
}


def sample_inputs(params: CompanyParams) -> PlanInputs:
    """What the plan of a written sample is made from: read, cleaned and forecast by the functions that the steps call.

    Args:
        params: the demo company's params; its data folder holds the sample.
    """
    intake = read_sources(params.sources, params.data_path, cutoff=params.cutoff)
    tables = dict(intake.tables)
    tables["demand_history"] = demand_history(tables["sales_history"], tables["orders"], cutoff=params.cutoff)
    found = stock_outs(StockOutInputs.of(tables), cutoff=params.cutoff)
    history = tables["demand_history"] = uncensored_history(tables["demand_history"], found)
    tables["statistical_forecast"] = coherent_forecast(
        history, tables["items"], params.demand, cutoff=params.cutoff, horizon=HORIZON, models=MODELS, origins=ORIGINS
    ).table
    for name in ("last_production", "deductions", "supplier_schedule"):  # nothing was planned before, and there are no sales terms
        tables[name] = empty(CONTRACTS[name])
    return plan_inputs(
        tables.__getitem__,
        cycle=params.cycle,
        demand=params.demand,
        supply=params.supply,
        money=params.money,
        fiscal_year_first_month=params.fiscal_year_first_month,
    )


def measured_tension(inputs: PlanInputs, params: CompanyParams) -> pd.DataFrame:
    """Each measure of the tension beside its band.

    Args:
        inputs: what the plan is made from (`sample_inputs`).
        params: the demo company's params: its decisions are what the options are measured by.

    Returns:
        measure, value, least, most, unit, ok; one row per measure, in the order of BANDS.
    """
    base = replan(inputs)
    values = _pressure(inputs, base) | _options(inputs, base, params)
    rows = [(name, values[name], least, most, unit, least <= values[name] <= most) for name, (least, most, unit) in BANDS.items()]
    return pd.DataFrame(rows, columns=["measure", "value", "least", "most", "unit", "ok"])


def check_tension(measured: pd.DataFrame) -> None:
    """Raise StepError with every measure that left its band."""
    problems = [
        Problem(measure, f"{value:,.2f} {unit}", f"{least:,.2f} to {most:,.2f}", "tune sopkit/run/sample/company.py")
        for measure, value, least, most, unit, ok in measured.itertuples(index=False, name=None)
        if not ok
    ]
    if problems:
        raise StepError("the demo company has lost its tension", problems)


def _pressure(inputs: PlanInputs, base: PlanOutcome) -> dict[str, float]:
    """Load, lost and late units of the next twelve months, and the gap to budget of the fiscal year."""
    year = period_range(inputs.cycle, YEAR)
    load = base.supply.resource_load[base.supply.resource_load["period"].isin(year)]
    coating = load[load["resource"] == BOTTLENECK].set_index("period")["load_ratio"]
    worth = load[(load["resource"] == BOTTLENECK) & (load["period"] == CRUNCH_PERIOD)]["hour_value"]
    unmet = base.supply.demand_fulfilment[base.supply.demand_fulfilment["period"].isin(year)]
    lost = unmet.groupby(unmet["item"].map(inputs.tables["items"].set_index("item")["family"]))["lost"].sum()
    fiscal = fiscal_year_periods(inputs.cycle, inputs.fiscal_year_first_month)
    budget = inputs.tables["budget"]
    return {
        "load of the bottleneck in the crunch month": float(coating[CRUNCH_PERIOD]),
        "load of the bottleneck in M0": float(coating[inputs.cycle]),
        "highest load of any other resource": float(load.loc[load["resource"] != BOTTLENECK, "load_ratio"].max()),
        "worth of an hour of the bottleneck in the crunch month": float(worth.iloc[0]),
        "grills lost": float(lost[family_of("Grills").name]),
        "heaters lost": float(lost[family_of("Heaters").name]),
        "units late": float(unmet["late"].sum()),
        "latest estimate less budget": _row(inputs, base)["net_sales"] - float(budget.loc[budget["period"].isin(fiscal), "revenue"].sum()),
    }


def _options(inputs: PlanInputs, base: PlanOutcome, params: CompanyParams) -> dict[str, float]:
    """What the options bring, alone and together; money, twelve months of contribution unless named otherwise."""
    start = _row(inputs, base)
    night, both = _changed(inputs, params, ["D1=B"]), _changed(inputs, params, ["D1=B", "D3=B"])
    later, stop = _changed(inputs, params, ["D3=B"]), _changed(inputs, params, ["D1=B", "D2=hazard"])
    outside = _changed(inputs, params, ["D1=C"])
    alone, on_top = later["contribution"] - start["contribution"], both["contribution"] - night["contribution"]
    return {
        "night shift, net sales": night["net_sales"] - start["net_sales"],
        "night shift, contribution": night["contribution"] - start["contribution"],
        "subcontracting, contribution": outside["contribution"] - start["contribution"],
        "later launch alone, contribution": alone,
        "later launch with night shift, contribution": on_top,
        "interaction of later launch and night shift": on_top - alone,
        "valve stop with night shift, contribution": stop["contribution"] - night["contribution"],
    }


def _changed(inputs: PlanInputs, params: CompanyParams, chosen: Sequence[str]) -> dict[str, float]:
    """The row of the plan with these options (`D1=B`) taken together; `D2=hazard` is what the decision guards against."""
    overlays = []
    for choice in chosen:
        decision, option = choice.split("=")
        asked = params.meeting.decisions[decision]
        overlays.append(asked.hazard.overlay if option == "hazard" and asked.hazard else asked.options[option])
    changed = apply_overlay(inputs, compose(overlays))
    return _row(changed, replan(changed))


def _row(inputs: PlanInputs, outcome: PlanOutcome) -> dict[str, float]:
    row = scenario_row(inputs, outcome, scenario="measured", title="measured", kind="scenario")
    return {name: float(row[name]) for name in ("net_sales", "contribution")}  # type: ignore[arg-type]
