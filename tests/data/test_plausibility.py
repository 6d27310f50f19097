"""Each plausibility rule: one fault in a valid set at a drawn row fires it, on its row; the valid set is silent."""

from pathlib import Path

import pandas as pd
import pytest
from company_set import CUTOFF, company_tables, near, random_row, read_set, told, write_files

from sopkit.data.contracts import INPUTS
from sopkit.data.plausibility.across import PARENTS, SPELT, short_calendars
from sopkit.data.plausibility.earlier import Earlier, against_earlier
from sopkit.data.plausibility.launches import launch_oddities
from sopkit.data.plausibility.limits import PlausibilityLimits
from sopkit.data.plausibility.settled import SETTLED, STANDING
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.reading import Intake, read_sources
from sopkit.periods import shifted

pytestmark = pytest.mark.bad_inputs

FORMS = ("csv", "swedish", "xlsx", "parquet")
SEEDS = (1, 2, 3)
Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def valid() -> Tables:
    return company_tables()


def changed(tables: Tables, table: str, column: str, row: int, value: object) -> Tables:
    frame = tables[table].copy()
    frame[column] = frame[column].astype(object if isinstance(value, str) else float)
    frame.loc[row, column] = value
    return {**tables, table: frame}


def only(intake: Intake, *rules: str) -> None:
    """The rules that fired are these and no others."""
    assert set(intake.findings["rule"]) == set(rules), intake.findings[["table", "rule", "message"]].to_string()


@pytest.mark.parametrize("form", FORMS)
def test_the_valid_set_is_silent(tmp_path: Path, valid: Tables, form: str):
    intake = read_set(tmp_path, valid, form)
    assert intake.findings.empty, intake.findings[["table", "rule", "message"]].to_string()


def test_the_valid_set_is_silent_in_the_next_cycle_too(tmp_path: Path, valid: Tables):
    first = read_set(tmp_path / "one", valid)
    following = company_tables(shifted(CUTOFF, 1))
    intake = read_set(tmp_path / "two", following, earlier=Earlier("2026-04", first.tables), cutoff=shifted(CUTOFF, 1))
    assert intake.findings.empty, intake.findings[["table", "rule", "message"]].to_string()


# -- single values ---------------------------------------------------------------------------------------------------

OUTLIERS = [
    ("sales_history", "quantity", 7350012345678.0),
    ("sales_history", "revenue", 4.1e12),
    ("sales_forecast", "quantity", 250_000.0),
    ("production_history", "quantity", 9_999_999.0),
    ("resource_calendar", "available_hours", 160_000.0),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("seed", "table", "column", "value"), [(seed, *case) for seed, case in enumerate(OUTLIERS)])
def test_a_huge_value_is_asked_about_on_its_row(tmp_path: Path, valid: Tables, form: str, seed: int, table: str, column: str, value: float):
    row = random_row(valid[table], seed)
    found = told(read_set(tmp_path, near(changed(valid, table, column, row, value), table), form), "outlier")
    assert found[["table", "row", "column", "outcome"]].to_numpy().tolist() == [[table, row + 2, column, "ASK"]]
    assert found.loc[0, "cell"] == ("" if form != "xlsx" else f"{chr(65 + list(valid[table].columns).index(column))}{row + 2}")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_price_far_from_the_items_own_is_another_unit(tmp_path: Path, valid: Tables, seed: int):
    row = random_row(valid["sales_history"], seed)
    units = float(valid["sales_history"].loc[row, "quantity"])
    found = told(read_set(tmp_path, near(changed(valid, "sales_history", "quantity", row, units / 12), "sales_history")), "mixed_units")
    assert found[["row", "column", "outcome"]].to_numpy().tolist() == [[row + 2, "quantity", "ASK"]]


