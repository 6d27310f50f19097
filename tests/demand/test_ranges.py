"""The range of sums: neither independent nor of one piece, by hand, against plain Python and on simulated errors of known correlation."""

import itertools

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.demand.hierarchy import coherent_forecast
from sopkit.demand.hierarchy.correlation import Correlation, correlation_of, summed_width
from sopkit.demand.hierarchy.track import Track
from sopkit.demand.kernels import KERNELS, right_aligned
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.ranges import demand_range, node_range, with_width
from sopkit.demand.widening import TAIL, widening
from sopkit.periods import period_range

POLICY = DemandPolicy()
TWO = pd.DataFrame({"item": ["A", "B"], "family": ["F", "F"]})


def simulated(cells: int, seed: int = 3) -> tuple[np.ndarray, pd.DataFrame]:
    """Errors of 5 families x 4 items x 3 series with correlation .5 in the item, .3 in the family, .1 in the company; sizes 1 to 4."""
    rng = np.random.default_rng(seed)
    keys = pd.DataFrame([(f"I{f}{i}", f"F{f}") for f in range(5) for i in range(4) for _ in range(3)], columns=["item", "family"])
    parts = [
        (0.1, np.zeros(60, dtype=int)),
        (0.2, pd.factorize(keys["family"])[0]),
        (0.2, pd.factorize(keys["item"])[0]),
        (0.5, np.arange(60)),
    ]
    error = sum(np.sqrt(share) * rng.normal(size=(codes.max() + 1, cells))[codes] for share, codes in parts)
    return error * np.linspace(1, 4, 60)[:, None], keys


def test_correlation_of_simulated_errors_is_found():
    error, keys = simulated(4000)
    found = correlation_of(error, keys)
    assert (found.item, found.family, found.company) == pytest.approx((0.5, 0.3, 0.1), abs=0.03)
    assert (found.series, found.cells) == (60, 4000)


def test_the_width_of_a_sum_covers_what_it_says():
    """80 % of new sums lie within 1.2816 summed standard deviations; independence would hold far fewer."""
    keys = simulated(1)[1]
    sums = simulated(20_000, seed=9)[0].sum(axis=0)
    deviation = np.linspace(1, 4, 60)[:, None]
    told = 1.2816 * summed_width(deviation, keys, correlation_of(*simulated(4000)))
    assert (np.abs(sums) <= told).mean() == pytest.approx(0.8, abs=0.02)
    independent = 1.2816 * summed_width(deviation, keys, Correlation(0, 0, 0, 0, 0))
    assert (np.abs(sums) <= independent).mean() < 0.5


def test_correlation_equals_plain_loops_over_pairs():
    error, keys = simulated(7)
    error[5, :3] = np.nan
    size = np.sqrt(np.nanmean(error**2, axis=1))
    found = correlation_of(error, keys)
    sums = {"item": [0.0, 0.0], "family": [0.0, 0.0], "company": [0.0, 0.0]}
    for one, other in itertools.combinations(range(60), 2):
        same = (
            "item" if keys["item"][one] == keys["item"][other] else "family" if keys["family"][one] == keys["family"][other] else "company"
        )
        both = ~np.isnan(error[one] + error[other])
        sums[same][0] += (error[one] * error[other])[both].sum()
        sums[same][1] += size[one] * size[other] * both.sum()
    company = min(max(sums["company"][0] / sums["company"][1], 0), 1)
    family = min(max(sums["family"][0] / sums["family"][1], company), 1)
    item = min(max(sums["item"][0] / sums["item"][1], family), 1)
    assert (found.company, found.family, found.item) == pytest.approx((company, family, item))


@pytest.mark.parametrize(("share", "expected"), [(0.0, 5.0), (1.0, 7.0), (0.5, np.sqrt(0.5 * 25 + 0.5 * 49))])
def test_widths_of_three_and_four(share, expected):
    width = np.array([[3.0], [4.0]])
    assert summed_width(width, TWO, Correlation(share, share, 0.0, 2, 9)) == pytest.approx([expected])


