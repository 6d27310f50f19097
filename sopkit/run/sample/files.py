"""The demo company's files, as its planners send them: CSV with semicolons and decimal commas, one workbook, Parquet from the ERP."""

import io
import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from sopkit.run.sample import market, money, planning_record, plant, register, stock
from sopkit.run.sample.company import CLAIMED_UPLIFT, MARKETS, PROMOTED_CHANNEL, Size, checked_cycle
from sopkit.run.sample.orders import order_lines
from sopkit.run.sample.truth import known_truth
from sopkit.run.sample.world import World, customers_frame, simulated_world

KNOWN_ON_DAY = 3  # of M0: what has come in by then is known
WORKBOOK = "planning.xlsx"
TRUTH = "truth.json"
SWEDISH = {
    "sales_history": {"date": "Fakturadatum", "item": "Artikelnr", "quantity": "Antal", "revenue": "Belopp"},
    "prices": {"item": "Artikelnr", "valid_from": "Gäller från", "net_price": "Nettopris"},
}
TOTALLED = ("budget",)  # ends with a totals row, as a spreadsheet does
SHEETS = (
    "resources",
    "resource_calendar",
    "workforce",
    "bill_of_resources",
    "suppliers",
    "supplier_items",
    "levers",
    "targets",
    "payment_terms",
    "exchange_rates",
    "lifecycle",
)
PARQUET = ("orders", "forecast_snapshots", "published_plan")


def write_files(folder: Path, *, as_of: str, size: Size, seed: int) -> list[Path]:
    """Write all files of one cycle; see `sopkit.run.sample.write_sample`."""
    checked_cycle(as_of)
    world = simulated_world(size, seed)
    tables, hidden = sample_tables(world, as_of)
    folder.mkdir(parents=True, exist_ok=True)
    written = [_write_csv(folder, name, frame) for name, frame in tables.items() if name not in (*SHEETS, *PARQUET)]
    written += [_write_parquet(folder, name, tables[name]) for name in PARQUET]
    written.append(_write_workbook(folder, {name: tables[name] for name in SHEETS}))
    truth = json.dumps(known_truth(world, hidden), indent=1, sort_keys=True, ensure_ascii=False)
    (folder / TRUTH).write_text(truth + "\n", encoding="utf-8")
    return sorted([*written, folder / TRUTH])


def sample_tables(world: World, as_of: str) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """The input tables of one cycle by name, and the order lines that the stock-out hid."""
    day = np.datetime64(f"{as_of}-{KNOWN_ON_DAY:02d}", "s")
    lines, hidden = order_lines(world)
    lines = lines.assign(net_price=money.line_revenue(world, lines))
    store = stock.simulated_stock(world, lines)
    recorded = planning_record.recorded_demand(world, lines)
    sales = _sales(world, lines, day)
    closed = sales[sales["date"] < np.datetime64(f"{as_of}-01", "s")].assign(period=lambda frame: frame["date"].dt.strftime("%Y-%m"))
    tables = {
        "items": _items(world),
        "customers": customers_frame(),
        "sales_history": sales,
        "orders": _orders(world, lines, day),
        "prices": money.prices_frame(world, as_of),
        "campaigns": _campaigns(world, day),
        "market_indicators": market.market_indicators(world, as_of),
        "forecast_snapshots": planning_record.forecast_snapshots(world, recorded, as_of),
        "sales_forecast": planning_record.sales_forecast(world, recorded, as_of),
        "published_plan": planning_record.published_plan(world, as_of),
        "unit_costs": money.unit_costs(world, as_of),
        "inventory": stock.inventory_frame(world, store, as_of),
        "open_orders": stock.open_orders(world, store, as_of),
        "production_history": stock.production_history(world, store, as_of, day),
        "budget": money.budget_frame(world),
        "exchange_rates": money.exchange_rates(as_of),
        "payment_terms": money.payment_terms(),
        "balance_sheet": money.balance_sheet(world, store, closed, as_of),
        "purchase_receipts": plant.purchase_receipts(world, as_of, day),
    }
    return tables | _plant_tables(world, store, as_of) | register.registers(world, as_of), hidden


def _plant_tables(world: World, store: stock.Stock, as_of: str) -> dict[str, pd.DataFrame]:
    return {
        "resources": plant.resources_frame(),
        "resource_calendar": plant.resource_calendar(world, store.made, as_of),
        "workforce": plant.workforce_frame(as_of),
        "bill_of_resources": plant.bill_of_resources(world),
        "suppliers": plant.suppliers_frame(),
        "supplier_items": plant.supplier_items(world),
        "levers": plant.levers_frame(),
    }


