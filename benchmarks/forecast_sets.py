"""The three real data sets of the forecast benchmarks, each split into what models may see and the hold-out.

They are not part of the suite: `SOPKIT_DATA` names the folder that holds them (default ../shared/data).
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sopkit.run import places

SEASON = 12


@dataclass(frozen=True)
class Split:
    """One data set: training series, the months that followed, and published (MAPE, MASE) where there are any."""

    name: str
    train: tuple[np.ndarray, ...]
    actual: np.ndarray  # (series, horizon)
    published: dict[str, tuple[float, float]]

    @property
    def horizon(self) -> int:
        """Months held out."""
        return self.actual.shape[1]

    def frame(self, cut: int = 0) -> pd.DataFrame:
        """Training series up to `cut` months before their end as sktime wants them: (series, month), series with a month left."""
        ends = pd.period_range("2000-01", periods=max(map(len, self.train)), freq="M")
        parts = {row: values[: len(values) - cut] for row, values in enumerate(self.train) if len(values) > cut}
        last = len(ends) - cut
        time = np.concatenate([ends[last - len(values) : last] for values in parts.values()])
        index = pd.MultiIndex.from_arrays(
            [np.repeat(list(parts), [len(values) for values in parts.values()]), pd.PeriodIndex(time)], names=["series", "month"]
        )
        return pd.DataFrame({"quantity": np.concatenate(list(parts.values()))}, index=index)

    def scale(self) -> np.ndarray:
        """In-sample mean absolute seasonal difference: (series,), NaN where there is none."""
        steps = [np.abs(y[SEASON:] - y[:-SEASON]) for y in self.train]
        return np.array([one.mean() if len(one) and one.mean() > 0 else np.nan for one in steps])


def data_folder() -> Path:
    """The folder of the data sets; raises SystemExit with a plain word where it is missing."""
    folder = Path(os.environ.get("SOPKIT_DATA", places.suite_root().parent / "shared" / "data"))
    if not folder.exists():
        raise SystemExit(f"{folder} does not exist: name the folder of the data sets in SOPKIT_DATA")
    return folder


def splits(names: Sequence[str] = ("tourism_monthly", "pbs_pharma", "stallion_beverages")) -> list[Split]:
    """The data sets, as `data_folder` has them."""
    folder = data_folder()
    return [MAKERS[name](folder / name) for name in names]


def _tourism(folder: Path) -> Split:
    parts = [
        [values.to_numpy(dtype=float) for _, values in pd.read_csv(folder / f"{part}.csv.gz").groupby("series_id")["value"]]
        for part in ("train", "test")
    ]
    table = pd.read_csv(folder / "published_results.csv").pivot(index="method", columns="measure", values="1-24")
    return Split(
        "tourism_monthly", tuple(parts[0]), np.array(parts[1]), {str(k): (row["MAPE"], row["MASE"]) for k, row in table.iterrows()}
    )


def _pbs(folder: Path) -> Split:
    table = pd.read_csv(folder / "pbs_monthly.csv.gz").sort_values("month")
    keys = ["concession", "type", "atc1", "atc2"]
    return _cut("pbs_pharma", [values.to_numpy(dtype=float) for _, values in table.groupby(keys)["scripts"]], 18)


def _stallion(folder: Path) -> Split:
    table = pd.read_csv(folder / "stallion_monthly.csv.gz").sort_values("date")
    return _cut("stallion_beverages", [values.to_numpy(dtype=float) for _, values in table.groupby(["agency", "sku"])["volume"]], 6)


def _cut(name: str, series: list[np.ndarray], horizon: int) -> Split:
    """The last months of each series held out."""
    return Split(name, tuple(y[:-horizon] for y in series), np.array([y[-horizon:] for y in series]), {})


MAKERS = {"tourism_monthly": _tourism, "pbs_pharma": _pbs, "stallion_beverages": _stallion}