@pytest.mark.parametrize("seed", SEEDS)
def test_stock_below_zero_is_asked_about(tmp_path: Path, valid: Tables, seed: int):
    row = random_row(valid["inventory"], seed)
    intake = read_set(tmp_path, changed(valid, "inventory", "quantity", row, -5.0))
    assert told(intake, "negative_stock")[["row", "outcome", "value", "period"]].to_numpy().tolist() == [
        [row + 2, "ASK", "-5", valid["inventory"].loc[row, "period"]]
    ]
    only(intake, "negative_stock", "stock_unexplained")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("prices", "net_price"),
        ("unit_costs", "unit_cost"),
        ("resource_calendar", "available_hours"),
        ("suppliers", "lead_time_days"),
        ("exchange_rates", "rate"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_what_can_never_be_below_zero_is_rejected(tmp_path: Path, valid: Tables, table: str, column: str, form: str):
    row = random_row(valid[table], 7)
    found = told(read_set(tmp_path, near(changed(valid, table, column, row, -1.5), table), form), "out_of_bounds")
    assert found[["table", "row", "column", "outcome"]].to_numpy().tolist() == [[table, row + 2, column, "REJECT"]]


@pytest.mark.parametrize(("value", "inverted"), [(0.0, False), (0.088, True), (110.0, False)])
@pytest.mark.parametrize("column", ["rate", "budget_rate"])
def test_a_rate_outside_its_band_is_rejected(tmp_path: Path, valid: Tables, column: str, value: float, inverted: bool):
    row = random_row(valid["exchange_rates"], int(value * 10))
    found = told(read_set(tmp_path, near(changed(valid, "exchange_rates", column, row, value), "exchange_rates")), "implausible_rate")
    assert found[["row", "column", "outcome"]].to_numpy().tolist() == [[row + 2, column, "REJECT"]]
    assert ("upside down" in found.loc[0, "message"]) == inverted


def test_rates_that_are_inverted_everywhere_are_rejected(tmp_path: Path, valid: Tables):
    rates = valid["exchange_rates"].assign(rate=1 / valid["exchange_rates"]["rate"])
    assert len(told(read_set(tmp_path, {"exchange_rates": rates}), "implausible_rate")) == len(rates)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_month_without_a_rate_is_rejected(tmp_path: Path, valid: Tables, seed: int):
    row = 1 + random_row(valid["exchange_rates"][1:], seed)
    gone = valid["exchange_rates"].loc[row, "period"]
    found = told(read_set(tmp_path, {"exchange_rates": valid["exchange_rates"].drop(row)}), "missing_rate")
    assert found[["outcome", "period"]].to_numpy().tolist() == [["REJECT", gone]]


# -- months and dates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("sales_history", "date", "2062-03-15"),
        ("sales_history", "date", "2026-05-01"),
        ("inventory", "period", "2027-01"),
        ("production_history", "start_date", "2026-06-30"),
        ("production_history", "finish_date", "2062-03-15"),
        ("balance_sheet", "period", "2062-03"),
        ("ledger_actuals", "period", "2026-05"),
    ],
)
def test_a_row_dated_in_the_future_is_rejected(tmp_path: Path, valid: Tables, form: str, table: str, column: str, value: str):
    row = random_row(valid[table], 11)
    found = told(read_set(tmp_path, near(changed(valid, table, column, row, value), table), form), "after_cutoff")
    assert found[["row", "column", "outcome"]].to_numpy().tolist() == [[row + 2, column, "REJECT"]]


def test_later_rows_are_left_out_where_the_source_reaches_further(tmp_path: Path, valid: Tables):
    tables = near(changed(valid, "sales_history", "date", 5, "2026-08-15"), "sales_history")
    intake = read_set(tmp_path, tables, more={"sales_history": {"later_rows": "left_out", "gap_policy": "zero"}})
    assert told(intake, "after_cutoff")[["outcome", "rows"]].to_numpy().tolist() == [["REPAIR", 1]]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("table", ["sales_history", "inventory", "balance_sheet", "resource_calendar", "sales_forecast"])
def test_a_month_missing_inside_a_regular_series_is_asked_about(tmp_path: Path, valid: Tables, table: str, seed: int):
    frame = valid[table]
    month = "date" if table == "sales_history" else "period"
    inside = frame[(frame[month].str[:7] > frame[month].str[:7].min()) & (frame[month].str[:7] < frame[month].str[:7].max())]
    row = inside.index[random_row(inside, seed)]
    found = told(read_set(tmp_path, {table: frame.drop(row)}), "series_gap")
    assert found[["table", "outcome", "period"]].to_numpy().tolist() == [[table, "ASK", frame.loc[row, month][:7]]]


def test_gaps_follow_the_declared_policy(tmp_path: Path, valid: Tables):
    sparse = valid["sales_history"].drop(list(range(3, 240, 5)))
    by_policy = {
        policy: told(read_set(tmp_path, {"sales_history": sparse}, more={"sales_history": {"gap_policy": policy}}), "series_gap")
        for policy in ("regular", "ask", "zero")
    }
    assert set(by_policy["ask"]["outcome"]) == {"ASK"} and set(by_policy["zero"]["outcome"]) == {"ACCEPT"}
    assert len(by_policy["zero"]) == 1 and "read as zero" in by_policy["zero"].loc[0, "message"]


