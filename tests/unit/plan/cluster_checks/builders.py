# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster in which nothing is wrong and everything is there, in the form in which its API tells it."""

from __future__ import annotations

import calendar
import json
import time
import typing as t
from dataclasses import replace

import trustme

from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import PURPOSES, ClusterDemands
from ansible_collections.vmo.core.plugins.module_utils._model.right import Right
from ansible_collections.vmo.core.plugins.module_utils._model.survey import Gap, Survey
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.judge import Report, judge

Tree = dict[str, t.Any]
Objects = dict[str, list[Tree]]

NOW = float(calendar.timegm((2026, 11, 23, 8, 0, 0)))
DAY = 86400.0
RBD = "rook-ceph.rbd.csi.ceph.com"
MODELS = ("Haswell", "Cascadelake-Server")
# of the certificate in the bundles; trustme makes one that is valid for long
AUTHORITY = trustme.CA().cert_pem.bytes().decode()


def moment(seconds: float) -> str:
    """Return a time as Kubernetes writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def named(name: str, namespace: str = "", **rest: t.Any) -> Tree:
    """Return an object of that name."""
    return {"metadata": {"name": name, **({"namespace": namespace} if namespace else {})}, **rest}


def condition(kind: str, status: str, message: str = "") -> Tree:
    """Return a condition."""
    return {"type": kind, "status": status, "message": message}


def a_node(name: str) -> Tree:
    """Return a worker that takes VMs."""
    labels = {"kubernetes.io/os": "linux", "kubevirt.io/schedulable": "true"}
    labels |= {f"cpu-model.node.kubevirt.io/{model}": "true" for model in MODELS}
    labels |= {f"cpu-model-migration.node.kubevirt.io/{model}": "true" for model in MODELS}
    labels |= {"host-model-cpu.node.kubevirt.io/Cascadelake-Server": "true", "cpu-feature.node.kubevirt.io/aes": "true"}
    labels |= {"host-model-required-features.node.kubevirt.io/aes": "true"}
    node = named(name, spec={})
    node["metadata"] |= {"labels": labels, "annotations": {"kubevirt.io/heartbeat": moment(NOW - 30)}}
    devices = {f"devices.kubevirt.io/{device}": "1k" for device in ("kvm", "tun", "vhost-net")}
    node["status"] = {
        "conditions": [condition("Ready", "True"), condition("MemoryPressure", "False")],
        "allocatable": {"cpu": "15500m", "memory": "64Gi", **devices},
        "nodeInfo": {"kubeletVersion": "v1.33.2"},
    }
    return node


def a_control_plane(name: str) -> Tree:
    """Return a node that takes no pods but its own."""
    node = named(name, spec={"taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]})
    node["metadata"]["labels"] = {"node-role.kubernetes.io/control-plane": ""}
    node["status"] = {"conditions": [condition("Ready", "True")], "nodeInfo": {"kubeletVersion": "v1.34.1"}}
    return node


def a_class(name: str, provisioner: str, **more: t.Any) -> Tree:
    """Return a StorageClass whose volumes grow."""
    rest = {"provisioner": provisioner, "volumeBindingMode": "Immediate", "allowVolumeExpansion": True}
    return {**named(name), **rest, **more}


def a_profile(name: str, *modes: tuple[str, str], strategy: str = "csi-clone") -> Tree:
    """Return a StorageProfile."""
    sets = [{"accessModes": [access], "volumeMode": volume} for access, volume in modes]
    return named(name, status={"claimPropertySets": sets, "cloneStrategy": strategy})


def a_workload(name: str, namespace: str, image: str, *, env: t.Mapping[str, str] | None = None) -> Tree:
    """Return a Deployment, or a DaemonSet, all of whose pods are ready."""
    container = {
        "name": name,
        "image": image,
        "env": [{"name": key, "value": text} for key, text in (env or {}).items()],
    }
    spec = {"replicas": 2, "template": {"spec": {"containers": [container]}}}
    status = {"availableReplicas": 2, "numberReady": 3, "desiredNumberScheduled": 3}
    return named(name, namespace, spec=spec, status=status)


def an_attachment(name: str, namespace: str, **config: t.Any) -> Tree:
    """Return a NetworkAttachmentDefinition."""
    return named(name, namespace, spec={"config": json.dumps({"cniVersion": "0.3.1", **config})})


def an_instance(name: str, **status: t.Any) -> Tree:
    """Return a VMI that can move."""
    base = {"phase": "Running", "nodeName": "w-1", "conditions": [condition("LiveMigratable", "True")]}
    return named(name, "shop", spec={"evictionStrategy": "LiveMigrate"}, status={**base, **status})


def an_operator(kind: str, name: str, namespace: str, version: str) -> Tree:
    """Return a KubeVirt or CDI object that is well."""
    conditions = [condition("Available", "True"), condition("Progressing", "False"), condition("Degraded", "False")]
    versions = {f"observed{kind}Version": version, f"target{kind}Version": version}
    return named(
        name, namespace, spec={"configuration": {}}, status={"phase": "Deployed", "conditions": conditions, **versions}
    )


def _service(version: str, group: str, namespace: str) -> Tree:
    spec = {"group": group, "service": {"namespace": namespace}}
    return named(f"{version}.{group}", spec=spec, status={"conditions": [condition("Available", "True")]})


def _kubevirt() -> Tree:
    kubevirt = an_operator("KubeVirt", "kubevirt", "kubevirt", "v1.8.0")
    gates = ["LiveMigration", "Snapshot", "HotplugVolumes"]
    kubevirt["spec"]["configuration"] = {"developerConfiguration": {"featureGates": gates}}
    return kubevirt


def _workloads() -> Objects:
    kubevirts = [
        a_workload(name, "kubevirt", f"x/{name}:1") for name in ("virt-operator", "virt-api", "virt-controller")
    ]
    controller = a_workload("snap", "kube-system", "r.example:5000/sig-storage/snapshot-controller:v8@sha256:aa")
    vlan_filter = {"ALLOWED_VLANS": "1,20, 25-100", "BRIDGE_IF": "br0"}
    return {
        "deployments": [*kubevirts, controller, a_workload("web", "shop", "web:1")],
        "daemonsets": [
            a_workload("virt-handler", "kubevirt", "x/virt-handler:1"),
            a_workload("kube-multus-ds", "kube-system", "x/multus-cni:v4.1.4-thick"),
            a_workload("vlan-filtering", "kube-system", "x/ubuntu", env=vlan_filter),
        ],
    }


def healthy() -> Objects:
    """Return the objects of a cluster with three workers, Rook-Ceph, Multus, MetalLB, nmstate and cert-manager."""
    nodes = [a_control_plane("cp-1"), *(a_node(f"w-{number}") for number in (1, 2, 3))]
    bridges = {"interfaces": [{"name": "br0", "type": "linux-bridge"}, {"name": "br1", "type": "vlan"}]}
    default = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
    rbd = a_class("ceph-block", RBD)
    rbd["metadata"] |= default
    address = {"loadBalancer": {"ingress": [{"ip": "192.0.2.10"}]}}
    quota = {"hard": {"requests.cpu": "10", "secrets": "1"}, "used": {"requests.cpu": "4500m", "secrets": "1"}}
    renewed = {"notAfter": moment(NOW + 60 * DAY), "renewalTime": moment(NOW + 30 * DAY)}
    cdi = an_operator("", "cdi", "", "v1.65.0")
    return {
        "kubevirts": [_kubevirt()],
        "cdis": [cdi],
        "cdiconfigs": [
            named("config", status={"uploadProxyURL": "upload.example", "scratchSpaceStorageClass": "cephfs"})
        ],
        "nodes": nodes,
        "nodenetworkstates": [named(f"w-{number}", status={"currentState": bridges}) for number in (1, 2, 3)],
        "apiservices": [
            _service("v1", "subresources.kubevirt.io", "kubevirt"),
            _service("v1beta1", "upload.cdi.kubevirt.io", "cdi"),
            _service("v1", "apps", ""),
        ],
        **_workloads(),
        "storageclasses": [rbd, a_class("cephfs", "cephfs.example"), a_class("local", "local.example")],
        "storageprofiles": [
            a_profile("ceph-block", ("ReadWriteMany", "Block"), ("ReadWriteOnce", "Filesystem")),
            a_profile("cephfs", ("ReadWriteMany", "Filesystem")),
            a_profile("local"),
        ],
        "volumesnapshotclasses": [
            {**named("rbd-snap"), "driver": RBD},
            {**named("fs-snap"), "driver": "cephfs.example"},
        ],
        "network-attachment-definitions": [
            an_attachment("vlan20", "shop", type="bridge", bridge="br0", vlan=20, ipam={}),
            an_attachment("vlan30", "default", plugins=[{"type": "bridge", "bridge": "br0", "vlan": 30}]),
            named("of-the-nodes", "shop", spec={}),
        ],
        "services": [
            named("web", "shop", spec={"type": "LoadBalancer"}, status=address),
            named("inner", "shop", spec={"type": "ClusterIP"}, status={"loadBalancer": {}}),
        ],
        "ipaddresspools": [named("lan", "metallb", spec={"addresses": ["192.0.2.10-192.0.2.11", "192.0.2.16/30"]})],
        "resourcequotas": [named("quota", "shop", status=quota)],
        "namespaces": [named("shop"), named("vmo-golden-images")],
        "virtualmachines": [
            named("web-01", "shop", status={"created": True, "printableStatus": "Running", "conditions": []})
        ],
        "virtualmachineinstances": [an_instance("web-01")],
        "kubevirt_certificates": [named("kubevirt-ca", "kubevirt", data={"ca-bundle": AUTHORITY})],
        "cdi_certificates": [named("cdi-apiserver-signer-bundle", "cdi", data={"ca-bundle.crt": AUTHORITY})],
        "certificates": [named("vmo", "vm-dashboard", status={**renewed, "conditions": [condition("Ready", "True")]})],
    }


def demands(**more: t.Any) -> ClusterDemands:
    """Return demands that make every check."""
    base = ClusterDemands(
        purposes=PURPOSES,
        namespace="shop",
        images="vmo-golden-images",
        classes=("ceph-block",),
        bridge="br0",
        vlans=(20, 30),
        attachments=("shop/vlan20", "default/vlan30"),
        load_balancer=True,
    )
    return replace(base, **more)


def survey(
    objects: Objects | None = None,
    wanted: ClusterDemands | None = None,
    *,
    version: str | None = "v1.34.1",
    denied: t.Collection[Right] = (),
    gaps: t.Mapping[str, Gap] | None = None,
    partial: t.Mapping[str, Gap] | None = None,
) -> Survey:
    """Return what such a cluster answers; what is in ``gaps`` is not answered."""
    known = healthy() if objects is None else objects
    told = {name: tuple(items) for name, items in known.items() if name not in (gaps or {})}
    wanted = wanted or demands()
    rights = {right: right not in denied for right in wanted.rights(wanted.purposes)}
    return Survey(told, version, rights, gaps or {}, partial or {})


def report(found: Survey | None = None, wanted: ClusterDemands | None = None) -> Report:
    """Judge."""
    return judge(found or survey(), wanted or demands(), NOW)


def told(found: Report, *statuses: str) -> set[tuple[str, str]]:
    """Return check and subject of the verdicts of these statuses."""
    return {(verdict.id, verdict.subject) for verdict in found.verdicts if verdict.status in statuses}
