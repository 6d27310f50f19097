"""Rules over several tables: codes that nobody knows, circles, spellings, calendars, prices and costs."""

import re
from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.plausibility.oddity import Oddity, positions_of, shown
from sopkit.data.words import coded
from sopkit.periods import period_range, shifted

Tables = Mapping[str, pd.DataFrame]
# Columns that must be known to another table.
REFERENCES = {
    "item": ("items", "item"),
    "reference_item": ("items", "item"),
    "predecessor_item": ("items", "item"),
    "family": ("items", "family"),
    "cannibalised_family": ("items", "family"),
    "resource": ("resources", "resource"),
    "supplier": ("suppliers", "supplier"),
    "customer": ("customers", "customer"),
    "skill_group": ("workforce", "skill_group"),
}
ANY = ("*", "-")  # codes that mean all, or none
# Where regions, channels and sites are at home: a code that stands elsewhere only is asked about.
HOMES = {"region": ("sales_history", "customers"), "channel": ("sales_history", "customers"), "site": ("resources", "sourcing")}
PARENTS = {
    "lifecycle": ("item", "reference_item"),
    "launch_references": ("item", "reference_item"),
    "supplier_items": ("component", "item"),
    "bill_of_materials": ("component", "parent"),
}
SPELT = {
    "items": ("item", "family"),
    "customers": ("customer", "region", "channel"),
    "sales_history": ("region", "channel"),
    "resources": ("resource", "site"),
    "suppliers": ("supplier",),
}
BETWEEN = re.compile(r"[\s\-_.]+")
VOLUME = ("quantity", "revenue", "amount", "hours")


def unknown_codes(frame: pd.DataFrame, tables: Tables, table: str) -> pd.DataFrame:
    """Codes of a table that the table they point to does not have.

    Args:
        frame: the table to look at; grain of its contract.
        tables: the input tables that are provided, by name; codes of the others cannot be checked.
        table: its name.

    Returns:
        Frame column, other_table, code, rows, row_share (of all rows), volume_share (of the quantity, or whatever measure the
        table has; empty where it has none), one row per column and code, sorted.
    """
    found = []
    measure = next((name for name in VOLUME if name in frame), None)
    amounts = frame[measure].to_numpy(float) if measure else np.zeros(len(frame))
    for column, (other, key) in REFERENCES.items():
        if column not in frame.columns or other == table or other not in tables or tables[other].empty:
            continue
        words, codes = coded(frame[column])
        known = {*coded(tables[other][key])[0], *ANY}
        strange = np.array([word not in known for word in words] + [False])  # the last for an empty cell
        hits = np.flatnonzero(strange[codes])
        if not len(hits):
            continue
        total = float(np.abs(amounts).sum(where=~np.isnan(amounts)))
        rows = np.bincount(codes[hits])
        volume = np.bincount(codes[hits], np.nan_to_num(np.abs(amounts[hits])))
        found += [
            (column, other, words[place], int(rows[place]), rows[place] / len(frame), volume[place] / total if total else np.nan)
            for place in np.flatnonzero(rows).tolist()
        ]
    names = ["column", "other_table", "code", "rows", "row_share", "volume_share"]
    return pd.DataFrame(found, columns=names).sort_values(["column", "code"], ignore_index=True)


def unknown_code_oddities(frame: pd.DataFrame, tables: Tables, table: str, broken: Mapping[str, int]) -> list[Oddity]:
    """The unknown codes of a table, one oddity (rule unknown_code, REJECT) per column, on their rows.

    `broken` counts the broken rows of each table: no more codes than the other table has of them are not told, as they may
    stand in these rows.
    """
    found = []
    for column, group in unknown_codes(frame, tables, table).groupby("column", sort=True):
        codes, other = group["code"].tolist(), group["other_table"].iloc[0]
        if len(codes) <= broken.get(other, 0):
            continue
        volume = group["volume_share"].sum(min_count=1)
        shares = f"{group['row_share'].sum():.1%}" + (f" of the rows, {volume:.1%} of the volume" if volume == volume else " of the rows")
        counts = [f"{code} ({rows})" for code, rows in zip(group["code"], group["rows"], strict=True)]
        told = f"{table}: {len(codes)} codes in {group['rows'].sum()} rows ({shares}) are not in {other}: {shown(counts)}"
        places = positions_of(frame[str(column)].isin(codes))
        hint = f"add them to {other}, or correct the codes{_without_zeros(codes, coded(tables[other][REFERENCES[str(column)][1]])[0])}"
        found.append(Oddity(table, "unknown_code", told, "REJECT", hint, str(column), codes[0], positions=places))
    return found


def _without_zeros(codes: list[str], known: list[str]) -> str:
    """What codes may mean that a spreadsheet has taken the leading zeros from; empty where that is not it."""
    padded = {code.lstrip("0"): code for code in known}
    meant = [f"{padded[code.lstrip('0')]} for {code}" for code in codes if code.lstrip("0") in padded]
    return f"; did you mean {shown(meant)}?" if meant else ""


