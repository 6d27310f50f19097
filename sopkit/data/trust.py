"""How far each source can be trusted, by a stated rule, and which function delivered what."""

from collections.abc import Mapping
from hashlib import sha256

import numpy as np
import pandas as pd

from sopkit.data.cleaning import KNOWN_FROM, months_of
from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_trust import DataTrust, Participation, ReceivedSources
from sopkit.data.finding_rules import RULES
from sopkit.periods import months_between

ALLOWED_AGE = {"monthly": 0, "quarterly": 2, "yearly": 11}  # months behind the cutoff that are as fresh as can be
LATE_SHARE = 0.25  # taken off for each month that a source is late
QUESTION_SHARE = 0.05  # taken off for each question or oddity that is about the whole table
CONSISTENCY = ("submission", "plausibility", "across")  # groups of rules, besides the months that are missing
NO_FAULT = ("returned_units", "below_cost", "converted")  # told for the reader; the data are as they should be
NO_REPAIR = ("partial_month", "after_cutoff", "later_event", "header_drift", "converted", "footer")  # left out or read by a stated rule
COMPANY = "*"
# What rests on a source: ids of KPIs, and pages of the pack.
AT_RISK: Mapping[str, tuple[str, ...]] = {
    "items": ("total_sales", "forecast_vs_actual", "inventory_turnover", "decisions", "demand", "supply", "inventory", "money"),
    "sales_history": ("total_sales", "forecast_vs_actual", "gross_margin", "decisions", "demand", "money"),
    "orders": ("forecast_vs_actual", "decisions", "demand", "supply"),
    "customers": ("demand",),
    "prices": ("total_sales", "gross_margin", "decisions", "money"),
    "unit_costs": ("gross_margin", "inventory_turnover", "decisions", "money"),
    "inventory": ("inventory_turnover", "production_forecast", "decisions", "supply", "inventory"),
    "open_orders": ("production_forecast", "supply", "inventory"),
    "production_history": ("cycle_time", "record"),
    "resources": ("capacity_utilisation", "production_forecast", "decisions", "supply"),
    "resource_calendar": ("capacity_utilisation", "production_forecast", "decisions", "supply"),
    "workforce": ("supply",),
    "bill_of_resources": ("capacity_utilisation", "production_forecast", "decisions", "supply"),
    "suppliers": ("supply",),
    "supplier_items": ("decisions", "supply"),
    "purchase_receipts": ("supply",),
    "sales_forecast": ("demand",),
    "forecast_snapshots": ("forecast_vs_actual", "accuracy"),
    "published_plan": ("record", "bridge"),
    "campaigns": ("demand",),
    "opportunities": ("demand",),
    "lifecycle": ("decisions", "demand"),
    "overrides": ("decisions", "demand", "bridge"),
    "budget": ("decisions", "money"),
    "ledger_actuals": ("total_sales", "money"),
    "balance_sheet": ("working_capital", "money"),
    "payment_terms": ("working_capital", "money"),
    "sales_terms": ("money",),
    "exchange_rates": ("money", "bridge"),
    "targets": ("record", "inventory"),
    "levers": ("decisions",),
    "assumptions": ("outlook",),
    "risks": ("outlook",),
    "decisions": ("record",),
    "actions": ("outlook",),
}


def received_sources(tables: Mapping[str, pd.DataFrame], hashes: Mapping[str, str], before: pd.DataFrame, *, cycle: str) -> pd.DataFrame:
    """What came for a cycle, with the cycle in which the same content first came.

    Args:
        tables: input tables by name; those without rows did not come.
        hashes: input table: hash over its files; of others the rows are hashed.
        before: ReceivedSources of the cycle before, or empty.
        cycle: this cycle.

    Returns:
        ReceivedSources frame.
    """
    known = {row.table: (row.content_hash, row.first_received) for row in before.itertuples()}
    rows = []
    for name, frame in tables.items():
        if frame.empty:
            continue
        content = hashes.get(name) or sha256(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()).hexdigest()
        then, since = known.get(name, ("", cycle))
        rows.append({"table": name, "content_hash": content, "rows": len(frame), "first_received": since if then == content else cycle})
    return conform(pd.DataFrame(rows, columns=ReceivedSources.column_names()).astype({"rows": "int64"}), ReceivedSources)


