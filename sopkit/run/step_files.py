"""What a step keeps on disk, and how: tables, facts, charts."""

import json
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd

from sopkit.data.contracts import CONTRACTS, Contract
from sopkit.data.contracts.conform import conform, empty
from sopkit.run.files import whole_table
from sopkit.steps import Step


@dataclass(frozen=True)
class StoredFigure:
    """A chart as it is stored: SVG for the eye, and the hash of its data, so that a wrong chart shows as text too."""

    title: str
    svg: str
    data_hash: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": f"{self.title} (data {self.data_hash})", "image/svg+xml": self.svg}


class Tables(MutableMapping[str, pd.DataFrame]):
    """Tables by name, each read from disk when it is first asked for; the notebook may put its own beside them."""

    def __init__(self, names: list[str], read: Callable[[str], pd.DataFrame]) -> None:
        self._names, self._read, self._held = names, read, dict[str, pd.DataFrame]()

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._held:
            if name not in self._names:
                raise KeyError(name)
            self._held[name] = self._read(name)
        return self._held[name]

    def __contains__(self, name: object) -> bool:
        return name in self._held or name in self._names  # a mapping's own way reads the table to find out

    def __setitem__(self, name: str, frame: pd.DataFrame) -> None:
        self._held[name] = frame
        self._names = [*self._names, *([] if name in self._names else [name])]

    def __delitem__(self, name: str) -> None:
        self._names = [other for other in self._names if other != name]
        self._held.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def read_table(path: Path, contract: type[Contract]) -> pd.DataFrame:
    """A table from disk, as its contract promises it; IntegrityError where its file is damaged."""
    with whole_table(path):
        frame = pd.read_parquet(path, engine="pyarrow")
    return conform(frame, contract)


def table_bytes(frame: pd.DataFrame) -> bytes:
    """A table as it is kept on disk: the same rows are the same bytes."""
    return frame.to_parquet(engine="pyarrow", compression="zstd", index=False)


def facts_file(folder: Path, step: Step) -> Path:
    """Where a step's facts stand."""
    return folder / "steps" / f"{step.name}.facts.json"


def read_facts(path: Path) -> pd.DataFrame:
    """A step's facts, as the table facts."""
    rows = json.loads(path.read_text())["facts"]
    contract = CONTRACTS["facts"]
    return conform(pd.DataFrame(rows, columns=contract.column_names()), contract) if rows else empty(contract)


def facts_text(facts: pd.DataFrame) -> str:
    """Facts as JSON: ten significant decimals, unknown values as null."""
    rows = json.loads(facts.to_json(orient="records", double_precision=10)) if len(facts) else []
    return json_text({"schema": 1, "facts": rows})


def json_text(content: object) -> str:
    """JSON as all our files have it: the same bytes for the same content."""
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def data_hash(data: pd.DataFrame) -> str:
    """A short hash of a chart's data, six significant digits."""
    return sha256(data.to_csv(index=False, float_format="%.6g").encode()).hexdigest()[:12]
