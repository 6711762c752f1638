# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API itself, as fast as this machine asks it: what any client is measured by."""

from __future__ import annotations

import contextlib
import json
import ssl
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

import urllib3

from tests.cluster.laboratory import Lab

Tree = dict[str, t.Any]
VMS = "/apis/kubevirt.io/v1/namespaces/{namespace}/virtualmachines"
ALL_VMS = "/apis/kubevirt.io/v1/virtualmachines"
INSTANCES = "/apis/kubevirt.io/v1/virtualmachineinstances"
DATA_VOLUMES = "/apis/cdi.kubevirt.io/v1beta1/datavolumes"
PAGE = 500
PARALLEL = 10


class Refused(Exception):
    """The API server said no."""


def a_vm(name: str) -> Tree:
    """Return the VM that all rivals make: it stays off, and has no disk that anybody must fetch."""
    disk = {"name": "root", "disk": {"bus": "virtio"}}
    volume = {"name": "root", "containerDisk": {"image": IMAGE}}
    interface = {"name": "default", "masquerade": {}}
    domain = {"memory": {"guest": "1Gi"}, "devices": {"disks": [disk], "interfaces": [interface]}}
    network = {"name": "default", "pod": {}}
    instance = {"domain": domain, "volumes": [volume], "networks": [network]}
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": name},
        "spec": {"runStrategy": "Halted", "template": {"spec": instance}},
    }


IMAGE = "registry.example/fedora:42"


class Raw:
    """Requests of the administrator of a lab, over connections that stay open."""

    def __init__(self, lab: Lab, clock: t.Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        context = ssl.create_default_context(cafile=str(lab.ca))
        self._pool = urllib3.PoolManager(maxsize=PARALLEL, ssl_context=context)
        self._server = lab.server
        self._headers = {"Authorization": f"Bearer {lab.token('admin')}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Tree | None = None) -> Tree:
        """Return the answer. Raises Refused."""
        data = None if body is None else json.dumps(body).encode()
        answer = self._pool.request(method, self._server + path, body=data, headers=self._headers, retries=False)
        if answer.status >= 300:
            raise Refused(f"{method} {path}: {answer.status} {answer.data[:300]!r}")
        return t.cast("Tree", json.loads(answer.data))

    def create(self, namespace: str, names: t.Sequence[str]) -> float:
        """Create VMs, some at a time; return the seconds."""
        begin = self._clock()
        path = VMS.format(namespace=namespace)
        with ThreadPoolExecutor(PARALLEL) as pool:
            list(pool.map(lambda name: self.ask("POST", path, a_vm(name)), names))
        return self._clock() - begin

    def list_pages(self, *paths: str) -> float:
        """Read lists page by page; return the seconds."""
        begin = self._clock()
        for path in paths:
            more = ""
            while True:
                answer = self.ask("GET", f"{path}?limit={PAGE}{more}")
                token = answer["metadata"].get("continue")
                if not token:
                    break
                more = f"&continue={token}"
        return self._clock() - begin

    def count(self, namespace: str) -> int:
        """Return how many VMs there are."""
        answer = self.ask("GET", f"{VMS.format(namespace=namespace)}?limit=1")
        return len(answer["items"]) + int(answer["metadata"].get("remainingItemCount") or 0)

    def renew(self, namespace: str) -> None:
        """Return when a namespace is there and has no VM in it."""
        path = VMS.format(namespace=namespace)
        with contextlib.suppress(Refused):
            self.ask("DELETE", path)
        try:
            self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
        except Refused as refusal:
            if "AlreadyExists" not in str(refusal):
                raise
        while self.count(namespace):
            time.sleep(0.1)

    def when_ready(self, namespace: str, name: str) -> float:
        """Watch a VM; return the time of the day (Unix seconds) at which the server tells that it is ready."""
        path = f"{VMS.format(namespace=namespace)}?watch=true&fieldSelector=metadata.name={name}&timeoutSeconds=300"
        answer = self._pool.request("GET", self._server + path, headers=self._headers, preload_content=False)
        rest = b""
        try:
            for chunk in answer.stream(65536):
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    conditions = json.loads(line)["object"].get("status", {}).get("conditions", ())
                    if any(found["type"] == "Ready" and found["status"] == "True" for found in conditions):
                        return time.time()
        finally:
            answer.close()
        raise Refused(f"{name} did not get ready")
