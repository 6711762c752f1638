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
