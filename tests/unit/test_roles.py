# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles say twice is the same: defaults, their specification, the README; and each has a Molecule scenario."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.vmo.core.plugins.module_utils._plan.checks.catalogue import CATALOGUE
from tests.tools.sizes import CHECKOUT

ROLES = sorted(path.parents[1] for path in CHECKOUT.glob("roles/*/meta/argument_specs.yml"))
Tree = dict[str, t.Any]


def read(path: Path) -> Tree:
    return t.cast("Tree", yaml.safe_load(path.read_text(encoding="utf-8")))


def entry_points(role: Path) -> dict[str, Tree]:
    specs = t.cast("dict[str, Tree]", read(role / "meta/argument_specs.yml")["argument_specs"])
    return {name: spec["options"] for name, spec in specs.items()}


def all_options(role: Path) -> Tree:
    """Return the options of all entry points: a default belongs to the role, whichever of them reads it."""
    return {name: option for options in entry_points(role).values() for name, option in options.items()}


def differences(specified: Tree, defaults: Tree) -> list[str]:
    """Return what the specification of the options and the defaults do not agree on."""
    faults = [f"{name}: not in argument_specs.yml" for name in sorted(defaults.keys() - specified.keys())]
    for name, option in specified.items():
        if option.get("required"):
            faults += [f"{name}: required, and has a default"] if name in defaults else []
        elif name not in defaults:
            faults.append(f"{name}: has no default")
        elif repr(option.get("default")) != repr(_told(defaults[name], option)):
            faults.append(f"{name}: default {defaults[name]!r}, documented as {option.get('default')!r}")
    return faults


def _told(default: t.Any, option: Tree) -> t.Any:
    """Return the default that can be documented: what stands for a flag until it is templated is none."""
    return None if "{{" in str(default) and option["type"] != "str" else default


def uses(scenario: Path, role: str) -> bool:
    """Tell whether a Molecule scenario runs a role. One scenario may run several that work hand in hand."""
    named = re.compile(rf"name: vmo\.core\.{role}$", re.MULTILINE)
    return any(named.search(path.read_text(encoding="utf-8")) for path in scenario.rglob("*.yml"))


def test_all_roles_are_seen() -> None:
    assert [role.name for role in ROLES] == sorted(path.name for path in CHECKOUT.glob("roles/*"))
    assert ROLES


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_defaults_are_documented_as_they_are(role: Path) -> None:
    assert differences(all_options(role), read(role / "defaults/main.yml")) == []


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_an_option_of_several_entry_points_is_the_same_in_all(role: Path) -> None:
    told = all_options(role)
    assert [name for options in entry_points(role).values() for name in options if options[name] != told[name]] == []


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_variables_have_the_name_of_the_role(role: Path) -> None:
    assert [name for name in all_options(role) if not name.startswith(f"{role.name}_")] == []
    internal = read(role / "vars/main.yml")
    assert [name for name in internal if not name.startswith(f"__{role.name}_")] == []


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_the_readme_names_every_variable_and_no_other(role: Path) -> None:
    text = (role / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(rf"\b{role.name}_\w+", text))
    registered = set()
    for path in role.glob("tasks/*.yml"):
        made = rf"(?:register: |set_fact:\n +)({role.name}_\w+)"
        registered |= set(re.findall(made, path.read_text(encoding="utf-8")))
    assert told == set(all_options(role)) | registered


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_each_role_has_entry_points_and_a_scenario(role: Path) -> None:
    assert all((role / f"tasks/{name}.yml").is_file() for name in entry_points(role))
    scenarios = (CHECKOUT / "extensions/molecule").glob("*/molecule.yml")
    assert any(uses(scenario.parent, role.name) for scenario in scenarios)


def test_the_preflight_of_maas_prereqs_names_checks_that_there_are() -> None:
    only = read(CHECKOUT / "roles/maas_prereqs/vars/main.yml")["__maas_prereqs_preflight_checks"]
    known = {check.id for check in CATALOGUE} | {check.id.partition(".")[0] for check in CATALOGUE}
    assert set(only) - known == set()


def test_the_role_kubevirt_tells_which_versions_it_brings() -> None:
    role = CHECKOUT / "roles/kubevirt"
    internal = read(role / "vars/main.yml")
    brought = [
        *internal["__kubevirt_pinned"].values(),
        internal["__kubevirt_multus_version"].lstrip("v"),
        internal["__kubevirt_snapshot_controller_version"].lstrip("v"),
    ]
    for page in ("README.md", "meta/argument_specs.yml"):
        text = (role / page).read_text(encoding="utf-8")
        assert [version for version in brought if version not in text] == [], page


SPEC: Tree = {"r_a": {"type": "str", "default": "x"}, "r_b": {"type": "bool", "default": True}}


@pytest.mark.parametrize(
    ("defaults", "fault"),
    [
        ({"r_a": "x"}, "r_b: has no default"),
        ({"r_a": "y", "r_b": True}, "r_a: default 'y', documented as 'x'"),
        ({"r_a": "x", "r_b": 1}, "r_b: default 1, documented as True"),
        ({"r_a": "x", "r_b": True, "r_c": 1}, "r_c: not in argument_specs.yml"),
    ],
)
def test_planted_difference_is_found(defaults: Tree, fault: str) -> None:
    assert differences(SPEC, defaults) == [fault]
    assert differences(SPEC, {"r_a": "x", "r_b": True}) == []