def test_errors_that_cancel_are_not_counted_on():
    error = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]])
    assert correlation_of(error, TWO).family == 0.0


@pytest.fixture
def plan(table):
    """F: A 100 and B 50 a month at 10 and 20; G: the launch N, 10 at 5. A and B are known to 10 and 20 % below, twice that above."""
    forecast, cells = [], []
    for item, units, price, below in (("A", 100.0, 10.0, 10.0), ("B", 50.0, 20.0, 10.0), ("N", 10.0, 5.0, 0.0)):
        for period in period_range("2026-03", 3):
            keys = {"item": item, "region": "SE", "channel": "retail", "period": period}
            if item != "N":
                spread = {"p10": units - below, "p50": units, "p90": units + 2 * below}
                forecast.append(keys | spread | {"quantity": units, "naive": units, "method": "m"})
            parts = {"baseline": units, "lifecycle": 0, "override": 0, "quantity": units, "net_price": price, "revenue": units * price}
            cells.append(keys | parts)
    items = [{"item": item, "item_name": item, "family": "G" if item == "N" else "F", "supply_strategy": "stock"} for item in "ABN"]
    return table("consensus_demand", cells), table("statistical_forecast", forecast), table("items", items)


def test_range_by_hand(plan):
    """F: 10 and 10 make 14.14 where independent, 20 where they move as one. The launch has F's 20 units of 150 below, 40 above."""
    independent = conform(demand_range(*plan, Correlation(0, 0, 0, 3, 9), POLICY), CONTRACTS["demand_range"]).set_index(
        ["family", "period"]
    )
    assert independent.loc[("F", "2026-03"), ["p10", "p50", "p90"]].tolist() == pytest.approx([150 - 200**0.5, 150, 150 + 2 * 200**0.5])
    assert independent.loc[("G", "2026-03"), ["p10", "p50", "p90"]].tolist() == pytest.approx([10 - 20 / 15, 10, 10 + 40 / 15])
    as_one = demand_range(*plan, Correlation(1, 1, 1, 3, 9), POLICY).set_index(["family", "period"])
    assert as_one.loc[("F", "2026-05"), ["p10", "p90"]].tolist() == pytest.approx([130, 190])
    company = as_one.loc[("*", "2026-03")]
    below = 10 * 10 + 10 * 20 + 20 / 15 * 5
    assert company[["unit", "p10", "p50"]].tolist() == ["money", pytest.approx(2050 - below), pytest.approx(2050)]


def test_no_sum_is_wider_than_the_sum_of_its_ranges(plan):
    """Sums that were off by ten times their forecast: F's 14.14 below, where A and B are independent, become 20 and no more."""
    bottom = pd.DataFrame({"item": ["A", "B"], "region": "SE", "channel": "retail", "family": "F"})
    track = Track(bottom, (3,), np.full((1, 2, 3), 5.0), np.full((1, 2, 3), 55.0))
    found = node_range(with_width(*plan).query("family == 'F'"), ["family"], Correlation(0, 0, 0, 3, 9), POLICY, track=track)
    assert found[["p10", "p90"]].to_numpy() == pytest.approx(np.array([[130.0, 190.0]] * 3))


def test_series_divided_from_one_forecast_move_as_one(plan):
    """Forecast by item: two regions that share its width add up to it, whatever the correlation."""
    consensus, forecast, items = (frame[frame["item"] == "A"] for frame in plan)
    halves = [pd.concat([frame.assign(region=region) for region in ("SE", "NO")]) for frame in (consensus, forecast)]
    halves = [frame.assign(**{name: frame[name] / 2 for name in ("quantity", "p10", "p50", "p90") if name in frame}) for frame in halves]
    cells = with_width(*halves, items)
    by_item = node_range(cells, ["family"], Correlation(0, 0, 0, 3, 9), DemandPolicy(forecast_level=("item",)))
    assert by_item.iloc[0][["p10", "p90"]].tolist() == pytest.approx([90, 120])
    by_series = node_range(cells, ["family"], Correlation(0, 0, 0, 3, 9), POLICY)
    assert by_series.iloc[0]["p10"] == pytest.approx(100 - 50**0.5)


