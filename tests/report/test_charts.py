"""Charts: deterministic SVG whose printed figures name their cells."""

import re
from html import unescape

import pandas as pd
import pytest
from pack_sample import full_tables
from source_reading import value_of

from sopkit.report import charts
from sopkit.report.heat_charts import load_chart, score_chart
from sopkit.report.svg import GOOD, figure_svg, placed, spark_line
from sopkit.report.tracing import untraced_digits


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return full_tables()


def drawn(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    by_month = charts.monthly_demand(tables["demand_history"], tables["consensus_demand"], tables["demand_range"])
    figures = {
        "demand": charts.demand_chart(by_month, currency="SEK"),
        "accuracy": charts.accuracy_chart(tables["forecast_accuracy"], lag=2),
        "bridge": charts.bridge_chart(tables["plan_bridge"], currency="SEK"),
        "units": charts.bridge_chart(tables["plan_bridge"], measure="units"),
        "inventory": charts.inventory_chart(tables["working_capital_plan"], currency="SEK"),
        "load": load_chart(tables["resource_load"]),
        "scores": score_chart(tables["backtest"]),
    }
    return {name: figure_svg(figure, name, f"title of {name}", f"what {name} shows") for name, figure in figures.items()}


def test_each_figure_in_a_chart_is_the_cell_it_names(tables: dict[str, pd.DataFrame]) -> None:
    for name, svg in drawn(tables).items():
        found = re.findall(r'data-value="([^"]*)" data-src="([^"]*)"', svg)
        assert found, name
        wrong = [source for value, source in found if abs(value_of(unescape(source), tables) - float(value)) > 1e-6 * abs(float(value))]
        assert wrong == [], name
        assert untraced_digits(placed(svg, name, name)) == [], name


def test_the_same_chart_gives_the_same_bytes_and_another_one_other_ids(tables: dict[str, pd.DataFrame]) -> None:
    once, twice = (figure_svg(charts.bridge_chart(tables["plan_bridge"]), "bridge", "t", "d") for _ in range(2))
    other = figure_svg(charts.bridge_chart(tables["plan_bridge"]), "other", "t", "d")
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (once, other)]
    assert once == twice
    assert not ids[0] & ids[1]
    assert set(re.findall(r"url\(#([^)]+)\)", once)) <= ids[0]


def test_a_chart_has_a_name_for_those_who_do_not_see_it(tables: dict[str, pd.DataFrame]) -> None:
    svg = figure_svg(load_chart(tables["resource_load"]), "load", "Load <A&B>", "Heat map")
    assert svg.startswith('<svg role="img" aria-labelledby="load-title load-desc"')
    assert '<title id="load-title">Load &lt;A&amp;B&gt;</title><desc id="load-desc">Heat map</desc>' in svg
    assert 'aria-label="Load of &lt;A&amp;B&gt;"' in placed(svg, "load", "Load of <A&B>")


def test_months_side_by_side() -> None:
    history = pd.DataFrame({"period": ["2025-03", "2026-01", "2026-02"], "revenue": [7.0, 1.0, 2.0]})
    consensus = pd.DataFrame({"period": ["2026-03", "2026-03"], "revenue": [3.0, 4.0]})
    certainty = pd.DataFrame({"family": ["*", "A"], "period": ["2026-03"] * 2, "p10": [5.0, 0.0], "p90": [9.0, 0.0]})
    frame = charts.monthly_demand(history, consensus, certainty, months=2)
    assert frame["period"].tolist() == ["2026-01", "2026-02", "2026-03"]
    assert frame["actual"].tolist()[:2] == [1.0, 2.0]
    assert frame.loc[2, ["plan", "p10", "p90", "last_year"]].tolist() == [7.0, 5.0, 9.0, 7.0]
    assert frame["plan"].isna().tolist() == [True, True, False]


def test_good_is_green_and_says_plus(tables: dict[str, pd.DataFrame]) -> None:
    svg = figure_svg(charts.bridge_chart(tables["plan_bridge"], currency="SEK"), "bridge", "t", "d")
    assert GOOD in svg
    assert ">+2.1</text>" in svg
    assert ">−9.5</text>" in svg


def test_charts_of_a_company_with_little_data() -> None:
    empty = pd.DataFrame(columns=["measure", "position", "cause", "amount"])
    assert "<svg" in figure_svg(charts.bridge_chart(empty), "b", "t", "d")
    assert "<svg" in figure_svg(charts.inventory_chart(full_tables()["working_capital_plan"].iloc[:0], currency="SEK"), "i", "t", "d")
    assert "<svg" in figure_svg(charts.accuracy_chart(full_tables()["forecast_accuracy"].iloc[:0], lag=2), "k", "t", "d")


def test_a_line_needs_two_points() -> None:
    assert spark_line("s", "t", [1.0, None]) == ""
    assert spark_line("s", "a<b", [1.0, None, 3.0]).count("a&lt;b") == 1
