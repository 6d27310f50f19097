"""A decided plan beside the proposed one: what was answered, what it changes, and whether it is what the page promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.derived_decided import PAIRS, Decided, PromiseCheck, RevisionChange

Entries = Sequence[Mapping[str, object]]  # answers: decision, answer, question, title, owner, last_date, by, reason, trigger, expected
WITHOUT_CHANGE = ("defer", "none")
MEASURES = ("net_sales", "contribution", "fiscal_contribution", "fill_rate", "stock_peak", "cash_low")
SUM_OF_PARTS = "sum of parts"
NOISE_SHARE = 0.0005  # of the level: what another optimum of the same cost may move
CHANGES = tuple(name for name in Decided.column_names() if name.endswith("_change"))
GRAIN = ["family", "period"]


@dataclass(frozen=True)
class Promise:
    """What the decision page promises of the plan that follows from some answers."""

    levels: Mapping[str, float]  # by measure; NaN where it is not available
    basis: str  # a row of `scenarios`, or the sum of the parts where the page solved no such plan


def decided_table(answers: Entries, proposed_options: pd.DataFrame) -> pd.DataFrame:
    """What was decided, a row per answer.

    Args:
        answers: in force, amendments among them; none = nothing was decided.
        proposed_options: Options that the answers chose from.

    Returns:
        Decided.
    """
    if not answers:
        return empty(Decided)
    rows = [{**entry, **_changes(entry), "decided_by": entry["by"], "rejected": _rejected(entry, proposed_options)} for entry in answers]
    frame = pd.DataFrame(rows).reindex(columns=Decided.column_names())
    amended = frame["answer"] == "amend"
    frame["question"] = frame["question"].mask(amended, pd.Series([entry["trigger"] for entry in answers], dtype="object"))
    texts = [column.name for column in Decided.columns if column.kind in ("text", "code")]
    frame[texts] = frame[texts].replace("", None)
    return conform(frame.assign(last_date=pd.to_datetime(frame["last_date"].replace("", None))), Decided)


def revision_change(answers: Entries, proposed: Mapping[str, pd.DataFrame], decided: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The business difference of a revision: both plans side by side by family and month.

    net sales = units shipped x net price of the month; production counts what is made and what is bought in.

    Args:
        answers: in force; without them nothing has changed and the table is empty.
        proposed, decided: items, consensus_demand, demand_fulfilment, supply_plan of each plan.

    Returns:
        RevisionChange: one row per family and planned month of either plan.
    """
    if not answers:
        return empty(RevisionChange)
    before, after = _by_family(proposed), _by_family(decided)
    names = {name: f"{name}_proposed" for name in before.columns}
    both = before.rename(columns=names).join(after, how="outer").fillna(0.0)  # a family or month that one plan does not have is zero there
    return conform(both.reset_index(), RevisionChange)


def promised(scenarios: pd.DataFrame, options: pd.DataFrame, answers: Mapping[str, str]) -> Promise:
    """What the page promises of the plan that follows from answers to its questions.

    Where the page has solved the same options together, that row is the promise. Where it has not, the promise is the plan plus the sum of
    the parts, which leaves out what the options do to each other.

    Args:
        scenarios: Scenarios of the proposed plan.
        options: Options of the proposed plan.
        answers: option (or `defer`, `none`) by decision; what is not answered changes nothing.
    """
    asked = _taken({**answers}, options)
    for row in scenarios[scenarios["kind"].isin(["base", "option", "pair", "together"])].sort_values("scenario").to_dict("records"):
        named = dict(part.split("=", 1) for part in str(row["scenario"]).split("+")) if row["scenario"] != "base" else {}
        if _taken(named, options) == asked:
            return Promise({name: float(row[name]) for name in MEASURES}, str(row["scenario"]))
    base = scenarios[scenarios["scenario"] == "base"].iloc[0]
    parts = scenarios[scenarios["scenario"].isin([f"{decision}={option}" for decision, option in asked.items()])]
    levels = {name: float(base[name]) + float((parts[name] - base[name]).sum(skipna=False)) for name in MEASURES}
    return Promise(levels, SUM_OF_PARTS)


