"""A small valid company as its input tables, and as the files it sends: what plausibility tests put a fault into."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sopkit.data.plausibility.earlier import Earlier
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.reading import Intake, read_sources
from sopkit.periods import first_day, last_day, period_range, shifted

CUTOFF = "2026-03"
ITEMS = {"A1": ("Grills", 40.0), "A2": ("Grills", 60.0), "B1": ("Heaters", 90.0), "B2": ("Heaters", 25.0), "C1": ("Spares", 8.0)}
REGIONS = {"north": "retail", "south": "dealers"}
SEASON = (0.8, 0.8, 1.0, 1.1, 1.3, 1.3, 1.2, 1.0, 0.9, 0.9, 0.8, 0.9)


def company_tables(cutoff: str = CUTOFF, months: int = 24) -> dict[str, pd.DataFrame]:
    """The input tables of a company whose stock balances, whose prices hold, whose series are regular and without gaps."""
    periods = period_range(shifted("2026-03", -months + 1), months + max(0, int(cutoff > "2026-03")))
    ahead = period_range(shifted(cutoff, 1), 14)
    sales, stock, made = [], [], []
    for number, (item, (_, price)) in enumerate(ITEMS.items()):
        level = 100.0 + 10 * number
        on_hand = 500.0
        for place, period in enumerate(periods):
            sold = 0.0
            for region, channel in REGIONS.items():
                units = round(level * SEASON[int(period[5:]) - 1] + 3 * ((place + number) % 4))
                sold += units
                sales.append(
                    (f"{period}-15", item, region, channel, f"K-{region}", units, round(units * price, 2), round(units * price * 0.6, 2))
                )
            produced = round(2 * level)
            made.append((f"P{item}{period}", item, f"{period}-02", f"{period}-20", produced))
            on_hand += produced - sold
            stock.append((item, period, on_hand))
    frames = {
        "items": _frame(
            "item item_name family supply_strategy", [(item, f"Item {item}", family, "stock") for item, (family, _) in ITEMS.items()]
        ),
        "customers": _frame(
            "customer customer_name region channel", [(f"K-{region}", f"Chain {region}", region, REGIONS[region]) for region in REGIONS]
        ),
        "sales_history": _frame("date item region channel customer quantity revenue cost", sales),
        "inventory": _frame("item period quantity", stock),
        "production_history": _frame("production_order item start_date finish_date quantity", made),
        "prices": _frame(
            "item region channel valid_from net_price", [(item, "*", "*", "2024-01-01", price) for item, (_, price) in ITEMS.items()]
        ),
        "unit_costs": _frame(
            "item valid_from unit_cost", [(item, "2024-01-01", round(price * 0.6, 2)) for item, (_, price) in ITEMS.items()]
        ),
        "resources": _frame(
            "resource resource_name site overtime_limit_share overtime_cost",
            [("L1", "Line 1", "PLANT", 0.1, 300.0), ("L2", "Line 2", "PLANT", 0.1, 280.0)],
        ),
        "resource_calendar": _frame(
            "resource period available_hours demonstrated_hours",
            [(line, period, 160.0, 150.0) for line in ("L1", "L2") for period in ahead],
        ),
        "exchange_rates": _frame(
            "currency region period rate budget_rate",
            [("EUR", "south", period, 11.0 + 0.05 * (place % 5), 11.2) for place, period in enumerate(periods)],
        ),
        "sales_forecast": _frame(
            "function item region channel period quantity",
            [
                (function, item, region, channel, period, round(105.0 * SEASON[int(period[5:]) - 1] * factor))
                for function, factor in (("sales", 1.05), ("marketing", 1.1))
                for item in ITEMS
                for region, channel in REGIONS.items()
                for period in ahead[:6]
            ],
        ),
        "lifecycle": _frame("item event period reference_item", [("C1", "launch", "2024-05", "B2"), ("B2", "launch", "2024-04", "A1")]),
        "suppliers": _frame("supplier supplier_name lead_time_days", [("S1", "Foundry", 30.0), ("S2", "Glass", 20.0)]),
        "supplier_items": _frame("supplier component item quantity_per_unit", [("S1", "CASTING", "A1", 1.0), ("S2", "PANE", "B1", 2.0)]),
        "balance_sheet": _frame(
            "account period amount",
            [(account, period, 100_000.0 + 500.0 * place) for account in ("inventory", "cash") for place, period in enumerate(periods)],
        ),
    }
    booked = frames["sales_history"].assign(period=frames["sales_history"]["date"].str[:7]).groupby("period")["revenue"].sum()
    frames["ledger_actuals"] = _frame(
        "account family period status amount", [("net_sales", "*", period, "final", round(amount, 2)) for period, amount in booked.items()]
    )
    return {name: _until(name, frame, cutoff) for name, frame in frames.items()}


def _frame(names: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=names.split())


def _until(name: str, frame: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    dated = {
        "sales_history": "date",
        "inventory": "period",
        "production_history": "start_date",
        "balance_sheet": "period",
        "ledger_actuals": "period",
    }
    if name not in dated:
        return frame
    return frame[frame[dated[name]].str[:7] <= cutoff].reset_index(drop=True)


def write_files(folder: Path, tables: Mapping[str, pd.DataFrame], form: str = "csv") -> dict[str, dict[str, object]]:
    """The tables as files of a form (csv, swedish, xlsx or parquet); returns their declarations."""
    folder.mkdir(parents=True, exist_ok=True)
    declared: dict[str, dict[str, object]] = {}
    for name, frame in tables.items():
        if form == "csv":
            frame.to_csv(folder / f"{name}.csv", index=False)
            declared[name] = {"file": f"{name}.csv"}
        elif form == "swedish":
            frame.to_csv(folder / f"{name}.csv", index=False, sep=";", decimal=",", encoding="cp1252")
            declared[name] = {"file": f"{name}.csv", "delimiter": ";", "decimal": ",", "encoding": "cp1252"}
        elif form == "xlsx":
            frame.to_excel(folder / f"{name}.xlsx", index=False, sheet_name=name[:31])
            declared[name] = {"file": f"{name}.xlsx", "sheet": name[:31]}
        else:
            typed = {
                column: pd.to_datetime(frame[column]) for column in frame if column.endswith("date") or column in ("date", "valid_from")
            }
            numbers = {column: frame[column].astype(float) for column in frame.select_dtypes("number")}
            frame.assign(**typed, **numbers).to_parquet(folder / f"{name}.parquet", index=False)
            declared[name] = {"file": f"{name}.parquet"}
    return declared


def read_set(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    form: str = "csv",
    *,
    more: Mapping[str, Mapping[str, object]] | None = None,
    earlier: Earlier | None = None,
    cutoff: str = CUTOFF,
) -> Intake:
    """The intake of these tables, written as files of a form; `more` adds to declarations."""
    declared = write_files(folder, tables, form)
    sources = {name: Source.model_validate({**how, **(more or {}).get(name, {})}) for name, how in declared.items()}
    return read_sources(sources, folder, cutoff=cutoff, currency="SEK", earlier=earlier)


def near(tables: Mapping[str, pd.DataFrame], *names: str) -> dict[str, pd.DataFrame]:
    """These tables of a company alone: what a rule that looks at no others is tried on."""
    return {name: tables[name] for name in names}


def told(intake: Intake, rule: str) -> pd.DataFrame:
    """The findings of one rule."""
    return intake.findings[intake.findings["rule"] == rule].reset_index(drop=True)


def random_row(frame: pd.DataFrame, seed: int) -> int:
    """A row of a frame, drawn with a seed."""
    return int(np.random.default_rng(seed).integers(len(frame)))


def days_of(period: str) -> tuple[str, str]:
    """First and last day of a month as text."""
    return first_day(period).isoformat(), last_day(period).isoformat()
