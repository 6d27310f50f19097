"""What other tools do with the same file, in their own environment: their CPU seconds, and what they miss or mangle.

python intake_peers.py FOLDER HEADER     (started by benchmarks.intake; needs no sopkit)
"""

import os
import subprocess
import sys

COLUMNS = sys.argv[2].split(";") if len(sys.argv) > 2 else []
READ = """
import sys, pandas as pd
names = {names!r}
lines = pd.read_csv(sys.argv[1] + "/sales.csv", sep=";", encoding="cp1252", dtype={kind}, on_bad_lines="skip", keep_default_na=False)
"""
PANDERA_TEXT = (
    READ
    + """
import pandera.pandas as pa
number, day = pa.Check.str_matches("^[-\\u2212]?[0-9 \\u00a0]+(,[0-9]+)?$"), pa.Check.str_matches("^[0-9]{{2}}[.][0-9]{{2}}[.][0-9]{{4}}$")
filled = pa.Check.str_length(min_value=1)
rules = dict.fromkeys(names, filled) | {{"Fakturadatum": day, "Antal": number, "Belopp": number}}
schema = pa.DataFrameSchema({{name: pa.Column(str, rules[name]) for name in names}}, unique=names[:5])
try:
    schema.validate(lines, lazy=True)
except pa.errors.SchemaErrors as error:
    cases = error.failure_cases
    print("found", len(cases), "cases; index + 2 is the physical row only above the first skipped line")
"""
)
PANDERA_COERCE = (
    READ
    + """
import pandera.pandas as pa
for name in ("Antal", "Belopp"):
    lines[name] = lines[name].str.replace("\\u00a0", "").str.replace(",", ".")
schema = pa.DataFrameSchema({{"Antal": pa.Column(float, coerce=True), "Belopp": pa.Column(float, coerce=True)}})
try:
    schema.validate(lines, lazy=True)
    print("found nothing")
except pa.errors.SchemaErrors as error:
    print("found", len(error.failure_cases), "cases; `1.234` was taken for 1.234, and inf and nan for numbers")
"""
)
DUCKDB = """
import sys, duckdb
text = open(sys.argv[1] + "/sales.csv", encoding="cp1252", newline="").read()
open(sys.argv[1] + "/sales_utf8.csv", "w", encoding="utf-8", newline="").write(text)
base = duckdb.connect(config={{"threads": 1}})
columns = {{name: "VARCHAR" for name in {names!r}}}
rows = base.execute("SELECT count(*) FROM read_csv(?, delim=';', header=true, columns=?, store_rejects=true, ignore_errors=true)",
                    [sys.argv[1] + "/sales_utf8.csv", columns]).fetchall()[0][0]
rejects = base.execute("SELECT count(DISTINCT line) FROM reject_errors").fetchall()[0][0]
print("read", rows, "rows, rejected", rejects, "lines; a trailing separator is read in silence, blank lines vanish")
"""
FRICTIONLESS = """
import sys
from collections import deque
from frictionless import Dialect, Resource, Schema, fields, formats, validate
with open(sys.argv[1] + "/sales.csv", "rb") as whole, open(sys.argv[1] + "/sales_head.csv", "wb") as head:
    head.write(next(whole))
    head.writelines(deque(whole, 100_000))
numbers = [fields.NumberField(name=name, decimal_char=",", group_char="\\u00a0") for name in ("Antal", "Belopp")]
known = {{field.name: field for field in numbers}} | {{"Fakturadatum": fields.DateField(name="Fakturadatum", format="%d.%m.%Y")}}
schema = Schema(fields=[known.get(name, fields.StringField(name=name, constraints={{"required": True}})) for name in {names!r}])
control = Dialect(controls=[formats.CsvControl(delimiter=";")])
resource = Resource(path="sales_head.csv", basepath=sys.argv[1], encoding="cp1252", dialect=control, schema=schema)
report = validate(resource, limit_errors=100_000)
print("found", report.stats["errors"], "errors in the last 100,000 lines; records are counted, not lines")
"""


def cpu_of(script: str, folder: str) -> tuple[float, float]:
    """CPU seconds and peak MiB of a script."""
    process = os.posix_spawn(sys.executable, [sys.executable, "-c", script, folder], os.environ)
    _, status, used = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status):
        raise subprocess.CalledProcessError(status, ["peer"])
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main(folder: str) -> None:
    """Measure each tool and print what it found."""
    works = {
        "pandera, text rules, lazy": PANDERA_TEXT.format(names=COLUMNS, kind="str"),
        "pandera, coerce, lazy": PANDERA_COERCE.format(names=COLUMNS, kind="str"),
        "DuckDB, text, rejects": DUCKDB.format(names=COLUMNS),
        "frictionless (a tenth of the lines)": FRICTIONLESS.format(names=COLUMNS),
    }
    for name, script in works.items():
        try:
            cpu, peak = cpu_of(script, folder)
            print(f"{name:<44}{cpu:8.2f} CPU s {peak:17.0f} MiB", flush=True)
        except subprocess.CalledProcessError:
            print(f"{name:<44} failed", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
