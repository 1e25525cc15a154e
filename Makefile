# Everything runs from here: people, the pre-commit hook and CI use the same targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SAM := $(VENV)/sam/.installed
WHEELS := $(VENV)/wheels/.downloaded
PEERS := $(VENV)/bench/.installed
RELEASER := $(VENV)/release/.installed
FUZZER := $(VENV)/.fuzzer
OLDEST := $(VENV)/oldest/.installed
TALKS_TO_AWS := tests/localaws tests/rules_lib/aws tests/rulesync_cli/probing tests/rulesync_cli/commands/test_probe.py \
  tests/rules_lib/sync/test_sync.py tests/rules_lib/sync/test_sync_policies.py tests/rules_lib/sync/test_next_policies.py
TESTS := $(BIN)/pytest --numprocesses auto --dist loadfile
IN_CI := $(filter true,$(CI))
LINES_RUN := 98
BRANCHES_RUN := 95
SECONDS ?= 600
SEQUENCES ?= 400
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --quiet
FLOOR = $(shell sed -n 's/^ *"boto3>\(=[0-9.]*\)",$$/=\1/p' pyproject.toml)
SOURCES := rules_lib rulesync_cli functions localaws benchmarks tests examples scripts

.PHONY: help setup hook engine browser run picture test quick coverage pythons lint type probe-aws oldest fuzz faults load bench build deploy-local release clean lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv with the locked packages and the rulesync command

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

hook: ## Have git run lint and type before each commit
	git config core.hooksPath scripts/hooks

engine: ## Install Suricata 8 and 7 from Debian below .venv (says so where it cannot)
	@scripts/install-suricata

browser: ## Install Chromium from Debian (needs root; says so where it cannot)
	@scripts/install-browser

run: $(STAMP) ## The main job: our own feed through both Lambdas on an embedded AWS, results in out/
	$(BIN)/python -m examples.run

picture: run browser ## Renew the pictures of the report and of a pull request's comment
	@scripts/picture out/2/report.html docs/images/report.png
	@$(BIN)/python -m scripts.comment_page out/comment.html
	@scripts/picture out/comment.html docs/images/comment.png 1125  # all of it

test: $(STAMP) $(SAM) $(WHEELS) engine browser lint type $(if $(IN_CI),coverage) ## Lint, types and every test; in CI coverage too
	$(TESTS) --ignore tests/deploy $(if $(IN_CI),-m heavy)
	$(BIN)/pytest tests/deploy

quick: $(STAMP) lint type ## Lint, types and the fast tests: within a minute
	$(TESTS) -m "not slow"

coverage: $(STAMP) $(SAM) $(WHEELS) engine browser ## All but the heavy tests, and how much of the code they run
	@rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest --numprocesses auto --dist loadfile -m "not heavy" --ignore tests/deploy
	@$(BIN)/python scripts/coverage_gate.py --lines $(LINES_RUN) --branches $(BRANCHES_RUN)

pythons: $(STAMP) ## The fast tests with each Python from 3.11 to 3.14 that is here
	@scripts/pythons

lint: $(STAMP) ## ruff: style and format; and the prose that users read
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/python -m scripts.prose

type: $(STAMP) ## mypy --strict
	$(BIN)/mypy

probe-aws: $(STAMP) ## Ask your account what is known of the service, by dry runs alone; keeps the answers
	env -u AWS_ENDPOINT_URL -u AWS_ENDPOINT_URL_NETWORK_FIREWALL $(BIN)/rulesync probe --write rules_lib/facts/data/service-answers.json

oldest: $(OLDEST) ## What talks to AWS, tested with the oldest boto3 that pyproject.toml allows
	$(VENV)/oldest/bin/python -m pytest --numprocesses auto --dist loadfile $(TALKS_TO_AWS)

$(OLDEST): requirements-oldest.lock | $(STAMP)
	$(BIN)/python -m venv --without-pip $(VENV)/oldest
	$(BIN)/pip --python $(VENV)/oldest/bin/python install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $<
	@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
	  > "$$($(VENV)/oldest/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/all-else.pth"
	@touch $@

$(SAM): requirements-sam.lock | $(STAMP)
	@scripts/sam --version

$(WHEELS): requirements-local.lock | $(STAMP)
	$(BIN)/pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
	  --dest $(@D) --requirement $<
	@touch $@

fuzz: $(FUZZER) engine ## Fuzz the readers, SECONDS=600 each, and compare with Suricata for as long
	for reader in rules archive allowlist; do \
	  PYTHONPATH=tests $(BIN)/python tests/hostile/fuzz.py $$reader $(SECONDS) || exit 1; done
	PYTHONPATH=tests $(BIN)/python tests/engine/differ.py $(SECONDS)

$(FUZZER): requirements-fuzz.lock | $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-fuzz.lock
	@touch $@

faults: $(STAMP) ## Every fault of every call, and SEQUENCES=400 by chance; half an hour
	SEQUENCES=$(SEQUENCES) THOROUGH=1 $(BIN)/pytest --hypothesis-profile searching --numprocesses auto --dist loadfile \
	  tests/faults tests/hostile tests/rules_lib/sync tests/rules_lib/rollback

load: $(STAMP) $(SAM) $(WHEELS) engine browser ## Every test on a busy machine: 16 workers, then 16 busy loops
	$(BIN)/pytest --numprocesses 16 --dist loadfile --ignore tests/deploy
	@for loop in {1..16}; do while :; do :; done & done; trap 'kill $$(jobs -p)' EXIT; $(BIN)/pytest tests/deploy

bench: $(STAMP) $(PEERS) ## Measure a sync beside suricata-update and idstools; renews docs/performance.md
	$(BIN)/python -m benchmarks --write docs/performance.md

$(PEERS): requirements-bench.lock | $(STAMP)
	$(PYTHON) -m venv $(VENV)/bench
	$(VENV)/bench/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-bench.lock
	@touch $@

build: $(SAM) ## Build the Lambda packages with sam
	@scripts/sam build

deploy-local: $(SAM) ## The real sam build and sam deploy, against an embedded AWS, and what follows
	$(BIN)/pytest tests/deploy --capture=no --verbose

release: $(RELEASER) ## Wheel, sdist, SBOM and checksums of the last commit in dist/, tried in an empty environment
	$(VENV)/release/bin/python scripts/release.py

$(RELEASER): requirements-release.lock
	$(PYTHON) -m venv --clear $(VENV)/release
	$(VENV)/release/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-release.lock
	@touch $@

lock: $(STAMP) ## Renew the lock files from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) pyproject.toml --group dev --output-file requirements-dev.lock
	$(LOCK) pyproject.toml --extra local --constraints requirements-dev.lock --output-file requirements-local.lock
	$(LOCK) layers/packages/requirements.in --constraints requirements.lock --output-file layers/packages/requirements.txt
	$(LOCK) - <<< aws-sam-cli --output-file requirements-sam.lock
	$(LOCK) --no-deps - <<< $$'boto3$(FLOOR)\nbotocore$(FLOOR)' --output-file requirements-oldest.lock
	$(LOCK) --group bench --output-file requirements-bench.lock
	$(LOCK) --group release --output-file requirements-release.lock
	$(LOCK) --group fuzz --no-annotate --constraints - <<< 'atheris<3.1' --output-file requirements-fuzz.lock  # 3.1 has no wheel for 3.11

clean: ## Remove everything that was made
	rm -rf $(VENV) .aws-sam .hypothesis .mypy_cache .pytest_cache .ruff_cache out build dist *.egg-info
