# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs from templates: what is copied, what is not, and what a second run finds."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.template import TRACE, TRACE_DIGEST
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig, named
from ansible_collections.vmo.core.plugins.module_utils._plan.template.instantiate import blueprint_of, instantiate
from ansible_collections.vmo.core.plugins.module_utils._plan.vm import ask
from tests.unit.builders import plan, served, the_step, wanted
from tests.unit.plan.template import examples
from tests.unit.plan.template.machines import blueprint, changed, made
from tests.unit.plan.test_properties import options, states

Tree = dict[str, t.Any]
DEVICES = "spec.template.spec.domain.devices"
VOLUMES = "spec.template.spec.volumes"
DOMAIN = "spec.template.spec.domain"


@pytest.mark.parametrize(
    "template", [*examples.EXAMPLES, examples.AS_MACHINE], ids=lambda item: item["metadata"]["name"]
)
def test_every_example_makes_a_vm_and_a_second_run_changes_nothing(template: Tree) -> None:
    wish = wanted("running", blueprint=blueprint(template))
    first = plan(wish, None)
    vm = served(first, None)
    assert not {"displayName", "description", "icon", "running"} & vm["spec"].keys()
    assert vm["spec"]["runStrategy"] == "Always"
    assert dig(vm, f"{DEVICES}.disks") == dig(template, f"{DEVICES}.disks")
    names = {item["metadata"]["name"] for item in vm["spec"].get("dataVolumeTemplates", ())}
    assert names == {dig(v, "dataVolume.name") for v in dig(vm, VOLUMES) if "dataVolume" in v}
    assert all(name.startswith("web-01-") for name in names)
    again = plan(wish, vm)
    assert [step for step in again.steps if step.kind.name == "VirtualMachine"] == []
    assert again.drift is None


def test_a_disk_gets_the_name_of_its_vm_and_keeps_its_source() -> None:
    vm = made(examples.CLONED_BY_PVC)
    (template,) = vm["spec"]["dataVolumeTemplates"]
    assert template == {
        "metadata": {"name": "web-01-datavolume-os"},
        "spec": examples.CLONED_BY_PVC["spec"]["dataVolumeTemplates"][0]["spec"],
    }
    assert named(dig(vm, VOLUMES), "datavolume-os")["dataVolume"] == {"name": "web-01-datavolume-os"}


def test_two_vms_share_nothing_but_the_image() -> None:
    one, other = (made(examples.BIG, name=name) for name in ("web-01", "web-02"))
    names = [{item["metadata"]["name"] for item in vm["spec"]["dataVolumeTemplates"]} for vm in (one, other)]
    assert not names[0] & names[1]
    assert dig(one, "spec.template.metadata.labels")["kubevirt.io/vm"] == "web-01"


def test_what_belongs_to_one_machine_is_not_copied() -> None:
    template = copy.deepcopy(examples.CLONED_BY_PVC)
    template["spec"]["template"]["spec"]["domain"]["firmware"] = {
        "uuid": "5d30",
        "serial": "S1",
        "bootloader": {"efi": {}},
    }
    template["spec"]["template"]["spec"]["domain"]["devices"]["interfaces"][0]["macAddress"] = "02:00:00:00:00:01"
    template["spec"]["preference"] = {"name": "ubuntu", "revisionName": "ubuntu-1"}
    template["metadata"] |= {
        "uid": "7d1e",
        "annotations": {
            "app.kubernetes.io/managed-by": "x",
            "meta.helm.sh/release-name": "x",
            "vmo-manager.spectrocloud.com/snapshot-policy": "nightly",
            "tier": "front",
        },
    }
    vm = made(template)
    assert dig(vm, f"{DOMAIN}.firmware") == {"bootloader": {"efi": {}}}
    assert "macAddress" not in dig(vm, f"{DEVICES}.interfaces")[0]
    assert vm["spec"]["preference"] == {"name": "ubuntu"}
    assert "uid" not in vm["metadata"]
    annotations = vm["metadata"]["annotations"]
    assert annotations.pop(TRACE) == "ubuntu-2204"
    assert len(annotations.pop(TRACE_DIGEST)) == 16
    assert annotations == {"tier": "front", "vmo-manager.spectrocloud.com/snapshot-policy": "nightly"}


def test_a_mac_that_the_vm_got_is_kept() -> None:
    wish = wanted(blueprint=blueprint(examples.CLONED_BY_PVC))
    vm = served(plan(wish, None), None)
    dig(vm, f"{DEVICES}.interfaces")[0]["macAddress"] = "02:00:00:00:00:02"
    assert plan(wish, vm).steps == ()
    newer = changed(examples.CLONED_BY_PVC, f"{DOMAIN}.memory.guest", "4Gi")
    followed = wanted(blueprint=blueprint(newer), template_update=True)
    after = served(plan(followed, vm), vm)
    assert dig(after, f"{DEVICES}.interfaces")[0]["macAddress"] == "02:00:00:00:00:02"
    assert dig(after, f"{DOMAIN}.memory.guest") == "4Gi"


