# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine refers to."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._plan.template.needs import lacking_sentence, needs_of
from tests.unit.plan.template import examples

Tree = dict[str, t.Any]


def machine(**spec: t.Any) -> Tree:
    return {"spec": {**spec, "template": {"spec": spec.pop("inner", {})}}}


def volume(**source: t.Any) -> Tree:
    return machine(inner={"volumes": [{"name": "v", **source}]})


def disk(**spec: t.Any) -> Tree:
    return machine(dataVolumeTemplates=[{"metadata": {"name": "d"}, "spec": spec}])


CASES: list[tuple[Tree, list[str]]] = [
    (machine(instancetype={"name": "small"}), ["VirtualMachineClusterInstancetype small"]),
    (
        machine(instancetype={"name": "small", "kind": "virtualmachineinstancetypes"}),
        ["VirtualMachineInstancetype shop/small"],
    ),
    (machine(preference={"name": "p", "kind": "VirtualMachinePreference"}), ["VirtualMachinePreference shop/p"]),
    (machine(preference={"inferFromVolume": "root"}), []),
    (
        machine(inner={"networks": [{"name": "n", "multus": {"networkName": "v"}}]}),
        ["NetworkAttachmentDefinition shop/v"],
    ),
    (
        machine(inner={"networks": [{"name": "n", "multus": {"networkName": "net/v"}}, {"name": "p", "pod": {}}]}),
        ["NetworkAttachmentDefinition net/v"],
    ),
    (disk(source={"pvc": {"name": "i", "namespace": "golden"}}), ["PersistentVolumeClaim golden/i"]),
    (disk(source={"snapshot": {"name": "i", "namespace": "golden"}}), ["VolumeSnapshot golden/i"]),
    (disk(sourceRef={"kind": "DataSource", "name": "i"}), ["DataSource shop/i"]),
    (disk(source={"blank": {}}, storage={"storageClassName": "fast"}), ["StorageClass fast"]),
    (disk(source={"blank": {}}, pvc={"storageClassName": "fast"}), ["StorageClass fast"]),
    (disk(source={"http": {"url": "https://x"}}, storage={}), []),
    (volume(persistentVolumeClaim={"claimName": "c"}), ["PersistentVolumeClaim shop/c"]),
    (volume(dataVolume={"name": "c"}), ["DataVolume shop/c"]),
    (volume(secret={"secretName": "s"}), ["Secret shop/s"]),
    (volume(secret={"secretName": "s", "optional": True}), []),
    (volume(sysprep={"configMap": {"name": "c"}}), ["ConfigMap shop/c"]),
    (volume(cloudInitNoCloud={"secretRef": {"name": "own"}}), []),
    (volume(cloudInitNoCloud={"secretRef": {"name": "theirs"}}), ["Secret shop/theirs"]),
    (volume(containerDisk={"image": "x"}), []),
]


@pytest.mark.parametrize(("vm", "subjects"), CASES)
def test_what_a_machine_needs(vm: Tree, subjects: list[str]) -> None:
    assert [need.subject for need in needs_of(vm, "shop", ["own"])] == subjects


def test_its_own_disks_are_no_need_and_all_are_named_once() -> None:
    vm = copy.deepcopy(examples.BIG)
    vm["spec"]["dataVolumeTemplates"].append(copy.deepcopy(vm["spec"]["dataVolumeTemplates"][0]))
    needs = needs_of(vm, "shop")
    assert [need.subject for need in needs] == [
        "StorageClass ceph-rbd",
        "PersistentVolumeClaim vmo-golden-images/template-ubuntu-2204",
    ]
    assert lacking_sentence("VirtualMachine shop/web-01", needs) == (
        "VirtualMachine shop/web-01 cannot be made: there is no StorageClass ceph-rbd (storage class of ubuntu-2204), "
        "PersistentVolumeClaim vmo-golden-images/template-ubuntu-2204 (image of ubuntu-2204)."
    )
