"""The works that `benchmarks.intake` measures, each a process of its own.

python -m benchmarks.intake_works WORK FOLDER
"""

import json
import sys
from pathlib import Path

CUTOFF = "2025-12"


def floor(folder: Path) -> None:
    """Pyarrow reads sales.csv as text, and nothing else is done."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    with (folder / "sales.csv").open(encoding="cp1252") as file:
        header = file.readline().strip().split(";")
    pacsv.read_csv(
        folder / "sales.csv",
        read_options=pacsv.ReadOptions(use_threads=False, encoding="cp1252"),
        parse_options=pacsv.ParseOptions(delimiter=";", invalid_row_handler=lambda row: "skip"),
        convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False),
    )


def ours(folder: Path, dialect: dict[str, object] | None = None) -> None:
    """Our intake of sales.csv and items.csv; findings.json and the monthly history are written."""
    from sopkit.data.cleaning import demand_history
    from sopkit.data.sources.declaration import Source
    from sopkit.data.sources.reading import read_sources

    declared = dialect or DIALECT
    files = {"items": {"file": "items.csv"}, "sales_history": {"file": "sales.csv"}}
    ignored = {"sales_history": {"ignored": ["Valuta"]}}
    sources = {name: Source.model_validate({**declared, **file, **ignored.get(name, {})}) for name, file in files.items()}
    intake = read_sources(sources, folder, cutoff=CUTOFF)
    history = demand_history(intake.tables["sales_history"], intake.tables["orders"], cutoff=CUTOFF)
    (folder / "findings.json").write_text(intake.findings.to_json(orient="records"))
    history.to_parquet(folder / "history.parquet")


def held_out(folder: Path) -> None:
    """Our intake of the file by another author."""
    ours(folder, json.loads((folder / "dialect.json").read_text()))


def write(folder: Path, kind: str, millions: int) -> None:
    """Write a file with known faults, and beside it what is true of it."""
    from benchmarks.intake_files import write_sales
    from benchmarks.intake_held_out import write_held_out

    if kind == "held_out":
        written = write_held_out(folder)
    else:
        written = write_sales(folder, millions * 1_000_000, every_price_different=kind == "many")
    written.faults.to_parquet(folder / "faults.parquet")
    written.months.to_parquet(folder / "months.parquet")


DIALECT: dict[str, object] = {
    "encoding": "cp1252",
    "delimiter": ";",
    "decimal": ",",
    "thousands": " ",
    "date_format": "DD.MM.YYYY",
}
WORKS = {"floor": floor, "ours": ours, "long": ours, "held_out": held_out}

if __name__ == "__main__":
    work, place, *more = sys.argv[1:]
    if work.startswith("write_"):
        write(Path(place), work.removeprefix("write_"), int(more[0]) if more else 1)
    else:
        WORKS[work](Path(place))
