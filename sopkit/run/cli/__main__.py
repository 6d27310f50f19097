"""`python -m sopkit.run.cli` is `sop`."""

from sopkit.run.cli import main

main()