def _items(world: World) -> pd.DataFrame:
    columns = ["item", "item_name", "family", "supply_strategy", "planning_factor", "tier"]
    return world.items[columns].assign(active=True)


def _orders(world: World, lines: pd.DataFrame, day: np.datetime64) -> pd.DataFrame:
    """Order lines known on the day: what left after it is open."""
    known = lines[lines["order_date"] <= day]
    gone = (known["ship_date"] <= day) & ~known["cancelled"]
    quantity = known["quantity"]
    frame = pd.DataFrame(
        {
            "order": known["order"].astype("str"),
            "line": known["line"].astype("str"),
            "item": world.items["item"].to_numpy()[known["item_at"]],
            "region": np.array([region for region, _ in MARKETS])[known["market"]],
            "channel": np.array([channel for _, channel in MARKETS])[known["market"]],
            "customer": known["customer"],
            "order_date": known["order_date"],
            "requested_date": known["requested_date"],
            "promised_date": known["promised_date"],
            "ship_date": known["ship_date"].where(gone),
            "quantity": quantity,
            "shipped_quantity": quantity.where(gone, 0.0),
            "cancelled_quantity": quantity.where(known["cancelled"] & (known["requested_date"] <= day), 0.0),
            "net_price": known["net_price"],
        }
    )
    return frame.reset_index(drop=True)


def _sales(world: World, lines: pd.DataFrame, day: np.datetime64) -> pd.DataFrame:
    """Invoiced sales by month, item, market and customer; the current month holds its first days only."""
    gone = lines[(lines["ship_date"] <= day) & ~lines["cancelled"] & (lines["ship_date"] >= np.datetime64(world.first_date))]
    month = gone["ship_date"].dt.to_period("M").dt.start_time.astype("datetime64[s]")
    gone = gone.assign(date=month, revenue=gone["quantity"] * gone["net_price"])
    sums = gone.groupby(["date", "item_at", "market", "customer"], as_index=False)[["quantity", "revenue"]].sum()
    return pd.DataFrame(
        {
            "date": sums["date"],
            "item": world.items["item"].to_numpy()[sums["item_at"]],
            "region": np.array([region for region, _ in MARKETS])[sums["market"]],
            "channel": np.array([channel for _, channel in MARKETS])[sums["market"]],
            "customer": sums["customer"],
            "quantity": sums["quantity"],
            "revenue": sums["revenue"].round(2),
        }
    )


def _campaigns(world: World, day: np.datetime64) -> pd.DataFrame:
    """Campaigns that have been, and those planned for the next half year."""
    frame = pd.DataFrame(world.campaigns).assign(channel=PROMOTED_CHANNEL)
    dates = {name: frame[name].astype("datetime64[s]") for name in ("start_date", "end_date")}
    frame = frame.assign(**dates)
    frame = frame[frame["start_date"] <= day + np.timedelta64(183, "D")]
    cost = {"Grills": 320_000.0, "Heaters": 240_000.0, "Lanterns": 110_000.0}
    return frame.assign(claimed_uplift_share=CLAIMED_UPLIFT, cost=frame["family"].map(cost)).reset_index(drop=True)


def _write_csv(folder: Path, name: str, frame: pd.DataFrame) -> Path:
    path = folder / f"{name}.csv"
    sent = _with_total(frame) if name in TOTALLED else frame
    sent = sent.rename(columns=SWEDISH.get(name, {}))
    sent.to_csv(path, index=False, sep=";", decimal=",", encoding="cp1252", date_format="%Y-%m-%d", lineterminator="\r\n")
    return path


def _with_total(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with the line that spreadsheets end with: the sum of its numbers under `Summa`."""
    total = {name: frame[name].sum() for name in frame.select_dtypes("number")} | {frame.columns[0]: "Summa"}
    return pd.concat([frame, pd.DataFrame([total])], ignore_index=True)


def _write_parquet(folder: Path, name: str, frame: pd.DataFrame) -> Path:
    path = folder / f"{name}.parquet"
    frame.to_parquet(path, index=False)
    return path


def _write_workbook(folder: Path, tables: dict[str, pd.DataFrame]) -> Path:
    """The planners' workbook, a sheet per table, its creation date fixed so that the same inputs give the same bytes."""
    import xlsxwriter

    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"created": datetime(2026, 1, 1)})
    bold = workbook.add_format({"bold": True})
    for name, frame in tables.items():
        sheet = workbook.add_worksheet(name)
        sheet.write_row(0, 0, list(frame.columns), bold)
        for number, column in enumerate(frame.columns):
            cells = [None if pd.isna(cell) else cell for cell in frame[column].tolist()]
            sheet.write_column(1, number, cells)
    workbook.close()
    path = folder / WORKBOOK
    path.write_bytes(content.getvalue())
    return path
