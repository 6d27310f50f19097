"""The views of one demand side by side: what history says, what each function says, what the pipeline says, and the consensus."""

import numpy as np
import pandas as pd

from sopkit.demand.series import CELLS, COMPANY, with_family

UNBIASED = "_unbiased"  # behind a function's name: its forecast without the bias it has had; shown, never mixed in
VIEWS = ("statistical", "sales", "marketing", "crm")  # those that a mixture may weigh; finance is a comparison and has no weight
NODE = ["family", "region", "period"]
TRUST = 12  # scored months at which proven skill and equal weights count alike
LEAST_ERROR = 0.01  # WAPE below which no view is believed to be better


def view_weights(accuracy: pd.DataFrame, families: list[str], *, lag: int) -> pd.DataFrame:
    """What each view would weigh by proven skill, beside equal weights.

    skill = t x (1 / WAPE^2, scaled to 1) + (1 - t) / views, t = months / (months + 12) of the view scored least (Bates and Granger 1969,
    shrunk to equal). A view that was never scored has no weight; finance has none at all (docs/glossary.md, consensus).

    Args:
        accuracy: forecast_accuracy contract.
        families: families of the plan; one that was never scored has the company's weights.
        lag: months between approval and the month forecast.

    Returns:
        view_weights contract: family x view.
    """
    scored = accuracy[(accuracy["lag"] == lag) & accuracy["layer"].isin(VIEWS) & accuracy["wape_ratio"].notna()]
    rows = []
    for family in sorted(families):
        own = scored[scored["family"] == family]
        own = own if len(own) else scored[scored["family"] == COMPANY]
        trust = own["months"].min() / (own["months"].min() + TRUST) if len(own) else 0.0
        skill = 1 / np.maximum(own["wape_ratio"].to_numpy(dtype=float), LEAST_ERROR) ** 2
        mixed = trust * skill / skill.sum() + (1 - trust) / max(len(own), 1)
        rows += [(family, view, 1 / len(own), float(part)) for view, part in zip(own["layer"], mixed, strict=True)]
    table = pd.DataFrame(rows, columns=["family", "view", "equal_share", "skill_share"]).astype({"family": "str", "view": "str"})
    return table.sort_values(["family", "view"], ignore_index=True)


def unbiased_forecasts(said: pd.DataFrame, accuracy: pd.DataFrame, items: pd.DataFrame, *, lag: int) -> pd.DataFrame:
    """What sales and marketing would have said without the bias that their frozen forecasts have had, by family.

    quantity / (1 + t b), b the bias of the function's layer in the family at the headline lag, t = n / (n + 12), n the months scored: a
    short record is believed in part. A function that was never scored there has no such view. It stands beside what was said and changes
    nothing.

    Args:
        said: sales_forecast contract.
        accuracy: forecast_accuracy contract.
        items: items contract.
        lag: months between approval and the month forecast.

    Returns:
        The rows of `said` that have one, their function named `sales_unbiased` or `marketing_unbiased`.
    """
    scored = accuracy[(accuracy["lag"] == lag) & accuracy["layer"].isin(["sales", "marketing"]) & (accuracy["bias_ratio"] > -1)]
    record = scored[["layer", "family", "months", "bias_ratio"]].rename(columns={"layer": "function"})
    both = with_family(said, items).merge(record, on=["function", "family"], how="inner")
    trust = both["months"] / (both["months"] + TRUST)
    corrected = both["quantity"] / (1 + trust * both["bias_ratio"].astype(float))
    return both.assign(quantity=corrected, function=both["function"] + UNBIASED)[list(said.columns)]


