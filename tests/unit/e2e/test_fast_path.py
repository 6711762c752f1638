# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a task runs inside the Ansible worker, when it does not, and what it takes there: counted, never timed."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.sim.kubevirt import Simulator as Cluster
from tests.sim.kubevirt.manifests import PRODUCTS, manifest
from tests.sim.maas import Simulator as Region
from tests.tools.sizes import CHECKOUT, PLUGINS
from tests.unit.e2e import playbook
from tests.unit.e2e.both_ways import results_of, steady
from tests.unit.e2e.conftest import NAMESPACE, Stage
from tests.unit.e2e.line import counted
from tests.unit.modules.simulated import simulated

Tree = dict[str, t.Any]
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py"))
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
VM = "vmo.core.vmo_vm"
OFF: Tree = {"namespace": NAMESPACE, "memory": "1Gi", "disks": [ROOT], "run_strategy": "Halted"}
LOOK: Tree = {"vmo.core.vmo_vm_info": {"namespace": NAMESPACE}}
SINCE = re.compile(r"run as a module, since (.*)")
VOLATILE = frozenset(
    {"uid", "uuid", "resourceVersion", "creationTimestamp", "created", "lastTransitionTime", "vm", "vms", "kubeconfig"}
)


def compare(here: list[Tree], there: list[Tree], tasks: list[Tree]) -> None:
    for left, right, task in zip(here, there, tasks, strict=True):
        assert steady(left, VOLATILE) == steady(right, VOLATILE), task
        assert left.keys() == right.keys(), task


def test_a_test_compares_both_ways_for_every_module() -> None:
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in (CHECKOUT / "tests/unit").rglob("test_*.py")
        if "results_of(" in path.read_text(encoding="utf-8")
    )
    assert [name for name in MODULES if not re.search(rf'"(vmo\.core\.)?{name}"', text)] == []


# The modules that no other test runs both ways.

FLEET: Tree = {
    "namespace": NAMESPACE,
    "count": 2,
    "pattern": "web-%02d",
    "defaults": {"memory": "1Gi", "disks": [ROOT]},
}
FLEETS: list[Tree] = [
    {"vmo.core.vmo_vms": FLEET, "check_mode": True, "diff": True},
    {"vmo.core.vmo_vms": FLEET, "diff": True},
    {"vmo.core.vmo_vms": FLEET},
    {"vmo.core.vmo_vms": {**FLEET, "count": 0}},
]


def test_a_fleet_is_the_same_both_ways(tmp_path: Path) -> None:
    answers = []
    for fast in (True, False):
        with simulated() as backend:
            environment = {"K8S_AUTH_KUBECONFIG": str(backend.kubeconfig)}
            answers.append(results_of(tmp_path, FLEETS, {}, fast=fast, environment=environment)[0])
    compare(answers[0], answers[1], FLEETS)
    assert [result["changed"] for result in answers[0]] == [True, True, False, False]


def test_an_installation_is_the_same_both_ways(tmp_path: Path) -> None:
    options = {"product": "KubeVirt", "manifest": manifest(PRODUCTS["kubevirt"], "v1.4.0"), "wait_timeout": 60}
    tasks: list[Tree] = [
        {"vmo.core.vmo_kubevirt": options, "check_mode": True, "diff": True},
        {"vmo.core.vmo_kubevirt": {**options, "manifest": "kind: Nonsense"}},
    ]
    answers = []
    for fast in (True, False):
        with Cluster(version="1.4", stage="empty") as cluster:
            environment = {"K8S_AUTH_KUBECONFIG": str(cluster.kubeconfig)}
            answers.append(results_of(tmp_path, tasks, {}, fast=fast, environment=environment)[0])
    compare(answers[0], answers[1], tasks)
    assert [(result["changed"], bool(result.get("failed"))) for result in answers[0]] == [(True, False), (False, True)]


