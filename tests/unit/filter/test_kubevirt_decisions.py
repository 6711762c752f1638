# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters by which the role takes its decisions: what they take, what they return, and what they refuse."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.filter import (
    kubevirt_blockers,
    kubevirt_failure,
    kubevirt_foreseen,
    kubevirt_found,
    kubevirt_manifest_version,
    kubevirt_release,
)

Tree = dict[str, t.Any]
HELM = {"by": "helm", "name": "release virt in namespace kubevirt", "advice": "change the values of the release, too"}
release = kubevirt_release.kubevirt_release
foreseen = kubevirt_foreseen.kubevirt_foreseen
blockers = kubevirt_blockers.kubevirt_blockers
found_of = kubevirt_found.kubevirt_found
version_in = kubevirt_manifest_version.kubevirt_manifest_version
failure = kubevirt_failure.kubevirt_failure


@pytest.mark.parametrize("found", [None, {}, {"version": None}, {"version": "", "managed_by": None}, {"installed": 0}])
def test_a_cluster_without_it_gets_the_pinned_version(found: t.Any) -> None:
    assert release(found, pinned="1.8.0") == {
        "action": "install",
        "version": "v1.8.0",
        "from": None,
        "foreign": False,
        "refusal": "",
        "note": "",
    }
    assert release(found, "CDI", "absent", pinned="1.65.0")["action"] == "none"


def test_what_the_module_found_is_compared() -> None:
    found: Tree = {"version": "v1.4.0", "target_version": "v1.4.0", "managed_by": None, "changed": False}
    assert release(found, version="1.5.0", pinned="1.8.0")["action"] == "upgrade"
    assert release(found, pinned="1.8.0")["version"] == "v1.4.0"
    assert "1.4 → 1.5 → 1.6" in release(found, version="1.6.0", pinned="1.8.0")["refusal"]
    # an empty variable names no version
    assert release(found, version="", pinned="1.8.0")["action"] == "none"
    under_way = release({**found, "target_version": "v1.5.0"}, pinned="1.8.0")
    assert (under_way["action"], under_way["version"], under_way["from"]) == ("upgrade", "v1.5.0", "v1.4.0")
    assert release({"installed": True}, pinned="1.8.0")["action"] == "install"
    assert release({"installed": True}, state="absent", pinned="1.8.0")["action"] == "uninstall"


def test_what_somebody_else_manages_is_foreign() -> None:
    found = {"version": "v1.4.0", "managed_by": HELM}
    present = release(found, version="1.5.0", pinned="1.8.0")
    assert (present["action"], present["foreign"]) == ("none", True)
    assert "Helm (release virt in namespace kubevirt)" in present["note"]
    assert "Helm (release virt" in release(found, state="absent", pinned="1.8.0")["refusal"]
    unknown = release({"version": "v1.4.0", "managed_by": {"by": "crossplane"}}, pinned="1.8.0")
    assert "managed by crossplane:" in unknown["note"]


def test_objects_and_blockers_pass_through() -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kubevirt"}}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "a", "namespace": "kubevirt"}}
    assert foreseen([namespace, account], [], []) == {"known": [namespace], "foreseen": [account]}
    assert foreseen([namespace, account], ["kubevirt"], [])["foreseen"] == []
    assert blockers({"Namespace": [namespace]}) == ["There is 1 Namespace object: kubevirt."]


def test_what_there_is_leads_to_a_decision() -> None:
    assert found_of([]) == {}
    labels = {"app.kubernetes.io/managed-by": "hco-operator"}
    cdi: Tree = {"kind": "CDI", "metadata": {"name": "cdi"}, "status": {"observedVersion": "v1.64.0"}}
    assert found_of([cdi]) == {
        "installed": True,
        "name": "cdi",
        "namespace": None,
        "version": "v1.64.0",
        "target_version": None,
        "managed_by": None,
        "deleting": False,
    }
    assert release(found_of([cdi]), "CDI", version="1.65.0", pinned="1.65.0")["action"] == "upgrade"
    foreign = found_of([{**cdi, "metadata": {"name": "cdi", "labels": labels}}])
    assert release(foreign, "CDI", version="1.65.0", pinned="1.65.0")["foreign"] is True
    metadata = {"name": "kubevirt", "namespace": "kubevirt", "deletionTimestamp": "2026-01-31T08:15:00Z"}
    begun = found_of([{"kind": "KubeVirt", "metadata": metadata, "status": {"operatorVersion": "v1.8.0"}}])
    assert (begun["version"], begun["target_version"], begun["deleting"]) == ("v1.8.0", "v1.8.0", True)
    fresh = found_of([{"kind": "KubeVirt", "metadata": metadata}])
    assert release(fresh, version="1.7.0", pinned="1.8.0")["action"] == "install"


def test_versions_and_failures_are_told() -> None:
    assert version_in([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kubevirt"}}]) == ""
    assert failure({"failed": True, "msg": "Failed to apply object: no"}) == {"sentence": "no.", "transient": False}
    assert failure({"failed": True})["sentence"] == "No reason was given."


REFUSED: list[tuple[t.Callable[[], t.Any], str]] = [
    (lambda: release("v1.4.0", pinned="1.8.0"), "must be a mapping"),
    (lambda: release({}, "Multus", pinned="1.8.0"), "none of KubeVirt, CDI"),
    (lambda: release({}, state="latest", pinned="1.8.0"), "neither present nor absent"),
    (lambda: release({}, version="1.8", pinned="1.8.0"), "version: '1.8' is no version such as 1.8.0"),
    (lambda: release({}), "pinned: None is no version"),
    (lambda: foreseen({}, [], []), "objects: a list is needed, not a dict"),
    (lambda: foreseen([], "kubevirt", []), "namespaces: a list is needed"),
    (lambda: foreseen([], [], None), "crds: a list is needed"),
    (lambda: foreseen([{"kind": "Role"}], [], []), "is no object of Kubernetes"),
    (lambda: found_of({}), "a list of objects is needed"),
    (lambda: found_of([{"kind": "VirtualMachine"}]), "neither a KubeVirt nor a CDI object"),
    (
        lambda: found_of([{"kind": "CDI", "metadata": {"name": name}} for name in ("two", "one")]),
        "there are CDI one, CDI two, and one of them alone is obeyed",
    ),
    (lambda: version_in("v1.8.0"), "a list of objects is needed"),
    (lambda: failure("no"), "the result of a task is needed, not str"),
    (lambda: blockers([]), "a mapping of kinds to objects is needed"),
    (lambda: blockers({"VirtualMachine": ["web-01"]}), "VirtualMachine: a list of objects is needed"),
]


@pytest.mark.parametrize(("call", "text"), REFUSED)
def test_what_cannot_be_meant_is_refused(call: t.Callable[[], t.Any], text: str) -> None:
    with pytest.raises(AnsibleFilterError) as refusal:
        call()
    assert str(refusal.value).startswith("vmo.core.kubevirt_")
    assert text in str(refusal.value)


@pytest.mark.parametrize(
    "module",
    [
        kubevirt_blockers,
        kubevirt_failure,
        kubevirt_foreseen,
        kubevirt_found,
        kubevirt_manifest_version,
        kubevirt_release,
    ],
)
def test_each_file_has_one_filter_of_its_name(module: t.Any) -> None:
    name = module.__name__.rpartition(".")[2]
    assert module.FilterModule().filters() == {name: getattr(module, name)}
