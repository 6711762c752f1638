# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a session trusts, and whom it shows its certificate."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._kube.session import connect
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import HttpTransport
from tests.unit.kube.callers import GET, a_kubeconfig, ask, written
from tests.unit.kube.scripted import TOKEN, Authority, ScriptedServer


def test_a_server_is_trusted_through_ca_cert(authority: Authority) -> None:
    with ScriptedServer(authority.server_context()) as server:
        assert ask(server, Credentials(host=server.url, api_key=TOKEN, ca_cert=authority.ca)).path == "/version"


@pytest.mark.parametrize("as_file", [False, True])
def test_a_server_is_trusted_through_the_kubeconfig(authority: Authority, tmp_path: Path, as_file: bool) -> None:
    ca = base64.b64encode(Path(authority.ca).read_bytes()).decode()
    with ScriptedServer(authority.server_context()) as server:
        content = a_kubeconfig(server.url, cluster={"certificate-authority-data": ca})
        kubeconfig = written(tmp_path / "k", content) if as_file else content
        assert ask(server, Credentials(kubeconfig=kubeconfig)).header("Authorization") == [f"Bearer {TOKEN}"]


def refusal(server: ScriptedServer, **options: t.Any) -> _errors.ConnectionFailed:
    with pytest.raises(_errors.ConnectionFailed) as failure:
        HttpTransport(connect(Credentials(host=server.url, api_key=TOKEN, **options))).send(GET)
    assert TOKEN not in repr(failure.value) + str(failure.value.as_failure())
    assert server.url in failure.value.message
    assert server.asked == []
    return failure.value


def test_a_server_that_nobody_vouches_for_is_refused(authority: Authority) -> None:
    with ScriptedServer(authority.server_context()) as server:
        failure = refusal(server)
    assert failure.details["cause"] == "tls_untrusted"
    assert "not trusted" in failure.message
    assert "ca_cert" in failure.message


def test_a_server_of_another_name_is_refused(authority: Authority) -> None:
    with ScriptedServer(authority.server_context("192.0.2.1")) as server:
        failure = refusal(server, ca_cert=authority.ca)
    assert (failure.details["cause"], "another server" in failure.message) == ("tls_untrusted", True)


def test_an_expired_certificate_is_refused(authority: Authority) -> None:
    with ScriptedServer(authority.server_context(days=-1)) as server:
        assert "has expired" in refusal(server, ca_cert=authority.ca).message


def test_a_server_without_tls_is_told(server: ScriptedServer) -> None:
    with pytest.raises(_errors.ConnectionFailed, match="could not agree on TLS") as failure:
        HttpTransport(connect(Credentials(host=server.url.replace("http:", "https:")))).send(GET)
    assert failure.value.details["cause"] == "tls"


def test_verification_can_be_switched_off_without_a_warning(
    authority: Authority, recwarn: pytest.WarningsRecorder
) -> None:
    with ScriptedServer(authority.server_context("192.0.2.1")) as server:
        assert ask(server, Credentials(host=server.url, api_key=TOKEN, validate_certs=False)).path == "/version"
    assert not recwarn.list


def test_a_client_certificate_is_shown(authority: Authority) -> None:
    certificate, key = authority.issue("jo")
    with ScriptedServer(authority.server_context(wants_client=True)) as server:
        who = Credentials(host=server.url, ca_cert=authority.ca, client_cert=certificate, client_key=key)
        assert ask(server, who).header("Authorization") == []


def a_certificate_user(authority: Authority) -> dict[str, str]:
    certificate, key = authority.issue("jo")
    return {
        "client-certificate-data": base64.b64encode(Path(certificate).read_bytes()).decode(),
        "client-key-data": base64.b64encode(Path(key).read_bytes()).decode(),
    }


def test_a_token_of_the_task_wins_over_a_certificate_of_the_kubeconfig(authority: Authority) -> None:
    # The server would look at the certificate first: it must not be shown.
    with ScriptedServer(authority.server_context(wants_client=True)) as server:
        kubeconfig = a_kubeconfig(server.url, a_certificate_user(authority))
        assert ask(server, Credentials(kubeconfig=kubeconfig, ca_cert=authority.ca)).path == "/version"
        with pytest.raises(_errors.ConnectionFailed):
            ask(server, Credentials(kubeconfig=kubeconfig, ca_cert=authority.ca, api_key=TOKEN))


def test_a_certificate_of_the_task_wins_over_a_token_of_the_kubeconfig(authority: Authority) -> None:
    certificate, key = authority.issue("jo")
    with ScriptedServer(authority.server_context(wants_client=True)) as server:
        kubeconfig = a_kubeconfig(server.url)
        who = Credentials(kubeconfig=kubeconfig, ca_cert=authority.ca, client_cert=certificate, client_key=key)
        assert ask(server, who).header("Authorization") == []


FORK = """
import json, multiprocessing, pathlib, sys
from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._kube.session import connect

def work():
    connect(Credentials(kubeconfig=json.load(sys.stdin)))
    print(len(list(pathlib.Path(sys.argv[1]).glob("*/*"))), flush=True)

worker = multiprocessing.get_context("fork").Process(target=work)
worker.run = lambda: (setattr(sys, "stdin", open(0, closefd=False)), work())
worker.start()
worker.join()
sys.exit(worker.exitcode)
"""


@pytest.mark.parametrize(
    ("cluster", "files"),
    [
        pytest.param({}, 0, id="not even while it works, if the kubeconfig is plain"),
        pytest.param({"tls-server-name": "kubernetes"}, 2, id="if the library has read it"),
    ],
)
def test_a_forked_worker_leaves_no_key_behind(
    authority: Authority, tmp_path: Path, cluster: dict[str, str], files: int
) -> None:
    # In a process of its own: a fork of this one would take the threads of other tests' servers for its own.
    program = subprocess.run(
        [sys.executable, "-c", FORK, str(tmp_path)],
        input=json.dumps(a_kubeconfig("https://127.0.0.1:1", a_certificate_user(authority), cluster)),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert program.stdout == f"{files}\n"
    assert list(tmp_path.iterdir()) == []
