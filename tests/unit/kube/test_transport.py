# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire: what fails is told in plain words, and check mode lets no write through."""

from __future__ import annotations

import socket
import threading
import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._kube.cluster import KubeCluster
from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._kube.session import connect
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import (
    MERGE_PATCH,
    HttpTransport,
    ReadOnly,
    Request,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import VM
from ansible_collections.vmo.core.plugins.module_utils._model.right import Right
from tests.unit.kube.scripted import TOKEN, Answer, ScriptedServer

GET = Request("GET", "/version")
VMS = "/apis/kubevirt.io/v1/namespaces/shop/virtualmachines"
START = "/apis/subresources.kubevirt.io/v1/namespaces/shop/virtualmachines/web-01/start"


def failure_of(transport: HttpTransport, request: Request = GET) -> _errors.ConnectionFailed:
    with pytest.raises(_errors.ConnectionFailed) as failure:
        transport.send(request)
    chain: list[BaseException | None] = [failure.value, failure.value.__cause__]
    assert TOKEN not in "".join(map(repr, chain)) + str(failure.value.as_failure())
    return failure.value


def at(url: str, **options: t.Any) -> HttpTransport:
    return HttpTransport(connect(Credentials(host=url, api_key=TOKEN, **options)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_closed_port_is_told() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    failure = failure_of(at(url))
    assert failure.message == f"{url} refused the connection: nothing listens on that port"
    assert failure.details == {"server": url, "cause": "refused"}


def test_an_unknown_name_is_told() -> None:
    failure = failure_of(at("https://no-such-host.invalid:6443"))
    assert failure.message == "https://no-such-host.invalid:6443 could not be reached: its name cannot be resolved"
    assert failure.details["cause"] == "name_not_resolved"


def test_silence_is_told(server: ScriptedServer, wire: HttpTransport) -> None:
    server.answers(Answer(delay=30))
    assert failure_of(wire, GET._replace(seconds=0.1)).details["cause"] == "timeout"


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_cut_connection_is_told(server: ScriptedServer, wire: HttpTransport, cut: str) -> None:
    server.answers(Answer(cut=cut))
    failure = failure_of(wire)
    assert failure.details["cause"] == "cut"
    assert "closed the connection before the answer was complete" in failure.message
    assert len(server.asked) == 1


def test_a_server_that_hangs_up_at_once_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def hang_up() -> None:
            listener.accept()[0].close()

        hanging_up = threading.Thread(target=hang_up)
        hanging_up.start()
        assert failure_of(at(f"https://127.0.0.1:{port}")).details["cause"] == "cut"
        hanging_up.join()


def test_a_proxy_that_is_down_is_told() -> None:
    failure = failure_of(at("https://192.0.2.1:6443", proxy=f"http://jo:{TOKEN}@127.0.0.1:{free_port()}"))
    assert failure.details["cause"] == "proxy"


def test_a_proxy_carries_requests_except_for_hosts_named_in_no_proxy(server: ScriptedServer) -> None:
    server.answers({}, {})
    at("http://api.example", proxy=server.url, proxy_headers={"proxy_basic_auth": "jo:x"}).send(GET)
    assert server.asked[0].header("Host") == ["api.example"]
    at(server.url, proxy=f"http://127.0.0.1:{free_port()}", no_proxy="127.0.0.1").send(GET)
    assert len(server.asked) == 2


def test_no_redirect_is_followed(server: ScriptedServer, wire: HttpTransport) -> None:
    server.answers(Answer(302, headers=(("Location", "/login"),)))
    assert wire.send(GET).status == 302
    assert len(server.asked) == 1


@pytest.mark.parametrize("code", [429, 500, 503])
def test_the_wire_itself_repeats_nothing(server: ScriptedServer, wire: HttpTransport, code: int) -> None:
    server.answers(Answer(code, b"", (("Retry-After", "0"),)))
    assert wire.send(GET).status == code
    assert len(server.asked) == 1


def test_header_names_are_in_lower_case_and_repeated_ones_joined(server: ScriptedServer, wire: HttpTransport) -> None:
    server.answers(Answer(headers=(("X-One", "a"), ("X-One", "b"))))
    assert wire.send(GET).headers["x-one"] == "a, b"


READS = [GET, Request("GET", VMS, {"watch": "true"}), Request("HEAD", "/")]
DRY_RUNS = [
    Request("POST", VMS, {"dryRun": "All"}, {}),
    Request("PATCH", VMS + "/a", {"fieldValidation": "Strict", "dryRun": "All"}, {}, MERGE_PATCH),
    Request("DELETE", VMS + "/a", {}, {"dryRun": ["All"]}),
    Request("DELETE", VMS + "/a", {"dryRun": "All"}),
    Request("PUT", START, {}, {"dryRun": ["All"]}),
]
REVIEWS = "/apis/authorization.k8s.io/v1/"
QUESTIONS = [
    Request("POST", f"{REVIEWS}selfsubjectaccessreviews", {}, {"spec": {}}),
    Request("POST", f"{REVIEWS}selfsubjectrulesreviews", {}, {"spec": {}}),
]
WRITES = [
    # Asked of others than oneself, or in another way, it is none of the questions that this collection has.
    Request("POST", f"{REVIEWS}subjectaccessreviews", {}, {}),
    Request("POST", f"{REVIEWS}selfsubjectaccessreviews/x", {}, {}),
    Request("POST", f"{REVIEWS}selfsubjectaccessreviewsx", {}, {}),
    Request("POST", "/apis/authorization.k8s.io/v2/selfsubjectaccessreviews", {}, {}),
    Request("POST", f"/apis/kubevirt.io/v1{REVIEWS}selfsubjectaccessreviews", {}, {}),
    Request("PUT", f"{REVIEWS}selfsubjectaccessreviews", {}, {}),
    Request("DELETE", f"{REVIEWS}selfsubjectrulesreviews"),
    Request("POST", VMS, {}, {}),
    Request("POST", VMS, {"dryRun": ""}, {}),
    Request("POST", VMS, {}, {"dryRun": ["All"]}),
    Request("POST", VMS + "?dryRun=All", {}, {}),
    Request("PATCH", VMS + "/a", {}, {}, MERGE_PATCH),
    Request("DELETE", VMS + "/a"),
    # Measured on Kubernetes 1.34: beside a body the query does not count, the object really goes.
    Request("DELETE", VMS + "/a", {"dryRun": "All"}, {"kind": "DeleteOptions"}),
    # Measured on KubeVirt 1.4 and 1.8: the query does not count, the VM really starts.
    Request("PUT", START, {"dryRun": "All"}, {}),
    Request("PUT", START, {"dryRun": "All"}),
    Request("PUT", START, {}, {"dryRun": []}),
    Request("get", VMS),
]


@pytest.mark.parametrize("request_", READS + DRY_RUNS + QUESTIONS)
def test_check_mode_lets_through_what_changes_nothing(
    server: ScriptedServer, wire: HttpTransport, request_: Request
) -> None:
    server.answers({})
    ReadOnly(wire).send(request_)
    assert len(server.asked) == 1


@pytest.mark.parametrize("request_", WRITES)
def test_check_mode_lets_no_write_through(server: ScriptedServer, wire: HttpTransport, request_: Request) -> None:
    with pytest.raises(_errors.WriteInCheckMode):
        ReadOnly(wire).send(request_)
    with pytest.raises(_errors.WriteInCheckMode):
        ReadOnly(wire).stream(request_)
    assert server.asked == []


def test_check_mode_lets_every_verb_of_a_rehearsing_cluster_through(
    server: ScriptedServer, wire: HttpTransport
) -> None:
    cluster = KubeCluster(ReadOnly(wire), dry_run=True)
    server.answers(*[{"metadata": {}}] * 8, Answer(chunks=()))
    cluster.get(VM, "shop", "a")
    cluster.list_all(VM, "shop")
    cluster.create(VM, {"metadata": {"namespace": "shop", "name": "a"}})
    cluster.patch(VM, "shop", "a", {})
    cluster.delete(VM, "shop", "a", uid="u")
    cluster.invoke(VM, "shop", "a", "start", {})
    cluster.may(Right("list", "", "nodes"))
    cluster.version()
    assert list(cluster.watch(VM, "shop", "a", since=None, timeout=1)) == []
    assert len(server.asked) == 9


@pytest.mark.parametrize("verb", ["create", "patch", "delete", "invoke"])
def test_a_cluster_that_forgets_to_rehearse_is_stopped(server: ScriptedServer, wire: HttpTransport, verb: str) -> None:
    cluster = KubeCluster(ReadOnly(wire), dry_run=False)
    calls: dict[str, t.Callable[[], object]] = {
        "create": lambda: cluster.create(VM, {"metadata": {"namespace": "shop", "name": "a"}}),
        "patch": lambda: cluster.patch(VM, "shop", "a", {}),
        "delete": lambda: cluster.delete(VM, "shop", "a"),
        "invoke": lambda: cluster.invoke(VM, "shop", "a", "start", {}),
    }
    with pytest.raises(_errors.WriteInCheckMode):
        calls[verb]()
    assert server.asked == []
