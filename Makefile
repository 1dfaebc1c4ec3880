# The commands of this project; `make help` lists them.
.PHONY: help run test check bench lock setup chaos clean
.DEFAULT_GOAL := help

# Tests mostly wait, for servers to start and devices to fall silent: two files at a time, each with servers of its own.
PYTEST = .venv/bin/pytest -n 2 --dist loadfile

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

run: setup ## start everything on this machine; Ctrl-C stops it
	@exec .venv/bin/fengsui up

test: setup ## run all tests, against a real database and a real broker
	@exec $(PYTEST)

check: setup ## what must pass before a change is handed in: style, types, imports, tests
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	cd api/desk && node_modules/.bin/tsc
	$(PYTEST)

chaos: setup ## break everything there is under load, 20 times each, and compare row by row (about an hour)
	@exec .venv/bin/fengsui chaos --jobs 5

bench: setup ## measure this machine: us beside COPY, a bare subscriber, textbooks, a plain loop
	.venv/bin/fengsui bench ingest
	.venv/bin/fengsui bench rules
	.venv/bin/fengsui bench latency

setup: ## make .venv, or bring it up to date
	@sh deploy/setup.sh

# pip-tools needs a pip of its own choosing, so it gets an environment that is thrown away.
lock: setup ## write requirements.lock anew from pyproject.toml
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	.venv/bin/python -m venv "$$folder" && \
	"$$folder/bin/pip" install --quiet --disable-pip-version-check pip-tools && \
	"$$folder/bin/pip-compile" --quiet --extra dev --generate-hashes --no-emit-index-url --no-emit-find-links \
		--allow-unsafe --strip-extras --no-header -o requirements.lock pyproject.toml && \
	"$$folder/bin/pip-compile" --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-header -o api/desk/node.lock api/desk/node.in

clean: ## remove what can be made again; the data folder stays
	rm -rf .venv .venv.lock .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
	rm -rf api/desk/node_modules api/desk/built
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