@pytest.mark.parametrize(("column", "group"), [("channel", "dealers"), ("region", "north"), ("family", "Heaters")])
def test_a_group_without_a_month_is_asked_about(tmp_path: Path, valid: Tables, column: str, group: str):
    sales = valid["sales_history"]
    labels = sales["item"].map(valid["items"].set_index("item")["family"]) if column == "family" else sales[column]
    if column == "region":  # another region sells in the same channel, so that the region alone is silent
        sales = sales.assign(channel="retail")
    silent = sales[~((labels == group) & (sales["date"].str[:7] == "2025-09"))]
    found = told(
        read_set(tmp_path, {**near(valid, "items"), "sales_history": silent}, more={"sales_history": {"gap_policy": "zero"}}),
        "silent_group",
    )
    assert found[["column", "value", "outcome", "period"]].to_numpy().tolist() == [[column, group, "ASK", "2025-09"]]


@pytest.mark.parametrize("table", ["sales_history", "inventory", "balance_sheet"])
def test_a_month_without_any_row_is_asked_about(tmp_path: Path, valid: Tables, table: str):
    month = "date" if table == "sales_history" else "period"
    rest = valid[table][valid[table][month].str[:7] != "2025-07"]
    found = told(read_set(tmp_path, {table: rest}), "missing_month")
    assert found[["table", "outcome", "period"]].to_numpy().tolist() == [[table, "ASK", "2025-07"]]


def test_hours_that_are_missing_in_a_planned_month_are_refused_before_anything_runs(tmp_path: Path, valid: Tables):
    calendar, resources = valid["resource_calendar"], valid["resources"]
    tables = {"resource_calendar": calendar[~((calendar["resource"] == "L2") & calendar["period"].isin(["2026-08", "2026-12"]))]}
    [found] = short_calendars({**tables, "resources": resources}, cutoff="2026-03", months=12)
    assert found.outcome == "REJECT" and "1 of 2 resources" in found.message and "L2 (none in 2026-08 and 1 more)" in found.message
    assert short_calendars({**tables, "resources": resources}, cutoff="2026-03", months=4) == []
    assert short_calendars(tables, cutoff="2026-03", months=12) == []  # it limits nothing
    intake = read_set(tmp_path, {**valid, "resource_calendar": calendar[calendar["resource"] != "L2"]})
    assert "L2 (none in 2026-04 and 11 more)" in told(intake, "calendar_short").loc[0, "message"]


def test_a_plan_in_the_place_of_history_is_asked_about(tmp_path: Path, valid: Tables):
    ahead = valid["inventory"].assign(period=[shifted(period, 30) for period in valid["inventory"]["period"]])
    intake = read_set(tmp_path, {"inventory": ahead}, more={"inventory": {"later_rows": "left_out"}})
    assert told(intake, "wrong_slot")[["table", "outcome"]].to_numpy().tolist() == [["inventory", "ASK"]]
    past = valid["sales_forecast"].assign(period=[shifted(period, -12) for period in valid["sales_forecast"]["period"]])
    assert told(read_set(tmp_path, {"sales_forecast": past}), "wrong_slot")["table"].tolist() == ["sales_forecast"]


# -- units of whole files --------------------------------------------------------------------------------------------

MONTHLY = [("sales_history", "date", "quantity"), ("inventory", "period", "quantity"), ("production_history", "finish_date", "quantity")]


@pytest.mark.parametrize("factor", [1000.0, 100.0, 0.001])
@pytest.mark.parametrize(("table", "month", "column"), MONTHLY)
def test_one_month_in_another_unit_is_asked_about(tmp_path: Path, valid: Tables, table: str, month: str, column: str, factor: float):
    frame = valid[table].copy()
    one = frame[month].str[:7] == "2025-10"
    frame[column] = frame[column].astype(float).mask(one, frame[column] * factor)
    found = told(read_set(tmp_path, {table: frame}), "scale")
    assert found[["table", "column", "outcome", "period"]].to_numpy().tolist() == [[table, column, "ASK", "2025-10"]]