def promise_check(proposed: pd.DataFrame, decided: pd.DataFrame, promise: Mapping[str, str], *, tolerance_share: float) -> pd.DataFrame:
    """Whether the decided plan is what the page promised.

    kept where |came - promised| <= max(tolerance share x |promised - proposed|, 0.05 % of the promised level). A measure that is not
    available on one side only is not kept: something else was promised than was planned.

    Args:
        proposed, decided: Scenarios of the plan before and after deciding; their rows `base` count.
        promise: level by measure as decimal text (empty = not available), and `basis`; none = the page promised nothing.
        tolerance_share: 0..1.

    Returns:
        PromiseCheck; empty where the page promised nothing.
    """
    if not promise:
        return empty(PromiseCheck)
    before, after = (frame[frame["scenario"] == "base"].iloc[0] for frame in (proposed, decided))
    rows = pd.DataFrame(
        {
            "measure": MEASURES,
            "basis": promise["basis"],
            "proposed": [float(before[name]) for name in MEASURES],
            "promised": [float(promise.get(name) or "nan") for name in MEASURES],
            "came": [float(after[name]) for name in MEASURES],
        }
    )
    rows["tolerance"] = (tolerance_share * (rows["promised"] - rows["proposed"]).abs()).combine(NOISE_SHARE * rows["promised"].abs(), max)
    near = (rows["came"] - rows["promised"]).abs() <= rows["tolerance"]
    return conform(rows.assign(kept=near | (rows["came"].isna() & rows["promised"].isna())), PromiseCheck)


def broken_promises(check: pd.DataFrame) -> list[str]:
    """What of the page's promise the plan does not keep, both figures in each line; none where all is kept."""
    broken = check[~check["kept"].astype(bool)]
    return [
        f"{row.measure}: the page promised {row.promised:,.6g}, the plan gives {row.came:,.6g} (tolerance {row.tolerance:,.6g})"
        for row in broken.itertuples()
    ]


def _changes(entry: Mapping[str, object]) -> dict[str, float]:
    expected = entry["expected"]
    assert isinstance(expected, Mapping)
    return {name: float(str(expected.get(name) or "nan")) for name in CHANGES}


def _rejected(entry: Mapping[str, object], options: pd.DataFrame) -> str:
    others = options[(options["decision"] == entry["decision"]) & (options["option"] != entry["answer"])].sort_values("option")
    return "; ".join(f"{row.option} {row.title}" for row in others.itertuples())


def _taken(answers: Mapping[str, str], options: pd.DataFrame) -> dict[str, str]:
    """Answers that change something: doing nothing, the first option, is left out, and so is what was put off."""
    first = options.groupby("decision")["option"].min().to_dict()
    return {name: answer for name, answer in answers.items() if answer not in WITHOUT_CHANGE and first.get(name) != answer}


def _by_family(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    family = tables["items"].set_index("item")["family"]
    rows = tables["demand_fulfilment"].merge(
        tables["consensus_demand"][["item", "region", "channel", "period", "net_price"]],
        on=["item", "region", "channel", "period"],
        how="left",
        validate="one_to_one",
    )
    sales = (rows["shipped"] * rows["net_price"]).where(rows["shipped"].ne(0), 0.0)
    rows = rows.assign(family=rows["item"].map(family), net_sales=sales)
    units = [name for name, _ in PAIRS if name != "production"]
    sums = rows.groupby(GRAIN, sort=True)[[*units, "net_sales"]].sum()
    plan = tables["supply_plan"]
    made = plan.assign(family=plan["item"].map(family), production=plan["production"] + plan["subcontract"])
    return sums.join(made.groupby(GRAIN)["production"].sum(), how="left").fillna({"production": 0.0})