def unknown_places(frame: pd.DataFrame, tables: Tables, table: str) -> list[Oddity]:
    """Regions and channels that nothing is sold in, and sites that make and send nothing: rule unknown_place, ASK, per column."""
    found = []
    for column, homes in HOMES.items():
        known = {code for home in homes if home in tables and column in tables[home] for code in coded(tables[home][column])[0]}
        if column not in frame or table in homes or not known:
            continue
        codes = sorted(set(frame[column].dropna().unique()).difference(known, ANY))
        if codes:
            strange = frame[column].isin(codes)
            told = f"{table}: {column} {shown(codes)} in {int(strange.sum())} rows is not known to {' or '.join(homes)}"
            told += f" ({shown(sorted(known))})"
            hint = "correct it, or answer that it is new"
            found.append(Oddity(table, "unknown_place", told, "ASK", hint, column, codes[0], positions=positions_of(strange)))
    return found


def circles(frame: pd.DataFrame, table: str) -> list[Oddity]:
    """Rows that make a code its own ancestor, or the child of itself: rule hierarchy, REJECT.

    A supplier that delivers the item itself (component = item) makes no circle: that is how an item is bought in.
    """
    if table not in PARENTS or frame.empty:
        return []
    child, parent = PARENTS[table]
    left = frame[[child, parent]].dropna()
    if table == "supplier_items":
        left = left[left[child].astype(str) != left[parent].astype(str)]
    while True:  # take away, round by round, what has no child or no parent left; what stays lies on circles, or between two
        inside = left[left[child].isin(left[parent]) & left[parent].isin(left[child])]
        if len(inside) == len(left):
            break
        left = inside
    if left.empty:
        return []
    codes = sorted(set(left[child]) | set(left[parent]))
    told = f"{table}: {child} and {parent} run in a circle: {shown(codes)}"
    places = tuple(frame.index.get_indexer(left.index).tolist())
    return [Oddity(table, "hierarchy", told, "REJECT", "break the circle", parent, codes[0], positions=places)]


def similar_codes(tables: Tables) -> list[Oddity]:
    """Codes that differ only by case, blanks or hyphens: one thing in two places of the tree.

    Args:
        tables: input tables by name; the tables of SPELT are held against each other.

    Returns:
        An oddity (rule similar_codes, ASK) per table and column that has a spelling which is not the most frequent one.
    """
    counts: dict[str, Counter[str]] = {}
    for table, columns in SPELT.items():
        for column in [name for name in columns if table in tables and name in tables[table]]:
            words, codes = coded(tables[table][column])
            counted = np.bincount(codes[codes >= 0], minlength=len(words))
            counts.setdefault(column, Counter()).update(dict(zip(words, counted.tolist(), strict=True)))
    found = []
    for column, counted_codes in counts.items():
        rare = _rarely_spelt(counted_codes)
        for table in [name for name, columns in SPELT.items() if rare and column in columns and name in tables]:
            odd = tables[table][column].isin(list(rare))
            if odd.any():
                told = f"{table}: {column} is spelt in more than one way: {shown([f'{code} for {usual}' for code, usual in rare.items()])}"
                places = positions_of(odd)
                found.append(Oddity(table, "similar_codes", told, "ASK", "use one spelling", column, next(iter(rare)), positions=places))
    return found


def _rarely_spelt(counted: Counter[str]) -> dict[str, str]:
    """Each code that another one is like, with that other, which is met more often."""
    alike: dict[str, list[str]] = {}
    for code in sorted(counted, key=lambda code: (-counted[code], code)):
        alike.setdefault(BETWEEN.sub("", code.casefold()), []).append(code)
    return {code: codes[0] for codes in alike.values() for code in codes[1:]}


def short_calendars(tables: Tables, *, cutoff: str, months: int) -> list[Oddity]:
    """Resources without hours in a planned month, which no plan can be made for: rule calendar_short, REJECT.

    Args:
        tables: the input tables that are provided, by name; a calendar limits nothing where no resources are.
        cutoff: last closed period.
        months: planned months, M0 first.
    """
    calendar, resources = tables["resource_calendar"], tables.get("resources")
    if calendar.empty or resources is None:
        return []
    planned = period_range(shifted(cutoff, 1), months)
    told = set(zip(calendar["resource"].astype(str), calendar["period"].astype(str), strict=True))
    absent = {name: [month for month in planned if (name, month) not in told] for name in sorted(set(resources["resource"].astype(str)))}
    short = {name: lacking for name, lacking in absent.items() if lacking}
    if not short:
        return []
    more = {name: f" and {len(lacking) - 1} more" if len(lacking) > 1 else "" for name, lacking in short.items()}
    named = [f"{name} (none in {lacking[0]}{more[name]})" for name, lacking in short.items()]
    text = (
        f"resource_calendar: {len(short)} of {len(absent)} resources have no hours in some of the {months} planned months "
        f"from {planned[0]} to {planned[-1]}: {shown(named)}"
    )
    hint = "send the months that are missing, 0 hours where it is closed, or plan fewer months (demand_planning.horizon)"
    first = min(lacking[0] for lacking in short.values())
    return [Oddity("resource_calendar", "calendar_short", text, "REJECT", hint, "period", period=first)]
