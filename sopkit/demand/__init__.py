"""Floor of demand: kernels, the panel estimator, pool and backtest, consensus, accuracy. Frames in, frames out."""
