"""What launches lean on: reference items that have sold, and weights that add up."""

from collections.abc import Mapping

import pandas as pd

from sopkit.data.plausibility.oddity import Oddity, positions_of, shown

WHOLE = 0.01  # by which weights may miss one


def launch_oddities(frames: Mapping[str, pd.DataFrame]) -> list[Oddity]:
    """Weights of a launch that do not add up to one, and reference items that never sold: ACCEPT, as the plan says what it makes of them.

    Args:
        frames: input tables by name; lifecycle, launch_references and sales_history are looked at where they are provided.

    Returns:
        Oddities of the rules launch_weights and silent_reference.
    """
    found = []
    references = frames.get("launch_references")
    if references is not None and len(references):
        sums = references.groupby("item", sort=True)["weight_share"].sum()
        if len(wrong := sums[(sums - 1).abs() > WHOLE]):
            told = [f"{item} ({total:.2f})" for item, total in wrong.items()]
            message = f"launch_references: the weights of {len(wrong)} launches do not add up to 1: {shown(told)}"
            places = positions_of(references["item"].isin(set(wrong.index)))
            hint = "correct the weights; until then they are scaled to 1"
            found.append(Oddity("launch_references", "launch_weights", message, "ACCEPT", hint, "weight_share", positions=places))
    sales = frames.get("sales_history")
    if sales is None or sales.empty:
        return found
    leaning = [name for name in ("lifecycle", "launch_references") if len(frames.get(name, ())) and "reference_item" in frames[name]]
    sold = set(sales.loc[sales["quantity"] > 0, "item"].unique()) if leaning else set()
    for table in leaning:
        rows = frames[table]
        silent = rows["reference_item"].notna() & ~rows["reference_item"].isin(sold)
        if silent.any():
            codes = sorted(set(rows.loc[silent, "reference_item"]))
            message = f"{table}: {len(codes)} reference items have no sales to follow: {shown(codes)}"
            hint = "name items that have sold; until then the others count, and a launch without any is not planned"
            found.append(
                Oddity(table, "silent_reference", message, "ACCEPT", hint, "reference_item", codes[0], positions=positions_of(silent))
            )
    return found
