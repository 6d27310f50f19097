"""Floor of the meetings: KPIs, scenarios, options, bridge, sheets. Frames in, frames out."""
