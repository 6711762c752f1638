# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_image`` by its entry point: images from each source, fresh, again, in check mode and with a diff."""

from __future__ import annotations

import hashlib
import typing as t

import pytest

from tests.unit.modules.backend import Tree
from tests.unit.modules.bench import Bench

IMAGE = "vmo_image"
HTTP = {"url": "https://images.example.com/debian-13.qcow2"}
DEBIAN: Tree = {"name": "debian-13", "http": HTTP, "size": "1Gi"}
READ = ["get datavolumes/debian-13"]
_DIGEST = "cdi.kubevirt.io/storage.import.sourceDesiredDigest"


def volume(bench: Bench, name: str = "debian-13") -> t.Any:
    return bench.backend.read("datavolumes", name)


def test_an_image_fresh_again_and_foreseen(bench: Bench) -> None:
    foreseen = bench.run(IMAGE, check=True, diff=True, **DEBIAN)
    assert (foreseen.changed, foreseen.writes, foreseen.verbs) == (True, [], ["create"])
    assert foreseen.rehearsals == ["create datavolumes"]
    assert foreseen.result["image"]["spec"]["source"] == {"http": HTTP}
    assert volume(bench) is None

    fresh = bench.run(IMAGE, diff=True, **DEBIAN)
    assert (fresh.changed, fresh.writes) == (True, ["create datavolumes"])
    assert fresh.result["diff"] == foreseen.result["diff"]
    assert fresh.result["diff"]["before"] == {}
    after = fresh.result["diff"]["after"]
    assert (after["http"], after["size"], after["immediate_binding"]) == (HTTP, "1Gi", True)
    assert fresh.result["image"]["status"]["phase"] == "Succeeded"

    again = bench.run(IMAGE, diff=True, **DEBIAN)
    assert (again.changed, again.writes, again.reads) == (False, [], READ)
    assert again.result["diff"]["before"] == again.result["diff"]["after"] == {}
    assert not bench.run(IMAGE, check=True, **DEBIAN).changed
    # 1024Mi is 1Gi, and what is left out is left alone
    assert bench.run(IMAGE, **{**DEBIAN, "size": "1024Mi"}).writes == []
    assert bench.run(IMAGE, name="debian-13").reads == READ


