# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that cannot be made or must not go, and servers that stumble."""

from __future__ import annotations

import typing as t

import pytest

from tests.sim.kubevirt import Fault
from tests.unit.modules.backend import Tree
from tests.unit.modules.bench import Bench

IMAGE = "vmo_image"
BASE: Tree = {"name": "debian-13", "http": {"url": "https://images.example.com/debian-13.qcow2"}, "size": "1Gi"}
GONE: Tree = {"name": "debian-13", "state": "absent"}
REGISTRY: Tree = {"url": "docker://registry.example/fedora:42"}


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"http": {"url": "https://images.example.com/404.qcow2"}}, "import_failed", "is not there"),
        ({"storage_class": "local-path"}, "access_mode_unknown", "debian-13"),
        ({"storage_class": "nobody-made-it"}, "no_storage_class", "debian-13"),
    ],
)
def test_a_failed_import_says_why(bench: Bench, change: Tree, code: str, text: str) -> None:
    answer = bench.fail(IMAGE, **{**BASE, **change}, failure_grace=0, wait_timeout=60)
    assert answer.result["error"]["code"] == code, answer.result
    assert text in answer.result["msg"]
    assert f"DataVolume {bench.namespace}/debian-13" in answer.result["msg"]
    assert answer.result["diagnosis"]["hints"]
    assert answer.result["diagnosis"]["data_volumes"][0]["name"] == "debian-13"
    # the DataVolume was made, and the failure does not hide it
    assert (answer.changed, answer.verbs) == (True, ["create"])


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"name": "Debian_13"}, "invalid_option", "name: 'Debian_13' is not a name for an image"),
        ({"publish_as": "-"}, "invalid_option", "publish_as: '-' is not a name"),
        ({"http": None}, "invalid_option", "needs a source: registry, http, s3, blank"),
        ({"size": None}, "invalid_option", "size: a new image needs one, since http does not bring one"),
        ({"size": "a lot"}, "invalid_option", "size: 'a lot' is not a quantity"),
        ({"wait_timeout": 0}, "invalid_option", "wait_timeout: 0 is less than 1"),
        ({"renew": {"schedule": "@daily"}}, "invalid_option", "renew: CDI imports anew what comes from a registry"),
        (
            {"http": None, "registry": REGISTRY, "renew": {"schedule": "@daily", "keep": 0}},
            "invalid_option",
            "renew: keep: 0 is less than 1",
        ),
        (
            {"http": None, "registry": REGISTRY, "renew": {"schedule": "@daily"}, "immediate_binding": False},
            "invalid_option",
            "always bound at once",
        ),
        ({"http": None, "registry": REGISTRY, "renew": {"schedule": "now and then"}}, "invalid", "schedule"),
    ],
)
def test_bad_input_is_refused_before_anything_is_changed(bench: Bench, change: Tree, code: str, text: str) -> None:
    answer = bench.fail(IMAGE, **{**BASE, **change})
    assert answer.result["error"]["code"] == code, answer.result
    assert text in answer.result["msg"]
    assert answer.result.get("changed") is not True
    assert bench.backend.read("datavolumes", "debian-13") is None


def test_two_sources_are_one_too_many(bench: Bench) -> None:
    answer = bench.fail(IMAGE, **BASE, blank={})
    assert "mutually exclusive" in answer.result["msg"]


def test_an_image_is_imported_once_or_renews(bench: Bench) -> None:
    bench.run(IMAGE, **BASE)
    task: Tree = {"name": "debian-13", "registry": REGISTRY, "size": "1Gi", "renew": {"schedule": "@daily"}}
    assert "imported once" in bench.fail(IMAGE, **task).result["msg"]


