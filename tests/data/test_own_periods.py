"""Periods that are not calendar months: 4-4-5, counted by hand and by a plain loop over the days."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sopkit.data.cleaning import demand_history, history_checks
from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.history import AdjustmentInputs, family_quarters, history_adjustments
from sopkit.data.history.working_days import working_day_factors
from sopkit.data.own_periods import in_own_periods, moved_units, own_periods
from sopkit.data.plausibility.calendars import calendar_faults, calendar_reach, fiscal_faults
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.reading import read_sources
from sopkit.data.working_days import planning_calendar
from sopkit.periods import first_day, period_range

WEEKS = (4, 4, 5)
FIRST = date(2024, 12, 30)  # a Monday: the year of 52 weeks that is called 2025
MONTHS = period_range("2025-01", 36)
CUTOFF = "2026-02"


def rows_of(months: list[str] = MONTHS, site: str = "*") -> list[dict]:
    """A 4-4-5 calendar: four, four and five weeks a quarter, day after day."""
    rows, start = [], FIRST
    for number, period in enumerate(months):
        days = 7 * WEEKS[number % 3]
        rows.append({"site": site, "period": period, "start_date": start, "end_date": start + timedelta(days=days - 1)})
        rows[-1] |= {"working_days": days / 7 * 5, "quarter": f"FY{number // 12 + 25}Q{number % 12 // 3 + 1}"}
        start += timedelta(days=days)
    return rows


def calendar_frame(rows: list[dict]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return conform(frame.assign(**{name: pd.to_datetime(frame[name]) for name in ("start_date", "end_date")}), CONTRACTS["calendar"])


def sold(days: list[date]) -> pd.DataFrame:
    """One unit of one item a day."""
    frame = pd.DataFrame({"date": pd.to_datetime(days), "item": "A", "region": "SE", "channel": "web", "customer": "C"})
    return conform(frame.assign(quantity=1.0, revenue=10.0), CONTRACTS["sales_history"])


EVERY_DAY = [FIRST + timedelta(days=number) for number in range(430)]


def by_a_plain_loop() -> dict[str, int]:
    counted: dict[str, int] = {}
    for row in rows_of():
        inside = sum(row["start_date"] <= day <= row["end_date"] for day in EVERY_DAY)
        if inside:
            counted[row["period"]] = inside
    return counted


def test_history_is_bucketed_by_the_days_that_the_calendar_gives_a_period() -> None:
    calendar = calendar_frame(rows_of())
    sales = sold(EVERY_DAY)
    dated = in_own_periods({"sales_history": sales, "orders": empty(CONTRACTS["orders"])}, own_periods(calendar))
    history = demand_history(dated["sales_history"], dated["orders"], cutoff=CUTOFF)
    wanted = {period: count for period, count in by_a_plain_loop().items() if period <= CUTOFF}
    assert dict(zip(history["period"], history["quantity"], strict=True)) == wanted
    assert wanted["2025-01"] == 28 and wanted["2025-03"] == 35  # by hand: 4 weeks, 5 weeks
    assert history_checks(history, dated["sales_history"], dated["orders"], cutoff=CUTOFF)["ok"].all()
    assert sales["date"].tolist() == pd.to_datetime(EVERY_DAY).tolist()  # what came is as it came


def test_months_that_are_calendar_months_need_no_periods_of_their_own() -> None:
    plain = [
        {"site": "*", "period": p, "start_date": first_day(p), "end_date": first_day(n) - timedelta(days=1), "working_days": 20}
        for p, n in zip(MONTHS[:-1], MONTHS[1:], strict=True)
    ]
    assert own_periods(calendar_frame(plain)) is None
    assert own_periods(empty(CONTRACTS["calendar"])) is None
    assert own_periods(calendar_frame(rows_of(site="PLANT"))) is None  # a single site's calendar is not the company's
    tables = {"sales_history": sold(EVERY_DAY)}
    assert in_own_periods(tables, None)["sales_history"] is tables["sales_history"]


def test_dates_outside_and_empty_dates_stay() -> None:
    periods = own_periods(calendar_frame(rows_of()))
    assert periods is not None
    dates = pd.Series(pd.to_datetime(["2024-12-29", "2024-12-30", None, "2025-01-26", "2025-01-27", "2099-01-01"]))
    told = periods.redated(dates).dt.strftime("%Y-%m-%d").tolist()
    assert told[:2] == ["2024-12-29", "2025-01-01"] and told[3:] == ["2025-01-26", "2025-02-01", "2099-01-01"]
    assert told[2] is np.nan or told[2] is None or told[2] != told[2]


def test_each_period_that_differs_is_a_row_with_what_from_and_to() -> None:
    calendar, sales = calendar_frame(rows_of()), sold([date(2025, 1, 28), date(2025, 2, 10)])
    assert moved_units(sales, own_periods(calendar)).to_numpy().tolist() == [["2025-01", 1.0, 0.0], ["2025-02", 1.0, 2.0]]
    names = ("items", "orders", "lifecycle", "stock_outs", "working_day_effects", "findings", "working_day_factors")
    tables = {name: empty(CONTRACTS[name]) for name in names} | {"calendar": calendar, "sales_history": sales}
    items = pd.DataFrame([{"item": "A", "item_name": "A", "family": "F", "supply_strategy": "stock"}])
    dated = in_own_periods(tables, own_periods(calendar))
    tables |= {"items": conform(items, CONTRACTS["items"])}
    tables |= {"demand_history": demand_history(dated["sales_history"], tables["orders"], cutoff=CUTOFF)}
    told = history_adjustments(AdjustmentInputs.of(tables), cutoff=CUTOFF)
    told = told[told["kind"] == "own_period"].set_index("period")
    assert told[["from_quantity", "to_quantity"]].to_numpy().tolist() == [[1, 0], [1, 2]]
    assert "2025-01-27 to 2025-02-23" in told.loc["2025-02", "why"] and set(told["outcome"]) == {"applied"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"start_date": date(2025, 1, 28)}, "leave out days"),
        ({"start_date": date(2025, 1, 25)}, "overlap"),
        ({"end_date": date(2025, 1, 20)}, "end before they begin"),
    ],
)
def test_periods_that_do_not_adjoin_are_refused(change: dict, told: str) -> None:
    rows = rows_of()
    rows[1] |= change
    found = calendar_faults(calendar_frame(rows))
    assert {oddity.rule for oddity in found} == {"calendar_periods"} and any(told in oddity.message for oddity in found)
    assert {oddity.outcome for oddity in found} == {"REJECT"}


def test_a_period_called_after_another_month_is_refused_and_a_good_calendar_is_not() -> None:
    named = [row | {"period": period} for row, period in zip(rows_of(), period_range("2025-05", 36), strict=True)]
    assert any("called after a month" in oddity.message for oddity in calendar_faults(calendar_frame(named)))
    assert calendar_faults(calendar_frame(rows_of())) == [] == calendar_faults(empty(CONTRACTS["calendar"]))


def test_a_calendar_that_does_not_reach_is_asked_about() -> None:
    periods = own_periods(calendar_frame(rows_of(MONTHS[:20])))
    early = sold([date(2024, 11, 5)])
    told = [oddity.message for oddity in calendar_reach(periods, early, cutoff=CUTOFF)]
    assert len(told) == 2 and "2024-11-05" in told[0] and "2026-08" in told[1]
    assert calendar_reach(own_periods(calendar_frame(rows_of())), sold(EVERY_DAY), cutoff=CUTOFF) == []
    assert calendar_reach(None, early, cutoff=CUTOFF) == []


def read(folder: Path, calendar: list[dict] | None) -> object:
    """Items, a sale a day, and where given a calendar, through the intake."""
    (folder / "items.csv").write_text("item,item_name,family,supply_strategy\nA,A,F,stock\n")
    lines = [f"{day},A,SE,web,C{number},1,10" for number, day in enumerate(EVERY_DAY)]
    (folder / "sales.csv").write_text("date,item,region,channel,customer,quantity,revenue\n" + "\n".join(lines) + "\n")
    sources = {"items": Source(file="items.csv"), "sales_history": Source(file="sales.csv", later_rows="left_out")}
    if calendar is not None:
        head = "site,period,start_date,end_date,working_days,quarter\n"
        (folder / "calendar.csv").write_text(head + "\n".join(",".join(str(cell) for cell in row.values()) for row in calendar) + "\n")
        sources["calendar"] = Source(file="calendar.csv")
    return read_sources(sources, folder, cutoff=CUTOFF)


def test_the_cutoff_is_the_end_of_the_companys_period(tmp_path: Path) -> None:
    months = read(tmp_path, None)
    own = read(tmp_path, rows_of())
    assert months.tables["sales_history"]["date"].max() == pd.Timestamp("2026-02-28")
    end = next(row["end_date"] for row in rows_of() if row["period"] == CUTOFF)
    assert own.tables["sales_history"]["date"].max() == pd.Timestamp(end) == pd.Timestamp("2026-02-22")
    assert own.problems == () and set(own.findings["outcome"]) <= {"REPAIR", "ACCEPT"}


def test_a_broken_calendar_stops_with_its_row(tmp_path: Path) -> None:
    rows = rows_of()
    rows[4] |= {"end_date": rows[4]["end_date"] + timedelta(days=3)}
    found = read(tmp_path, rows).findings
    fault = found[found["rule"] == "calendar_periods"].iloc[0]
    assert (fault["outcome"], fault["file"], fault["row"]) == ("REJECT", "calendar.csv", 6)


def test_a_fiscal_year_that_is_not_the_params_is_refused_row_by_row() -> None:
    """A year that starts in May: January 2025 is the ninth period of the year that ends in 2025."""
    rows = [row | {"fiscal_year": 2025, "fiscal_period": 9 + number} for number, row in enumerate(rows_of(MONTHS[:4]))]
    assert fiscal_faults(calendar_frame(rows), 5) == []
    found = fiscal_faults(calendar_frame(rows), 1)
    assert [(oddity.rule, oddity.outcome, oddity.column, len(oddity.positions)) for oddity in found] == [
        ("fiscal_year", "REJECT", "fiscal_period", 4)
    ]
    assert "such as 9 for 2025-01, which is 1" in found[0].message
    rows[1]["fiscal_year"] = 2026
    assert [oddity.positions for oddity in fiscal_faults(calendar_frame(rows), 5)] == [(1,)]


def test_the_planning_calendar_says_where_each_period_comes_from() -> None:
    table = planning_calendar(calendar_frame(rows_of(MONTHS[:14])), "SE", ("2025-01", CUTOFF), ahead=2, first_month=5).set_index("period")
    assert list(table.index) == period_range("2025-01", 16)
    assert table.loc["2025-02", "source"] == "the company's calendar" and "SE" in table.loc["2026-03", "source"]
    assert table.loc["2025-02", "quarter"] == "FY25Q1" and table.loc["2026-03", "quarter"] == "2026-Q4"
    assert (table.loc["2026-04", "fiscal_year"], table.loc["2026-04", "fiscal_period"]) == (2026, 12)
    assert table.loc["2025-03", "end_date"] == pd.Timestamp("2025-03-30")


def test_quarters_are_those_of_the_calendar_and_partial_ones_are_left_out() -> None:
    rows = [
        {"item": item, "region": "SE", "channel": "web", "period": period, "quantity": number + 1.0, "sold_quantity": 1.0}
        | {"revenue": 2.0, "source": "sales"}
        for item in "AB"
        for number, period in enumerate(MONTHS[:14])
    ]
    history = conform(pd.DataFrame(rows), CONTRACTS["demand_history"])
    names = [{"item": item, "item_name": item, "family": f"F{item}", "supply_strategy": "stock"} for item in "AB"]
    items = conform(pd.DataFrame(names), CONTRACTS["items"])
    calendar = planning_calendar(calendar_frame(rows_of()), "SE", ("2025-01", CUTOFF), ahead=0, first_month=1)
    quarters = family_quarters(history, items, calendar).set_index(["family", "quarter"])["quantity"]
    assert quarters["*"].to_dict() == {"FY25Q1": 12, "FY25Q2": 30, "FY25Q3": 48, "FY25Q4": 66}
    assert quarters["FA"]["FY25Q1"] == 1 + 2 + 3


def test_months_of_usual_working_days_by_hand() -> None:
    days = {"2025-01": 20, "2026-01": 22, "2025-02": 20, "2026-02": 20}
    columns = {"start_date": pd.Timestamp("2025-01-01"), "end_date": pd.Timestamp("2025-01-31"), "quarter": "Q", "source": "hand"}
    calendar = conform(
        pd.DataFrame([{"period": p, "working_days": n, "fiscal_year": 2025, "fiscal_period": 1} | columns for p, n in days.items()]),
        CONTRACTS["planning_calendar"],
    )
    verdicts = [("*", "follows", 1.0), ("F", "follows", 1.0), ("G", "does_not", 0.1)]
    effects = conform(
        pd.DataFrame([{"family": f, "months": 24, "elasticity": b, "low": b, "high": b, "verdict": v} for f, v, b in verdicts]),
        CONTRACTS["working_day_effects"],
    )
    factors = working_day_factors(calendar, effects)
    assert set(factors["family"]) == {"F"}
    factor = factors.set_index("period")["factor"]
    assert factor["2026-01"] == pytest.approx(22 / 21) and factor["2025-01"] == pytest.approx(20 / 21) and factor["2026-02"] == 1
