# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a manifest is made of, where its images come from, and what would be lost with it."""

from __future__ import annotations

import copy
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.blockers import blockers
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.manifest import (
    moved_image,
    objects_of,
    with_pull_secrets,
    with_registries,
)

Tree = dict[str, t.Any]
MIRROR = {"quay.io/kubevirt": "registry.example:5000/kubevirt/"}


def item(kind: str, name: str = "one", namespace: str | None = None, group: str = "", **more: t.Any) -> Tree:
    metadata = {"name": name, **({} if namespace is None else {"namespace": namespace})}
    return {"apiVersion": f"{group}/v1" if group else "v1", "kind": kind, "metadata": metadata, **more}


def deployment(pod: Tree, kind: str = "Deployment") -> Tree:
    return item(kind, group="apps", spec={"replicas": 2, "template": {"metadata": {}, "spec": pod}})


# Order.

kinds = st.sampled_from(["Namespace", "CustomResourceDefinition", "Deployment", "Role"])


@given(st.lists(kinds, min_size=1, max_size=8))
def test_namespaces_and_kinds_come_first_and_the_rest_stays_in_order(named: list[str]) -> None:
    documents = [item(kind, f"n{number}") for number, kind in enumerate(named)]
    mixed = [None, *documents[:1], {}, {"apiVersion": "v1", "kind": "List", "items": documents[1:]}]
    objects = objects_of(mixed)
    first = {"Namespace": 0, "CustomResourceDefinition": 1}
    assert objects == sorted(documents, key=lambda found: first.get(found["kind"], 2))


@pytest.mark.parametrize(
    ("documents", "text"),
    [
        ([], "holds no object"),
        ([None, {}], "holds no object"),
        (["<html>"], "document 1 is no object of Kubernetes."),
        ([item("Role"), []], "document 2 is no object of Kubernetes."),
        ([{"kind": "Role", "metadata": {"name": "a"}}], "document 1 is no object of Kubernetes: it has no apiVersion"),
        ([{"apiVersion": "v1", "metadata": {}}], "it has no kind"),
        ([{"apiVersion": "v1", "kind": "Role", "metadata": {}}], "document 1, of kind Role, has no name"),
        (
            [{"apiVersion": "v1", "kind": "List", "items": [7]}],
            "document 1, item 1 is no object of Kubernetes.",
        ),
    ],
)
def test_what_is_no_manifest_is_refused(documents: list[t.Any], text: str) -> None:
    with pytest.raises(InvalidOption) as refusal:
        objects_of(documents)
    assert text in refusal.value.message


# Images.


@pytest.mark.parametrize(
    ("image", "registries", "moved"),
    [
        ("quay.io/kubevirt/virt-api:v1", {"quay.io": "r.example"}, "r.example/kubevirt/virt-api:v1"),
        ("quay.io/kubevirt/virt-api:v1", {"quay.io/": "r.example/q/"}, "r.example/q/kubevirt/virt-api:v1"),
        ("quay.io/kubevirt/virt-api:v1", {"quay.io": "a", "quay.io/kubevirt": "b"}, "b/virt-api:v1"),
        ("quay.io/kubevirt/virt-api:v1", {"quay.io/kubevirt/virt-api": "c/api"}, "c/api:v1"),
        ("quay.io/kubevirt/virt-api@sha256:ab", {"quay.io/kubevirt/virt-api": "c/api"}, "c/api@sha256:ab"),
        ("quay.io/kubevirt/virt-api", {"quay.io/kubevirt/virt-api": "c/api"}, "c/api"),
        ("quay.io/kubevirt-x/virt-api", {"quay.io/kubevirt": "c"}, None),
        ("quay.io/kubevirt/virt-api:v1", {"quay.io/kubevirt/virt": "c"}, None),
        ("registry:5000/a/b:v1", {"registry": "c"}, None),
        ("registry:5000/a/b:v1", {"registry:5000": "c"}, "c/a/b:v1"),
        ("example.com/quay.io/kubevirt/a", {"quay.io": "c"}, None),
        ("busybox:1", {"docker.io": "c"}, "c/library/busybox:1"),
        ("org/tool", {"docker.io/org": "c"}, "c/tool"),
        ("org/tool", {"org": "c"}, "c/tool"),
        ("localhost/tool", {"docker.io": "c"}, None),
        ("10Gi", {}, None),
    ],
)
def test_where_an_image_comes_from(image: str, registries: dict[str, str], moved: str | None) -> None:
    assert moved_image(image, registries) == (image if moved is None else moved)


parts = st.sampled_from(["a", "ab", "b"])