def test_checks_of_machines_are_the_same_both_ways(tmp_path: Path) -> None:
    tasks: list[Tree] = [
        {"vmo.core.maas_cluster_check": {"fail_on": "never"}},
        {"vmo.core.maas_cluster_check": {}, "check_mode": True},
    ]
    with Region("3.7", machines=2, stage="commissioned") as region:
        connection = {"group/vmo.core.maas": {"maas_url": region.url, "maas_api_key": region.key()}}
        here, text = results_of(tmp_path, tasks, connection, fast=True)
        there, _text = results_of(tmp_path, tasks, connection, fast=False)
    compare(here, there, tasks)
    assert SINCE.findall(text) == []


# What Ansible itself offers for each task.

OFFERS: list[Tree] = [
    {VM: {"name": "web-01", **OFF}, "check_mode": True, "diff": True},
    {VM: {"name": "web-01", **OFF}, "diff": True},
    {VM: {"name": "web-01", **OFF, "cloud_init": {"user_data": {"password": "hunter2"}}}, "no_log": True},
    {VM: {"name": "web-02"}, "module_defaults": {VM: OFF}},
    {VM: {"name": "web-02"}, "module_defaults": {"group/vmo.core.vmo": OFF}},
    {**LOOK, "delegate_to": "localhost"},
    {VM: {"name": "{{ item }}", **OFF}, "loop": ["web-03", "web-01"]},
    {**LOOK, "register": "r7", "until": "r7.vms | length == 3", "retries": 1, "delay": 0},
    {**LOOK, "failed_when": "true", "debugger": "never"},
    {**LOOK, "changed_when": "true", "timeout": 60},
]


@pytest.fixture(name="offers")
def run_offers(tmp_path: Path) -> list[tuple[list[Tree], str]]:
    answers = []
    for fast in (True, False):
        with simulated() as backend:
            environment = {"K8S_AUTH_KUBECONFIG": str(backend.kubeconfig)}
            answers.append(results_of(tmp_path, OFFERS, {}, fast=fast, environment=environment))
    return answers


def test_what_ansible_offers_for_a_task_works_both_ways(offers: list[tuple[list[Tree], str]]) -> None:
    (here, here_text), (there, there_text) = offers
    compare(here, there, OFFERS)
    assert [result["changed"] for result in here] == [True, True, True, True, False, False, True, False, False, True]
    assert SINCE.findall(here_text) == []
    assert set(SINCE.findall(there_text)) == {"vmo_fast_path is off"}
    assert "hunter2" not in here_text + there_text


@pytest.mark.parametrize("fast", [True, False])
def test_a_timeout_ends_a_task_both_ways(stage: Stage, fast: bool) -> None:
    disks = [ROOT, {"name": "data", "pvc": {"name": "nowhere"}}]
    options = {"name": "web-01", "namespace": NAMESPACE, "memory": "1Gi", "disks": disks, "state": "running"}
    task: Tree = {VM: {**options, "wait_timeout": 100, "failure_grace": 90}, "timeout": 2}
    outcome = stage.start([{"name": "Wait", **task}], "-e", f"vmo_fast_path={fast}").finish()
    assert outcome.status != 0
    assert "Timed out" in outcome.output or "time frame" in outcome.output


# The reasons to fall back, each by a task that has it.

SSH = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1"}
REASONS: dict[str, tuple[Tree, str]] = {
    "off": ({"vars": {"vmo_fast_path": False}}, "vmo_fast_path is off"),
    "off by a word": ({"vars": {"vmo_fast_path": "no"}}, "vmo_fast_path is off"),
    "connection": ({"vars": SSH}, "its connection is ssh"),
    "delegated": ({"delegate_to": "bastion", "vars": SSH}, "its connection is ssh"),
    "become": ({"become": True}, "it becomes another user"),
    "async": ({"async": 30, "poll": 1}, "it is asynchronous"),
    "environment": ({"environment": {"HTTPS_PROXY": "http://proxy"}}, "it has an environment of its own"),
    "arguments": ({"vmo.core.vmo_vm_info": {"nonsense": 1}}, "its arguments are not valid"),
}


