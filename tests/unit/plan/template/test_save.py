# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VM as a template: what it loses, and that a VM from it differs in nothing else."""

from __future__ import annotations

import copy
import json
import typing as t

from hypothesis import given, settings

from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.template.instantiate import blueprint_of
from ansible_collections.vmo.core.plugins.module_utils._plan.template.save import save
from ansible_collections.vmo.core.plugins.module_utils._words.vm import describe_vm
from tests.unit.builders import a_vm, plan, served, wanted, with_disk
from tests.unit.plan.test_properties import options

Tree = dict[str, t.Any]
DEVICES = "spec.template.spec.domain.devices"


def lived() -> Tree:
    """Return a VM with all that belongs to one machine alone."""
    vm = with_disk(a_vm(domain={"firmware": {"uuid": "5d30", "serial": "S1", "bootloader": {"efi": {}}}}), "data")
    vm["metadata"]["labels"] = {"tier": "front", "kubevirt.io/size": "small", "helm.sh/chart": "web"}
    vm["metadata"]["annotations"] |= {
        "owner": "shop",
        "vmo.core/template": "old",
        "vmo-manager.spectrocloud.com/snapshot-policy": "nightly",
        "cdi.kubevirt.io/x": "y",
    }
    vm["spec"]["preference"] = {"name": "ubuntu", "revisionName": "ubuntu-1"}
    inner = vm["spec"]["template"]["spec"]
    inner["hostname"], inner["subdomain"] = "web", "shop"
    inner["accessCredentials"] = [{"sshPublicKey": {}}]
    inner["domain"]["devices"]["interfaces"][0]["macAddress"] = "02:00:00:00:00:01"
    inner["domain"]["devices"]["disks"].append({"name": "cloudinit", "disk": {"bus": "virtio"}})
    inner["volumes"].append(
        {
            "name": "cloudinit",
            "cloudInitNoCloud": {"secretRef": {"name": "web-01-cloud-init"}, "networkData": "version: 2\n"},
        }
    )
    inner["volumes"].append({"name": "iso", "persistentVolumeClaim": {"claimName": "iso"}})
    return vm


def test_what_belongs_to_one_machine_goes_and_is_told() -> None:
    vm = lived()
    before = copy.deepcopy(vm)
    saved = save(vm)
    assert vm == before
    assert set(saved.removed) == {
        "access_credentials",
        "annotations.cdi.kubevirt.io/x",
        "annotations.kubevirt.io/latest-observed-api-version",
        "annotations.vmo.core/template",
        "cloud_init.secret",
        "firmware.serial",
        "firmware.uuid",
        "hostname",
        "labels.helm.sh/chart",
        "networks.default.mac",
        "preference.revision",
        "run_strategy",
        "subdomain",
    }
    assert saved.shared == ("iso (iso)",)
    assert saved.body["metadata"] == {
        "labels": {"tier": "front", "kubevirt.io/size": "small"},
        "annotations": {"owner": "shop", "vmo-manager.spectrocloud.com/snapshot-policy": "nightly"},
    }
    assert "runStrategy" not in saved.body["spec"]
    assert dig(saved.body, "spec.template.spec.domain.firmware") == {"bootloader": {"efi": {}}}
    assert dig(saved.body, "spec.template.spec.volumes")[2]["cloudInitNoCloud"] == {"networkData": "version: 2\n"}
    assert "status" not in saved.body
    assert "5d30" not in json.dumps(saved.body)


def test_a_cloud_init_disk_with_nothing_left_goes() -> None:
    vm = lived()
    del dig(vm, "spec.template.spec.volumes")[2]["cloudInitNoCloud"]["networkData"]
    body = save(vm).body
    assert "cloudinit" not in json.dumps(body)


def test_a_card_on_its_way_out_and_a_memory_dump_stay_behind() -> None:
    vm = lived()
    inner = vm["spec"]["template"]["spec"]
    inner["networks"].append({"name": "vlan20", "multus": {"networkName": "vlan20"}})
    inner["domain"]["devices"]["interfaces"].append({"name": "vlan20", "bridge": {}, "state": "absent"})
    inner["volumes"].append({"name": "dump", "memoryDump": {"claimName": "dump"}})
    saved = save(vm)
    assert {"networks.vlan20", "disks.dump"} <= set(saved.removed)
    assert [item["name"] for item in dig(saved.body, f"{DEVICES}.interfaces")] == ["default"]
    assert len(dig(saved.body, "spec.template.spec.networks")) == 1


@settings(max_examples=80, deadline=None)
@given(options)
def test_a_vm_from_the_template_of_a_vm_is_alike(given_options: Tree) -> None:
    """They differ in what the template lost, and in names of their own."""
    vm = served(plan(wanted("running", **{"memory": "1Gi", **given_options}), None), None)
    saved = save(vm)
    twin = served(plan(wanted("running", name="web-02", blueprint=blueprint_of("web", saved.body)), None), None)
    one, other = describe_vm(vm), describe_vm(twin)
    for words in (one, other):
        words.pop("annotations", None)
        words.pop("template_labels", None)
        words.pop("cloud_init", None)
    if "networks" not in one:
        # every new VM without any gets the usual one, as KubeVirt itself would give it
        assert [item["name"] for item in other.pop("networks")] == ["default"]
    lost = {word.partition(".")[0] for word in saved.removed}
    assert {word for word in one.keys() | other.keys() if (one.get(word) or None) != (other.get(word) or None)} <= lost


def test_an_image_without_namespace_is_that_of_the_machine() -> None:
    vm = lived()
    vm["spec"]["dataVolumeTemplates"][0]["spec"] = {
        "sourceRef": {"kind": "DataSource", "name": "fedora"},
        "storage": {},
    }
    (template,) = save(vm).body["spec"]["dataVolumeTemplates"]
    assert template["spec"]["sourceRef"]["namespace"] == "shop"