@given(
    image=st.lists(parts, min_size=2, max_size=4).map(lambda path: "x.io/" + "/".join(path)),
    places=st.dictionaries(st.lists(parts, max_size=3).map(lambda path: "/".join(["x.io", *path])), parts, max_size=4),
)
def test_the_longest_place_counts_and_the_end_of_a_name_stays(image: str, places: dict[str, str]) -> None:
    fitting = [place for place in places if f"{image}/".startswith(f"{place}/")]
    moved = moved_image(image, places)
    if not fitting:
        assert moved == image
        return
    longest = max(fitting, key=len)
    assert moved == places[longest] + image[len(longest) :]


def test_all_images_of_an_operator_are_moved() -> None:
    container = {
        "name": "cdi-operator",
        "image": "quay.io/kubevirt/cdi-operator:v1.65.0",
        "env": [
            {"name": "IMPORTER_IMAGE", "value": "quay.io/kubevirt/cdi-importer:v1.65.0"},
            {"name": "RELATED_IMAGE_API", "value": "quay.io/kubevirt/cdi-apiserver@sha256:ab"},
            {"name": "IMAGE_FROM", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "HOME_PAGE", "value": "quay.io/kubevirt"},
        ],
    }
    pod = {"initContainers": [{"image": "quay.io/kubevirt/init"}], "containers": [container], "hostNetwork": True}
    found = deployment(pod)
    before = copy.deepcopy(found)
    moved = with_registries(found, MIRROR)
    assert found == before
    spec = moved["spec"]["template"]["spec"]
    assert spec["initContainers"] == [{"image": "registry.example:5000/kubevirt/init"}]
    assert spec["containers"][0]["image"] == "registry.example:5000/kubevirt/cdi-operator:v1.65.0"
    assert [variable.get("value") for variable in spec["containers"][0]["env"]] == [
        "registry.example:5000/kubevirt/cdi-importer:v1.65.0",
        "registry.example:5000/kubevirt/cdi-apiserver@sha256:ab",
        None,
        "quay.io/kubevirt",
    ]
    assert (spec["hostNetwork"], moved["spec"]["replicas"]) == (True, 2)


@pytest.mark.parametrize("kind", ["Deployment", "DaemonSet", "StatefulSet", "Job"])
def test_whatever_starts_pods_gets_the_secrets_once(kind: str) -> None:
    found = deployment({"containers": [], "imagePullSecrets": [{"name": "own"}, {"name": "mirror"}]}, kind)
    changed = with_pull_secrets(found, ["mirror", "other", "other"])
    assert changed["spec"]["template"]["spec"]["imagePullSecrets"] == [
        {"name": "own"},
        {"name": "mirror"},
        {"name": "other"},
    ]
    assert with_pull_secrets(changed, ["other"]) == changed
    assert with_pull_secrets(found, []) is found


def test_operators_are_told_of_the_secrets() -> None:
    kubevirt = with_pull_secrets(item("KubeVirt", "kubevirt", "kubevirt", "kubevirt.io"), ["mirror"])
    assert kubevirt["spec"] == {"imagePullSecrets": [{"name": "mirror"}]}
    cdi = with_pull_secrets(item("CDI", "cdi", group="cdi.kubevirt.io", spec={"config": {"featureGates": []}}), ["m"])
    assert cdi["spec"] == {"config": {"featureGates": [], "imagePullSecrets": [{"name": "m"}]}}
    other = item("ConfigMap", data={"a": "quay.io/kubevirt/a"})
    assert with_pull_secrets(with_registries(other, MIRROR), ["mirror"]) == other


# What would be lost.


def test_what_would_be_lost_is_named() -> None:
    machines = [item("VirtualMachine", f"web-{number}", "shop") for number in range(7, 0, -1)]
    found = {"VirtualMachine": machines, "CDIConfig": [item("CDIConfig", "config")], "DataVolume": []}
    assert blockers(found) == [
        "There is 1 CDIConfig object: config.",
        "There are 7 VirtualMachine objects: shop/web-1, shop/web-2, shop/web-3, shop/web-4, shop/web-5 and 2 more.",
    ]
    assert blockers({"VirtualMachine": machines[:2]}) == [
        "There are 2 VirtualMachine objects: shop/web-6 and shop/web-7."
    ]
    assert blockers({"VirtualMachine": []}) == blockers({}) == []


@given(st.integers(1, 40))
def test_five_are_named_and_all_are_counted(number: int) -> None:
    (sentence,) = blockers({"VM": [item("VM", f"vm{one:02}") for one in range(number)]})
    assert sentence.count("vm") == min(number, 5)
    assert f" {number} VM object" in sentence
    assert (f" and {number - 5} more." in sentence) is (number > 5)