@pytest.mark.parametrize("case", REASONS)
def test_each_reason_to_run_the_module_is_told(case: str, stage: Stage) -> None:
    more, reason = REASONS[case]
    # What becomes of the module is its own affair: nobody answers on an ssh port, or may become somebody.
    task = {"name": "Look", **LOOK, "ignore_errors": True, "ignore_unreachable": True, **more}
    outcome = stage.start([task], "-vvv", "-e", "ansible_port=1").finish()
    assert reason in SINCE.findall(outcome.output), outcome.output


def test_every_reason_in_the_source_has_a_test() -> None:
    source = (PLUGINS / "plugin_utils/_inprocess.py").read_text(encoding="utf-8")
    obstacles = source[source.index("def _obstacle") :]
    returned = re.findall(r'return f?"([^"]+)"', obstacles)
    told = {reason for _task, reason in REASONS.values()}
    patterns = [re.sub(r"\\\{[^}]*\\\}", ".+", re.escape(text)) for text in returned]
    assert len(patterns) == 5
    assert [pattern for pattern in patterns if not any(re.fullmatch(pattern, reason) for reason in told)] == []


# Counted.


def test_a_loop_of_twenty_has_one_connection_and_no_process(stage: Stage, tmp_path: Path) -> None:
    content = yaml.safe_load(stage.backend.kubeconfig.read_text(encoding="utf-8"))
    server = content["clusters"][0]["cluster"]["server"]
    scheme, _slashes, address = server.partition("://")
    with counted(int(address.rpartition(":")[2])) as line:
        content["clusters"][0]["cluster"]["server"] = f"{scheme}://127.0.0.1:{line.port}"
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(json.dumps(content), encoding="utf-8")
        task = {
            "name": "Make",
            VM: {"name": "{{ item }}", "kubeconfig": str(kubeconfig), **OFF},
            "loop": [f"web-{number:02d}" for number in range(20)],
        }
        stage.backend.forget()
        started = stage.start([task], watching=True)
        outcome = started.finish()
        assert outcome.status == 0, outcome.output
        asked = [str(request) for request in stage.backend.asked()]
        assert line.connections == 1
    assert asked.count("create virtualmachines") == 20
    # For each a read that finds nothing, and the create.
    assert len(asked) == 40
    programs = {command.partition("\n")[2].partition("\n")[0] for command in outcome.command_lines if command}
    assert {Path(program).name for program in programs} <= {"ansible-playbook"}


def test_the_module_path_has_a_process_and_a_connection_for_each_item(stage: Stage) -> None:
    task = {"name": "Look", **LOOK, "loop": [1, 2]}
    started = stage.start([task], "-e", "vmo_fast_path=false", watching=True)
    outcome = started.finish()
    assert outcome.status == 0, outcome.output
    assert any("AnsiballZ_vmo_vm_info.py" in command for command in outcome.command_lines)


@pytest.mark.parametrize("strategy", ["linear", "free"])
def test_fifty_workers_share_nothing(stage: Stage, tmp_path: Path, strategy: str) -> None:
    hosts = [f"web-{number:02d}" for number in range(50)]
    inventory = tmp_path / "hosts.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {host: {} for host in hosts}}}), encoding="utf-8")
    tasks = [
        {"name": name, VM: {"name": "{{ inventory_hostname }}", **OFF}, "connection": "local"}
        for name in ("Make", "Again")
    ]
    path = playbook.write(stage.directory / "fifty.yml", tasks, strategy=strategy, hosts="all")
    outcome = stage.play(path, "--inventory", str(inventory), "--limit", "web-*", "--forks", "50")
    assert len(re.findall(r"^web-\d\d +: ok=2 +changed=1 ", outcome.output, re.MULTILINE)) == 50
    assert [host for host in hosts if stage.backend.read("virtualmachines", host) is None] == []
