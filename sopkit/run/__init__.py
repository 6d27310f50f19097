"""Top floor: params, run folders, engine, runner, command line, the demo company."""