def a_vm(name: str, *volumes: Tree, templates: t.Sequence[Tree] = ()) -> Tree:
    disks = [{"name": volume["name"], "disk": {"bus": "virtio"}} for volume in volumes]
    inner = {"domain": {"devices": {"disks": disks}, "memory": {"guest": "1Gi"}}, "volumes": list(volumes)}
    spec: Tree = {"runStrategy": "Halted", "template": {"spec": inner}, "dataVolumeTemplates": list(templates)}
    return {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": {"name": name}, "spec": spec}


def test_an_image_that_a_vm_uses_stays_unless_forced(bench: Bench) -> None:
    bench.run(IMAGE, **BASE)
    bench.put(a_vm("builder", {"name": "root", "dataVolume": {"name": "debian-13"}}))
    refusals = [bench.fail(IMAGE, check=check, **GONE) for check in (True, False)]
    refusals.append(bench.fail(IMAGE, **{**BASE, "size": "2Gi"}, recreate="always"))
    for refused in refusals:
        assert refused.result["error"]["code"] == "image_in_use"
        assert refused.result["error"]["used_by"] == [f"VirtualMachine {bench.namespace}/builder"]
        assert refused.writes == []
    forced = bench.run(IMAGE, **GONE, force=True)
    assert bench.backend.read("datavolumes", "debian-13") is None
    assert any("still need it" in str(warning) for warning in forced.result["warnings"])


def test_a_data_source_of_others_and_what_goes_by_it(bench: Bench) -> None:
    bench.run(IMAGE, **BASE, publish_as="debian")
    place = {"namespace": bench.namespace, "name": "debian-13"}
    head = {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataSource"}
    bench.put({**head, "metadata": {"name": "theirs"}, "spec": {"source": {"pvc": place}}})
    used_by = bench.fail(IMAGE, **GONE).result["error"]["used_by"]
    assert used_by == [f"DataSource {bench.namespace}/theirs"]
    forced = bench.run(IMAGE, **GONE, force=True)
    # what others made is theirs
    assert forced.writes == ["delete datasources/debian", "delete datavolumes/debian-13"]
    assert bench.backend.read("datasources", "theirs") is not None


def test_a_vm_that_was_copied_from_the_image_does_not_need_it(bench: Bench) -> None:
    bench.run(IMAGE, **BASE)
    disk = {"name": "root", "clone": {"name": "debian-13"}, "size": "1Gi"}
    bench.run("vmo_vm", name="web-01", state="running", memory="1Gi", disks=[disk])
    assert bench.run(IMAGE, **GONE).writes == ["delete datavolumes/debian-13"]


def test_who_may_not_look_may_not_delete(bench: Bench) -> None:
    bench.run(IMAGE, **BASE)
    bench.backend.deny("list", "virtualmachines")
    refused = bench.fail(IMAGE, **GONE)
    assert refused.result["error"]["code"] == "forbidden"
    assert "virtualmachines" in refused.result["msg"]
    assert bench.run(IMAGE, **GONE, force=True).changed


def test_rights_of_others_are_left_alone(bench: Bench) -> None:
    head = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role"}
    bench.put({**head, "metadata": {"name": "vmo-clone-debian-13"}, "rules": []})
    refused = bench.fail(IMAGE, **BASE, clone_rights=[{"namespace": "shop-a"}])
    assert refused.result["error"]["code"] == "not_owned"
    assert bench.backend.read("datavolumes", "debian-13") is None


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", method="POST", path="datavolumes", code=429, retry_after=1),
        Fault("status", method="POST", path="datavolumes", code=503),
        Fault("cut", method="POST", path="datavolumes"),
        Fault("cut-after", method="POST", path="datavolumes"),
        Fault("cut", method="GET", path="datavolumes"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.method}-{fault.code or ''}",
)
def test_a_stumbling_server_is_no_failure(bench: Bench, fault: Fault) -> None:
    bench.backend.disturb(fault)
    answer = bench.run(IMAGE, **BASE)
    assert answer.result["image"]["status"]["phase"] == "Succeeded"
    assert answer.verbs == ["create"]
    assert not bench.run(IMAGE, **BASE).changed


@pytest.mark.parametrize(
    ("method", "task", "path"),
    [
        ("POST", {**BASE, "publish_as": "debian"}, "datasources"),
        ("PATCH", {"name": "debian-13", "annotations": {"a": "b"}}, "datavolumes"),
        ("DELETE", GONE, "datavolumes"),
    ],
)
def test_a_change_whose_answer_was_lost_is_a_change(bench: Bench, method: str, task: Tree, path: str) -> None:
    bench.run(IMAGE, **BASE)
    bench.backend.disturb(Fault("cut-after", method=method, path=path))
    answer = bench.run(IMAGE, **task)
    assert (answer.changed, len(answer.verbs)) == (True, 1)
    assert not bench.run(IMAGE, **task).changed


def test_a_conflict_is_decided_anew(bench: Bench) -> None:
    bench.run(IMAGE, **BASE)
    bench.backend.disturb(Fault("status", method="PATCH", path="datavolumes", code=409, times=3))
    assert bench.run(IMAGE, name="debian-13", annotations={"a": "b"}).verbs == ["patch"]


def test_an_image_that_renews_from_a_registry_that_does_not_answer(bench: Bench) -> None:
    registry = {"url": "docker://registry.example/does-not-exist:1"}
    task: Tree = {"name": "fedora", "registry": registry, "size": "1Gi", "renew": {"schedule": "@daily"}}
    answer = bench.fail(IMAGE, **task, wait_timeout=3)
    assert answer.result["error"]["code"] == "wait_timeout"
    assert f"DataImportCron {bench.namespace}/fedora is not imported after 3 seconds" in answer.result["msg"]
    assert "which image is the newest" in answer.result["msg"]
    assert answer.verbs == ["create"]


def test_a_claim_of_others_is_left_alone(bench: Bench) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    bench.put({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "debian-13"}, "spec": spec})
    answer = bench.fail(IMAGE, **BASE, failure_grace=0, wait_timeout=60)
    assert "debian-13" in answer.result["msg"]
    assert "exists" in answer.result["msg"]


def test_a_missing_right_is_named(bench: Bench) -> None:
    bench.backend.deny("create", "datavolumes")
    answer = bench.fail(IMAGE, **BASE)
    assert answer.result["error"]["code"] == "forbidden"
    assert answer.result["error"]["rule"]["resources"] == ["datavolumes"]
