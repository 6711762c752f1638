# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layers of docs/architecture.md as tests: imports point inward, and a few habits never creep in.

Every rule is a function from one source file to the list of its faults. The first tests apply the rules to
``plugins/``; the others plant a fault for each rule and see it found.
"""

from __future__ import annotations

import ast
import sys
import typing as t
from pathlib import Path

import pytest

from tests.tools.sizes import CHECKOUT, PLUGINS, functions, lines_beside_documentation

OWN = "ansible_collections.vmo.core.plugins."

# What each layer may import of this collection, beside itself.
ADAPTER = {"_http", "_ports", "_model", "_errors"}
LAYERS_OF_MODULE_UTILS = {
    "_errors": set(),
    "_model": {"_errors"},
    "_words": {"_model", "_errors"},
    "_plan": {"_words", "_model", "_errors"},
    "_ports": {"_model"},
    "_wait": {"_ports", "_model", "_errors"},
    "_http": {"_ports", "_errors"},
    "_kube": ADAPTER,
    "_maas": ADAPTER,
    "_palette": ADAPTER,
    # It asks another server than the API's, with the same library.
    "_upload": ADAPTER | {"_kube"},
    "_usecase": {"_words", "_plan", "_wait", "_ports", "_model", "_errors"},
    "_argspec": {"_model", "_errors"},
}
RUNNERS = {"_runner", "_runner_images", "_runner_maas"}
EVERYTHING = {*LAYERS_OF_MODULE_UTILS, *RUNNERS}
ALLOWED: dict[str, set[str]] = {
    **LAYERS_OF_MODULE_UTILS,
    "_runner": EVERYTHING - {"_maas", "_upload", "_runner_images", "_runner_maas"},
    "_runner_images": EVERYTHING - {"_maas", "_runner_maas"},
    "_runner_maas": EVERYTHING - {"_kube", "_upload", "_runner_images"},
    "modules": {*RUNNERS, "_argspec", "_usecase", "_model"},
    "action": {"plugin_utils", "modules", "_argspec", "_usecase", "_model"},
    "inventory": EVERYTHING - RUNNERS,
    "filter": {"_words", "_plan", "_model", "_errors"},
    "test": {"_words", "_plan", "_model", "_errors"},
    "plugin_utils": EVERYTHING,
    "doc_fragments": set(),
}
# A port is a promise: it may name the values of the model, and needs none of them at run time.
FOR_TYPES_ONLY = {"_ports"}
# These run wherever Python does: no server, no Ansible.
PURE = {"_errors", "_model", "_words", "_plan", "_http"}
NOT_PURE = ("ansible", "kubernetes", "requests", "urllib3")
# An adapter that needs no client library: what it may import of Ansible, and nothing of others.
BY_ITSELF = {"_maas": "ansible.module_utils.urls"}

BROAD = {"Exception", "BaseException"}
EMPTY_NAMES = ("manager", "helper", "util")

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60


class Source(t.NamedTuple):
    """A Python file below ``plugins/``."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path, root: Path = PLUGINS) -> Source:
        """Read a file; ``root`` stands for ``plugins/``."""
        return cls(path.relative_to(root), path.read_text(encoding="utf-8"))

    @property
    def tree(self) -> ast.Module:
        """Return the syntax tree."""
        return ast.parse(self.text)

    @property
    def layer(self) -> str:
        """Return the layer: a part of module_utils, or a kind of plugin."""
        return layer_of(self.path.with_suffix("").parts)


def layer_of(parts: t.Sequence[str]) -> str:
    """Return the layer of a path or of a dotted name below ``plugins``."""
    return parts[1] if parts[0] == "module_utils" and len(parts) > 1 else parts[0]


class Import(t.NamedTuple):
    """A module that is imported; a ``from`` import names what it takes, too, since that may be a module."""

    name: str
    line: int
    for_types: bool


