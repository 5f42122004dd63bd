# `make run` tries the product, `make test` tests it. Both need only Python 3.11 or newer, and a package registry.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
UV := $(CURDIR)/$(BIN)/uv
COMPILE := $(UV) pip compile --universal --generate-hashes --python-version 3.11 --quiet --custom-compile-command "make lock"
PYTHONS := python3.14 python3.13 python3.12 python3.11 python3 python
WORKERS := auto --maxprocesses 4
BENCHES := $(patsubst bench/%.py,%,$(wildcard $(patsubst %,bench/%.py,settle relay rest hang_up)))
ARGS :=

.PHONY: help run test plain-test coverage lint format lock bench clean

help:
	@echo "make run     run everything here, with two demo accounts (ARGS='--help' for more)"
	@echo "make test    run all tests (ARGS='tests/shared -k money' for some)"
	@echo "make coverage, lint, format, lock, bench, clean: see the Makefile"

run: $(INSTALLED)
	@exec $(BIN)/talktime run --demo-accounts $(ARGS)

# On a CI server, which sets CI, the same tests also tell what they reach.
test: $(if $(CI),coverage,plain-test)

plain-test: $(INSTALLED)
	@exec $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

coverage: $(INSTALLED)
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n $(WORKERS) $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --skip-covered --skip-empty

lint: $(INSTALLED)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	@$(MAKE) --no-print-directory check-lock

format: $(INSTALLED)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

# The second file is held to the first: the same versions run in production and under test.
define compile-lock
	@cd $(1) && $(COMPILE) --all-extras -o requirements-dev.txt pyproject.toml
	@cd $(1) && $(COMPILE) -c requirements-dev.txt -o requirements.txt pyproject.toml
endef

lock: $(INSTALLED)
	$(call compile-lock,.)

# Compiling keeps the versions that are pinned, so a difference means that pyproject.toml asks for something else.
.PHONY: check-lock
check-lock: $(INSTALLED)
	@rm -rf build/lock && mkdir -p build/lock && cp pyproject.toml requirements.txt requirements-dev.txt build/lock
	$(call compile-lock,build/lock)
	@for file in requirements.txt requirements-dev.txt; do \
	  diff -u $$file build/lock/$$file || { echo "$$file is stale: run 'make lock'" >&2; exit 1; }; \
	done

bench: $(INSTALLED)
	@for part in $(BENCHES); do $(BIN)/python -m bench.$$part $(ARGS) || exit 1; done

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements-dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing what Talktime needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

# The newest Python that is new enough and can make virtual environments (some systems ship it without).
$(BIN)/python:
	@for python in $(PYTHONS); do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  found=$$python; \
	  $$python -c 'import ensurepip, venv' 2>/dev/null || continue; \
	  exec $$python -m venv --clear $(VENV); \
	done; \
	if [ -n "$$found" ]; then \
	  echo "$$found cannot make virtual environments: install its venv package (on Debian: apt install python3-venv)" >&2; \
	else \
	  echo "Talktime needs Python 3.11 or newer, and none of these is: $(PYTHONS)" >&2; \
	fi; \
	exit 1
