# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a cluster while a task is under way."""

from __future__ import annotations

import time
import typing as t

import pytest

from tests.cluster.laboratory import Lab
from tests.cluster.ring.genuine import Genuine
from tests.cluster.ring.machine import BODY, RUNNING, VM, annotated, meanwhile
from tests.unit.modules.bench import Bench

Tree = dict[str, t.Any]
PATIENT: Tree = {**RUNNING, "wait_for": ["ready", "agent"], "wait_timeout": 120}


def instance(cluster: Genuine) -> t.Any:
    return cluster.read("virtualmachineinstances", "web-01") or {}


def is_running(cluster: Genuine) -> bool:
    return bool(instance(cluster).get("status", {}).get("phase") == "Running")


def node(cluster: Genuine) -> str:
    return str(instance(cluster)["status"]["nodeName"])


def hold(cluster: Genuine) -> None:
    """Keep a VM from going."""
    cluster.admin.patch(
        "virtualmachines", "web-01", cluster.namespace, {"metadata": {"finalizers": ["example.com/keep"]}}
    )


def let_go(cluster: Genuine) -> None:
    cluster.admin.until(lambda: "deletionTimestamp" in (cluster.read("virtualmachines", "web-01") or {})["metadata"])
    time.sleep(1)
    cluster.admin.patch("virtualmachines", "web-01", cluster.namespace, {"metadata": {"finalizers": []}})


def test_a_vm_that_somebody_holds_is_not_called_gone(bench: Bench, cluster: Genuine) -> None:
    bench.run(VM, **BODY)
    hold(cluster)
    answer = bench.fail(VM, name="web-01", state="absent", wait_timeout=3)
    assert answer.result["error"]["code"] in ("wait_timeout", "deletion_blocked"), answer.result
    assert f"VirtualMachine {cluster.namespace}/web-01" in answer.result["msg"]
    with meanwhile(lambda: let_go(cluster)):
        answer = bench.run(VM, name="web-01", state="absent")
    assert bench.vm("web-01") is None


def test_a_vm_that_is_going_is_waited_for_and_made_anew(bench: Bench, cluster: Genuine) -> None:
    bench.run(VM, **BODY)
    hold(cluster)
    before = bench.vm("web-01")["metadata"]["uid"]
    bench.run(VM, name="web-01", state="absent", wait=False)
    with meanwhile(lambda: let_go(cluster)):
        answer = bench.run(VM, **BODY)
    assert answer.verbs == ["create"]
    assert bench.vm("web-01")["metadata"]["uid"] != before


def test_a_wait_survives_the_eviction_of_its_vm(bench: Bench, cluster: Genuine) -> None:
    places = []

    def evict() -> None:
        cluster.admin.until(lambda: is_running(cluster))
        places.append(node(cluster))
        (pod,) = cluster.admin.must("GET", f"/api/v1/namespaces/{cluster.namespace}/pods")["items"]
        name = pod["metadata"]["name"]
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
        # KubeVirt refuses it, and migrates the VM instead.
        code = cluster.admin.ask_once("POST", f"/api/v1/namespaces/{cluster.namespace}/pods/{name}/eviction", body).code
        assert code == 429
        cluster.admin.until(lambda: node(cluster) != places[0])

    with meanwhile(evict):
        answer = bench.run(VM, **PATIENT, eviction_strategy="LiveMigrate", **annotated(agent_delay="8"))
    assert answer.result["vm"]["status"]["printableStatus"] in ("Running", "Migrating")
    assert node(cluster) != places[0]
    cluster.admin.until(lambda: bench.vm("web-01")["status"]["printableStatus"] == "Running")
    assert not bench.run(VM, **RUNNING).changed


def test_a_wait_survives_a_migration(bench: Bench, cluster: Genuine) -> None:
    places = []

    def migrate() -> None:
        cluster.admin.until(lambda: is_running(cluster))
        places.append(node(cluster))
        head = {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachineInstanceMigration"}
        cluster.put({**head, "metadata": {"name": "away"}, "spec": {"vmiName": "web-01"}})

    with meanwhile(migrate):
        bench.run(VM, **PATIENT, **annotated(agent_delay="6"))
    cluster.admin.until(lambda: node(cluster) != places[0])


@pytest.mark.disruptive
def test_virt_api_is_killed_and_the_task_succeeds(bench: Bench, lab: Lab) -> None:
    bench.run(VM, **BODY)
    lab.kill("virt-api")
    changed = bench.run(VM, name="web-01", memory="2Gi")
    assert changed.verbs == ["patch"]
    lab.kill("virt-api")
    started = bench.run(VM, name="web-01", state="running")
    assert started.result["vm"]["status"]["printableStatus"] == "Running"
    lab.kill("virt-api")
    assert bench.run(VM, name="web-01", state="absent").changed


@pytest.mark.disruptive
def test_a_restart_whose_answer_is_lost_is_not_asked_for_twice(bench: Bench, lab: Lab) -> None:
    bench.run(VM, **RUNNING)
    lab.kill("virt-api")
    answer = bench.attempt(VM, name="web-01", state="restarted")
    # Where the answer is lost nobody knows whether the guest restarts, and the task says so.
    assert not answer.result.get("failed") or answer.result["error"]["code"] == "unavailable", answer.result
    assert bench.run(VM, name="web-01", state="running").result["vm"]["status"]["printableStatus"] == "Running"


@pytest.mark.disruptive
def test_the_api_server_is_restarted_while_a_task_waits(bench: Bench, cluster: Genuine, lab: Lab) -> None:
    def restart() -> None:
        cluster.admin.until(lambda: instance(cluster))
        lab.restart_api_server()

    with meanwhile(restart):
        answer = bench.run(VM, **PATIENT, **annotated(boot_delay="5"))
    assert answer.verbs == ["create"]
    assert answer.writes == ["create virtualmachines"]
    assert answer.result["vm"]["status"]["printableStatus"] == "Running"
    assert not bench.run(VM, **RUNNING).changed
