# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain kubeconfig is read without the ``kubernetes`` library, and says what the library would say."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.vmo.core.plugins.module_utils._kube import session as session_module
from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._kube.plain import plainly
from ansible_collections.vmo.core.plugins.module_utils._kube.session import Session, connect
from tests.unit.kube.callers import SECRET, a_kubeconfig, written
from tests.unit.kube.scripted import TOKEN, Authority

Tree = dict[str, t.Any]


def same_both_ways(credentials: Credentials, monkeypatch: pytest.MonkeyPatch) -> tuple[Session, Session]:
    own = connect(credentials)
    with monkeypatch.context() as patch:
        patch.setattr(session_module, "plainly", lambda *_given: None)
        return own, connect(credentials)


def told(session: Session) -> Tree:
    """Return all that a session tells a server, and whom it trusts."""
    pool = session.pool
    context = pool.connection_pool_kw.get("ssl_context")
    return {
        "server": session.server,
        "verifies": session.verifies,
        # HTTP does not tell capitals in the names of headers apart.
        "identity": sorted((name.lower(), value) for name, value in session.identity()),
        "cert_reqs": pool.connection_pool_kw["cert_reqs"],
        "proxy": pool.proxy,
        "name": pool.connection_pool_kw.get("server_hostname"),
        "trusts": context and [ca["serialNumber"] for ca in context.get_ca_certs()],
        "context": context and (context.verify_mode, context.check_hostname, context.verify_flags),
    }


def kubeconfigs(authority: Authority, folder: Path) -> dict[str, Tree]:
    """Return plain kubeconfigs with the files that they name beside them."""
    certificate, key = authority.issue("jo")
    data = {path: base64.b64encode(Path(path).read_bytes()).decode() for path in (authority.ca, certificate, key)}
    for name, path in (("ca.crt", authority.ca), ("jo.crt", certificate), ("jo.key", key)):
        (folder / name).write_bytes(Path(path).read_bytes())
    https = "https://127.0.0.1:6443/"
    in_files = {"client-certificate": "jo.crt", "client-key": str(folder / "jo.key")}
    in_itself = {"client-certificate-data": data[certificate], "client-key-data": data[key]}
    return {
        "no TLS": a_kubeconfig(),
        "token": a_kubeconfig(https, cluster={"certificate-authority-data": data[authority.ca]}),
        "CA in a file": a_kubeconfig(https, cluster={"certificate-authority": "ca.crt"}),
        "certificate in files": a_kubeconfig(https, in_files, {"certificate-authority": "ca.crt"}),
        "certificate in itself": a_kubeconfig(https, in_itself, {"certificate-authority-data": data[authority.ca]}),
        "certificate and token": a_kubeconfig(https, {**in_itself, "token": TOKEN}),
        "nobody": a_kubeconfig(https, {}),
        "no verification": a_kubeconfig(https, cluster={"insecure-skip-tls-verify": True}),
        "extensions": a_kubeconfig(https, cluster={"extensions": [{"name": "x", "extension": {}}]}),
        "path": a_kubeconfig("https://127.0.0.1:6443/k8s/clusters/c-1/"),
    }


OPTIONS: list[Tree] = [
    {},
    {"context": "here"},
    {"api_key": SECRET},
    {"username": "jo", "password": SECRET},
    {"host": "https://127.0.0.2:6443/"},
    {"validate_certs": False},
    {"impersonate_user": "jo", "impersonate_groups": ("a", "b")},
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: " ".join(options) or "alone")
def test_it_says_what_the_library_says(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: Tree
) -> None:
    for name, content in kubeconfigs(authority, tmp_path).items():
        path = written(tmp_path / "k", content)
        own, by_library = same_both_ways(Credentials(kubeconfig=path, **options), monkeypatch)
        assert told(own) == told(by_library), name
        assert path in own.files


def a_case(
    user: Tree | None = None, cluster: Tree | None = None, options: Tree | None = None, **more: t.Any
) -> tuple[Tree, Tree]:
    return {**a_kubeconfig("https://127.0.0.1:1", user, cluster), **more}, options or {}


TWICE = {"name": "u", "user": {"token": TOKEN}}
NOT_PLAIN = {
    "exec": a_case({"exec": {"command": "x", "apiVersion": "client.authentication.k8s.io/v1"}}),
    "auth-provider": a_case({"auth-provider": {"name": "oidc"}}),
    "token file": a_case({"tokenFile": "/x"}),
    "basic": a_case({"username": "jo", "password": SECRET}),
    "impersonation in the kubeconfig": a_case({"token": TOKEN, "as": "jo"}),
    "server name": a_case(cluster={"tls-server-name": "kubernetes"}),
    "proxy in the kubeconfig": a_case(cluster={"proxy-url": "http://x"}),
    "proxy of the task": a_case(options={"proxy": "http://x"}),
    "another context": a_case(options={"context": "there"}),
    "no file": a_case(cluster={"certificate-authority": "/no/where"}),
    "no base64": a_case(cluster={"certificate-authority-data": "x"}),
    "empty data": a_case(cluster={"certificate-authority-data": ""}),
    "number for a token": a_case({"token": 17}),
    "one name twice": a_case(users=[TWICE, TWICE]),
    "no users": a_case(users=None),
    "no context": a_case(**t.cast("Tree", {"current-context": ""})),
    "text for an entry": a_case(clusters=["c"]),
}


@pytest.mark.parametrize("case", NOT_PLAIN)
def test_what_is_more_than_plain_or_wrong_is_left_to_the_library(case: str, tmp_path: Path) -> None:
    content, options = NOT_PLAIN[case]
    who = Credentials(kubeconfig=written(tmp_path / "k", content), **options)
    assert plainly(who, str(tmp_path)) is None


def test_so_are_a_proxy_of_the_environment_and_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "k", a_kubeconfig())
    assert plainly(Credentials(kubeconfig=path), str(tmp_path)) is not None
    assert plainly(Credentials(kubeconfig=os.pathsep.join((path, path))), str(tmp_path)) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert plainly(Credentials(kubeconfig=path), str(tmp_path)) is None


IMPORTS = """
import json, sys
from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._kube.session import connect
import ansible_collections.vmo.core.plugins.action.vmo_vm

connect(Credentials(kubeconfig=json.load(sys.stdin)))
slow = {"kubernetes", "pydantic", "requests", "oauthlib", "ansible.module_utils.urls"}
print(json.dumps(sorted(slow.intersection(sys.modules))))
"""


@pytest.mark.parametrize(("cluster", "needs_it"), [({}, False), ({"tls-server-name": "kubernetes"}, True)])
def test_the_library_is_imported_when_it_is_needed(cluster: Tree, needs_it: bool) -> None:
    program = subprocess.run(
        [sys.executable, "-c", IMPORTS],
        input=json.dumps(a_kubeconfig(cluster=cluster)),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ("kubernetes" in json.loads(program.stdout)) is needs_it
    assert needs_it or program.stdout == "[]\n"