def test_nodes_of_any_level(plan):
    found = node_range(with_width(*plan), ["region", "item"], Correlation(0, 0, 0, 3, 9), POLICY)
    assert found[["region", "item"]].drop_duplicates().to_numpy().tolist() == [["SE", "A"], ["SE", "B"], ["SE", "N"]]
    assert (found["p10"] <= found["p50"]).all()


def test_a_node_that_holds_a_part_of_a_forecast_carries_what_its_share_may_be_off_by(plan):
    """Item A over two regions, each 5 of its 10 below, shares off by 10 each: 100 - 100^2 / 200 = 50, and 1.2816 x 7.07 beside the 5."""
    consensus, forecast, items = (frame[frame["item"] == "A"] for frame in plan)
    halves = [pd.concat([frame.assign(region=region) for region in ("SE", "NO")], ignore_index=True) for frame in (consensus, forecast)]
    halves = [frame.assign(**{name: frame[name] / 2 for name in ("quantity", "p10", "p50", "p90") if name in frame}) for frame in halves]
    divided = halves[1].assign(share_error=10.0, divided_below=5.0, divided_above=10.0, p10=0.0, p90=99.0)
    cells, policy = with_width(halves[0], divided, items), DemandPolicy(forecast_level=("item",))
    nothing = Correlation(0, 0, 0, 3, 9)
    region = node_range(cells, ["region"], nothing, policy).iloc[0]
    share = 1.2815515655 * 50**0.5
    assert region[["p10", "p90"]].tolist() == pytest.approx([50 - (5**2 + share**2) ** 0.5, 50 + (10**2 + share**2) ** 0.5])
    whole = node_range(cells, ["family"], nothing, policy).iloc[0]
    assert whole[["p10", "p90"]].tolist() == pytest.approx([90, 120])  # shares add up to one: a node that holds all of them is not off


def told_of(below: float, above: float) -> pd.DataFrame:
    """Two regions, three months, a plan of 10 a month."""
    months = period_range("2026-03", 3)
    return pd.DataFrame([(region, month, below, 10.0, above) for region in "NS" for month in months], columns=TOLD)


TOLD = ["region", "period", "below", "p50", "above"]
BOTTOM = pd.DataFrame({"item": ["A", "A", "B"], "region": ["N", "S", "S"], "channel": ["-"] * 3, "family": ["F"] * 3})


def test_a_level_is_widened_by_what_its_sums_were_off_by():
    """One cutoff, forecasts of 5: N is off by 1, 2, 3 in the three months, S (two series, 10) by 2, 0, 0; widths are a tenth of the plan.

    Expected squares: (5 x .1)^2 + (10 x .1)^2 = 1.25 a month; met: 1 + 4, 4, 9, times z^2.
    """
    forecast = np.full((1, 3, 3), 5.0)
    actual = forecast + np.array([[[1.0, -2.0, 3.0], [1.0, 1.0, -4.0], [1.0, -1.0, 4.0]]])
    found = widening(Track(BOTTOM, (3,), forecast, actual), told_of(1.0, 1.0), ["region"])
    assert found["factor"].to_numpy() == pytest.approx(TAIL * np.sqrt(np.array([5.0, 4.0, 9.0]) / 1.25))
    company = widening(Track(BOTTOM, (3,), forecast, actual), told_of(1.0, 1.0).assign(all="*").query("region == 'N'"), ["all"])
    assert company["factor"].to_numpy() == pytest.approx(np.maximum(TAIL * np.array([3.0, 2.0, 3.0]) / 1.5, 1.0))


