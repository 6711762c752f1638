# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of a few lines on the standard library, and the objects that the tests send."""

from __future__ import annotations

import copy
import json
import ssl
import time
import typing as t
import urllib.error
import urllib.request

from tests.sim.kubevirt import Simulator

Object = dict[str, t.Any]

MERGE = "application/merge-patch+json"
MACHINES = "/apis/kubevirt.io/v1/namespaces/default/virtualmachines"
INSTANCES = "/apis/kubevirt.io/v1/namespaces/default/virtualmachineinstances"
VOLUMES = "/apis/cdi.kubevirt.io/v1beta1/namespaces/default/datavolumes"
SECRETS = "/api/v1/namespaces/default/secrets"
CALLS = "/apis/subresources.kubevirt.io/v1/namespaces/default"


class Answer(t.NamedTuple):
    code: int
    headers: t.Mapping[str, str]
    text: str

    @property
    def json(self) -> Object:
        return t.cast(Object, json.loads(self.text))

    @property
    def message(self) -> str:
        return str(self.json["message"])


class Client:
    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._context = ssl.create_default_context(cafile=str(simulator.ca_file))

    def open(self, method: str, path: str, body: t.Any = None, *, user: str = "admin", **headers: str) -> t.Any:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.simulator.user_tokens.get(user, user)}", "Accept": "*/*"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Content-Type", MERGE if method == "PATCH" else "application/json")
        request = urllib.request.Request(self.simulator.url + path, data, sent, method=method)
        return urllib.request.urlopen(request, context=self._context, timeout=10)

    def ask(self, method: str, path: str, body: t.Any = None, *, user: str = "admin", **headers: str) -> Answer:
        try:
            with self.open(method, path, body, user=user, **headers) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read().decode())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, dict(refused.headers), refused.read().decode())

    def get(self, path: str) -> Object:
        """Read an object; one that is not there is an empty one."""
        answer = self.ask("GET", path)
        return answer.json if answer.code == 200 else {}

    def status_of(self, name: str) -> Object:
        return t.cast(Object, self.get(f"{MACHINES}/{name}").get("status", {}))

    def until(self, holds: t.Callable[[], t.Any], seconds: float = 5.0) -> t.Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = holds()
            if found:
                return found
            time.sleep(0.01)
        raise AssertionError("it did not happen")

    def until_status(self, name: str, wanted: str) -> Object:
        return t.cast(Object, self.until(lambda: self._in_status(name, wanted)))

    def settle(self, item: Object) -> Object:
        """Create a VM that does not start, and wait until no controller has anything to add."""
        self.create(item)
        name = item["metadata"]["name"]
        self.until(lambda: self.status_of(name).get("conditions"))
        seen = self.get(f"{MACHINES}/{name}")

        def is_quiet() -> bool:
            nonlocal seen
            before, seen = seen, self.get(f"{MACHINES}/{name}")
            return bool(before == seen)

        self.until(is_quiet)
        return seen

    def create(self, item: Object, wanted: str = "") -> Object:
        """Create a VM, and wait until it is in a printableStatus."""
        answer = self.ask("POST", MACHINES, item)
        assert answer.code == 201, answer.text
        return self.until_status(item["metadata"]["name"], wanted) if wanted else answer.json

    def _in_status(self, name: str, wanted: str) -> Object | None:
        found = self.get(f"{MACHINES}/{name}")
        return found if found.get("status", {}).get("printableStatus") == wanted else None


def machine(name: str = "web", strategy: str = "Halted", **annotations: str) -> Object:
    """Return a VM with a disk and an interface; keywords become sim/ annotations of its template."""
    inner: Object = {
        "domain": {
            "devices": {
                "disks": [{"name": "root", "disk": {"bus": "virtio"}}],
                "interfaces": [{"name": "default", "masquerade": {}}],
            },
            "memory": {"guest": "1024Mi"},
        },
        "networks": [{"name": "default", "pod": {}}],
        "volumes": [{"name": "root", "containerDisk": {"image": "registry.example/fedora:41"}}],
    }
    marks = {f"sim/{name.replace('_', '-')}": value for name, value in annotations.items()}
    template = {"metadata": {"annotations": marks}, "spec": inner}
    head = {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": {"name": name}}
    return {**head, "spec": {"runStrategy": strategy, "template": template}}


def with_volume(item: Object, source: Object, **storage: t.Any) -> Object:
    """Return the VM with a DataVolume template, named after it, as its root disk."""
    found = copy.deepcopy(item)
    name = f"{item['metadata']['name']}-root"
    target = {"resources": {"requests": {"storage": "1Gi"}}, **storage}
    found["spec"]["dataVolumeTemplates"] = [{"metadata": {"name": name}, "spec": {"source": source, "storage": target}}]
    found["spec"]["template"]["spec"]["volumes"] = [{"name": "root", "dataVolume": {"name": name}}]
    return found


def condition(document: Object, kind: str) -> Object:
    conditions = document.get("status", {}).get("conditions", [])
    return next((found for found in conditions if found["type"] == kind), {})
