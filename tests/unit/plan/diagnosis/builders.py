# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects around a VM, as KubeVirt 1.4.0, CDI 1.65.0 and Kubernetes 1.34.4 serve them, cut to what is read."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import Evidence, Finding, diagnose

Tree = dict[str, t.Any]
NAMESPACE = "shop"
VM_UID, VMI_UID, POD_UID = "6d772046", "df404244", "98d6c3aa"
LAUNCHER = "virt-launcher-web-01-9zk6h"
IMPORTER = "importer-prime-14c91f92"


def condition(kind: str, status: str, reason: str = "", message: str = "") -> Tree:
    texts = {"reason": reason, "message": message}
    return {"type": kind, "status": status, **{field: text for field, text in texts.items() if text}}


def _named(kind: str, name: str, uid: str, **metadata: t.Any) -> Tree:
    return {"kind": kind, "metadata": {"name": name, "namespace": NAMESPACE, "uid": uid, **metadata}}


def a_vm(printable: str, *conditions: Tree, strategy: str = "Always", volumes: t.Any = (), **status: t.Any) -> Tree:
    """Return a VM; ``created`` (there is a VMI) is false only where a status says so."""
    created = printable not in ("Stopped", "Provisioning", "DataVolumeError", "CrashLoopBackOff")
    return {
        **_named("VirtualMachine", "web-01", VM_UID),
        "spec": {
            "runStrategy": strategy,
            "dataVolumeTemplates": [{"metadata": {"name": "web-01-root"}}],
            "template": {
                "spec": {
                    "volumes": [
                        *(volumes or [{"name": "root", "dataVolume": {"name": "web-01-root"}}]),
                        {"name": "ci", "cloudInitNoCloud": {"userData": "#cloud-config\npassword: s3cret"}},
                    ]
                }
            },
        },
        "status": {"printableStatus": printable, "created": created, "conditions": list(conditions), **status},
    }


def a_vmi(phase: str, *conditions: Tree, deleted: bool = False, **status: t.Any) -> Tree:
    gone = {"deletionTimestamp": "2026-11-23T06:00:00Z"} if deleted else {}
    found = _named("VirtualMachineInstance", "web-01", VMI_UID, **gone)
    return {**found, "status": {"phase": phase, "conditions": list(conditions), **status}}


def a_volume(phase: str | None, *conditions: Tree, name: str = "web-01-root", **status: t.Any) -> Tree:
    """Return a DataVolume; ``source`` is http unless given."""
    source = status.pop("source", {"http": {"url": "https://user:s3cret@example.org/fedora.qcow2"}})
    found = {**_named("DataVolume", name, f"dv-{name}"), "spec": {"source": source}}
    known = {} if phase is None else {"phase": phase}
    return {**found, "status": {**known, "conditions": list(conditions), **status}}


def a_claim(phase: str = "Pending", name: str = "data") -> Tree:
    return {**_named("PersistentVolumeClaim", name, f"pvc-{name}"), "status": {"phase": phase}}


def a_pod(phase: str, *conditions: Tree, containers: t.Sequence[Tree] = (), **status: t.Any) -> Tree:
    """Return a launcher pod; containers are ``state`` and ``lastState``."""
    found = _named("Pod", LAUNCHER, POD_UID, labels={"kubevirt.io": "virt-launcher"})
    statuses = [{"name": "compute", **container} for container in containers]
    return {
        **found,
        "status": {"phase": phase, "conditions": list(conditions), "containerStatuses": statuses, **status},
    }


def an_importer(phase: str, *conditions: Tree, **container: t.Any) -> Tree:
    found = _named("Pod", IMPORTER, "importer-uid", labels={"cdi.kubevirt.io": "importer"})
    return {**found, "status": {"phase": phase, "conditions": list(conditions), "containerStatuses": [container]}}


def waiting(reason: str, message: str = "") -> Tree:
    return {"state": {"waiting": {"reason": reason, **({"message": message} if message else {})}}}


def ended(reason: str, message: str = "", code: int = 1) -> Tree:
    return {"terminated": {"exitCode": code, "reason": reason, "message": message}}


def an_event(about: Tree, reason: str, message: str, kind: str = "Warning", time: str = "2026-11-23T05:54:25Z") -> Tree:
    metadata = about["metadata"]
    involved = {"kind": about["kind"], **{field: metadata[field] for field in ("name", "namespace", "uid")}}
    return {"involvedObject": involved, "type": kind, "reason": reason, "message": message, "lastTimestamp": time}


def on_claim(reason: str, message: str, kind: str = "Warning", name: str = "web-01-root") -> Tree:
    """Return an event on the claim that a DataVolume has made."""
    return an_event(_named("PersistentVolumeClaim", name, "of-the-dv"), reason, message, kind)


def around(*found: Tree, **more: t.Any) -> Evidence:
    """Return the evidence that consists of these objects."""
    kinds: dict[str, list[Tree]] = {}
    for item in found:
        kind = "Event" if "involvedObject" in item else item["kind"]
        kinds.setdefault("Importer" if item.get("metadata", {}).get("name") == IMPORTER else kind, []).append(item)
    return Evidence(
        vmi=next(iter(kinds.get("VirtualMachineInstance", [])), None),
        pods=tuple(kinds.get("Pod", ())),
        importers=tuple(kinds.get("Importer", ())),
        data_volumes=tuple(kinds.get("DataVolume", ())),
        claims=tuple(kinds.get("PersistentVolumeClaim", ())),
        events=tuple(kinds.get("Event", ())),
        **more,
    )


def found(vm: Tree, *objects: Tree, late: bool = False) -> Finding:
    """Return the finding, which there must be."""
    finding = diagnose(vm, around(*objects), late=late)
    assert finding is not None
    return finding
