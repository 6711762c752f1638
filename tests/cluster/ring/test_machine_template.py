# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KubeVirt's own templates on the genuine cluster: its definition, its API server, and virtctl beside the modules.

virt-operator brings the definition when the feature gate Template is on. It would also start an API server, a
controller and a webhook, whose programs a lab does not have, and the cluster refuses templates while the webhook is not
there. So the definition is kept and the gate goes off again. virtctl puts parameters in with the code of that API
server.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import typing as t
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
import yaml

from ansible_collections.vmo.core.plugins.module_utils._plan.template.generate import generate
from tests.cluster.ring.cluster_role import ClusterRole
from tests.cluster.ring.genuine import Genuine
from tests.cluster.ring.shared import scenarios_of
from tests.unit.modules import test_machine_template
from tests.unit.modules.bench import Bench
from tests.unit.modules.machine_catalogue import API_VERSION, FEDORA, INFO, PLURAL, MachineCatalogue

Tree = dict[str, t.Any]
GATE = "Template"
DEFINITION = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{PLURAL}.template.kubevirt.io"
SERVED = f"/apis/{API_VERSION}/{PLURAL}"
SERVICE = "/apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.subresources.template.kubevirt.io"
KUBEVIRT = "/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts/kubevirt"

globals().update(scenarios_of(test_machine_template))
# the gate is the whole cluster's
pytestmark = [pytest.mark.disruptive, pytest.mark.since("1.8")]


def turn_gate(cluster: Genuine, *, on: bool) -> None:
    path = ("spec", "configuration", "developerConfiguration")
    there = cluster.admin.must("GET", KUBEVIRT)
    for step in path:
        there = there[step]
    gates = [gate for gate in there["featureGates"] if gate != GATE] + ([GATE] if on else [])
    patch: Tree = {"featureGates": gates}
    for step in reversed(path):
        patch = {step: patch}
    cluster.admin.must("PATCH", KUBEVIRT, patch)


def genuine_definition(cluster: Genuine) -> Tree:
    """Let virt-operator make the definition, and take it away with all else that it brings."""
    turn_gate(cluster, on=True)
    try:
        cluster.admin.until(lambda: cluster.admin.ask("GET", SERVED).code == HTTPStatus.OK)
        found = cluster.admin.must("GET", DEFINITION)
    finally:
        turn_gate(cluster, on=False)
    # as long as the service is there and does not answer, no namespace is deleted
    for place in (DEFINITION, SERVICE):
        cluster.admin.until(functools.partial(_is_gone, cluster, place), 180)
    return found


def _is_gone(cluster: Genuine, place: str) -> bool:
    return cluster.admin.ask("GET", place).code == HTTPStatus.NOT_FOUND


@pytest.fixture(name="defined")
def define(cluster: Genuine) -> Genuine:
    """Let the cluster know these templates, and nothing watch over them."""
    if cluster.admin.ask("GET", DEFINITION).code != HTTPStatus.OK:
        found = genuine_definition(cluster)
        own = {"apiVersion": found["apiVersion"], "kind": found["kind"], "spec": found["spec"]}
        place = DEFINITION.rpartition("/")[0]
        cluster.admin.must("POST", place, {**own, "metadata": {"name": found["metadata"]["name"]}})
        cluster.admin.until(lambda: cluster.admin.ask("GET", SERVED).code == HTTPStatus.OK)
    return cluster


@pytest.fixture(name="catalogue")
def make_catalogue(bench: Bench, defined: Genuine) -> Iterator[MachineCatalogue]:
    role = ClusterRole(defined, "vmo-template")
    role.grant()
    yield MachineCatalogue(bench, defined.put, API_VERSION)
    role.take_back()


def virtctl(lab: t.Any, directory: Path, template: Tree, values: t.Mapping[str, str]) -> tuple[Tree, str]:
    """Return the VM and the message that virtctl makes of a template, or nothing and what it says is wrong."""
    file, given = directory / "template.json", directory / "values.json"
    file.write_text(json.dumps(template), encoding="utf-8")
    given.write_text(json.dumps(values), encoding="utf-8")
    program = str(lab.programs / f"kubevirt-{lab.version}" / "virtctl")
    asked = [program, "template", "process", "--file", str(file), "--params-file", str(given), "--output", "json"]
    environment = {**os.environ, **lab.environment()}
    done = subprocess.run(asked, capture_output=True, text=True, check=False, env=environment)
    said = [line for line in done.stderr.split("\n") if not line.startswith("Warning: ")]
    return (json.loads(done.stdout) if done.returncode == 0 else {}, "\n".join(said))


def without_empty(tree: t.Any) -> t.Any:
    """Return a tree without what Go writes for fields that nobody set."""
    if isinstance(tree, dict):
        kept = {key: without_empty(value) for key, value in tree.items()}
        return {key: value for key, value in kept.items() if value not in (None, {}, [])}
    return [without_empty(item) for item in tree] if isinstance(tree, list) else tree


def template(machine: Tree, *parameters: Tree, **spec: t.Any) -> Tree:
    head: Tree = {"apiVersion": API_VERSION, "kind": "VirtualMachineTemplate", "metadata": {"name": "web"}}
    domain = {"domain": {"devices": {}, "memory": {"guest": "1Gi"}}}
    whole = {"spec": {"template": {"spec": domain}}, **machine}
    return {**head, "spec": {"virtualMachine": whole, "parameters": list(parameters), **spec}}


def marks(**annotations: str) -> Tree:
    return {"metadata": {"name": "x", "annotations": annotations}}


def cores(written: str) -> Tree:
    domain = {"cpu": {"cores": written}, "devices": {}, "memory": {"guest": "1Gi"}}
    return {"metadata": {"name": "x"}, "spec": {"template": {"spec": {"domain": domain}}}}


