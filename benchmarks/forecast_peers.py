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
    """The ThetaForecaster of sktime on the whole panel, as its users call it.

    It takes a season out of positive numbers only. A series with zeros is forecast without season or, where the model's name ends in
    `lifted`, with its zeros lifted to a millionth.
    """
    if model.endswith("lifted"):
        series = [np.maximum(y, 1e-6) for y in series]
    forecast = np.empty((len(series), horizon))
    for positive in (True, False):
        rows = [row for row, y in enumerate(series) if (y > 0).all() == positive]
        if rows:
            forecast[rows] = _theta([series[row] for row in rows], horizon, season, positive)
    return forecast, 0


def _theta(series: list[np.ndarray], horizon: int, season: int, seasonal: bool) -> np.ndarray:
    from sktime.forecasting.theta import ThetaForecaster

    steps = list(range(1, horizon + 1))
    longest = pd.period_range("2000-01", periods=max(map(len, series)), freq="M")
    parts = [pd.DataFrame({"y": y}, index=longest[-len(y) :]) for y in series]
    y = pd.concat(parts, keys=range(len(parts)), names=["series", "month"])
    fitted = ThetaForecaster(sp=season, deseasonalize=seasonal).fit(y, fh=steps)
    return fitted.predict(fh=steps).to_numpy().reshape(len(series), horizon)


if __name__ == "__main__":
    main(*sys.argv[1:3])
