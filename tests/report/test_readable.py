import pandas as pd

from sopkit.report.readable import readable


def test_what_is_not_known_is_a_dash_and_what_is_not_there_says_why():
    frame = pd.DataFrame({"amount": [1.5, None], "due": pd.to_datetime(["2026-03-01", None]), "note": [None, "x"]}, index=["a", "b"])
    told = readable(frame)
    assert told.to_dict("index") == {"a": {"amount": 1.5, "due": "2026-03-01", "note": "–"}, "b": {"amount": "–", "due": "–", "note": "x"}}
    assert frame["amount"].isna().sum() == 1
    assert readable(frame.iloc[:0], absent="ledger_actuals is not provided").to_dict("list") == {
        "not available": ["ledger_actuals is not provided"]
    }
