# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_cluster_check`` by its entry point, on simulators."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import PURPOSES
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.catalogue import CATALOGUE
from tests.sim.kubevirt import Fault, Simulator
from tests.unit.modules.bench import Answer, Bench
from tests.unit.modules.simulated import Simulated

Tree = dict[str, t.Any]

CHECK = "vmo_cluster_check"
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
ALL: Tree = {"for": list(PURPOSES), "fail_on": "never"}
# KubeVirt 1.4 is older than the Kubernetes of the simulator; and the simulator has as little around it as the lab.
EXPECTED = {
    "1.4": {("kv.support", "warn"), ("cdi.exposed", "warn"), ("snap.controller", "warn")},
    "1.8": {("cdi.exposed", "warn"), ("snap.controller", "warn")},
}


def told(answer: Answer) -> set[tuple[str, str]]:
    """Return check and status of the verdicts."""
    return {(verdict["id"], verdict["status"]) for verdict in answer.result["verdicts"]}


def subjects(answer: Answer, check: str) -> list[str]:
    """Return the subjects of the verdicts of a check."""
    return [verdict["subject"] for verdict in answer.result["verdicts"] if verdict["id"] == check]


def simulator(bench: Bench) -> Simulator:
    """Return the simulator itself."""
    assert isinstance(bench.backend, Simulated)
    return bench.backend.simulator


def reviews(bench: Bench) -> int:
    """Return how often the module asked for a right."""
    return sum("selfsubjectaccessreviews" in request.path for request in simulator(bench).requests)


def test_a_healthy_cluster(bench: Bench) -> None:
    answer = bench.run(CHECK, **ALL)
    assert told(answer) == EXPECTED[bench.backend.version]
    assert answer.result["status"] == "warn"
    assert answer.result["unavailable"] == {}
    assert answer.result["versions"]["kubevirt"] == f"v{bench.backend.version}.0"
    assert answer.result["summary"][0].startswith("READY, with warnings to run, migrate, snapshot")
    assert not answer.writes
    assert not answer.rehearsals
    assert reviews(bench) == 18


def test_with_passed_every_check_has_a_verdict(bench: Bench) -> None:
    answer = bench.run(CHECK, with_passed=True, **ALL)
    assert {verdict["id"] for verdict in answer.result["verdicts"]} == {check.id for check in CATALOGUE}
    assert sum(answer.result["counts"].values()) == len(answer.result["verdicts"])


def test_check_mode_is_the_same(bench: Bench) -> None:
    done, checked = bench.run(CHECK, **ALL), bench.run(CHECK, check=True, **ALL)
    assert done.result == checked.result
    assert done.reads == checked.reads
    assert not checked.writes
    assert not simulator(bench).writes


def test_many_vms_cost_as_many_requests_as_none(bench: Bench) -> None:
    counts = []
    for number in range(3):
        counts.append(len(bench.run(CHECK, **ALL).reads))
        bench.run("vmo_vm", name=f"web-0{number}", state="running", memory="1Gi", disks=[ROOT], wait=False)
    assert len(set(counts)) == 1
    assert counts[0] < 30


def test_a_failed_verdict_fails_the_task_and_says_why(bench: Bench) -> None:
    answer = bench.fail(CHECK, storage_classes=["local-path"])
    assert answer.result["error"] == {"code": "checks_failed"}
    assert answer.result["msg"].splitlines()[0].startswith("NOT READY to run, migrate; 1 failed")
    assert answer.result["msg"].splitlines() == answer.result["summary"]
    assert subjects(answer, "sc.profile") == ["local-path"]
    assert answer.result["verdicts"][0].keys() == {
        "id", "scope", "subject", "role", "status", "message", "evidence", "remediation"
    }  # fmt: skip


def test_warnings_fail_where_they_are_to(bench: Bench) -> None:
    options: Tree = {"only": ["sc.expansion"], "storage_classes": ["local-path"]}
    assert bench.run(CHECK, **options).result["status"] == "warn"
    assert bench.fail(CHECK, fail_on="warn", **options).result["status"] == "warn"
    overrides = {"sc.expansion": "fail"}
    assert bench.fail(CHECK, severity_overrides=overrides, **options).result["status"] == "fail"
    assert bench.run(CHECK, severity_overrides={"sc.expansion": "pass"}, **options).result["status"] == "pass"


