# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What needs a golden image, and what only came from it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._plan.image.users import (
    Surroundings,
    own_data_sources,
    users_of,
)

Tree = dict[str, t.Any]
IMAGE = {("gold", "debian")}
COPY: Tree = {"source": {"pvc": {"namespace": "gold", "name": "debian"}}}
BY_SOURCE: Tree = {"sourceRef": {"kind": "DataSource", "namespace": "gold", "name": "stable"}}
OWN = {"app.kubernetes.io/managed-by": "vmo.core"}


def named(kind: str, name: str, namespace: str = "shop", **more: t.Any) -> Tree:
    return {"kind": kind, "metadata": {"name": name, **({"namespace": namespace} if namespace else {})}, **more}


def a_vm(
    name: str = "web", namespace: str = "shop", volumes: t.Sequence[Tree] = (), templates: t.Sequence[Tree] = ()
) -> Tree:
    spec = {"template": {"spec": {"volumes": list(volumes)}}, "dataVolumeTemplates": list(templates)}
    return named("VirtualMachine", name, namespace, spec=spec)


def a_volume(spec: Tree, phase: str, owner: str | None = None) -> Tree:
    volume = named("DataVolume", "web-root", spec=spec, status={"phase": phase})
    if owner:
        volume["metadata"]["ownerReferences"] = [{"kind": "VirtualMachine", "name": owner}]
    return volume


def a_source(name: str = "stable", labels: Tree | None = None, claim: str = "debian") -> Tree:
    source = named("DataSource", name, "gold", spec={"source": {"pvc": {"namespace": "gold", "name": claim}}})
    source["metadata"]["labels"] = labels or {}
    return source


TEMPLATE = {"metadata": {"name": "web-root"}, "spec": COPY}
CASES: dict[str, tuple[Surroundings, list[str]]] = {
    "nothing": (Surroundings(), []),
    "a disk": (
        Surroundings(vms=[a_vm(namespace="gold", volumes=[{"name": "root", "dataVolume": {"name": "debian"}}])]),
        ["VirtualMachine gold/web"],
    ),
    "a disk by its claim": (
        Surroundings(
            vms=[a_vm(namespace="gold", volumes=[{"name": "r", "persistentVolumeClaim": {"claimName": "debian"}}])]
        ),
        ["VirtualMachine gold/web"],
    ),
    "a claim of the same name elsewhere": (
        Surroundings(vms=[a_vm(volumes=[{"name": "root", "dataVolume": {"name": "debian"}}])]),
        [],
    ),
    "a copy to be made": (Surroundings(vms=[a_vm(templates=[TEMPLATE])]), ["VirtualMachine shop/web"]),
    "a copy of a VM under way": (
        Surroundings(vms=[a_vm(templates=[TEMPLATE])], volumes=[a_volume(COPY, "CloneInProgress", "web")]),
        ["VirtualMachine shop/web"],
    ),
    "a copy that is done": (
        Surroundings(vms=[a_vm(templates=[TEMPLATE])], volumes=[a_volume(COPY, "Succeeded", "web")]),
        [],
    ),
    "a copy of nobody under way": (
        Surroundings(volumes=[a_volume(COPY, "CSICloneInProgress")]),
        ["DataVolume shop/web-root"],
    ),
    "a copy by a DataSource": (
        Surroundings(volumes=[a_volume(BY_SOURCE, "Pending")], data_sources=[a_source(labels=OWN)]),
        ["DataVolume shop/web-root", "DataSource gold/stable"],
    ),
    "a DataSource of another image": (Surroundings(data_sources=[a_source(claim="fedora")]), []),
    "a template of Palette": (
        Surroundings(templates=[named("VmTemplate", "debian", "", spec={"dataVolumeTemplates": [TEMPLATE]})]),
        ["VmTemplate debian"],
    ),
    "a template of KubeVirt": (
        Surroundings(
            templates=[
                named(
                    "VirtualMachineTemplate",
                    "debian",
                    spec={"virtualMachine": {"spec": {"dataVolumeTemplates": [TEMPLATE]}}},
                )
            ]
        ),
        ["VirtualMachineTemplate shop/debian"],
    ),
    "a template with parameters that are no mapping": (
        Surroundings(templates=[named("VirtualMachineTemplate", "odd", spec={"virtualMachine": "${{VM}}"})]),
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_users(case: str) -> None:
    around, expected = CASES[case]
    assert users_of(around, IMAGE) == expected


def test_a_data_source_of_the_image_goes_with_it_but_not_what_it_serves() -> None:
    around = Surroundings(
        data_sources=[a_source(labels=OWN), a_source("theirs")], volumes=[a_volume(BY_SOURCE, "Pending")]
    )
    (own,) = own_data_sources(around, IMAGE)
    assert own["metadata"]["name"] == "stable"
    assert users_of(around, IMAGE, {("gold", "stable")}) == ["DataVolume shop/web-root", "DataSource gold/theirs"]
