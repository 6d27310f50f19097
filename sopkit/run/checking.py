"""`sop check`: the intake alone, without a run."""

from pathlib import Path

from sopkit.run.params import load_params

SHOWN = 200  # findings printed at most; all of them are in findings.json of a run


def print_findings(params_file: Path, cycle: str | None) -> None:
    """Read the sources of a company and print every finding and the reach of each table.

    Raises DataError with the findings that step 1 would stop at.
    """
    from sopkit.data.sources.reading import read_sources

    params = load_params(params_file, cycle)
    intake = read_sources(params.sources, params.data_path, cutoff=params.cutoff)
    findings = intake.findings
    for row in findings.head(SHOWN).to_dict("records"):
        place = (row["file"], row["sheet"], f"row {row['row']}" if row["row"] else "", row["column"])
        hint = f" ({row['hint']})" if _is_told(row["hint"]) else ""
        print(f"{row['outcome']:<7} {', '.join(filter(_is_told, place))}: {row['message']}{hint}")
    if len(findings) > SHOWN:
        print(f"… and {len(findings) - SHOWN} more")
    for name, frame in sorted(intake.tables.items()):
        if not frame.empty:
            print(f"{name:<24} {len(frame):>9} rows")
    missing = sorted(name for name, frame in intake.tables.items() if frame.empty)
    print(f"not provided: {', '.join(missing) or 'nothing'}")
    intake.raise_if_rejected()


def _is_told(part: object) -> bool:
    return isinstance(part, str) and bool(part)