def test_who_sees_only_a_namespace_gets_answers_and_the_missing_rules(bench: Bench) -> None:
    for resource in ("nodes", "deployments", "daemonsets", "apiservices", "cdis", "configmaps", "storageclasses"):
        bench.backend.deny("list", resource)
        bench.backend.deny("get", resource)
    answer = bench.run(CHECK, **ALL)
    assert "fail" not in {status for _check, status in told(answer)}
    assert {"node.ready", "kv.components", "kv.api", "cdi.installed", "cert.kubevirt", "sc.default"} <= {
        check for check, status in told(answer) if status == "unknown"
    }
    assert set(answer.result["unavailable"]) == {
        "nodes", "deployments", "daemonsets", "apiservices", "cdis", "storageclasses", "kubevirt_certificates"
    }  # fmt: skip
    rules = [one["evidence"]["rule"] for one in answer.result["verdicts"] if one["id"] == "node.ready"]
    assert rules == [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]}]


def test_who_may_see_nothing_is_told_what_is_not_even_there(bench: Bench) -> None:
    bench.backend.deny("list", "certificates")
    answer = bench.run(CHECK, only=["cert.managed"], with_passed=True)
    assert told(answer) == {("cert.managed", "skip")}
    assert answer.result["unavailable"] == {}


def test_a_right_that_is_missing_is_a_failure_where_it_is_needed(bench: Bench) -> None:
    bench.backend.deny("update", "virtualmachines/addvolume")
    assert not {check for check, status in told(bench.run(CHECK)) if status == "fail"}
    hotplug: Tree = {"for": ["run", "hotplug"]}
    answer = bench.fail(CHECK, **hotplug)
    (verdict,) = (one for one in answer.result["verdicts"] if one["status"] == "fail")
    assert verdict["id"] == "right.hotplug"
    assert verdict["evidence"]["rules"] == [
        {
            "apiGroups": ["subresources.kubevirt.io"],
            "resources": ["virtualmachines/addvolume"],
            "verbs": ["update"],
            "namespace": bench.namespace,
        }
    ]


def test_a_cluster_without_kubevirt_and_cdi_gets_clear_verdicts(bench: Bench) -> None:
    for path in ("/apis/kubevirt.io/", "/apis/cdi.kubevirt.io/"):
        bench.backend.disturb(Fault("status", "GET", path, times=100, code=404, message="404 page not found"))
    answer = bench.fail(CHECK, **{**ALL, "fail_on": "fail"})
    assert {check for check, status in told(answer) if status in ("fail", "unknown")} == {
        "kv.installed",
        "cdi.installed",
    }
    assert "KubeVirt is not installed." in answer.result["msg"]
    assert answer.result["versions"] == {"kubernetes": "v1.34.4", "kubevirt": None, "cdi": None}
    assert answer.result["unavailable"] == {}


def test_a_namespace_that_is_not_there_is_told(bench: Bench) -> None:
    answer = bench.fail(CHECK, namespace="shpo")
    assert subjects(answer, "ns.present") == ["shpo"]


def test_a_vm_that_waits_for_a_restart_and_one_that_blocks_a_drain(bench: Bench) -> None:
    body: Tree = {"memory": "1Gi", "disks": [ROOT], "state": "running"}
    bench.run("vmo_vm", name="web-01", **body)
    bench.run("vmo_vm", name="web-01", cpu={"model": "host-passthrough"})
    bridge = [{"name": "default", "pod": {}, "binding": "bridge"}]
    bench.run("vmo_vm", name="db-01", eviction_strategy="LiveMigrate", networks=bridge, **body)
    answer = bench.fail(CHECK, only=["vm"])
    assert subjects(answer, "vm.restart") == [f"{bench.namespace}/web-01"]
    assert subjects(answer, "vm.drain") == [f"{bench.namespace}/db-01"]


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"for": ["fly"]}, "fly"),
        ({"only": ["sc.rxw"]}, "sc.rxw"),
        ({"thresholds": {"minimum_kubevirt": "new"}}, "minimum_kubevirt"),
        ({"vlans": [5000]}, "5000"),
    ],
)
def test_wrong_options_are_told_before_anything_is_asked(bench: Bench, options: Tree, part: str) -> None:
    answer = bench.fail(CHECK, **options)
    assert part in answer.result["msg"]
    assert not answer.reads
