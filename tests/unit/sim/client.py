# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that rests on nothing of the collection, and the objects that the tests send."""

from __future__ import annotations

import time
import typing as t

from tests.contract.server import Server
from tests.sim.kubevirt import Simulator

Object = dict[str, t.Any]

MACHINES = "/apis/kubevirt.io/v1/namespaces/default/virtualmachines"
VOLUMES = "/apis/cdi.kubevirt.io/v1beta1/namespaces/default/datavolumes"
SECRETS = "/api/v1/namespaces/default/secrets"
SECRET: Object = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"a": "b"}}


class Client(Server):
    """Speaks to a simulator."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator.kubeconfig)
        self.simulator = simulator

    def get(self, path: str) -> Object:
        """Read an object; one that is not there is an empty one."""
        answer = self.ask("GET", path)
        return answer.json if answer.code == 200 else {}

    def until(self, holds: t.Callable[[], t.Any], seconds: float = 10.0) -> t.Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = holds()
            if found:
                return found
            time.sleep(0.01)
        raise AssertionError("it did not happen")

    def create(self, item: Object, wanted: str = "Stopped") -> Object:
        """Create a VM, and wait until the controller has seen it and it is in a printableStatus."""
        answer = self.ask("POST", MACHINES, item)
        assert answer.code == 201, answer.text
        path = f"{MACHINES}/{item['metadata']['name']}"

        def seen() -> Object | None:
            found = self.get(path)
            status = found.get("status", {})
            return found if status.get("conditions") and status["printableStatus"] == wanted else None

        return t.cast(Object, self.until(seen))


def machine(name: str = "web", strategy: str = "Halted") -> Object:
    """Return a VM with a disk and an interface."""
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
    head = {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": {"name": name}}
    return {**head, "spec": {"runStrategy": strategy, "template": {"spec": inner}}}


def condition(document: Object, kind: str) -> Object:
    conditions = document.get("status", {}).get("conditions", [])
    return next((found for found in conditions if found["type"] == kind), {})
