# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of a VMI: migratability by version, interfaces, volumes, conditions."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.cluster.nodes.handler import behaviour, conditions, interfaces, migratability, vmistatus, volumes
from tests.cluster.nodes.handler.domain import BY_USER, Domain
from tests.cluster.nodes.handler.interfaces import Seen
from tests.cluster.nodes.knobs import Knobs
from tests.cluster.nodes.objects import Object, condition, is_true
from tests.unit.cluster.nodes.builders import a_vmi

OLD, NEW = behaviour.of((1, 4)), behaviour.of((1, 8))
BOTH = pytest.mark.parametrize("found", [OLD, NEW], ids=["1.4", "1.8"])
CLAIM = [{"name": "root", "persistentVolumeClaim": {"claimName": "disk"}}]


def with_claim(*modes: str, **more: t.Any) -> Object:
    info = {"claimName": "disk", "accessModes": list(modes)}
    status = {"volumeStatus": [{"name": "root", "target": "", "persistentVolumeClaimInfo": info}], **more}
    return a_vmi(spec={"volumes": CLAIM}, status=status)


def with_devices(**devices: t.Any) -> Object:
    vmi = a_vmi()
    vmi["spec"]["domain"]["devices"].update(devices)
    return vmi


def reasons(vmi: Object, found: behaviour.Behaviour) -> list[str]:
    return [refusal.reason for refusal in migratability.judge(vmi, found).refusals]


@BOTH
def test_a_container_disk_migrates_by_copying(found: behaviour.Behaviour) -> None:
    verdict = migratability.judge(a_vmi(), found)

    assert verdict.refusals == []
    assert verdict.block


@BOTH
def test_a_shared_claim_migrates_without_copying(found: behaviour.Behaviour) -> None:
    assert migratability.judge(with_claim("ReadWriteMany"), found) == migratability.Verdict([], False)


@BOTH
def test_a_claim_that_is_not_shared_does_not_migrate(found: behaviour.Behaviour) -> None:
    verdict = migratability.judge(with_claim("ReadWriteOnce"), found)

    assert "PVC disk is not shared" in verdict.refusals[0].message
    assert verdict.storage_refusals == []


@BOTH
def test_it_does_when_its_volume_moves(found: behaviour.Behaviour) -> None:
    verdict = migratability.judge(with_claim("ReadWriteOnce", migratedVolumes=[{"volumeName": "root"}]), found)

    assert verdict == migratability.Verdict([], True)


@BOTH
def test_a_read_only_cdrom_is_not_copied(found: behaviour.Behaviour) -> None:
    assert not migratability.judge(with_devices(disks=[{"name": "root", "cdrom": {"bus": "sata"}}]), found).block


def test_the_order_of_reasons_is_the_version_s() -> None:
    vmi = with_claim("ReadWriteOnce")
    vmi["spec"]["domain"]["devices"]["interfaces"] = [{"name": "default", "bridge": {}}]

    assert reasons(vmi, OLD) == ["DisksNotLiveMigratable", "InterfaceNotLiveMigratable"]
    assert reasons(vmi, NEW) == ["InterfaceNotLiveMigratable", "DisksNotLiveMigratable"]


def test_virtiofs_migrates_since_it_can() -> None:
    vmi = with_devices(filesystems=[{"name": "root", "virtiofs": {}}], disks=[])

    assert reasons(vmi, OLD) == ["VirtIOFSNotLiveMigratable"]
    assert migratability.judge(vmi, NEW) == migratability.Verdict([], False)


@BOTH
def test_a_bridge_on_the_pod_network_migrates_only_if_allowed(found: behaviour.Behaviour) -> None:
    vmi = with_devices(interfaces=[{"name": "default", "bridge": {}}])
    assert reasons(vmi, found) == ["InterfaceNotLiveMigratable"]

    vmi["metadata"]["annotations"] = {"kubevirt.io/allow-pod-bridge-network-live-migration": ""}
    assert reasons(vmi, found) == []


@BOTH
def test_host_devices_stay_where_they_are(found: behaviour.Behaviour) -> None:
    assert reasons(with_devices(gpus=[{"name": "gpu"}]), found) == ["HostDeviceNotLiveMigratable"]


def test_interfaces_get_addresses_from_pod_and_agent() -> None:
    vmi = with_devices(interfaces=[{"name": "default", "masquerade": {}}, {"name": "vlan20", "bridge": {}}])
    domain = Domain.new(vmi, 0)
    interfaces.update(vmi, domain, Seen("10.99.16.10", agent=False))
    primary, secondary = vmi["status"]["interfaces"]

    assert (primary["ipAddress"], primary["infoSource"]) == ("10.99.16.10", "domain")
    assert "ipAddress" not in secondary

    interfaces.update(vmi, domain, Seen("10.99.16.10", agent=True))
    again, secondary = vmi["status"]["interfaces"]
    assert again["mac"] == primary["mac"]
    assert (again["infoSource"], again["interfaceName"]) == ("domain, guest-agent", "eth0")
    assert secondary["ipAddress"].startswith("192.168.")


