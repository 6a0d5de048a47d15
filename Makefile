# Everything here sets itself up first, in .venv and nowhere else; `make help` lists it.

.DEFAULT_GOAL := help
.PHONY: help demo test lint check bench lock clean set-up set-up-dev

ARGS ?=
TEST_PROCESSES ?= 3
PYTHON_IN_VENV := .venv/bin/python

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: set-up ## play a whole deliberation in the terminal
	@.venv/bin/accord demo $(ARGS)

test: set-up-dev ## run the tests (make test ARGS="-k schulze" runs some)
	@$(PYTHON_IN_VENV) -m pytest -n $(TEST_PROCESSES) --dist worksteal $(ARGS)

# Each linter runs, whatever the others say; any complaint fails the target. The last two mostly wait, or use one core
# while pyright uses the other, so they run beside the rest.
lint: set-up-dev ## run ruff, pyright, import-linter, the checks of the locks, for secrets and known vulnerabilities
	@failed=; said=$$(mktemp -d); trap 'rm -rf "$$said"' EXIT; \
	$(PYTHON_IN_VENV) scripts/check_secrets.py >"$$said/secrets" 2>&1 & secrets=$$!; \
	$(PYTHON_IN_VENV) scripts/check_vulnerabilities.py >"$$said/vulnerabilities" 2>&1 & vulnerabilities=$$!; \
	for tool in "ruff check ." "ruff format --check ." "pyright" "lint-imports" "python scripts/check_locks.py"; do \
		echo "--- $$tool"; .venv/bin/$$tool || failed="$$failed [$$tool]"; \
	done; \
	wait $$secrets || failed="$$failed [secrets]"; echo "--- secrets"; cat "$$said/secrets"; \
	wait $$vulnerabilities || failed="$$failed [vulnerabilities]"; echo "--- vulnerabilities"; cat "$$said/vulnerabilities"; \
	if [ -n "$$failed" ]; then echo "lint: not clean:$$failed"; exit 1; fi; echo "lint: clean"

check: ## lint and test
	@$(MAKE) lint; linted=$$?; $(MAKE) test && exit $$linted

bench: set-up-dev ## run the benchmarks (make bench ONLY=drafting runs one)
	@for file in $(if $(ONLY),benchmarks/$(ONLY).py,$$(ls benchmarks/[a-z]*.py)); do \
		name=$$(basename $$file .py); echo "--- $$name"; $(PYTHON_IN_VENV) -m benchmarks.$$name $(ARGS) || exit 1; \
	done

UV := .venv/bin/uv pip compile $(ARGS) --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"

# "dev" is resolved first and holds everything; "runtime" is the part of it that the program needs.
lock: set-up-dev ## resolve pyproject.toml into requirements/*.lock (ARGS=--upgrade takes newer versions)
	@$(PYTHON_IN_VENV) -m pip install --quiet --disable-pip-version-check "uv>=0.8"
	$(UV) pyproject.toml --group dev -o requirements/dev.lock
	$(UV) pyproject.toml -c requirements/dev.lock -o requirements/runtime.lock
	$(UV) --group build -o requirements/build.lock
	$(UV) --group models --no-deps -o requirements/models.lock

clean: ## remove .venv, caches and the demo's output
	@rm -rf .venv .pytest_cache .hypothesis .ruff_cache .import_linter_cache build dist *.egg-info out/demo out/set-up.log
	@find bot engine storage welfare tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} +

set-up:
	@scripts/set-up run

set-up-dev:
	@scripts/set-up dev
