"""Sales files with known faults: one a million lines and more of a planner's export, one by another author who breaks bytes.

Both are seeded; each gives the file, the faults that are in it with their physical row (header = 1), and the months that the
good lines add up to. `Line faults` are disjoint by row except for duplicates that show only behind a trailing blank.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

HEADER = ("Fakturadatum", "Artikelnr", "region", "channel", "customer", "Antal", "Belopp", "Valuta")
CHUNK = 1_000_000
REGIONS = np.array(["norr", "syd", "väst", "öst", "Île-de-France"])
CHANNELS = np.array(["butik", "webb", "Großhandel"])
NOT_NUMBERS = [
    "k.A.",
    "n/a",
    "12 Stk",
    "zwölf",
    "-",
    "NaN",
    "inf",
    "1_000",
    "12-",
    "(12)",
    "²",
    "True",
    "NULL",
    "0x1F",
    "1,2,3",
    "12,",
    "--5",
    "€",
]
ERRORS = ["#SAKNAS!", "#N/A", "#REF!", "#DIVISION/0!", "#VÄRDEFEL!"]
NO_DAYS = ["31.02.2024", "29.02.2023", "00.05.2024", "12.13.2024", "31.04.2025", "32.01.2025"]
PER_MILLION = {
    "not_a_number": 1_000, "other_dialect": 1_000, "spreadsheet_error": 600, "empty_cell": 1_000, "unknown_code": 1_000,
    "impossible_date": 900, "other_date_format": 900, "short_row": 700, "long_row": 700, "duplicate_key": 900, "trimmed": 1_000,
    "blank_line": 150,
}  # fmt: skip


@dataclass
class Written:
    """A file and what is true of it: faults (row, column, rule) and monthly sums of the lines that are good."""

    faults: pd.DataFrame
    months: pd.DataFrame


def write_sales(folder: Path, lines: int, seed: int = 20261122, *, every_price_different: bool = False) -> Written:
    """Write sales.csv (cp1252, CRLF, semicolon, decimal comma, 1 % of the lines faulty) and items.csv; returns the truth."""
    rng = np.random.default_rng(seed)
    items = np.array([f"{number:08d}" for number in np.sort(rng.choice(np.arange(1_000, 900_000), 1_200, replace=False))])
    _write_items(folder, items)
    faults, months, row = [], [], 2
    with (folder / "sales.csv").open("wb") as out:
        out.write((";".join(HEADER) + "\r\n").encode("cp1252"))
        for chunk in range(-(-lines // CHUNK)):
            text, found, summed, row = _chunk(rng, items, min(CHUNK, lines - chunk * CHUNK), chunk, row, every_price_different)
            out.write(text.encode("cp1252"))
            faults.append(found)
            months.append(summed)
    keys = ["item", "region", "channel", "period"]
    truth = pd.concat(months).groupby(keys, as_index=False)[["quantity", "revenue"]].sum()
    return Written(pd.concat(faults, ignore_index=True), truth)


def _write_items(folder: Path, items: np.ndarray) -> None:
    lines = [
        "item;item_name;family;supply_strategy",
        *(f"{code};Artikel {code};F{number % 12:02d};stock" for number, code in enumerate(items)),
    ]
    (folder / "items.csv").write_text("\r\n".join(lines) + "\r\n", encoding="cp1252")


def _customers(chunk: int) -> np.ndarray:
    plain = [f"C{chunk}{number:05d}" for number in range(4_000)]
    named = [f"Müller & Söhne {chunk}{number:03d}" for number in range(100)] + [f"€uro-Shop {chunk}{number:02d}" for number in range(50)]
    quoted = [f"Meier; Löwe {chunk}{number:02d}" for number in range(8)] + [f'Rohr "Ø12" {chunk}{number:02d}' for number in range(2)]
    return np.array(plain + named + quoted)


def _chunk(
    rng: np.random.Generator, items: np.ndarray, lines: int, chunk: int, row: int, every_price_different: bool
) -> tuple[str, pd.DataFrame, pd.DataFrame, int]:
    """Some lines as text, their faults, their monthly sums, and the next physical row."""
    days = pd.date_range("2023-01-01", "2025-12-31")
    weights = 1 / np.arange(1, len(items) + 1) ** 0.8
    customers = _customers(chunk)
    drawn = pd.DataFrame(
        {
            "day": rng.integers(0, len(days), lines + lines // 50 + 500),
            "item": rng.choice(len(items), lines + lines // 50 + 500, p=weights / weights.sum()),
            "region": rng.choice(5, lines + lines // 50 + 500, p=[0.3, 0.25, 0.2, 0.15, 0.1]),
            "channel": rng.choice(3, lines + lines // 50 + 500, p=[0.5, 0.3, 0.2]),
            "customer": rng.integers(0, len(customers), lines + lines // 50 + 500),
        }
    ).drop_duplicates()[:lines]
    drawn = drawn.sort_values("day", kind="stable", ignore_index=True)
    lines = len(drawn)
    quantity = np.maximum(1, np.round(rng.lognormal(2.6, 0.9, lines)))
    quantity = np.where(rng.random(lines) < 0.1, quantity + np.round(rng.random(lines) * 0.9, 1), quantity)
    quantity = np.where(rng.random(lines) < 0.003, np.round(quantity * 150 + 1_000), quantity)
    quantity = np.where(rng.random(lines) < 0.01, -quantity, quantity)  # returns
    if every_price_different:
        revenue = np.round(rng.permutation(lines) + 1 + rng.integers(0, 100, lines) / 100, 2)
    else:
        price = np.round(rng.lognormal(3, 1.1, len(items)) + 0.5, 2)[drawn["item"]]
        revenue = np.round(np.round(quantity) * np.round(price), 0) + 0.5
    written = pd.DataFrame(
        {
            "Fakturadatum": days.strftime("%d.%m.%Y").to_numpy()[drawn["day"]],
            "Artikelnr": items[drawn["item"]],
            "region": REGIONS[drawn["region"]],
            "channel": CHANNELS[drawn["channel"]],
            "customer": np.array([_quoted(name) for name in customers])[drawn["customer"]],
            "Antal": _numbers(quantity, grouped=True),
            "Belopp": _numbers(revenue, grouped=not every_price_different),
            "Valuta": "SEK",
        }
    )
    return _broken(rng, written, drawn, days, items, quantity, revenue, row)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if ";" in text or '"' in text else text


def _numbers(values: np.ndarray, *, grouped: bool) -> np.ndarray:
    distinct, codes = np.unique(values, return_inverse=True)
    texts = [_number(value, grouped) for value in distinct.tolist()]
    return np.array(texts, dtype=object)[codes]


def _number(value: float, grouped: bool) -> str:
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text.replace(",", "\u00a0" if grouped else "").replace(".", ",")


def _broken(
    rng: np.random.Generator,
    written: pd.DataFrame,
    drawn: pd.DataFrame,
    days: pd.DatetimeIndex,
    items: np.ndarray,
    quantity: np.ndarray,
    revenue: np.ndarray,
    row: int,
) -> tuple[str, pd.DataFrame, pd.DataFrame, int]:
    """The lines with faults put in, as text."""
    lines = len(written)
    counts = {rule: max(5, count * lines // 1_000_000) for rule, count in PER_MILLION.items()}
    places = iter(
        np.sort(rng.permutation(np.arange(lines // 2, lines))[: 2 * sum(counts.values())])[rng.permutation(2 * sum(counts.values()))]
    )
    cells = {name: written[name].to_numpy(dtype=object).copy() for name in HEADER}
    breaker = _Breaker(rng, cells, days[drawn["day"]], items)
    shaped: dict[int, Callable[[str], str]] = {}
    before: dict[int, str] = {}
    found: list[tuple[int, str, str]] = []
    for rule, count in counts.items():
        for _ in range(count):
            place = int(next(places))
            if rule in ("short_row", "long_row", "stray_quote"):
                shaped[place] = getattr(breaker, rule)()
                found.append((place, "", rule))
            elif rule == "blank_line":
                before[place] = ["", ";;;;;;;"][int(rng.integers(2))]
            elif rule == "duplicate_key":
                found += breaker.duplicate(place, lines)
            else:
                found.append((place, getattr(breaker, rule)(place), rule))
    texts = cells["Fakturadatum"] + ";"
    for name in HEADER[1:]:
        texts = texts + cells[name] + (";" if name != HEADER[-1] else "")
    for place, change in shaped.items():
        texts[place] = change(texts[place])
    physical = np.arange(row, row + lines) + np.cumsum(np.isin(np.arange(lines), list(before)))
    rows = [(int(physical[place]), column, rule) for place, column, rule in found]
    rows += [(int(physical[place]) - 1, "", "blank_line") for place in before]
    for place, line in before.items():
        texts[place] = line + "\r\n" + texts[place]
    lost = {place for place, _, rule in found if rule not in ("trimmed", "unknown_code")}
    good = ~np.isin(np.arange(lines), list(lost))
    months = pd.DataFrame(
        {
            "item": breaker.clean_items(cells["Artikelnr"]),
            "region": REGIONS[drawn["region"]],
            "channel": CHANNELS[drawn["channel"]],
            "period": np.array([f"{day:%Y-%m}" for day in days])[drawn["day"]],
            "quantity": quantity,
            "revenue": revenue,
        }
    )[good]
    summed = months.groupby(["item", "region", "channel", "period"], as_index=False)[["quantity", "revenue"]].sum()
    text = "\r\n".join(texts.tolist()) + "\r\n"
    return text, pd.DataFrame(rows, columns=["row", "column", "rule"]), summed, int(physical[-1]) + 1


class _Breaker:
    """Puts one fault into the cells of a line, and says in which column."""

    def __init__(self, rng: np.random.Generator, cells: dict[str, np.ndarray], days: pd.DatetimeIndex, items: np.ndarray) -> None:
        self._rng, self._cells, self._days, self._items = rng, cells, days, set(items.tolist())

    def _one(self, choices: list[str]) -> str:
        return choices[int(self._rng.integers(len(choices)))]

    def _put(self, place: int, column: str, text: str) -> str:
        self._cells[column][place] = text
        return column

    def not_a_number(self, place: int) -> str:
        return self._put(place, self._one(["Antal", "Belopp"]), self._one(NOT_NUMBERS))

    def other_dialect(self, place: int) -> str:
        return self._put(place, self._one(["Antal", "Belopp"]), f"{self._rng.integers(1, 40)}.{self._rng.integers(0, 1000):03d}")

    def spreadsheet_error(self, place: int) -> str:
        return self._put(place, self._one(["Artikelnr", "Antal", "Belopp"]), self._one(ERRORS))

    def empty_cell(self, place: int) -> str:
        return self._put(place, self._one(list(HEADER[:7])), self._one(["", " ", "\u00a0"]))

    def unknown_code(self, place: int) -> str:
        code = self._cells["Artikelnr"][place]
        changed = self._one([code.lstrip("0"), "9" + code[1:], code[:-1] + "X", code.replace("0", "O", 1)])
        assert changed not in self._items
        return self._put(place, "Artikelnr", changed)

    def impossible_date(self, place: int) -> str:
        return self._put(place, "Fakturadatum", self._one(NO_DAYS))

    def other_date_format(self, place: int) -> str:
        day = self._days[place]
        forms = [f"{day:%Y-%m-%d}", f"{day:%m/%d/%Y}", f"{day.day}.{day.month}.{day:%y}", f"{day:%d.%m.%Y} 00:00"]
        return self._put(place, "Fakturadatum", self._one(forms))

    def trimmed(self, place: int) -> str:
        column = self._one(list(HEADER[1:4]))
        return self._put(place, column, self._cells[column][place] + self._one([" ", "  ", "\u00a0"]))

    def duplicate(self, place: int, lines: int) -> list[tuple[int, str, str]]:
        """The key of an earlier line again; each tenth with a blank behind the article number."""
        source = int(self._rng.integers(0, lines // 2))
        for column in HEADER[:5]:
            self._cells[column][place] = self._cells[column][source]
        found = [(place, "date, item, region, channel, customer", "duplicate_key")]
        if self._rng.random() < 0.1:
            self._cells["Artikelnr"][place] += " "
            found.append((place, "Artikelnr", "trimmed"))
        return found

    def short_row(self) -> Callable[[str], str]:
        cut = int(self._rng.integers(1, 4))
        return lambda line: ";".join(line.split(";")[:-cut]) if '"' not in line else line.rsplit(";", cut)[0]

    def long_row(self) -> Callable[[str], str]:
        tail = self._one([";", ";x", ";x;y"])
        return lambda line: line + tail

    def stray_quote(self) -> Callable[[str], str]:
        return lambda line: line.replace(";C", ';"C', 1) if ";C" in line else line + ';"'

    def clean_items(self, codes: np.ndarray) -> np.ndarray:
        return np.array([code.strip(" \u00a0") for code in codes.tolist()], dtype=object)