@pytest.mark.parametrize(("table", "column"), [("prices", "net_price"), ("unit_costs", "unit_cost"), ("sales_forecast", "quantity")])
def test_a_whole_table_in_another_unit_is_asked_about_without_an_earlier_one(tmp_path: Path, valid: Tables, table: str, column: str):
    found = told(
        read_set(tmp_path, {**near(valid, "sales_history"), table: valid[table].assign(**{column: valid[table][column] * 1000.0})}), "scale"
    )
    assert set(found["table"]) == {table} and set(found["outcome"]) == {"ASK"}


# -- against the last submission -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, valid: Tables) -> Earlier:
    first = read_set(tmp_path_factory.mktemp("before"), valid)
    return Earlier("2026-04", first.tables, first.hashes)


@pytest.fixture(scope="module")
def following() -> Tables:
    return company_tables("2026-04")


def next_set(folder: Path, tables: Tables, before: Earlier) -> Intake:
    return read_set(folder, tables, earlier=before, cutoff="2026-04")


@pytest.mark.parametrize("table", ["sales_history", "inventory", "sales_forecast", "balance_sheet", "production_history"])
def test_the_same_file_again_is_asked_about(tmp_path: Path, valid: Tables, following: Tables, before: Earlier, table: str):
    found = told(next_set(tmp_path, {table: valid[table]}, before), "resubmitted")
    assert found[["table", "outcome"]].to_numpy().tolist() == [[table, "ASK"]]
    assert "byte for byte" in found.loc[0, "message"] and "2026-04" in found.loc[0, "message"]


def test_the_same_rows_in_another_format_are_asked_about(tmp_path: Path, valid: Tables, following: Tables, before: Earlier):
    shuffled = valid["sales_forecast"].sample(frac=1, random_state=4)
    found = told(next_set(tmp_path, {"sales_forecast": shuffled}, before), "resubmitted")
    assert found["table"].tolist() == ["sales_forecast"] and "every row is the same" in found.loc[0, "message"]


@pytest.mark.parametrize("factor", [1000.0, 0.001, 100.0])
@pytest.mark.parametrize("table", ["sales_history", "inventory", "production_history", "unit_costs", "prices"])
def test_a_file_in_another_unit_than_last_time_is_asked_about(
    tmp_path: Path, following: Tables, before: Earlier, table: str, factor: float
):
    column = {"unit_costs": "unit_cost", "prices": "net_price"}.get(table, "quantity")
    tables = {table: following[table].assign(**{column: following[table][column] * factor})}
    found = told(next_set(tmp_path, tables, before), "scale").query("table == @table and column == @column")
    assert set(found["outcome"]) == {"ASK"} and f"{factor:g}" in " ".join(found["hint"]).replace(",", "")


@pytest.mark.parametrize("table", ["sales_history", "items", "prices", "production_history"])
def test_fewer_rows_than_last_time_are_asked_about(tmp_path: Path, following: Tables, before: Earlier, table: str):
    months = following[table]["date" if table == "sales_history" else "finish_date"] if table not in ("items", "prices") else None
    kept = following[table].drop(random_row(following[table][:-2], 5)) if months is None else following[table][months > "2024-09"]
    found = told(next_set(tmp_path, {table: kept}, before), "fewer_rows")
    if table in ("sales_history", "production_history"):  # they begin later: a window that moved is no loss
        assert found.empty
        kept = following[table].drop(range(1, 60, 5))
        found = told(next_set(tmp_path, {table: kept}, before), "fewer_rows")
    assert found.query("table == @table")["outcome"].tolist() == ["ASK"]


@pytest.mark.parametrize(("left", "asked"), [(8, False), (3, True)])
def test_open_orders_come_and_go_until_most_are_gone(left: int, asked: bool):
    orders = pd.DataFrame({"kind": "production", "item": [f"A{number}" for number in range(10)], "period": "2026-04", "quantity": 5.0})
    found = against_earlier("open_orders", orders[:left].assign(period="2026-05"), earlier_of("open_orders", orders), PlausibilityLimits())
    assert [oddity.rule for oddity in found] == (["fewer_rows"] if asked else [])


def receipts_from(first: str) -> pd.DataFrame:
    """A receipt each fortnight, promised since a month, received a fortnight late."""
    promised = pd.date_range(f"{first}-05", "2026-02-28", freq="15D").astype("datetime64[s]")
    return pd.DataFrame({"promised_date": promised, "receipt_date": promised + pd.Timedelta(days=14), "supplier": "S", "quantity": 7.0})


