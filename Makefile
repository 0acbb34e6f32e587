# The archive's commands. `make demo` is the place to begin; README.md says what each is for.

PYTHON ?= python3
PORT ?= 8000
BASE_URL ?= http://127.0.0.1:$(PORT)
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet --quiet install
GATES := .ci/gates/node_modules/ready
# Test files run side by side, those of one file in one process.
SIDE_BY_SIDE := -n 2 --dist loadfile
# A temporary archive for what only reads settings, so that linting never touches a real one.
SCRATCH = scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && export ARCHIVE_DATA="$$scratch"

BENCHMARKS := ingest media serving search api exports harvesting walking lighthouse

.PHONY: help run demo test test-sqlite test-postgresql acceptance torture bench vendor vendor-check \
	lint lint-code lint-imports lint-templates lint-django lint-types
.DEFAULT_GOAL := help

help:
	@echo "make demo        the archive with a demonstration collection, on $(BASE_URL)/"
	@echo "make run         the archive for real use, on $(BASE_URL)/ (PORT= for another port)"
	@echo "make test        the tests, on SQLite and, where it is installed, on PostgreSQL"
	@echo "make acceptance  the tests that read the whole folder of shared data"
	@echo "make bench       speed and memory; docs/performance.md says against which bounds"
	@echo "make torture     the campaigns of faults, whole"
	@echo "make lint        code, imports, templates, types, deployment settings, migrations"
	@echo "make vendor      fetch the browser libraries that static/vendor/vendor.json names"

# --- The environment: a stamp per requirements file, so that an unchanged one costs nothing ------
$(VENV)/serves: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; $$(command -v $(PYTHON) || echo $(PYTHON)) is not." \
			"Name another one: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "Python's venv module is missing (on Debian and Ubuntu: apt install python3-venv)." >&2; \
		exit 1; }
	@$(PY) -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing the packages of requirements.txt ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/tests: $(VENV)/serves requirements-dev.txt
	@echo "Installing the packages of requirements-dev.txt ..."
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $@

# OpenStack Swift speaks S3 to the tests; it pins older packages, so it has an environment apart.
.venv-swift/ready: requirements-swift.txt
	@echo "Installing the object store that the tests talk to ..."
	@$(PYTHON) -m venv --clear .venv-swift
	@.venv-swift/bin/python -m pip --disable-pip-version-check --quiet --quiet install \
		-r requirements-swift.txt
	@touch $@

# The tools that judge exports, feeds and interfaces from outside; see tests/judges.py.
.venv-judges/ready: requirements-judges.txt
	@echo "Installing the tools that read the archive from outside ..."
	@$(PYTHON) -m venv --clear .venv-judges
	@.venv-judges/bin/python -m pip --disable-pip-version-check --quiet --quiet install \
		-r requirements-judges.txt
	@touch $@

# What the quality gates drive (tests/gates), pinned and apart.
# Without it their tests are skipped, and fail where nothing may be skipped.
$(GATES): .ci/gates/package-lock.json
	@if command -v npm >/dev/null; then \
		echo "Installing the checkers of .ci/gates ..."; \
		npm ci --prefix .ci/gates --ignore-scripts --no-audit --no-fund --silent && touch $@ || \
			echo "They could not be installed; the tests that need them will say so." >&2; \
	fi

# A IIIF player of another house, bundled for tests/research/test_viewer.py: npm is needed for it.
# Without it that test is skipped, and fails where nothing may be skipped.
.ci/viewer/built/ready: .ci/viewer/package-lock.json .ci/viewer/package.json .ci/viewer/entry.jsx
	@if command -v npm >/dev/null; then \
		echo "Bundling the viewer of .ci/viewer ..."; \
		npm ci --prefix .ci/viewer --ignore-scripts --no-audit --no-fund --silent && \
			npm run --prefix .ci/viewer --silent build || \
			echo "It could not be bundled; the test that needs it will say so." >&2; \
	fi

# --- Serving -------------------------------------------------------------------------------------
demo: export ARCHIVE_DATA := $(CURDIR)/var/demo
demo: export ARCHIVE_DEMONSTRATION := 1
run demo: export BASE_URL := $(BASE_URL)
run demo: $(VENV)/serves
	@$(PY) manage.py migrate --noinput --verbosity 0
	@$(PY) manage.py load_reference
	@$(if $(filter demo,$@),$(PY) manage.py load_demonstration)
	@$(PY) manage.py collectstatic --noinput --verbosity 0
	@$(PY) manage.py first_administrator
	@exec $(PY) manage.py serve --port $(PORT)

# --- Checking ------------------------------------------------------------------------------------
test: $(VENV)/tests $(GATES)
	@failed=0; \
	$(PY) -m pytest -q $(SIDE_BY_SIDE) || failed=1; \
	$(PY) -m pytest -q $(SIDE_BY_SIDE) --database postgresql || failed=1; \
	exit $$failed

test-sqlite: $(VENV)/tests $(GATES)
	@$(PY) -m pytest -q $(SIDE_BY_SIDE)

test-postgresql: $(VENV)/tests
	@$(PY) -m pytest -q --database postgresql

acceptance: $(VENV)/tests
	@$(PY) -m pytest -q -m acceptance

# Every campaign of faults at its whole length; hours on a slow machine.
torture: $(VENV)/tests .venv-swift/ready
	@TORTURE=1 ARCHIVE_REQUIRE=all $(PY) -m pytest -q tests/faults tests/uploads tests/media tests/walls/test_two_worlds.py

# All of them, whatever one exceeds: at the end it says which, and fails. Bounds in milliseconds are of a
# machine with nothing beside it; docs/performance.md keeps what was measured.
bench: $(VENV)/tests $(GATES)
	@failed=; for one in $(BENCHMARKS); do \
		echo "--- $$one"; \
		( $(SCRATCH) && $(PY) benchmarks/$$one.py ) || failed="$$failed $$one"; \
	done; \
	[ -z "$$failed" ] || { echo "over a bound:$$failed"; exit 1; }

lint: lint-code lint-imports lint-templates lint-django lint-types vendor-check

lint-code: $(VENV)/tests
	@$(PY) -m ruff check --quiet
	@$(PY) -m ruff format --check --quiet

lint-imports: $(VENV)/tests
	@$(PY) $(VENV)/bin/lint-imports --no-logo

lint-templates: $(VENV)/tests
	@$(PY) -m djlint --quiet --lint --check templates

lint-django: $(VENV)/tests
	@$(SCRATCH) && \
	SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	ALLOWED_HOSTS=archive.example BASE_URL=https://archive.example \
		$(PY) manage.py check --deploy --fail-level WARNING
	@$(SCRATCH) && $(PY) manage.py makemigrations --check --dry-run

lint-types: $(VENV)/tests
	@$(SCRATCH) && $(PY) -m mypy

# --- Browser libraries: committed in static/vendor; npm is needed to change one --
vendor:
	@$(PYTHON) .ci/vendor.py update

vendor-check:
	@$(PYTHON) .ci/vendor.py check
