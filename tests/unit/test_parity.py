# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said twice is the same: options, error codes and their documentation, action group, requirements.

Every comparison is a function that returns the differences. The first tests want none; the others plant one of each
kind and see it found.
"""

from __future__ import annotations

import ast
import importlib
import re
import typing as t

import pytest
import yaml

from tests.tools.sizes import CHECKOUT, PLUGINS

Options = t.Mapping[str, t.Mapping[str, t.Any]]

COLLECTION = "ansible_collections.vmo.core.plugins"
# One group for each kind of server: the options of all modules of a group are the same.
ACTION_GROUPS = ("maas", "vmo")
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py"))


# What documentation says.


def fragment(name: str) -> dict[str, t.Any]:
    """Return a documentation fragment by the name that modules use: ``namespace.collection.file[.section]``."""
    namespace, collection, file, *section = name.split(".")
    module = importlib.import_module(f"ansible_collections.{namespace}.{collection}.plugins.doc_fragments.{file}")
    text = getattr(module.ModuleDocFragment, section[0].upper() if section else "DOCUMENTATION")
    return t.cast("dict[str, t.Any]", yaml.safe_load(text))


def merged(own: Options, added: Options) -> dict[str, t.Any]:
    """Return the options of both as ansible-doc shows them: what the module says itself wins, suboptions are merged."""
    result: dict[str, t.Any] = {**added, **own}
    for name in own.keys() & added.keys():
        result[name] = {**added[name], **own[name]}
        below = merged(own[name].get("suboptions") or {}, added[name].get("suboptions") or {})
        if below:
            result[name]["suboptions"] = below
    return result


def documented_options(documentation: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return all options of a module with those of its fragments."""
    names = documentation.get("extends_documentation_fragment") or []
    options: dict[str, t.Any] = documentation.get("options") or {}
    for name in [names] if isinstance(names, str) else names:
        options = merged(options, fragment(name).get("options") or {})
    return options


# One form for both, and their differences.


def comparable(options: Options, below: str) -> dict[str, t.Any]:
    """Return what must be equal of each option; ``below`` is the key of the options inside an option."""
    return {
        name: {
            "type": option.get("type", "str"),
            "elements": option.get("elements"),
            "required": bool(option.get("required", False)),
            # With its type: True and 1 are equal, and not the same.
            "default": repr(option.get("default")),
            "choices": list(option["choices"]) if option.get("choices") is not None else None,
            "aliases": sorted(option.get("aliases") or []),
            "options": comparable(option[below], below) if option.get(below) is not None else None,
        }
        for name, option in options.items()
    }


def differences(spec: t.Mapping[str, t.Any], documentation: t.Mapping[str, t.Any], path: str = "") -> list[str]:
    """Return one line for each option, or property of one, that the two do not agree on."""
    faults = []
    for name in sorted(spec.keys() | documentation.keys()):
        here = f"{path}{name}"
        if name not in documentation:
            faults.append(f"{here}: not documented")
        elif name not in spec:
            faults.append(f"{here}: documented, but no option")
        else:
            for key, accepted in spec[name].items():
                told = documentation[name][key]
                if key == "options" and accepted is not None and told is not None:
                    faults += differences(accepted, told, f"{here}.")
                elif accepted != told:
                    faults.append(f"{here}: {key} is {accepted}, documented as {told}")
    return faults


def option_differences(spec: Options, documentation: t.Mapping[str, t.Any]) -> list[str]:
    """Return the differences of an argument spec and a module's documentation."""
    return differences(comparable(spec, "options"), comparable(documented_options(documentation), "suboptions"))


def group_differences(runtime: t.Mapping[str, t.Any], modules: t.Iterable[str]) -> list[str]:
    """Return the modules that are not in the group that their name begins with, and what is in one and is no module."""
    grouped = {f"{group}:{name}" for group in ACTION_GROUPS for name in runtime["action_groups"].get(group, ())}
    return sorted(grouped ^ {f"{name.partition('_')[0]}:{name}" for name in modules})


# What failures say.

# Of no failure that a user sees: the base class, one that always has a more precise code, one that is always handled.
UNSEEN_CODES = {"error", "wait_failed", "watch_expired"}
UTILS = f"{COLLECTION}.module_utils"


