# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may talk to the API server, and the kubeconfig files for it."""

from __future__ import annotations

import base64
import json
import secrets
import typing as t
from pathlib import Path

from tests.cluster import network, pki

CLUSTER_ADMIN = "system:masters"

# User and groups. An audit line tells by the user who asked, so each has a name of its own: `program` is for what is
# being tested, `visitor` may do nothing, and the others are parts of the lab.
USERS: dict[str, tuple[str, ...]] = {
    "admin": (CLUSTER_ADMIN,),
    "program": (CLUSTER_ADMIN,),
    "visitor": ("visitors",),
    "lab-kubelet": (CLUSTER_ADMIN,),
    "lab-guests": (CLUSTER_ADMIN,),
}
FOR_PEOPLE = ("admin", "program", "visitor")
CONTROLLERS = ("kube-controller-manager", "kube-scheduler")


def token_file(directory: Path, user: str) -> Path:
    """Return where the bearer token of a user is."""
    return directory / f"{user}.token"


def make_tokens(directory: Path) -> None:
    """Make a token for each user, and the table that the API server reads."""
    table = ""
    for user, groups in USERS.items():
        token = secrets.token_urlsafe(32)
        pki.write_private(token_file(directory, user), token.encode())
        table += f'{token},{user},{user},"{",".join(groups)}"\n'
    pki.write_private(directory / "tokens.csv", table.encode())


def make_certificates(directory: Path) -> None:
    """Make the certificates of the API server and of the controllers."""
    names = [network.API_ADDRESS, network.KUBERNETES_SERVICE, "127.0.0.1", "localhost"]
    names += ["kubernetes", "kubernetes.default", "kubernetes.default.svc"]
    authority = pki.Authority(directory, "ca")
    authority.server(directory / "kube-apiserver", names)
    pki.Authority(directory, "front-proxy-ca").client(directory / "front-proxy", "front-proxy-client")
    for controller in CONTROLLERS:
        file = directory / controller
        authority.client(file, f"system:{controller}", [CLUSTER_ADMIN])
        credentials = {controller: certificate(file)}
        write_kubeconfig(file.with_suffix(".kubeconfig"), network.API_URL, directory / "ca.crt", credentials)


def certificate(file: Path) -> dict[str, str]:
    """Return the credentials of ``FILE.crt`` and ``FILE.key`` as a kubeconfig has them."""
    return {
        "client-certificate-data": _encoded(file.with_name(file.name + ".crt")),
        "client-key-data": _encoded(file.with_name(file.name + ".key")),
    }


def tokens(directory: Path) -> dict[str, dict[str, str]]:
    """Return the credentials of those users who are not part of the lab."""
    return {user: {"token": token_file(directory, user).read_text(encoding="utf-8")} for user in FOR_PEOPLE}


def write_kubeconfig(path: Path, server: str, ca: Path, credentials: t.Mapping[str, dict[str, str]]) -> None:
    """Write a context for each user, of the user's name; the first is the current one. JSON is YAML, too."""
    cluster = {"server": server, "certificate-authority-data": _encoded(ca)}
    contexts = [{"name": user, "context": {"cluster": "lab", "user": user}} for user in credentials]
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "lab", "cluster": cluster}],
        "users": [{"name": user, "user": credential} for user, credential in credentials.items()],
        "contexts": contexts,
        "current-context": contexts[0]["name"],
    }
    pki.write_private(path, json.dumps(document, indent=2).encode())


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
