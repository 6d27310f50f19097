"""Amounts in other units and currencies, converted to one: counted, told, and refused where nobody says what one is worth.

converted = value x factor of its unit, or value x rate of its currency in the month of the row
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from sopkit.data.cleaning import months_of
from sopkit.data.contracts.column import Contract
from sopkit.data.findings import Finding, FindingLog
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.read_table import ReadTable
from sopkit.data.sources.reshaping import Conversion
from sopkit.data.sources.table import dated_column

Mask = npt.NDArray[np.bool_]
BAND = 1.5  # a month's rate against the median of the months around it, either way
AROUND = 7  # months, the one in the middle
FEWEST = 3  # rates of a currency, from which on its own months judge it


def converted(table: ReadTable, contract: type[Contract], source: Source, rates: pd.DataFrame | None, log: FindingLog) -> ReadTable:
    """A table with every declared measure in its one unit or currency; rows without a factor or rate are told and left out.

    Args:
        table: as it was read, with the codes of units and currencies beside it.
        contract: what the table promises.
        source: its declaration.
        rates: ExchangeRates frame, plausible rates only; None where there is none.
        log: takes a REPAIR per unit or currency with count and sums before and after, and a REJECT per row that has none.

    Returns:
        ReadTable with the measures converted.
    """
    for column, conversion in source.convert.items():
        if column not in contract.column_names():
            continue  # told with the headers
        if conversion.header not in table.beside:
            told = f"no column {conversion.header!r}, which `convert` names for {column}"
            log.note(Finding(table.origin, "missing_column", told, "REJECT", "correct `convert`", table.sheet, column=conversion.header))
            return table.taken(np.zeros(len(table.rows), bool))
        codes = _codes(table, conversion, log)
        factors = _factors(table, codes, conversion) if conversion.unit else _rates(table, contract, codes, conversion, rates)
        known = ~np.isnan(factors)
        _tell_unknown(table, codes, ~known, contract, conversion, log)
        _tell_converted(table, column, codes, factors, conversion, log)
        values = (table.frame[column] * np.where(codes == conversion.to, 1.0, factors)).round(contract.column(column).decimals)
        frame = table.frame.assign(**{column: values})
        table = replace(table, frame=frame).taken(known)
    return table


def plausible_rates(table: ReadTable, log: FindingLog) -> ReadTable:
    """Exchange rates without those that cannot be: zero, or far from the months around them or from the budget's rate.

    Args:
        table: exchange_rates, as it was read.
        log: takes a REJECT per rate that is left out; one that would fit upside down says so.

    Returns:
        The table without them.
    """
    frame = table.frame
    wrong = np.zeros(len(frame), bool)
    for name in ("rate", "budget_rate"):
        other = "budget_rate" if name == "rate" else "rate"
        compared = frame.groupby("currency")[name].transform(_around)
        expected = compared.where(compared.notna(), frame[other])
        ratio = frame[name] / expected.where(expected > 0)
        zero = (frame[name] <= 0).to_numpy()
        far = ((ratio > BAND) | (ratio < 1 / BAND)).to_numpy() & ~zero
        for hit in np.flatnonzero(zero | far):
            _tell_rate(table, int(hit), name, float(expected.iloc[hit]), log)
        wrong |= zero | far
    return table.taken(~wrong)


def _around(rates: pd.Series) -> pd.Series:
    """The median of the months around each; NaN where there are too few to judge by."""
    positive = rates.where(rates > 0)
    if positive.notna().sum() < FEWEST:
        return pd.Series(np.nan, index=rates.index)
    return positive.rolling(AROUND, center=True, min_periods=FEWEST).median().fillna(positive.median())


def _tell_rate(table: ReadTable, hit: int, name: str, expected: float, log: FindingLog) -> None:
    row = table.frame.iloc[hit]
    rate = float(row[name])
    told = f"one {row['currency']} at {rate:.6g} in {row['period']}, where {expected:.6g} would be expected"
    hint = "give company currency per unit of the other"
    if rate > 0 and expected > 0 and 1 / BAND < 1 / rate / expected < BAND:
        told, hint = f"{told}: it is upside down", f"{hint}: {1 / rate:.6g}"
    origin, place = table.origin_of(hit), int(table.rows[hit])
    log.note(Finding(origin, "implausible_rate", told, "REJECT", hint, table.sheet, place, name, value=f"{rate:.6g}"))


def _codes(table: ReadTable, conversion: Conversion, log: FindingLog) -> npt.NDArray[np.object_]:
    """The unit or currency of each row; a currency that is left blank is the company's where a person has said so."""
    codes = table.beside[conversion.header].to_numpy(dtype=object, na_value=None)
    blank = np.array([code is None for code in codes], bool)
    if conversion.currency and blank.any() and not blank.all():
        place = int(table.rows[blank][0])
        told = f"{int(blank.sum())} rows have no currency beside their amount; they are taken as {conversion.to}"
        hint = f"write the currency, or acknowledge that a blank means {conversion.to}"
        log.note(Finding(table.origin, "amount_without_currency", told, "ASK", hint, table.sheet, place, conversion.header))
        codes = np.where(blank, conversion.to, codes)
    return codes