def error_codes() -> set[str]:
    """Return every code that ``error.code`` can have: of the errors, of the causes, and of ends that waits name."""
    found: set[str] = set()
    classes = [importlib.import_module(f"{UTILS}._errors").VmoError]
    while classes:
        error = classes.pop()
        classes += error.__subclasses__()
        found.add(error.code)
    found |= {rule.code for rule in importlib.import_module(f"{UTILS}._plan.diagnosis.cause").RULES}
    found |= {row.code for row in importlib.import_module(f"{UTILS}._plan.diagnosis.scheduling")._ROWS}
    for path in (PLUGINS / "module_utils/_usecase").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "WaitFailed":
                codes = (word.value for word in call.keywords if word.arg == "code")
                found |= {str(code.value) for code in codes if isinstance(code, ast.Constant)}
    return found - UNSEEN_CODES


def late_codes() -> set[str]:
    """Return the codes that only ``diagnosis.reason`` can have."""
    rules = importlib.import_module(f"{UTILS}._plan.diagnosis.late").LATE_RULES
    return {rule.code for rule in rules} - error_codes()


def told_codes(description: t.Iterable[str]) -> set[str]:
    """Return the values that a description tells."""
    return {code for text in description for code in re.findall(r"(?<!R)V\((\w+)\)", text)}


# Nothing differs.


@pytest.mark.parametrize("name", MODULES)
def test_options_are_documented_as_they_are(name: str) -> None:
    module = importlib.import_module(f"{COLLECTION}.modules.{name}")
    documentation = yaml.safe_load(module.DOCUMENTATION)
    assert documentation["module"] == name
    assert not option_differences(module.SPEC.options, documentation)


def test_error_codes_are_documented() -> None:
    told = yaml.safe_load(importlib.import_module(f"{COLLECTION}.modules.vmo_vm").RETURN)
    assert told_codes(told["error"]["contains"]["code"]["description"]) == error_codes()
    reasons = told_codes(told["diagnosis"]["contains"]["reason"]["description"])
    assert reasons - {"wait_timeout", "null"} == late_codes()


def test_action_group_holds_all_modules() -> None:
    runtime = yaml.safe_load((CHECKOUT / "meta/runtime.yml").read_text(encoding="utf-8"))
    assert not group_differences(runtime, MODULES)


def lines(name: str) -> list[str]:
    """Return the lines of a requirements file that ask for something."""
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_execution_environment_gets_the_same_requirements() -> None:
    assert lines("requirements.txt") == lines("meta/ee-requirements.txt")


def test_requirements_are_lower_bounds() -> None:
    assert all(re.fullmatch(r"[\w.-]+>=[\d.]+", line) for line in lines("requirements.txt"))


def test_oldest_environment_is_the_lower_bound() -> None:
    bounds = dict(line.split(">=") for line in lines("requirements.txt"))
    runtime = yaml.safe_load((CHECKOUT / "meta/runtime.yml").read_text(encoding="utf-8"))
    oldest = lines("tests/requirements/oldest.in")
    assert f"kubernetes=={bounds['kubernetes']}" in oldest
    assert f"ansible-core~={runtime['requires_ansible'].removeprefix('>=')}" in oldest


@pytest.mark.parametrize("name", ["dev", "oldest", "target"])
def test_pins_cover_what_is_asked_for(name: str) -> None:
    asked = lines(f"tests/requirements/{name}.in")
    if "--requirement common.in" in asked:
        asked.remove("--requirement common.in")
        asked += lines("tests/requirements/common.in")
    pinned = {line.split("==")[0].lower() for line in lines(f"tests/requirements/{name}.txt")}
    assert {re.split("[=~<>]", line)[0].lower() for line in asked} <= pinned, "Run make lock."


# A planted difference is found.

