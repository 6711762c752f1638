# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# `make PYTHON=3.11 unit` takes that Python instead of the newest one found.
RUN := tests/tools/run $(if $(PYTHON),--python $(PYTHON))
OLDEST_PYTHON ?= 3.10
OLDEST := tests/tools/run --python $(OLDEST_PYTHON) --set oldest
PYTEST := pytest --numprocesses=auto --dist=worksteal $(PYTEST_ARGS)

.PHONY: help demo test test-oldest lint format unit unit-oldest sanity sanity-oldest imports molecule sim docs build \
	lab lab-down cluster bench lock clean distclean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: ## start simulators and let a playbook work on them: no cluster needed
	@$(RUN) tests/demo/run

test: ## everything that a change must pass, on genuine clusters too where the machine can carry them
	@tests/tools/steps lint unit sanity build molecule cluster

test-oldest: ## the same code on the oldest versions that are supported
	@tests/tools/steps imports unit-oldest sanity-oldest

lint: ## formatters, linters, types, documentation, licences
	@$(RUN) tests/tools/lint

format: ## let the formatter have its way
	@$(RUN) sh -c 'ruff check --fix-only --quiet . && ruff format .'

unit: ## unit tests; PYTEST_ARGS='-k disks' chooses
	@$(RUN) $(PYTEST)

# The simulators, the lab and the bench are tools of these tests, not of a user: one Python is enough for them.
unit-oldest:
	@$(OLDEST) $(PYTEST) $(addprefix --ignore=tests/unit/,sim sim_maas cluster bench)

sanity: ## ansible-test sanity, without an exception
	@$(RUN) tests/tools/sanity

# The newest ansible-test imports everything on each Python; one is enough here.
sanity-oldest:
	@$(OLDEST) tests/tools/sanity --python $(OLDEST_PYTHON)

imports: ## import what runs on managed hosts under the oldest Python for modules
	@ansible=$$($(RUN) python -c 'import ansible; print(ansible.__path__[0])') && \
		tests/tools/run --python 3.9 --set target python tests/tools/import_all.py "$$ansible"

molecule: ## the scenarios of extensions/molecule
	@$(RUN) tests/tools/molecule

sim: ## start the simulators and print the environment to use
	@$(RUN) sh -c 'exec python -m tests.sim kubevirt --state-dir "$$VMO_CACHE/sim"'

lab: ## start a genuine cluster, built first where it is not; KUBEVIRT=1.8 chooses
	@tests/cluster/lab up $(if $(KUBEVIRT),--kubevirt $(KUBEVIRT))

lab-down: ## end the clusters that `make lab` started
	@tests/cluster/lab down

# Clusters of real controllers on a busy machine keep no time: a test that fails is run once more, and named for it.
cluster: ## the tests on genuine clusters of both KubeVirt versions; KUBEVIRT=1.8 chooses one
	@$(RUN) pytest --numprocesses=3 --reruns=1 $(if $(KUBEVIRT),--kubevirt $(KUBEVIRT)) $(PYTEST_ARGS) tests/cluster/ring

bench: ## time the collection beside its peers on a genuine cluster; BENCH_ARGS='--runs 3 one same-loop' chooses
	@$(RUN) python -m tests.bench $(BENCH_ARGS)

docs: ## the documentation as HTML
	@$(RUN) tests/tools/docs

build: ## the tarball, checked as Galaxy would
	@$(RUN) tests/tools/build

lock: ## pin the development requirements anew
	@$(RUN) tests/tools/lock

clean: ## remove what was made in and for this checkout
	@tests/tools/clean

distclean: ## remove the cached environments too, of all checkouts
	@tests/tools/clean --all
