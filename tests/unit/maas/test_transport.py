# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire: forms, signatures, connections that are kept, TLS, proxies, and failures in plain words."""

from __future__ import annotations

import gc
import socket
import threading
import typing as t
import warnings

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._maas.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._maas.transport import FORM, HttpTransport, ReadOnly, Request
from tests.unit.kube.scripted import Authority
from tests.unit.maas.scripted import API_KEY, CONSUMER, HTML, SECRET, TOKEN, Answer, MaasServer

GET = Request("GET", "version/")
POST = Request("POST", "machines/abc123/", query=(("op", "lock"),))
ROUTE = "GET version/"


def at(url: str, **options: t.Any) -> HttpTransport:
    return HttpTransport(Credentials(url=url, api_key=API_KEY, **options))


def failure_of(transport: HttpTransport, request: Request = GET) -> _errors.ConnectionFailed:
    with pytest.raises(_errors.ConnectionFailed) as failure:
        transport.send(request)
    chain: list[BaseException | None] = [failure.value, failure.value.__cause__]
    told = "".join(map(repr, chain)) + str(failure.value.as_failure())
    assert not any(secret in told for secret in (CONSUMER, TOKEN, SECRET))
    return failure.value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# What is sent.


def test_nothing_to_say_is_no_body_and_no_type(server: MaasServer, wire: HttpTransport) -> None:
    server.answers("POST machines/abc123/?op=lock", {})
    wire.send(POST)
    (asked,) = server.asked
    assert (asked.body, asked.query) == (b"", [])
    assert "content-type" not in asked.headers
    assert asked.headers["content-length"] == "0"


def test_a_form_is_urlencoded_and_repeats_names(server: MaasServer, wire: HttpTransport) -> None:
    server.answers("POST machines/?op=allocate", {})
    form = (("tags", "a b"), ("tags", "c&d"), ("comment", "ü\n"))
    wire.send(Request("POST", "machines/", query=(("op", "allocate"),), form=form))
    (asked,) = server.asked
    assert asked.headers["content-type"] == FORM
    assert asked.body == b"tags=a+b&tags=c%26d&comment=%C3%BC%0A"
    assert asked.form == list(form)


def test_every_request_is_signed_anew(server: MaasServer, credentials: Credentials) -> None:
    server.answers(ROUTE, {})
    clock = iter((1000.0, 1000.9, 1001.0))
    wire = HttpTransport(credentials, now=lambda: next(clock))
    for _attempt in range(3):
        wire.send(GET)
    signed = [asked.oauth for asked in server.asked]
    assert len({each["oauth_nonce"] for each in signed}) == 3
    assert [each["oauth_timestamp"] for each in signed] == ["1000", "1000", "1001"]


def test_a_packed_answer_is_unpacked(server: MaasServer, wire: HttpTransport) -> None:
    server.answers(ROUTE, Answer(body={"version": "3.7.3"}, headers=(("Content-Encoding", "gzip"),)))
    assert b"3.7.3" in wire.send(GET).body


def test_a_broken_pack_is_told(server: MaasServer, wire: HttpTransport) -> None:
    server.answers(ROUTE, Answer(body=b"no gzip", headers=(("content-encoding", "gzip"),)))
    assert failure_of(wire).details["cause"] == "cut"


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_no_redirect_is_followed(server: MaasServer, wire: HttpTransport, code: int) -> None:
    server.answers(ROUTE, Answer(code, kind=HTML, headers=(("Location", f"{server.url}/elsewhere"),)))
    assert wire.send(GET).status == code
    assert server.routes == [ROUTE]


@pytest.mark.parametrize("code", [409, 429, 500, 503])
def test_the_wire_itself_repeats_nothing(server: MaasServer, wire: HttpTransport, code: int) -> None:
    server.answers(ROUTE, Answer(code, headers=(("Retry-After", "1"),)))
    assert wire.send(GET).status == code
    assert len(server.asked) == 1


