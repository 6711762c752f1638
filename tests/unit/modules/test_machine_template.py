# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The template modules on a cluster with KubeVirt's VirtualMachineTemplate instead of Palette's VmTemplate."""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.unit.modules.bench import Bench
from tests.unit.modules.config_bench import warnings_of
from tests.unit.modules.machine_catalogue import (
    API_VERSION,
    FEDORA,
    MachineCatalogue,
    simulated_machine_catalogue,
)
from tests.unit.modules.test_vmo_vm_template import at_home, prepare
from tests.unit.plan.template import examples

Tree = dict[str, t.Any]
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
BODY: Tree = {
    "display_name": "Web",
    "memory": "${MEMORY}",
    "disks": [ROOT, {"name": "data", "blank": {}, "size": "1Gi"}],
    "parameters": [{"name": "MEMORY", "value": "1Gi"}],
    "usage_message": "Log in to ${NAME}.",
}


@pytest.fixture(name="catalogue")
def make_catalogue(bench: Bench) -> MachineCatalogue:
    return simulated_machine_catalogue(bench)


def test_a_template_fresh_changed_and_gone(catalogue: MachineCatalogue) -> None:
    foreseen = catalogue.run("web", check=True, **BODY)
    assert (foreseen.changed, foreseen.writes, foreseen.rehearsals) == (True, [], ["create virtualmachinetemplates"])
    assert catalogue.read("web") is None
    fresh = catalogue.run("web", **BODY)
    assert (fresh.verbs, fresh.writes) == (["create"], ["create virtualmachinetemplates"])
    assert foreseen.result["diff"] == fresh.result["diff"]
    made = catalogue.read("web")
    assert [item["name"] for item in made["spec"]["parameters"]] == ["NAME", "MEMORY"]
    assert made["metadata"]["annotations"] == {"vmo.core/display-name": "Web"}
    machine = made["spec"]["virtualMachine"]
    assert machine["metadata"] == {"name": "${NAME}"}
    assert [item["metadata"]["name"] for item in machine["spec"]["dataVolumeTemplates"]] == ["${NAME}-data"]

    again = catalogue.run("web", **BODY)
    assert (again.changed, again.writes) == (False, [])
    assert again.result["diff"]["before"] == again.result["diff"]["after"] == {}

    foreseen = catalogue.run("web", check=True, parameters=[{"name": "MEMORY", "value": "2Gi"}], icon="https://x/y.png")
    changed = catalogue.run("web", parameters=[{"name": "MEMORY", "value": "2Gi"}], icon="https://x/y.png")
    assert (foreseen.writes, changed.verbs) == ([], ["patch"])
    assert foreseen.result["diff"] == changed.result["diff"]
    assert changed.result["diff"]["before"] == {"parameters": [{"name": "MEMORY", "value": "1Gi"}]}
    assert [item["name"] for item in catalogue.read("web")["spec"]["parameters"]] == ["NAME", "MEMORY"]
    gone = catalogue.run("web", memory="1Gi", parameters=[{"name": "MEMORY", "state": "absent"}])
    assert gone.verbs == ["patch"]
    assert [item["name"] for item in catalogue.read("web")["spec"]["parameters"]] == ["NAME"]

    assert catalogue.run("web", check=True, state="absent").changed
    assert catalogue.run("web", state="absent").verbs == ["delete"]
    assert not catalogue.run("web", state="absent").changed


def test_every_example_of_palette_becomes_one_and_makes_a_vm(catalogue: MachineCatalogue, tmp_path: Path) -> None:
    prepare(catalogue.bench)
    for number, raw in enumerate((*examples.EXAMPLES, FEDORA)):
        example = at_home(raw, catalogue.bench.namespace)
        file = tmp_path / f"{number}.yml"
        file.write_text(yaml.safe_dump(example), encoding="utf-8")
        name = f"t-{number}"
        fresh = catalogue.run(name, src=str(file))
        assert fresh.verbs == ["create"]
        again = catalogue.run(name, src=str(file))
        assert (again.changed, again.writes) == (False, [])
        given = {"TEAM": "a"} if raw is FEDORA else None
        foreseen = catalogue.vm(name, name=f"web-{number}", template_parameters=given, check=True)
        assert foreseen.changed
        exported = catalogue.look(name=name, with_objects=True, with_documents=True).result["templates"][0]["template"]
        assert catalogue.run(name, src=_written(file, exported)).writes == []


