# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that has KubeVirt's own templates, as a test sees it."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass

from tests.sim.kubevirt.kinds import MACHINE_TEMPLATE
from tests.unit.modules.backend import Tree
from tests.unit.modules.bench import Answer, Bench
from tests.unit.modules.config_bench import forget_warnings
from tests.unit.modules.simulated import Simulated

PLURAL = "virtualmachinetemplates"
TEMPLATE, INFO, VM = "vmo_template", "vmo_template_info", "vmo_vm"
API_VERSION = "template.kubevirt.io/v1alpha1"
# a template as people write them for KubeVirt
FEDORA: Tree = {
    "apiVersion": API_VERSION,
    "kind": "VirtualMachineTemplate",
    "metadata": {"name": "fedora"},
    "spec": {
        "parameters": [
            {"name": "NAME", "required": True},
            {"name": "MEMORY", "value": "1Gi"},
            {"name": "CORES", "value": "1"},
            {"name": "TEAM", "required": True},
            {"name": "SUFFIX", "generate": "expression", "from": "[a-z0-9]{5}"},
            {"name": "PASSWORD", "generate": "expression", "from": "pl4nted[a-zA-Z0-9]{12}"},
        ],
        "message": "Log in to ${NAME} as fedora.",
        "virtualMachine": {
            "metadata": {"name": "${NAME}", "labels": {"team": "${TEAM}"}},
            "spec": {
                "runStrategy": "Halted",
                "template": {
                    "spec": {
                        "hostname": "host-${SUFFIX}",
                        "domain": {
                            "cpu": {"cores": "${{CORES}}"},
                            "memory": {"guest": "${MEMORY}"},
                            "devices": {
                                "disks": [
                                    {"name": "root", "disk": {"bus": "virtio"}},
                                    {"name": "init", "disk": {"bus": "virtio"}},
                                ]
                            },
                        },
                        "volumes": [
                            {"name": "root", "containerDisk": {"image": "registry.example/fedora:42"}},
                            {
                                "name": "init",
                                "cloudInitNoCloud": {"userData": "#cloud-config\npassword: ${PASSWORD}\n"},
                            },
                        ],
                    }
                },
            },
        },
    },
}


@dataclass
class MachineCatalogue:
    """A bench beside KubeVirt's templates of its namespace. ``add`` stores one as somebody else would."""

    bench: Bench
    add: t.Callable[[Tree], t.Any]
    # of these templates, where the cluster may have others
    api_version: str | None = None

    def run(self, name: str, *, check: bool = False, **params: t.Any) -> Answer:
        """Run ``vmo_template``."""
        forget_warnings()
        return self.bench.run(TEMPLATE, check=check, diff=True, **self._given(name, params))

    def fail(self, name: str, *, check: bool = False, **params: t.Any) -> Answer:
        forget_warnings()
        return self.bench.fail(TEMPLATE, check=check, **self._given(name, params))

    def vm(self, template: t.Any, *, check: bool = False, **params: t.Any) -> Answer:
        forget_warnings()
        return self.bench.run(VM, check=check, diff=True, **self._made_of(template, params))

    def fail_vm(self, template: t.Any, **params: t.Any) -> Answer:
        forget_warnings()
        return self.bench.fail(VM, **self._made_of(template, params))

    def look(self, **params: t.Any) -> Answer:
        return self.bench.run(INFO, **{"api_version": self.api_version, **params})

    def put(self, template: Tree, **spec: t.Any) -> None:
        """Make a template of an example with some fields of its spec otherwise, or replace it."""
        template = copy.deepcopy(template)
        template["spec"] |= spec
        self.add(template)

    def read(self, name: str) -> t.Any:
        return self.bench.backend.read(PLURAL, name)

    def _given(self, name: str, params: Tree) -> Tree:
        return {"name": name, "api_version": self.api_version, **params}

    def _made_of(self, template: t.Any, params: Tree) -> Tree:
        return {"name": "web-01", "template": template, "template_api_version": self.api_version, **params}


def simulated_machine_catalogue(bench: Bench, *, with_palette: bool = False) -> MachineCatalogue:
    """Return the templates of a simulated cluster, which Palette has nothing to do with unless told otherwise."""
    backend = bench.backend
    assert isinstance(backend, Simulated)
    if not with_palette:
        backend.simulator.remove("customresourcedefinitions", "", "vmtemplates.spectrocloud.com")
    backend.simulator.define(MACHINE_TEMPLATE)
    return MachineCatalogue(bench, backend.put)