@pytest.mark.parametrize("lost", [None, 9])
def test_a_window_by_another_date_than_that_of_its_months_is_no_restatement(lost: int | None):
    """The extract by promised date has moved on: its first months by receipt date are thinner, and nothing was restated."""
    was = receipts_from("2024-03")
    now = was[was["promised_date"] >= "2024-05-01"].reset_index(drop=True)
    now = now if lost is None else now.drop(lost)
    found = against_earlier("purchase_receipts", now, earlier_of("purchase_receipts", was), PlausibilityLimits())
    assert {oddity.rule for oddity in found} == (set() if lost is None else {"restated_history", "fewer_rows"})


def earlier_of(table: str, frame: pd.DataFrame) -> Earlier:
    return Earlier("2026-03", {table: frame})


@pytest.mark.parametrize(("table", "month"), [("sales_history", "date"), ("inventory", "period"), ("production_history", "finish_date")])
def test_history_that_was_restated_is_asked_about_with_its_diff(tmp_path: Path, following: Tables, before: Earlier, table: str, month: str):
    frame = following[table].copy()
    closed = frame[month].str[:7].between("2025-11", "2026-01")
    frame["quantity"] = frame["quantity"].astype(float).mask(closed, frame["quantity"] * 0.88)
    found = told(next_set(tmp_path, {table: frame}, before), "restated_history")
    assert found[["table", "column", "outcome", "period"]].to_numpy().tolist() == [[table, "quantity", "ASK", "2025-11..2026-01"]]
    was = following[table].loc[following[table][month].str[:7] == "2025-11", "quantity"].sum()
    assert f"2025-11 {was:,.6g} to {was * 0.88:,.6g}" in found.loc[0, "message"]


def test_the_newly_closed_month_is_no_restated_history(tmp_path: Path, following: Tables, before: Earlier):
    frame = following["sales_history"].copy()
    new = frame["date"].str[:7] == "2026-04"
    for column in ("quantity", "revenue", "cost"):
        frame[column] = frame[column].astype(float).mask(new, frame[column] * 1.3)
    assert told(next_set(tmp_path, {"sales_history": frame}, before), "restated_history").empty


# -- files in the wrong place ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sent", "slot"), [("sales_forecast", "sales_history"), ("unit_costs", "prices"), ("prices", "sales_history")])
def test_a_file_in_the_place_of_another_is_rejected(tmp_path: Path, valid: Tables, sent: str, slot: str):
    found = told(read_set(tmp_path, {slot: valid[sent]}), "wrong_slot")
    assert found[["table", "outcome", "row"]].to_numpy().tolist() == [[slot, "REJECT", 1]]
    assert f"looks like {sent}" in found.loc[0, "message"]


def test_one_file_in_two_places_is_asked_about(tmp_path: Path, valid: Tables):
    intake = read_set(
        tmp_path,
        {**valid, "open_orders": valid["sales_forecast"]},
        more={"open_orders": {"ignored": ["*"], "constants": {"kind": "purchase"}}},
    )
    assert told(intake, "same_file_twice")["outcome"].tolist() == ["ASK"]


def test_control_counts_and_totals(tmp_path: Path, valid: Tables):
    sales = valid["sales_history"]
    right = {"rows": len(sales), "total": {"quantity": float(sales["quantity"].sum())}}
    assert read_set(tmp_path, valid, more={"sales_history": {"control": right}}).findings.empty
    wrong = {"rows": len(sales) + 1, "total": {"quantity": float(sales["quantity"].sum()) - 1, "revenue": float(sales["revenue"].sum())}}
    intake = read_set(tmp_path, valid, more={"sales_history": {"control": wrong}})
    only(intake, "control_rows", "control_total")
    assert sorted(intake.findings[["outcome", "column"]].to_numpy().tolist()) == [["REJECT", ""], ["REJECT", "quantity"]]


@pytest.mark.parametrize("name", ["manifest.csv", "manifest.json"])
def test_a_manifest_beside_the_files(tmp_path: Path, valid: Tables, name: str):
    frame = pd.DataFrame(
        {
            "file": "sales_history.csv",
            "measure": ["rows", "revenue"],
            "value": [len(valid["sales_history"]), valid["sales_history"]["revenue"].sum()],
        }
    )
    sales = near(valid, "sales_history")
    more = {"sales_history": {"control": {"file": name}}}
    for factor, rules in ((1.0, set()), (1.01, {"control_total", "control_rows"})):
        told_file = frame.assign(value=(frame["value"] * factor).round(2))
        tmp_path.mkdir(exist_ok=True)
        told_file.to_csv(tmp_path / name, index=False) if name.endswith("csv") else told_file.to_json(tmp_path / name, orient="records")
        found = set(read_set(tmp_path, sales, more=more).findings["rule"]) - {"missing_table"}
        assert found == rules
    (tmp_path / name).write_text("nothing")
    assert told(read_set(tmp_path, sales, more=more), "control_file")["outcome"].tolist() == ["REJECT"]