A, B = {"name": "A", "value": "one"}, {"name": "B", "value": "two"}
RENDERED = {
    "an example": (FEDORA, {"NAME": "a", "TEAM": "b", "CORES": "4", "PASSWORD": "p", "SUFFIX": "z"}),
    "many in one text": (template(marks(k="${A}-${B}-${A}"), A, B), {}),
    "what looks like one": (template(marks(k="$A ${} ${a-b} $(A) x${{A}} ${{A}}y"), A), {}),
    "a key": (template({"metadata": {"name": "x", "labels": {"${A}": "v"}}}, A), {}),
    "a whole value": (template(cores("${{A}}"), A), {"A": "3"}),
    "a number with a point": (template(cores("${{A}}"), A), {"A": "4.0"}),
    "a value that is a text": (template(marks(k="${{A}}"), A), {"A": "8Gi"}),
    "a value in quotes": (template(marks(k="${{A}}"), A), {"A": '"7"'}),
    "a reference in a value": (template(marks(k="${A}", l="${A} ${B}"), A, B), {"A": "${B}"}),
    "nothing given": (template(marks(k="<${A}>"), {"name": "A"}), {}),
    "emptied": (template(marks(k="<${A}>"), A), {"A": ""}),
    "a written namespace": (template({"metadata": {"name": "x", "namespace": "y"}}), {}),
    "a namespace": (template({"metadata": {"name": "x", "namespace": "${A}"}}, A), {}),
    "a message": (template(marks(k="${A}"), A, message="to ${A}, ${A}"), {}),
    "a message that is a value": (template(marks(k="x"), A, message="${{A}}"), {"A": "4.0"}),
    "a generator that is not needed": (
        template(marks(k="${A}"), {**A, "generate": "expression", "from": "[z]{1}"}),
        {},
    ),
}
REFUSED = {
    "required": (template(marks(k="${A}"), {"name": "A", "required": True}), {}),
    "required and empty": (template(marks(k="${A}"), {**A, "required": True}), {"A": ""}),
    "unknown": (template(marks(k="${A}"), A), {"C": "d"}),
    "undeclared": (template(marks(k="${C}"), A), {}),
    "twice": (template(marks(k="${A}"), A, A), {}),
    "null": (template(marks(k="${{A}}"), A), {"A": "null"}),
    "a key that is no text": (template({"metadata": {"name": "x", "labels": {"${{A}}": "v"}}}, A), {"A": "1"}),
    "a generator": (template(marks(k="${A}"), {"name": "A", "generate": "expression", "from": "[z-a]{2}"}), {}),
    "a length": (template(marks(k="${A}"), {"name": "A", "generate": "expression", "from": "[a-z]{256}"}), {}),
}


@pytest.mark.parametrize("case", RENDERED)
def test_a_vm_is_what_virtctl_makes_of_it(catalogue: MachineCatalogue, lab: t.Any, tmp_path: Path, case: str) -> None:
    item, values = RENDERED[case]
    catalogue.put(item)
    vm, message = virtctl(lab, tmp_path, item, values)
    assert vm, message
    task = {"name": item["metadata"]["name"], "process": True, "parameters": values, "with_documents": True}
    (told,) = catalogue.look(**task).result["templates"]
    assert without_empty(told["processed"]["vm"]) == without_empty(vm)
    assert (told["processed"]["message"] or "") == message


@pytest.mark.parametrize("case", REFUSED)
def test_what_virtctl_refuses_is_refused(catalogue: MachineCatalogue, lab: t.Any, tmp_path: Path, case: str) -> None:
    item, values = REFUSED[case]
    vm, message = virtctl(lab, tmp_path, item, values)
    assert (vm, "error" in message) == ({}, True)
    catalogue.put(item)
    task = {"name": item["metadata"]["name"], "process": True, "parameters": values, "api_version": API_VERSION}
    refused = catalogue.bench.fail(INFO, **task)
    assert refused.result["error"]["code"] == "invalid_option"


@pytest.mark.usefixtures("defined")
@pytest.mark.parametrize(
    "ranges", ["a-z0-9", r"\w", r"\d", r"\a", r"\A", "A-F0-9", "abc", "b-d-", r"a-c\d", "aA-C", "a-Z"]
)
def test_values_are_generated_from_the_same_characters(lab: t.Any, tmp_path: Path, ranges: str) -> None:
    expression = f"<[{ranges}]{{255}}>"
    item = template(marks(k="${A}"), {"name": "A", "generate": "expression", "from": expression})
    vm, message = virtctl(lab, tmp_path, item, {})
    assert vm, message
    alphabets: list[str] = []

    def choose(alphabet: str) -> str:
        alphabets.append(alphabet)
        return alphabet[0]

    own = generate(expression, choose)
    theirs = vm["metadata"]["annotations"]["k"]
    assert (len(own), own[0], own[-1]) == (len(theirs), theirs[0], theirs[-1])
    # of 255 draws of 64 characters at most nearly all are seen, and no other one
    missed = set(alphabets[0]) - set(theirs[1:-1])
    assert set(theirs[1:-1]) <= set(alphabets[0])
    assert len(missed) <= len(alphabets[0]) // 4


def test_the_schema_is_that_of_kubevirt(catalogue: MachineCatalogue) -> None:
    bad = [{"name": "A", "generate": "expression", "from": "no range"}]
    refused = catalogue.fail("web", memory="1Gi", parameters=bad)
    assert (catalogue.read("web"), refused.result["error"]["code"]) == (None, "invalid")
    file = yaml.safe_dump(FEDORA)
    assert catalogue.vm(file, template_parameters={"TEAM": "a"}, wait=False).changed
