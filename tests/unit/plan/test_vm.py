# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of a VM: what is named changes, once, and nothing else."""

from __future__ import annotations

import base64
import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, NotOwned
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig, named
from ansible_collections.vmo.core.plugins.module_utils._plan.vm import (
    ask,
    check_definition,
    decide_removal,
    needs_disks,
)
from tests.unit.builders import a_vm, an_owned_volume, plan, served, the_step, wanted, with_disk

Tree = dict[str, t.Any]
DEVICES = "spec.template.spec.domain.devices"
VOLUMES = "spec.template.spec.volumes"
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}


def test_a_new_vm_gets_what_it_needs_to_migrate() -> None:
    body = the_step(plan(wanted("running", memory="1Gi", disks=[ROOT]), None), "create").body
    assert body["metadata"] == {"name": "web-01", "namespace": "shop"}
    assert dig(body, f"{DEVICES}.interfaces") == [{"name": "default", "masquerade": {}}]
    assert dig(body, "spec.template.spec.networks") == [{"name": "default", "pod": {}}]
    assert dig(body, f"{DEVICES}.disks") == [{"name": "root", "disk": {"bus": "virtio"}}]


def test_no_networks_means_none() -> None:
    body = the_step(plan(wanted(memory="1Gi", networks=[]), None), "create").body
    assert dig(body, f"{DEVICES}.autoattachPodInterface") is False
    assert dig(body, f"{DEVICES}.interfaces") is None


def test_a_new_vm_needs_memory() -> None:
    with pytest.raises(InvalidOption, match="VirtualMachine shop/web-01 does not exist yet"):
        plan(wanted("running"), None)
    assert plan(wanted("running", instancetype={"name": "u1.small"}), None).action == "create"


def test_server_defaults_are_no_drift() -> None:
    found = a_vm(domain={"firmware": {"uuid": "5d307ca9"}})
    assert (
        plan(wanted("running", memory="1024Mi", disks=[ROOT], networks=[{"name": "default", "pod": {}}]), found).steps
        == ()
    )


def test_one_patch_with_the_version_that_was_read() -> None:
    made = plan(wanted(memory="2Gi", labels={"tier": 1}), a_vm())
    assert the_step(made, "patch").body == {
        "metadata": {"labels": {"tier": "1"}, "resourceVersion": "41"},
        "spec": {"template": {"spec": {"domain": {"memory": {"guest": "2Gi"}}}}},
    }
    assert (made.before, made.after) == ({"memory": "1Gi"}, {"labels": {"tier": "1"}, "memory": "2Gi"})


def test_a_null_label_goes() -> None:
    found = a_vm()
    found["metadata"]["labels"] = {"tier": "1", "zone": "a"}
    assert the_step(plan(wanted(labels={"tier": None}), found), "patch").body["metadata"]["labels"] == {"tier": None}


