# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The least rights: what the README names is enough, nothing of it is too much, and one less is told by name."""

from __future__ import annotations

import typing as t

import pytest

from tests.cluster.ring import rights
from tests.cluster.ring.genuine import Genuine
from tests.cluster.ring.machine import BODY, RUNNING, VM
from tests.cluster.ring.rights import Right
from tests.unit.modules.bench import Bench

Tree = dict[str, t.Any]

DISK = {"name": "data", "blank": {}, "size": "1Gi", "storage_class": "ceph-rbd"}
WITH_DISK: Tree = {**BODY, "disks": [*BODY["disks"], DISK]}
WITH_SECRET: Tree = {**BODY, "cloud_init": {"user_data": {"password": "hunter2"}}}
PASSWORD: Tree = {"cloud_init": {"user_data": {"password": "hunter3"}}}


class Operation(t.NamedTuple):
    """A task, those before it, and the rights that it needs, as ``verb resource`` and in the order of their use."""

    needs: tuple[str, ...]
    task: Tree
    before: tuple[Tree, ...] = ()
    module: str = VM


OPERATIONS: dict[str, Operation] = {
    "tell": Operation(
        ("get virtualmachines", "get virtualmachineinstances", "get datavolumes"),
        {"name": "web-01"},
        (WITH_DISK,),
        "vmo_vm_info",
    ),
    "tell all": Operation(
        ("list virtualmachines", "list virtualmachineinstances", "list datavolumes"), {}, (BODY,), "vmo_vm_info"
    ),
    "leave alone": Operation(("get virtualmachines",), BODY, (BODY,)),
    "create": Operation(("get virtualmachines", "create virtualmachines"), BODY),
    "create and wait": Operation(("get virtualmachines", "create virtualmachines"), RUNNING),
    "create and wait for an address": Operation(
        (
            "get virtualmachines",
            "create virtualmachines",
            "get virtualmachineinstances",
        ),
        {**RUNNING, "wait_for": ["address"], "template_annotations": {"sim/agent-delay": "2"}},
    ),
    "create with a Secret": Operation(
        ("get virtualmachines", "get secrets", "create secrets", "create virtualmachines", "patch secrets"), WITH_SECRET
    ),
    "change": Operation(("get virtualmachines", "patch virtualmachines"), {"name": "web-01", "memory": "2Gi"}, (BODY,)),
    "change a Secret": Operation(
        ("get virtualmachines", "get secrets", "patch secrets"), {"name": "web-01", **PASSWORD}, (WITH_SECRET,)
    ),
    "start": Operation(
        ("get virtualmachines", "update virtualmachines/start"),
        {"name": "web-01", "state": "running"},
        ({**BODY, "run_strategy": "Manual"},),
    ),
    "stop": Operation(
        ("get virtualmachines", "update virtualmachines/stop"),
        {"name": "web-01", "state": "stopped"},
        ({**RUNNING, "run_strategy": "Manual"},),
    ),
    "restart": Operation(
        ("get virtualmachines", "update virtualmachines/restart"), {"name": "web-01", "state": "restarted"}, (RUNNING,)
    ),
    "pause": Operation(
        ("get virtualmachines", "update virtualmachineinstances/pause"),
        {"name": "web-01", "state": "paused"},
        (RUNNING,),
    ),
    "unpause": Operation(
        ("get virtualmachines", "update virtualmachineinstances/unpause"),
        {"name": "web-01", "state": "running"},
        ({**RUNNING, "state": "paused"},),
    ),
    "delete": Operation(
        ("get virtualmachines", "delete virtualmachines"),
        {"name": "web-01", "state": "absent"},
        (BODY,),
    ),
    "delete and keep the disk": Operation(
        (
            *("get virtualmachines", "get datavolumes", "patch virtualmachines", "patch datavolumes"),
            "delete virtualmachines",
        ),
        {"name": "web-01", "state": "absent"},
        (WITH_DISK,),
    ),
    "delete with the disk": Operation(
        ("get virtualmachines", "delete virtualmachines", "get datavolumes"),
        {"name": "web-01", "state": "absent", "delete_disks": True},
        (WITH_DISK,),
    ),
    "take a disk away": Operation(
        ("get virtualmachines", "get datavolumes", "patch virtualmachines", "delete datavolumes"),
        {"name": "web-01", "disks": [{"name": "data", "state": "absent"}], "delete_disks": True},
        (WITH_DISK,),
    ),
    "let a disk grow": Operation(
        ("get virtualmachines", "patch persistentvolumeclaims", "patch virtualmachines"),
        {"name": "web-01", "disks": [{"name": "data", "size": "2Gi"}]},
        (WITH_DISK,),
    ),
}
# What tells why a VM does not start; tasks do without.
FOR_DIAGNOSIS = {"get pods", "list pods", "get events", "list events", "get persistentvolumeclaims"}
# Without it a wait asks again and again.
FOR_WAITS = {"watch virtualmachines", "watch virtualmachineinstances"}
# A Secret is deleted only when its VM is refused: test_a_refused_vm_leaves_no_secret_behind.
IN_EMERGENCY = {"delete secrets"}
README = {str(right): right for right in rights.of_readme()}


def test_the_readme_names_what_is_needed_and_no_more() -> None:
    needed = {need for operation in OPERATIONS.values() for need in operation.needs}
    assert needed | FOR_DIAGNOSIS | FOR_WAITS | IN_EMERGENCY == set(README)


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_least_rights_are_enough(bench: Bench, cluster: Genuine, name: str) -> None:
    operation = OPERATIONS[name]
    _prepare(bench, cluster, operation)
    cluster.grant(README[need] for need in operation.needs)
    answer = bench.run(operation.module, **operation.task)
    assert answer.changed is (name not in ("tell", "tell all", "leave alone"))
    assert not answer.result.get("unavailable")


@pytest.mark.parametrize("name", OPERATIONS)
def test_one_right_less_is_named(bench: Bench, cluster: Genuine, name: str) -> None:
    operation = OPERATIONS[name]
    _prepare(bench, cluster, operation)
    needed = [README[need] for need in operation.needs]
    # What one attempt has done the next one finds done, and comes as far as the right that it lacks itself.
    for missing in needed:
        cluster.grant(right for right in needed if right != missing)
        _expect_a_refusal(bench, operation, missing)


def _prepare(bench: Bench, cluster: Genuine, operation: Operation) -> None:
    for task in operation.before:
        bench.run(VM, **task)
    if WITH_DISK in operation.before:
        cluster.admin.until(lambda: phase_of(cluster.read("datavolumes", "web-01-data")) == "Succeeded")


def phase_of(found: Tree | None) -> t.Any:
    return (found or {}).get("status", {}).get("phase")


def _expect_a_refusal(bench: Bench, operation: Operation, missing: Right) -> None:
    if operation.module == "vmo_vm_info" and missing.resource != "virtualmachines":
        assert bench.run(operation.module, **operation.task).result["unavailable"] == [missing.resource]
        return
    answer = bench.fail(operation.module, **operation.task)
    error = answer.result["error"]
    assert error["code"] == "forbidden", answer.result
    rule = {"apiGroups": [missing.group], "resources": [missing.resource], "verbs": [missing.verb]}
    assert error["rule"] == {**rule, "namespace": bench.namespace}
    assert f"lacks the right to {missing.verb} {missing.resource}" in answer.result["msg"]
