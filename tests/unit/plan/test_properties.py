# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every wish and every VM."""

from __future__ import annotations

import json
import typing as t

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._plan.diff import without_secrets
from ansible_collections.vmo.core.plugins.module_utils._words.vm import describe_vm
from tests.unit.builders import a_vm, plan, served, wanted, with_disk

Tree = dict[str, t.Any]
PLANTED = "pl4nted-s3cret"

names = st.sampled_from(["root", "data", "scratch"])
sizes = st.sampled_from(["1Gi", "1024Mi", "2Gi", "3G"])
texts = st.dictionaries(
    st.sampled_from(["tier", "app.example.com/part"]), st.one_of(st.none(), st.sampled_from(["a", "b", 1]))
)
sources = st.one_of(
    st.builds(
        lambda image: {"container_disk": {"image": image}},
        st.sampled_from(["registry.example/a", "registry.example/b"]),
    ),
    st.builds(lambda name: {"pvc": {"name": name}}, names),
    st.builds(lambda name: {"clone": {"name": name, "namespace": "golden"}}, names),
    st.just({"blank": {}, "size": "4Gi"}),
    st.just({"http": {"url": "https://images.example.com/x"}, "size": "4Gi"}),
)
disk = st.builds(
    lambda name, source, more: {"name": name, **more, **source},
    names,
    sources,
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["disk", "cdrom", "lun"]),
            "bus": st.sampled_from(["sata", "scsi"]),
            "boot_order": st.integers(1, 2),
            "serial": st.just("S1"),
        },
    ),
)
gone = st.builds(lambda name: {"name": name, "state": "absent"}, names)
network = st.builds(
    lambda name, kind, more: {"name": name, **kind, **more},
    st.sampled_from(["default", "vlan20"]),
    st.sampled_from([{"pod": {}}, {"multus": "vlan20"}]),
    st.fixed_dictionaries(
        {}, optional={"model": st.just("e1000"), "ports": st.just([{"port": 80}]), "link_state": st.just("down")}
    ),
)
unplugged = st.builds(lambda name: {"name": name, "state": "absent"}, st.sampled_from(["default", "vlan20"]))
documents = st.sampled_from(
    ["#!/bin/sh", {"packages": ["a"]}, {"password": PLANTED}, f"#cloud-config\ntoken: {PLANTED}"]
)


def unique(items: st.SearchStrategy[Tree]) -> st.SearchStrategy[list[Tree]]:
    return st.lists(items, max_size=3, unique_by=lambda item: item["name"])


every_option: dict[str, st.SearchStrategy[t.Any]] = {
    "labels": texts,
    "template_annotations": texts,
    "memory": sizes,
    "cpu": st.fixed_dictionaries({}, optional={"sockets": st.integers(1, 2), "model": st.just("host-model")}),
    "requests": st.dictionaries(st.sampled_from(["cpu", "memory"]), sizes),
    "disks": unique(st.one_of(disk, gone)),
    "networks": unique(st.one_of(network, unplugged)),
    "exclusive": st.lists(st.sampled_from(["disks", "networks"]), unique=True),
    "cloud_init": st.fixed_dictionaries(
        {"user_data": documents}, optional={"store": st.sampled_from(["auto", "inline", "secret"])}
    ),
    "firmware": st.fixed_dictionaries({"bootloader": st.sampled_from(["bios", "uefi"])}),
    "rng": st.booleans(),
    "tpm": st.fixed_dictionaries({"enabled": st.booleans()}, optional={"persistent": st.booleans()}),
    "tolerations": st.just([{"key": "gpu", "operator": "Exists"}]),
    "node_selector": texts,
    "clock": st.sampled_from([{"timezone": "Europe/Berlin"}, {"utc_offset": 60}]),
    "watchdog": st.just({"model": "i6300esb", "action": "reset"}),
}


def can_be(made: Tree) -> bool:
    """A TPM that is not there keeps nothing."""
    return not (made.get("tpm", {}).get("enabled") is False and "persistent" in made["tpm"])


def named_only(made: Tree) -> Tree:
    """Only a list that the task names can be exclusive."""
    return {**made, "exclusive": [word for word in made.get("exclusive", ()) if word in made]}


options: st.SearchStrategy[Tree] = st.fixed_dictionaries({}, optional=every_option).filter(can_be).map(named_only)
found_vms = st.one_of(
    st.none(),
    st.builds(lambda running: a_vm(running=running), st.booleans()),
    st.builds(lambda running: with_disk(a_vm(running=running), "data", "1Gi"), st.booleans()),
)
states = st.sampled_from(["present", "running", "stopped"])


@settings(max_examples=300, deadline=None)
@given(options, found_vms, states)
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(given_options: Tree, found: Tree | None, state: str) -> None:
    wish = wanted(state, **{"memory": "1Gi", **given_options} if found is None else given_options)
    first = plan(wish, found)
    after = served(first, found)
    after["status"] = {} if found is None else found["status"]
    again = [step for step in plan(wish, after).steps if step.kind.name == "VirtualMachine"]
    assert [step for step in again if step.verb in ("create", "patch")] == []


@settings(max_examples=300, deadline=None)
@given(options, found_vms.filter(lambda vm: vm is not None))
def test_what_the_task_does_not_name_is_never_changed(given_options: Tree, found: Tree) -> None:
    after = served(plan(wanted(**given_options), found), found)
    before_words, after_words = describe_vm(found), describe_vm(after)
    # networks: [] switches the pod network off, secure boot and uefi come together
    implied = {"definition"} if given_options.get("networks") == [] else set()
    for word in (before_words.keys() | after_words.keys()) - given_options.keys() - implied:
        assert after_words.get(word) == before_words.get(word), word
    for word in ("disks", "networks"):
        if word in (given_options.get("exclusive") or ()):
            continue
        named = {item["name"] for item in given_options.get(word, ())}
        others = [item for item in before_words.get(word, ()) if item["name"] not in named]
        assert [item for item in after_words.get(word, ()) if item["name"] not in named] == others


@settings(max_examples=200, deadline=None)
@given(options, found_vms)
def test_no_plan_shows_a_secret(given_options: Tree, found: Tree | None) -> None:
    wish = wanted("running", **{"memory": "1Gi", **given_options})
    made = plan(wish, found)
    shown = [
        repr(wish),
        repr(made),
        str(made),
        json.dumps([made.before, made.after]),
        str([s.report() for s in made.steps]),
    ]
    shown.append(json.dumps(without_secrets(served(made, found))))
    assert not [text for text in shown if PLANTED in text]


@settings(max_examples=200, deadline=None)
@given(options)
def test_a_description_can_be_asked_for(given_options: Tree) -> None:
    """The words of a VM, given back as options, make the same VM."""
    made = served(plan(wanted("running", **{"memory": "1Gi", **given_options}), None), None)
    words = describe_vm(made)
    definition = words.pop("definition", {})
    run_strategy = words.pop("run_strategy")
    again = plan(wanted("running", run_strategy=run_strategy, definition=definition, **words), made)
    assert [step for step in again.steps if step.kind.name == "VirtualMachine"] == []
    if "networks" in words:
        fresh = served(plan(wanted("running", run_strategy=run_strategy, definition=definition, **words), None), None)
        assert describe_vm(fresh) == describe_vm(made)
