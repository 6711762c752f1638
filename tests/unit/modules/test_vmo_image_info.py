# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_image_info`` by its entry point: what images there are, how they are, and what needs them."""

from __future__ import annotations

import typing as t

import pytest

from tests.unit.modules.backend import Tree
from tests.unit.modules.bench import Bench

INFO = "vmo_image_info"
BASE: Tree = {"http": {"url": "https://images.example.com/debian-13.qcow2"}, "size": "1Gi"}


def make(bench: Bench, name: str, **more: t.Any) -> None:
    bench.run("vmo_image", **{**BASE, "name": name, **more})


def test_an_image_is_told_as_it_is(bench: Bench) -> None:
    make(bench, "debian-13", publish_as="debian", default_preference={"name": "debian"})
    answer = bench.run(INFO, name="debian-13")
    (image,) = answer.result["images"]
    volume = bench.backend.read("datavolumes", "debian-13")
    assert volume is not None
    assert (image["name"], image["kind"], image["uid"]) == ("debian-13", "DataVolume", volume["metadata"]["uid"])
    assert (image["ready"], image["phase"], image["progress"]) == (True, "Succeeded", volume["status"]["progress"])
    assert image["data_sources"] == [f"{bench.namespace}/debian"]
    assert image["options"]["http"] == BASE["http"]
    assert image["options"]["default_preference"] == {"name": "debian"}
    assert "image" not in image
    assert "used_by" not in image
    assert (answer.changed, answer.writes) == (False, [])
    assert answer.reads == ["get datavolumes/debian-13", "list datasources"]


def test_an_image_that_fails_says_why(bench: Bench) -> None:
    broken = {"url": "https://images.example.com/404.qcow2"}
    bench.fail("vmo_image", **{**BASE, "name": "broken", "http": broken}, failure_grace=0)
    (image,) = bench.run(INFO, name="broken").result["images"]
    assert (image["ready"], image["phase"]) == (False, "ImportInProgress")
    assert "404" in str(image["message"])


def test_all_images_and_nothing_else(bench: Bench) -> None:
    make(bench, "debian-13", labels={"os": "debian"})
    make(bench, "fedora", labels={"os": "fedora"})
    disk = {"name": "root", "blank": {}, "size": "1Gi"}
    bench.run("vmo_vm", name="web-01", memory="1Gi", disks=[disk])
    answer = bench.run(INFO)
    assert [image["name"] for image in answer.result["images"]] == ["debian-13", "fedora"]
    assert answer.reads == ["list datavolumes", "list dataimportcrons", "list datasources"]
    some = bench.run(INFO, label_selectors=["os=fedora"])
    assert [image["name"] for image in some.result["images"]] == ["fedora"]
    assert bench.run(INFO, name="nobody").result["images"] == []


def test_what_needs_an_image_is_named(bench: Bench) -> None:
    make(bench, "debian-13", publish_as="debian")
    disk = {"name": "root", "data_volume": {"name": "debian-13"}}
    bench.run("vmo_vm", name="builder", memory="1Gi", disks=[disk])
    (image,) = bench.run(INFO, name="debian-13", with_users=True).result["images"]
    place = bench.namespace
    assert image["used_by"] == [f"VirtualMachine {place}/builder", f"DataSource {place}/debian"]


def test_the_object_comes_without_the_tokens_of_cdi(bench: Bench) -> None:
    make(bench, "debian-13")
    make(bench, "copy", http=None, clone={"name": "debian-13"})
    (image,) = bench.run(INFO, name="copy", with_objects=True).result["images"]
    assert image["image"]["spec"]["source"]["pvc"]["name"] == "debian-13"
    assert "clone.token" not in str(image)
    volume = bench.backend.read("datavolumes", "copy")
    assert "clone.token" in str(volume)


def test_what_may_not_be_read_is_missing(bench: Bench) -> None:
    make(bench, "debian-13")
    for resource in ("dataimportcrons", "datasources"):
        bench.backend.deny("list", resource)
    answer = bench.run(INFO)
    assert [image["name"] for image in answer.result["images"]] == ["debian-13"]
    assert answer.result["unavailable"] == ["dataimportcrons", "datasources"]


@pytest.mark.parametrize("name", [None, "debian-13"])
def test_a_right_that_a_look_lacks_is_named(bench: Bench, name: str | None) -> None:
    bench.backend.deny("get" if name else "list", "datavolumes")
    assert bench.fail(INFO, name=name).result["error"]["code"] == "forbidden"
