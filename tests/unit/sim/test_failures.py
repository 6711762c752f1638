# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways a VM does not come up, each where a diagnosis looks for it; and DataVolumes."""

from __future__ import annotations

import pytest

from tests.unit.sim.client import (
    CALLS,
    INSTANCES,
    MACHINES,
    SECRETS,
    VOLUMES,
    Client,
    Object,
    condition,
    machine,
    with_volume,
)

HTTP = {"http": {"url": "https://example.org/fedora.qcow2"}}


def inner(item: Object) -> Object:
    found: Object = item["spec"]["template"]["spec"]
    return found


def events(client: Client) -> list[tuple[str, str]]:
    items = client.get("/api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DPod")["items"]
    return [(item["reason"], item["message"]) for item in items]


def test_too_big_for_every_node(client: Client) -> None:
    item = machine(strategy="Always")
    inner(item)["domain"]["memory"]["guest"] = "200Gi"
    found = condition(client.create(item, "ErrorUnschedulable"), "PodScheduled")
    assert (found["status"], found["reason"]) == ("False", "Unschedulable")
    assert found["message"].startswith("0/3 nodes are available: 3 Insufficient memory. ")


def test_node_selector_that_nobody_has(client: Client) -> None:
    item = machine(strategy="Always")
    inner(item)["nodeSelector"] = {"nobody": "has"}
    found = condition(client.create(item, "ErrorUnschedulable"), "PodScheduled")
    assert "3 node(s) didn't match Pod's node affinity/selector." in found["message"]


def test_no_kvm_on_the_nodes(client: Client) -> None:
    for node in ("kv-node1", "kv-node2", "kv-node3"):
        found = client.simulator.read("nodes", "", node)
        assert found
        del found["status"]["allocatable"]["devices.kubevirt.io/kvm"]
        client.simulator.put(found)
    found = condition(client.create(machine(strategy="Always"), "ErrorUnschedulable"), "PodScheduled")
    assert "Insufficient devices.kubevirt.io/kvm" in found["message"]


def test_image_that_does_not_exist(client: Client) -> None:
    item = machine(strategy="Always")
    inner(item)["volumes"][0]["containerDisk"]["image"] = "registry.example/does-not-exist/x:1"
    pulled = condition(client.create(item, "ErrImagePull"), "Synchronized")
    assert pulled["message"].startswith('failed to pull and unpack image "registry.example/does-not-exist/x:1"')
    found = condition(client.until_status("web", "ImagePullBackOff"), "Synchronized")
    assert found["message"] == 'Back-off pulling image "registry.example/does-not-exist/x:1"'


def test_missing_claim_that_appears_later(client: Client) -> None:
    item = machine(strategy="Always")
    inner(item)["volumes"][0] = {"name": "root", "persistentVolumeClaim": {"claimName": "late"}}
    found = condition(client.create(item, "ErrorPvcNotFound"), "Synchronized")
    assert found["message"] == "PVC default/late does not exist, waiting for it to appear"
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "late"}, "spec": spec}
    client.ask("POST", "/api/v1/namespaces/default/persistentvolumeclaims", claim)
    running = client.until_status("web", "Running")
    assert condition(running, "LiveMigratable")["reason"] == "DisksNotLiveMigratable"


def test_missing_network(client: Client) -> None:
    item = machine(strategy="Always")
    inner(item)["networks"][0] = {"name": "default", "multus": {"networkName": "blue"}}
    inner(item)["domain"]["devices"]["interfaces"][0] = {"name": "default", "bridge": {}}
    client.create(item, "Starting")
    found = client.until(lambda: condition(client.get(f"{MACHINES}/web"), "Synchronized"))
    assert found["reason"] == "FailedCreate"
    assert found["message"].endswith("failed to locate network attachment definition default/blue")


def test_missing_secret(client: Client) -> None:
    item = machine(strategy="Always")
    inner(item)["volumes"].append({"name": "init", "cloudInitNoCloud": {"secretRef": {"name": "nosuch"}}})
    inner(item)["domain"]["devices"]["disks"].append({"name": "init", "disk": {}})
    client.create(item, "Starting")
    text = 'MountVolume.SetUp failed for volume "init-udata" : secret "nosuch" not found'
    client.until(lambda: ("FailedMount", text) in events(client))
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "nosuch"}}
    client.ask("POST", SECRETS, secret)
    client.until_status("web", "Running")


def test_crash_loop_and_boot_failures(client: Client) -> None:
    crashed = client.create(machine("crash", "Always", boot="crash"), "CrashLoopBackOff")
    assert crashed["status"]["startFailure"]["consecutiveFailCount"] == 1
    client.create(machine("fail", "Always", boot="fail"), "Starting")
    found = client.until(lambda: condition(client.get(f"{MACHINES}/fail"), "Synchronized"))
    assert found["reason"] == "Synchronizing with the Domain failed."
    client.create(machine("agentless", "Always", agent="false"), "Running")
    assert client.ask("GET", f"{CALLS}/virtualmachineinstances/agentless/guestosinfo").text.endswith("agent connected")