def _factors(table: ReadTable, codes: npt.NDArray[np.object_], conversion: Conversion) -> npt.NDArray[np.float64]:
    """How many of the one unit a row's unit is worth: by its item, else for all; NaN where nobody says."""
    known = {conversion.to: 1.0, **conversion.factors}
    general = np.array([known.get(code, np.nan) for code in codes], float)
    if not conversion.items or "item" not in table.frame:
        return general
    own = [conversion.items.get(item, {}).get(code, np.nan) for item, code in zip(table.frame["item"], codes, strict=True)]
    return np.where(np.isnan(own), general, own)


def _rates(
    table: ReadTable, contract: type[Contract], codes: npt.NDArray[np.object_], conversion: Conversion, rates: pd.DataFrame | None
) -> npt.NDArray[np.float64]:
    """What one of a row's currency was worth in the row's month; NaN where there is no rate."""
    column = dated_column(contract)
    home = codes == conversion.to
    if rates is None or rates.empty or column is None:
        return np.where(home, 1.0, np.nan)
    name = "rate" if conversion.rates == "current" else "budget_rate"
    dated = rates.drop_duplicates(["currency", "period"]).set_index(["currency", "period"])[name]
    wanted = pd.MultiIndex.from_arrays([pd.Series(codes, dtype="str"), months_of(table.frame[column]).astype("str")])
    return np.where(home, 1.0, dated.reindex(wanted).to_numpy(dtype=float))


def _tell_unknown(
    table: ReadTable, codes: npt.NDArray[np.object_], unknown: Mask, contract: type[Contract], conversion: Conversion, log: FindingLog
) -> None:
    column = dated_column(contract)
    months = months_of(table.frame[column]) if conversion.currency and column else None
    rule = "unknown_unit" if conversion.unit else "missing_rate"
    for hit in np.flatnonzero(unknown):
        code = codes[hit]
        if code is None:
            told, hint = f"no {'unit' if conversion.unit else 'currency'} beside the value", "write it"
        elif conversion.unit:
            told, hint = f"nobody says how many {conversion.to} one {code} is", "add it to `factors` of `convert`"
        else:
            told = f"no rate of {code} in {months.iloc[hit] if months is not None else 'that month'}"
            hint = "add it to exchange_rates: company currency per unit"
        place, origin = int(table.rows[hit]), table.origin_of(int(hit))
        log.note(Finding(origin, rule, told, "REJECT", hint, table.sheet, place, conversion.header, value=str(code or "")))


def _tell_converted(
    table: ReadTable,
    column: str,
    codes: npt.NDArray[np.object_],
    factors: npt.NDArray[np.float64],
    conversion: Conversion,
    log: FindingLog,
) -> None:
    """Count what was converted, a finding per unit or currency, with the sums before and after."""
    values = table.frame[column].to_numpy(dtype=float)
    for code in sorted({code for code in codes if code is not None} - {conversion.to}):
        chosen = (codes == code) & ~np.isnan(factors)
        if not chosen.any():
            continue
        before, after = np.nansum(values[chosen]), np.nansum(values[chosen] * factors[chosen])
        low, high = factors[chosen].min(), factors[chosen].max()
        at = f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}"
        told = (
            f"{int(chosen.sum())} rows of {column} in {code} were converted to {conversion.to} at {at}: {before:.15g} became {after:.15g}"
        )
        log.note(Finding(table.origin, "converted", told, "REPAIR", sheet=table.sheet, column=column, value=str(int(chosen.sum()))))