def demand_views(
    layers: dict[str, pd.DataFrame], said: pd.DataFrame, crm: pd.DataFrame, items: pd.DataFrame, weights: pd.DataFrame
) -> pd.DataFrame:
    """Every view of the plan by family, region and month; the mixtures `equal` and `skill` are shown, the consensus is what is planned.

    The pipeline's view is the baseline and what the pipeline adds to it, in the families and regions where it has deals. A mixture is
    taken over the views that say something for the family, region and month, their weights scaled to 1.

    Args:
        layers: `statistical` and `consensus`: frames with item, region, channel, period, quantity.
        said: sales_forecast contract; empty where functions hand in none; with `unbiased_forecasts` where those are to be shown.
        crm: crm_demand contract: units that the pipeline adds to the baseline.
        items: items contract.
        weights: view_weights contract.

    Returns:
        demand_views contract: family x region x month x view, units.
    """
    parts = {name: part[[*CELLS, "quantity"]] for name, part in layers.items()}
    parts |= {str(name): part for name, part in said.groupby("function", sort=True)}
    months = set(layers["consensus"]["period"])
    sums = {name: _summed(part[part["period"].isin(months)], items) for name, part in parts.items()}
    if len(crm):
        added = _summed(crm.assign(quantity=crm["expected_quantity"]), items)
        deals = added.index.droplevel("period").unique()
        base = sums["statistical"]
        sums["crm"] = base[base.index.droplevel("period").isin(deals)].add(added, fill_value=0.0)
    table = pd.concat([part.rename("quantity").reset_index().assign(view=name) for name, part in sums.items()], ignore_index=True)
    table = pd.concat([table, *(_mixture(table, weights, name) for name in ("equal", "skill"))], ignore_index=True)
    return table.astype({"view": "str"})[[*NODE, "view", "quantity"]].sort_values([*NODE, "view"], ignore_index=True)


def started_from(
    baseline: pd.DataFrame, said: pd.DataFrame, crm: pd.DataFrame, items: pd.DataFrame, weights: pd.DataFrame, *, start: str
) -> pd.DataFrame:
    """The baseline with what the consensus starts from: `view_quantity`, the units that the mean of all views adds to it.

    The mean by family, region and month is that of `demand_views`; what it adds to the baseline there is spread over its cells in
    proportion to their units, evenly where those are none. Nothing is added where the company starts from the statistical forecast
    alone, where no view has a record, or where the baseline has no cell.

    Args:
        baseline: statistical_forecast contract.
        said: sales_forecast contract.
        crm: crm_demand contract.
        items: items contract.
        weights: view_weights contract.
        start: `statistical`, `equal` or `skill` (`DemandPolicy.consensus_start`).
    """
    if start == "statistical":
        return baseline.assign(view_quantity=0.0)
    mixed = demand_views({"statistical": baseline, "consensus": baseline}, said, crm, items, weights)
    target = mixed[mixed["view"] == start].set_index(NODE)["quantity"]
    cells = with_family(baseline, items)
    whole = cells.groupby(NODE)["quantity"].transform("sum").to_numpy(dtype=float)
    alone = 1 / cells.groupby(NODE)["quantity"].transform("size").to_numpy(dtype=float)
    share = np.divide(cells["quantity"].to_numpy(dtype=float), whole, out=alone, where=whole > 0)
    wanted = target.reindex(pd.MultiIndex.from_frame(cells[NODE])).to_numpy(dtype=float)
    return baseline.assign(view_quantity=np.where(np.isnan(wanted), 0.0, (wanted - whole) * share))


def _summed(cells: pd.DataFrame, items: pd.DataFrame) -> pd.Series:
    """Units by family, region and month."""
    return with_family(cells, items).groupby(NODE, sort=True)["quantity"].sum()


def _mixture(table: pd.DataFrame, weights: pd.DataFrame, name: str) -> pd.DataFrame:
    """The weighted mean of the views that each node has."""
    share = f"{name}_share"
    both = table.merge(weights[["family", "view", share]], on=["family", "view"])
    sums = both.assign(weighted=both["quantity"] * both[share]).groupby(NODE, sort=True)[["weighted", share]].sum().reset_index()
    return sums.assign(view=name, quantity=sums["weighted"] / sums[share])[[*NODE, "view", "quantity"]]
