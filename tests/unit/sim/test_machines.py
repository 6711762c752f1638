# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KubeVirt's part: defaults, refusals, the life of a VM, subresources."""

from __future__ import annotations

import typing as t

import pytest

from tests.unit.sim.client import CALLS, INSTANCES, MACHINES, Client, Object, condition, machine

_INNER = "spec.template.spec"


def call(client: Client, vm: str, verb: str, **options: t.Any) -> t.Any:
    plural = "virtualmachineinstances" if verb in ("pause", "unpause", "softreboot") else "virtualmachines"
    return client.ask("PUT", f"{CALLS}/{plural}/{vm}/{verb}", options)


def test_defaults_of_1_4(client: Client) -> None:
    spec = client.create(machine())["spec"]["template"]
    assert spec["metadata"]["creationTimestamp"] is None
    assert spec["spec"]["domain"]["machine"] == {"type": "q35"}
    assert spec["spec"]["domain"]["resources"] == {}
    assert spec["spec"]["domain"]["memory"] == {"guest": "1Gi"}
    assert "firmware" not in spec["spec"]["domain"]


def test_defaults_of_1_8(newer_client: Client) -> None:
    spec = newer_client.create(machine())["spec"]["template"]
    assert "creationTimestamp" not in spec["metadata"]
    assert "kubevirt.io/pci-topology-version" in spec["metadata"]["annotations"]
    assert set(spec["spec"]["domain"]["firmware"]) == {"uuid", "serial"}