@pytest.mark.parametrize(
    ("state", "says", "strategy"),
    [
        ("present", {}, "Halted"),
        ("present", {"running": True}, "Always"),
        ("present", {"running": False}, "Halted"),
        ("present", {"runStrategy": "RerunOnFailure"}, "RerunOnFailure"),
        ("running", {"running": False}, "Always"),
        ("running", {"runStrategy": "RerunOnFailure"}, "RerunOnFailure"),
        ("stopped", {"running": True}, "Halted"),
        ("stopped", {"runStrategy": "Manual"}, "Manual"),
    ],
)
def test_the_template_says_how_a_new_vm_is_powered_where_the_task_does_not(
    state: str, says: Tree, strategy: str
) -> None:
    template = copy.deepcopy(examples.CLONED_BY_PVC)
    del template["spec"]["running"]
    template["spec"] |= says
    assert made(template, state)["spec"]["runStrategy"] == strategy


class TestOverrides:
    def test_size_and_class_of_a_disk(self) -> None:
        disks = [{"name": "datavolume-os", "size": "80Gi", "storage_class": "fast"}]
        for template, field in ((examples.CLONED_BY_PVC, "pvc"), (examples.CLONED_BY_STORAGE, "storage")):
            (disk,) = made(template, disks=disks)["spec"]["dataVolumeTemplates"]
            assert disk["spec"][field]["resources"]["requests"]["storage"] == "80Gi"
            assert disk["spec"][field]["storageClassName"] == "fast"
            assert disk["spec"][field]["accessModes"] == ["ReadWriteMany"]
            assert len(disk["spec"]) == 2

    def test_another_image_keeps_the_size(self) -> None:
        disks = [{"name": "datavolume-os", "http": {"url": "https://images.example.com/x"}}]
        (disk,) = made(examples.BIG, disks=disks)["spec"]["dataVolumeTemplates"]
        assert disk["metadata"]["name"] == "web-01-datavolume-os"
        assert disk["spec"]["source"] == {"http": {"url": "https://images.example.com/x"}}
        assert disk["spec"]["pvc"]["storageClassName"] == "ceph-rbd"

    def test_a_container_disk_in_place_of_a_volume(self) -> None:
        disks = [{"name": "datavolume-os", "container_disk": {"image": "registry.example/a"}}]
        vm = made(examples.BIG, disks=disks)
        assert "dataVolumeTemplates" not in vm["spec"]
        assert named(dig(vm, VOLUMES), "datavolume-os") == {
            "name": "datavolume-os",
            "containerDisk": {"image": "registry.example/a"},
        }

    def test_a_disk_of_the_template_can_stay_away(self) -> None:
        vm = made(examples.BIG, disks=[{"name": "datavolume-os", "state": "absent"}])
        assert [volume["name"] for volume in dig(vm, VOLUMES)] == ["cloudinitdisk"]
        assert "dataVolumeTemplates" not in vm["spec"]

    def test_more_disks_and_networks_join(self) -> None:
        more = [{"name": "data", "blank": {}, "size": "1Gi"}]
        vm = made(examples.BIG, disks=more, networks=[{"name": "vlan20", "multus": "vlan20"}])
        assert [item["metadata"]["name"] for item in vm["spec"]["dataVolumeTemplates"]] == [
            "web-01-datavolume-os",
            "web-01-data",
        ]
        assert [item["name"] for item in dig(vm, f"{DEVICES}.interfaces")] == ["default", "vlan20"]

    def test_memory_makes_room_in_the_pod(self) -> None:
        vm = made(examples.CONTAINER_DISK, memory="4Gi")
        assert dig(vm, f"{DOMAIN}.memory.guest") == "4Gi"
        assert dig(vm, f"{DOMAIN}.resources") == {
            "requests": {"memory": "1Gi", "cpu": 1},
            "limits": {"memory": "4Gi", "cpu": 2},
        }
        less = made(examples.CONTAINER_DISK, memory="512Mi")
        assert dig(less, f"{DOMAIN}.resources.requests.memory") == "512Mi"
        own = made(examples.CONTAINER_DISK, memory="4Gi", limits={"memory": "5Gi"})
        assert dig(own, f"{DOMAIN}.resources.limits.memory") == "5Gi"

    def test_an_instance_type_is_the_whole_size(self) -> None:
        vm = made(examples.BIG, instancetype={"name": "u1.medium"})
        assert {"cpu", "memory", "resources"} & dig(vm, DOMAIN).keys() == set()

    def test_inference_is_asked_for_when_the_vm_is_made(self) -> None:
        vm = made(examples.BIG, instancetype={"infer_from_volume": "datavolume-os"})
        assert vm["spec"]["instancetype"] == {"inferFromVolume": "datavolume-os"}

    def test_a_template_without_networks_gets_the_usual_one(self) -> None:
        template = copy.deepcopy(examples.BIG)
        del template["spec"]["template"]["spec"]["networks"]
        del template["spec"]["template"]["spec"]["domain"]["devices"]["interfaces"]
        assert dig(made(template), f"{DEVICES}.interfaces") == [{"name": "default", "masquerade": {}}]
        assert dig(made(examples.STATIC_ADDRESS), f"{DEVICES}.interfaces")[0]["name"] == "vlan20"


