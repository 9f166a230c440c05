# Every command of the project. Needs Python 3.11, make and git; the rest is installed by the first run.
PYTHON ?= python3.11
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
WORKERS ?= 2

.PHONY: help run test test-all test-fast test-shuffled test-postgresql test-browser check format bench soak vendor screenshots \
	golden lock clean system-run system-test

help:
	@echo "make run          serve the demonstration (PORT=$(PORT))"
	@echo "make test         all tests: fast, PostgreSQL, browser"
	@echo "make test-all     the same tests, those that try again and again with many more tries"
	@echo "make test-fast    the tests that need neither PostgreSQL nor a browser"
	@echo "make test-shuffled  the tests that need no server, again and again in another order"
	@echo "make check        ruff, mypy, import-linter, djlint, deptry"
	@echo "make bench        figures as ratios, in build/bench.json"
	@echo "make soak         long fault and load runs"
	@echo "make screenshots  the pictures of the README"
	@echo "make golden       write the golden files anew, to be read as a diff"
	@echo "make format       write the code in the formatter's way"
	@echo "make vendor       take the pages' libraries from npm into static/vendor"
	@echo "make lock         choose versions of packages anew"

# What a machine must have comes first: it stops before anything is touched.
system-run:
	@PYTHON="$(PYTHON)" sh .ci/system-packages run

system-test:
	@PYTHON="$(PYTHON)" sh .ci/system-packages test

$(VENV)/.run: requirements.lock pyproject.toml | system-run
	@test -x $(BIN)/python || { echo "making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing the locked packages"
	@$(PIP) install --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run | system-test
	@echo "installing the locked packages of the tests"
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

run: export GRANTS_MODE ?= demonstration
run: export PORT := $(PORT)
run: system-run $(VENV)/.run
	@$(BIN)/grants database upgrade
	@$(BIN)/grants demo
	@exec $(BIN)/grants serve --port $(PORT)

# One run for all, so that a browser's waiting and another test's work share the cores.
test: system-test $(VENV)/.dev
	@echo "== all tests"
	@$(PYTEST) -q -n $(WORKERS) --dist loadgroup $(ARGS)

test-all: export GRANTS_THOROUGH := 1
test-all: test

test-fast: system-test $(VENV)/.dev
	@echo "== tests without PostgreSQL and browser"
	@$(PYTEST) -q -n $(WORKERS) --dist loadgroup -m "not postgresql and not browser" $(ARGS)

# The order is drawn anew each time; the first line of a run says with which seed it is repeated
# (ARGS="--randomly-seed=…").
SHUFFLES ?= 20
test-shuffled: system-test $(VENV)/.dev
	@for turn in $$(seq $(SHUFFLES)); do echo "== shuffled run $$turn of $(SHUFFLES)"; \
	$(PYTEST) -q -n $(WORKERS) -m "not postgresql and not browser and not verapdf and not demonstration" \
	$(ARGS) || exit 1; done

test-postgresql: system-test $(VENV)/.dev
	@echo "== tests on PostgreSQL"
	@$(PYTEST) -q -n $(WORKERS) --dist loadgroup -m "postgresql and not browser" $(ARGS)

test-browser: system-test $(VENV)/.dev
	@echo "== tests in a browser"
	@$(PYTEST) -q -n $(WORKERS) --dist loadgroup -m "browser" $(ARGS)

check: system-run $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/deptry .
	$(BIN)/python -m pip --disable-pip-version-check check

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: system-test $(VENV)/.dev
	@$(BIN)/python -m tests.bench.run $(ARGS)

soak: system-test $(VENV)/.dev
	@$(BIN)/python -m tests.soak.run $(ARGS)

vendor:
	@$(PYTHON) static/vendor.py

screenshots: system-test $(VENV)/.dev
	@GRANTS_PICTURES=static/img/readme $(PYTEST) -q tests/journeys/test_pictures.py $(ARGS)

golden: $(VENV)/.dev
	@GRANTS_GOLDEN=write $(PYTEST) -q tests/architecture -k golden $(ARGS)
	@git --no-pager diff --stat -- tests/golden

LOCK := $(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --quiet --upgrade
lock:
	$(LOCK) -o requirements.lock
	$(LOCK) --group dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
