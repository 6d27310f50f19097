"""Drivers: what each does, whether it has earned its place, and what that makes of history and plan; by hand and by plain loops."""

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.measures import campaign_months
from sopkit.demand.consensus import DemandInputs, override_conflicts
from sopkit.demand.drivers import DriverInputs, driver_effects, driver_factor, planned_units, without_drivers
from sopkit.demand.drivers.campaigns import campaign_drivers, campaign_shares, family_uplift
from sopkit.demand.drivers.effect import yearly_slope
from sopkit.demand.drivers.markets import markets_of
from sopkit.demand.drivers.regressors import indicator_drivers, price_drivers
from sopkit.demand.drivers.trial import MODELS, tried
from sopkit.demand.hierarchy import coherent_forecast
from sopkit.demand.kernels import KERNELS, right_aligned
from sopkit.demand.policy import DemandPolicy
from sopkit.errors import ParamsError
from sopkit.periods import period_range, shifted

MONTHS = period_range("2021-01", 60)
CUTOFF = MONTHS[-1]
HORIZON = 12
REGIONS = ("NO", "SE")
UPLIFT, SHARE = 0.5, 0.4  # truth: a campaign lifts its days by half, and lies on 40 % of its month


def table(name: str, rows: list[dict]) -> pd.DataFrame:
    """A table as its contract promises it; days may be given as text."""
    if not rows:
        return empty(CONTRACTS[name])
    frame, contract = pd.DataFrame(rows), CONTRACTS[name]
    days = [column.name for column in contract.columns if column.kind == "day" and column.name in frame]
    return conform(frame.assign(**{day: pd.to_datetime(frame[day]) for day in days}), contract)


def campaigns(*, stated: float | None = None) -> list[tuple[str, str, float | None]]:
    """Campaigns of Grills in one region each May since 2022, in turn; the next is planned in SE."""
    past = [(f"{year}-05", REGIONS[year % 2], None) for year in range(2021, 2026)]
    return [*past, ("2026-05", "SE", stated)]


def inputs(demand: dict[str, np.ndarray] | None = None, *, measured: bool = True, stated: float | None = None) -> DriverInputs:
    """Two families in two regions; demand by region of Grills, Stoves steady."""
    random = np.random.default_rng(4)
    if demand is None:
        demand = {region: np.full(60, 1000.0) * np.exp(0.02 * random.standard_normal(60)) for region in REGIONS}
        for period, region, _ in campaigns()[:-1]:
            demand[region][MONTHS.index(period)] *= 1 + UPLIFT * SHARE
    rows = []
    for region in REGIONS:
        for item, values in (("G", demand[region]), ("S", np.full(60, 300.0))):
            rows += [
                {"item": item, "region": region, "channel": "retail", "period": period, "quantity": value, "sold_quantity": value}
                | {"revenue": 10 * value, "source": "sales", "uncensored_quantity": value}
                for period, value in zip(MONTHS, values, strict=True)
            ]
    named = [{"campaign": f"C-{period}", "family": "Grills", "region": region, "channel": "*"} for period, region, _ in campaigns()]
    told = [
        {**row, "start_date": f"{period}-10", "end_date": f"{period}-21", "campaigns": 1, "claimed_uplift_share": 0.9, "verdict": "worked"}
        | {"uplift_ratio": UPLIFT, "uplift_low": UPLIFT - 0.165, "uplift_high": UPLIFT + 0.165, "claim": "missed", "why": "by hand"}
        for row, (period, _, _) in zip(named, campaigns(), strict=True)
    ][:-1]
    items = [
        {"item": item, "item_name": item, "family": family, "supply_strategy": "stock"}
        for item, family in (("G", "Grills"), ("S", "Stoves"))
    ]
    return DriverInputs(
        items=table("items", items),
        history=table("demand_history", rows),
        prices=table("prices", []),
        campaigns=table(
            "campaigns",
            [
                {**row, "start_date": f"{period}-10", "end_date": f"{period}-21", "claimed_uplift_share": 0.9, "stated_uplift_share": share}
                for row, (period, _, share) in zip(named, campaigns(stated=stated), strict=True)
            ],
        ),
        campaign_results=table("campaign_results", told if measured else []),
        campaign_months=table("campaign_months", [{**row, "period": row["campaign"][2:], "day_share": SHARE} for row in named]),
        market_indicators=table("market_indicators", []),
        indicator_correlations=table("indicator_correlations", []),
        working_days=pd.DataFrame({"period": [], "working_days": []}),
    )


