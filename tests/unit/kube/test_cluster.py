# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each verb of the port puts on the wire, and what it makes of the answer."""

from __future__ import annotations

import gzip
import json
import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._kube import cluster as cluster_module
from ansible_collections.vmo.core.plugins.module_utils._kube.cluster import KubeCluster
from ansible_collections.vmo.core.plugins.module_utils._model.kind import KUBEVIRT as ITSELF
from ansible_collections.vmo.core.plugins.module_utils._model.kind import POD, VM, VMI, Kind
from ansible_collections.vmo.core.plugins.module_utils._model.right import Right
from tests.unit.kube.scripted import TOKEN, Answer, ScriptedServer, status

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._kube.transport import HttpTransport

VMS = "/apis/kubevirt.io/v1/namespaces/shop/virtualmachines"
KUBEVIRT = Kind("kubevirt.io", "v1", "kubevirts", "KubeVirt")
NODE = Kind("", "v1", "nodes", "Node")


def a_vm(name: str = "web-01", **metadata: t.Any) -> dict[str, t.Any]:
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": name, "namespace": "shop", "resourceVersion": "7", **metadata},
    }


@pytest.fixture
def rehearsal(wire: HttpTransport) -> KubeCluster:
    return KubeCluster(wire, dry_run=True)


def test_get_reads_one_object_with_the_token(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(a_vm())
    assert cluster.get(VM, "shop", "web-01") == a_vm()
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query, asked.body) == ("GET", f"{VMS}/web-01", {}, None)
    assert asked.header("Authorization") == [f"Bearer {TOKEN}"]
    assert asked.header("Accept") == ["application/json, */*"]
    assert asked.header("User-Agent") == ["vmo.core"]
    assert asked.header("Content-Type") == []


@pytest.mark.parametrize(
    ("kind", "namespace", "path"),
    [
        (POD, "shop", "/api/v1/namespaces/shop/pods/x"),
        (NODE, None, "/api/v1/nodes/x"),
        (KUBEVIRT, "kubevirt", "/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts/x"),
        (KUBEVIRT, None, "/apis/kubevirt.io/v1/kubevirts/x"),
    ],
)
def test_paths_follow_the_kind(
    server: ScriptedServer, cluster: KubeCluster, kind: Kind, namespace: str | None, path: str
) -> None:
    server.answers({"metadata": {"name": "x"}})
    cluster.get(kind, namespace, "x")
    assert server.asked[0].path == path


