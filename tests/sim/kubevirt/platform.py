# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What operators and administrators have put around the VMs, as in the cluster lab: workloads, APIs, certificates."""

from __future__ import annotations

import functools

import trustme

from tests.sim.kubevirt.kinds import (
    API_SERVICE,
    CDI_CONFIG,
    CONFIG_MAP,
    DAEMON_SET,
    DEPLOYMENT,
    SNAPSHOT_CLASS,
    Kind,
    Object,
)
from tests.sim.kubevirt.store import Store

_DEPLOYMENTS = {
    "kubevirt": ("virt-api", "virt-controller", "virt-exportproxy", "virt-operator"),
    "cdi": ("cdi-apiserver", "cdi-deployment", "cdi-operator", "cdi-uploadproxy"),
}
_APIS = (
    ("v1", "subresources.kubevirt.io", "kubevirt", "virt-api"),
    ("v1alpha3", "subresources.kubevirt.io", "kubevirt", "virt-api"),
    ("v1beta1", "upload.cdi.kubevirt.io", "cdi", "cdi-api"),
)
_BUNDLES = (
    ("kubevirt", "kubevirt-ca", "ca-bundle"),
    ("cdi", "cdi-apiserver-signer-bundle", "ca-bundle.crt"),
    ("cdi", "cdi-uploadproxy-signer-bundle", "ca-bundle.crt"),
    ("cdi", "cdi-uploadserver-signer-bundle", "ca-bundle.crt"),
)
NODES = 3


def plant(store: Store, version: str) -> None:
    def put(kind: Kind, name: str, rest: Object, namespace: str = "") -> None:
        metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
        store.create(kind, {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata, **rest})

    for namespace, names in _DEPLOYMENTS.items():
        for name in names:
            pods = {"containers": [{"name": name, "image": f"registry.example/{namespace}/{name}:v{version}.0"}]}
            status = {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1}
            rest = {"spec": {"replicas": 1, "template": {"spec": pods}}, "status": status}
            put(DEPLOYMENT, name, rest, namespace)
    handler = {
        "containers": [{"name": "virt-handler", "image": f"registry.example/kubevirt/virt-handler:v{version}.0"}]
    }
    status = {"desiredNumberScheduled": NODES, "currentNumberScheduled": NODES, "numberReady": NODES}
    put(DAEMON_SET, "virt-handler", {"spec": {"template": {"spec": handler}}, "status": status}, "kubevirt")
    for served, group, namespace, service in _APIS:
        spec = {"group": group, "version": served, "service": {"namespace": namespace, "name": service, "port": 443}}
        passed = {"type": "Available", "status": "True", "reason": "Passed", "message": "all checks passed"}
        put(API_SERVICE, f"{served}.{group}", {"spec": spec, "status": {"conditions": [passed]}})
    put(CDI_CONFIG, "config", {"spec": {}, "status": {"filesystemOverhead": {"global": "0.06"}}})
    rbd = {"driver": "rook-ceph.rbd.csi.ceph.com", "deletionPolicy": "Delete"}
    put(SNAPSHOT_CLASS, "ceph-rbd-snap", rbd)
    for namespace, name, key in _BUNDLES:
        put(CONFIG_MAP, name, {"data": {key: _authority()}}, namespace)


@functools.cache
def _authority() -> str:
    """Return a certificate that is valid for long, without its key."""
    return trustme.CA().cert_pem.bytes().decode()