def _written(file: Path, template: Tree) -> str:
    file.write_text(yaml.safe_dump(template), encoding="utf-8")
    return str(file)


def test_a_vm_gets_its_parameters_and_keeps_what_was_generated(catalogue: MachineCatalogue) -> None:
    catalogue.put(FEDORA)
    task: Tree = {"template_parameters": {"MEMORY": "2Gi", "CORES": 2, "TEAM": "blue"}}
    foreseen = catalogue.vm("fedora", check=True, **task)
    assert (foreseen.changed, foreseen.writes) == (True, [])
    fresh = catalogue.vm("fedora", **task)
    assert fresh.changed
    vm = catalogue.bench.vm("web-01")
    inner = vm["spec"]["template"]["spec"]
    assert (inner["domain"]["cpu"]["cores"], inner["domain"]["memory"]["guest"]) == (2, "2Gi")
    assert vm["metadata"]["labels"]["team"] == "blue"
    assert (len(inner["hostname"]), vm["metadata"]["annotations"]["vmo.core/template"]) == (10, "fedora")
    assert "pl4nted" not in str([vm, foreseen.result, fresh.result])
    secret = catalogue.bench.backend.read("secrets", "web-01-cloud-init")
    assert secret is not None

    again = catalogue.vm("fedora", **task)
    assert (again.changed, again.writes, again.result["template_drift"]) == (False, [], None)
    follows = catalogue.vm("fedora", template_update=True, **task)
    assert (follows.changed, follows.writes) == (False, [])

    other: Tree = {"template_parameters": {**task["template_parameters"], "MEMORY": "3Gi"}}
    drift = catalogue.vm("fedora", **other).result["template_drift"]
    assert (drift["before"], drift["after"]) == ({"memory": "2Gi"}, {"memory": "3Gi"})
    followed = catalogue.vm("fedora", template_update=True, **other)
    assert followed.verbs == ["patch"]
    now = catalogue.bench.vm("web-01")
    assert now["spec"]["template"]["spec"]["hostname"] == inner["hostname"]
    assert now["spec"]["template"]["spec"]["domain"]["memory"]["guest"] == "3Gi"
    assert catalogue.bench.backend.read("secrets", "web-01-cloud-init")["data"] == secret["data"]  # type: ignore[index]
    last = catalogue.vm("fedora", template_update=True, **other)
    assert (last.changed, last.writes, last.result["template_drift"]) == (False, [], None)


def test_a_changed_template_is_told_and_followed(catalogue: MachineCatalogue) -> None:
    catalogue.put(FEDORA)
    task: Tree = {"template_parameters": {"TEAM": "blue"}}
    catalogue.vm("fedora", **task)
    was = catalogue.bench.vm("web-01")["spec"]["template"]["spec"]["hostname"]
    declared = [*FEDORA["spec"]["parameters"], {"name": "MORE", "generate": "expression", "from": "[0-9]{4}"}]
    machine: Tree = yaml.safe_load(yaml.safe_dump(FEDORA["spec"]["virtualMachine"]))
    machine["spec"]["template"]["spec"]["subdomain"] = "s${MORE}-${SUFFIX}"
    catalogue.put(FEDORA, parameters=declared, virtualMachine=machine)
    told = catalogue.vm("fedora", **task)
    assert (told.changed, list(told.result["template_drift"]["after"])) == (False, ["subdomain"])
    assert catalogue.vm("fedora", template_update=True, **task).changed
    inner = catalogue.bench.vm("web-01")["spec"]["template"]["spec"]
    assert (inner["hostname"], inner["subdomain"][6:]) == (was, was[5:])
    assert catalogue.vm("fedora", template_update=True, **task).writes == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, {"missing": ["TEAM"]}),
        ({"TEAM": ""}, {"missing": ["TEAM"]}),
        ({"TEAM": "a", "TEEM": "b", "MEM": "1Gi"}, {"unknown": ["MEM", "TEEM"]}),
        ({"TEAM": "a", "NAME": "web-99"}, {}),
    ],
)
def test_what_parameters_lack_is_said_before_anything_is_changed(
    catalogue: MachineCatalogue, given: Tree, told: Tree
) -> None:
    catalogue.put(FEDORA)
    for template in ("fedora", FEDORA, yaml.safe_dump(FEDORA)):
        refused = catalogue.fail_vm(template, template_parameters=given)
        assert (refused.writes, refused.rehearsals) == ([], [])
        assert refused.result["error"] == {"code": "invalid_option", "option": "template_parameters", **told}
        assert all(name in refused.result["msg"] for names in told.values() for name in names)


