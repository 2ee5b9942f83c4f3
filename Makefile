# Meridian 70: every command of the project. `make` alone prints the list.
PORT ?= 8000
JOBS ?= 2
ADDRESS = http://127.0.0.1:$(PORT)
SITE_URL ?= $(ADDRESS)
export PORT SITE_URL
MAKEFLAGS += --no-print-directory

# python3, or a newer one beside it when that is too old; PYTHON=... decides otherwise.
# It sets up .venv, which all other lines use.
PREPARE = @for p in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; p=; done; \
	if [ -z "$$p" ]; then echo "No Python 3.11 or newer was found: install one (on Debian or Ubuntu\
	 \`apt install python3 python3-venv\`), or name it: make PYTHON=/path/to/python3." >&2; exit 1; fi; \
	"$$p" deploy/prepare.py
PY = .venv/bin/python
# Tests and checks see neither a private .env nor a private address; checks need no database.
CLEAN_ENV = ENV_FILE=/dev/null SITE_URL=http://127.0.0.1:8000
CHECK_ENV = $(CLEAN_ENV) DATABASE_URL=sqlite://:memory:

.PHONY: help run dev test check bench lighthouse messages format clean
.DEFAULT_GOAL := help

help:  ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run:  ## Start the portal at http://127.0.0.1:8000 with demo stories (PORT=8100 changes the port)
	$(PREPARE) --port "$(PORT)" requirements.txt
	@DEBUG=false $(PY) manage.py prepare_run --address $(ADDRESS)
	@DEBUG=false exec $(PY) -m gunicorn -c deploy/gunicorn.conf.py

dev:  ## The same for work on the code: error pages, and a restart after every change
	$(PREPARE) --port "$(PORT)" requirements.txt
	@DEBUG=true $(PY) manage.py prepare_run --address $(ADDRESS)
	@DEBUG=true exec $(PY) manage.py runserver $(PORT)

# Without Chromium the browser tests are left out, loudly; under CI=true that is a failure.
test:  ## Run every check and every test (PYTEST_ARGS="-k search" passes arguments on)
	$(PREPARE) --tests requirements-dev.txt
	@$(MAKE) check
	@if [ -e var/tools/no-browser ]; then export NO_BROWSER=1; fi; $(CLEAN_ENV) \
	$(PY) -m pytest -n $(JOBS) $${NO_BROWSER:+-m "not browser"} $(PYTEST_ARGS)

check:  ## Style, missing migrations, Django's own checks for development and production, translations
	$(PREPARE) requirements-dev.txt
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet .
	@$(CHECK_ENV) $(PY) manage.py makemigrations --check --dry-run
	@$(CHECK_ENV) $(PY) manage.py check
	@$(CHECK_ENV) ENVIRONMENT=production DEBUG=false ALLOWED_HOSTS=example.org \
	SITE_URL=https://example.org SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
	$(PY) manage.py check --deploy --fail-level WARNING
	@$(CHECK_ENV) $(PY) manage.py messages --check

# Wishes: N= DB=postgres ONLY=article,home ONLY=growth ONLY=markets ...: docs/performance.md.
bench:  ## Measure pages over 10,000 stories beside a constant Django view (ONLY=article is quicker)
	$(PREPARE) requirements$(if $(filter postgres,$(DB)),-prod).txt
	@$(PY) -m bench

lighthouse:  ## Google's marks for speed and access of a running portal (`make run` elsewhere; PORT=8100)
	$(PREPARE) requirements.txt
	@$(PY) bench/lighthouse.py $(ADDRESS)

messages:  ## Collect the texts to translate and compile the translations
	$(PREPARE) requirements-dev.txt
	@$(PY) manage.py messages

format:  ## Put the Python code into shape
	$(PREPARE) requirements-dev.txt
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

# Stories and pictures are somebody's work: only ALL=1 removes them.
clean:  ## Remove what the commands made, but keep stories and pictures (ALL=1 removes these too)
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
ifdef ALL
	@rm -rf var
	@echo "Removed everything, the stories and pictures in var/ included."
else
	@[ ! -d var ] || find var -mindepth 1 -maxdepth 1 ! -name 'db.sqlite3*' ! -name media -exec rm -rf {} +
	@[ ! -d var ] || rmdir var 2>/dev/null || echo "Kept the stories and pictures in var/; make clean ALL=1 removes them too."
endif
