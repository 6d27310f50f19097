"""Twenty what-ifs of a company of 500 items: its tables and what_ifs.yaml as a folder for `sop solve DIR --what-ifs`.

python -m benchmarks.supply_folder DIR [small|middle|large]
"""

import json
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np

from benchmarks.supply_company import POLICY, company
from benchmarks.supply_reference import SIZES, Reference, reference

ASKED = ("item", "region", "channel", "period", "quantity", "net_price")
CHANGES = 4  # of each of five kinds


def main(folder: Path, size: str) -> None:
    """Write the folder."""
    data = reference(*SIZES[size])
    folder.mkdir(parents=True, exist_ok=True)
    inputs = company(data)
    for field in fields(inputs):
        frame = getattr(inputs, field.name)
        if len(frame):
            told = frame[list(ASKED)] if field.name == "demand" else frame
            name = "consensus_demand" if field.name == "demand" else field.name
            told.dropna(axis="columns", how="all").to_csv(folder / f"{name}.csv", index=False)
    params = {"title": f"A drawn company of {len(data.price)} items", "source": "benchmarks/supply_reference.py", "supply": _policy()}
    (folder / "params.yaml").write_text(json.dumps(params, indent=1))
    (folder / "what_ifs.yaml").write_text(json.dumps({"what_ifs": what_ifs(data)}, indent=1))
    print(f"{len(list(folder.iterdir()))} files in {folder}: sop solve {folder} --what-ifs")


def _policy() -> dict[str, object]:
    told = POLICY.model_dump(mode="json", include={"frozen_months", "waiting"})
    return dict(told)


def what_ifs(data: Reference) -> dict[str, dict[str, object]]:
    """Five kinds of change in turn: a family, all demand, a resource, prices, a supplier."""
    rng, found = np.random.default_rng(1), {}
    for number in range(CHANGES):
        family, line = f"F{rng.integers(20):02d}", f"R{rng.integers(len(data.heads)):03d}"
        supplier = f"S{rng.integers(len(data.supplier_limit)):03d}"
        resource = {"table": "resource_calendar", "where": {"resource": line}, "action": "multiply", "value": 0.7}
        months = {"first_period": "2026-08", "last_period": "2026-10"}
        found |= {
            f"family_{number}": _told(
                f"{family} 15 % up from June",
                {"table": "demand", "where": {"family": family}, "first_period": "2026-06", "column": "quantity"}
                | {"action": "multiply", "value": 1.15},
            ),
            f"demand_{number}": _told(
                f"all demand {number + 2} % up",
                {"table": "demand", "column": "quantity", "action": "multiply", "value": 1.02 + number / 100},
            ),
            f"resource_{number}": _told(
                f"{line} 30 % down for 3 months",
                *({**resource, **months, "column": column} for column in ("available_hours", "demonstrated_hours")),
            ),
            f"overtime_{number}": _told(
                f"overtime {50 + 10 * number} % dearer",
                {"table": "resources", "column": "overtime_cost", "action": "multiply", "value": 1.5 + number / 10},
            ),
            f"supplier_{number}": _told(
                f"{supplier} 15 % down",
                {
                    "table": "supplier_items",
                    "where": {"supplier": supplier},
                    "column": "monthly_limit",
                    "action": "multiply",
                    "value": 0.85,
                },
            ),
        }
    return found


def _told(title: str, *changes: dict[str, object]) -> dict[str, object]:
    return {"title": title, "changes": list(changes)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "middle")
