# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pods learn about themselves: the downward API, environment variables."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

from tests.cluster.nodes.addresses import node_address
from tests.cluster.nodes.objects import Object, name, namespace, uid

_MAPPED = re.compile(r"metadata\.(annotations|labels)\['(.+)'\]")
_REFERENCE = re.compile(r"\$\(([^()\s]+)\)")
_PATH = "/app:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def field(pod: Object, path: str, address: str) -> str:
    """Return the value of a fieldPath; empty for one that a pod here does not have."""
    mapped = _MAPPED.fullmatch(path)
    if mapped:
        return str((pod["metadata"].get(mapped[1]) or {}).get(mapped[2], ""))
    known: dict[str, str] = {
        "metadata.name": name(pod),
        "metadata.namespace": namespace(pod),
        "metadata.uid": uid(pod),
        "spec.nodeName": pod["spec"]["nodeName"],
        "spec.serviceAccountName": pod["spec"].get("serviceAccountName") or "",
        "status.podIP": address,
        "status.hostIP": node_address(pod["spec"]["nodeName"]),
    }
    return known.get(path, "")


def expand(text: str, variables: t.Mapping[str, str]) -> str:
    """Replace ``$(NAME)`` where NAME is known, as in commands, arguments and values."""
    return _REFERENCE.sub(lambda found: variables.get(found[1], found[0]), text)


def base_environment(pod: Object, server: str) -> dict[str, str]:
    """Return what every container's environment begins with; ``server`` is the URL of the API server."""
    where = urlsplit(server)
    return {
        "PATH": _PATH,
        "HOSTNAME": name(pod),
        "HOME": "/root",
        "KUBERNETES_SERVICE_HOST": str(where.hostname),
        "KUBERNETES_SERVICE_PORT": str(where.port or 443),
        "KUBERNETES_PORT": f"tcp://{where.netloc}",
        # A dozen Go programs share this machine.
        "GOMAXPROCS": "2",
    }
