# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks, and whom: options, kubeconfigs, plugins; and that no secret leaks on the way."""

from __future__ import annotations

import base64
import json
import logging
import os
import stat
import typing as t
from pathlib import Path

import kubernetes
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._kube import session as session_module
from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._kube.session import connect
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import HttpTransport
from tests.unit.kube.callers import GET, SECRET, a_kubeconfig, ask, written
from tests.unit.kube.scripted import TOKEN, Authority, ScriptedServer


def test_a_kubeconfig_file_says_who_and_where(server: ScriptedServer, tmp_path: Path) -> None:
    asked = ask(server, Credentials(kubeconfig=written(tmp_path / "k", a_kubeconfig(server.url))))
    assert asked.header("Authorization") == [f"Bearer {TOKEN}"]


def test_the_content_of_a_kubeconfig_does_as_well(server: ScriptedServer) -> None:
    asked = ask(server, Credentials(kubeconfig=a_kubeconfig(server.url)))
    assert asked.header("Authorization") == [f"Bearer {TOKEN}"]


def test_several_files_are_merged_and_missing_ones_passed_over(server: ScriptedServer, tmp_path: Path) -> None:
    whole = a_kubeconfig(server.url)
    clusters = written(tmp_path / "clusters", {"clusters": whole.pop("clusters")})
    rest = written(tmp_path / "rest", whole)
    paths = os.pathsep.join((rest, str(tmp_path / "none"), clusters))
    assert ask(server, Credentials(kubeconfig=paths)).header("Authorization") == [f"Bearer {TOKEN}"]


def test_the_default_file_is_used_when_nothing_is_named(server: ScriptedServer, tmp_path: Path) -> None:
    written(tmp_path / "default", a_kubeconfig(server.url))
    assert ask(server, Credentials()).header("Authorization") == [f"Bearer {TOKEN}"]


def test_a_pod_uses_its_own_account(
    server: ScriptedServer, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    incluster = kubernetes.config.incluster_config
    monkeypatch.setattr(incluster, "SERVICE_TOKEN_FILENAME", written(tmp_path / "token", TOKEN))
    monkeypatch.setattr(incluster, "SERVICE_CERT_FILENAME", authority.ca)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(server.port))
    with ScriptedServer(authority.server_context()) as pod_side:
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(pod_side.port))
        assert ask(pod_side, Credentials()).header("Authorization")[0].lower() == f"bearer {TOKEN}"


def test_a_token_of_the_task_wins_over_that_of_the_kubeconfig(server: ScriptedServer) -> None:
    who = Credentials(kubeconfig=a_kubeconfig(server.url, {"token": "another"}), api_key=TOKEN)
    assert ask(server, who).header("Authorization") == [f"Bearer {TOKEN}"]


def test_a_host_of_the_task_wins_over_that_of_the_kubeconfig(server: ScriptedServer) -> None:
    asked = ask(server, Credentials(kubeconfig=a_kubeconfig("http://127.0.0.1:1"), host=server.url + "/"))
    assert (asked.path, asked.header("Authorization")) == ("/version", [f"Bearer {TOKEN}"])


def test_a_host_and_a_token_need_no_kubeconfig(server: ScriptedServer) -> None:
    asked = ask(server, Credentials(kubeconfig="/no/where", host=server.url, api_key=TOKEN))
    assert asked.header("Authorization") == [f"Bearer {TOKEN}"]


def test_a_host_with_a_path_keeps_it(server: ScriptedServer) -> None:
    assert ask(server, Credentials(host=f"{server.url}/k8s/clusters/c-1/")).path == "/k8s/clusters/c-1/version"


def test_user_and_password_make_basic_authentication(server: ScriptedServer) -> None:
    asked = ask(server, Credentials(host=server.url, username="jo", password=SECRET))
    assert asked.header("Authorization") == ["Basic " + base64.b64encode(b"jo:hunter2").decode()]


def test_impersonation_names_the_user_and_each_group(server: ScriptedServer) -> None:
    who = Credentials(host=server.url, api_key=TOKEN, impersonate_user="jo", impersonate_groups=("ops", "dev"))
    asked = ask(server, who)
    assert asked.header("Impersonate-User") == ["jo"]
    assert asked.header("Impersonate-Group") == ["ops", "dev"]


def a_plugin(folder: Path, script: str) -> dict[str, t.Any]:
    path = folder / "plugin"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(path)}}


def credential(status: dict[str, str]) -> str:
    answer = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}
    return f"echo '{json.dumps(answer)}'"


def test_an_exec_plugin_provides_the_token(server: ScriptedServer, tmp_path: Path) -> None:
    user = a_plugin(tmp_path, credential({"token": TOKEN}))
    asked = ask(server, Credentials(kubeconfig=a_kubeconfig(server.url, user)))
    assert asked.header("Authorization") == [f"Bearer {TOKEN}"]


