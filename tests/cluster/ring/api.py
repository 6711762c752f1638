# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The genuine cluster as seen by its administrator: a client of a few lines, with none of the collection in it."""

from __future__ import annotations

import base64
import http
import json
import tempfile
import time
import typing as t
from pathlib import Path

import urllib3
import yaml

Tree = dict[str, t.Any]

MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
# An API server that is being restarted, or whose back-ends are.
_PASSING = (429, 502, 503, 504)
_PATIENCE = 60.0
# plural: the root of its API
_ROOTS = {
    "namespaces": "/api/v1",
    "configmaps": "/api/v1",
    "events": "/api/v1",
    "limitranges": "/api/v1",
    "nodes": "/api/v1",
    "persistentvolumeclaims": "/api/v1",
    "pods": "/api/v1",
    "resourcequotas": "/api/v1",
    "secrets": "/api/v1",
    "serviceaccounts": "/api/v1",
    "datavolumes": "/apis/cdi.kubevirt.io/v1beta1",
    "datasources": "/apis/cdi.kubevirt.io/v1beta1",
    "dataimportcrons": "/apis/cdi.kubevirt.io/v1beta1",
    "kubevirts": "/apis/kubevirt.io/v1",
    "network-attachment-definitions": "/apis/k8s.cni.cncf.io/v1",
    "cdis": "/apis/cdi.kubevirt.io/v1beta1",
    "storageprofiles": "/apis/cdi.kubevirt.io/v1beta1",
    "virtualmachinesnapshots": "/apis/snapshot.kubevirt.io/v1beta1",
    "priorityclasses": "/apis/scheduling.k8s.io/v1",
    "clusterrolebindings": "/apis/rbac.authorization.k8s.io/v1",
    "clusterroles": "/apis/rbac.authorization.k8s.io/v1",
    "rolebindings": "/apis/rbac.authorization.k8s.io/v1",
    "roles": "/apis/rbac.authorization.k8s.io/v1",
    "virtualmachineinstancemigrations": "/apis/kubevirt.io/v1",
    "virtualmachineinstances": "/apis/kubevirt.io/v1",
    "virtualmachines": "/apis/kubevirt.io/v1",
    "virtualmachinetemplates": "/apis/template.kubevirt.io/v1alpha1",
}
_CLUSTER_WIDE = frozenset(
    {"namespaces", "nodes", "priorityclasses", "clusterroles", "clusterrolebindings", "cdis", "storageprofiles"}
)
_PLURALS = {plural[:-1].replace("-", "").removesuffix("e" * plural.endswith("classes")): plural for plural in _ROOTS}


class Answer(t.NamedTuple):
    code: int
    text: str
    warnings: tuple[str, ...] = ()

    @property
    def json(self) -> Tree:
        return t.cast("Tree", json.loads(self.text))


class Api:
    """Asks as the first user of a kubeconfig, or as whoever owns the ``token``."""

    def __init__(self, kubeconfig: Path, token: str | None = None) -> None:
        document = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster, user = document["clusters"][0]["cluster"], document["users"][0]["user"]
        self.user: str = document["users"][0]["name"]
        self.server: str = cluster["server"]
        self.authority = _content(cluster, "certificate-authority")
        headers = {"Content-Type": "application/json"}
        client: dict[str, t.Any] = {}
        if token or "token" in user:
            headers["Authorization"] = f"Bearer {token or user['token']}"
        else:
            client = {"cert_file": _file(user, "client-certificate"), "key_file": _file(user, "client-key")}
        self._headers = headers
        self._pool = urllib3.PoolManager(ca_cert_data=self.authority, retries=False, timeout=30.0, **client)

    def close(self) -> None:
        self._pool.clear()

    def ask(self, method: str, path: str, body: Tree | None = None) -> Answer:
        """Return the answer, whatever it says; an API that is away for a moment is asked again."""
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                answer = self.ask_once(method, path, body)
            except urllib3.exceptions.HTTPError:
                if time.monotonic() > end:
                    raise
            else:
                if answer.code not in _PASSING or time.monotonic() > end:
                    return answer
            time.sleep(0.2)

    def ask_once(self, method: str, path: str, body: Tree | None = None) -> Answer:
        kind = APPLY if "fieldManager=" in path else MERGE
        headers = {**self._headers, **({"Content-Type": kind} if method == "PATCH" else {})}
        data = None if body is None else json.dumps(body)
        answer = self._pool.request(method, self.server + path, body=data, headers=headers)
        return Answer(answer.status, answer.data.decode(), tuple(answer.headers.getlist("Warning")))

    def must(self, method: str, path: str, body: Tree | None = None) -> Tree:
        """Return what was answered; a refusal fails the test."""
        answer = self.ask(method, path, body)
        assert answer.code < http.HTTPStatus.BAD_REQUEST, f"{method} {path}: {answer.code} {answer.text[:500]}"
        return answer.json if answer.text.startswith("{") else {}

    def read(self, plural: str, name: str, namespace: str = "") -> Tree | None:
        answer = self.ask("GET", path_of(plural, name, namespace))
        return answer.json if answer.code == http.HTTPStatus.OK else None

    def put(self, item: Tree) -> Tree:
        """Create an object, or replace the one of its name."""
        plural, metadata = plural_of(item["kind"]), item["metadata"]
        namespace = metadata.get("namespace", "")
        while True:
            found = self.read(plural, metadata["name"], namespace)
            if found is None:
                return self.must("POST", path_of(plural, "", namespace), item)
            version = {"resourceVersion": found["metadata"]["resourceVersion"]}
            body = {**item, "metadata": {**metadata, **version}}
            answer = self.ask("PUT", path_of(plural, metadata["name"], namespace), body)
            if answer.code != http.HTTPStatus.CONFLICT:
                assert answer.code < http.HTTPStatus.BAD_REQUEST, answer.text
                return answer.json

    def patch(self, plural: str, name: str, namespace: str, body: Tree) -> Tree:
        return self.must("PATCH", path_of(plural, name, namespace), body)

    def apply(self, manager: str, item: Tree) -> Tree:
        """Let somebody apply an object, or a part of one, and own what it says."""
        metadata = item["metadata"]
        path = path_of(plural_of(item["kind"]), metadata["name"], metadata.get("namespace", ""))
        return self.must("PATCH", f"{path}?fieldManager={manager}&force=true", item)

    def delete(self, plural: str, name: str, namespace: str = "") -> None:
        """Ask for the end of an object, without waiting for it."""
        self.ask("DELETE", path_of(plural, name, namespace), {"propagationPolicy": "Background"})

    def until(self, holds: t.Callable[[], t.Any], seconds: float = 60.0) -> t.Any:
        """Return what holds as soon as it does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = holds()
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"it did not happen within {seconds:g} seconds")


def path_of(plural: str, name: str = "", namespace: str = "") -> str:
    where = f"/namespaces/{namespace}" if namespace and plural not in _CLUSTER_WIDE else ""
    return f"{_ROOTS[plural]}{where}/{plural}" + (f"/{name}" if name else "")


def plural_of(kind: str) -> str:
    return _PLURALS[kind.lower()]


def _content(section: Tree, name: str) -> str:
    if f"{name}-data" in section:
        return base64.b64decode(section[f"{name}-data"]).decode()
    return Path(section[name]).read_text(encoding="utf-8")


def _file(section: Tree, name: str) -> str:
    if name in section:
        return str(section[name])
    with tempfile.NamedTemporaryFile("w", prefix="vmo-", suffix=".pem", delete=False) as made:
        made.write(_content(section, name))
    return made.name