def data_trust(coverage: pd.DataFrame, findings: pd.DataFrame, received: pd.DataFrame, terms: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """The trust in each source that is provided, and in the company's data as a whole.

    score = complete x fresh x consistent x (1 - repaired / 2), each 0..1 as DataTrust says. The company's row is the mean over
    the sources, each weighted with the number of KPIs and pages that rest on it.

    Args:
        coverage: Coverage.
        findings: Findings of the same intake.
        received: ReceivedSources of the same intake.
        terms: how the sources are declared: table, owner, frequency; one row per source.
        cutoff: last closed period.

    Returns:
        DataTrust frame.
    """
    provided = coverage[(coverage["status"] == "provided") & (coverage["rows"] > 0)]
    declared = terms.set_index("table")
    since = received.set_index("table")["first_received"]
    rows = [
        _trust_row(source, findings[findings["table"] == source["table"]], declared, since, cutoff)
        for source in provided.to_dict("records")
    ]
    if not rows:
        return conform(pd.DataFrame(columns=DataTrust.column_names()), DataTrust)
    frame = pd.DataFrame(rows)
    weight = frame["table"].map(lambda name: max(len(AT_RISK.get(name, ())), 1))
    shares = ["complete_share", "fresh_share", "consistent_share", "repaired_share", "score_share"]
    lowest = frame.loc[frame["score_share"].idxmin()]
    company: dict[str, object] = {name: float((frame[name] * weight).sum() / weight.sum()) for name in shares}
    company |= {"table": COMPANY, "rows": int(frame["rows"].sum()), "weakest": f"{lowest['table']}: {lowest['weakest'] or 'nothing'}"}
    company["at_risk"] = lowest["at_risk"]
    whole = pd.concat([frame, pd.DataFrame([company])], ignore_index=True)
    whole["age_months"] = whole["age_months"].astype("Int64")
    return conform(whole, DataTrust)


def _trust_row(source: Mapping[str, object], found: pd.DataFrame, terms: pd.DataFrame, since: pd.Series, cutoff: str) -> dict[str, object]:
    table, rows = str(source["table"]), int(source["rows"])  # type: ignore[call-overload]
    frequency = str(terms["frequency"].get(table) or "") or ("monthly" if table in KNOWN_FROM else "when_changed")
    age = _age(source, found, frequency, str(since.get(table, "")), cutoff)
    parts = {
        "complete_share": _complete(source, found, rows, cutoff),
        "fresh_share": _fresh(age, frequency),
        "consistent_share": _consistent(found, rows),
        "repaired_share": _repaired(found, rows),
    }
    taken = {name: 1 - value for name, value in parts.items() if name != "repaired_share"} | {"repaired_share": parts["repaired_share"] / 2}
    worst = max(taken, key=lambda name: taken[name])
    score = parts["complete_share"] * parts["fresh_share"] * parts["consistent_share"] * (1 - parts["repaired_share"] / 2)
    return {
        "table": table,
        "owner": terms["owner"].get(table) or None,
        "frequency": frequency,
        "rows": rows,
        "age_months": age,
        **parts,
        "score_share": score,
        "weakest": _in_words(worst, found, age) if taken[worst] > 0 else None,
        "at_risk": ", ".join(AT_RISK.get(table, ())) or None,
    }


def _age(source: Mapping[str, object], found: pd.DataFrame, frequency: str, since: str, cutoff: str) -> int | None:
    """Months from the last month of a table that tells of the past, else from the cycle it first came in, where it is due again."""
    last = source["last_period"]
    if source["table"] in KNOWN_FROM and isinstance(last, str):
        return max(months_between(last, cutoff), 0)
    if (found["rule"] == "resubmitted").any() or (frequency in ALLOWED_AGE and since):
        return max(months_between(since, cutoff) + 1, 0)  # what came in this cycle is as new as can be
    return None


def _fresh(age: int | None, frequency: str) -> float:
    if age is None or frequency not in ALLOWED_AGE:
        return 1.0
    return max(0.0, 1 - LATE_SHARE * max(0, age - ALLOWED_AGE[frequency]))


def _complete(source: Mapping[str, object], found: pd.DataFrame, rows: int, cutoff: str) -> float:
    broken = found.loc[(found["outcome"] == "REJECT") & (found["row"] > 0), ["file", "row"]].drop_duplicates()
    used = rows / (rows + len(broken))
    first = source["first_period"]
    missing = sum(_months(period) for period in found.loc[found["rule"] == "missing_month", "period"])
    expected = months_between(first, cutoff) + 1 if isinstance(first, str) else 0
    return used * (1 - missing / expected if 0 < missing <= expected else 1.0)


def _months(period: object) -> int:
    first, _, last = str(period or "").partition("..")
    return months_between(first, last or first) + 1 if first else 1


def _consistent(found: pd.DataFrame, rows: int) -> float:
    """The share of rows that no rule names, less what questions on the whole table take off."""
    group = found["rule"].map(lambda rule: RULES[rule].group if rule in RULES else "across")
    odd = found[(group.isin(CONSISTENCY) | found["rule"].isin(["silent_group", "wrong_slot"])) & ~found["rule"].isin(NO_FAULT)]
    named = odd[(odd["rows"] > 0) | (odd["row"] > 0)]
    share = min(1.0, float(np.maximum(named["rows"], 1).sum()) / max(rows, 1))
    return max(0.0, 1 - share - QUESTION_SHARE * (len(odd) - len(named)))


def _repaired(found: pd.DataFrame, rows: int) -> float:
    repaired = found[(found["outcome"] == "REPAIR") & ~found["rule"].isin(NO_REPAIR)]
    return min(1.0, float(np.maximum(repaired["rows"], 1).sum()) / max(rows, 1))


def _in_words(part: str, found: pd.DataFrame, age: int | None) -> str:
    if part == "fresh_share":
        return f"{age} months old"
    if part == "repaired_share":
        return "rows were repaired"
    if part == "complete_share":
        return "months or rows are missing"
    group = found["rule"].map(lambda rule: RULES[rule].group if rule in RULES else "across")
    odd = found.loc[(group.isin(CONSISTENCY) | found["rule"].isin(["silent_group", "wrong_slot"])) & ~found["rule"].isin(NO_FAULT)]
    rule = odd.assign(weight=np.maximum(odd["rows"], 1)).groupby("rule")["weight"].sum().idxmax()
    return f"{rule}: expected is {RULES[rule].holds}" if rule in RULES else str(rule)


def participation(
    tables: Mapping[str, pd.DataFrame], earlier: Mapping[str, pd.DataFrame], received: pd.DataFrame, terms: pd.DataFrame, *, cycle: str
) -> pd.DataFrame:
    """Which function delivered what: the functions named inside a table, else the source's data owner.

    Args:
        tables: input tables of this cycle by name.
        earlier: those of the cycle before; a function that handed in then and not now is missing.
        received: ReceivedSources of this cycle.
        terms: how the sources are declared: table, owner, frequency, due_date; one row per source.
        cycle: this cycle.

    Returns:
        Participation frame. Files do not say when they came: `delivered` says which cycle's content it is.
    """
    rows = []
    since = received.set_index("table")["first_received"]
    for term in terms.to_dict("records"):
        table = str(term["table"])
        frame, before = tables.get(table, pd.DataFrame()), earlier.get(table, pd.DataFrame())
        if "function" in frame:
            for function in sorted({*frame["function"], *before.get("function", ())}):
                now, then = (part[part["function"] == function] if "function" in part else part for part in (frame, before))
                rows.append(_part(function, term, now, _same(now, then), cycle))
        else:
            monthly = term["frequency"] == "monthly" or (not term["frequency"] and table in KNOWN_FROM)
            unchanged = monthly and since.get(table, cycle) != cycle
            rows.append(_part(str(term["owner"] or "unnamed owner"), term, frame, unchanged, cycle))
    listed = pd.DataFrame(rows, columns=Participation.column_names())
    return conform(listed.assign(due_date=pd.to_datetime(listed["due_date"])).astype({"rows": "int64"}), Participation)


def _part(function: str, term: Mapping[str, object], frame: pd.DataFrame, unchanged: bool, cycle: str) -> dict[str, object]:
    dated = next((name for name in ("period", KNOWN_FROM.get(str(term["table"]), "date")) if name in frame), None)
    months = months_of(frame[dated]).dropna() if dated and len(frame) else pd.Series([], dtype="str")
    status = "missing" if frame.empty else "unchanged" if unchanged else "delivered"
    told = {
        "missing": f"nothing came for {cycle}",
        "unchanged": "the same as for the cycle before",
        "delivered": f"for {cycle}; the day is not known: the file does not say it",
    }
    return {
        "function": function,
        "table": term["table"],
        "status": status,
        "rows": len(frame),
        "first_period": months.min() if len(months) else None,
        "last_period": months.max() if len(months) else None,
        "due_date": term["due_date"],
        "delivered": told[status],
    }


def _same(now: pd.DataFrame, then: pd.DataFrame) -> bool:
    columns = [name for name in now.columns if name in then.columns]
    if now.empty or len(now) != len(then):
        return False
    ordered = [rows[columns].sort_values(columns, ignore_index=True) for rows in (now, then)]
    return bool(ordered[0].equals(ordered[1].astype(ordered[0].dtypes.to_dict())))