def forecast(given: DriverInputs, factors: pd.DataFrame | None) -> pd.DataFrame:
    return coherent_forecast(
        given.history, given.items, DemandPolicy(), cutoff=CUTOFF, horizon=HORIZON, models=("theta",), origins=3, factors=factors
    ).table


def effects_of(given: DriverInputs, **knobs: object):  # noqa: ANN201 - DriverEffects
    return driver_effects(given, cutoff=CUTOFF, horizon=HORIZON, steps=3, **knobs)


# -- campaigns ---------------------------------------------------------------------------------------------------------


def test_a_campaign_lies_on_the_share_of_the_month_that_its_days_usually_bring() -> None:
    days = [day for day in pd.date_range("2021-01-01", "2021-03-31") if day.weekday() != 6]  # nobody asks on Sundays
    keys = {"item": "G", "region": "SE", "channel": "retail"}
    spans = {"past": ("2021-02-26", "2021-03-07"), "never": ("2021-03-07", "2021-03-01"), "next": ("2021-04-05", "2021-04-11")}
    spans["sunday"] = ("2021-05-02", "2021-05-02")
    given = {
        "campaigns": table(
            "campaigns",
            [
                {"campaign": name, "family": "Grills", "region": "SE", "channel": "*", "start_date": start, "end_date": end}
                | {"claimed_uplift_share": 0.1}
                for name, (start, end) in spans.items()
            ],
        ),
        "demand_history": table(
            "demand_history",
            [
                keys | {"period": f"2021-0{month}", "quantity": 270.0, "sold_quantity": 270.0, "revenue": 10.0, "source": "sales"}
                for month in range(1, 4)
            ],
        ),
        "sales_history": table("sales_history", [keys | {"customer": "-", "date": day, "quantity": 10.0, "revenue": 1.0} for day in days]),
        "orders": table("orders", []),
    }
    found = campaign_months(given, cutoff="2021-03").set_index(["campaign", "period"])["day_share"].to_dict()
    # February 2021: 24 days of sale, two of them the 26th and 27th; March: 27, the 1st to the 6th; April: 26, the 5th to the 10th
    assert found == pytest.approx({("past", "2021-02"): 2 / 24, ("past", "2021-03"): 6 / 27, ("next", "2021-04"): 6 / 26}, rel=1e-3)


def test_families_that_do_not_differ_share_their_campaigns() -> None:
    rows = [("A", 0.2, 0.1), ("A", 0.2, 0.1), ("B", 0.2, 0.1), ("B", 0.2, 0.1)]
    measured = pd.DataFrame(rows, columns=["family", "uplift", "deviation"])
    own = family_uplift(measured, "A")
    # four campaigns of deviation .1 and no difference: .1 / sqrt(4) = .05; 90 % = 1.645 deviations
    assert own.value == pytest.approx(0.2) and own.high - own.value == pytest.approx(1.6449 * 0.05, rel=1e-3)
    assert family_uplift(measured, "C").value == pytest.approx(0.2)


def test_families_that_differ_keep_their_own_uplift() -> None:
    rows = [("A", 0.1, 0.01), ("B", 0.9, 0.01)]
    measured = pd.DataFrame(rows, columns=["family", "uplift", "deviation"])
    # t^2 = (Q - 1) / c: w = 10^4 each, mean .5, Q = 10^4 x (.16 + .16) = 3200, c = 10^4; t^2 = .3199; weight = t^2 / (t^2 + 10^-4)
    weight = 0.3199 / (0.3199 + 0.0001)
    assert family_uplift(measured, "A").value == pytest.approx(weight * 0.1 + (1 - weight) * 0.5, abs=1e-6)
    assert not family_uplift(measured.iloc[:0], "A").told


