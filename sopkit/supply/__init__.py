"""Floor of supply: the linear programme, the plan, capacity, inventory, explanation. Frames in, frames out."""