# -- across tables ---------------------------------------------------------------------------------------------------

UNKNOWN = [
    ("sales_history", "item", "X9", "items"),
    ("sales_history", "customer", "K-none", "customers"),
    ("inventory", "item", "X9", "items"),
    ("supplier_items", "supplier", "S9", "suppliers"),
    ("resource_calendar", "resource", "L9", "resources"),
    ("lifecycle", "reference_item", "X9", "items"),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("table", "column", "code", "other"), UNKNOWN)
def test_an_unknown_code_is_rejected_with_its_volume(
    tmp_path: Path, valid: Tables, form: str, table: str, column: str, code: str, other: str
):
    row = random_row(valid[table], len(code + column))
    found = told(read_set(tmp_path, near(changed(valid, table, column, row, code), table, other), form), "unknown_code")
    assert found[["table", "row", "column", "outcome"]].to_numpy().tolist() == [[table, row + 2, column, "REJECT"]]
    assert f"not in {other}" in found.loc[0, "message"] and (table in ("resource_calendar", "lifecycle", "supplier_items")) == (
        "of the volume" not in found.loc[0, "message"]
    )


@pytest.mark.parametrize(("table", "column"), [("sales_forecast", "region"), ("sales_forecast", "channel"), ("exchange_rates", "region")])
def test_a_place_nobody_sells_in_is_asked_about(tmp_path: Path, valid: Tables, table: str, column: str):
    row = random_row(valid[table], 3)
    found = told(
        read_set(tmp_path, near(changed(valid, table, column, row, "Dealer"), table, "sales_history", "customers")), "unknown_place"
    )
    assert found[["table", "row", "column", "outcome"]].to_numpy().tolist() == [[table, row + 2, column, "ASK"]]


@pytest.mark.parametrize(("row", "parent"), [(0, "C1"), (1, "C1"), (1, "B2")])
def test_a_circle_in_the_tree_is_rejected(tmp_path: Path, valid: Tables, row: int, parent: str):
    found = told(read_set(tmp_path, near(changed(valid, "lifecycle", "reference_item", row, parent), "lifecycle", "items")), "hierarchy")
    assert found[["table", "outcome"]].to_numpy().tolist() == [["lifecycle", "REJECT"]] and parent in found.loc[0, "message"]


def test_weights_and_references_of_launches_are_told_and_planning_goes_on():
    """N1 follows A and B with .5 and .4; N2 follows C, which never sold, and the lifecycle names C too. N3 is as it should be."""
    tables = {
        "launch_references": pd.DataFrame(
            {"item": ["N1", "N1", "N2", "N3"], "reference_item": ["A", "B", "C", "A"], "weight_share": [0.5, 0.4, 1.0, 1.0]}
        ),
        "lifecycle": pd.DataFrame({"item": ["N2", "N3"], "reference_item": ["C", None]}),
        "sales_history": pd.DataFrame({"item": ["A", "B", "C"], "quantity": [5.0, 3.0, 0.0]}),
    }
    found = launch_oddities(tables)
    assert [(one.table, one.rule, one.positions, one.outcome) for one in found] == [
        ("launch_references", "launch_weights", (0, 1), "ACCEPT"),
        ("lifecycle", "silent_reference", (0,), "ACCEPT"),
        ("launch_references", "silent_reference", (2,), "ACCEPT"),
    ]
    assert "N1 (0.90)" in found[0].message
    assert launch_oddities({}) == []


def test_an_opportunity_without_product_is_told_and_the_others_stay(tmp_path: Path, valid: Tables):
    customer, sale = valid["customers"].iloc[0], valid["sales_history"].iloc[0]
    deal = {"customer": customer["customer"], "region": sale["region"], "channel": sale["channel"], "stage": "proposal"}
    deal |= {"probability_share": 0.5, "quantity": 10.0, "period": shifted(CUTOFF, 2), "in_baseline": False}
    deals = pd.DataFrame([{"opportunity": f"O{n}", "item": item, **deal} for n, item in enumerate(["A1", None, "B1"])])
    intake = read_set(tmp_path, {**near(valid, "items", "customers"), "opportunities": deals})
    assert told(intake, "empty_cell")[["table", "row", "column", "outcome"]].to_numpy().tolist() == [["opportunities", 3, "item", "REJECT"]]
    assert intake.tables["opportunities"]["opportunity"].tolist() == ["O0", "O2"]