def test_a_template_in_a_variable_or_a_file_has_parameters_on_any_cluster(bench: Bench) -> None:
    catalogue = MachineCatalogue(bench, bench.put)
    task: Tree = {"template_parameters": {"TEAM": "blue", "NAME": "web-01"}}
    assert catalogue.vm(FEDORA, **task).changed
    again = catalogue.vm(yaml.safe_dump(FEDORA), **task)
    assert (again.changed, again.writes, again.result["template_drift"]) == (False, [], None)
    assert not [read for read in again.reads if "template" in read]
    assert "pl4nted" not in str([answer.result for answer in bench.answers])
    plain = {"spec": {"template": {"spec": {"domain": {"memory": {"guest": "1Gi"}, "devices": {}}}}}}
    refused = catalogue.fail_vm(plain, template_parameters={"A": "b"})
    assert refused.result["error"] == {"code": "invalid_option", "option": "template_parameters"}
    script: Tree = {"spec": {**plain["spec"], "dataVolumeTemplates": []}}
    script["spec"]["template"]["spec"]["volumes"] = [
        {"name": "c", "cloudInitNoCloud": {"userData": "#!/bin/sh\necho ${HOME}\n"}}
    ]
    catalogue.vm(script, name="web-02")
    volumes = catalogue.bench.vm("web-02")["spec"]["template"]["spec"]["volumes"]
    assert "${HOME}" in str(volumes)


def test_process_tells_the_vm_and_changes_nothing(catalogue: MachineCatalogue) -> None:
    catalogue.put(FEDORA)
    task: Tree = {"name": "fedora", "process": True, "parameters": {"NAME": "db-01", "TEAM": "red", "CORES": "4"}}
    answer = catalogue.look(**task)
    assert answer.writes == []
    processed = answer.result["templates"][0]["processed"]
    assert processed["message"] == "Log in to db-01 as fedora."
    vm = processed["vm"]
    assert (vm["apiVersion"], vm["kind"]) == ("kubevirt.io/v1", "VirtualMachine")
    assert (vm["metadata"]["name"], vm["spec"]["template"]["spec"]["domain"]["cpu"]["cores"]) == ("db-01", 4)
    assert "pl4nted" not in str(answer.result["templates"][0]["processed"])
    open_answer = catalogue.look(**task, with_documents=True)
    assert "pl4nted" in str(open_answer.result["templates"][0]["processed"])
    refused = catalogue.bench.fail(
        "vmo_template_info", **{**task, "api_version": catalogue.api_version, "parameters": {"NAME": "db-01"}}
    )
    assert refused.result["error"] == {"code": "invalid_option", "option": "parameters", "missing": ["TEAM"]}
    assert catalogue.bench.fail("vmo_template_info", process=True).result["msg"]
    unused = catalogue.bench.fail(
        "vmo_template_info", name="fedora", api_version=catalogue.api_version, parameters={"A": "b"}
    )
    assert unused.result["error"]["option"] == "parameters"


