"""A file by another author: UTF-8, commas, all cells quoted, ISO dates; its faults are made in the finished lines, byte by byte.

It knows nothing of the reader's rules: each change is written down as where it was made and what a reader must say of it.
"""

import json
import random
from pathlib import Path

import pandas as pd

from benchmarks.intake_files import Written

HELD_OUT = 60_000
HEADER = ("date", "item", "region", "channel", "customer", "quantity", "revenue")
SPOILT = ("k.A.", "12 pcs", "EUR 5", "1,5", "1.2.3", "½", "1e999", "minus 3", "#DIV/0!", "..", "7-", "+-4", "1 000")


def write_held_out(folder: Path, lines: int = HELD_OUT, seed: int = 31) -> Written:
    """Write sales.csv, items.csv and dialect.json; returns the truth."""
    draw = random.Random(seed)
    items = [f"{draw.choice('ABK')}{number:05d}" for number in range(300)]
    (folder / "items.csv").write_text("item,item_name,family,supply_strategy\n" + "".join(f"{i},Part {i},P{i[0]},buy\n" for i in items))
    (folder / "dialect.json").write_text(json.dumps({"encoding": "utf-8"}))
    records = [_record(draw, items, number) for number in range(lines)]
    kinds = [_spoil_number, _spoil_day, _blank_a_key, _pad, _cut, _append, _repeat, _insert_blank, _two_line_customer, _stray]
    chosen = {place: draw.choice(kinds) for place in draw.sample(range(1_000, lines), lines // 100)}
    text, faults, good, row = [",".join(HEADER)], [], [], 2
    for place, record in enumerate(records):
        change = chosen.get(place)
        written, told, kept = change(draw, list(record), records) if change else (_line(record), [], [record])
        faults += [(row + offset, column, rule) for offset, column, rule in told]
        good += kept
        text.append(written)
        row += written.count("\n") + 1
    (folder / "sales.csv").write_text("\n".join(text) + "\n", encoding="utf-8")
    return Written(pd.DataFrame(faults, columns=["row", "column", "rule"]), _months(good))


Record = tuple[str, str, str, str, str, float, float]
Change = tuple[str, list[tuple[int, str, str]], list[Record]]  # text, faults (line within the text, column, rule), good records


def _record(draw: random.Random, items: list[str], number: int) -> Record:
    month = f"{2024 + number % 24 // 12}-{number % 12 + 1:02d}"
    place = draw.choice(("Åre", "Malmö", "São Paulo"))
    return (
        f"{month}-{draw.randint(1, 28):02d}",
        draw.choice(items),
        place,
        "direct",
        f"K{number}",
        draw.randint(1, 60) / 2,
        draw.randint(100, 9_000) / 4,
    )


def _line(record: object) -> str:
    return ",".join(f'"{cell}"' for cell in record)  # type: ignore[attr-defined]


def _spoil_number(draw: random.Random, cells: list, _: list[Record]) -> Change:
    place = draw.choice((5, 6))
    cells[place] = draw.choice(SPOILT)
    rule = "spreadsheet_error" if cells[place].startswith("#") else "not_a_number"
    return _line(cells), [(0, HEADER[place], rule)], []


def _spoil_day(draw: random.Random, cells: list, _: list[Record]) -> Change:
    cells[0] = draw.choice(("2024-02-31", "2025-04-31", "2024-13-02"))
    return _line(cells), [(0, "date", "impossible_date")], []


def _blank_a_key(draw: random.Random, cells: list, _: list[Record]) -> Change:
    place = draw.randrange(7)
    cells[place] = draw.choice(("", "  "))
    return _line(cells), [(0, HEADER[place], "empty_cell")], []


def _pad(draw: random.Random, cells: list, _: list[Record]) -> Change:
    place, good = draw.choice((1, 2, 4)), tuple(cells)
    cells[place] = draw.choice((f" {cells[place]}", f"{cells[place]}\u00a0", f"{cells[place]}\u200b"))
    return _line(cells), [(0, HEADER[place], "trimmed")], [good]  # type: ignore[list-item]


def _cut(draw: random.Random, cells: list, _: list[Record]) -> Change:
    return _line(cells[: draw.randint(1, 6)]), [(0, "", "short_row")], []


def _append(draw: random.Random, cells: list, _: list[Record]) -> Change:
    return _line(cells) + draw.choice((",", ',"x"', ",,,")), [(0, "", "long_row")], []


def _repeat(draw: random.Random, cells: list, records: list[Record]) -> Change:
    first = records[draw.randrange(1_000)]
    return _line((*first[:5], 1.5, 2.5)), [(0, "", "duplicate_key")], []


def _insert_blank(draw: random.Random, cells: list, _: list[Record]) -> Change:
    return "\n" + _line(cells), [(0, "", "blank_line")], [tuple(cells)]  # type: ignore[list-item]


def _two_line_customer(draw: random.Random, cells: list, _: list[Record]) -> Change:
    cells[4] = f"{cells[4]}\nc/o Berg"
    return _line(cells), [], [tuple(cells)]  # type: ignore[list-item]


def _stray(draw: random.Random, cells: list, _: list[Record]) -> Change:
    line = ",".join(str(cell) for cell in cells)
    return line.replace(f",{cells[4]}", f',"{cells[4]}', 1), [(0, "", "stray_quote")], [tuple(cells)]  # type: ignore[list-item]


def _months(good: list[Record]) -> pd.DataFrame:
    frame = pd.DataFrame(good, columns=list(HEADER)).assign(period=lambda lines: lines["date"].str[:7])
    return frame.groupby(["item", "region", "channel", "period"], as_index=False)[["quantity", "revenue"]].sum()