# Connections.


def test_connections_are_kept(server: MaasServer, wire: HttpTransport) -> None:
    server.answers(ROUTE, {})
    for _attempt in range(5):
        wire.send(GET)
    assert {asked.connection for asked in server.asked} == {1}


def test_a_connection_that_was_closed_meanwhile_is_replaced(server: MaasServer, wire: HttpTransport) -> None:
    server.answers(ROUTE, Answer(body={}, cut="idle"), {})
    server.answers("POST machines/abc123/?op=lock", {})
    wire.send(GET)
    # Nobody may have to repeat a write for this: it was known before that nobody listens.
    threading.Event().wait(0.1)
    assert wire.send(POST).status == 200
    assert [asked.connection for asked in server.asked] == [1, 2]


def test_a_connection_on_which_something_failed_is_not_used_again(server: MaasServer, credentials: Credentials) -> None:
    server.answers(ROUTE, Answer(body={"late": True}, delay=1.5), {"new": True})
    wire = HttpTransport(Credentials(url=credentials.url, api_key=API_KEY, timeout=1))
    assert failure_of(wire).details["cause"] == "timeout"
    assert b"new" in wire.send(GET).body


def test_several_threads_have_a_connection_each(server: MaasServer, wire: HttpTransport) -> None:
    server.answers(ROUTE, Answer(body={}, delay=0.05))
    threads = [threading.Thread(target=wire.send, args=(GET,)) for _attempt in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(server.asked), len({asked.connection for asked in server.asked})) == (4, 4)
    assert len({asked.oauth["oauth_nonce"] for asked in server.asked}) == 4


# Failures.


def test_a_closed_port_is_told() -> None:
    url = f"http://127.0.0.1:{free_port()}/MAAS/api/2.0/"
    failure = failure_of(at(url))
    assert failure.message == f"MAAS at {url} refused the connection: nothing listens on that port"
    assert failure.details == {"server": url, "cause": "refused"}


def test_an_unknown_name_is_told() -> None:
    failure = failure_of(at("https://no-such-host.invalid:5443"))
    assert (failure.details["cause"], "cannot be resolved" in failure.message) == ("name_not_resolved", True)


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_cut_connection_is_told(server: MaasServer, wire: HttpTransport, cut: str) -> None:
    server.answers(ROUTE, Answer(body={}, cut=cut))
    failure = failure_of(wire)
    assert failure.details["cause"] == "cut"
    assert "closed the connection before the answer was complete" in failure.message


def test_what_is_not_http_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak() -> None:
            with listener.accept()[0] as line:
                line.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
                line.recv(1000)

        speaking = threading.Thread(target=speak)
        speaking.start()
        failure = failure_of(at(f"http://127.0.0.1:{listener.getsockname()[1]}"))
        speaking.join()
    assert (failure.details["cause"], "does not speak HTTP" in failure.message) == ("not_http", True)


# TLS.


def test_a_server_is_trusted_through_ca_cert(authority: Authority) -> None:
    with MaasServer(authority.server_context()) as server:
        server.answers(ROUTE, {})
        wire = at(server.url, ca_cert=authority.ca)
        assert [wire.send(GET).status for _attempt in range(3)] == [200, 200, 200]
        assert {asked.connection for asked in server.asked} == {1}


def test_a_server_that_nobody_vouches_for_is_refused(authority: Authority) -> None:
    with MaasServer(authority.server_context()) as server:
        failure = failure_of(at(server.url))
        assert server.asked == []
    assert (failure.details["cause"], "ca_cert" in failure.message) == ("tls_untrusted", True)


def test_a_server_of_another_name_is_refused(authority: Authority) -> None:
    with MaasServer(authority.server_context("192.0.2.1")) as server:
        failure = failure_of(at(server.url, ca_cert=authority.ca))
        assert server.asked == []
    assert (failure.details["cause"], "another server" in failure.message) == ("tls_untrusted", True)


