# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot work is explained by name and cause, and what only stumbles succeeds."""

from __future__ import annotations

import typing as t

import pytest

from tests.sim.kubevirt import Fault
from tests.unit.modules.bench import Bench

VM = "vmo_vm"
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
HALTED: dict[str, t.Any] = {"name": "web-01", "memory": "1Gi", "disks": [ROOT]}
RUNNING: dict[str, t.Any] = {**HALTED, "state": "running"}
SOON: dict[str, t.Any] = {"failure_grace": 0, "wait_timeout": 60}


def annotated(**annotations: str) -> dict[str, t.Any]:
    return {"template_annotations": {f"sim/{name}": value for name, value in annotations.items()}}


FAILURES: dict[str, tuple[dict[str, t.Any], str]] = {
    "image_pull_failed": (
        {"disks": [{"name": "root", "container_disk": {"image": "registry.example/does-not-exist:1"}}]},
        "registry.example/does-not-exist:1",
    ),
    "pvc_not_found": ({"disks": [{"name": "root", "pvc": {"name": "lost"}}]}, "lost"),
    "import_failed": (
        {"disks": [{"name": "root", "http": {"url": "https://images.example.com/404.qcow2"}, "size": "1Gi"}]},
        "404",
    ),
    "network_attachment_not_found": ({"networks": [{"name": "vlan20", "multus": "vlan20"}]}, "vlan20"),
    "missing_secret": ({"cloud_init": {"secret": "nobody-made-it"}}, "nobody-made-it"),
    "unschedulable": ({"node_selector": {"rack": "none"}}, "node"),
    "crash_loop": (annotated(boot="crash"), "web-01"),
    "access_mode_unknown": (
        {"disks": [{"name": "root", "blank": {}, "size": "1Gi", "storage_class": "local-path"}]},
        "web-01-root",
    ),
    "quota_exceeded": ({}, "small"),
    "sync_failed": (annotated(boot="fail"), "web-01"),
}


@pytest.mark.parametrize("code", FAILURES)
def test_a_vm_that_does_not_start_says_why(bench: Bench, code: str) -> None:
    change, named = FAILURES[code]
    if code == "quota_exceeded":
        bench.put(
            {
                "apiVersion": "v1",
                "kind": "ResourceQuota",
                "metadata": {"name": "small"},
                "spec": {"hard": {"requests.memory": "512Mi", "pods": "1", "memory": "512Mi"}},
            }
        )
    answer = bench.fail(VM, **{**RUNNING, **SOON, **change})
    assert answer.result["error"]["code"] == code, answer.result["msg"]
    assert f"VirtualMachine {bench.namespace}/web-01" in answer.result["msg"]
    assert named in answer.result["msg"]
    assert answer.result["diagnosis"]["hints"]
    # the VM was made, and the failure does not hide it
    assert answer.result["changed"] is True
    assert answer.verbs == ["create"]


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"name": "Web_01"}, "invalid_option", "name: 'Web_01' is not a name for a VirtualMachine"),
        ({"memory": None}, "invalid_option", "web-01 does not exist yet"),
        ({"disks": [{"name": "root"}]}, "invalid_option", "disks: root is new"),
        ({"disks": [ROOT, ROOT]}, "invalid_option", "disks: root is listed twice"),
        ({"disks": [{**ROOT, "blank": {}}]}, "invalid_option", "container_disk and blank; a disk has one source"),
        ({"disks": [{"name": "root", "blank": {}}]}, "invalid_option", "root needs a size"),
        ({"disks": [{**ROOT, "size": "1Gi"}]}, "invalid_option", "its size and storage cannot be chosen"),
        ({"exclusive": ["networks"]}, "invalid_option", "exclusive: it names networks"),
        ({"networks": [{"name": "a", "pod": {}, "multus": "b"}]}, "invalid_option", "networks: a names pod and multus"),
        ({"run_strategy": "Halted"}, "invalid_option", "run_strategy: Halted contradicts state running"),
        ({"grace_period": -1}, "invalid_option", "grace_period: -1 is less than 0"),
        ({"definition": {"spec": {"nonsense": 1}}}, "unknown_field", "spec.nonsense"),
        ({"memory": "a lot"}, "invalid_option", "memory: 'a lot' is not a quantity"),
        ({"requests": {"cpu": "two"}}, "invalid_option", "requests: cpu: 'two' is not a quantity"),
        ({"networks": [{"name": "default", "pod": {}, "mac": "zz"}]}, "invalid", "malformed MAC address"),
    ],
)
def test_bad_input_is_refused_before_anything_is_changed(
    bench: Bench, change: dict[str, t.Any], code: str, text: str
) -> None:
    answer = bench.fail(VM, **{**RUNNING, **change})
    assert answer.result["error"]["code"] == code, answer.result
    assert text in answer.result["msg"]
    assert answer.result.get("changed") is not True
    assert bench.vm("web-01") is None


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", method="POST", path="virtualmachines", code=429, retry_after=1),
        Fault("status", method="POST", path="virtualmachines", code=503),
        Fault("webhook", method="POST", path="virtualmachines"),
        Fault("cut", method="POST", path="virtualmachines"),
        Fault("cut-after", method="POST", path="virtualmachines"),
        Fault("cut", method="GET", path="virtualmachines"),
        Fault("expired", method="GET", path=r"virtualmachines\?.*watch=true"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.method}-{fault.code or ''}",
)
def test_a_stumbling_server_is_no_failure(bench: Bench, fault: Fault) -> None:
    bench.backend.disturb(fault)
    answer = bench.run(VM, **RUNNING)
    assert answer.result["vm"]["status"]["printableStatus"] == "Running"
    assert answer.verbs == ["create"]
    assert not bench.run(VM, **RUNNING).changed