def _edited(path: str, value: t.Any) -> Object:
    """Return a VM with one field set, or dropped when the value is None."""
    item = machine()
    *parents, last = path.split(".")
    place: t.Any = item
    for step in parents:
        place = place[int(step)] if step.isdigit() else place.setdefault(step, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return item


@pytest.mark.parametrize(
    ("path", "value", "field", "message"),
    [
        ("spec.runStrategy", "Bogus", "spec.runStrategy", "Invalid RunStrategy (Bogus)"),
        ("spec.runStrategy", None, "spec.running", "RunStrategy must be specified"),
        ("spec.running", True, "spec.running", "Running and RunStrategy are mutually exclusive."),
        (f"{_INNER}.volumes", [], f"{_INNER}.domain.devices.disks[0].name", "disks[0].Name 'root' not found."),
        (f"{_INNER}.networks", [], f"{_INNER}.domain.devices.interfaces[0].name", "Masquerade interface only"),
        (f"{_INNER}.domain.devices.disks.0.disk.bus", "ide", f"{_INNER}.domain.devices.disks[0].disk.bus", "bus ide"),
        (f"{_INNER}.domain.devices.disks.0.bootOrder", 0, f"{_INNER}.domain.devices.disks[0].bootOrder", "order > 0"),
        (
            f"{_INNER}.domain.devices.interfaces.0.macAddress",
            "zz",
            f"{_INNER}.domain.devices.interfaces[0].macAddress",
            "malformed MAC address (zz)",
        ),
        (f"{_INNER}.evictionStrategy", "zz", f"{_INNER}.evictionStrategy", "unrecognized option: zz"),
        (f"{_INNER}.volumes.0.emptyDisk", {"capacity": "1Gi"}, f"{_INNER}.volumes[0]", "exactly one source type"),
        ("spec.instancetype", {"name": "none"}, "spec.instancetype", "Failure to find instancetype"),
    ],
)
def test_what_the_validating_webhook_refuses(client: Client, path: str, value: t.Any, field: str, message: str) -> None:
    answer = client.ask("POST", MACHINES, _edited(path, value))
    assert answer.code == 422
    assert answer.message.startswith('admission webhook "virtualmachine-validator.kubevirt.io" denied the request: ')
    cause = answer.json["details"]["causes"][0]
    assert cause["field"] == field
    assert message in cause["message"]


def test_what_the_mutating_webhook_refuses(client: Client) -> None:
    mistyped = client.ask("POST", MACHINES, _edited(f"{_INNER}.domain.cpu", {"cores": "two"}))
    text = 'spec.template.spec.domain.cpu.cores in body must be of type integer: "string"'
    assert (mistyped.code, mistyped.json["details"]["causes"]) == (422, [{"message": text}])
    quantity = client.ask("POST", MACHINES, _edited(f"{_INNER}.domain.memory.guest", "lots"))
    assert (quantity.code, "quantities must match" in quantity.message) == (400, True)
    assert "spec.template in body is required" in client.ask("POST", MACHINES, {**machine(), "spec": {}}).message


def test_unknown_instancetype_is_accepted_by_1_8(newer_client: Client) -> None:
    assert newer_client.ask("POST", f"{MACHINES}?dryRun=All", _edited("spec.instancetype", {"name": "x"})).code in (
        201,
        422,
    )


def test_deprecated_running_warns(client: Client) -> None:
    item = machine()
    del item["spec"]["runStrategy"]
    item["spec"]["running"] = False
    answer = client.ask("POST", MACHINES, item)
    assert answer.headers["Warning"] == '299 - "spec.running is deprecated, please use spec.runStrategy instead."'


def test_from_create_to_running_with_agent(client: Client) -> None:
    created = client.create(machine(strategy="Always"))
    assert "status" not in created
    running = client.until_status("web", "Running")
    client.until(lambda: condition(client.get(f"{MACHINES}/web"), "Ready").get("status") == "True")
    client.until(lambda: condition(client.get(f"{MACHINES}/web"), "AgentConnected"))
    vmi = client.get(f"{INSTANCES}/web")
    assert running["metadata"]["finalizers"] == ["kubevirt.io/virtualMachineControllerFinalize"]
    assert vmi["status"]["interfaces"][0]["infoSource"] == "domain, guest-agent"
    assert vmi["status"]["interfaces"][0]["ipAddress"]
    status = client.status_of("web")
    assert (status["created"], status["ready"], status["runStrategy"]) == (True, True, "Always")
    assert (status["observedGeneration"], status["desiredGeneration"]) == (1, 1)
    info = client.ask("GET", f"{CALLS}/virtualmachineinstances/web/guestosinfo")
    assert info.json["os"]["prettyName"] == "Fedora Linux 41 (Cloud Edition)"


def test_stop_and_start_rewrite_the_run_strategy(client: Client) -> None:
    client.create(machine(strategy="Always"), "Running")
    refused = call(client, "web", "start")
    assert (refused.code, refused.message.rpartition(": ")[2]) == (409, "VM is already running")
    stopped = call(client, "web", "stop")
    assert (stopped.code, stopped.text) == (202, "")
    found = client.until_status("web", "Stopped")
    assert found["spec"]["runStrategy"] == "Halted"
    client.until(lambda: client.ask("GET", f"{INSTANCES}/web").code == 404)
    client.until(lambda: "created" not in client.status_of("web"))
    assert "VM is not running" in call(client, "web", "stop").message
    assert "RunStategy Halted does not support manual restart requests" in call(client, "web", "restart").message
    assert call(client, "web", "start", dryRun=["All"]).code == 202
    assert client.status_of("web")["printableStatus"] == "Stopped"
    assert call(client, "web", "start").code == 202
    assert client.until_status("web", "Running")["spec"]["runStrategy"] == "Always"


@pytest.mark.parametrize("strategy", ["Manual", "RerunOnFailure"])
def test_strategies_that_stop_and_start_keep(client: Client, strategy: str) -> None:
    client.create(machine(strategy=strategy))
    if strategy == "Manual":
        client.until_status("web", "Stopped")
        assert call(client, "web", "start").code == 202
    client.until_status("web", "Running")
    uid = client.get(f"{INSTANCES}/web")["metadata"]["uid"]
    assert call(client, "web", "restart", gracePeriodSeconds=7).code == 400
    assert call(client, "web", "restart").code == 202
    client.until(lambda: client.get(f"{INSTANCES}/web").get("metadata", {"uid": uid})["uid"] != uid)
    client.until_status("web", "Running")
    assert call(client, "web", "stop").code == 202
    assert client.until_status("web", "Stopped")["spec"]["runStrategy"] == strategy


def test_once_cannot_be_restarted_and_stops_as_halted(client: Client) -> None:
    client.create(machine(strategy="Once"), "Running")
    assert "RunStategy Once does not support" in call(client, "web", "restart").message
    call(client, "web", "stop")
    assert client.until_status("web", "Stopped")["spec"]["runStrategy"] == "Halted"


def test_pause_unpause_and_paused_start(client: Client) -> None:
    client.create(machine())
    client.until_status("web", "Stopped")
    assert call(client, "web", "start", paused=True).code == 202
    client.until_status("web", "Paused")
    assert call(client, "web", "pause").message.endswith("VMI is already paused")
    assert call(client, "web", "unpause").code == 200
    client.until_status("web", "Running")
    assert call(client, "web", "unpause").message.endswith("VMI is not paused")


def test_restart_required_until_the_restart(client: Client) -> None:
    client.create(machine(strategy="Always"), "Running")
    client.ask("PATCH", f"{MACHINES}/web", {"spec": {"template": {"spec": {"domain": {"cpu": {"cores": 2}}}}}})
    found = client.until(lambda: condition(client.get(f"{MACHINES}/web"), "RestartRequired"))
    assert found["message"] == "a non-live-updatable field was changed in the template spec"
    status = client.status_of("web")
    assert (status["observedGeneration"], status["desiredGeneration"]) == (1, 2)
    call(client, "web", "restart")
    client.until(lambda: client.status_of("web").get("observedGeneration") == 2)
    assert not condition(client.get(f"{MACHINES}/web"), "RestartRequired")


@pytest.mark.parametrize(
    ("change", "kind"), [({"cpu": {"sockets": 2}}, "HotVCPUChange"), ({"memory": {"guest": "2Gi"}}, "HotMemoryChange")]
)
def test_live_update_migrates(client: Client, change: Object, kind: str) -> None:
    # Without cpu in the spec, naming sockets would be a change of the whole of cpu, which needs a restart.
    item = _edited(f"{_INNER}.domain.cpu", {"sockets": 1})
    item["spec"]["runStrategy"] = "Always"
    client.create(item, "Running")
    node = client.get(f"{INSTANCES}/web")["status"]["nodeName"]
    client.ask("PATCH", f"{MACHINES}/web", {"spec": {"template": {"spec": {"domain": change}}}})
    client.until(lambda: condition(client.get(f"{MACHINES}/web"), kind))
    client.until(lambda: client.get(f"{INSTANCES}/web")["status"]["nodeName"] != node)
    client.until(lambda: not condition(client.get(f"{MACHINES}/web"), kind))
    assert not condition(client.get(f"{MACHINES}/web"), "RestartRequired")


def test_hotplug(client: Client) -> None:
    client.create(machine(strategy="Always"), "Running")
    source = {"dataVolume": {"name": "extra", "hotpluggable": True}}
    options = {"name": "extra", "disk": {"disk": {"bus": "scsi"}}, "volumeSource": source}
    assert call(client, "web", "addvolume", **options).code == 202
    client.until(lambda: len(client.get(f"{INSTANCES}/web")["status"]["volumeStatus"]) == 2)
    again = call(client, "web", "addvolume", **options)
    assert "Unable to add volume [extra] because volume with that name already exists" in again.message
    assert "because it is not hotpluggable" in call(client, "web", "removevolume", name="root").message
    assert call(client, "web", "removevolume", name="extra").code == 202
    client.until(lambda: len(client.get(f"{INSTANCES}/web")["status"]["volumeStatus"]) == 1)
    assert not condition(client.get(f"{MACHINES}/web"), "RestartRequired")


def test_delete_takes_the_instance_and_its_pod(client: Client) -> None:
    client.create(machine(strategy="Always"), "Running")
    answer = client.ask("DELETE", f"{MACHINES}/web")
    assert (answer.code, "deletionTimestamp" in answer.json["metadata"]) == (200, True)
    client.until(lambda: client.ask("GET", f"{MACHINES}/web").code == 404)
    assert client.ask("GET", f"{INSTANCES}/web").code == 404
    assert client.get("/api/v1/namespaces/default/pods")["items"] == []


def test_slow_shutdown_can_be_forced(client: Client) -> None:
    client.create(machine(strategy="Always", shutdown="hang"), "Running")
    call(client, "web", "stop")
    client.until_status("web", "Stopping")
    assert "Halted only supports manual stop requests with a shorter graceperiod" in call(client, "web", "stop").message
    assert call(client, "web", "stop", gracePeriod=0).code == 202
    client.until_status("web", "Stopped")


def test_answers_of_subresources(client: Client) -> None:
    client.create(machine())
    narrow = client.ask("PUT", f"{CALLS}/virtualmachines/web/start", {}, Accept="application/json")
    assert (narrow.code, narrow.text.splitlines()[0]) == (406, "406: Not Acceptable")
    assert client.ask("PUT", f"{CALLS}/virtualmachines/web/pause", {}).text == "404: Page Not Found"
    assert call(client, "nope", "start").message == 'virtualmachine.kubevirt.io "nope" not found'
    assert call(client, "web", "pause").message == 'virtualmachineinstance.kubevirt.io "web" not found'
    info = client.ask("GET", f"{CALLS}/virtualmachineinstances/web/guestosinfo")
    assert (info.code, info.text) == (500, 'virtualmachineinstance.kubevirt.io "web" not found')
    # dryRun in the query is ignored, as on the genuine server: the VM does start.
    assert client.ask("PUT", f"{CALLS}/virtualmachines/web/start?dryRun=All", {}).code == 202
    client.until_status("web", "Running")
