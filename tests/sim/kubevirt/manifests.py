# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests of the operators as their projects publish them, in short: the same objects, with a schema for anything."""

from __future__ import annotations

import typing as t

import yaml

from tests.sim.kubevirt import products
from tests.sim.kubevirt.kinds import CDI_ITSELF, CLUSTER_ROLE, NAMESPACE, Kind, Object
from tests.sim.kubevirt.products import Product

PRODUCTS = {"kubevirt": products.KUBEVIRT_PRODUCT, "cdi": products.CDI_PRODUCT}
_RBAC = CLUSTER_ROLE.api_version


def manifest(product: Product, version: str) -> str:
    """Return the YAML documents of a version such as ``v1.4.0``."""
    return yaml.safe_dump_all(_objects(product, version), sort_keys=False)


def _objects(product: Product, version: str) -> t.Iterator[Object]:
    account = "kubevirt-operator" if product is products.KUBEVIRT_PRODUCT else product.operator
    namespace, labels = product.namespace, {product.label: ""}
    yield products.named(NAMESPACE, namespace, {}, labels=labels)
    crd = products.definition(product.itself)
    if product.itself is CDI_ITSELF:
        # The genuine one has a version that the operator takes away again.
        old = {**crd["spec"]["versions"][0], "name": "v1alpha1", "storage": False}
        crd["spec"]["versions"].insert(0, old)
    yield crd
    everything = {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}
    yield _plain(_RBAC, "ClusterRole", account, everything)
    yield _plain("v1", "ServiceAccount", account, {}, namespace)
    subjects = {"subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}]}
    for scope, where in (("Cluster", ""), ("", namespace)):
        role = {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": f"{scope}Role", "name": account}}
        if where:
            yield _plain(_RBAC, "Role", account, everything, where)
        yield _plain(_RBAC, f"{scope}RoleBinding", account, role | subjects, where)
    if product is products.KUBEVIRT_PRODUCT:
        priority = {"value": 1000000000, "globalDefault": False}
        yield _plain("scheduling.k8s.io/v1", "PriorityClass", "kubevirt-cluster-critical", priority)
    image = f"registry.example/kubevirt/{product.operator}:{version}"
    _kind, deployment = products.workload(product, product.operator, image, namespace, replicas=2)
    of_operator = {} if product is products.KUBEVIRT_PRODUCT else {f"operator.{product.label}": ""}
    deployment["metadata"]["labels"] = {product.label: product.operator, **of_operator}
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    container["env"] = _variables(product, image, version)
    yield deployment


def _variables(product: Product, image: str, version: str) -> list[Object]:
    if product is products.KUBEVIRT_PRODUCT:
        return [{"name": "VIRT_OPERATOR_IMAGE", "value": image}, {"name": "KUBEVIRT_VERSION", "value": version}]
    controller = f"registry.example/kubevirt/cdi-controller:{version}"
    return [{"name": "OPERATOR_VERSION", "value": version}, {"name": "CONTROLLER_IMAGE", "value": controller}]


def _plain(api_version: str, kind: str, name: str, rest: Object, namespace: str = "") -> Object:
    group, _slash, version = api_version.rpartition("/")
    return products.named(Kind(group, version, kind, ""), name, rest, namespace)
