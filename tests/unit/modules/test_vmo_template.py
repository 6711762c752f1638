# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_template`` and ``vmo_template_info`` by their entry points: fresh, again, in check mode and with a diff."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.sim.kubevirt import Fault
from tests.unit.modules.bench import Bench
from tests.unit.modules.catalogue import Catalogue, simulated_catalogue
from tests.unit.modules.config_bench import warnings_of
from tests.unit.plan.template import examples

Tree = dict[str, t.Any]
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
BODY: Tree = {"display_name": "Web", "running": False, "memory": "1Gi", "disks": [ROOT]}


@pytest.fixture(name="catalogue")
def make_catalogue(bench: Bench) -> Catalogue:
    return simulated_catalogue(bench)


def test_a_template_fresh_changed_and_gone(catalogue: Catalogue) -> None:
    place = f"vmtemplates/{catalogue.called('web')}"
    foreseen = catalogue.run("web", check=True, **BODY)
    assert (foreseen.changed, foreseen.writes, foreseen.rehearsals) == (True, [], ["create vmtemplates"])
    assert catalogue.read("web") is None
    fresh = catalogue.run("web", **BODY)
    assert (fresh.verbs, fresh.writes) == (["create"], ["create vmtemplates"])
    assert foreseen.result["diff"] == fresh.result["diff"]
    assert fresh.result["diff"]["after"]["memory"] == "1Gi"
    assert catalogue.read("web")["spec"]["displayName"] == "Web"

    again = catalogue.run("web", **BODY)
    assert (again.changed, again.reads, again.writes) == (False, [f"get {place}"], [])
    assert again.result["diff"]["before"] == again.result["diff"]["after"] == {}

    foreseen = catalogue.run("web", check=True, memory="2Gi")
    changed = catalogue.run("web", memory="2Gi")
    assert (foreseen.writes, changed.writes) == ([], [f"patch {place}"])
    assert foreseen.result["diff"] == changed.result["diff"]
    assert changed.result["diff"]["before"] == {"memory": "1Gi"}
    assert not catalogue.run("web", memory="2048Mi").changed

    foreseen = catalogue.run("web", check=True, state="absent")
    assert (foreseen.changed, foreseen.writes) == (True, [])
    assert catalogue.run("web", state="absent").verbs == ["delete"]
    assert catalogue.read("web") is None
    assert not catalogue.run("web", state="absent").changed


def test_every_example_goes_in_and_out_and_in_again(catalogue: Catalogue, tmp_path: Path) -> None:
    for number, example in enumerate(examples.EXAMPLES):
        source = tmp_path / "template.yml"
        source.write_text(yaml.safe_dump_all([{"kind": "StorageProfile"}, example]), encoding="utf-8")
        name = f"example-{number}"
        assert catalogue.run(name, src=str(source)).verbs == ["create"]
        assert catalogue.read(name)["spec"] == example["spec"]
        assert not catalogue.run(name, src=str(source)).changed
        (told,) = catalogue.look(name=catalogue.called(name), with_objects=True, with_documents=True).result[
            "templates"
        ]
        assert told["template"]["spec"] == example["spec"]
        export = tmp_path / "export.json"
        export.write_text(json.dumps(told["template"]), encoding="utf-8")
        assert not catalogue.run(name, src=str(export)).changed
        copy = f"copy-{number}"
        assert catalogue.run(copy, src=str(export)).changed
        assert catalogue.read(copy)["spec"] == example["spec"]


def test_an_import_follows_its_file_unless_told_not_to(catalogue: Catalogue, tmp_path: Path) -> None:
    source = tmp_path / "template.json"
    source.write_text(json.dumps(examples.CLONED_BY_PVC), encoding="utf-8")
    catalogue.run("ubuntu", src=str(source))
    source.write_text(json.dumps(examples.BIG), encoding="utf-8")
    assert not catalogue.run("ubuntu", src=str(source), update="never").changed
    assert catalogue.run("ubuntu", src=str(source)).verbs == ["patch"]
    assert catalogue.read("ubuntu")["spec"]["template"] == examples.BIG["spec"]["template"]
    missing = catalogue.fail("ubuntu", src=str(tmp_path / "nothing.json"))
    assert missing.result["error"] == {"code": "invalid_option", "option": "src"}
    assert missing.reads == []


