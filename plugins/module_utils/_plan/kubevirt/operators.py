# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the components of KubeVirt and CDI are found, and what their operators can bring. Private to vmo.core."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import version_of
from ansible_collections.vmo.core.plugins.module_utils._model.release import is_before, is_same, tag_of
from ansible_collections.vmo.core.plugins.module_utils._model.status import condition
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig, named
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.pods import trouble_of_pods

Tree = dict[str, t.Any]


class Parts(t.NamedTuple):
    """Label selectors of what a product consists of, and the label of its operator.

    ``image`` and ``version`` are the variables by which the operator learns what it is to bring.
    """

    components: str
    pods: tuple[str, ...]
    label: str
    operator: str
    image: str
    version: str


PARTS = {
    "KubeVirt": Parts(
        components="kubevirt.io",
        # those of guests left out
        pods=("kubevirt.io,kubevirt.io!=virt-launcher",),
        label="kubevirt.io",
        operator="virt-operator",
        image="VIRT_OPERATOR_IMAGE",
        version="KUBEVIRT_VERSION",
    ),
    "CDI": Parts(
        components="cdi.kubevirt.io",
        # those that fill disks left out
        pods=(
            "cdi.kubevirt.io in (cdi-apiserver,cdi-deployment,cdi-operator,cdi-uploadproxy)",
            "operator.cdi.kubevirt.io",
        ),
        label="operator.cdi.kubevirt.io",
        operator="",
        image="",
        version="OPERATOR_VERSION",
    ),
}


def operator_among(parts: Parts, components: t.Sequence[Tree]) -> Tree | None:
    """Return the Deployment of the operator, ``None`` if there is none."""
    for item in components:
        labels = dig(item, "metadata.labels") or {}
        if item["kind"] == "Deployment" and labels.get(parts.label) == parts.operator:
            return item
    return None


def brought_by(parts: Parts, operator: Tree) -> str | None:
    """Return the version that an operator brings, ``None`` where its Deployment does not tell."""
    # the tag of its own image goes before
    version = _tag(_variable(operator, parts.image)) or _variable(operator, parts.version)
    return version or None


def is_of_former_operator(found: Tree, components: t.Sequence[Tree]) -> bool:
    """Tell whether KubeVirt is as another operator has left it than the one whose Deployment is there.

    A new one takes its time to begin, and until then the object says that it is settled. KubeVirt notes the image of
    its operator where nobody asks for other images than that one brings.
    """
    if found["kind"] != "KubeVirt" or dig(found, "spec.imageTag") or dig(found, "spec.imageRegistry"):
        return False
    operator = operator_among(PARTS["KubeVirt"], components)
    image = "" if operator is None else _variable(operator, PARTS["KubeVirt"].image)
    noted = _noted_image(dig(found, "status.observedDeploymentConfig"))
    return bool(image and noted) and image != noted


def _variable(operator: Tree, name: str) -> str:
    for container in dig(operator, "spec.template.spec.containers") or ():
        value = (named(container.get("env"), name) or {}).get("value")
        if value:
            return str(value)
    return ""


def _noted_image(config: t.Any) -> str:
    try:
        noted = json.loads(config or "{}")
    except (TypeError, ValueError):
        return ""
    return str(noted.get("virtOperatorImage") or "") if isinstance(noted, dict) else ""


def version_among(objects: t.Sequence[Tree]) -> str | None:
    """Return the version that a manifest brings, ``None`` where there is no operator in it that tells one."""
    for parts in PARTS.values():
        operator = operator_among(parts, objects)
        version = None if operator is None else brought_by(parts, operator) or _tag_of_image(operator)
        if version:
            return tag_of(version)
    return None


def _tag_of_image(operator: Tree) -> str:
    containers = dig(operator, "spec.template.spec.containers") or ()
    return next((tag for tag in (_tag(each.get("image")) for each in containers) if tag), "")


def _tag(image: t.Any) -> str:
    # what is pinned by its digest may have any tag
    return "" if "@" in str(image or "") else str(image or "").rpartition("/")[2].partition(":")[2]


def trouble_of_operator(found: Tree, components: t.Sequence[Tree], version: str | None) -> str | None:
    """Return why the components cannot follow, or why a version cannot come; ``None`` if nothing is in the way."""
    for item in sorted(components, key=_place_of):
        failure = condition(item, "ReplicaFailure")
        if failure.get("status") == "True":
            return f"{item['kind']} {_place_of(item)} cannot start pods: {failure.get('message')}"
    return None if version is None else _hindrance(found, components, version)


def _hindrance(found: Tree, components: t.Sequence[Tree], version: str) -> str | None:
    product, running = found["kind"], version_of(found)
    if product == "CDI" and is_before(version, running):
        return f"CDI does not go down from {running} to {version}"
    tag = dig(found, "spec.imageTag") if product == "KubeVirt" else None
    if tag:
        return None if is_same(tag, version) else f"its spec.imageTag asks for {tag}, not for {version}"
    parts = PARTS[product]
    operator = operator_among(parts, components)
    if operator is None:
        return f"there is no operator of {product}: apply its manifest first" if parts.operator else None
    brought = brought_by(parts, operator)
    if brought is None or is_same(brought, version):
        return None
    return f"Deployment {_place_of(operator)} brings {brought}, not {version}: apply the manifest of {version} first"


def trouble_of_removal(product: str, components: t.Sequence[Tree], pods: t.Sequence[Tree]) -> str | None:
    """Return why an operator does not remove its product, ``None`` if nothing is in the way.

    Only the operator itself counts: components that do not run are removed as others are.
    """
    operator = operator_among(PARTS[product], components)
    if operator is None:
        return f"there is no operator of {product} to remove it: apply its manifest first, without a product"
    if dig(operator, "spec.replicas", 1) == 0:
        return f"Deployment {_place_of(operator)}, which is to remove it, is told to run no pods"
    labels = (dig(operator, "spec.selector.matchLabels") or {}).items()
    return trouble_of_pods([pod for pod in pods if labels <= (dig(pod, "metadata.labels") or {}).items()])


def _place_of(item: Tree) -> str:
    return f"{item['metadata'].get('namespace')}/{item['metadata']['name']}"
