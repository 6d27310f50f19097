"""The peers' forecasts, run in their own environment: python forecast_peers.py IN.npz OUT.npz. Imports nothing of the suite.

IN: values (all series one after another), length (series,), horizon, season, models. OUT: for each model forecast (series, horizon),
CPU seconds of fit and forecast, and how many series it failed on (those are seasonal naive, and said so).
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", NIXTLA_ID_AS_COL="1")

import sys
import time
import warnings

import numpy as np
import pandas as pd

STATSFORECAST = ("AutoETS", "AutoTheta", "DynamicOptimizedTheta", "AutoCES")


def main(source: str, target: str) -> None:
    """Forecast with every model asked for."""
    warnings.filterwarnings("ignore")
    given = np.load(source)
    series = np.split(given["values"], np.cumsum(given["length"])[:-1])
    horizon, season = int(given["horizon"]), int(given["season"])
    found: dict[str, np.ndarray] = {}
    for model in given["models"]:
        forecaster = _one_by_one if model in STATSFORECAST else _sktime
        forecaster(str(model), series[:1], horizon, season)  # imports are not what is measured
        start = time.process_time()
        forecast, failed = forecaster(str(model), series, horizon, season)
        found[f"{model} forecast"], found[f"{model} failed"] = forecast, np.array(failed)
        found[f"{model} seconds"] = np.array(time.process_time() - start)
    np.savez(target, **found)


def _one_by_one(model: str, series: list[np.ndarray], horizon: int, season: int) -> tuple[np.ndarray, int]:
    """The models of statsforecast without its frame handling: the fastest way to use them on one core."""
    from statsforecast import models

    forecast, failed = np.empty((len(series), horizon)), 0
    for row, y in enumerate(series):
        try:
            forecast[row] = getattr(models, model)(season_length=season).forecast(y=np.ascontiguousarray(y), h=horizon)["mean"]
        except Exception:
            forecast[row] = np.resize(y[-season:], horizon)
            failed += 1
    return forecast, failed


def _sktime(model: str, series: list[np.ndarray], horizon: int, season: int) -> tuple[np.ndarray, int]:
    """The ThetaForecaster of sktime on the whole panel, as its users call it; without season where a series is not always positive."""
    from sktime.forecasting.theta import ThetaForecaster

    steps, forecast = list(range(1, horizon + 1)), np.empty((len(series), horizon))
    longest = pd.period_range("2000-01", periods=max(map(len, series)), freq="M")
    for positive in (True, False):
        rows = [row for row, y in enumerate(series) if (y > 0).all() == positive]
        if rows:
            parts = [pd.DataFrame({"y": series[row]}, index=longest[-len(series[row]) :]) for row in rows]
            y = pd.concat(parts, keys=rows, names=["series", "month"])
            fitted = ThetaForecaster(sp=season, deseasonalize=positive).fit(y, fh=steps)
            forecast[rows] = fitted.predict(fh=steps).to_numpy().reshape(len(rows), horizon)
    return forecast, 0


if __name__ == "__main__":
    main(*sys.argv[1:3])