def test_a_vm_becomes_a_template_and_a_vm_again(catalogue: Catalogue) -> None:
    bench = catalogue.bench
    more: Tree = {"cpu": {"cores": 2}, "labels": {"tier": "front"}, "firmware": {"bootloader": "uefi"}}
    network = {"name": "default", "pod": {}, "mac": "02:00:00:00:00:01"}
    disks = [ROOT, {"name": "data", "blank": {}, "size": "1Gi"}]
    bench.run("vmo_vm", name="web-01", memory="1Gi", disks=disks, networks=[network], hostname="web", **more)
    source = {"name": "web-01", "namespace": bench.namespace}
    saved = catalogue.run("web", from_vm=source, display_name="Web")
    assert saved.verbs == ["create"]
    assert {"hostname", "networks.default.mac", "run_strategy"} <= set(saved.result["removed"])
    again = catalogue.run("web", from_vm=source, display_name="Web")
    # KubeVirt's controllers have written more of their own meanwhile, perhaps
    assert (again.changed, set(again.result["removed"]) >= set(saved.result["removed"])) == (False, True)
    catalogue.vm("web", name="web-02")
    words = [bench.run("vmo_vm_info", name=name).result["vms"][0]["options"] for name in ("web-01", "web-02")]
    one, other = words
    for said in words:
        said.pop("template_labels", None)
        said.pop("template_annotations", None)
        said.pop("annotations", None)
    del one["hostname"], one["networks"][0]["mac"]
    # the identity that KubeVirt gives each VM
    for said in words:
        said["firmware"] = {word: value for word, value in said["firmware"].items() if word not in ("uuid", "serial")}
    assert one == other
    lost = catalogue.fail("web", from_vm={**source, "name": "nobody"})
    assert lost.result["error"]["code"] == "not_found"


def test_a_password_is_told_of_and_never_shown(catalogue: Catalogue) -> None:
    task = {**BODY, "cloud_init": {"user_data": {"password": "hunter2"}}}
    refused = catalogue.fail("web", **task, allow_inline_secrets=False)
    assert refused.result["error"]["option"] == "allow_inline_secrets"
    assert catalogue.read("web") is None
    made = catalogue.run("web", **task)
    assert "everybody who may read templates" in warnings_of(made)[0]
    assert "hunter2" in json.dumps(catalogue.read("web"))
    again = catalogue.run("web", **task)
    assert warnings_of(again) == []
    look = catalogue.look(name=catalogue.called("web"), with_objects=True)
    assert look.result["templates"][0]["holds_inline_secrets"] is True
    assert "hunter2" not in str([refused.result, made.result, again.result, look.result])
    shown = catalogue.look(name=catalogue.called("web"), with_documents=True)
    assert "hunter2" in str(shown.result)


def test_info_tells_all_and_what_they_need(catalogue: Catalogue) -> None:
    for number, example in enumerate(examples.EXAMPLES):
        catalogue.put(example, f"t-{number}")
    answer = catalogue.look()
    assert (answer.reads, answer.writes, answer.result["served"]) == (["list vmtemplates"], [], True)
    told = {template["name"]: template for template in answer.result["templates"]}
    big, fixed = told[catalogue.called("t-3")], told[catalogue.called("t-4")]
    assert (big["display_name"], big["run_strategy"], big["holds_inline_secrets"]) == ("Ubuntu 22.04", "Halted", True)
    assert big["needs"] == [
        {"kind": "StorageClass", "namespace": None, "name": "ceph-rbd"},
        {"kind": "PersistentVolumeClaim", "namespace": "vmo-golden-images", "name": "template-ubuntu-2204"},
    ]
    assert fixed["needs"] == [{"kind": "NetworkAttachmentDefinition", "namespace": None, "name": "vlan20"}]
    assert fixed["options"]["memory"] == "2Gi"
    assert catalogue.look(name="nobody").result["templates"] == []


@pytest.mark.simulator_only("a cluster where VmTemplate is not defined, while other tests want it")
def test_a_cluster_without_templates(catalogue: Catalogue) -> None:
    def vanish() -> None:
        text = "404 page not found"
        catalogue.bench.backend.disturb(Fault("status", "GET", "spectrocloud.com", times=9, code=404, message=text))

    vanish()
    refused = catalogue.fail("web", **BODY)
    assert refused.result["error"]["code"] == "api_missing"
    assert "vmo_vm takes a template as a mapping" in refused.result["msg"]
    vanish()
    answer = catalogue.look()
    assert (answer.result["served"], answer.result["templates"]) == (False, [])


@pytest.mark.simulator_only("a definition that keeps templates in namespaces, while other tests want it otherwise")
def test_an_api_version_of_its_own_is_asked_for_alone(catalogue: Catalogue) -> None:
    refused = catalogue.fail("web", **BODY, api_version="virtualization.spectrocloud.com/v1beta1")
    assert refused.result["error"] == {
        "code": "api_missing",
        "api_version": "virtualization.spectrocloud.com/v1beta1",
    }


@pytest.mark.parametrize("kind", ["cut", "cut-after"])
def test_a_cut_line_does_not_matter(catalogue: Catalogue, kind: str) -> None:
    catalogue.run("web", **BODY)
    catalogue.bench.backend.disturb(Fault(kind, method="PATCH"))
    answer = catalogue.run("web", memory="2Gi")
    assert (answer.changed, answer.verbs) == (True, ["patch"])
    assert catalogue.read("web")["spec"]["template"]["spec"]["domain"]["memory"]["guest"] == "2Gi"
    assert not catalogue.run("web", memory="2Gi").changed


def test_who_may_not_is_told_which_right_is_missing(catalogue: Catalogue) -> None:
    catalogue.run("web", **BODY)
    catalogue.bench.backend.deny("patch", "vmtemplates")
    refused = catalogue.fail("web", memory="2Gi")
    assert refused.result["error"]["code"] == "forbidden"
    assert refused.result["error"]["rule"]["resources"] == ["vmtemplates"]
    assert (refused.result["changed"], refused.result["actions"]) == (False, [])
