# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_vm_info`` by its entry point."""

from __future__ import annotations

import typing as t

from tests.unit.modules.bench import Bench

INFO = "vmo_vm_info"
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}


def make(bench: Bench, name: str, state: str = "running", **more: t.Any) -> None:
    data = {"name": "data", "blank": {}, "size": "1Gi"}
    bench.run(
        "vmo_vm",
        name=name,
        state=state,
        memory="1Gi",
        disks=[ROOT, data],
        labels={"app": name.partition("-")[0]},
        **more,
    )


def test_everything_about_one_vm(bench: Bench) -> None:
    make(bench, "web-01", wait_for=["ready", "agent", "address"])
    answer = bench.run(INFO, name="web-01")
    (vm,) = answer.result["vms"]
    assert (vm["name"], vm["status"], vm["ready"], vm["agent_connected"]) == ("web-01", "Running", True, True)
    assert vm["node"]
    assert vm["addresses"]["default"]
    assert vm["options"]["memory"] == "1Gi"
    data = {disk["name"]: disk for disk in vm["disks"]}["data"]
    assert (data["claim"], data["phase"]) == ("web-01-data", "Succeeded")
    assert answer.writes == []
    assert len(answer.reads) == 3


def test_a_stopped_vm_has_no_node(bench: Bench) -> None:
    make(bench, "web-01", "stopped")
    (vm,) = bench.run(INFO, name="web-01").result["vms"]
    assert (vm["ready"], vm["node"], vm["addresses"]) == (False, None, {})


def test_none_is_an_empty_list(bench: Bench) -> None:
    answer = bench.run(INFO, name="nobody")
    assert (answer.result["vms"], len(answer.reads)) == ([], 1)


def test_many_cost_as_many_requests_as_few(bench: Bench) -> None:
    bench.backend.show_everything()
    counts = []
    for number in range(4):
        make(bench, f"web-0{number}", "stopped")
        counts.append(len(bench.run(INFO, namespace=None).reads))
    assert counts == [3, 3, 3, 3]


def test_labels_choose(bench: Bench) -> None:
    make(bench, "web-01", "stopped")
    make(bench, "db-01", "stopped")
    answer = bench.run(INFO, label_selectors=["app=web"], with_objects=True)
    assert [vm["name"] for vm in answer.result["vms"]] == ["web-01"]
    assert answer.result["vms"][0]["vm"]["kind"] == "VirtualMachine"


def test_what_may_not_be_seen_is_told_and_the_rest_is_there(bench: Bench) -> None:
    make(bench, "web-01", "stopped")
    bench.backend.deny("get", "datavolumes")
    answer = bench.run(INFO, name="web-01")
    assert answer.result["unavailable"] == ["datavolumes"]
    assert answer.result["vms"][0]["run_strategy"] == "Halted"


def test_no_document_of_cloud_init_is_shown(bench: Bench) -> None:
    cloud_init = {"user_data": {"password": "hunter2"}, "store": "inline"}
    make(bench, "web-01", "stopped", cloud_init=cloud_init)
    assert "hunter2" not in str(bench.run(INFO, name="web-01", with_objects=True).result)
