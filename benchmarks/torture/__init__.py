"""What the record and the published plans survive: `python -m benchmarks.torture` prints counts, each with what was lost (zero)."""