@pytest.mark.parametrize(
    ("method", "task", "verb"),
    [
        ("POST", HALTED, "create"),
        ("PATCH", {"name": "web-01", "memory": "2Gi"}, "patch"),
        ("DELETE", {"name": "web-01", "state": "absent"}, "delete"),
    ],
)
def test_a_change_whose_answer_was_lost_is_a_change(
    bench: Bench, method: str, task: dict[str, t.Any], verb: str
) -> None:
    if method != "POST":
        bench.run(VM, **HALTED)
    bench.backend.disturb(Fault("cut-after", method=method, path="virtualmachines"))
    answer = bench.run(VM, **task)
    assert answer.changed
    assert answer.verbs == [verb]
    assert answer.result["diff"]["before"] != answer.result["diff"]["after"]
    assert not bench.run(VM, **task).changed


def test_a_conflict_is_decided_anew(bench: Bench) -> None:
    bench.run(VM, **RUNNING)
    bench.backend.disturb(Fault("status", method="PATCH", path="virtualmachines", code=409, times=3))
    answer = bench.run(VM, name="web-01", memory="2Gi")
    assert answer.verbs == ["patch"]
    assert bench.vm("web-01")["spec"]["template"]["spec"]["domain"]["memory"]["guest"] == "2Gi"


def test_a_start_while_a_stop_is_settling_is_asked_for_again(bench: Bench) -> None:
    bench.run(VM, **RUNNING, run_strategy="Manual")
    bench.run(VM, name="web-01", state="stopped")
    underway = "unable to complete request: stop/start already underway"
    bench.backend.disturb(Fault("status", method="PUT", path="web-01/start", code=500, message=underway, times=2))
    started = bench.run(VM, name="web-01", state="running")
    assert started.verbs == ["start"]
    assert started.result["vm"]["status"]["printableStatus"] == "Running"


def test_a_secret_without_a_vm_is_taken_up_again(bench: Bench) -> None:
    task = {**RUNNING, "cloud_init": {"user_data": {"password": "hunter2"}}}
    left_over = {
        "name": "web-01-cloud-init",
        "labels": {"app.kubernetes.io/managed-by": "vmo.core"},
    }
    bench.put({"apiVersion": "v1", "kind": "Secret", "metadata": left_over, "data": {}})
    assert bench.run(VM, **task).result["vm"]["status"]["printableStatus"] == "Running"
    secret = bench.backend.read("secrets", "web-01-cloud-init")
    assert secret is not None
    assert secret["metadata"]["ownerReferences"]
    assert not bench.run(VM, **task).changed


def test_a_refused_vm_leaves_no_secret_behind(bench: Bench) -> None:
    bench.backend.deny("create", "virtualmachines")
    answer = bench.fail(VM, **RUNNING, cloud_init={"user_data": {"password": "hunter2"}})
    assert bench.backend.read("secrets", "web-01-cloud-init") is None
    assert answer.result["changed"] is False


def test_a_secret_that_cannot_be_taken_back_hides_no_refusal(bench: Bench) -> None:
    for verb, resource in (("create", "virtualmachines"), ("delete", "secrets")):
        bench.backend.deny(verb, resource)
    answer = bench.fail(VM, **RUNNING, cloud_init={"user_data": {"password": "hunter2"}})
    assert answer.result["error"]["rule"]["resources"] == ["virtualmachines"]
    assert answer.result["actions"] == [{"verb": "create", "kind": "Secret", "name": "web-01-cloud-init"}]


def test_keys_alone_join_the_user_data_that_is_there(bench: Bench) -> None:
    bench.run(VM, **{**RUNNING, "state": "stopped"}, cloud_init={"user_data": {"packages": ["nginx"]}})
    bench.run(VM, name="web-01", ssh_keys=["ssh-ed25519 AAAA one"])
    volumes = bench.vm("web-01")["spec"]["template"]["spec"]["volumes"]
    text = next(volume for volume in volumes if volume["name"] == "cloudinit")["cloudInitNoCloud"]["userData"]
    assert "nginx" in text
    assert "ssh-ed25519 AAAA one" in text


def test_the_time_that_is_over_says_what_was_seen(bench: Bench) -> None:
    answer = bench.fail(VM, **RUNNING, **annotated(boot="stuck"), wait_timeout=2)
    # how far a genuine cluster has come by then depends on the machine
    assert answer.result["error"]["code"] in ("wait_timeout", "launcher_not_starting", "guest_not_starting")
    assert f"VirtualMachine {bench.namespace}/web-01" in answer.result["msg"]
    assert answer.result["diagnosis"]["status"] == "Starting"


def test_a_missing_right_is_named(bench: Bench) -> None:
    bench.backend.deny("create", "virtualmachines")
    answer = bench.fail(VM, **RUNNING)
    assert answer.result["error"]["code"] == "forbidden"
    assert answer.result["error"]["rule"]["resources"] == ["virtualmachines"]


def test_a_guest_that_does_not_listen_is_powered_off_on_request(bench: Bench) -> None:
    bench.run(VM, **RUNNING, **annotated(shutdown="hang"), termination_grace_period=3600)
    answer = bench.run(VM, name="web-01", state="stopped", grace_period=1, force=True, wait_timeout=60)
    assert answer.result["vm"]["status"]["printableStatus"] == "Stopped"
