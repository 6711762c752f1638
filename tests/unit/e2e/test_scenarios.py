# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module has a Molecule scenario, and a scenario has a playbook for each of its steps."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from tests.tools.sizes import CHECKOUT, PLUGINS

SCENARIOS = CHECKOUT / "extensions/molecule"
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py"))
# what roles are made of: the module by the role, whose scenario is that of the module as well
BY_ROLE = {"vmo_kubevirt": "kubevirt", "vmo_vms": "vm_deploy"}


def steps(scenario: Path) -> list[str]:
    """Return the steps of a scenario: its own, else those that all inherit."""
    for path in (scenario / "molecule.yml", SCENARIOS / "config.yml"):
        found: dict[str, t.Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if "scenario" in found:
            return t.cast("list[str]", found["scenario"]["test_sequence"])
    raise AssertionError(scenario)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_scenario_that_runs_in_check_mode_as_well(module: str) -> None:
    scenario = SCENARIOS / BY_ROLE.get(module, module)
    sequence = steps(scenario)
    # Molecule passes over a step without a playbook; the second run of idempotence is that of converge.
    playbooks = [(step.split()[1:] or [f"{step}.yml"])[0] for step in sequence if step != "idempotence"]
    assert [name for name in playbooks if not (scenario / name).exists()] == []
    assert {"converge", "idempotence", "verify", "side_effect recheck.yml", "cleanup"} <= set(sequence)
    # a role asks what the command line says, so its scenario runs ansible-playbook --check (../tasks/foresee.yml)
    sign = "file: ../tasks/foresee.yml" if module in BY_ROLE else "check_mode: true"
    assert sign in (scenario / "recheck.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("module", "role"), BY_ROLE.items())
def test_a_role_whose_scenario_is_that_of_a_module_is_made_of_it(module: str, role: str) -> None:
    tasks = [path.read_text(encoding="utf-8") for path in (CHECKOUT / "roles" / role / "tasks").glob("*.yml")]
    assert any(f"vmo.core.{module}:" in text for text in tasks)
    assert not (SCENARIOS / module).exists()