class TestCloudInit:
    def test_a_password_and_what_is_too_long_move_to_the_secret_of_the_vm(self) -> None:
        for template in (examples.CONTAINER_DISK, examples.BIG):
            first = plan(wanted(blueprint=blueprint(template)), None)
            assert [step.kind.name for step in first.steps] == ["Secret", "VirtualMachine", "Secret"]
            vm = the_step(first, "create").body
            assert named(dig(vm, VOLUMES), "cloudinitdisk")["cloudInitNoCloud"] == {
                "secretRef": {"name": "web-01-cloud-init"}
            }
            assert "pl4nted" not in json.dumps(vm)

    def test_a_secret_without_owner_gets_one_and_keeps_its_content(self) -> None:
        wish = wanted(blueprint=blueprint(examples.CONTAINER_DISK))
        vm = served(plan(wish, None), None)
        left = {
            "metadata": {"labels": {"app.kubernetes.io/managed-by": "vmo.core"}, "resourceVersion": "7"},
            "data": {"userdata": "eA=="},
        }
        assert ask(wish, vm).needs_secret
        step = the_step(plan(wish, vm, secret=left), "patch", "Secret")
        assert step.body.keys() == {"metadata"}
        assert step.body["metadata"]["ownerReferences"][0]["uid"] == vm["metadata"]["uid"]
        assert plan(wish, vm, secret=None).steps == ()

    def test_keys_of_the_task_join_the_data_of_the_template(self) -> None:
        vm = made(examples.CLONED_BY_PVC, ssh_keys=["ssh-ed25519 AAAA me"])
        document = named(dig(vm, VOLUMES), "cloudinitdisk")["cloudInitNoCloud"]["userData"]
        assert "nginx" in document
        assert "ssh-ed25519 AAAA me" in document

    def test_the_task_knows_better(self) -> None:
        vm = made(examples.STATIC_ADDRESS, cloud_init={"user_data": {"packages": ["vim"]}})
        source = named(dig(vm, VOLUMES), "cloudinit")["cloudInitNoCloud"]
        assert "vim" in source["userData"]
        assert "192.0.2.21" in source["networkData"]

    def test_a_password_in_the_template_is_not_in_the_digest(self) -> None:
        other = changed(
            examples.CONTAINER_DISK, f"{VOLUMES}.1.cloudInitNoCloud.userData", "#cloud-config\npassword: other\n"
        )
        assert blueprint(other).digest == blueprint(examples.CONTAINER_DISK).digest
        plain = changed(examples.CLONED_BY_PVC, f"{VOLUMES}.1.cloudInitNoCloud.userData", "#cloud-config\n")
        assert blueprint(plain).digest != blueprint(examples.CLONED_BY_PVC).digest


def test_a_machine_without_memory_is_refused_before_anything_is_sent() -> None:
    template = copy.deepcopy(examples.CLONED_BY_PVC)
    del template["spec"]["template"]["spec"]["domain"]["memory"]
    with pytest.raises(InvalidOption, match="needs memory"):
        made(template)


LONG = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=63).map(lambda text: f"a{text[:61]}z")


@settings(max_examples=80, deadline=None)
@given(LONG, LONG, LONG)
def test_names_of_disks_fit_differ_and_stay(vm_name: str, disk: str, other: str) -> None:
    volumes: list[Tree] = [
        {"name": name, "dataVolume": {"name": f"{name}-in-template"}} for name in dict.fromkeys((disk, other))
    ]
    templates = [
        {"metadata": {"name": volume["dataVolume"]["name"]}, "spec": {"source": {"blank": {}}, "storage": {}}}
        for volume in volumes
    ]
    body = {
        "spec": {
            "dataVolumeTemplates": templates,
            "template": {"spec": {"domain": {"devices": {}}, "volumes": volumes}},
        }
    }
    source = copy.deepcopy(body)
    vm = instantiate(blueprint_of("t", body), "shop", vm_name)
    names = [item["metadata"]["name"] for item in vm["spec"]["dataVolumeTemplates"]]
    assert len(set(names)) == len(volumes)
    assert max(map(len, names)) <= 63
    assert names == [dig(volume, "dataVolume.name") for volume in dig(vm, VOLUMES)]
    assert instantiate(blueprint_of("t", body), "shop", vm_name) == vm
    assert body == source


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(examples.EXAMPLES), options, states)
def test_any_options_over_any_template_leave_nothing_to_do(template: Tree, given_options: Tree, state: str) -> None:
    wish = wanted(state, blueprint=blueprint(template), **given_options)
    vm = served(plan(wish, None), None)
    vm["status"] = {}
    again = plan(wish, vm)
    assert [
        step for step in again.steps if step.kind.name == "VirtualMachine" and step.verb in ("create", "patch")
    ] == []
    assert again.drift is None
    names = [item["metadata"]["name"] for item in vm["spec"].get("dataVolumeTemplates", ())]
    assert set(names) == {dig(v, "dataVolume.name") for v in dig(vm, VOLUMES) or () if "dataVolume" in v}
