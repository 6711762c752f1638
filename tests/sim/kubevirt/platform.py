# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster on which KubeVirt and CDI have been installed long ago, as the cluster lab's: components, APIs, CRDs."""

from __future__ import annotations

from tests.sim.kubevirt import definitions, operators, products, seed
from tests.sim.kubevirt.kinds import (
    CDI_ITSELF,
    CRD,
    DAEMON_SET,
    DEPLOYMENT,
    KUBEVIRT_ITSELF,
    NAD,
    NODE,
    SNAPSHOT_CLASS,
    VM_TEMPLATE,
    Kind,
    Object,
)
from tests.sim.kubevirt.store import Store

_REGISTRY = "registry.example/kubevirt"
_ALL_READY = {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1}


def plant(store: Store, version: str) -> None:
    for kind in (KUBEVIRT_ITSELF, CDI_ITSELF, NAD, SNAPSHOT_CLASS, VM_TEMPLATE):
        define(store, products.definition(kind))
    releases = {products.KUBEVIRT_PRODUCT: f"v{version}.0", products.CDI_PRODUCT: "v1.65.0"}
    for product, release in releases.items():
        seed.namespace(store, product.namespace)
        for crd in products.definitions(product, legacy=version == "1.4"):
            define(store, crd)
        image = f"{_REGISTRY}/{product.operator}:{release}"
        parts = [products.workload(product, product.operator, image, product.namespace)]
        parts += products.components(product, product.namespace, _REGISTRY, release, replicas=1)
        for kind, item in (*parts, *products.surroundings(product, product.namespace), *products.contents(product)):
            store.create(kind, {**item, **_status(store, kind)})
    seed.equip(store)
    operators.plant(store, version)
    rbd = {"driver": "rook-ceph.rbd.csi.ceph.com", "deletionPolicy": "Delete"}
    store.create(SNAPSHOT_CLASS, products.named(SNAPSHOT_CLASS, "ceph-rbd-snap", rbd))


def define(store: Store, crd: Object) -> None:
    """Serve what this CRD defines, at once."""
    definitions.complete(crd)
    definitions.establish(crd)
    store.create(CRD, crd)


def _status(store: Store, kind: Kind) -> Object:
    if kind is DEPLOYMENT:
        return {"status": dict(_ALL_READY)}
    if kind is not DAEMON_SET:
        return {}
    nodes = len(store.select(NODE))
    counted = ("desired", "current", "updated")
    ready = {f"{word}NumberScheduled": nodes for word in counted} | {"numberReady": nodes, "numberAvailable": nodes}
    return {"status": {"observedGeneration": 1, **ready}}
