# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VirtualMachines and wishes, as tests need them."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.vm import WantedVm
from ansible_collections.vmo.core.plugins.module_utils._plan.merge import merge
from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Plan, Step
from ansible_collections.vmo.core.plugins.module_utils._plan.vm import ask, decide
from ansible_collections.vmo.core.plugins.module_utils._plan.vm_shape import VM_SHAPE

Tree = dict[str, t.Any]


def wanted(state: str = "present", *, name: str = "web-01", **more: t.Any) -> WantedVm:
    """Return a wish; what is no field of ``WantedVm`` is an option of the VM."""
    fields = {field: more.pop(field) for field in list(more) if field in WantedVm.__dataclass_fields__}
    return WantedVm(namespace="shop", name=name, state=state, options=more, **fields)


def a_vm(
    *, name: str = "web-01", strategy: str = "Always", running: bool = True, spec: Tree | None = None, **template: t.Any
) -> Tree:
    """Return a VM as KubeVirt 1.4 serves it; keywords are parts of its template."""
    vm: Tree = {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": "0d3f9c2e",
            "resourceVersion": "41",
            "generation": 1,
            "finalizers": ["kubevirt.io/virtualMachineControllerFinalize"],
            "annotations": {"kubevirt.io/latest-observed-api-version": "v1"},
        },
        "spec": {
            "runStrategy": strategy,
            "template": {
                "metadata": {"creationTimestamp": None},
                "spec": {
                    "architecture": "amd64",
                    "domain": {
                        "machine": {"type": "q35"},
                        "memory": {"guest": "1Gi"},
                        "resources": {},
                        "devices": {
                            "disks": [{"name": "root", "disk": {"bus": "virtio"}}],
                            "interfaces": [{"name": "default", "masquerade": {}}],
                        },
                    },
                    "networks": [{"name": "default", "pod": {}}],
                    "volumes": [{"name": "root", "containerDisk": {"image": "registry.example/fedora:42"}}],
                },
            },
        },
        "status": {"printableStatus": "Stopped"},
    }
    if running:
        vm["status"] = {
            "printableStatus": "Running",
            "created": True,
            "ready": True,
            "desiredGeneration": 1,
            "conditions": [{"type": "Ready", "status": "True"}],
        }
    vm["spec"].update(spec or {})
    return t.cast("Tree", merge(vm, {"spec": {"template": {"spec": template}}}, VM_SHAPE))


def with_disk(vm: Tree, name: str, size: str = "10Gi") -> Tree:
    """Return the VM with one more disk, that its own DataVolume holds."""
    data_volume = f"{vm['metadata']['name']}-{name}"
    template = {
        "metadata": {"name": data_volume, "creationTimestamp": None},
        "spec": {"source": {"blank": {}}, "storage": {"resources": {"requests": {"storage": size}}}},
    }
    vm = copy.deepcopy(vm)
    spec = vm["spec"]["template"]["spec"]
    spec["domain"]["devices"]["disks"].append({"name": name, "disk": {"bus": "virtio"}})
    spec["volumes"].append({"name": name, "dataVolume": {"name": data_volume}})
    vm["spec"].setdefault("dataVolumeTemplates", []).append(template)
    return vm


def an_owned_volume(vm: Tree, name: str) -> Tree:
    """Return the DataVolume that KubeVirt made for a disk of the VM."""
    uid = vm["metadata"]["uid"]
    return {
        "metadata": {
            "name": f"{vm['metadata']['name']}-{name}",
            "namespace": "shop",
            "uid": f"dv-{name}",
            "labels": {"kubevirt.io/created-by": uid},
            "ownerReferences": [{"kind": "VirtualMachine", "name": vm["metadata"]["name"], "uid": uid}],
        }
    }


def plan(wish: WantedVm, found: Tree | None, *, secret: Tree | None = None, owned: t.Sequence[Tree] = ()) -> Plan:
    """Return the plan for a wish."""
    return decide(wish, found, ask(wish, found), secret, owned)


def the_step(made: Plan, verb: str, kind: str = "VirtualMachine") -> Step:
    """Return the one step of that verb and kind."""
    steps = [step for step in made.steps if step.verb == verb and step.kind.name == kind]
    assert len(steps) == 1, f"{verb} {kind} in {[step.report() for step in made.steps]}"
    return steps[0]


def served(made: Plan, found: Tree | None) -> Tree:
    """Return the VM after the plan was carried out, as RFC 7386 has it."""
    vm = copy.deepcopy(found) if found is not None else {}
    for step in made.steps:
        if step.kind.name != "VirtualMachine":
            continue
        if step.verb == "create":
            vm = copy.deepcopy(step.body)
            vm["metadata"].update(uid="0d3f9c2e", resourceVersion="1", generation=1)
        elif step.verb == "patch":
            vm = apply_patch(vm, step.body)
    return vm


def apply_patch(target: t.Any, patch: t.Any) -> t.Any:
    """Apply a merge patch exactly as RFC 7386, section 2, says."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for field, value in patch.items():
        if value is None:
            result.pop(field, None)
        else:
            result[field] = apply_patch(result.get(field), value)
    return result
