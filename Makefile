# Each target sets up what it needs by itself; a second run does not install anything again.
.DEFAULT_GOAL := help
.PHONY: help install demo test bad_inputs slow estimators forecast_accuracy forecast_choices forecast_speed check lab gallery dictionary kpis benchmarks torture lock clean benchmarks-intake benchmarks-supply benchmarks-money
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

help:  ## what can be made
	@grep -hE '^[a-z_-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml bin/system_packages
	@bash bin/system_packages
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q $(VENV)/lib || true
	@touch $(READY)

install: $(READY)  ## the virtual environment from the lock, and the PDF writer's system packages
	@echo "ready: $(BIN)/sop --help"

demo: $(READY)  ## two monthly cycles of the demo company, with decision packs
	@$(BIN)/sop sample --as-of 2026-02
	@$(BIN)/sop sample --as-of 2026-03
	@$(BIN)/sop run params/demo.yaml --cycle 2026-02
	@$(BIN)/sop run params/demo.yaml --cycle 2026-03

test: $(READY)  ## all tests, on the small demo company
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow"

bad_inputs: $(READY)  ## a valid file with one fault: each family of faults in each column of each table, formats in turns; tells the number of cases
	@$(BIN)/python -m pytest -n 2 --dist load -q -m bad_inputs tests/data

slow: $(READY)  ## the long sweeps, among them the bad inputs in every format (make bad_inputs has them in turns)
	@$(BIN)/python -m pytest -m "slow and not bad_inputs"

check: $(READY)  ## style, types, floors, notebooks without outputs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/nbstripout --keep-id --verify notebooks/*.ipynb

lab: $(READY)  ## JupyterLab on copies of the notebooks, with the demo company's values
	@$(BIN)/sop lab demo

gallery: $(READY)  ## docs/gallery: the six notebooks executed on the small demo company
	@$(BIN)/python -m sopkit.run.gallery

dictionary: $(READY)  ## docs/data_dictionary.md and its Swedish twin from the contracts
	@$(BIN)/python -c "from sopkit.data.dictionary import data_dictionary; print(data_dictionary(), end='')" > docs/data_dictionary.md
	@$(BIN)/python -c "from sopkit.data.dictionary import data_dictionary_sv; from sopkit.report.language import language_of; \
		print(data_dictionary_sv(language_of('sv').text), end='')" > docs/data_dictionary.sv.md

kpis: $(READY)  ## docs/kpi_dictionary.md and its Swedish twin from the definitions
	@$(BIN)/python -c "from sopkit.meeting.kpis.dictionary import kpi_dictionary; print(kpi_dictionary(), end='')" > docs/kpi_dictionary.md
	@$(BIN)/python -c "from sopkit.meeting.kpis.dictionary import kpi_dictionary; print(kpi_dictionary('sv'), end='')" > docs/kpi_dictionary.sv.md

estimators: $(READY)  ## sktime's own checks of every forecaster
	@$(BIN)/python -m pytest -m slow -n 2 tests/demand/test_panel.py

forecast_accuracy: $(READY)  ## the tiers beside their peers on real hold-outs (data: SOPKIT_DATA; peers: SOPKIT_PEERS)
	@$(BIN)/python -m benchmarks.forecast_accuracy
	@$(BIN)/python -m benchmarks.forecast_picture

forecast_choices: $(READY)  ## each choice of the forecasts beside what it replaced, inside the training parts
	@$(BIN)/python -m benchmarks.forecast_choices

forecast_speed: $(READY)  ## series per second, ours and the peers', on one core
	@$(BIN)/python -m benchmarks.forecast_speed

benchmarks: $(READY)  ## the figures that the README quotes
	@$(BIN)/python -m benchmarks.overhead
	@$(BIN)/python -m benchmarks.known_truth
	@$(BIN)/python -m benchmarks.publication

torture: $(READY)  ## kill -9, power loss, full disks, flipped bits on ledger and publication; prints counts (SCALE=0.1: quick)
	@$(BIN)/python -m benchmarks.torture --scale $(SCALE)

SCALE ?= 1

benchmarks-money: $(READY)  ## CPU of ten scenarios and of a thousand paths, on a finished cycle (COMPANY=demo CYCLE=2026-03)
	@$(BIN)/python -m benchmarks.money --company $(or $(COMPANY),demo) --cycle $(or $(CYCLE),2026-03)

MILLIONS ?= 1
benchmarks-intake: $(READY)  ## a million sales lines checked, beside pyarrow, pandera, frictionless and DuckDB (MILLIONS=10: long file)
	@$(BIN)/python -m benchmarks.intake --millions $(MILLIONS)

benchmarks-supply: $(READY)  ## the supply plan beside HiGHS alone and beside linopy, PuLP and Pyomo (SECTIONS=large: 5,000 items)
	@$(BIN)/python -m benchmarks.supply $(SECTIONS)

lock:  ## solve requirements.lock again from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --all-extras --no-header --no-annotate pyproject.toml -o requirements.lock

clean:  ## the demo's runs and the caches; never a ledger, a published folder or another company
	@rm -rf reports/demo/runs reports/demo/sandbox reports/demo/sample reports/demo/check .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find reports/demo -maxdepth 1 -type l -delete 2>/dev/null || true