def test_widths_that_held_stay_and_so_do_those_without_evidence():
    forecast = np.full((1, 3, 3), 5.0)
    held = Track(BOTTOM, (3,), forecast, forecast + 0.1)
    assert (widening(held, told_of(2.0, 2.0), ["region"])["factor"] == 1).all()
    young = Track(BOTTOM, (), np.empty((0, 3, 3)), np.empty((0, 3, 3)))
    assert (widening(young, told_of(2.0, 2.0), ["region"])["factor"] == 1).all()
    unknown = Track(BOTTOM, (3,), forecast, np.full((1, 3, 3), np.nan))
    assert (widening(unknown, told_of(2.0, 2.0), ["region"])["factor"] == 1).all()


def test_the_track_is_what_the_model_said_then_divided_by_shares_as_known_then():
    """Item A moves from region N to S at the last cutoff, item B comes after it: shares and births of before, one model, no levels."""
    rng = np.random.default_rng(5)
    months = period_range("2023-03", 36)
    whole = 100 + rng.normal(0, 3, 36)
    north = np.where(np.arange(36) < 33, 0.8, 0.3)
    sold = {("A", "N"): whole * north, ("A", "S"): whole * (1 - north)}
    parts = [pd.DataFrame({"item": i, "region": r, "channel": "-", "period": months, "quantity": q}) for (i, r), q in sold.items()]
    parts.append(pd.DataFrame({"item": "B", "region": "N", "channel": "-", "period": months[-2:], "quantity": 7.0}))
    history = pd.concat(parts, ignore_index=True).astype({"item": "str", "region": "str", "channel": "str", "period": "str"})
    policy = DemandPolicy(forecast_level=("item",), hierarchy=())
    knobs = {"cutoff": months[-1], "horizon": 3, "models": ("theta",), "origins": 4}
    track = coherent_forecast(history, TWO, policy, **knobs).track
    assert (track.cuts, track.forecast.shape) == ((3, 6, 9, 12), (4, 3, 3))
    said = KERNELS["theta"](right_aligned([whole[:-3]], 12), 3)[0]
    share = (whole * north)[21:33].sum() / whole[21:33].sum()
    assert track.forecast[0, 0] == pytest.approx(said * share)
    assert track.forecast[0, 1] == pytest.approx(said * (1 - share))
    assert track.forecast[0, 2].tolist() == [0.0, 0.0, 0.0]
    assert track.actual[0] == pytest.approx(np.stack([(whole * north)[-3:], (whole * (1 - north))[-3:], [0.0, 7.0, 7.0]]))


def test_what_drivers_put_on_the_plan_is_as_unsure_as_their_effects():
    """Two series of one family, widths 3 and 4 and driver errors 1 and 2 (deviations): one driver errs in both at once.

    The quantiles hold both: sqrt(3^2 + z^2 1^2) and sqrt(4^2 + z^2 2^2). The family: 3^2 + 4^2 + z^2 (1 + 2)^2; items apart from it.
    """
    cells = {"region": ["N", "N"], "channel": ["-", "-"], "period": ["2026-03"] * 2, "item": ["A", "B"]}
    width, unsure = np.array([3.0, 4.0]), np.array([1.0, 2.0])
    wide = np.sqrt(width**2 + (TAIL * unsure) ** 2)
    forecast = pd.DataFrame({**cells, "quantity": 100.0, "p10": 100 - wide, "p50": 100.0, "p90": 100 + wide, "driver_error": unsure})
    plan = pd.DataFrame({**cells, "quantity": 100.0, "net_price": 1.0, "revenue": 100.0})
    told = with_width(plan, forecast, TWO)
    assert told["below"].tolist() == pytest.approx([3.0, 4.0])
    family = node_range(told, ["family"], Correlation(0, 0, 0, 2, 9), POLICY).iloc[0]
    assert family["p90"] - 200 == pytest.approx(np.sqrt(25 + (TAIL * 3) ** 2))
    one = node_range(told, ["item"], Correlation(0, 0, 0, 2, 9), POLICY).iloc[1]
    assert one["p90"] - 100 == pytest.approx(wide[1])
