# Everything a developer or a newcomer types. All of it begins with `make setup`, which does nothing when nothing is missing.

BIN := .venv/bin
PYTEST_ARGS ?=

.PHONY: help setup demo test check format docs selftest benchmark clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

setup: ## install what is missing: system packages, and .venv with the pinned dependencies
	@scripts/setup.sh

demo: setup ## grade a right and a wrong submission of two exercises
	@scripts/demo.sh

test: setup ## run all tests, side by side; options for pytest in PYTEST_ARGS
	@$(BIN)/python -m pytest -n logical --dist worksteal $(PYTEST_ARGS)

check: setup ## formatting, lint and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup ## format the code, and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup ## write what is generated in docs/
	@$(BIN)/python scripts/module_table.py
	@$(BIN)/python scripts/coverage_table.py

selftest: setup ## grade every reference, accepted variant and mutant of the catalogue, in a sample of schedules
	@$(BIN)/grader selftest --all --schedules 2

benchmark: setup ## print the figures this project promises to keep
	@$(BIN)/python -m benchmarks

clean: ## remove .venv, reports, stored runs and caches
	rm -rf .venv build runs .hypothesis .mypy_cache .ruff_cache .pytest_cache ./*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
