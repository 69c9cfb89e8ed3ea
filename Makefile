# Two commands: `make demo` runs the program on synthetic recordings, `make test` passes its tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint picture wheel-check clean

demo: $(READY)
	$(BIN)/evtui demo

# One process a core: the suite is long, and each test has files and a terminal of its own.
test: $(READY)
	$(BIN)/pytest -n auto --dist worksteal

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

picture: $(READY)
	$(BIN)/python docs/make_pictures.py

# The wheel, installed alone into an empty environment and run outside the checkout.
wheel-check: $(READY)
	rm -rf build
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/wheel .
	$(PYTHON) -m venv build/empty
	build/empty/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt build/wheel/evtui-*.whl
	cd / && "$(CURDIR)/build/empty/bin/evtui" --version
	cd / && "$(CURDIR)/build/empty/bin/python" "$(CURDIR)/.ci/check_installed.py"

clean:
	rm -rf $(VENV) build dist

# Editable, so that the environment follows the checkout; exact versions from the constraints file.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "evtui needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