def test_a_planned_campaign_lifts_the_plan_and_past_ones_do_not() -> None:
    given = inputs()
    effects = effects_of(given)
    row = effects.table[effects.table["driver"] == "campaign"].iloc[0]
    assert row["verdict"] == "earned" and row["effect"] == pytest.approx(UPLIFT)
    assert row["with_wape_ratio"] < row["without_wape_ratio"]
    plan = forecast(given, effects.factors).set_index(["item", "region", "period"])["quantity"]
    plain = forecast(given, None).set_index(["item", "region", "period"])["quantity"]
    usual = plan["G", "SE", "2026-04"]
    assert plan["G", "SE", "2026-05"] == pytest.approx(usual * (1 + UPLIFT * SHARE), rel=0.01)
    assert plan["G", "NO", "2026-05"] == pytest.approx(plan["G", "NO", "2026-04"], rel=0.01)
    assert plain["G", "NO", "2026-05"] > 1.05 * plain["G", "NO", "2026-04"]  # without drivers the campaigns of other years stay in May
    assert plan["S", "SE", "2026-05"] == plain["S", "SE", "2026-05"] == 300


def test_the_units_of_a_driver_are_those_it_puts_into_the_plan() -> None:
    given = inputs()
    effects = effects_of(given)
    table_ = forecast(given, effects.factors)
    units = planned_units(effects, table_, given.items)
    lifted = table_[(table_["item"] == "G") & (table_["region"] == "SE") & (table_["period"] == "2026-05")].iloc[0]
    assert lifted["driver_quantity"] == pytest.approx(lifted["quantity"] * (1 - 1 / (1 + UPLIFT * SHARE)))
    assert units["plan_quantity"].sum() == pytest.approx(table_["driver_quantity"].sum()) == pytest.approx(lifted["driver_quantity"])


def test_seasonal_naive_stays_that_of_the_history_as_it_is() -> None:
    given = inputs()
    naive = forecast(given, effects_of(given).factors).set_index(["item", "region", "period"])["naive"]
    recorded = given.history.set_index(["item", "region", "period"])["quantity"]
    assert naive["G", "NO", "2026-05"] == pytest.approx(recorded["G", "NO", "2025-05"])


def test_what_cannot_be_told_moves_nothing_and_a_stated_uplift_does() -> None:
    silent = inputs(measured=False)
    effects = effects_of(silent)
    assert effects.table["verdict"].tolist() == ["cannot_tell"] and effects.factors.empty
    assert forecast(silent, effects.factors).equals(forecast(silent, None))
    stated = inputs(measured=False, stated=0.3)
    told = effects_of(stated)
    assert told.table["verdict"].tolist() == ["stated"] and "planner states" in told.table["why"][0]
    assert told.factors[["region", "period"]].to_numpy().tolist() == [["SE", "2026-05"]]
    plan, plain = (forecast(stated, factors).set_index(["item", "region", "period"])["quantity"] for factors in (told.factors, None))
    assert plan["G", "SE", "2026-05"] == pytest.approx(plain["G", "SE", "2026-05"] * (1 + 0.3 * SHARE), abs=1)


def test_a_stated_uplift_gives_way_to_a_measured_one() -> None:
    factors = effects_of(inputs(stated=0.3)).factors
    planned = factors[factors["period"] == "2026-05"]
    assert planned["log_factor"].tolist() == pytest.approx([np.log(1 + UPLIFT * SHARE)])


def test_a_campaign_that_did_nothing_moves_nothing() -> None:
    random = np.random.default_rng(5)
    flat = {region: 1000 * np.exp(0.02 * random.standard_normal(60)) for region in REGIONS}
    effects = effects_of(inputs(flat))  # measured wrongly at +50 %: the backtest speaks against it
    assert effects.table["verdict"].tolist() == ["not_earned"] and effects.factors.empty


def test_campaigns_of_all_families_and_markets_cover_them_and_add_up_to_the_whole_month_at_most() -> None:
    given = inputs()
    markets = markets_of(given.history, given.items, cutoff=CUTOFF, horizon=HORIZON)
    everywhere = {"family": "*", "region": "*", "channel": "*", "period": "2026-02"}
    months = table("campaign_months", [{**everywhere, "campaign": name, "day_share": 0.6} for name in ("one", "two")])
    shares = campaign_shares(months, markets)
    assert shares[:, 61].tolist() == [1.0] * 4 and shares.sum() == 4.0


def test_an_override_for_a_campaign_that_the_plan_holds_is_named() -> None:
    given = inputs()
    effects = effects_of(given)
    override = {"override": "O1", "function": "marketing", "owner": "head_of_marketing", "family": "Grills", "item": "*", "region": "SE"}
    override |= {"channel": "*", "first_period": "2026-05", "last_period": "2026-05", "kind": "multiply", "value": 1.1}
    override |= {"reason_code": "campaign", "reason": "the campaign of May"}
    plan = forecast(given, effects.factors)
    frames = DemandInputs(given.items, given.history, plan, table("prices", []), table("lifecycle", []), table("overrides", [override]))
    found = override_conflicts(frames, DemandPolicy(), effects.factors)
    assert found[["override", "other", "conflict", "cells"]].to_numpy().tolist() == [["O1", "campaigns", "campaign_in_plan", 1]]
    assert found["other_quantity_change"][0] == pytest.approx(plan["driver_quantity"].sum())
    assert override_conflicts(frames, DemandPolicy()).empty


