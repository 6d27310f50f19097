"""`sop review` and `sop maturity`: what departed, why, in the ledger and in the next cycle; every refusal tells all that is wrong."""

import json
from pathlib import Path

import pandas as pd
import pytest

from sopkit.errors import IntegrityError, ParamsError, StepError
from sopkit.records.ledger import Ledger
from sopkit.run import places
from sopkit.run.cycle import CompanyFolder
from sopkit.run.maturing import maturity
from sopkit.run.replaying import Asked, replay_policies, replayed
from sopkit.run.reviewed import earlier_reviews
from sopkit.run.reviewing import Reason, review

PARAMS = places.params_file("demo")
CYCLE = "2026-03"
WHY = "The long winter took parts that nobody had planned."


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CompanyFolder:
    """A company whose finished run says what departed: demand of Spares and the whole stock."""
    monkeypatch.setenv("SOPKIT_REPORTS", str(tmp_path))
    folder = CompanyFolder.of("demo")
    tables = folder.run("0123456789ab").path / "tables"
    tables.mkdir(parents=True)
    rows = [
        ("demand", "Spares", 1, 100.0, 120.0, 0.2, True),
        ("stock", "*", 1, 50.0, 40.0, -0.2, True),
        ("net_sales", "*", 1, 9.0, 9.0, 0.0, False),
    ]
    names = ["measure", "subject", "lag", "planned", "actual", "difference_share", "asked"]
    frame = pd.DataFrame(rows, columns=names).assign(period="2026-02", made_in="2026-01", difference=0.0, reason=None)
    frame.astype({"asked": "boolean"}).to_parquet(tables / "plan_review.parquet")
    (folder.path / CYCLE).symlink_to("runs/0123456789ab")
    return folder


def test_what_departed_is_listed_and_a_reason_is_kept(company: CompanyFolder) -> None:
    assert "waits for sales" in "\n".join(review(PARAMS, CYCLE, None)) and not company.ledger_file.exists()
    told = review(PARAMS, CYCLE, Reason("demand/Spares", "market", WHY, "head_of_sales"))
    assert "recorded as event 1" in told[0] and f"market: {WHY} (head_of_sales)" in "\n".join(told)
    review(PARAMS, CYCLE, Reason("demand/Spares", "market", WHY, "head_of_sales"))  # a lost reply: the same event
    review(PARAMS, CYCLE, Reason("stock", "priority", "Grills were made first in May.", "head_of_logistics"))
    review(PARAMS, CYCLE, Reason("demand/Spares", "customer", "One dealer bought for the year.", "head_of_sales"))
    ledger = Ledger.open(company.ledger_file)
    assert [event.body["cause"] for event in ledger.events(kind="review")] == ["market", "priority", "customer"] and ledger.verify() == 3
    said = earlier_reviews(company.path, "2026-04")
    assert [(one["measure"], one["subject"], one["cause"]) for one in said] == [
        ("stock", "*", "priority"),
        ("demand", "Spares", "customer"),
    ]
    assert earlier_reviews(company.path, CYCLE) == []  # the cycle itself does not change by what is said of it
    found = json.loads("\n".join(maturity(PARAMS, CYCLE, as_json=True)))
    explained = {row["measure"]: row for row in found["measures"]}["misses_explained"]
    assert (explained["value"], explained["of"], explained["met"]) == (1.0, 2.0, True) and found["level"] == 1


def test_a_reason_that_cannot_be_kept_is_refused_with_all_that_is_wrong(company: CompanyFolder) -> None:
    with pytest.raises(ParamsError) as raised:
        review(PARAMS, CYCLE, Reason("demand/Spare", "markt", "snow", "sales"))
    told = str(raised.value)
    assert "Did you mean demand/Spares?" in told and "Did you mean market?" in told and "Did you mean head_of_sales?" in told
    assert "--why: 'snow'" in told and not company.ledger_file.exists()
    with pytest.raises(StepError, match="nothing to review yet"):
        review(PARAMS, "2026-04", None)
    with pytest.raises(ParamsError, match="no finished run"):
        maturity(PARAMS, "2026-04")
    (company.path / "reviewed").mkdir()
    (company.path / "reviewed" / f"{CYCLE}.json").write_text("{")
    with pytest.raises(IntegrityError, match="the ledger holds what was said"):
        earlier_reviews(company.path, "2026-04")


def test_a_replay_that_cannot_be_asked_is_refused_before_anything_is_read(company: CompanyFolder, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("title: x\nsafety_stok: none\n")
    (tmp_path / "weights.yaml").write_text("consensus: {finance: 1}\n")
    with pytest.raises(ParamsError) as raised:
        replay_policies(Asked(PARAMS, "2025-03", "2025-04", (str(wrong), str(tmp_path / "weights.yaml"), "no_such_policy", "own.yaml")))
    told = str(raised.value)
    assert "wrong.yaml, line 2, safety_stok: an unknown name" in told and "safety_stock" in told and "it can weigh" in told
    assert "no_such_policy.yaml" in told and "own.yaml" in told
    with pytest.raises(ParamsError, match=r"--to: '2025-4'"):
        replay_policies(Asked(PARAMS, "2025-03", "2025-4", ()))
    with pytest.raises(ParamsError, match="there is no such replay"):
        replayed("demo")
