"""Whole policies over past months: no look ahead, every unit accounted for, figures by hand."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from sopkit.data.contracts import INPUTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.demand.policy import DemandPolicy
from sopkit.errors import IntegrityError, ParamsError
from sopkit.finance.policy import MoneyPolicy
from sopkit.meeting.replay import Company, HistoryView, Record, ReplayPolicy, paired_interval, replay, settings_of, side_by_side
from sopkit.meeting.replay.execution import Cells, executed
from sopkit.meeting.replay.safety import fitting, safety_days
from sopkit.meeting.replay.state import NOTHING_WAITS
from sopkit.meeting.replay.view import DATED_FROM, HELD, INDICATORS, KNOWN_FROM, LEFT_OUT, PAST
from sopkit.periods import period_range, shifted
from sopkit.supply.policy import SupplyPolicy

FIRST, LAST = "2025-05", "2025-08"
MONTHS = period_range("2023-01", 36)  # to 2025-12: the record goes on behind what is replayed
DATES = {
    "sales_history": "date",
    "inventory": "period",
    "forecast_snapshots": "made_in",
    "prices": "valid_from",
    "unit_costs": "valid_from",
}


def _company() -> Company:
    supply = SupplyPolicy(workforce_planned=False)
    return Company(DemandPolicy(hierarchy=("total",)), supply, MoneyPolicy(), "SE", 1, 6, "fast", ("holt_winters",), 1, (), 3)


def _tables() -> dict[str, pd.DataFrame]:
    """Two items with a season, a line that is full in summer, and a sales forecast that knew better."""
    rng = np.random.default_rng(7)
    sales, frozen = [], []
    for item, level in (("A", 100), ("B", 40)):
        for channel in ("retail", "dealers"):
            for place, month in enumerate(MONTHS):
                units = float(round(level * (1 + 0.4 * np.sin(2 * np.pi * place / 12)) * rng.uniform(0.8, 1.2)))
                sales.append((f"{month}-01", item, "SE", channel, "-", units, units * 10, units * 6))
                frozen.append(("sales", shifted(month, -1), item, "SE", channel, month, units))
    columns = ["date", "item", "region", "channel", "customer", "quantity", "revenue", "cost"]
    history = pd.DataFrame(sales, columns=columns).assign(date=lambda rows: pd.to_datetime(rows["date"]))
    told = {
        "items": pd.DataFrame({"item": ["A", "B"], "item_name": ["a", "b"], "family": ["F", "F"], "supply_strategy": "stock", "tier": "A"}),
        "sales_history": history,
        "forecast_snapshots": pd.DataFrame(frozen, columns=["layer", "made_in", "item", "region", "channel", "period", "quantity"]),
        "inventory": pd.DataFrame([(item, month, 60.0) for item in "AB" for month in MONTHS], columns=["item", "period", "quantity"]),
        "unit_costs": pd.DataFrame(
            {"item": ["A", "B"] * 2, "valid_from": pd.to_datetime(["2023-01-01"] * 2 + ["2025-07-01"] * 2), "unit_cost": [6.0, 6, 7, 7]}
        ),
        "prices": pd.DataFrame(
            {
                "item": "*",
                "region": "*",
                "channel": "*",
                "valid_from": pd.to_datetime(["2023-01-01", "2025-07-01"]),
                "net_price": [10.0, 11],
            }
        ),
        "resources": pd.DataFrame(
            {"resource": ["L"], "resource_name": ["line"], "site": ["S"], "overtime_limit_share": [0.1], "overtime_cost": [1.0]}
        ),
        "resource_calendar": pd.DataFrame(
            {"resource": "L", "period": MONTHS[24:], "available_hours": 290.0, "demonstrated_hours": 290.0, "worked_hours": 250.0}
        ),
        "bill_of_resources": pd.DataFrame({"item": ["A", "B"], "resource": "L", "hours": 1.0}),
        "targets": pd.DataFrame({"target": ["safety_days"], "scope": ["*"], "value": [10.0]}),
    }
    return {name: conform(told[name], contract) if name in told else empty(contract) for name, contract in INPUTS.items()}


def _replayed(tables: dict[str, pd.DataFrame], policies: dict[str, ReplayPolicy], last: str = LAST):
    return replay(Record(tables, _company()), settings_of(_company(), policies), first=FIRST, last=last)


POLICIES = {"own": ReplayPolicy(), "sales": ReplayPolicy(consensus={"statistical": 0.001, "sales": 1.0}, safety_stock="errors")}


@pytest.fixture(scope="module")
def tables():
    return _tables()


@pytest.fixture(scope="module")
def found(tables):
    return _replayed(tables, POLICIES)


def _altered(tables: dict[str, pd.DataFrame], after: str) -> dict[str, pd.DataFrame]:
    """Every number of every row dated after a month is another."""
    changed = dict(tables)
    for name, column in DATES.items():
        frame = tables[name]
        label = frame[column] if column in ("period", "made_in") else frame[column].dt.strftime("%Y-%m")
        later = label > (shifted(after, 1) if name == "forecast_snapshots" else after)  # frozen in the month of the meetings: known
        assert later.any(), name
        numbers = frame.select_dtypes("number").columns
        changed[name] = frame.assign(**{one: frame[one].where(~later, frame[one] * 7 + 13) for one in numbers})
    return changed


def test_no_row_dated_after_a_month_changes_what_was_replayed_up_to_it(tables, found):
    """What was made for the first altered month, too, is the same: its rows decide what it sold, never what was planned for it."""
    again = _replayed(_altered(tables, "2025-06"), POLICIES)
    upto, still = (one.months[one.months["period"] <= "2025-06"].reset_index(drop=True) for one in (found, again))
    pd.testing.assert_frame_equal(still, upto)
    both = [one.months.set_index(["policy", "period"]).loc[(slice(None), "2025-07"), :] for one in (found, again)]
    assert both[0]["production"].equals(both[1]["production"])
    assert (both[0]["demand"] != both[1]["demand"]).all()


def test_a_view_raises_where_a_later_month_is_asked_for(tables):
    view = HistoryView(tables, "2025-03")
    assert len(view.month("inventory", "2025-03")) == 2
    with pytest.raises(IntegrityError, match="may not look ahead"):
        view.month("inventory", "2025-04")
    with pytest.raises(IntegrityError, match="may not look ahead"):
        view.read("sales_forecast")  # of today, without a date of recording


def test_a_view_holds_nothing_dated_later_and_no_picture_of_today(tables):
    full = {name: frame if len(frame) else _one_row_per_month(name) for name, frame in tables.items()}
    view = HistoryView(full, "2025-03")
    dated = {**KNOWN_FROM, **DATED_FROM}
    for name in PAST:
        if name == INDICATORS or not len(full[name]):
            continue
        months = view.read(name)[dated[name]].dropna().astype("str").str[:7]
        assert len(months) and months.max() <= ("2025-04" if name == "forecast_snapshots" else "2025-03"), name
    assert all(view.read(name).empty for name in LEFT_OUT)
    assert view.read("resource_calendar")["worked_hours"].isna().all()
    assert not set(PAST) & set(HELD) and not set(LEFT_OUT) & {*PAST, *HELD}


def _one_row_per_month(name: str) -> pd.DataFrame:
    column = {**KNOWN_FROM, **DATED_FROM}.get(name)
    if column is None or name == INDICATORS:
        return empty(INPUTS[name])
    frame = empty(INPUTS[name]).reindex(range(len(MONTHS)))
    dates = pd.to_datetime(pd.Series(MONTHS) + "-15")
    return frame.assign(**{column: MONTHS if frame[column].dtype == "str" else dates})


def test_an_indicator_is_known_when_published(tables):
    rows = pd.DataFrame(
        {
            "indicator": "x", "family": "*", "region": "*", "period": ["2025-01", "2025-02", "2025-03"], "value": 1.0, "source": "s",
            "published": pd.to_datetime(["2025-04-02", None, None]),
        }
    )  # fmt: skip
    known = HistoryView({**tables, INDICATORS: conform(rows, INPUTS[INDICATORS])}, "2025-03").read(INDICATORS)
    assert list(known["period"]) == ["2025-02"]  # published later; closed a month ago; not over a month ago


def test_every_unit_is_shipped_waits_or_is_lost(found):
    rows = found.months
    assert np.allclose(rows["demand"], rows["on_time"] + rows["late"] + rows["lost"] - _given_up(rows), atol=1e-6)
    for _, own in rows.groupby("policy"):
        moved = own["production"].to_numpy()[1:] - own["shipped"].to_numpy()[1:]
        assert np.allclose(np.diff(own["stock"].to_numpy()), moved, atol=1e-4)


def _given_up(rows: pd.DataFrame) -> pd.Series:
    """Units that waited and were lost after all: waiting before + late - waiting after - shipped late."""
    before = rows.groupby("policy")["waiting"].shift(fill_value=0.0)
    return before + rows["late"] - rows["waiting"] - (rows["shipped"] - rows["on_time"])


def test_a_layer_that_knew_better_shows_as_a_better_forecast(found):
    told = side_by_side(found.months, found.errors).set_index(["measure", "policy"])
    assert told.loc[("wape_lag_1", "sales"), "verdict"] == "better"
    assert told.loc[("wape_lag_1", "sales"), "value"] < 0.01 < told.loc[("wape_lag_1", "own"), "value"]
    service = found.months.groupby("policy")[["on_time", "demand"]].sum()
    assert told.loc[("service", "own"), "value"] == pytest.approx(service.loc["own", "on_time"] / service.loc["own", "demand"])


def test_without_stock_only_forecasts_are_replayed(tables):
    bare = {**tables, "inventory": empty(INPUTS["inventory"])}
    result = _replayed(bare, {"own": ReplayPolicy()}, last="2025-06")
    assert not result.executed and result.months.empty
    assert set(side_by_side(result.months, result.errors)["measure"]) == {"wape_lag_1", "bias_lag_1"}  # none three months ahead


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2025-05", "2025-04", "after --to"),
        ("2025-05", "2026-06", "sales are on record to 2025-12"),
        ("2023-06", "2025-04", "2024-01 or later"),
    ],
)
def test_months_that_cannot_be_replayed_are_refused(tables, first, last, told):
    with pytest.raises(ParamsError, match=told):
        replay(Record(tables, _company()), settings_of(_company(), {"own": ReplayPolicy()}), first=first, last=last)


def test_a_month_without_recorded_stock_is_refused_with_the_months_that_have_it(tables):
    kept = tables["inventory"].query("period >= '2025-05'")
    with pytest.raises(ParamsError, match="month ends on record are 2025-05 to 2025-12"):
        _replayed({**tables, "inventory": kept}, {"own": ReplayPolicy()})


def test_policies_that_cannot_be_used_are_all_told_at_once():
    policies = {
        "a": ReplayPolicy(supply={"late_cost_shar": 1}),
        "b": ReplayPolicy(demand={"season_length": 0}),
        "c": ReplayPolicy(tier="x"),
    }
    with pytest.raises(ParamsError) as raised:
        settings_of(_company(), policies)
    told = str(raised.value)
    assert "a, supply.late_cost_shar: an unknown name" in told and "late_cost_share" in told
    assert "b, demand.season_length" in told and "c, tier: 'x'" in told
    for wrong in (
        {"consensus": {"finance": 1, "statistical": 1}},
        {"consensus": {"sales": 1}},
        {"safety_stok": "none"},
        {"drivers": ["x"]},
    ):
        with pytest.raises(ValidationError):
            ReplayPolicy(**wrong)


def test_safety_stock_of_none_and_of_twice_the_days(tables):
    company = _company()
    settings = settings_of(company, {"none": ReplayPolicy(safety_stock="none"), "twice": ReplayPolicy(safety_factor=2)})
    none, twice = (safety_days({"targets": tables["targets"]}, one, pd.DataFrame(), cutoff="2025-03") for one in settings)
    assert list(none["value"]) == [0.0] and list(twice["value"]) == [20.0]


def test_safety_stock_is_cut_to_what_the_storage_holds(tables):
    """A asks for 30 a day: 20 days are 600; at 0.9, 0.81, 0.729, 0.6561 of them the last are 394 and fit into 400."""
    months = period_range("2025-04", 3)
    days = [30.0 * day for day in (30, 31, 30)]
    demand = pd.DataFrame({"item": "A", "region": "SE", "channel": "x", "period": months, "quantity": days})
    told = conform(pd.DataFrame({"target": ["safety_days"], "scope": ["*"], "value": [20.0]}), INPUTS["targets"])
    cut, kept = fitting(told, {"items": tables["items"], "consensus_demand": demand}, 400.0)
    assert kept == pytest.approx(0.6561) and list(cut["value"]) == [pytest.approx(13.122)]
    assert fitting(told, {"items": tables["items"], "consensus_demand": demand}, None)[1] == 1.0


def test_units_are_shared_out_by_hand():
    """100 units; 20 wait since last month, retail asks for 60 (loss 9), dealers for 40 (loss 5): 80 are left for 100."""
    keys = pd.DataFrame({"item": "A", "region": "SE", "channel": ["retail", "dealers"]})
    cells = Cells(keys, np.array([60.0, 40.0]), np.array([9.0, 5.0]), np.array([0.5, 0.25]), np.array([1, 1]))
    waiting = pd.DataFrame({"item": ["A"], "region": ["SE"], "channel": ["retail"], "period": ["2025-03"], "quantity": [20.0]})
    stock = pd.Series({"A": 100.0})
    first = executed(stock, waiting, cells, "dearest_first", month="2025-04", numbers=[1]).cells.set_index("channel")
    assert list(first.loc[["retail", "dealers"], "on_time"]) == [60.0, 20.0]
    assert first.loc["dealers", ["late", "lost"]].tolist() == [5.0, 15.0] and first.loc["retail", "shipped"] == 80.0
    fair = executed(stock, waiting, cells, "fair_share", month="2025-04", numbers=[1]).cells.set_index("channel")
    assert list(fair.loc[["retail", "dealers"], "on_time"]) == [48.0, 32.0]
    short = executed(pd.Series({"A": 5.0}), waiting, cells, "fair_share", month="2025-04", numbers=[1])
    assert short.given_up == 15.0 and short.cells.set_index("channel").loc["retail", "lost"] == 30.0 + 15.0  # waited its month


def test_shipping_is_what_plain_code_ships():
    rng = np.random.default_rng(3)
    keys = pd.DataFrame([(i, "SE", c) for i in "ABC" for c in ("x", "y", "z")], columns=["item", "region", "channel"])
    for allocation in ("dearest_first", "fair_share"):
        demand, worth = rng.integers(0, 30, 9).astype(float), rng.integers(1, 4, 9).astype(float)
        stock = pd.Series({"A": 25.0, "B": 0.0, "C": 500.0})
        cells = Cells(keys, demand, worth, np.full(9, 0.4), np.full(9, 2))
        got = executed(stock, NOTHING_WAITS, cells, allocation, month="2025-04", numbers=[]).cells
        for item in "ABC":
            left, own = float(stock[item]), [place for place in range(9) if keys["item"][place] == item]
            for rank in sorted({worth[one] for one in own}, reverse=True) if allocation == "dearest_first" else [None]:
                alike = [one for one in own if rank is None or worth[one] == rank]
                asked = sum(demand[one] for one in alike)
                part = min(1.0, left / asked) if asked else 0.0
                for one in alike:
                    row = got[(got["item"] == item) & (got["channel"] == keys["channel"][one])].iloc[0]
                    assert row["on_time"] == pytest.approx(demand[one] * part)
                    assert row["late"] == pytest.approx((demand[one] - demand[one] * part) * 0.4)
                left -= asked * part


def test_an_interval_by_hand():
    """Changes 1, 2, 3, 4 on 10 each: r = .25; e = -1.5, -.5, .5, 1.5; one lag (L = 1): S = 5 + 2 x 1/2 x 1.25 = 6.25."""
    found = paired_interval(np.array([1.0, 2, 3, 4]), np.full(4, 10.0))
    error = (6.25 * 4 / 3) ** 0.5 / 40
    assert found.difference == 0.25 and found.high - found.difference == pytest.approx(2.353363 * error, rel=1e-5)
    assert np.isnan(paired_interval(np.array([1.0, 2]), np.ones(2)).low)
