# One verb per job. Needs Python 3.11 or later, pip and make; everything else is installed into .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# what `make run` loads: the bundled samples, unless HOME_DIR or SOURCE say otherwise
SOURCE ?= data/samples/inbox

.PHONY: setup run test lint golden bench soak faults samples lock clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "kaona needs Python 3.11 or later; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv --clear $(VENV)
	@# the lock binds twice (-r, -c): what it pins must also hold for names with extras, or pip takes their newest
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock -c requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

run: setup  ## one night on the bundled samples; prints where to look
	@$(BIN)/kaona run --source $(SOURCE)
	@echo
	@echo "look next:  the page, in a browser"
	@echo "            $(BIN)/kaona why 50360000-3366 coordinator.name"
	@echo "            $(BIN)/kaona sql \"FROM v_conflicts LIMIT 5\""
	@echo "            $(BIN)/kaona mail --show"

test: setup  ## the whole suite, offline; about twelve minutes on two cores
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

golden: setup  ## refresh the golden files and show what changed
	$(BIN)/python -m pytest tests --refresh-goldens
	@git --no-pager diff --stat -- tests/golden

bench: setup  ## ratios measured side by side
	@for script in tests/benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

soak: setup  ## long runs
	$(BIN)/python -m pytest -m soak --timeout 3600

faults: setup  ## inject every fault, the long walks too, and write docs/faults.md
	$(BIN)/python -m pytest -m fault --write-faults --timeout 3600 -n auto --dist load

samples: setup  ## make the committed samples again
	$(BIN)/python -m data.samples.generator data/samples

lock:  ## pin every dependency with its hash (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
