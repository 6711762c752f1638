# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VM templates on the genuine cluster: the scenarios of tests/unit/modules and of Molecule, unchanged.

Palette does not publish the schema of VmTemplate, so its definition here takes whatever is in it.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from tests.cluster.ring import test_molecule
from tests.cluster.ring.cluster_role import ClusterRole
from tests.cluster.ring.genuine import Genuine
from tests.cluster.ring.rights import Right
from tests.cluster.ring.shared import scenarios_of
from tests.unit.modules import test_vmo_template, test_vmo_vm_template
from tests.unit.modules.bench import Bench
from tests.unit.modules.catalogue import Catalogue

Tree = dict[str, t.Any]
TEMPLATES = "/apis/spectrocloud.com/v1/vmtemplates"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
DEFINITION: Tree = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "vmtemplates.spectrocloud.com"},
    "spec": {
        "group": "spectrocloud.com",
        "scope": "Cluster",
        "names": {
            "kind": "VmTemplate",
            "plural": "vmtemplates",
            "singular": "vmtemplate",
            "listKind": "VmTemplateList",
        },
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
                    }
                },
            }
        ],
    },
}

globals().update(scenarios_of(test_vmo_template, test_vmo_vm_template))
environment = test_molecule.environment


@pytest.fixture(name="defined")
def define(cluster: Genuine) -> Genuine:
    """Let the cluster know templates, as Palette does; other tests of the lab may have done so."""
    answer = cluster.admin.ask("POST", DEFINITIONS, DEFINITION)
    assert answer.code in (HTTPStatus.CREATED, HTTPStatus.CONFLICT), answer.text
    cluster.admin.until(lambda: cluster.admin.ask("GET", TEMPLATES).code == HTTPStatus.OK)
    return cluster


@pytest.fixture(name="catalogue")
def make_catalogue(bench: Bench, defined: Genuine) -> Iterator[Catalogue]:
    role = ClusterRole(defined, "vmo-template")
    role.grant()
    # whose right is denied may be one of the whole cluster
    deny = defined.deny

    def deny_everywhere(verb: str, resource: str) -> None:
        deny(verb, resource)
        role.deny(verb, resource)

    defined.deny = deny_everywhere  # type: ignore[method-assign]
    yield Catalogue(bench, lambda name: _read(defined, name), lambda item: _put(defined, item))
    role.take_back()
    for item in defined.admin.must("GET", TEMPLATES)["items"]:
        if item["metadata"]["name"].endswith(f"-{defined.namespace}"):
            defined.admin.ask("DELETE", f"{TEMPLATES}/{item['metadata']['name']}")


def _read(cluster: Genuine, name: str) -> Tree | None:
    answer = cluster.admin.ask("GET", f"{TEMPLATES}/{name}")
    return None if answer.code == HTTPStatus.NOT_FOUND else answer.json


def _put(cluster: Genuine, item: Tree) -> None:
    cluster.admin.must("POST", TEMPLATES, item)


@pytest.mark.long
@pytest.mark.usefixtures("defined")
@pytest.mark.parametrize("scenario", ["vmo_template", "vmo_template_info"])
def test_a_scenario(environment: dict[str, str], scenario: str) -> None:
    test_molecule.test_a_scenario(environment, scenario)


def test_templates_that_are_kept_in_namespaces(bench: Bench, cluster: Genuine) -> None:
    """A draft of Palette had them there; what the API server says decides, not what is documented."""
    group = "virtualization.spectrocloud.com"
    spec = {**DEFINITION["spec"], "group": group, "scope": "Namespaced"}
    spec["versions"] = [{**DEFINITION["spec"]["versions"][0], "name": "v1beta1"}]
    definition = {**DEFINITION, "metadata": {"name": f"vmtemplates.{group}"}, "spec": spec}
    answer = cluster.admin.ask("POST", DEFINITIONS, definition)
    assert answer.code in (HTTPStatus.CREATED, HTTPStatus.CONFLICT), answer.text
    place = f"/apis/{group}/v1beta1/namespaces/{cluster.namespace}/vmtemplates"
    cluster.admin.until(lambda: cluster.admin.ask("GET", place).code == HTTPStatus.OK)
    own = {Right(group, "vmtemplates", verb) for verb in ("get", "list", "create", "patch", "delete")}
    cluster.grant(cluster.rights | own)

    task: Tree = {"name": "web", "api_version": f"{group}/v1beta1", "memory": "1Gi"}
    made = bench.run("vmo_template", **task)
    assert made.result["template"]["metadata"]["namespace"] == cluster.namespace
    again = bench.run("vmo_template", **task)
    assert (again.changed, again.writes) == (False, [])
    nowhere = bench.fail("vmo_template", **{**task, "namespace": None})
    assert nowhere.result["error"] == {"code": "invalid_option", "option": "namespace"}
    (told,) = bench.run("vmo_template_info", api_version=f"{group}/v1beta1").result["templates"]
    assert (told["name"], told["namespace"]) == ("web", cluster.namespace)
    vm = bench.run("vmo_vm", name="web-01", template="web", template_api_version=f"{group}/v1beta1")
    assert vm.result["vm"]["metadata"]["annotations"]["vmo.core/template"] == "web"
    assert bench.run("vmo_template", **task, state="absent").verbs == ["delete"]
    cluster.admin.ask("DELETE", f"{DEFINITIONS}/vmtemplates.{group}")