# -- price, working days, indicators -----------------------------------------------------------------------------------


def test_the_yearly_slope_finds_an_elasticity_beside_season_and_growth() -> None:
    random = np.random.default_rng(2)
    signal = 0.1 * random.standard_normal(48)
    season = np.tile(np.linspace(0.5, 1.5, 12), 4)
    demand = 100 * season * np.exp(0.01 * np.arange(48)) * np.exp(-1.7 * signal)
    found = yearly_slope(demand, signal)
    assert found.value == pytest.approx(-1.7) and found.count == 36 and found.sure
    assert not yearly_slope(demand[:29], signal[:29]).told  # 17 pairs
    assert not yearly_slope(demand, np.zeros(48)).told  # it never moved


def with_working_days(effect: float) -> DriverInputs:
    random = np.random.default_rng(8)
    months = period_range(MONTHS[0], 60 + HORIZON)
    days = 20 + random.integers(-2, 3, len(months)).astype(float)
    demand = {region: 1000 * (days[:60] / 20) ** effect * np.exp(0.01 * random.standard_normal(60)) for region in REGIONS}
    given = inputs(demand, measured=False)
    return DriverInputs(**{**vars(given), "working_days": pd.DataFrame({"period": months, "working_days": days})})


def test_working_days_earn_a_place_where_demand_follows_them() -> None:
    given = with_working_days(1.0)
    effects = effects_of(given, kinds=["working_days"])
    rows = effects.table.set_index("family")
    assert rows.loc["Grills", "verdict"] == "earned" and rows.loc["Grills", "effect"] == pytest.approx(1.0, abs=0.1)
    assert rows.loc["Stoves", "verdict"] != "earned"
    days = given.working_days.set_index("period")["working_days"]
    plan = forecast(given, effects.factors).set_index(["item", "region", "period"])["quantity"]
    one, other = "2026-03", "2026-04"
    assert plan["G", "SE", one] / plan["G", "SE", other] == pytest.approx(days[one] / days[other], rel=0.03)


def test_working_days_do_not_where_it_does_not() -> None:
    assert "earned" not in set(effects_of(with_working_days(0.0), kinds=["working_days"]).table["verdict"])


def test_a_leading_indicator_speaks_only_of_the_months_it_leads() -> None:
    random = np.random.default_rng(9)
    shock = np.exp(0.2 * random.standard_normal(64))
    demand = {region: 1000 * shock[:60] * np.exp(0.01 * random.standard_normal(60)) for region in REGIONS}
    values = [
        {"indicator": "trade", "family": "*", "region": "*", "period": period, "value": 100 * shock[month + 3], "source": "made"}
        for month, period in enumerate(MONTHS)
    ]
    correlation = {"indicator": "trade", "region": "*", "family": "*", "source": "made", "last_period": CUTOFF, "publication_lag": 1}
    correlation |= {"lag": 3, "months": 20, "correlation": 0.9, "verdict": "earned"}
    given = DriverInputs(
        **{
            **vars(inputs(demand, measured=False)),
            "market_indicators": table("market_indicators", values),
            "indicator_correlations": table("indicator_correlations", [correlation]),
        }
    )
    effects = effects_of(given, kinds=["indicator"])
    rows = effects.table.set_index("family")
    assert rows.loc["Grills", "verdict"] == "earned" and rows.loc["Grills", "effect"] == pytest.approx(1.0, abs=0.15)
    ahead = effects.factors[(effects.factors["period"] > CUTOFF) & (effects.factors["family"] == "Grills")]
    assert sorted(set(ahead["period"])) == [shifted(CUTOFF, 1), shifted(CUTOFF, 2)]  # lead of three months, published one month late
    markets = markets_of(given.history, given.items, cutoff=CUTOFF, horizon=HORIZON)
    negative = given.market_indicators.assign(value=-1.0)
    assert indicator_drivers(negative, given.indicator_correlations, markets) == []