def imports(source: Source) -> t.Iterator[Import]:
    """Yield every import, wherever it stands."""
    for_types: set[int] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("t.TYPE_CHECKING", "TYPE_CHECKING"):
            for_types |= {line for child in node.body for line in range(child.lineno, (child.end_lineno or 0) + 1)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield Import(name, node.lineno, node.lineno in for_types)


def is_or_is_in(name: str, package: str) -> bool:
    """Tell whether a dotted name is ``package`` or a part of it."""
    return name == package or name.startswith(f"{package}.")


# The rules.


def relative_imports(source: Source) -> list[str]:
    """One way to name a file: by its full name."""
    return [f"{found.line}: {found.name}" for found in imports(source) if found.name.startswith(".")]


def imports_across_layers(source: Source) -> list[str]:
    """Arrows point inward."""
    if source.layer not in ALLOWED:
        return [f"the layer {source.layer} is not in the table of this test"]
    faults = []
    for found in imports(source):
        if not found.name.startswith(OWN):
            continue
        target = layer_of(found.name[len(OWN) :].split("."))
        if target != source.layer and target not in ALLOWED[source.layer]:
            faults.append(f"{found.line}: {source.layer} imports {target}")
        elif source.layer in FOR_TYPES_ONLY and not found.for_types:
            faults.append(f"{found.line}: {source.layer} imports {target} at run time")
    return faults


def impure_imports(source: Source) -> list[str]:
    """The inner layers know neither Ansible nor a client library."""
    if source.layer not in PURE:
        return []
    return [
        f"{found.line}: {source.layer} imports {found.name}"
        for found in imports(source)
        if any(is_or_is_in(found.name, package) for package in NOT_PURE)
    ]


def imports_of_others(source: Source) -> list[str]:
    """MAAS is plain REST: its adapter runs wherever Ansible does."""
    if source.layer not in BY_ITSELF:
        return []
    return [
        f"{found.line}: {source.layer} imports {found.name}"
        for found in imports(source)
        if any(is_or_is_in(found.name, package) for package in NOT_PURE)
        and not is_or_is_in(found.name, BY_ITSELF[source.layer])
    ]


def ansible_module_outside_runner(source: Source) -> list[str]:
    """One file parses, exits and fails."""
    if source.layer == "_runner":
        return []
    return [
        f"{found.line}: {found.name}"
        for found in imports(source)
        if is_or_is_in(found.name, "ansible.module_utils.basic") or found.name == "ansible.module_utils.AnsibleModule"
    ]


def reads_of_the_environment(source: Source) -> list[str]:
    """Fallbacks to environment variables belong to the argument spec."""
    names = {"environ", "environb", "getenv", "getenvb"}
    taken = [
        f"{found.line}: {found.name}" for found in imports(source) if found.name in {f"os.{name}" for name in names}
    ]
    used = [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in names and ast.unparse(node.value) == "os"
    ]
    return taken + used


def broad_excepts(source: Source) -> list[str]:
    """A bug keeps its traceback."""
    faults = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else BROAD
            if caught & BROAD:
                faults.append(f"{node.lineno}: except {ast.unparse(node.type) if node.type else ''}".rstrip())
    return faults


def empty_names(source: Source) -> list[str]:
    """A name says what a thing is."""
    classes = [node.name for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)]
    return [name for name in [source.path.stem, *classes] if any(word in name.lower() for word in EMPTY_NAMES)]


def too_long(source: Source) -> list[str]:
    """What is long does more than one thing."""
    lines = lines_beside_documentation(source.text)
    faults = [f"{lines} lines"] if lines > LINES_OF_A_FILE else []
    return faults + [f"{name}: {found} lines" for name, found in functions(source.text) if found > LINES_OF_A_FUNCTION]


def under_two_names(modules: t.Mapping[str, str | None], root: Path) -> list[str]:
    """Return the files below ``root`` that were imported under two names: their classes are not equal to themselves."""
    names: dict[Path, set[str]] = {}
    for name, file in modules.items():
        if file and name != "__main__":
            names.setdefault(Path(file).resolve(), set()).add(name)
    return [
        f"{path.relative_to(root)}: {', '.join(sorted(found))}"
        for path, found in names.items()
        if len(found) > 1 and root in path.parents
    ]


Rule = t.Callable[[Source], "list[str]"]
RULES: list[Rule] = [
    relative_imports,
    imports_across_layers,
    impure_imports,
    imports_of_others,
    ansible_module_outside_runner,
    reads_of_the_environment,
    broad_excepts,
    empty_names,
    too_long,
]


# The rules hold.


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds_in_all_plugins(rule: Rule) -> None:
    faults = {}
    for path in sorted(PLUGINS.rglob("*.py")):
        found = rule(Source.read(path))
        if found:
            faults[str(path.relative_to(CHECKOUT))] = found
    assert not faults


def test_no_file_was_imported_under_two_names() -> None:
    # All test files are imported before the first test runs, and with them what they test.
    modules = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
    assert not under_two_names(modules, CHECKOUT)


# The rules find what they are for.

