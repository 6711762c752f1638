# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each step of a migration writes into the VMI, by version."""

from __future__ import annotations

import typing as t

import pytest

from tests.cluster.nodes.handler import behaviour, handover
from tests.cluster.nodes.handler.domain import Domain
from tests.cluster.nodes.objects import Object, condition
from tests.unit.cluster.nodes.builders import a_vmi

OLD, NEW = behaviour.of((1, 4)), behaviour.of((1, 8))
BOTH = pytest.mark.parametrize("found", [OLD, NEW], ids=["1.4", "1.8"])
LABEL = handover.TARGET_LABEL


def migrating(**status: t.Any) -> Object:
    """Return a VMI that moves from kv-node1 to kv-node2."""
    vmi = a_vmi(status={"migrationState": {"migrationUid": "m1", "targetNode": "kv-node2"}, **status})
    vmi["metadata"]["labels"] = {LABEL: "kv-node2", "kubevirt.io/nodeName": "kv-node1"}
    vmi["metadata"]["annotations"] = {"kubevirt.io/eviction-source": "x"}
    return vmi


def test_the_target_tells_where_it_listens() -> None:
    vmi = migrating()
    vmi["status"]["migrationState"]["targetState"] = {}
    handover.prepare(vmi)

    assert handover.state(vmi)["targetNodeAddress"] == "10.99.2.2"
    assert handover.state(vmi)["targetState"]["nodeAddress"] == "10.99.2.2"


@BOTH
@pytest.mark.parametrize("aborted", [True, False])
def test_a_failure_ends_the_migration_where_it_was(found: behaviour.Behaviour, aborted: bool) -> None:
    vmi = migrating()
    handover.fail(vmi, found, "why", aborted=aborted)
    state = handover.state(vmi)

    assert not handover.in_progress(vmi)
    assert (state["failed"], state["failureReason"]) == (True, "why")
    assert ("abortStatus" in state) is aborted
    assert vmi["status"]["nodeName"] == "kv-node1"
    assert (LABEL in vmi["metadata"]["labels"]) is (found is OLD)


def test_in_old_versions_the_target_reports_ready_before_the_source_completes() -> None:
    vmi = migrating(conditions=[{"type": "HotMemoryChange", "status": "True"}])
    domain = Domain.new(vmi, 0)

    assert handover.receive(vmi, domain, OLD) is not False
    assert "targetNodeDomainReadyTimestamp" in handover.state(vmi)
    assert domain.memory == "1Gi"
    handover.acknowledge(vmi, OLD)
    assert handover.state(vmi)["completed"]


def test_in_new_versions_the_target_does_all_and_completes_last() -> None:
    vmi = migrating(conditions=[{"type": "MigrationRequired", "status": "True"}])
    domain = Domain.new(vmi, 0)

    assert handover.receive(vmi, domain, NEW) is False
    handover.acknowledge(vmi, NEW)
    assert handover.in_progress(vmi)
    assert not condition(vmi, "MigrationRequired")
    assert vmi["metadata"]["annotations"] == {}
    handover.finalize(vmi, domain, NEW)
    assert handover.state(vmi)["completed"]


@BOTH
def test_the_vmi_belongs_to_the_target_then(found: behaviour.Behaviour) -> None:
    vmi = migrating(evacuationNodeName="kv-node1", launcherContainerImageVersion="old")
    handover.acknowledge(vmi, found)
    handover.finalize(vmi, Domain.new(vmi, 0), found)

    assert vmi["status"]["nodeName"] == vmi["metadata"]["labels"]["kubevirt.io/nodeName"] == "kv-node2"
    assert "evacuationNodeName" not in vmi["status"]
    assert (LABEL in vmi["metadata"]["labels"]) is (found is OLD)


def test_cpus_and_memory_come_with_a_migration() -> None:
    kinds = ("HotVCPUChange", "HotMemoryChange", "Ready")
    vmi = migrating(conditions=[{"type": kind, "status": "True"} for kind in kinds])
    vmi["spec"]["domain"].update(cpu={"sockets": 4, "cores": 2}, memory={"guest": "2Gi"})
    vmi["metadata"]["labels"]["kubevirt.io/vmi-pod-memory-requests"] = "3Gi"
    handover.plug(vmi, Domain.new(vmi, 0))

    assert vmi["status"]["currentCPUTopology"] == {"sockets": 4, "cores": 2, "threads": 1}
    assert vmi["status"]["memory"] == {"guestRequested": "2Gi", "guestCurrent": "2Gi"}
    assert [found["type"] for found in vmi["status"]["conditions"]] == ["Ready"]
    assert "kubevirt.io/vmi-pod-memory-requests" not in vmi["metadata"]["labels"]


def test_nothing_is_plugged_that_nobody_asked_for() -> None:
    vmi = migrating()
    vmi["spec"]["domain"].update(cpu={"sockets": 4})
    handover.plug(vmi, Domain.new(vmi, 0))

    assert "currentCPUTopology" not in vmi["status"]
    assert "memory" not in vmi["status"]


def test_volumes_move_with_a_migration() -> None:
    old, new = {"claimName": "disk"}, {"claimName": "disk-new", "accessModes": ["ReadWriteMany"]}
    moved = [{"volumeName": "root", "sourcePVCInfo": old, "destinationPVCInfo": new}]
    entries = [{"name": "root", "persistentVolumeClaimInfo": old}, {"name": "other"}]
    changing = [{"type": "VolumesChange", "status": "True"}]
    vmi = migrating(migratedVolumes=moved, volumeStatus=entries, conditions=changing)
    handover.plug(vmi, Domain.new(vmi, 0))

    assert vmi["status"]["volumeStatus"][0]["persistentVolumeClaimInfo"] == new
    assert "migratedVolumes" not in vmi["status"]
    assert vmi["status"]["conditions"] == []
