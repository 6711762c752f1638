# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virt-launcher pod of a VMI, and what scheduler and kubelet have to say about it."""

from __future__ import annotations

import random
import re
import string
import typing as t

from tests.sim.kubevirt.documents import at, bytes_of, now, set_condition
from tests.sim.kubevirt.kinds import CONFIG_MAP, NAD, NODE, POD, QUOTA, SECRET, Object

if t.TYPE_CHECKING:
    from tests.sim.kubevirt.cluster import Cluster
    from tests.sim.kubevirt.store import Store

# What virt-launcher itself needs beside the memory of the guest.
_OVERHEAD = {"1.4": 291852544, "1.8": 317018368}
_BAD_IMAGE = re.compile("does-not-exist|nonexistent")
_NOBODY = (
    "no new claims to deallocate, preemption: 0/{n} nodes are available: {n} Preemption is not helpful for scheduling."
)


def annotation(document: Object, name: str, default: str = "") -> str:
    """The sim/ annotations of the cluster lab; KubeVirt copies them from the template to the VMI."""
    return str(at(document, "metadata.annotations", {}).get(f"sim/{name}", default))


def missing_network(cluster: Cluster, vmi: Object) -> str | None:
    """The first NetworkAttachmentDefinition that is not there, as namespace/name."""
    for network in vmi["spec"].get("networks", []):
        wanted = at(network, "multus.networkName")
        if wanted:
            namespace, _slash, name = ("/" + wanted).rpartition("/")
            namespace = namespace.strip("/") or vmi["metadata"]["namespace"]
            if cluster.store.get(NAD, namespace, name) is None:
                return f"{namespace}/{name}"
    return None


def exceeded_quota(cluster: Cluster, vmi: Object, pod: str) -> str | None:
    """The API server's refusal of the pod when a ResourceQuota leaves no room for it."""
    store, namespace = cluster.store, vmi["metadata"]["namespace"]
    size = bytes_of(at(vmi, "spec.domain.memory.guest", "1Gi")) + _OVERHEAD[cluster.version]
    used = {"pods": str(len(store.select(POD, namespace))), "requests.memory": "0"}
    return over_quota(store, namespace, f'pods "{pod}"', {"pods": "1", "requests.memory": str(int(size))}, used)


def over_quota(store: Store, namespace: str, what: str, asked: dict[str, str], used: dict[str, str]) -> str | None:
    """The text of the refusal. ``used`` is counted by the caller, as there is no quota controller here."""
    for quota in store.select(QUOTA, namespace):
        hard = at(quota, "spec.hard", {})
        for name in sorted(hard.keys() & asked.keys()):
            if bytes_of(used[name]) + bytes_of(asked[name]) > bytes_of(hard[name]):
                return (
                    f"{what} is forbidden: exceeded quota: {quota['metadata']['name']}, requested: "
                    f"{name}={asked[name]}, used: {name}={used[name]}, limited: {name}={hard[name]}"
                )
    return None


def pod_name(vmi: Object) -> str:
    return f"virt-launcher-{vmi['metadata']['name']}-" + "".join(
        random.choices(string.ascii_lowercase + "2456789", k=5)
    )


def create_pod(cluster: Cluster, vmi: Object, name: str) -> Object:
    metadata = vmi["metadata"]
    labels = {
        "kubevirt.io": "virt-launcher",
        "kubevirt.io/created-by": metadata["uid"],
        "vm.kubevirt.io/name": metadata["name"],
    }
    owner = {key: vmi[key] for key in ("apiVersion", "kind")} | {key: metadata[key] for key in ("name", "uid")}
    pod = {
        "apiVersion": "v1", "kind": "Pod", "status": {"phase": "Pending"},
        "metadata": {
            "name": name, "namespace": metadata["namespace"], "labels": labels,
            "ownerReferences": [{**owner, "blockOwnerDeletion": True, "controller": True}],
        },
        "spec": {"containers": [{"name": "compute", "image": "registry.example/kubevirt/virt-launcher"},
                                *({"name": "volumeroot", "image": image} for image in images_of(vmi))]},
    }  # fmt: skip
    return cluster.store.create(POD, pod)