def test_a_price_list_moves_demand_by_its_elasticity() -> None:
    random = np.random.default_rng(11)
    steps = np.repeat(np.exp(0.15 * random.standard_normal(24)), 3)  # a new price each quarter, six of them planned
    demand = {region: 1000 * steps[:60] ** -2.0 * np.exp(0.01 * random.standard_normal(60)) for region in REGIONS}
    months = period_range(MONTHS[0], 72)
    prices = [
        {"item": "G", "region": "*", "channel": "*", "valid_from": f"{months[place]}-01", "net_price": 50 * steps[place]}
        for place in range(0, 72, 3)
    ]
    given = DriverInputs(**{**vars(inputs(demand, measured=False)), "prices": table("prices", prices)})
    effects = effects_of(given, kinds=["price"])
    row = effects.table.iloc[0]
    assert (row["family"], row["verdict"]) == ("Grills", "earned") and row["effect"] == pytest.approx(-2.0, abs=0.1)
    markets = markets_of(given.history, given.items, cutoff=CUTOFF, horizon=HORIZON)
    assert [one.family for one in price_drivers(given.prices, given.history, given.items, markets)] == ["Grills"]  # stoves are not listed
    ahead = effects.factors.set_index(["region", "period"])["log_factor"]
    assert ahead["SE", months[63]] == pytest.approx(row["effect"] * np.log(steps[63] / steps[59]))


# -- the trial, and what is written ------------------------------------------------------------------------------------


def test_the_trial_is_what_a_plain_loop_says() -> None:
    given = inputs()
    markets = markets_of(given.history, given.items, cutoff=CUTOFF, horizon=HORIZON)
    driver = campaign_drivers(given.campaign_results, given.campaign_months, markets)[0]
    found = tried(driver, markets, steps=2)
    with_it = without = asked = 0.0
    for known in range(36, 60):
        effect = driver.effect(known)
        factor = driver.log_factor(effect.value, known)
        for row, values in enumerate(markets.demand[driver.rows]):
            said = []
            for history in (values[:known], values[:known] / np.exp(factor[row, :known])):
                panel = right_aligned([history], 12)
                said.append(np.mean([KERNELS[name](panel, 2)[0] for name in MODELS], axis=0))
            for step in range(2):
                if known + step < 60:
                    plain, driven = said[0][step], said[1][step] * np.exp(factor[row, known + step])
                    if abs(driven - plain) > 1e-3 * abs(plain):
                        actual = values[known + step]
                        with_it += abs(driven - actual)
                        without += abs(plain - actual)
                        asked += actual
    assert found.with_ratio == pytest.approx(with_it / asked) and found.without_ratio == pytest.approx(without / asked)
    assert found.saving.share == pytest.approx((without - with_it) / asked) and found.saved == pytest.approx(without - with_it)


def test_a_month_that_a_stock_out_cut_is_no_yardstick() -> None:
    given = inputs()
    hidden = (given.history["period"] == "2025-05") & (given.history["item"] == "G")
    cut = given.history.assign(quantity=given.history["quantity"].mask(hidden, 1.0))
    markets = markets_of(cut, given.items, cutoff=CUTOFF, horizon=HORIZON)
    assert np.isnan(markets.recorded[markets.of("Grills"), 52]).all() and not np.isnan(markets.recorded[:, 51]).any()
    assert (markets.demand[markets.of("Grills"), 52] > 900).all()


def test_history_without_drivers_keeps_what_was_recorded() -> None:
    given = inputs()
    effects = effects_of(given)
    learnt = without_drivers(given.history, given.items, effects.factors)
    assert learnt["quantity"].equals(given.history["quantity"])
    factor = driver_factor(given.history, given.items, effects.factors)
    assert sorted(set(np.round(factor, 6))) == [1.0, round(1 + UPLIFT * SHARE, 6)]
    assert (learnt["uncensored_quantity"] * factor).to_numpy() == pytest.approx(given.history["uncensored_quantity"].to_numpy())


def test_an_unknown_kind_of_driver_is_refused_and_an_empty_history_moves_nothing() -> None:
    with pytest.raises(ParamsError, match="no such driver"):
        effects_of(inputs(), kinds=["weather"])
    bare = DriverInputs(**{**vars(inputs()), "history": table("demand_history", [])})
    assert effects_of(bare).table.empty and effects_of(bare).factors.empty