def test_info_tells_parameters_and_hides_passwords(catalogue: MachineCatalogue) -> None:
    catalogue.run("web", **BODY)
    open_ones = [*BODY["parameters"], {"name": "PASSWORD", "value": "pl4nted"}]
    written = catalogue.run("web", parameters=open_ones)
    assert any("parameter PASSWORD" in warning for warning in warnings_of(written))
    refused = catalogue.fail("other", **{**BODY, "parameters": open_ones}, allow_inline_secrets=False)
    assert (refused.result["error"]["option"], refused.writes) == ("allow_inline_secrets", [])
    (told,) = catalogue.look(with_objects=True).result["templates"]
    assert (told["display_name"], told["message"]) == ("Web", BODY["usage_message"])
    assert (told["api_version"], told["namespace"]) == (API_VERSION, catalogue.bench.namespace)
    assert [item["name"] for item in told["parameters"]] == ["NAME", "MEMORY", "PASSWORD"]
    assert told["holds_inline_secrets"]
    assert "pl4nted" not in str([written.result, refused.result, told])


@pytest.mark.simulator_only("the controller that says so is not a part of KubeVirt's own repository")
def test_info_tells_whether_a_template_is_ready(catalogue: MachineCatalogue) -> None:
    catalogue.run("web", **BODY)
    ends = time.monotonic() + 10
    while catalogue.look().result["templates"][0]["ready"] is None:
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert catalogue.look().result["templates"][0]["ready"] is True
    assert catalogue.run("web", **BODY).writes == []


def test_a_vm_becomes_a_template_that_other_tools_can_use(catalogue: MachineCatalogue) -> None:
    disks = [ROOT, {"name": "data", "blank": {}, "size": "1Gi"}]
    catalogue.bench.run("vmo_vm", name="web-01", memory="1Gi", disks=disks, labels={"tier": "front"}, wait=False)
    source = {"name": "web-01", "namespace": catalogue.bench.namespace}
    saved = catalogue.run("web", from_vm=source)
    assert (saved.verbs, "run_strategy" in saved.result["removed"]) == (["create"], True)
    machine = catalogue.read("web")["spec"]["virtualMachine"]
    assert machine["metadata"] == {"name": "${NAME}", "labels": {"tier": "front"}}
    assert machine["spec"]["dataVolumeTemplates"][0]["metadata"]["name"] == "${NAME}-data"
    assert (again := catalogue.run("web", from_vm=source)).writes == []
    assert not again.changed
    assert catalogue.vm("web", name="web-02", wait=False).changed
    vm = catalogue.bench.vm("web-02")
    assert (vm["metadata"]["labels"]["tier"], vm["spec"]["dataVolumeTemplates"][0]["metadata"]["name"]) == (
        "front",
        "web-02-data",
    )


def test_a_variable_of_a_script_is_no_parameter(catalogue: MachineCatalogue) -> None:
    body = {**BODY, "cloud_init": {"user_data": "#!/bin/sh\necho ${HOME}\n"}}
    for check in (True, False):
        refused = catalogue.fail("web", check=check, **body)
        assert (refused.writes, refused.rehearsals) == ([], [])
        assert refused.result["error"] == {"code": "invalid_option", "option": "parameters", "unknown": ["HOME"]}


@pytest.mark.simulator_only("a cluster with templates of Palette as well")
def test_palette_comes_first_where_there_are_both(bench: Bench) -> None:
    catalogue = simulated_machine_catalogue(bench, with_palette=True)
    plain: Tree = {"memory": "1Gi", "disks": [ROOT]}
    assert catalogue.run("web", **plain).result["template"]["kind"] == "VmTemplate"
    refused = catalogue.fail("other", **BODY)
    assert (refused.writes, refused.result["error"]["option"]) == ([], "memory")
    refused = catalogue.fail("other", **plain, parameters=[{"name": "A"}])
    assert (refused.writes, refused.result["error"]["option"]) == ([], "parameters")
    chosen = catalogue.run("other", api_version=API_VERSION, **BODY)
    assert (chosen.verbs, len(chosen.reads)) == (["create"], 1)
    made = catalogue.vm("other", template_api_version=API_VERSION, template_parameters={"MEMORY": "2Gi"})
    assert made.changed
    lost = catalogue.fail_vm("nobody", name="web-02")
    assert "template_api_version" in lost.result["msg"]
    listed = catalogue.look(api_version=API_VERSION).result["templates"]
    assert [item["name"] for item in listed] == ["other"]
