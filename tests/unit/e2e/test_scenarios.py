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


def steps(scenario: Path) -> list[str]:
    """Return the steps of a scenario: its own, else those that all inherit."""
    for path in (scenario / "molecule.yml", SCENARIOS / "config.yml"):
        found: dict[str, t.Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if "scenario" in found:
            return t.cast("list[str]", found["scenario"]["test_sequence"])
    raise AssertionError(scenario)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_scenario_that_runs_in_check_mode_as_well(module: str) -> None:
    scenario = SCENARIOS / module
    sequence = steps(scenario)
    # Molecule passes over a step without a playbook; the second run of idempotence is that of converge.
    playbooks = [(step.split()[1:] or [f"{step}.yml"])[0] for step in sequence if step != "idempotence"]
    assert [name for name in playbooks if not (scenario / name).exists()] == []
    assert {"converge", "idempotence", "verify", "side_effect recheck.yml", "cleanup"} <= set(sequence)
    assert "check_mode: true" in (scenario / "recheck.yml").read_text(encoding="utf-8")
