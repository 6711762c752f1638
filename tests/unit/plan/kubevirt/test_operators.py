# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operators of KubeVirt and CDI bring, and what keeps a version from coming."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.operators import (
    PARTS,
    brought_by,
    is_of_former_operator,
    trouble_of_operator,
    version_among,
)
from tests.unit.plan.kubevirt.builders import a_kubevirt

Tree = dict[str, t.Any]
IMAGE = "registry.example:5000/kubevirt/virt-operator"


def operator(product: str = "KubeVirt", image: str = "", **variables: str) -> Tree:
    """Return the Deployment of an operator; ``variables`` are its environment."""
    parts = PARTS[product]
    container = {"name": "operator", "env": [{"name": name, "value": value} for name, value in variables.items()]}
    if image:
        container["image"] = image
    namespace = "kubevirt" if product == "KubeVirt" else "cdi"
    name = "virt-operator" if product == "KubeVirt" else "cdi-operator"
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": {parts.label: parts.operator}},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }


def a_cdi(version: str = "v1.64.0") -> Tree:
    return {"kind": "CDI", "metadata": {"name": "cdi"}, "status": {"observedVersion": version}}


@pytest.mark.parametrize(
    ("product", "variables", "version"),
    [
        ("KubeVirt", {"VIRT_OPERATOR_IMAGE": f"{IMAGE}:v1.8.0", "KUBEVIRT_VERSION": "v1.8.0"}, "v1.8.0"),
        # virt-operator believes the tag
        ("KubeVirt", {"VIRT_OPERATOR_IMAGE": f"{IMAGE}:v1.8.1", "KUBEVIRT_VERSION": "v1.8.0"}, "v1.8.1"),
        ("KubeVirt", {"VIRT_OPERATOR_IMAGE": f"{IMAGE}@sha256:ab", "KUBEVIRT_VERSION": "v1.8.0"}, "v1.8.0"),
        ("KubeVirt", {"VIRT_OPERATOR_IMAGE": IMAGE, "KUBEVIRT_VERSION": "v1.8.0"}, "v1.8.0"),
        ("KubeVirt", {"KUBEVIRT_VERSION": "v1.8.0"}, "v1.8.0"),
        ("KubeVirt", {}, None),
        ("CDI", {"OPERATOR_VERSION": "v1.65.0", "IMPORTER_IMAGE": "x:v9"}, "v1.65.0"),
        ("CDI", {}, None),
    ],
)
def test_what_an_operator_brings(product: str, variables: dict[str, str], version: str | None) -> None:
    found = operator(product, **variables)
    assert brought_by(PARTS[product], found) == version
    assert version_among([{"kind": "Namespace", "metadata": {"name": "a"}}, found]) == version


def test_the_tag_of_the_image_is_the_last_to_tell_what_a_manifest_brings() -> None:
    assert version_among([operator(image=f"{IMAGE}:1.8.2")]) == "v1.8.2"
    assert version_among([operator("CDI", f"{IMAGE}:v1.65.0@sha256:ab")]) is None
    assert version_among([operator("CDI", f"{IMAGE}:v1.65.0", OPERATOR_VERSION="v1.65.1")]) == "v1.65.1"
    other = operator(image=f"{IMAGE}:v1.8.2")
    other["metadata"]["labels"] = {"kubevirt.io": "virt-api"}
    assert version_among([other]) is None
    assert version_among([]) is None


V18 = operator(VIRT_OPERATOR_IMAGE=f"{IMAGE}:v1.8.0")
V165 = operator("CDI", OPERATOR_VERSION="v1.65.0")


@pytest.mark.parametrize(
    ("found", "components", "version", "trouble"),
    [
        (a_kubevirt("v1.7.0"), [V18], None, None),
        (a_kubevirt("v1.7.0"), [V18], "v1.8.0", None),
        (a_kubevirt("v1.7.0"), [V18], "v1.9.0", "Deployment kubevirt/virt-operator brings v1.8.0, not v1.9.0: apply"),
        (a_kubevirt("v1.7.0"), [operator()], "v1.9.0", None),
        (a_kubevirt("v1.7.0"), [], "v1.8.0", "there is no operator of KubeVirt: apply its manifest first"),
        (a_kubevirt("v1.7.0"), [], None, None),
        (a_cdi(), [V165], "v1.65.0", None),
        (a_cdi(), [V165], "v1.66.0", "Deployment cdi/cdi-operator brings v1.65.0, not v1.66.0"),
        # where it is, is a guess if nobody may look everywhere
        (a_cdi(), [], "v1.65.0", None),
        (a_cdi("v1.65.0"), [V165], "v1.64.0", "CDI does not go down from v1.65.0 to v1.64.0"),
    ],
)
def test_what_keeps_a_version_from_coming(
    found: Tree, components: list[Tree], version: str | None, trouble: str | None
) -> None:
    said = trouble_of_operator(found, components, version)
    assert said == trouble or (trouble and said and said.startswith(trouble))


def test_a_tag_of_its_own_goes_before_what_the_operator_brings() -> None:
    found = a_kubevirt("v1.7.0")
    found["spec"]["imageTag"] = "v1.7.0"
    assert trouble_of_operator(found, [V18], "v1.8.0") == "its spec.imageTag asks for v1.7.0, not for v1.8.0"
    found["spec"]["imageTag"] = "v1.9.0"
    assert trouble_of_operator(found, [V18], "v1.9.0") is None


def test_pods_that_cannot_even_be_made() -> None:
    failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota: few"}
    found = {**V18, "status": {"conditions": [failure]}}
    said = trouble_of_operator(a_kubevirt("v1.7.0"), [found], None)
    assert said == "Deployment kubevirt/virt-operator cannot start pods: exceeded quota: few"
    failure["status"] = "False"
    assert trouble_of_operator(a_kubevirt("v1.7.0"), [found], "v1.8.0") is None


def test_a_new_operator_has_to_begin_before_anything_is_settled() -> None:
    found = a_kubevirt("v1.8.0")
    found["status"]["observedDeploymentConfig"] = json.dumps({"id": "ab", "virtOperatorImage": f"{IMAGE}:v1.8.0"})
    moved = operator(VIRT_OPERATOR_IMAGE="mirror.example/virt-operator:v1.8.0")
    assert not is_of_former_operator(found, [V18])
    assert is_of_former_operator(found, [moved])
    # who asks for images himself does not get those of the operator
    for field in ("imageTag", "imageRegistry"):
        assert not is_of_former_operator({**found, "spec": {field: "other"}}, [moved])
    assert not is_of_former_operator(found, [])
    assert not is_of_former_operator(found, [operator()])
    assert not is_of_former_operator(a_cdi(), [V165])


@pytest.mark.parametrize("noted", [None, "", "{", "[]", "{}", 7])
def test_what_kubevirt_does_not_note_is_not_waited_for(noted: t.Any) -> None:
    found = a_kubevirt("v1.8.0")
    found["status"]["observedDeploymentConfig"] = noted
    assert not is_of_former_operator(found, [V18])