def test_a_new_image_is_one_for_good(bench: Bench) -> None:
    bench.run(IMAGE, **DEBIAN, annotations={"example.com/owner": "team-a"})
    annotations = volume(bench)["metadata"]["annotations"]
    assert annotations["cdi.kubevirt.io/storage.deleteAfterCompletion"] == "false"
    assert annotations["cdi.kubevirt.io/storage.bind.immediate.requested"] == ""
    assert annotations["example.com/owner"] == "team-a"


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ({"registry": {"url": "docker://registry.example/debian:13", "pull_method": "node"}}, "registry"),
        ({"s3": {"url": "https://s3.example.com/images/debian.qcow2", "secret": "s3"}}, "s3"),
        ({"blank": {}}, "blank"),
        ({"http": {**HTTP, "checksum": "sha256:" + 64 * "0"}}, "http"),
    ],
)
def test_each_source_is_one_task(bench: Bench, source: Tree, field: str) -> None:
    bench.put({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s3"}, "data": {}})
    made = bench.run(IMAGE, name="it", size="1Gi", **source, wait=False)
    assert field in made.result["image"]["spec"]["source"]
    assert bench.run(IMAGE, name="it", size="1Gi", **source, wait=False).reads == ["get datavolumes/it"]


def test_a_copy_takes_its_size_from_its_source(bench: Bench) -> None:
    bench.run(IMAGE, **DEBIAN)
    copied = bench.run(IMAGE, name="copy", clone={"name": "debian-13"})
    assert copied.result["image"]["spec"]["source"]["pvc"] == {"name": "debian-13", "namespace": bench.namespace}
    assert "clone.token" not in str(copied.result)
    assert bench.run(IMAGE, name="copy", clone={"name": "debian-13", "namespace": bench.namespace}).writes == []


def test_labels_reach_the_volume_that_vms_ask(bench: Bench) -> None:
    bench.run(IMAGE, **DEBIAN, labels={"os": "debian"}, default_instancetype={"name": "u1.medium"})
    change: Tree = {"labels": {"os": None, "release": 13}, "default_preference": {"name": "debian"}}
    foreseen = bench.run(IMAGE, check=True, name="debian-13", **change)
    assert (foreseen.verbs, foreseen.writes) == (["patch", "patch"], [])
    changed = bench.run(IMAGE, name="debian-13", **change)
    assert changed.result["diff"]["before"] == {"labels": {"os": "debian"}}
    assert changed.result["diff"]["after"] == {"labels": {"release": "13"}, "default_preference": {"name": "debian"}}
    for plural in ("datavolumes", "persistentvolumeclaims"):
        found = bench.backend.read(plural, "debian-13")
        assert found is not None
        labels = found["metadata"]["labels"]
        assert labels["instancetype.kubevirt.io/default-instancetype"] == "u1.medium"
        assert labels["instancetype.kubevirt.io/default-preference"] == "debian"
        assert (labels.get("os"), labels["release"]) == (None, "13")
    assert bench.run(IMAGE, name="debian-13", **change).writes == []


def test_a_data_source_follows_to_the_newest_image(bench: Bench) -> None:
    first = bench.run(IMAGE, **DEBIAN, publish_as="debian")
    assert first.writes == ["create datavolumes", "create datasources"]
    assert bench.run(IMAGE, **DEBIAN, publish_as="debian").writes == []
    newer = {**DEBIAN, "name": "debian-13.1", "publish_as": "debian"}
    foreseen = bench.run(IMAGE, check=True, **newer)
    assert [(action["verb"], action["kind"]) for action in foreseen.result["actions"]] == [
        ("create", "DataVolume"),
        ("patch", "DataSource"),
    ]
    moved = bench.run(IMAGE, **newer)
    assert foreseen.result["diff"] == moved.result["diff"]
    assert moved.result["diff"]["before"]["publish_as"] == {"debian": f"{bench.namespace}/debian-13"}
    source = bench.backend.read("datasources", "debian")
    assert source is not None
    assert source["spec"]["source"] == {"pvc": {"namespace": bench.namespace, "name": "debian-13.1"}}


def test_a_data_source_does_not_point_to_what_failed(bench: Bench) -> None:
    bench.run(IMAGE, **DEBIAN, publish_as="debian")
    broken = {**DEBIAN, "name": "broken", "http": {"url": "https://images.example.com/404.qcow2"}}
    bench.fail(IMAGE, **broken, publish_as="debian", failure_grace=0)
    source = bench.backend.read("datasources", "debian")
    assert source is not None
    assert source["spec"]["source"]["pvc"]["name"] == "debian-13"


def test_others_may_copy_the_image(bench: Bench) -> None:
    shared = bench.run(IMAGE, **DEBIAN, clone_rights=[{"namespace": "shop-a"}])
    assert shared.writes == ["create datavolumes", "create roles", "create rolebindings"]
    role = bench.backend.read("roles", "vmo-clone-debian-13")
    assert role is not None
    assert role["rules"] == [
        {
            "apiGroups": ["cdi.kubevirt.io"],
            "resources": ["datavolumes/source"],
            "verbs": ["create"],
            "resourceNames": ["debian-13"],
        }
    ]
    more = [{"namespace": "shop-a", "state": "absent"}, {"namespace": "shop-b", "service_account": "builder"}]
    assert bench.run(IMAGE, check=True, **DEBIAN, clone_rights=more).verbs == ["patch"]
    changed = bench.run(IMAGE, **DEBIAN, clone_rights=more)
    assert changed.writes == ["patch rolebindings/vmo-clone-debian-13"]
    assert changed.result["diff"]["after"] == {"clone_rights": [{"namespace": "shop-b", "service_account": "builder"}]}
    binding = bench.backend.read("rolebindings", "vmo-clone-debian-13")
    assert binding is not None
    subjects = [(item["namespace"], item["name"]) for item in binding["subjects"]]
    assert subjects == [("shop-b", "builder")]
    assert bench.run(IMAGE, **DEBIAN, clone_rights=more).writes == []


def test_absent_fresh_again_and_foreseen(bench: Bench) -> None:
    bench.run(IMAGE, **DEBIAN, publish_as="debian", clone_rights=[{"namespace": "shop-a"}])
    gone: Tree = {"name": "debian-13", "state": "absent"}
    foreseen = bench.run(IMAGE, check=True, diff=True, **gone)
    assert (foreseen.changed, foreseen.writes) == (True, [])
    assert foreseen.result["diff"]["before"]["http"] == HTTP
    assert volume(bench) is not None
    removed = bench.run(IMAGE, **gone)
    assert removed.writes == [
        "delete datasources/debian",
        "delete rolebindings/vmo-clone-debian-13",
        "delete roles/vmo-clone-debian-13",
        "delete datavolumes/debian-13",
    ]
    assert removed.result["image"] == {}
    for plural, name in (
        ("datavolumes", "debian-13"),
        ("persistentvolumeclaims", "debian-13"),
        ("datasources", "debian"),
        ("roles", "vmo-clone-debian-13"),
    ):
        assert bench.backend.read(plural, name) is None
    again = bench.run(IMAGE, **gone)
    assert (again.changed, again.writes) == (False, [])
    assert again.reads == [*READ, "get dataimportcrons/debian-13"]


def test_an_image_that_differs_is_made_anew_on_request_alone(bench: Bench) -> None:
    bench.run(IMAGE, **DEBIAN, clone_rights=[{"namespace": "shop-a"}])
    uid = volume(bench)["metadata"]["uid"]
    other = {**DEBIAN, "http": {"url": "https://images.example.com/debian-13.1.qcow2"}, "size": "2Gi"}
    for check in (True, False):
        refused = bench.fail(IMAGE, check=check, **other)
        assert (refused.result["error"]["code"], refused.writes) == ("image_differs", [])
        assert refused.result["error"]["words"] == ["http", "size"]
        assert "http https://images.example.com/debian-13.qcow2 instead of" in refused.result["msg"]
        assert "recreate" in refused.result["msg"]
    assert volume(bench)["metadata"]["uid"] == uid
    foreseen = bench.run(IMAGE, check=True, **other, recreate="always")
    assert (foreseen.verbs, foreseen.writes) == (["delete", "create"], [])
    anew = bench.run(IMAGE, **other, recreate="always")
    assert anew.verbs == ["delete", "create"]
    assert anew.result["diff"] == foreseen.result["diff"]
    assert (anew.result["diff"]["before"]["size"], anew.result["diff"]["after"]["size"]) == ("1Gi", "2Gi")
    assert anew.result["image"]["status"]["phase"] == "Succeeded"
    assert volume(bench)["metadata"]["uid"] != uid
    assert bench.run(IMAGE, **other).writes == []


def test_an_import_that_failed_can_be_corrected(bench: Bench) -> None:
    broken = {**DEBIAN, "http": {"url": "https://images.example.com/404.qcow2"}}
    bench.fail(IMAGE, **broken, failure_grace=0)
    refused = bench.fail(IMAGE, **DEBIAN, recreate="never")
    assert refused.result["error"]["code"] == "image_differs"
    corrected = bench.run(IMAGE, **DEBIAN)
    assert corrected.verbs == ["delete", "create"]
    assert corrected.result["image"]["status"]["phase"] == "Succeeded"


def cron(bench: Bench, name: str) -> t.Any:
    return bench.backend.read("dataimportcrons", name)


def answer_for_the_registry(bench: Bench, name: str) -> None:
    """Say which image is the newest, as the pod does that asks the registry: it does not run on simulated nodes."""
    found = cron(bench, name)
    annotations = found["metadata"].setdefault("annotations", {})
    if _DIGEST not in annotations:
        url = found["spec"]["template"]["spec"]["source"]["registry"]["url"]
        annotations[_DIGEST] = f"sha256:{hashlib.sha256(url.encode()).hexdigest()}"
        del found["metadata"]["resourceVersion"]
        bench.put(found)


def test_an_image_that_renews(bench: Bench) -> None:
    task: Tree = {
        "name": "fedora",
        "registry": {"url": "docker://registry.example/fedora:latest"},
        "size": "1Gi",
        "renew": {"schedule": "0 3 * * 0", "keep": 2},
        "default_preference": {"name": "fedora"},
    }
    foreseen = bench.run(IMAGE, check=True, **task)
    assert (foreseen.changed, foreseen.writes) == (True, [])
    made = bench.run(IMAGE, **task, wait=False)
    assert made.writes == ["create dataimportcrons"]
    assert made.result["diff"] == foreseen.result["diff"]
    answer_for_the_registry(bench, "fedora")
    done = bench.run(IMAGE, **task)
    assert (done.changed, done.writes) == (False, [])
    newest = cron(bench, "fedora")["status"]["lastImportedPVC"]["name"]
    source = bench.backend.read("datasources", "fedora")
    assert source is not None
    # a claim, or a snapshot of it, as the StorageProfile says
    (place,) = source["spec"]["source"].values()
    assert place["name"] == newest
    again = bench.run(IMAGE, **task)
    assert again.reads == ["get dataimportcrons/fedora"]
    refused = bench.fail(IMAGE, **{**task, "renew": {"schedule": "0 4 * * 0"}})
    assert refused.result["error"]["words"] == ["renew"]
    gone = bench.run(IMAGE, name="fedora", state="absent")
    assert gone.writes == ["delete dataimportcrons/fedora"]
    assert cron(bench, "fedora") is None