PLANTED: list[tuple[Rule, str, str]] = [
    (relative_imports, "modules/x.py", "from . import y"),
    (relative_imports, "module_utils/_plan/x.py", "from ..module_utils._errors import VmoError"),
    (imports_across_layers, "module_utils/_errors.py", f"from {OWN}module_utils._model.kind import VM"),
    (imports_across_layers, "module_utils/_model/x.py", f"from {OWN}module_utils._plan.plan import Plan"),
    (imports_across_layers, "module_utils/_words/x.py", f"from {OWN}module_utils._plan.plan import Plan"),
    (imports_across_layers, "module_utils/_plan/x.py", f"from {OWN}module_utils import _ports"),
    (imports_across_layers, "module_utils/_plan/x.py", f"import {OWN}module_utils._kube.cluster"),
    (imports_across_layers, "module_utils/_ports.py", f"from {OWN}module_utils._kube.cluster import KubeCluster"),
    (imports_across_layers, "module_utils/_ports.py", f"from {OWN}module_utils._model.kind import Kind"),
    (imports_across_layers, "module_utils/_wait.py", f"from {OWN}module_utils._usecase.vm import ensure"),
    (imports_across_layers, "module_utils/_kube/x.py", f"from {OWN}module_utils._plan.plan import Plan"),
    (imports_across_layers, "module_utils/_upload/x.py", f"from {OWN}module_utils._usecase.image import ensure"),
    (imports_across_layers, "module_utils/_usecase/x.py", f"from {OWN}module_utils._upload.proxy import ProxyUpload"),
    (imports_across_layers, "module_utils/_usecase/x.py", f"from {OWN}module_utils._kube.cluster import KubeCluster"),
    (imports_across_layers, "module_utils/_usecase/x.py", f"def f():\n    from {OWN}module_utils import _runner"),
    (imports_across_layers, "module_utils/_argspec.py", f"from {OWN}module_utils._runner import run"),
    (imports_across_layers, "module_utils/_new/x.py", "import json"),
    (imports_across_layers, "modules/x.py", f"from {OWN}module_utils._kube.cluster import KubeCluster"),
    (imports_across_layers, "modules/x.py", f"from {OWN}modules import y\nfrom {OWN}plugin_utils import _inprocess"),
    (impure_imports, "module_utils/_model/x.py", "from ansible.module_utils.urls import open_url"),
    (impure_imports, "module_utils/_plan/x.py", "import kubernetes.client"),
    (impure_imports, "module_utils/_words/x.py", "import ansible"),
    (imports_of_others, "module_utils/_maas/x.py", "import urllib3"),
    (imports_of_others, "module_utils/_maas/x.py", "from ansible.module_utils.common import parameters"),
    (ansible_module_outside_runner, "modules/x.py", "from ansible.module_utils.basic import AnsibleModule"),
    (ansible_module_outside_runner, "module_utils/_kube/x.py", "import ansible.module_utils.basic"),
    (ansible_module_outside_runner, "module_utils/_argspec.py", "from ansible.module_utils import basic"),
    (reads_of_the_environment, "module_utils/_kube/x.py", "import os\nHOME = os.environ['HOME']"),
    (reads_of_the_environment, "module_utils/_kube/x.py", "import os\nHOME = os.getenv('HOME')"),
    (reads_of_the_environment, "inventory/x.py", "from os import environ"),
    (broad_excepts, "modules/x.py", "try:\n    pass\nexcept:\n    pass"),
    (broad_excepts, "modules/x.py", "try:\n    pass\nexcept Exception:\n    raise"),
    (broad_excepts, "modules/x.py", "try:\n    pass\nexcept (KeyError, BaseException) as error:\n    pass"),
    (empty_names, "module_utils/_kube/vm_helper.py", ""),
    (empty_names, "module_utils/_kube/x.py", "class VmManager:\n    pass"),
    (too_long, "module_utils/_kube/x.py", "x = 1\n" * (LINES_OF_A_FILE + 1)),
    (too_long, "module_utils/_kube/x.py", "def f():\n" + "    x = 1\n" * LINES_OF_A_FUNCTION),
]


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED, ids=lambda value: getattr(value, "__name__", None))
def test_planted_fault_is_found(rule: Rule, path: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    assert rule(Source.read(file, tmp_path))


def test_every_rule_has_a_planted_fault() -> None:
    assert {rule for rule, _path, _text in PLANTED} == set(RULES)


INNOCENT = [
    (
        "module_utils/_ports.py",
        f"import typing as t\nif t.TYPE_CHECKING:\n    from {OWN}module_utils._model.kind import VM",
    ),
    ("module_utils/_plan/x.py", f"from {OWN}module_utils._plan.plan import Plan"),
    ("module_utils/_maas/x.py", "from ansible.module_utils.urls import make_context"),
    ("module_utils/_runner.py", "from ansible.module_utils.basic import AnsibleModule"),
    ("module_utils/_argspec.py", "from ansible.module_utils.common.parameters import env_fallback"),
    ("modules/x.py", "DOCUMENTATION = r'''\n" + "x\n" * LINES_OF_A_FILE + "'''\n"),
    ("doc_fragments/x.py", "class ModuleDocFragment:\n    ANY = r'''\n" + "x\n" * LINES_OF_A_FILE + "'''\n"),
    ("modules/x.py", "try:\n    pass\nexcept (KeyError, ValueError):\n    pass"),
    ("module_utils/_kube/x.py", "import os\nos.path.expanduser('~')"),
]


@pytest.mark.parametrize(("path", "text"), INNOCENT)
def test_innocent_file_has_no_fault(path: str, text: str) -> None:
    assert not [fault for rule in RULES for fault in rule(Source(Path(path), text))]


def test_two_names_of_one_file_are_found(tmp_path: Path) -> None:
    file = str(tmp_path / "x.py")
    assert under_two_names({"plugins.x": file, "ansible_collections.vmo.core.plugins.x": file}, tmp_path)
    assert not under_two_names({"tests.x": file, "__main__": file, "sys": None}, tmp_path)
