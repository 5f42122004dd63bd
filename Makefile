# `make run` tries the product, `make test` tests it. Both need only Python 3.11 or newer, and package registries (pip, npm).

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
UV := $(CURDIR)/$(BIN)/uv
COMPILE := $(UV) pip compile --universal --generate-hashes --python-version 3.11 --quiet --custom-compile-command "make lock"
PYTHONS := python3.14 python3.13 python3.12 python3.11 python3 python
WORKERS := auto --maxprocesses 4
BENCHES := $(patsubst bench/%.py,%,$(wildcard $(patsubst %,bench/%.py,settle relay rest hang_up)))
ARGS :=

# The browser client: built from web/ and from what the programs say of their own messages.
PAGE := api/page/built/index.html
SCHEMAS := build/schemas
DOCUMENTS := $(patsubst %,$(SCHEMAS)/%.json,openapi from-client to-client)
WEB_INSTALLED := web/node_modules/.installed
WEB_SOURCES := $(shell find web -mindepth 1 \( -name node_modules -o -name dist -o -name generated -o -name test \) -prune -o -print)
# What Vite can run on.
NODE_FITS := const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)

.PHONY: help run web test plain-test faults coverage screenshots web-test lint web-lint format lock bench simulate clean

help:
	@echo "make run     run everything here, with two demo accounts (ARGS='--help' for more)"
	@echo "make test    run all tests (ARGS='tests/shared -k money' for some)"
	@echo "make faults  break everything under load, and check the books (ARGS='--help' for more)"
	@echo "make web, screenshots, coverage, lint, format, lock, bench, clean: see the Makefile"

run: $(INSTALLED)
	@$(MAKE) --silent web || echo "The browser client could not be built, as is said above: going on with what there is." >&2
	@exec $(BIN)/talktime run --demo-accounts $(ARGS)

# On a CI server, which sets CI, the same tests also tell what they reach.
test: $(if $(ARGS),,web web-test) $(if $(CI),coverage,plain-test)

plain-test: $(INSTALLED)
	@exec $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

# Months of calls on a virtual clock, with faults from a seed: make simulate ARGS="--minutes 1000000"
simulate: $(INSTALLED)
	@exec $(BIN)/python -m tests.simulation $(ARGS)

coverage: $(INSTALLED)
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n $(WORKERS) $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --skip-covered --skip-empty

# How every screen looks, in both themes, at a desk and on a phone.
screenshots: $(INSTALLED)
	@TEST_SCREENSHOTS=build/screenshots $(BIN)/python -m pytest -q tests/browser/test_looks.py
	@echo "They are in build/screenshots."

web-test: $(DOCUMENTS) $(WEB_INSTALLED)
	$(call npm,run test)

lint: $(INSTALLED)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	@$(MAKE) --no-print-directory check-lock web-lint

web-lint: $(DOCUMENTS) $(WEB_INSTALLED)
	$(call npm,run check)

format: $(INSTALLED) $(WEB_INSTALLED)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(call npm,run format)

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

# Everything is killed, frozen, cut and filled up under load; ARGS='--help' says how to choose (docs/faults.md).
faults: $(INSTALLED)
	@exec $(BIN)/python -m tests.faults $(ARGS)

bench: $(INSTALLED)
	@for part in $(BENCHES); do $(BIN)/python -m bench.$$part $(ARGS) || exit 1; done

clean:
	rm -rf web/node_modules web/*/dist web/client/src/generated $(dir $(PAGE))
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

web: $(PAGE)

$(PAGE): $(DOCUMENTS) $(WEB_INSTALLED) $(WEB_SOURCES)
	@echo "Building the browser client ..."
	$(call npm,run build)
	@touch $@

$(WEB_INSTALLED): web/package-lock.json web/.npmrc $(wildcard web/package.json web/*/package.json) | $(INSTALLED)
	@echo "Installing what the browser client is built with into web/node_modules ..."
	$(call npm,ci)
	@touch $@

# The machine's own Node where it is new enough, else the one that pip installed.
define npm
	@cd web || exit 1; \
	{ node -e '$(NODE_FITS)' && npm --version; } >/dev/null 2>&1 || PATH="$(CURDIR)/$(BIN):$$PATH"; \
	TALKTIME_SCHEMAS="$(CURDIR)/$(SCHEMAS)" exec npm --loglevel=error $(1)
endef

# A document that stays as it is keeps its time, and so wakes nobody.
$(DOCUMENTS): $(SCHEMAS)/.written ;

$(SCHEMAS)/.written: $(shell find api shared/messages signaling/protocol -name '*.py') | $(INSTALLED)
	@mkdir -p $(SCHEMAS)/new
	@$(BIN)/python -m api.docs $(SCHEMAS)/new
	@$(BIN)/python -m signaling.protocol $(SCHEMAS)/new
	@for document in $(notdir $(DOCUMENTS)); do \
	  cmp -s $(SCHEMAS)/new/$$document $(SCHEMAS)/$$document || mv $(SCHEMAS)/new/$$document $(SCHEMAS)/$$document; \
	done
	@touch $@

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