def test_an_interface_is_plugged_when_multus_has_done_its_part() -> None:
    vmi = a_vmi()
    domain = Domain.new(vmi, 0)
    vmi["spec"]["domain"]["devices"]["interfaces"].append({"name": "vlan20", "bridge": {}})
    interfaces.update(vmi, domain, Seen("", agent=False))
    assert [found["name"] for found in vmi["status"]["interfaces"]] == ["default"]

    vmi["status"]["interfaces"].append({"name": "vlan20", "infoSource": "multus-status", "podInterfaceName": "pod9"})
    interfaces.update(vmi, domain, Seen("", agent=False))
    plugged = vmi["status"]["interfaces"][1]
    assert (plugged["infoSource"], plugged["podInterfaceName"]) == ("domain, multus-status", "pod9")


def test_an_absent_interface_leaves_the_status() -> None:
    vmi = a_vmi(status={"interfaces": [{"name": "default", "infoSource": "domain"}]})
    vmi["spec"]["domain"]["devices"]["interfaces"][0]["state"] = "absent"
    interfaces.update(vmi, Domain.new(vmi, 0), Seen("", agent=False))

    assert vmi["status"]["interfaces"] == []


def test_devices_are_named_by_bus_in_order() -> None:
    disks = [
        {"name": "root", "disk": {"bus": "virtio"}},
        {"name": "iso", "cdrom": {"bus": "sata"}},
        {"name": "data", "disk": {}},
        {"name": "extra", "lun": {"bus": "scsi"}},
    ]
    vmi = with_devices(disks=disks)
    vmi["spec"]["volumes"] = [{"name": disk["name"], "containerDisk": {}} for disk in disks]
    domain = Domain.new(vmi, 0)
    volumes.assign_targets(vmi, domain)

    assert domain.targets == {"root": "vda", "iso": "sda", "data": "vdb", "extra": "sdb"}


def hotplugged(phase: str, **more: t.Any) -> Object:
    entry = {"name": "extra", "target": "", "phase": phase, "hotplugVolume": {"attachPodUID": "pod-9"}, **more}
    vmi = a_vmi(status={"volumeStatus": [{"name": "root", "target": ""}, entry]})
    vmi["spec"]["volumes"].append({"name": "extra", "dataVolume": {"name": "extra", "hotpluggable": True}})
    vmi["spec"]["domain"]["devices"]["disks"].append({"name": "extra", "disk": {"bus": "scsi"}})
    return vmi


def extra(vmi: Object) -> Object:
    found: Object = next(entry for entry in vmi["status"]["volumeStatus"] if entry["name"] == "extra")
    return found


def test_a_volume_is_hotplugged_in_two_steps_and_unplugged_in_one() -> None:
    vmi = hotplugged("AttachedToNode")
    domain = Domain.new(vmi, 0)

    assert volumes.update(vmi, domain, hang=False) is not None
    assert extra(vmi)["phase"] == "MountedToPod"
    assert volumes.update(vmi, domain, hang=False) is None
    assert (extra(vmi)["phase"], extra(vmi)["target"]) == ("Ready", "sda")

    vmi["spec"]["volumes"].pop()
    volumes.update(vmi, domain, hang=False)
    assert (extra(vmi)["phase"], extra(vmi)["target"]) == ("UnMountedFromPod", "")


@pytest.mark.parametrize("phase", ["Pending", "Bound"])
def test_a_volume_waits_for_its_attachment_pod(phase: str) -> None:
    vmi = hotplugged(phase)
    volumes.update(vmi, Domain.new(vmi, 0), hang=False)

    assert extra(vmi)["phase"] == phase


def test_a_hanging_hotplug_stays_attached_to_the_node() -> None:
    vmi = hotplugged("AttachedToNode")

    assert volumes.update(vmi, Domain.new(vmi, 0), hang=True) is None
    assert extra(vmi)["phase"] == "AttachedToNode"


def test_a_memory_dump_runs_through_its_phases() -> None:
    vmi = hotplugged("AttachedToNode", memoryDumpVolume={"claimName": "extra"})
    domain, phases = Domain.new(vmi, 0), []
    for _step in range(4):
        volumes.update(vmi, domain, hang=False)
        phases.append(extra(vmi)["phase"])

    assert phases == ["MountedToPod", "MemoryDumpInProgress", "MemoryDumpCompleted", "MemoryDumpCompleted"]
    assert extra(vmi)["memoryDumpVolume"]["targetFileName"].startswith("web-extra-")


