# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the genuine webhooks, quotas and policies refuse, and how it is told."""

from __future__ import annotations

import typing as t

import pytest

from tests.cluster.ring.genuine import Genuine
from tests.cluster.ring.machine import BODY, ROOT, RUNNING, VM
from tests.unit.modules.bench import Bench

Tree = dict[str, t.Any]
DOMAIN = "spec.template.spec.domain"


def defined(domain: Tree) -> Tree:
    return {"definition": {"spec": {"template": {"spec": {"domain": domain}}}}}


# What is asked for, and the fields that the webhook names.
REFUSED: dict[str, tuple[Tree, set[str]]] = {
    "more sockets than its limit": ({"cpu": {"sockets": 8, "max_sockets": 4}}, {f"{DOMAIN}.cpu.sockets"}),
    "more memory than its limit": ({"memory": "2Gi", "max_memory": "1Gi"}, {f"{DOMAIN}.memory.guest"}),
    "a request above its limit": (
        {"requests": {"memory": "4Gi"}, "limits": {"memory": "2Gi"}},
        {f"{DOMAIN}.resources.requests.memory"},
    ),
    "a disk without a volume": (
        defined({"devices": {"disks": [{"name": "lost", "disk": {}}]}}),
        {f"{DOMAIN}.devices.disks[1].name"},
    ),
    "one boot order for two disks": (
        {"disks": [{**ROOT, "boot_order": 1}, {"name": "b", "container_disk": {"image": "b:1"}, "boot_order": 1}]},
        {f"{DOMAIN}.devices.disks[1].bootOrder"},
    ),
    "a host name that is none": ({"hostname": "Not_A_Name"}, {"spec.template.spec.hostname"}),
    "two things at once": (
        {"cpu": {"sockets": 8, "max_sockets": 4}, "hostname": "Not_A_Name"},
        {f"{DOMAIN}.cpu.sockets", "spec.template.spec.hostname"},
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_webhook_names_the_fields(bench: Bench, what: str) -> None:
    change, fields = REFUSED[what]
    for check in (True, False):
        answer = bench.fail(VM, check=check, **{**BODY, **change})
        error = answer.result["error"]
        assert error["code"] == "invalid", answer.result
        assert {field["field"] for field in error["fields"]} == fields
        assert error["webhook"] == "virtualmachine-validator.kubevirt.io"
        for field in error["fields"]:
            assert field["field"] in answer.result["msg"]
            assert field["message"] in answer.result["msg"]
        assert not answer.changed
        assert (len(answer.rehearsals), len(answer.writes)) == ((1, 0) if check else (0, 1))
    assert bench.vm("web-01") is None


def test_a_change_is_refused_as_a_creation_is(bench: Bench) -> None:
    bench.run(VM, **BODY)
    answer = bench.fail(VM, name="web-01", cpu={"sockets": 8, "max_sockets": 4})
    # KubeVirt says it twice, of the VM and of the change.
    assert [field["field"] for field in answer.result["error"]["fields"]] == [f"{DOMAIN}.cpu.sockets"]
    assert "cpu" not in bench.vm("web-01")["spec"]["template"]["spec"]["domain"]


def test_a_quota_of_machines_refuses_one_more(bench: Bench) -> None:
    bench.put(
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "none"},
            "spec": {"hard": {"count/virtualmachines.kubevirt.io": "0"}},
        }
    )
    answer = bench.fail(VM, **BODY)
    assert answer.result["error"]["code"] == "quota_exceeded", answer.result
    assert "none" in answer.result["msg"]
    assert bench.vm("web-01") is None


def test_a_limit_range_refuses_the_pod(bench: Bench) -> None:
    bench.put(
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": "small"},
            "spec": {"limits": [{"type": "Container", "max": {"memory": "512Mi"}}]},
        }
    )
    answer = bench.fail(VM, **RUNNING, limits={"memory": "2Gi"}, failure_grace=0, wait_timeout=60)
    assert answer.result["error"]["code"] == "limit_range_violated", answer.result
    assert "maximum memory usage per Container is 512Mi" in answer.result["msg"]


def test_pod_security_refuses_the_pod(bench: Bench, cluster: Genuine) -> None:
    level = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
    cluster.admin.patch("namespaces", cluster.namespace, "", level)
    answer = bench.fail(VM, **RUNNING, failure_grace=0, wait_timeout=60)
    assert answer.result["error"]["code"] == "pod_security_violation", answer.result
    assert "restricted" in answer.result["msg"]
