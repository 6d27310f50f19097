"""History that can be planned on: what stock-outs hid, what stands out, what broke, and a row for each adjustment."""