def test_a_name_cannot_reach_another_object(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers({})
    cluster.get(VM, "shop", "../secrets/x?y=1")
    assert server.asked[0].path == f"{VMS}/..%2Fsecrets%2Fx%3Fy%3D1"
    assert server.asked[0].query == {}


def test_get_drops_managed_fields(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(a_vm(managedFields=[{"manager": "kubectl"}]))
    assert cluster.get(VM, "shop", "web-01") == a_vm()


def test_managed_fields_are_kept_where_writers_matter(server: ScriptedServer, cluster: KubeCluster) -> None:
    writers = [{"manager": "kubectl"}]
    found = {"metadata": {"name": "kubevirt", "managedFields": writers}}
    server.answers(found, {"items": [found], "metadata": {}})
    one = cluster.get(ITSELF, "kubevirt", "kubevirt")
    (listed,) = cluster.list_all(ITSELF).items
    assert one is not None
    assert one["metadata"]["managedFields"] == listed["metadata"]["managedFields"] == writers


def test_a_compressed_answer_is_understood(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(Answer(body=gzip.compress(json.dumps(a_vm()).encode()), headers=(("Content-Encoding", "gzip"),)))
    assert cluster.get(VM, "shop", "web-01") == a_vm()
    assert server.asked[0].header("Accept-Encoding") == ["gzip"]


def test_get_of_a_missing_object_is_none(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(
        status(404, "NotFound", 'virtualmachines.kubevirt.io "x" not found', kind="virtualmachines", name="x")
    )
    assert cluster.get(VM, "shop", "x") is None


def test_list_reads_all_pages_and_names_the_kind(server: ScriptedServer, cluster: KubeCluster) -> None:
    bare = {"metadata": {"name": "b", "managedFields": []}}
    server.answers(
        {"metadata": {"resourceVersion": "40", "continue": "more&more"}, "items": [a_vm("a")]},
        {"metadata": {"resourceVersion": "40"}, "items": [bare]},
    )
    listing = cluster.list_all(VM, "shop", labels="tier in (web,db)", fields="metadata.name!=x")
    assert listing.resource_version == "40"
    assert listing.items == [
        a_vm("a"),
        {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": {"name": "b"}},
    ]
    selectors = {"labelSelector": "tier in (web,db)", "fieldSelector": "metadata.name!=x", "limit": "500"}
    assert [asked.query for asked in server.asked] == [selectors, {**selectors, "continue": "more&more"}]
    assert {asked.path for asked in server.asked} == {VMS}


def test_list_of_all_namespaces_has_no_namespace_in_its_path(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers({"metadata": {"resourceVersion": "1"}, "items": None})
    assert cluster.list_all(VM) == ([], "1")
    assert server.asked[0].path == "/apis/kubevirt.io/v1/virtualmachines"


EXPIRED = status(410, "Expired", "The provided continue parameter is too old to display a consistent list result.")


def test_list_begins_again_once_when_its_pages_expire(server: ScriptedServer, cluster: KubeCluster) -> None:
    first = {"metadata": {"resourceVersion": "1", "continue": "c"}, "items": [a_vm("old")]}
    server.answers(first, EXPIRED, {"metadata": {"resourceVersion": "9"}, "items": [a_vm("new")]})
    assert [item["metadata"]["name"] for item in cluster.list_all(VM, "shop").items] == ["new"]


def test_list_does_not_begin_again_for_ever(server: ScriptedServer, cluster: KubeCluster) -> None:
    first = {"metadata": {"resourceVersion": "1", "continue": "c"}, "items": []}
    server.answers(first, EXPIRED, first, EXPIRED)
    with pytest.raises(_errors.WatchExpired):
        cluster.list_all(VM, "shop")
    assert len(server.asked) == 4


def test_create_posts_strictly(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(Answer(201, a_vm(uid="u")))
    served = cluster.create(VM, {"metadata": {"name": "web-01", "namespace": "shop"}, "spec": {}})
    assert served["metadata"]["uid"] == "u"
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query) == ("POST", VMS, {"fieldValidation": "Strict"})
    assert asked.header("Content-Type") == ["application/json"]
    assert asked.body == {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": "web-01", "namespace": "shop"},
        "spec": {},
    }


def test_patch_is_a_strict_merge_patch(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(a_vm())
    patch = {"metadata": {"resourceVersion": "7"}, "spec": {"running": None}}
    cluster.patch(VM, "shop", "web-01", patch)
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query) == ("PATCH", f"{VMS}/web-01", {"fieldValidation": "Strict"})
    assert asked.header("Content-Type") == ["application/merge-patch+json"]
    assert asked.body == patch


def test_apply_takes_fields_from_other_managers(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(a_vm())
    assert cluster.apply(VM, {"metadata": {"name": "web-01", "namespace": "shop"}, "spec": {}}) == a_vm()
    (asked,) = server.asked
    query = {"fieldValidation": "Strict", "fieldManager": "vmo.core", "force": "true"}
    assert (asked.method, asked.path, asked.query) == ("PATCH", f"{VMS}/web-01", query)
    assert asked.header("Content-Type") == ["application/apply-patch+yaml"]
    assert asked.body == {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": "web-01", "namespace": "shop"},
        "spec": {},
    }


def test_delete_names_the_uid_it_means(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers({"kind": "Status"})
    cluster.delete(VM, "shop", "web-01", uid="u-1")
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query) == ("DELETE", f"{VMS}/web-01", {})
    assert asked.body == {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": "u-1"}}


def test_invoke_puts_to_the_subresource_and_takes_an_empty_answer(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(Answer(202, b""))
    cluster.invoke(VMI, "shop", "web-01", "pause", {"gracePeriod": 0})
    (asked,) = server.asked
    path = "/apis/subresources.kubevirt.io/v1/namespaces/shop/virtualmachineinstances/web-01/pause"
    assert (asked.method, asked.path, asked.query, asked.body) == ("PUT", path, {}, {"gracePeriod": 0})
    assert asked.header("Content-Type") == ["application/json"]
    assert asked.header("Accept") == ["application/json, */*"]


def test_a_dry_run_is_asked_for_where_the_server_looks(server: ScriptedServer, rehearsal: KubeCluster) -> None:
    server.answers(*[a_vm()] * 5)
    assert rehearsal.dry_run
    rehearsal.create(VM, a_vm())
    rehearsal.patch(VM, "shop", "web-01", {"spec": {}})
    rehearsal.apply(VM, a_vm())
    rehearsal.delete(VM, "shop", "web-01", uid="u")
    rehearsal.invoke(VM, "shop", "web-01", "start", {"paused": True})
    create, patch, apply, delete, start = server.asked
    assert apply.query["dryRun"] == "All"
    assert create.query == patch.query == {"fieldValidation": "Strict", "dryRun": "All"}
    assert delete.body["dryRun"] == ["All"]
    assert start.body == {"paused": True, "dryRun": ["All"]}


def line(kind: str, body: dict[str, t.Any]) -> bytes:
    return json.dumps({"type": kind, "object": body}).encode() + b"\n"


def test_watch_yields_events_and_bookmarks(server: ScriptedServer, cluster: KubeCluster) -> None:
    whole = line("MODIFIED", a_vm(managedFields=[])) + line("BOOKMARK", {"metadata": {"resourceVersion": "12"}})
    server.answers(Answer(chunks=(line("ADDED", a_vm()), whole[:30], whole[30:])))
    events = list(cluster.watch(VM, "shop", "web-01", since="5", timeout=7.2))
    assert [event.type for event in events] == ["ADDED", "MODIFIED", "BOOKMARK"]
    assert events[1].object == a_vm()
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", VMS)
    assert asked.query == {
        "watch": "true",
        "fieldSelector": "metadata.name=web-01",
        "allowWatchBookmarks": "true",
        "timeoutSeconds": "8",
        "resourceVersion": "5",
    }


def test_watch_hands_on_an_event_before_the_next_comes(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(Answer(chunks=(line("ADDED", a_vm()),) + (b"\n",) * 2000))
    watching = cluster.watch(VM, "shop", "web-01", since=None, timeout=60)
    assert next(watching).type == "ADDED"
    t.cast("t.Any", watching).close()
    assert "resourceVersion" not in server.asked[0].query


def test_a_cut_watch_just_ends(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(Answer(chunks=(line("ADDED", a_vm()), b'{"type":"MOD'), cut="after"))
    assert [event.type for event in cluster.watch(VM, "shop", "web-01", since="5", timeout=60)] == ["ADDED"]


def test_a_silent_watch_just_ends(
    server: ScriptedServer, cluster: KubeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "_SILENCE_SECONDS", 0.1)
    monkeypatch.setattr(cluster_module, "_GRACE_SECONDS", 0.0)
    server.answers(Answer(chunks=(line("ADDED", a_vm()),), silence=30))
    assert [event.type for event in cluster.watch(VM, "shop", "web-01", since="5", timeout=60)] == ["ADDED"]


@pytest.mark.parametrize("answer", [EXPIRED, Answer(chunks=(line("ERROR", t.cast("t.Any", EXPIRED.body)),))])
def test_an_expired_watch_says_so(server: ScriptedServer, cluster: KubeCluster, answer: Answer) -> None:
    server.answers(answer)
    with pytest.raises(_errors.WatchExpired, match="VirtualMachine shop/web-01"):
        list(cluster.watch(VM, "shop", "web-01", since="5", timeout=60))


def test_a_watch_that_speaks_garbage_is_not_taken_for_silence(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(Answer(chunks=(b"<html>\n",)))
    with pytest.raises(_errors.UnexpectedAnswer):
        list(cluster.watch(VM, "shop", "web-01", since="5", timeout=60))


def test_warnings_are_collected_once_each(server: ScriptedServer, cluster: KubeCluster) -> None:
    running = '299 - "spec.running is deprecated, please use spec.runStrategy instead."'
    server.answers(
        Answer(body=a_vm(), headers=(("Warning", running), ("Warning", '299 - "say \\"hi\\", twice"'))),
        Answer(body=a_vm(), headers=(("Warning", running + ', 299 kube "second, of one line"'),)),
        status(403, "Forbidden", "no"),
    )
    cluster.get(VM, "shop", "web-01")
    cluster.get(VM, "shop", "web-01")
    assert cluster.drain_warnings() == [
        "spec.running is deprecated, please use spec.runStrategy instead.",
        'say "hi", twice',
        "second, of one line",
    ]
    assert cluster.drain_warnings() == []


def test_one_connection_serves_many_requests(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(*[a_vm()] * 5)
    for _request in range(5):
        cluster.get(VM, "shop", "web-01")
    assert server.connections == 1


@pytest.mark.parametrize(
    ("right", "namespace", "attributes"),
    [
        (Right("list", "", "nodes"), None, {"verb": "list", "group": "", "resource": "nodes"}),
        (
            Right("update", "subresources.kubevirt.io", "virtualmachines/start"),
            "shop",
            {
                "verb": "update",
                "group": "subresources.kubevirt.io",
                "resource": "virtualmachines",
                "subresource": "start",
                "namespace": "shop",
            },
        ),
    ],
)
@pytest.mark.parametrize("allowed", [True, False])
def test_a_right_is_asked_for_by_a_review_that_is_no_write(
    server: ScriptedServer,
    rehearsal: KubeCluster,
    right: Right,
    namespace: str | None,
    attributes: dict[str, str],
    allowed: bool,
) -> None:
    server.answers(Answer(201, {"status": {"allowed": allowed}}))
    assert rehearsal.may(right, namespace) is allowed
    (asked,) = server.asked
    assert (asked.method, asked.query) == ("POST", {})
    assert asked.path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    assert asked.body["spec"] == {"resourceAttributes": attributes}


def test_the_version_is_that_of_kubernetes(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers({"major": "1", "minor": "34", "gitVersion": "v1.34.4"})
    assert cluster.version() == "v1.34.4"
    assert server.asked[0].path == "/version"


def test_the_groups_are_those_of_the_server(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers({"kind": "APIGroupList", "groups": [{"name": "apps"}, {"name": "kubevirt.io"}]})
    assert cluster.groups() == {"apps", "kubevirt.io"}
    assert server.asked[0].path == "/apis"


def test_a_version_that_may_not_be_read_is_named(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(status(403, "Forbidden", 'forbidden: User "jane" cannot get path "/version"'))
    with pytest.raises(_errors.Forbidden, match="Cannot read the version of Kubernetes: "):
        cluster.version()


def test_resources_are_those_of_one_api_version(server: ScriptedServer, cluster: KubeCluster) -> None:
    served = [{"name": "vmtemplates", "kind": "VmTemplate", "namespaced": False}]
    server.answers({"kind": "APIResourceList", "resources": served})
    assert cluster.resources("spectrocloud.com/v1") == served
    assert server.asked[0].path == "/apis/spectrocloud.com/v1"
    server.answers({"kind": "APIResourceList", "resources": None})
    assert cluster.resources("v1") == []
    assert server.asked[1].path == "/api/v1"


def test_an_api_version_that_nobody_serves_has_none(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(Answer(404, b"404 page not found\n"))
    assert cluster.resources("spectrocloud.com/v1") == []