class TestDisks:
    def test_naming_one_keeps_the_others(self) -> None:
        found = with_disk(a_vm(), "hotplugged-by-somebody")
        made = plan(wanted(disks=[{"name": "data", "blank": {}, "size": "5Gi"}]), found)
        after = served(made, found)
        assert [disk["name"] for disk in dig(after, f"{DEVICES}.disks")] == ["root", "hotplugged-by-somebody", "data"]
        assert made.before == {}
        assert made.after["disks"] == [{"name": "data", "type": "disk", "bus": "virtio", "blank": {}, "size": "5Gi"}]

    def test_absent_leaves_the_vm_and_keeps_the_volume(self) -> None:
        found = with_disk(a_vm(), "data")
        owned = [an_owned_volume(found, "data")]
        made = plan(wanted(disks=[{"name": "data", "state": "absent"}]), found, owned=owned)
        after = served(made, found)
        assert [volume["name"] for volume in dig(after, VOLUMES)] == ["root"]
        assert "dataVolumeTemplates" not in after["spec"]
        assert the_step(made, "patch", "DataVolume").body == {"metadata": {"ownerReferences": None}}

    def test_absent_with_delete_disks_deletes_the_volume_after_the_vm_let_go(self) -> None:
        found = with_disk(a_vm(), "data")
        owned = [an_owned_volume(found, "data"), an_owned_volume(found, "other")]
        wish = wanted(disks=[{"name": "data", "state": "absent"}], delete_disks=True)
        made = plan(wish, found, owned=owned)
        assert [(step.verb, step.kind.name, step.name) for step in made.steps] == [
            ("patch", "VirtualMachine", "web-01"),
            ("delete", "DataVolume", "web-01-data"),
        ]

    def test_the_volumes_are_read_only_when_a_disk_leaves(self) -> None:
        found = with_disk(a_vm(), "data")
        assert not needs_disks(wanted(memory="2Gi"), found, ask(wanted(memory="2Gi"), found))
        leaves = wanted(disks=[{"name": "data", "state": "absent"}])
        assert needs_disks(leaves, found, ask(leaves, found))

    def test_exclusive_removes_what_is_not_named_but_never_cloud_init(self) -> None:
        found = with_disk(a_vm(), "data")
        spec = found["spec"]["template"]["spec"]
        spec["domain"]["devices"]["disks"].append({"name": "cloudinit", "disk": {"bus": "virtio"}})
        spec["volumes"].append({"name": "cloudinit", "cloudInitNoCloud": {"userData": "#!/bin/sh"}})
        after = served(plan(wanted(disks=[{"name": "root"}], exclusive=["disks"]), found), found)
        assert [volume["name"] for volume in dig(after, VOLUMES)] == ["root", "cloudinit"]

    def test_growing_asks_the_claim(self) -> None:
        found = with_disk(a_vm(), "data", "10Gi")
        made = plan(wanted(disks=[{"name": "data", "size": "20Gi"}]), found)
        assert the_step(made, "patch", "PersistentVolumeClaim").body == {
            "spec": {"resources": {"requests": {"storage": "20Gi"}}}
        }
        assert made.live == ("disks.data",)
        assert plan(wanted(disks=[{"name": "data", "size": "10240Mi"}]), found).steps == ()

    def test_shrinking_is_refused(self) -> None:
        with pytest.raises(
            InvalidOption, match=r"web-01-data of VirtualMachine shop/web-01 has 10Gi.*cannot shrink to 5Gi"
        ):
            plan(wanted(disks=[{"name": "data", "size": "5Gi"}]), with_disk(a_vm(), "data"))

    def test_a_source_is_only_for_the_making(self) -> None:
        wish = wanted(disks=[{"name": "data", "http": {"url": "https://images.example.com/x"}, "size": "10Gi"}])
        made = plan(wish, with_disk(a_vm(), "data"))
        assert made.steps == ()
        assert made.notes == (
            "Disk data of VirtualMachine shop/web-01 keeps its source, which is only for a new disk.",
        )

    def test_a_new_disk_needs_a_source(self) -> None:
        with pytest.raises(InvalidOption, match="data is new on VirtualMachine shop/web-01, so it needs a source"):
            plan(wanted(disks=[{"name": "data", "size": "5Gi"}]), a_vm())

    def test_a_changed_image_replaces_the_volume_only(self) -> None:
        wish = wanted(disks=[{"name": "root", "container_disk": {"image": "registry.example/fedora:43"}}])
        made = plan(wish, a_vm())
        assert made.on_restart == ("disks.root",)
        assert made.before["disks"] == [{"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}]

    @pytest.mark.parametrize(
        ("source", "part"),
        [
            (
                {"clone": {"name": "u", "namespace": "golden"}},
                {"source": {"pvc": {"namespace": "golden", "name": "u"}}},
            ),
            ({"clone": {"name": "u"}}, {"source": {"pvc": {"namespace": "shop", "name": "u"}}}),
            ({"snapshot": {"name": "s"}}, {"source": {"snapshot": {"namespace": "shop", "name": "s"}}}),
            (
                {"data_source": {"name": "d", "namespace": "golden"}},
                {"sourceRef": {"kind": "DataSource", "namespace": "golden", "name": "d"}},
            ),
        ],
    )
    def test_sources_that_bring_their_size(self, source: Tree, part: Tree) -> None:
        made = plan(wanted(memory="1Gi", disks=[{"name": "root", **source}]), None)
        template = the_step(made, "create").body["spec"]["dataVolumeTemplates"][0]
        assert template == {"metadata": {"name": "web-01-root"}, "spec": {"storage": {}, **part}}

    def test_volume_names_stay_short_and_the_same(self) -> None:
        disk = {"name": "a-disk-with-a-name-that-is-rather-long-for-a-disk", "blank": {}, "size": "1Gi"}
        names = []
        for _run in range(2):
            made = plan(wanted(name="v" * 40, memory="1Gi", disks=[disk]), None)
            names.append(the_step(made, "create").body["spec"]["dataVolumeTemplates"][0]["metadata"]["name"])
        assert names[0] == names[1]
        assert len(names[0]) <= 63


class TestNetworks:
    def test_bindings_by_kind_of_network(self) -> None:
        made = plan(wanted(networks=[{"name": "vlan20", "multus": "vlan20"}]), a_vm())
        after = served(made, a_vm())
        assert dig(after, f"{DEVICES}.interfaces") == [
            {"name": "default", "masquerade": {}},
            {"name": "vlan20", "bridge": {}},
        ]
        assert made.live == ("networks.vlan20",)

    def test_a_bridge_leaves_a_running_vm_by_its_state(self) -> None:
        found = served(plan(wanted(networks=[{"name": "vlan20", "multus": "vlan20"}]), a_vm()), a_vm())
        wish = wanted(networks=[{"name": "vlan20", "state": "absent"}])
        after = served(plan(wish, found), found)
        assert named(dig(after, f"{DEVICES}.interfaces"), "vlan20")["state"] == "absent"
        assert plan(wish, after).steps == ()
        found["status"] = {"printableStatus": "Stopped"}
        assert named(dig(served(plan(wish, found), found), f"{DEVICES}.interfaces"), "vlan20") is None

    def test_mac_addresses_are_compared_as_octets(self) -> None:
        found = a_vm()
        found["spec"]["template"]["spec"]["domain"]["devices"]["interfaces"][0]["macAddress"] = "02:00:00:ab:cd:ef"
        assert plan(wanted(networks=[{"name": "default", "mac": "02-00-00-AB-CD-EF"}]), found).steps == ()


class TestCloudInit:
    def test_plain_documents_stay_in_the_vm(self) -> None:
        wish = wanted(memory="1Gi", cloud_init={"user_data": {"packages": ["nginx"]}})
        made = plan(wish, None)
        volume = dig(the_step(made, "create").body, VOLUMES)[0]
        assert volume["cloudInitNoCloud"] == {"userData": "#cloud-config\npackages:\n- nginx\n"}
        assert plan(wish, served(made, None)).steps == ()

    def test_the_same_document_written_otherwise_is_no_change(self) -> None:
        found = a_vm(
            volumes=[{"name": "cloudinit", "cloudInitNoCloud": {"userData": "#cloud-config\npackages: [nginx]"}}]
        )
        assert plan(wanted(cloud_init={"user_data": {"packages": ["nginx"]}}), found).steps == ()

    def test_a_password_goes_to_a_secret_that_the_vm_owns(self) -> None:
        wish = wanted("running", memory="1Gi", cloud_init={"user_data": {"password": "hunter2"}})
        made = plan(wish, None)
        assert [(step.verb, step.kind.name) for step in made.steps] == [
            ("create", "Secret"),
            ("create", "VirtualMachine"),
            ("patch", "Secret"),
        ]
        secret = the_step(made, "create", "Secret").body
        assert "hunter2" in base64.b64decode(secret["data"]["userdata"]).decode()
        found = served(made, None)
        assert dig(found, VOLUMES)[0]["cloudInitNoCloud"] == {"secretRef": {"name": "web-01-cloud-init"}}
        secret["metadata"]["resourceVersion"] = "7"
        adopted = the_step(plan(wish, found, secret=secret), "patch", "Secret").body
        assert [owner["uid"] for owner in adopted["metadata"]["ownerReferences"]] == ["0d3f9c2e"]
        secret["metadata"]["ownerReferences"] = adopted["metadata"]["ownerReferences"]
        assert plan(wish, found, secret=secret).steps == ()

    def test_a_secret_of_somebody_else_is_left_alone(self) -> None:
        wish = wanted(memory="1Gi", cloud_init={"user_data": "x", "store": "secret"})
        with pytest.raises(NotOwned, match="Secret shop/web-01-cloud-init exists"):
            plan(wish, None, secret={"metadata": {"name": "web-01-cloud-init"}})

    def test_a_document_moves_to_a_secret_when_it_gets_a_password(self) -> None:
        found = served(plan(wanted(memory="1Gi", cloud_init={"user_data": {"packages": ["a"]}}), None), None)
        made = plan(wanted(cloud_init={"user_data": {"password": "hunter2"}}), found)
        after = served(made, found)
        assert dig(after, VOLUMES)[0]["cloudInitNoCloud"] == {"secretRef": {"name": "web-01-cloud-init"}}

    def test_ssh_keys_join_the_document(self) -> None:
        wish = wanted(
            memory="1Gi", ssh_keys=["ssh-ed25519 AAAA one"], cloud_init={"user_data": "#cloud-config\npackages: [x]"}
        )
        text = dig(the_step(plan(wish, None), "create").body, VOLUMES)[0]["cloudInitNoCloud"]["userData"]
        assert text == "#cloud-config\npackages:\n- x\nssh_authorized_keys:\n- ssh-ed25519 AAAA one\n"

    def test_ssh_keys_cannot_join_a_script(self) -> None:
        with pytest.raises(InvalidOption, match="ssh_keys"):
            plan(wanted(memory="1Gi", ssh_keys=["ssh-ed25519 AAAA"], cloud_init={"user_data": "#!/bin/sh"}), None)


class TestDefinition:
    def test_it_is_merged_under_the_same_rules(self) -> None:
        found = with_disk(a_vm(), "data")
        definition = {
            "spec": {
                "template": {
                    "spec": {"domain": {"devices": {"disks": [{"name": "data", "blockSize": {"matchVolume": {}}}]}}}
                }
            }
        }
        after = served(plan(wanted(definition=definition, memory="2Gi"), found), found)
        assert dig(after, f"{DEVICES}.disks")[1] == {
            "name": "data",
            "disk": {"bus": "virtio"},
            "blockSize": {"matchVolume": {}},
        }
        assert plan(wanted(definition=definition, memory="2Gi"), after).steps == ()

    def test_an_option_and_the_definition_may_not_disagree(self) -> None:
        definition = {"spec": {"template": {"spec": {"domain": {"memory": {"guest": "3Gi"}}}}}}
        with pytest.raises(InvalidOption, match=r"disagrees.*about spec.template.spec.domain.memory.guest"):
            ask(wanted(memory="2Gi", definition=definition), a_vm())
        assert ask(wanted(memory="3072Mi", definition=definition), a_vm())

    def test_it_beats_defaults(self) -> None:
        definition = {
            "spec": {
                "template": {"spec": {"domain": {"devices": {"disks": [{"name": "root", "disk": {"bus": "sata"}}]}}}}
            }
        }
        body = the_step(plan(wanted(memory="1Gi", disks=[ROOT], definition=definition), None), "create").body
        assert dig(body, f"{DEVICES}.disks") == [{"name": "root", "disk": {"bus": "sata"}}]

    @pytest.mark.parametrize("definition", [{"kind": "Pod"}, {"spec": {"running": True}}, {"metadata": {"name": "x"}}])
    def test_identity_and_power_have_options(self, definition: Tree) -> None:
        with pytest.raises(InvalidOption, match=r"definition: .* cannot stand here"):
            check_definition(definition)


class TestRestart:
    def test_the_server_is_asked_before_a_restart(self) -> None:
        made = plan(wanted("running", restart="if_required", cpu={"cores": 2}), a_vm())
        assert [(step.verb, step.foreseen) for step in made.steps] == [("patch", False), ("restart", True)]
        assert made.again == "observed"

    def test_it_happens_when_the_server_says_so(self) -> None:
        found = a_vm()
        found["status"]["conditions"].append({"type": "RestartRequired", "status": "True", "message": "because"})
        assert [step.verb for step in plan(wanted("running", restart="if_required"), found).steps] == ["restart"]
        assert plan(wanted("running"), found).steps == ()

    def test_always_restarts_with_the_change(self) -> None:
        made = plan(wanted("running", restart="always", memory="2Gi"), a_vm())
        assert [step.verb for step in made.steps] == ["patch", "restart"]
        assert plan(wanted("running", restart="always"), a_vm()).steps == ()

    def test_a_halted_vm_is_not_restarted(self) -> None:
        found = a_vm(strategy="Halted", running=False)
        made = plan(wanted(restart="always", memory="2Gi"), found)
        assert [step.verb for step in made.steps] == ["patch"]
        assert (made.live, made.on_restart) == ((), ())


class TestRemoval:
    def test_disks_are_let_go_before_the_vm_goes(self) -> None:
        found = with_disk(a_vm(), "data")
        made = decide_removal(wanted("absent"), found, [an_owned_volume(found, "data")])
        assert [(step.verb, step.kind.name, step.foreseen) for step in made.steps] == [
            ("patch", "VirtualMachine", False),
            ("patch", "DataVolume", False),
            ("delete", "VirtualMachine", True),
        ]
        assert made.again == "read"
        assert made.after == {}

    def test_nothing_to_let_go(self) -> None:
        made = decide_removal(wanted("absent", delete_disks=True), a_vm(), ())
        assert [(step.verb, step.body) for step in made.steps] == [("delete", {"uid": "0d3f9c2e"})]
        assert made.again is None
        assert decide_removal(wanted("absent"), None, ()).steps == ()


def test_a_new_instancetype_drops_the_old_revision() -> None:
    found = a_vm(
        spec={"instancetype": {"name": "u1.small", "kind": "VirtualMachineClusterInstancetype", "revisionName": "r1"}}
    )
    assert plan(wanted(instancetype={"name": "u1.small"}), found).steps == ()
    body = the_step(plan(wanted(instancetype={"name": "u1.large"}), found), "patch").body
    assert body["spec"]["instancetype"] == {"name": "u1.large", "revisionName": None}


@pytest.mark.parametrize(
    ("change", "live"),
    [
        ({"cpu": {"sockets": 2}}, True),
        ({"cpu": {"cores": 2}}, False),
        ({"memory": "2Gi"}, True),
        ({"memory": "512Mi"}, False),
        ({"node_selector": {"zone": "a"}}, True),
        ({"tolerations": [{"key": "gpu", "operator": "Exists"}]}, True),
        ({"hostname": "web"}, False),
        ({"networks": [{"name": "default", "model": "e1000"}]}, False),
        ({"eviction_strategy": "LiveMigrate"}, False),
    ],
)
def test_what_a_running_vm_follows_at_once(change: Tree, live: bool) -> None:
    made = plan(wanted(**change), a_vm())
    assert bool(made.live) is live
    assert bool(made.on_restart) is not live
