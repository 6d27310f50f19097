"""Every fault that the demand step can be handed, all at once: each is named where it came in, and the rest of the plan is still made."""

import pandas as pd
import pytest
from data.company_set import CUTOFF, company_tables, read_set

from sopkit.data.cleaning import demand_history
from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.sources.reading import Intake
from sopkit.demand.consensus import DemandInputs, consensus_checks, consensus_demand, lifecycle_log, override_log
from sopkit.demand.hierarchy import CoherentForecast, coherent_forecast
from sopkit.demand.opportunities import crm_calibration, crm_demand
from sopkit.demand.policy import DemandPolicy
from sopkit.errors import DataError
from sopkit.periods import shifted

CYCLE, HORIZON = shifted(CUTOFF, 1), 6
POLICY = DemandPolicy()
OTHERS = {"lifecycle", "launch_references", "overrides", "opportunities", "inventory", "open_orders", "prices"}


def faulty() -> dict[str, pd.DataFrame]:
    """A valid company with a gap, an item that never sold, one of a single sale, an infinite line, returns, a line sent twice, a line
    of a quarter, an override for an unknown item and one for a past month, weights that add up to 0.9, a reference without sales, and a
    deal without product."""
    tables = company_tables()
    sales, names = tables["sales_history"], ["ZERO", "ONCE", "BACK", "NEW", "ORPHAN"]
    more = pd.DataFrame([(name, f"Item {name}", "Grills", "stock") for name in names], columns=tables["items"].columns)
    first = sales[sales["item"] == "A1"].iloc[[0]]
    sales = sales[~((sales["item"] == "A2") & sales["date"].str[:7].isin(["2025-05", "2025-06"]))].astype({"quantity": object})
    odd = [
        first.assign(item="ZERO", date=f"{CUTOFF}-15", quantity=0, revenue=0),
        first.assign(item="ONCE", date=f"{CUTOFF}-15"),
        first.assign(item="BACK", date="2025-02-15"),
        first.assign(item="BACK", date=f"{CUTOFF}-15", quantity=-40),
        first.assign(date="2026-02-16", quantity="inf"),
        first.assign(date="2025-Q3"),
    ]
    sales = pd.concat([sales, *odd, sales[(sales["item"] == "B1") & (sales["date"] == "2026-01-15")]], ignore_index=True)
    override = {"function": "sales", "kind": "multiply", "value": 1.2, "family": "*", "item": "*", "region": "*", "channel": "*"}
    override |= {
        "owner": "K. Ek",
        "first_period": CYCLE,
        "last_period": CYCLE,
        "reason_code": "customer",
        "reason": "told",
        "evidence": "mail",
    }
    rows = [("good", {"item": "A1"}), ("nowhere", {"item": "NOBODY"}), ("past", {"first_period": "2025-01", "last_period": "2025-02"})]
    deal = {"customer": "K-north", "region": "north", "channel": "retail", "stage": "proposal", "probability_share": 0.5, "quantity": 10.0}
    deal |= {"period": CYCLE, "in_baseline": False}
    launches = [("C1", "launch", "2024-05", "B2", None), ("NEW", "launch", CYCLE, None, 1200), ("ORPHAN", "launch", CYCLE, None, 600)]
    prices = pd.DataFrame([(name, "*", "*", "2024-01-01", 50.0) for name in names], columns=tables["prices"].columns)
    return tables | {
        "prices": pd.concat([tables["prices"], prices], ignore_index=True),
        "items": pd.concat([tables["items"], more], ignore_index=True),
        "sales_history": sales,
        "overrides": pd.DataFrame([override | {"override": name} | changed for name, changed in rows]),
        "opportunities": pd.DataFrame([deal | {"opportunity": "O1", "item": "B1"}, deal | {"opportunity": "O2", "item": None}]),
        "lifecycle": pd.DataFrame(launches, columns=["item", "event", "period", "reference_item", "annual_quantity"]),
        "launch_references": pd.DataFrame(
            [("NEW", "A1", 0.5), ("NEW", "A2", 0.4), ("ORPHAN", "ZERO", 1.0)], columns=["item", "reference_item", "weight_share"]
        ),
    }


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Intake:
    return read_set(tmp_path_factory.mktemp("faulty"), faulty())


@pytest.fixture(scope="module")
def history(intake: Intake) -> pd.DataFrame:
    return demand_history(intake.tables["sales_history"], empty(CONTRACTS["orders"]), cutoff=CUTOFF)


