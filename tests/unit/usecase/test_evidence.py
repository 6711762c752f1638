# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence is read with few requests, and never fails."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    ApiMissing,
    ConnectionFailed,
    Forbidden,
    NotFound,
    Unavailable,
    VmoError,
)
from ansible_collections.vmo.core.plugins.module_utils._ports import Listing
from ansible_collections.vmo.core.plugins.module_utils._usecase.evidence import gather, gather_volume
from tests.unit.plan.diagnosis.builders import (
    VM_UID,
    VMI_UID,
    a_claim,
    a_pod,
    a_vm,
    a_vmi,
    a_volume,
    an_event,
    an_importer,
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster

Tree = dict[str, t.Any]
CREATED_BY = "kubevirt.io/created-by"


class Readable:
    """A cluster that holds these objects, answers reads, and counts them; ``refused`` kinds raise."""

    dry_run = False

    def __init__(self, *objects: Tree, refused: Mapping[str, VmoError] | None = None) -> None:
        self._objects = objects
        self._refused = refused or {}
        self.requests: list[str] = []

    def get(self, kind: Kind, _namespace: str | None, name: str) -> Tree | None:
        self._ask(kind, name)
        return next((item for item in self._of(kind) if item["metadata"]["name"] == name), None)

    def list_all(
        self, kind: Kind, _namespace: str | None = None, *, labels: str | None = None, fields: str | None = None
    ) -> Listing:
        self._ask(kind, labels or fields or "")
        if fields:
            wanted = fields.partition("=")[2]
            return Listing(
                [item for item in self._objects if item.get("involvedObject", {}).get("name") == wanted], "1"
            )
        values = re.findall(r"[\w-]+", (labels or "").partition(CREATED_BY)[2])
        return Listing([i for i in self._of(kind) if i["metadata"].get("labels", {}).get(CREATED_BY) in values], "1")

    def _of(self, kind: Kind) -> list[Tree]:
        return [item for item in self._objects if item.get("kind") == kind.name]

    def _ask(self, kind: Kind, what: str) -> None:
        self.requests.append(f"{kind.plural} {what}")
        if kind.plural in self._refused:
            raise self._refused[kind.plural]


def cluster(*objects: Tree, refused: Mapping[str, VmoError] | None = None) -> tuple[Cluster, Readable]:
    readable = Readable(*objects, refused=refused)
    return t.cast("Cluster", readable), readable


def made_by(uid: str, found: Tree, **metadata: t.Any) -> Tree:
    labels = {**found["metadata"].get("labels", {}), CREATED_BY: uid}
    return {**found, "metadata": {**found["metadata"], "labels": labels, **metadata}}


VM = a_vm("Provisioning")
VOLUME = made_by(VM_UID, a_volume("ImportInProgress", progress="37.50%"))
IMPORTER = made_by(VM_UID, an_importer("Running"))
OLD = made_by(VMI_UID, a_pod("Running"), name="virt-launcher-web-01-old", creationTimestamp="2026-11-23T05:00:00Z")
NEW = made_by(VMI_UID, a_pod("Pending"), creationTimestamp="2026-11-23T06:00:00Z")


def test_what_belongs_to_the_vm_is_found() -> None:
    vmi = a_vmi("Scheduling")
    stranger = made_by("another", a_pod("Pending"), name="virt-launcher-web-02")
    about_vm, about_pod, about_volume = (an_event(item, "Some", "text") for item in (VM, NEW, VOLUME))
    reader, _readable = cluster(vmi, VOLUME, IMPORTER, OLD, NEW, stranger, about_vm, about_pod, about_volume)
    evidence = gather(reader, "shop", "web-01", VM)
    assert evidence.vmi == vmi
    assert evidence.pods == (NEW, OLD)
    assert evidence.importers == (IMPORTER,)
    assert evidence.data_volumes == (VOLUME,)
    assert evidence.events == (about_vm, about_pod, about_volume)
    assert evidence.unavailable == ()


def test_a_vm_that_runs_costs_five_requests() -> None:
    vm, vmi = a_vm("Running"), a_vmi("Running")
    reader, readable = cluster(vmi, NEW, made_by(VM_UID, a_volume("Succeeded")))
    gather(reader, "shop", "web-01", vm)
    assert readable.requests == [
        "virtualmachineinstances web-01",
        f"datavolumes {CREATED_BY}={VM_UID}",
        f"pods {CREATED_BY} in ({VMI_UID})",
        "events involvedObject.name=web-01",
        "events involvedObject.name=virt-launcher-web-01-9zk6h",
    ]


def test_many_disks_do_not_mean_many_requests() -> None:
    names = [f"data-{number}" for number in range(40)]
    volumes = [{"name": name, "dataVolume": {"name": name}} for name in names]
    volumes += [{"name": f"c{name}", "persistentVolumeClaim": {"claimName": f"c{name}"}} for name in names]
    found = [made_by(VM_UID, a_volume("Pending", name=name)) for name in names[:20]]
    found += [a_volume("Pending", name=name) for name in names[20:]] + [a_claim(name=f"c{name}") for name in names]
    reader, readable = cluster(a_vmi("Pending"), *found)
    gather(reader, "shop", "web-01", a_vm("Provisioning", volumes=volumes))
    assert len(readable.requests) == 20


def test_data_volumes_and_claims_that_the_vm_names_are_read() -> None:
    volumes = [
        {"name": "root", "dataVolume": {"name": "made-before"}},
        {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "none", "persistentVolumeClaim": {"claimName": "nope"}},
    ]
    reader, _readable = cluster(a_volume("Succeeded", name="made-before"), a_claim("Pending"))
    evidence = gather(reader, "shop", "web-01", a_vm("Starting", volumes=volumes))
    assert [item["metadata"]["name"] for item in evidence.data_volumes] == ["made-before"]
    assert [item["metadata"]["name"] for item in evidence.claims] == ["data"]


def test_a_vm_without_disks_of_its_own_asks_for_none() -> None:
    vm = a_vm("Starting", volumes=[{"name": "root", "containerDisk": {"image": "registry.example/x:1"}}])
    del vm["spec"]["dataVolumeTemplates"]
    reader, readable = cluster()
    gather(reader, "shop", "web-01", vm)
    assert not any(request.startswith(("datavolumes", "pods", "persistent")) for request in readable.requests)


def test_the_pod_of_a_start_that_failed_is_found_by_the_uid_of_its_vmi() -> None:
    vm = a_vm("CrashLoopBackOff", startFailure={"consecutiveFailCount": 1, "lastFailedVMIUID": VMI_UID})
    reader, _readable = cluster(NEW)
    assert gather(reader, "shop", "web-01", vm).pods == (NEW,)


def test_events_of_an_earlier_vmi_are_left_out() -> None:
    before = an_event(
        {**a_vmi("Failed"), "metadata": {**a_vmi("Failed")["metadata"], "uid": "old"}}, "Stopped", "crashed"
    )
    reader, _readable = cluster(a_vmi("Scheduling"), before)
    assert gather(reader, "shop", "web-01", VM).events == ()


@pytest.mark.parametrize("error", [Forbidden("no"), ApiMissing("no"), NotFound("no"), Unavailable("no")])
@pytest.mark.parametrize(
    ("plural", "name"),
    [
        ("virtualmachineinstances", "virtual_machine_instance"),
        ("datavolumes", "data_volumes"),
        ("persistentvolumeclaims", "persistent_volume_claims"),
        ("pods", "pods"),
        ("events", "events"),
    ],
)
def test_what_cannot_be_read_is_told_and_not_raised(plural: str, name: str, error: VmoError) -> None:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    reader, readable = cluster(a_vmi("Scheduling"), VOLUME, NEW, refused={plural: error})
    evidence = gather(reader, "shop", "web-01", a_vm("Starting", volumes=volumes))
    assert name in evidence.unavailable
    assert sum(request.startswith(plural) for request in readable.requests) == 1


def test_a_silent_server_is_asked_once() -> None:
    reader, readable = cluster(VOLUME, refused={"virtualmachineinstances": ConnectionFailed("no answer")})
    evidence = gather(reader, "shop", "web-01", VM)
    assert len(readable.requests) == 1
    assert evidence.unavailable == ("virtual_machine_instance", "data_volumes", "events")


def test_the_pod_that_fills_a_golden_image_is_found_by_the_claim() -> None:
    claim = a_claim(name="web-01-root")
    importer = an_importer("Running")
    importer["metadata"]["name"] = f"importer-prime-{claim['metadata']['uid']}"
    event = an_event(importer, "BackOff", "Back-off restarting failed container")
    readable, seen = cluster(VOLUME, claim, importer, event)
    evidence = gather_volume(readable, VOLUME)
    assert (evidence.data_volumes, evidence.importers, evidence.events) == ((VOLUME,), (importer,), (event,))
    # the claim, two pods by name, and events of the volume, the pod and CDI's own claim
    assert len(seen.requests) == 6


def test_a_golden_image_whose_surroundings_may_not_be_read_is_still_told_of() -> None:
    kinds = ("persistentvolumeclaims", "pods", "events")
    readable, _seen = cluster(VOLUME, refused={kind: Forbidden("no") for kind in kinds})
    evidence = gather_volume(readable, VOLUME)
    assert evidence.data_volumes == (VOLUME,)
    assert evidence.unavailable == ("persistent_volume_claims", "pods", "events")