SPEC: Options = {
    "name": {"type": "str", "required": True, "aliases": ["vm"]},
    "state": {"default": "present", "choices": ["present", "absent"]},
    "timeout": {"type": "int", "default": 1},
    "labels": {"type": "list", "elements": "str"},
    "disks": {
        "type": "list",
        "elements": "dict",
        "options": {"size": {"type": "str"}, "source": {"type": "dict", "options": {"url": {"type": "str"}}}},
    },
}
DOCUMENTATION = """
module: example
options:
  name: {type: str, required: true, aliases: [vm]}
  state: {type: str, default: present, choices: {present: It is there., absent: It is not.}}
  timeout: {type: int, default: 1}
  labels: {type: list, elements: str}
  disks:
    type: list
    elements: dict
    suboptions:
      size: {type: str}
      source: {type: dict, suboptions: {url: {type: str}}}
"""


def test_equal_ones_do_not_differ() -> None:
    assert not option_differences(SPEC, yaml.safe_load(DOCUMENTATION))


@pytest.mark.parametrize(
    ("said", "instead", "fault"),
    [
        ("  labels: {type: list, elements: str}\n", "", "labels: not documented"),
        ("  labels:", "  label:", "label: documented, but no option"),
        ("default: 1", "default: true", "timeout: default is 1, documented as True"),
        ("{type: int, default: 1}", "{type: float, default: 1}", "timeout: type is int, documented as float"),
        ("elements: str", "elements: int", "labels: elements is str, documented as int"),
        ("required: true, ", "", "name: required is True, documented as False"),
        ("[vm]", "[guest]", "name: aliases is ['vm'], documented as ['guest']"),
        ("absent: It", "gone: It", "state: choices is ['present', 'absent'], documented as ['present', 'gone']"),
        ("size: {type: str}", "size: {type: int}", "disks.size: type is str, documented as int"),
        ("{url:", "{address:", "disks.source.url: not documented"),
        (", suboptions: {url: {type: str}}", "", "disks.source: options is {'url'"),
    ],
)
def test_planted_difference_is_found(said: str, instead: str, fault: str) -> None:
    assert said in DOCUMENTATION
    found = option_differences(SPEC, yaml.safe_load(DOCUMENTATION.replace(said, instead)))
    assert any(line.startswith(fault) for line in found), found


def test_fragments_count_as_documentation(monkeypatch: pytest.MonkeyPatch) -> None:
    fragments = {
        "vmo.core.a": {"options": {"host": {"type": "str"}, "disks": {"suboptions": {"size": {"type": "str"}}}}},
        "vmo.core.b": {"options": {"host": {"type": "int"}, "port": {"type": "int"}}},
    }
    monkeypatch.setitem(globals(), "fragment", fragments.__getitem__)
    documentation = {
        "extends_documentation_fragment": ["vmo.core.a", "vmo.core.b"],
        "options": {"disks": {"type": "list", "elements": "dict", "suboptions": {"bus": {"type": "str"}}}},
    }
    spec: Options = {
        "host": {"type": "str"},
        "port": {"type": "int"},
        "disks": {"type": "list", "elements": "dict", "options": {"size": {"type": "str"}, "bus": {"type": "str"}}},
    }
    assert not option_differences(spec, documentation)
    assert option_differences({**spec, "port": {"type": "str"}}, documentation)


def test_codes_of_all_kinds_are_seen() -> None:
    assert {"invalid_option", "image_pull_failed", "unschedulable", "deleted"} <= error_codes()
    assert "import_running" in late_codes()


def test_codes_are_told_as_values() -> None:
    assert told_codes(["V(stopped) and V(deleted): RV(msg) tells", "O(wait)"]) == {"stopped", "deleted"}


def test_real_fragment_is_read() -> None:
    assert "kubeconfig" in fragment("kubernetes.core.k8s_auth_options")["options"]


@pytest.mark.parametrize("modules", [["vmo_vm"], ["vmo_vm", "vmo_vm_info", "vmo_image"], ["vmo_vm", "maas_vm_info"]])
def test_planted_drift_of_the_action_group_is_found(modules: list[str]) -> None:
    runtime = {"action_groups": {"vmo": ["vmo_vm", "vmo_vm_info"]}}
    assert group_differences(runtime, modules)
    assert not group_differences(runtime, ["vmo_vm_info", "vmo_vm"])


def test_module_in_the_group_of_another_server_is_found() -> None:
    runtime = {"action_groups": {"vmo": ["vmo_vm", "maas_machine"]}}
    assert group_differences(runtime, ["vmo_vm", "maas_machine"])