def test_an_expired_certificate_is_refused(authority: Authority) -> None:
    with MaasServer(authority.server_context(days=-1)) as server:
        assert "has expired" in failure_of(at(server.url, ca_cert=authority.ca)).message
        assert server.asked == []


def test_verification_can_be_turned_off(authority: Authority) -> None:
    with MaasServer(authority.server_context("192.0.2.1")) as server:
        server.answers(ROUTE, {})
        assert at(server.url, validate_certs=False).send(GET).status == 200


def test_https_to_a_port_of_http_is_told(server: MaasServer) -> None:
    failure = failure_of(at(server.url.replace("http:", "https:")))
    assert (failure.details["cause"], "http://" in failure.message) == ("tls", True)


def test_a_broken_ca_file_is_told(tmp_path: t.Any) -> None:
    broken = tmp_path / "ca.crt"
    broken.write_text("no certificate")
    with pytest.raises(_errors.ConfigurationFailed, match="ca_cert"):
        at("https://192.0.2.10", ca_cert=str(broken))


# Proxies.


def test_a_proxy_of_the_environment_carries_requests(server: MaasServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://jo:pa%2Fss@127.0.0.1:{server.port}")
    url = "http://maas.example:5240/MAAS/api/2.0/version/"
    server.answers(f"GET {url}", {})
    assert at("http://maas.example:5240").send(GET).status == 200
    (asked,) = server.asked
    assert (asked.headers["host"], asked.headers["proxy-authorization"]) == ("maas.example:5240", "Basic am86cGEvc3M=")


def test_hosts_in_no_proxy_are_asked_directly(server: MaasServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server.answers(ROUTE, {})
    assert at(server.url).send(GET).status == 200


def test_a_proxy_that_refuses_a_tunnel_is_told(server: MaasServer, monkeypatch: pytest.MonkeyPatch) -> None:
    # The scripted server knows no CONNECT and answers 501.
    monkeypatch.setenv("https_proxy", f"http://jo:hunter2@127.0.0.1:{server.port}")
    with warnings.catch_warnings():
        # http.client before Python 3.12 leaves the answer of a proxy that refuses open.
        warnings.simplefilter("ignore", ResourceWarning)
        failure = failure_of(at("https://maas.example"))
        assert failure.details["cause"] == "proxy"
        assert "hunter2" not in failure.message
        del failure
        gc.collect()


# Check mode.


@pytest.mark.parametrize(
    "request_",
    [
        POST,
        Request("PUT", "machines/abc123/", form=(("pool", "x"),)),
        Request("DELETE", "tags/gpu/"),
        Request("POST", "machines/", query=(("op", "allocate"),), form=(("dry_run", "true"),)),
        Request("POST", "machines/", query=(("op", "allocate"),), form=(("system_id", "abc123"),)),
        Request(
            "POST",
            "machines/",
            query=(("op", "allocate"),),
            form=(("dry_run", "false"), ("system_id", "abc123"), ("dry_run", "true")),
        ),
        Request(
            "POST", "machines/abc123/", query=(("op", "lock"),), form=(("dry_run", "true"), ("system_id", "abc123"))
        ),
    ],
)
def test_check_mode_sends_no_write(server: MaasServer, wire: HttpTransport, request_: Request) -> None:
    with pytest.raises(_errors.WriteInCheckMode) as failure:
        ReadOnly(wire).send(request_)
    assert failure.value.code == "bug_write_in_check_mode"
    assert server.asked == []


def test_check_mode_may_read_and_ask_for_one_machine(server: MaasServer, wire: HttpTransport) -> None:
    server.answers(ROUTE, {})
    server.answers("POST machines/?op=allocate", {})
    ReadOnly(wire).send(GET)
    form = (("system_id", "abc123"), ("dry_run", "true"))
    ReadOnly(wire).send(Request("POST", "machines/", query=(("op", "allocate"),), form=form))
    assert server.routes == [ROUTE, "POST machines/?op=allocate"]
