"""`sop watch`: which plan stands, what is told of today, as text, JSON and a page."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from tiny_suite import Suite

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.errors import DataError, ExitCode, ParamsError
from sopkit.run.params import load_params
from sopkit.run.watching import standing_plan, watch

DAY = date(2026, 3, 11)
FILES = {
    "items.csv": "item;item_name;family;supply_strategy;active\nA;Grill;Grills;stock;1\n",
    "inventory.csv": "item;period;quantity\nA;2026-02;20\n",
    "open_orders.csv": "kind;item;period;quantity\nproduction;A;2026-03;23\nproduction;A;2026-04;90\n",
    "sales_history.csv": "date;item;region;channel;customer;quantity;revenue\n2026-02-20;A;SE;c;K;5;50\n2026-03-05;A;SE;c;K;14;140\n",
}


def plan_in(folder: Path) -> None:
    """Tables of a plan: 62 asked for and 31 made in March, 30 and 60 in April."""
    zero = {name: 0.0 for name in CONTRACTS["supply_plan"].column_names() if name not in ("item", "period")}
    rows = [("2026-03", 62.0, 31.0), ("2026-04", 30.0, 60.0), ("2026-05", 31.0, 31.0), ("2026-06", 30.0, 30.0)]
    frame = pd.DataFrame([zero | {"item": "A", "period": period, "demand": asked, "production": made} for period, asked, made in rows])
    folder.mkdir(parents=True)
    conform(frame, CONTRACTS["supply_plan"]).to_parquet(folder / "supply_plan.parquet")


@pytest.fixture
def watched(suite: Suite) -> Suite:
    """A company with extracts and a finished run."""
    sources = "".join(f"  {Path(name).stem}: {{file: {name}, delimiter: ';'}}\n" for name in FILES)
    suite.change_params("sources:\n  items: {file: items.csv}\n", f"sources:\n{sources}")
    for name, text in FILES.items():
        (suite.root / "data" / name).write_text(text)
    home = suite.reports / "tiny"
    plan_in(home / "runs" / "abc" / "tables")
    (home / "2026-03").symlink_to("runs/abc")
    return suite


def test_today_is_told_against_the_last_good_run(watched: Suite) -> None:
    told = watch(watched.params, None, DAY, as_json=False)
    assert "the last good run, abc: nothing is published of 2026-03" in told
    assert "youngest date in the extracts: 2026-03-05, 6 days old" in told
    assert "production of A for 2026-04: 90 released, 60 in the plan" in told
    assert "A runs out on" in told  # 6 left, 48 asked for, 23 on order
    page = (watched.reports / "tiny" / "watch" / "2026-03" / "watch.html").read_text()
    assert "not published" in page and "http" not in page.replace("http-equiv", "")
    assert "production of A for 2026-03: 23 released, 31 in the plan" in told


def test_the_same_as_json_and_the_same_bytes_twice(watched: Suite) -> None:
    told = json.loads(watch(watched.params, None, DAY, as_json=True))
    assert (told["age_days"], told["stock_as_of"], told["plan"]["published"]) == (6, "2026-02-28", False)
    assert told["stock_outs"][0]["stock"] == 6
    assert [row["verdict"] for row in told["releases"]] == ["not approved", "not released"]
    folder = watched.reports / "tiny" / "watch" / "2026-03"
    before = {path: path.read_bytes() for path in folder.glob("watch.*")}
    watch(watched.params, None, DAY, as_json=True)
    assert {path: path.read_bytes() for path in folder.glob("watch.*")} == before


def test_a_published_plan_goes_first(watched: Suite) -> None:
    version = watched.reports / "tiny" / "published" / "2026-03" / "v2"
    plan_in(version / "analysts" / "tables")
    plan = standing_plan(load_params(watched.params))
    assert plan.published and plan.words == "the published plan 2026-03, version v2"
    assert "against the published plan 2026-03, version v2" in watch(watched.params, None, DAY, as_json=False)


def test_an_earlier_plan_stands_until_there_is_a_newer_one(watched: Suite) -> None:
    (watched.reports / "tiny" / "2026-03").unlink()
    plan_in(watched.reports / "tiny" / "published" / "2026-01" / "v1" / "analysts" / "tables")
    assert standing_plan(load_params(watched.params)).words == "the published plan 2026-01, version v1"


def test_no_plan_and_extracts_that_cannot_be_read(watched: Suite) -> None:
    (watched.root / "data" / "inventory.csv").write_text("item;period;quantity\nA;2026-02;many\n")
    with pytest.raises(DataError, match="extracts cannot be used"):
        watch(watched.params, None, DAY, as_json=False)
    (watched.reports / "tiny" / "2026-03").unlink()
    with pytest.raises(ParamsError, match="no plan to watch"):
        watch(watched.params, None, DAY, as_json=False)


def test_the_verb(watched: Suite) -> None:
    done = watched.sop("watch", str(watched.params), "--on", "2026-03-11")
    assert done.returncode == ExitCode.OK, done.stderr
    assert "written: " in done.stdout
    assert watched.sop("watch", str(watched.params), "--on", "11/3").returncode == ExitCode.USAGE