def test_an_item_in_two_families_is_rejected_with_both_rows(tmp_path: Path, valid: Tables):
    twice = pd.concat([valid["items"], valid["items"].iloc[[1]].assign(family="Heaters")], ignore_index=True)
    found = told(read_set(tmp_path, {"items": twice}), "duplicate_key")
    assert found[["row", "outcome"]].to_numpy().tolist() == [[7, "REJECT"]] and "rows 3 and 7" in found.loc[0, "message"]


@pytest.mark.parametrize(
    ("table", "column", "value"), [("items", "family", "GRILLS "), ("items", "family", "spa-res"), ("customers", "region", "North")]
)
def test_two_spellings_of_one_code_are_asked_about(tmp_path: Path, valid: Tables, table: str, column: str, value: str):
    tables = (
        changed(valid, table, column, 0, value)
        if value != "spa-res"
        else changed(
            {**valid, "items": pd.concat([valid["items"], valid["items"].iloc[[4]].assign(item="C2")], ignore_index=True)},
            table,
            column,
            5,
            value,
        )
    )
    found = told(read_set(tmp_path, near(tables, "items", "customers", "sales_history")), "similar_codes")
    assert found[["table", "column", "outcome"]].to_numpy().tolist() == [[table, column, "ASK"]]


@pytest.mark.parametrize(("table", "rule"), [("prices", "price_missing"), ("unit_costs", "cost_missing")])
def test_an_item_sold_without_a_price_or_a_cost(tmp_path: Path, valid: Tables, table: str, rule: str):
    row = random_row(valid[table], 2)
    share = valid["sales_history"].query("date > '2025-04'").groupby("item")["revenue"].sum()
    code = str(valid[table].loc[row, "item"])
    found = told(read_set(tmp_path, {**near(valid, "sales_history"), table: valid[table].drop(row)}), rule)
    assert found[["outcome", "value"]].to_numpy().tolist() == [["ASK" if share[code] / share.sum() > 0.05 else "ACCEPT", code]]
    late = valid[table].assign(valid_from="2026-09-01")
    assert told(read_set(tmp_path, {**near(valid, "sales_history"), table: late}), rule)["outcome"].tolist() == ["ASK"]


def test_stock_that_nothing_explains_is_printed(tmp_path: Path, valid: Tables):
    was = valid["inventory"].loc[10, "quantity"]
    found = told(
        read_set(tmp_path, near(changed(valid, "inventory", "quantity", 10, was + 7), "sales_history", "inventory", "production_history")),
        "stock_unexplained",
    )
    assert found["outcome"].tolist() == ["ACCEPT"] and "14 units are unexplained" in found.loc[0, "message"]  # 7 up, 7 down again


def test_lines_below_cost_and_returns_are_named(tmp_path: Path, valid: Tables):
    tables = changed(changed(valid, "sales_history", "revenue", 4, 1.0), "sales_history", "quantity", 9, -3.0)
    found = read_set(tmp_path, near(tables, "sales_history")).findings.set_index("rule")
    assert (found.loc["below_cost", "outcome"], found.loc["below_cost", "row"]) == ("ACCEPT", 6)
    assert (found.loc["returned_units", "outcome"], found.loc["returned_units", "row"]) == ("ACCEPT", 11)


@pytest.mark.parametrize(("factor", "outcome"), [(1.01, "ACCEPT"), (1.2, "ASK")])
def test_a_gap_to_the_ledger_is_named_by_year(tmp_path: Path, valid: Tables, factor: float, outcome: str):
    ledger = valid["ledger_actuals"].copy()
    ledger["amount"] = ledger["amount"].mask(ledger["period"].str[:4] == "2025", ledger["amount"] * factor)
    found = told(read_set(tmp_path, {**near(valid, "sales_history"), "ledger_actuals": ledger}), "ledger_gap")
    assert found[["outcome", "period"]].to_numpy().tolist() == [[outcome, "2025-01..2025-12"]]


