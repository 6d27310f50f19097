"""Floor of money: statement, working capital, gap to budget. Frames in, frames out."""