def test_changes_of_volumes_are_events() -> None:
    before, after = hotplugged("AttachedToNode"), hotplugged("Ready", reason="VolumeReady", message="attached")

    assert volumes.changes(before, after) == [volumes.Change("VolumeReady", "attached")]
    assert volumes.changes(after, after) == []
    assert volumes.changes(after, a_vmi()) == [volumes.Change("VolumeUnplugged", "Volume extra has been unplugged")]


def view(directory: Path, domain: Domain, found: behaviour.Behaviour = NEW) -> vmistatus.View:
    return vmistatus.View(domain, "10.99.16.10", Knobs(directory / "absent"), found)


def test_a_running_guest_fills_the_status(tmp_path: Path) -> None:
    vmi = a_vmi()
    domain = Domain.new(vmi, 0)
    domain.agent, domain.paused, domain.frozen = True, BY_USER, True
    vmistatus.fill(vmi, view(tmp_path, domain))
    status = vmi["status"]

    assert is_true(vmi, "LiveMigratable")
    assert is_true(vmi, "AgentConnected")
    assert (condition(vmi, "Paused") or {})["reason"] == "PausedByUser"
    assert status["memory"] == {"guestCurrent": "1Gi"}
    assert status["machine"] == {"type": "pc-q35-rhel9.6.0"}
    assert status["fsFreezeStatus"] == "frozen"
    assert status["guestOSInfo"]["id"] == "fedora"
    assert status["volumeStatus"] == [{"name": "root", "target": "vda"}]


def test_what_is_over_leaves_the_status(tmp_path: Path) -> None:
    vmi = a_vmi()
    domain = Domain.new(vmi, 0)
    domain.agent, domain.paused, domain.frozen = True, BY_USER, True
    vmistatus.fill(vmi, view(tmp_path, domain))
    domain.agent, domain.paused, domain.frozen = False, None, False
    vmistatus.fill(vmi, view(tmp_path, domain))

    assert not condition(vmi, "AgentConnected")
    assert not condition(vmi, "Paused")
    assert "fsFreezeStatus" not in vmi["status"]


def test_filling_twice_changes_nothing(tmp_path: Path) -> None:
    vmi = a_vmi()
    domain = Domain.new(vmi, 0)
    vmistatus.fill(vmi, view(tmp_path, domain))
    before = repr(vmi)
    vmistatus.fill(vmi, view(tmp_path, domain))

    assert repr(vmi) == before


@pytest.mark.parametrize(("found", "method"), [(OLD, "BlockMigration"), (NEW, "LiveMigration")])
def test_the_migration_method_is_set_once_in_old_versions(
    tmp_path: Path, found: behaviour.Behaviour, method: str
) -> None:
    vmi = with_claim("ReadWriteMany", migratedVolumes=[{"volumeName": "root"}])
    domain = Domain.new(vmi, 0)
    vmistatus.fill(vmi, view(tmp_path, domain, found))
    del vmi["status"]["migratedVolumes"]
    vmistatus.fill(vmi, view(tmp_path, domain, found))

    assert vmi["status"]["migrationMethod"] == method


def test_a_vmi_that_must_migrate_and_cannot_is_warned_about_once(tmp_path: Path) -> None:
    before = with_devices(gpus=[{"name": "gpu"}])
    before["spec"]["evictionStrategy"] = "LiveMigrate"
    after = {**before, "status": dict(before["status"])}
    vmistatus.fill(after, view(tmp_path, Domain.new(after, 0)))

    assert "VMI uses a PCI host devices" in vmistatus.refusal_to_evict(before, after)
    assert vmistatus.refusal_to_evict(after, after) == ""


def test_a_condition_is_stamped_when_it_changes() -> None:
    vmi = a_vmi()

    assert conditions.put(vmi, "Synchronized", False, "Failed", "why")
    assert not conditions.put(vmi, "Synchronized", False, "Failed", "why")
    assert conditions.put(vmi, "Synchronized", False, "Failed", "else")
    assert len(vmi["status"]["conditions"]) == 1


def test_a_domain_is_recovered_from_the_status() -> None:
    vmi = hotplugged("Ready", target="sda")
    vmi["status"]["conditions"] = [{"type": "AgentConnected", "status": "True"}, {"type": "Paused", "status": "True"}]
    domain = Domain.recovered(vmi)

    assert domain.agent
    assert domain.paused
    assert domain.targets == {"extra": "sda"}
    assert domain.attached == {"root", "extra"}
    assert domain.booted_at is None