def test_an_expired_token_is_fetched_again(server: ScriptedServer, tmp_path: Path) -> None:
    token = written(tmp_path / "token", "first")
    expired = credential({"token": "%s", "expirationTimestamp": "2020-01-01T00:00:00Z"}).replace("echo", "printf")
    user = a_plugin(tmp_path, f'{expired} "$(cat {token})"')
    transport = HttpTransport(connect(Credentials(kubeconfig=a_kubeconfig(server.url, user))))
    server.answers({}, {})
    transport.send(GET)
    written(tmp_path / "token", "second")
    transport.send(GET)
    assert [asked.header("Authorization") for asked in server.asked] == [["Bearer first"], ["Bearer second"]]


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (f"echo {SECRET} >&2; exit 3", "process returned 3"),
        (f"echo {SECRET}", "failed to decode process output"),
        (credential({"secret": SECRET}), "missing token or clientCertificateData field"),
    ],
)
def test_a_failing_plugin_is_told_without_its_output(
    script: str, says: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in a module: nobody listens, and the library's logging.error() would install a handler that prints.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    with pytest.raises(_errors.ConfigurationFailed, match=says) as failure:
        connect(Credentials(kubeconfig=a_kubeconfig(user=a_plugin(tmp_path, script))))
    assert "exec credential plugin" in failure.value.message
    assert SECRET not in repr(failure.value) + str(failure.value.as_failure()) + "".join(capfd.readouterr())
    assert logging.getLogger().handlers == []


def test_a_plugin_that_is_not_there_is_named() -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin"}}
    with pytest.raises(_errors.ConfigurationFailed, match="No such file or directory: 'no-such-plugin'"):
        connect(Credentials(kubeconfig=a_kubeconfig(user=user)))


def without(key: str) -> t.Any:
    content = a_kubeconfig()
    del content[key]
    return content


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"{{{SECRET}: [", "is not a YAML mapping"),
        (SECRET, "is not a YAML mapping"),
        ("", "is not a YAML mapping"),
        (without("current-context"), "it has no current-context"),
        (without("contexts"), "it has no context 'here', only none"),
        (without("clusters"), "names the cluster 'c', which it does not have"),
        ({**a_kubeconfig(), "contexts": [SECRET]}, "malformed contexts or clusters"),
        (a_kubeconfig("https://x", {"client-certificate": "/no/jo.crt"}), "File does not exist: /no/jo.crt"),
        (a_kubeconfig("https://x", cluster={"certificate-authority": "/no/ca.crt"}), "File does not exist: /no/ca.crt"),
        (a_kubeconfig("https://x", cluster={"certificate-authority-data": SECRET}), "is malformed"),
        (a_kubeconfig(user={"auth-provider": {"name": "oidc", "config": {"secret": SECRET}}}), "is malformed"),
    ],
)
def test_what_is_wrong_with_a_kubeconfig_is_told_in_one_sentence(content: t.Any, says: str, tmp_path: Path) -> None:
    path = written(tmp_path / "k", content)
    with pytest.raises(_errors.ConfigurationFailed, match=says) as failure:
        HttpTransport(connect(Credentials(kubeconfig=path))).send(GET)
    assert path in failure.value.message
    assert SECRET not in repr(failure.value) + str(failure.value.as_failure())
    assert failure.value.__suppress_context__  # a traceback must not show the library's words either


def test_an_unknown_context_is_told_with_those_there_are(tmp_path: Path) -> None:
    path = written(tmp_path / "k", a_kubeconfig())
    with pytest.raises(_errors.ConfigurationFailed, match="it has no context 'there', only here"):
        connect(Credentials(kubeconfig=path, context="there"))


def test_a_kubeconfig_that_is_not_there_is_told() -> None:
    with pytest.raises(_errors.ConfigurationFailed, match="There is no kubeconfig file /no/where"):
        connect(Credentials(kubeconfig="/no/where"))


def test_no_configuration_at_all_is_told() -> None:
    with pytest.raises(_errors.ConfigurationFailed, match="give a kubeconfig or a host, or run inside a cluster"):
        connect(Credentials())


def test_the_text_of_a_kubeconfig_is_not_taken_for_a_path() -> None:
    with pytest.raises(_errors.ConfigurationFailed, match="from_yaml") as failure:
        connect(Credentials(kubeconfig=f"users:\n- {SECRET}\n"))
    assert SECRET not in str(failure.value.as_failure())


@pytest.mark.parametrize("option", ["ca_cert", "client_cert", "client_key"])
def test_a_certificate_that_is_not_there_is_told(option: str) -> None:
    with pytest.raises(_errors.ConfigurationFailed, match=f"{option} names a file that does not exist: /no/where"):
        connect(Credentials(host="https://x", **t.cast("t.Any", {option: "/no/where"})))


def test_a_certificate_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(_errors.ConfigurationFailed, match="cannot be used"):
        connect(Credentials(host="https://x", ca_cert=written(tmp_path / "ca", "no certificate")))


def test_a_key_with_a_passphrase_is_told_and_not_asked_for(authority: Authority, tmp_path: Path) -> None:
    certificate, _key = authority.issue("jo")
    locked = serialization.BestAvailableEncryption(SECRET.encode())
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked
    )
    with pytest.raises(_errors.ConfigurationFailed, match="certificate or key for https://x cannot be used"):
        connect(
            Credentials(host="https://x", client_cert=certificate, client_key=written(tmp_path / "k", pem.decode()))
        )


def test_half_of_a_name_and_password_is_told() -> None:
    with pytest.raises(_errors.ConfigurationFailed, match="together"):
        connect(Credentials(host="https://x", username="jo"))


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "IMPORT_ERROR", "No module named 'kubernetes'")
    with pytest.raises(_errors.MissingLibrary, match="No module named 'kubernetes'"):
        connect(Credentials(host="https://x"))


def test_no_repr_shows_a_secret() -> None:
    who = Credentials(
        kubeconfig=a_kubeconfig(user={"token": SECRET}),
        host="https://x",
        api_key=SECRET,
        username="jo",
        password=SECRET,
        proxy=f"http://jo:{SECRET}@proxy",
        proxy_headers={"proxy_basic_auth": f"jo:{SECRET}"},
    )
    assert SECRET not in repr(who) + str(who) + repr(connect(who)) + repr(HttpTransport(connect(who)))
    assert "https://x" in repr(who)
