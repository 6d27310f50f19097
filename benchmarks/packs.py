"""What the packs of a finished cycle cost to render, and what they weigh: both packs, in every language, as HTML and PDF.

    python -m benchmarks.packs [company] [cycle]

From the tables of the cycle's last good run. CPU time, so that a busy machine counts less; reading the tables is not counted.
The ratio is that of the whole to the pack that is rendered first, alone: what the other packs add.
"""

import sys
import time
from dataclasses import replace

from sopkit.report.language import known_languages
from sopkit.report.pack import written_pack
from sopkit.run.places import params_file
from sopkit.run.reading_back import pack_inputs

KINDS = ("executive", "pre_sop")


def main(company: str = "demo", cycle: str | None = None) -> None:
    """Print a line for each pack, and the sum."""
    inputs = pack_inputs(params_file(company), cycle)
    begin, first = time.process_time(), 0.0
    for language in known_languages():
        told = replace(inputs, about=replace(inputs.about, language=language))
        for kind in KINDS:
            start = time.process_time()
            pack = written_pack(kind, told)
            spent = time.process_time() - start
            first = first or spent
            sizes = f"HTML {len(pack.html.encode()) / 1000:.0f} kB, PDF {len(pack.pdf) / 1000:.0f} kB"
            print(f"{kind:10} {language}  {spent:5.2f} CPU s  {sizes}  {len(pack.index)} sections", flush=True)
    whole = time.process_time() - begin
    print(f"together {whole:.2f} CPU s, {whole / first:.1f} times the first alone")


if __name__ == "__main__":
    main(*sys.argv[1:])