# -- what follows from another fault is no finding of its own --------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("table", "column"), [("sales_history", "quantity"), ("inventory", "quantity"), ("items", "family"), ("customers", "region")]
)
def test_a_broken_cell_is_one_finding(tmp_path: Path, valid: Tables, form: str, table: str, column: str):
    row = random_row(valid[table], 9)
    intake = read_set(tmp_path, changed(valid, table, column, row, "#SAKNAS!"), form)
    only(intake, "spreadsheet_error")
    assert intake.findings[["row", "column"]].to_numpy().tolist() == [[row + 2, column]]


# -- answers ---------------------------------------------------------------------------------------------------------


def answered(tmp_path: Path, tables: Tables, **narrowed: object) -> Intake:
    answer = {"rule": "negative_stock", "who": "head_of_materials", "reason": "booked late", **narrowed}
    return read_set(tmp_path, near(tables, "items", "inventory"), more={"inventory": {"acknowledged": [answer]}})


@pytest.mark.parametrize(
    ("narrowed", "matches"),
    [
        ({}, True),
        ({"file": "inventory.csv"}, True),
        ({"file": "other.csv"}, False),
        ({"column": "quantity"}, True),
        ({"column": "item"}, False),
        ({"period": "2025-06"}, True),
        ({"period": "2025-01..2025-12"}, True),
        ({"period": "2025-07"}, False),
    ],
)
def test_an_answer_is_recorded_and_may_be_narrow(tmp_path: Path, valid: Tables, narrowed: dict[str, str], matches: bool):
    row = valid["inventory"].index[(valid["inventory"]["period"] == "2025-06") & (valid["inventory"]["item"] == "B1")][0]
    intake = answered(tmp_path, changed(valid, "inventory", "quantity", row, -5.0), **narrowed)
    found = told(intake, "negative_stock")
    assert found["outcome"].tolist() == ["ACCEPT" if matches else "ASK"]
    assert found["answered_by"].tolist() == ["head_of_materials" if matches else ""]
    assert told(intake, "unused_acknowledgement").empty == matches
    assert bool(intake.problems) != matches


def test_an_answer_to_no_question_is_a_finding(tmp_path: Path, valid: Tables):
    found = told(answered(tmp_path, valid), "unused_acknowledgement")
    assert found[["table", "outcome", "value"]].to_numpy().tolist() == [["inventory", "ACCEPT", "negative_stock"]]


@pytest.mark.parametrize(("rule", "told_of"), [("negative_stok", "did you mean negative_stock"), ("empty_cell", "cannot be answered")])
def test_only_questions_can_be_answered(rule: str, told_of: str):
    with pytest.raises(ValueError, match=told_of):
        Source.model_validate({"file": "a.csv", "acknowledged": [{"rule": rule, "who": "sop_lead", "reason": "it is so"}]})


@pytest.mark.parametrize("declared", [{}, {"sensitive": ["net_price"]}])
def test_values_of_sensitive_columns_are_masked(tmp_path: Path, valid: Tables, declared: dict[str, list[str]]):
    table, column = ("prices", "net_price") if declared else ("customers", "customer_name")
    tables = changed(valid, table, column, 1, "12,34 secret" if declared else "#REF!")
    intake = read_set(tmp_path, near(tables, table), more={table: declared})
    found = intake.findings.query("column == @column")
    assert found["value"].tolist() == ["•••"] and found["outcome"].tolist() == ["REJECT"]
    assert not intake.findings.astype(str).apply(lambda cells: cells.str.contains("secret|#REF")).any(axis=None)


def test_a_slot_is_known_by_the_last_submission(tmp_path: Path, valid: Tables):
    declared = write_files(tmp_path, valid)
    sources = {name: Source.model_validate(how) for name, how in declared.items()}
    first = read_sources(sources, tmp_path, cutoff=CUTOFF, currency="SEK")
    swapped = Earlier("2026-04", {}, {**first.hashes, "prices": "", "budget": first.hashes["prices"]})
    found = told(read_sources(sources, tmp_path, cutoff=CUTOFF, currency="SEK", earlier=swapped), "wrong_slot")
    assert found["table"].tolist() == ["prices"] and "for budget" in found.loc[0, "message"]


def test_rules_name_columns_that_the_contracts_have():
    named = {table: (settled.month, *settled.measures) for table, settled in SETTLED.items()}
    for rules in (named, STANDING, PARENTS, SPELT):
        for table, columns in rules.items():
            assert set(columns) <= set(INPUTS[table].column_names()), table