@pytest.fixture(scope="module")
def agreed(intake: Intake, history: pd.DataFrame) -> CoherentForecast:
    items = intake.tables["items"]
    return coherent_forecast(history, items, POLICY, cutoff=CUTOFF, horizon=HORIZON, models=("dynamic_theta", "holt_winters"), origins=3)


@pytest.fixture(scope="module")
def inputs(intake: Intake, history: pd.DataFrame, agreed: CoherentForecast) -> DemandInputs:
    rest = {name: intake.tables.get(name, empty(CONTRACTS[name])) for name in OTHERS}
    return DemandInputs.of({**rest, "items": intake.tables["items"], "demand_history": history, "statistical_forecast": agreed.table})


@pytest.mark.parametrize(
    ("rule", "table", "outcome", "named"),
    [
        ("not_a_date", "sales_history", "REJECT", "2025-Q3"),  # another frequency
        ("not_a_number", "sales_history", "REJECT", "inf"),
        ("duplicate_key", "sales_history", "REJECT", "stands on rows"),  # the same period twice
        ("returned_units", "sales_history", "ACCEPT", "negative"),
        ("empty_cell", "opportunities", "REJECT", "empty"),
        ("unknown_code", "overrides", "REJECT", "NOBODY"),
        ("launch_weights", "launch_references", "ACCEPT", "NEW (0.90)"),
        ("silent_reference", "launch_references", "ACCEPT", "ZERO"),
    ],
)
def test_each_fault_of_a_file_is_a_finding(intake: Intake, rule: str, table: str, outcome: str, named: str) -> None:
    found = intake.findings[(intake.findings["rule"] == rule) & (intake.findings["table"] == table)]
    assert set(found["outcome"]) == {outcome} and found["message"].str.contains(named, regex=False).all()


def test_every_series_is_forecast_and_says_how(history: pd.DataFrame, agreed: CoherentForecast) -> None:
    """The gap of A2 is two months of zero; nothing, one sale and returns have forecasts of their own kind; nothing is no number."""
    gap = history[(history["item"] == "A2") & history["period"].isin(["2025-05", "2025-06"])]
    assert len(gap) == 4 and gap["quantity"].eq(0).all()
    assert agreed.table[["quantity", "p10", "p50", "p90", "naive"]].notna().all(axis=None)
    how = agreed.table.groupby("item")["method"].first()
    assert how["ZERO"].endswith("none expected") and how["ONCE"].startswith("short history") and how["A2"].startswith("pool")
    units = agreed.table.groupby("item")["quantity"].sum()
    assert units["ZERO"] == 0 and (units[["A1", "A2", "B1", "B2", "C1", "ONCE"]] > 0).all()


def test_the_rest_of_the_plan_is_made_and_each_entry_told(intake: Intake, inputs: DemandInputs) -> None:
    log = override_log(inputs, POLICY).set_index("override")
    assert log["outcome"].to_dict() == {"good": "applied", "nowhere": "outside", "past": "outside"}
    assert "NOBODY" in log.loc["nowhere", "note"] and "no month" in log.loc["past", "note"]
    launches = lifecycle_log(inputs, POLICY).set_index("item")
    assert launches["outcome"].to_dict() == {"C1": "own_history", "NEW": "planned", "ORPHAN": "not_planned"}
    assert "ZERO" in launches.loc["ORPHAN", "note"] and launches.loc["NEW", "quantity_change"] > 0
    plan = conform(consensus_demand(inputs, POLICY), CONTRACTS["consensus_demand"])
    assert {"A1", "A2", "B1", "B2", "C1", "NEW"} <= set(plan.loc[plan["quantity"] > 0, "item"])
    assert consensus_checks(inputs, POLICY)["ok"].all()
    deals = intake.tables["opportunities"]
    calibration = crm_calibration(deals, empty(CONTRACTS["crm_record"]))
    assert crm_demand(deals, calibration, cycle=CYCLE, horizon=HORIZON)["opportunity"].tolist() == ["O1"]


def test_an_item_without_any_price_is_named(inputs: DemandInputs) -> None:
    """What nobody can value stops the plan of money, and says on which item."""
    bare = inputs.prices[inputs.prices["item"] != "ZERO"]
    with pytest.raises(DataError, match="ZERO"):
        consensus_demand(DemandInputs.of({**vars(inputs), "demand_history": inputs.history, "prices": bare}), POLICY)
