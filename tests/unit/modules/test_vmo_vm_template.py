# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_vm`` with a template: made from it, left alone by it, and following it on request."""

from __future__ import annotations

import copy
import typing as t

import pytest
import yaml

from tests.unit.modules.bench import Bench
from tests.unit.modules.catalogue import VM, Catalogue, simulated_catalogue
from tests.unit.modules.config_bench import warnings_of
from tests.unit.plan.template import examples

Tree = dict[str, t.Any]
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}


@pytest.fixture(name="catalogue")
def make_catalogue(bench: Bench) -> Catalogue:
    return simulated_catalogue(bench)


def at_home(example: Tree, namespace: str) -> Tree:
    """Return a template whose images are in the namespace of the test, and whose disks are small."""
    template = copy.deepcopy(example)
    for disk in template["spec"].get("dataVolumeTemplates", ()):
        source = disk["spec"]["source"]
        if "pvc" in source:
            source["pvc"]["namespace"] = namespace
        for field in ("pvc", "storage"):
            if field in disk["spec"]:
                storage = {"resources": {"requests": {"storage": "1Gi"}}}
                disk["spec"][field] = {**storage, "accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem"}
    return template


def prepare(bench: Bench) -> None:
    """Make the golden image and the network that the examples name."""
    storage = {"resources": {"requests": {"storage": "1Gi"}}, "accessModes": ["ReadWriteOnce"]}
    bench.put(
        {
            "apiVersion": "cdi.kubevirt.io/v1beta1",
            "kind": "DataVolume",
            "metadata": {"name": "template-ubuntu-2204"},
            "spec": {"source": {"blank": {}}, "storage": {**storage, "volumeMode": "Filesystem"}},
        }
    )
    head = {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition"}
    bench.put({**head, "metadata": {"name": "vlan20"}, "spec": {"config": "{}"}})


def test_every_example_makes_a_vm_and_a_second_run_changes_nothing(catalogue: Catalogue) -> None:
    prepare(catalogue.bench)
    for number, example in enumerate(examples.EXAMPLES):
        template, name = f"t-{number}", f"web-{number}"
        catalogue.put(at_home(example, catalogue.namespace), template)
        foreseen = catalogue.vm(template, name=name, check=True)
        assert (foreseen.changed, foreseen.writes) == (True, [])
        fresh = catalogue.vm(template, name=name, wait=False)
        assert fresh.changed
        assert foreseen.result["diff"] == fresh.result["diff"]
        vm = catalogue.bench.vm(name)
        assert vm["metadata"]["annotations"]["vmo.core/template"] == catalogue.called(template)
        assert "displayName" not in vm["spec"]
        own = [item["metadata"]["name"] for item in vm["spec"].get("dataVolumeTemplates", ())]
        assert all(item.startswith(f"{name}-") for item in own)
        again = catalogue.vm(template, name=name)
        assert (again.changed, again.writes, again.result["template_drift"]) == (False, [], None)
        place = [f"get vmtemplates/{catalogue.called(template)}", f"get virtualmachines/{name}"]
        assert again.reads[:2] == place
        assert "pl4nted" not in str([foreseen.result, fresh.result, again.result])


def test_a_vm_from_a_template_starts_with_what_the_task_overrides(catalogue: Catalogue) -> None:
    catalogue.run("web", memory="1Gi", disks=[ROOT], cpu={"cores": 1}, labels={"tier": "front"})
    answer = catalogue.vm("web", state="running", memory="2Gi", disks=[{"name": "data", "blank": {}, "size": "1Gi"}])
    assert answer.result["vm"]["status"]["printableStatus"] == "Running"
    vm = catalogue.bench.vm("web-01")
    assert vm["metadata"]["labels"]["tier"] == "front"
    inner = vm["spec"]["template"]["spec"]
    assert inner["domain"]["memory"]["guest"] == "2Gi"
    assert [volume["name"] for volume in inner["volumes"]] == ["root", "data"]
    assert vm["spec"]["template"]["metadata"]["labels"]["kubevirt.io/vm"] == "web-01"
    again = catalogue.vm("web", state="running", memory="2Gi", disks=[{"name": "data", "blank": {}, "size": "1Gi"}])
    assert (again.changed, again.writes) == (False, [])


def test_a_password_of_the_template_moves_to_a_secret_of_the_vm(catalogue: Catalogue) -> None:
    catalogue.put(examples.CONTAINER_DISK, "fedora")
    answer = catalogue.vm("fedora")
    assert answer.verbs == ["create", "create", "patch"]
    secret = catalogue.bench.backend.read("secrets", "web-01-cloud-init")
    assert secret is not None
    assert secret["metadata"]["ownerReferences"][0]["name"] == "web-01"
    assert "pl4nted" not in str(catalogue.bench.vm("web-01"))
    again = catalogue.vm("fedora")
    assert (again.changed, again.writes) == (False, [])


def test_what_is_missing_is_named_before_anything_is_made(catalogue: Catalogue) -> None:
    example = at_home(examples.BIG, catalogue.namespace)
    example["spec"]["dataVolumeTemplates"][0]["spec"]["pvc"]["storageClassName"] = "nobody-has-it"
    example["spec"]["preference"] = {"name": "nobody-knows-it"}
    catalogue.put(example, "big")
    task = {"name": "web-01", "template": catalogue.called("big"), "networks": [{"name": "v", "multus": "nowhere"}]}
    for check in (True, False):
        refused = catalogue.bench.fail(VM, check=check, **task)
        assert (refused.writes, refused.rehearsals) == ([], [])
        assert refused.result["error"]["code"] == "not_found"
        missing = {(item["kind"], item["name"]) for item in refused.result["error"]["missing"]}
        assert missing == {
            ("StorageClass", "nobody-has-it"),
            ("VirtualMachineClusterPreference", "nobody-knows-it"),
            ("PersistentVolumeClaim", "template-ubuntu-2204"),
            ("NetworkAttachmentDefinition", "nowhere"),
        }
        for _kind, name in missing:
            assert name in refused.result["msg"]
    nobody = catalogue.bench.fail(VM, name="web-01", template=catalogue.called("nobody"))
    assert "There is no VmTemplate" in nobody.result["msg"]


def test_a_changed_template_is_told_and_followed_on_request(catalogue: Catalogue) -> None:
    catalogue.run("web", memory="1Gi", disks=[ROOT], cpu={"cores": 1})
    catalogue.vm("web", networks=[{"name": "default", "pod": {}, "mac": "02:00:00:00:00:07"}])
    catalogue.run("web", display_name="A new title")
    assert catalogue.vm("web").result["template_drift"] is None
    catalogue.run("web", cpu={"cores": 2})
    told = catalogue.vm("web")
    assert (told.changed, told.writes) == (False, [])
    assert told.result["template_drift"] == {
        "template": catalogue.called("web"),
        "before": {"cpu": {"cores": 1}},
        "after": {"cpu": {"cores": 2}},
    }
    foreseen = catalogue.vm("web", template_update=True, check=True)
    followed = catalogue.vm("web", template_update=True)
    assert (foreseen.writes, followed.writes) == ([], ["patch virtualmachines/web-01"])
    assert foreseen.result["diff"] == followed.result["diff"]
    inner = catalogue.bench.vm("web-01")["spec"]["template"]["spec"]
    assert inner["domain"]["cpu"]["cores"] == 2
    assert inner["domain"]["devices"]["interfaces"][0]["macAddress"] == "02:00:00:00:00:07"
    again = catalogue.vm("web", template_update=True)
    assert (again.changed, again.result["template_drift"]) == (False, None)


def test_a_template_that_is_gone_does_not_trouble_its_vms(catalogue: Catalogue) -> None:
    catalogue.run("web", memory="1Gi", disks=[ROOT])
    catalogue.vm("web")
    catalogue.run("web", state="absent")
    answer = catalogue.vm("web", memory="2Gi")
    assert answer.changed
    assert any("There is no VmTemplate" in warning for warning in warnings_of(answer))
    assert catalogue.bench.run(VM, name="web-01", template=catalogue.called("web"), state="absent").verbs == ["delete"]


def test_a_template_as_a_mapping_or_as_text_needs_no_palette(catalogue: Catalogue) -> None:
    prepare(catalogue.bench)
    machine = at_home(examples.AS_MACHINE, catalogue.namespace)
    answer = catalogue.vm(machine, wait=False)
    assert not [read for read in answer.reads if "vmtemplates" in read]
    assert not catalogue.vm(yaml.safe_dump(machine)).changed
    catalogue.vm(examples.CONTAINER_DISK, name="web-02")
    assert "pl4nted" not in str(catalogue.vm(examples.CONTAINER_DISK, name="web-02").result)
    wrong = catalogue.bench.fail(VM, name="web-03", template={"kind": "Pod", "spec": {}})
    assert wrong.result["error"] == {"code": "invalid_option", "option": "template"}


def test_a_task_that_was_cut_short_is_finished_by_the_next(catalogue: Catalogue) -> None:
    catalogue.put(examples.CONTAINER_DISK, "fedora")
    catalogue.vm("fedora")
    secret = catalogue.bench.backend.read("secrets", "web-01-cloud-init")
    assert secret is not None
    del secret["metadata"]["ownerReferences"], secret["metadata"]["resourceVersion"]
    catalogue.bench.put(secret)
    finished = catalogue.vm("fedora")
    assert finished.writes == ["patch secrets/web-01-cloud-init"]
    kept = catalogue.bench.backend.read("secrets", "web-01-cloud-init")
    assert kept is not None
    assert kept["data"] == secret["data"]
    assert catalogue.vm("fedora").writes == []
