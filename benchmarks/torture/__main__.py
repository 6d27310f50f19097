"""Run all of it and print counts; ends with 1 where anything was lost, torn or missed."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.torture.kills import (
    damaged_tables,
    flipped_bits,
    full_disk,
    jumping_clocks,
    killed_migrations,
    killed_publishers,
    killed_writers,
    read_while_publishing,
)
from benchmarks.torture.power import power_losses

BAD = ("lost", "torn", "backwards", "broken", "missed")


def torture(place: Path, scale: float) -> dict[str, dict[str, int]]:
    """All faults, each so many times; `scale` 1 is what the figures in docs/publishing.md were made with."""

    def folder(name: str) -> Path:
        (place / name).mkdir()
        return place / name

    def times(number: int) -> int:
        return max(2, round(number * scale))

    return {
        "kill -9, writers of the ledger": killed_writers(folder("writers"), rounds=times(60)),
        "kill -9, publisher": killed_publishers(folder("publishers"), rounds=times(200)),
        "kill -9, migrations of ledgers": killed_migrations(folder("migrations"), rounds=times(50)),
        "clocks that jump": jumping_clocks(folder("clocks"), jumps=times(400)),
        "damaged files of a version": damaged_tables(folder("damaged"), tries=times(200)),
        "power loss, images of the ledger": power_losses(folder("power"), commits=times(40), each=5),
        "disk full": full_disk(folder("full"), tries=times(20)),
        "flipped bits": flipped_bits(folder("bits"), flips=times(400)),
        "reader while versions go out": read_while_publishing(folder("reader"), versions=times(60)),
    }


def main() -> None:
    """Print a line per fault."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--scale", type=float, default=1.0, help="of the number of faults")
    with tempfile.TemporaryDirectory() as place:
        found = torture(Path(place), words.parse_args().scale)
    for name, counts in found.items():
        print(f"{name:<34} {', '.join(f'{count:,} {what}' for what, count in counts.items())}")
    bad = sum(counts.get(what, 0) for counts in found.values() for what in BAD)
    print(f"lost, torn, backwards, broken or missed: {bad}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