def pod_of(cluster: Cluster, vmi: Object) -> Object | None:
    pods = cluster.store.select(POD, vmi["metadata"]["namespace"])
    owners = ((pod, at(pod, "metadata.ownerReferences", [])) for pod in pods)
    return next((pod for pod, refs in owners if any(r["uid"] == vmi["metadata"]["uid"] for r in refs)), None)


def unschedulable(cluster: Cluster, vmi: Object) -> str | None:
    """The scheduler's verdict; nodes are compared by label and by size, not by what already runs on them."""
    nodes = cluster.store.select(NODE)
    wanted, size = vmi["spec"].get("nodeSelector") or {}, bytes_of(at(vmi, "spec.domain.memory.guest", "1Gi"))
    reasons: dict[str, int] = {}
    for node in nodes:
        labels = at(node, "metadata.labels", {})
        if any(labels.get(key) != value for key, value in wanted.items()):
            reason = "node(s) didn't match Pod's node affinity/selector"
        elif bytes_of(at(node, "status.allocatable", {}).get("devices.kubevirt.io/kvm", "0")) < 1:
            reason = "Insufficient devices.kubevirt.io/kvm"
        elif size > bytes_of(at(node, "status.allocatable.memory", "0")):
            reason = "Insufficient memory"
        else:
            return None
        reasons[reason] = reasons.get(reason, 0) + 1
    listed = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    return f"0/{len(nodes)} nodes are available: {listed}. " + _NOBODY.format(n=len(nodes))


def missing_mount(cluster: Cluster, vmi: Object) -> str | None:
    """The kubelet's complaint about a Secret or ConfigMap that a volume needs."""
    for volume in vmi["spec"].get("volumes", []):
        cloud = volume.get("cloudInitNoCloud") or volume.get("cloudInitConfigDrive") or {}
        needs = (
            (SECRET, volume["name"], at(volume, "secret.secretName")),
            (SECRET, f"{volume['name']}-udata", at(cloud, "secretRef.name")),
            (SECRET, f"{volume['name']}-ndata", at(cloud, "networkDataSecretRef.name")),
            (SECRET, volume["name"], at(volume, "sysprep.secret.name")),
            (CONFIG_MAP, volume["name"], at(volume, "configMap.name") or at(volume, "sysprep.configMap.name")),
        )
        for kind, mount, name in needs:
            if name and cluster.store.get(kind, vmi["metadata"]["namespace"], name) is None:
                return f'MountVolume.SetUp failed for volume "{mount}" : {kind.kind.lower()} "{name}" not found'
    return None


def images_of(vmi: Object) -> list[str]:
    return [volume["containerDisk"]["image"] for volume in vmi["spec"].get("volumes", []) if "containerDisk" in volume]


def is_bad(image: str) -> bool:
    return _BAD_IMAGE.search(image) is not None


def bad_image(vmi: Object) -> str | None:
    return next(filter(is_bad, images_of(vmi)), None)


def refusal(image: str, *, again: bool) -> str:
    """The text of ErrImagePull, and later of ImagePullBackOff."""
    if again:
        return f'Back-off pulling image "{image}"'
    resolving = f'failed to pull and unpack image "{image}": failed to resolve reference "{image}"'
    return f"{resolving}: unexpected status from HEAD request: 401 Unauthorized"


def waiting(cluster: Cluster, pod: Object, reason: str, message: str = "") -> None:
    """Shows the pod as one whose containers cannot start."""
    why = {"reason": reason, **({"message": message} if message else {})}
    pod["status"]["containerStatuses"] = _containers(pod, {"waiting": why}, ready=False)
    for name in ("Ready", "ContainersReady"):
        set_condition(pod, name, "False", "ContainersNotReady")
    cluster.write(pod)


def running(cluster: Cluster, pod: Object, node: str, address: str) -> None:
    state = {"running": {"startedAt": now()}}
    pod["spec"]["nodeName"] = node
    pod["status"] |= {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}], "startTime": now()}
    pod["status"]["containerStatuses"] = _containers(pod, state, ready=True)
    for name in ("Initialized", "Ready", "ContainersReady", "PodScheduled"):
        set_condition(pod, name, "True")
    cluster.write(pod)


def _containers(pod: Object, state: Object, *, ready: bool) -> list[Object]:
    named = [
        {"name": c["name"], "image": c["image"], "state": state, "ready": ready} for c in pod["spec"]["containers"]
    ]
    return [{**container, "restartCount": 0, "started": ready} for container in named]
