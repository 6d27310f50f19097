"""Net prices: dated, exact before general, and where there is no list, what the item earned."""

import pandas as pd
import pytest

from sopkit.demand.prices import net_prices
from sopkit.errors import DataError


def sold(item: str, region: str, period: str, units: float, revenue: float) -> dict:
    return {
        "item": item,
        "region": region,
        "channel": "retail",
        "period": period,
        "quantity": units,
        "sold_quantity": units,
        "revenue": revenue,
        "source": "sales",
    }


@pytest.fixture
def history(table):
    """Item A earned 20/2 = 10 in SE and 60/4 = 15 in NO this year (together 80/6), 5 long ago; B earned 7, long ago only."""
    rows = [
        sold("A", "SE", "2026-02", 2, 20),
        sold("A", "NO", "2026-01", 4, 60),
        sold("A", "SE", "2024-01", 1, 5),
        sold("B", "SE", "2024-01", 2, 14),
    ]
    return table("demand_history", rows)


def keys(*cells: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [(item, region, "retail", period) for item, region, period in cells], columns=["item", "region", "channel", "period"]
    )


def test_the_most_exact_price_in_force_wins(table, history):
    def price(region: str, channel: str, valid_from: str, net_price: float) -> dict:
        return {"item": "A", "region": region, "channel": channel, "valid_from": pd.Timestamp(valid_from), "net_price": net_price}

    prices = table(
        "prices",
        [
            price("*", "*", "2026-01-01", 1),
            price("*", "retail", "2026-01-01", 2),
            price("NO", "*", "2026-04-01", 3),
            price("NO", "retail", "2026-06-02", 4),
        ],
    )
    wanted = keys(("A", "SE", "2026-03"), ("A", "NO", "2026-03"), ("A", "NO", "2026-04"), ("A", "NO", "2026-06"), ("A", "NO", "2026-07"))
    found = net_prices(prices, history, wanted)
    # channel row before any region row began; the price of 2 June holds from July, since a month has the price of its first day
    assert found["net_price"].tolist() == [2, 2, 3, 3, 4]
    assert set(found["price_source"]) == {"price list"}


def test_a_price_that_is_not_yet_valid_does_not_count(table, history):
    prices = table("prices", [{"item": "A", "region": "*", "channel": "*", "valid_from": pd.Timestamp("2026-06-01"), "net_price": 99.0}])
    found = net_prices(prices, history, keys(("A", "SE", "2026-05"), ("A", "SE", "2026-06")))
    assert found["net_price"].tolist() == [10, 99]


def test_without_a_list_the_last_twelve_months(table, history):
    found = net_prices(
        table("prices"), history, keys(("A", "SE", "2026-03"), ("A", "NO", "2026-03"), ("A", "FI", "2026-03"), ("B", "SE", "2026-03"))
    )
    assert found["net_price"].tolist() == pytest.approx([10, 15, 80 / 6, 7])
    assert found["price_source"].tolist() == [
        "mean of twelve months",
        "mean of twelve months",
        "mean of twelve months, all regions and channels",
        "mean of all history",
    ]


def test_items_without_price_and_sales_are_all_named(table, history):
    with pytest.raises(DataError) as error:
        net_prices(table("prices"), history, keys(("X", "SE", "2026-03"), ("A", "SE", "2026-03"), ("Y", "SE", "2026-03")))
    assert [problem.where for problem in error.value.problems] == ["prices, item X", "prices, item Y"]


def test_order_and_index_of_the_keys_are_kept(table, history):
    wanted = keys(("B", "SE", "2026-03"), ("A", "NO", "2026-03")).set_axis([7, 3])
    found = net_prices(table("prices"), history, wanted)
    assert found.index.tolist() == [7, 3]
    assert found["net_price"].tolist() == [7, 15]
