"""The supply review: what people read and do with the plan. Frames in, frames out."""