def test_guest_powers_off_or_hits_an_io_error(client: Client) -> None:
    client.create(machine(strategy="RerunOnFailure"), "Running")
    client.ask("PATCH", f"{INSTANCES}/web", {"metadata": {"annotations": {"sim/guest-action": "poweroff"}}})
    client.until_status("web", "Stopped")
    client.create(machine("io", "Always"), "Running")
    client.ask("PATCH", f"{INSTANCES}/io", {"metadata": {"annotations": {"sim/guest-action": "ioerror"}}})
    assert condition(client.until_status("io", "Paused"), "Paused")["reason"] == "PausedIOError"


def test_no_memory_fails_when_the_instance_is_made(client: Client) -> None:
    item = machine(strategy="Always")
    del inner(item)["domain"]["memory"]
    client.create(item, "Stopped")
    found = client.until(lambda: condition(client.get(f"{MACHINES}/web"), "Failure"))
    assert (found["reason"], "no memory requested" in found["message"]) == ("FailedCreate", True)


def test_quota_for_pods_and_claims(client: Client) -> None:
    hard = {"requests.memory": "1Gi", "persistentvolumeclaims": "0"}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": hard}}
    client.ask("POST", "/api/v1/namespaces/default/resourcequotas", quota)
    client.create(machine(strategy="Always"), "Starting")
    found = client.until(lambda: condition(client.get(f"{MACHINES}/web"), "Synchronized"))
    assert (found["reason"], "is forbidden: exceeded quota: q, " in found["message"]) == ("FailedCreate", True)
    client.create(with_volume(machine("disk", "Always"), HTTP), "Provisioning")
    bound = client.until(lambda: condition(client.get(f"{VOLUMES}/disk-root"), "Bound"))
    assert bound["reason"] == "ErrExceededQuota"


def test_import_of_a_template(client: Client) -> None:
    client.create(with_volume(machine(strategy="Always"), HTTP), "Provisioning")
    volume = client.get(f"{VOLUMES}/web-root")
    vm = client.get(f"{MACHINES}/web")["metadata"]
    assert volume["metadata"]["ownerReferences"][0]["uid"] == vm["uid"]
    assert volume["metadata"]["labels"]["kubevirt.io/created-by"] == vm["uid"]

    def progress() -> str:
        return str(client.get(f"{VOLUMES}/web-root").get("status", {}).get("progress"))

    client.until(lambda: progress() == "40.00%")
    running = client.until_status("web", "Running")
    assert condition(running, "DataVolumesReady")["reason"] == "AllDVsReady"
    client.ask("DELETE", f"{MACHINES}/web")
    client.until(lambda: client.ask("GET", f"{VOLUMES}/web-root").code == 404)
    assert client.ask("GET", "/api/v1/namespaces/default/persistentvolumeclaims/web-root").code == 404


def test_import_that_fails_for_ever(client: Client) -> None:
    client.create(
        with_volume(machine(strategy="Always"), {"http": {"url": "https://x.org/404.img"}}), "DataVolumeError"
    )
    volume = client.until(lambda: _restarted(client, 2))
    assert volume["status"]["phase"] == "ImportInProgress"
    error = client.until(lambda: condition(client.get(f"{VOLUMES}/web-root"), "Running").get("message"))
    assert error.endswith("expected status code 200, got 404. Status: 404 Not Found")


def _restarted(client: Client, times: int) -> Object | None:
    found = client.get(f"{VOLUMES}/web-root")
    return found if found.get("status", {}).get("restartCount", 0) >= times else None


@pytest.mark.parametrize(("strategy", "phase"), [("Halted", "PendingPopulation"), ("Always", "Succeeded")])
def test_wait_for_first_consumer(client: Client, strategy: str, phase: str) -> None:
    client.create(with_volume(machine(strategy=strategy), {"blank": {}}, storageClassName="ceph-rbd-wffc"))
    client.until(lambda: client.get(f"{VOLUMES}/web-root").get("status", {}).get("phase") == phase)
    client.until_status("web", "Running" if strategy == "Always" else "Stopped")


def test_what_cdi_refuses(client: Client) -> None:
    head = {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume", "metadata": {"name": "d"}}
    size = {"resources": {"requests": {"storage": "1Gi"}}}
    bare = client.ask("POST", VOLUMES, {**head, "spec": {"source": {"blank": {}}}})
    assert (bare.code, bare.json["details"]["causes"][0]["message"]) == (422, "Missing Data volume PVC")
    client.ask("POST", VOLUMES, {**head, "spec": {"source": {"blank": {}}, "storage": size}})
    changed = client.ask("PATCH", f"{VOLUMES}/d", {"spec": {"source": {"blank": None, "upload": {}}}})
    assert (changed.code, "Cannot update DataVolume Spec" in changed.message) == (422, True)
    unknown = {
        **head,
        "metadata": {"name": "u"},
        "spec": {"source": {"blank": {}}, "storage": {**size, "storageClassName": "local-path"}},
    }
    client.ask("POST", VOLUMES, unknown)
    found = client.until(lambda: condition(client.get(f"{VOLUMES}/u"), "Bound"))
    assert found["message"] == "no accessMode specified in StorageProfile local-path"
