# make run    install if needed, then open the explorer on a new session, which starts to be measured at once; without
#             a terminal, measure `belongs_to` and print its heatmaps. The first run fetches the default model
# make test   install if needed, then linters, types, import contracts and tests
# make bench  the side-by-side benchmarks
# make clean  remove .venv and what tools left behind
#
# PYTHON=python3.12 picks the interpreter; RUN="..." is what `make run` gives to eiftui.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN ?=
WITHOUT_TERMINAL := run --domain belongs_to --draws 5
PIP := $(BIN)/python -m pip --disable-pip-version-check
# By its path, as any package: what setuptools puts in by default is asked only after the folder of a script, in which a
# clone called eiftui would be taken for the package.
EDITABLE := --config-settings editable_mode=compat --editable

.PHONY: run test bench clean

run: $(VENV)/.installed
	@set -- $(RUN); \
	if [ $$# -eq 0 ] && ! { [ -t 0 ] && [ -t 1 ]; }; then set -- $(WITHOUT_TERMINAL); fi; \
	exec $(BIN)/eiftui "$$@"

test: $(VENV)/.installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A stamp is written last, so what was interrupted is done again.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("eiftui needs Python 3.11 or later: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	$(PIP) install $(EDITABLE) .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) install $(EDITABLE) '.[test]'
	@touch $@
