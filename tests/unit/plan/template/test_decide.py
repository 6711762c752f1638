# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of a template: what is named changes, once, and nothing else; imports are whole."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.template import (
    SYSTEM_ANNOTATIONS,
    WantedTemplate,
    kind_at,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig, plant
from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Plan
from ansible_collections.vmo.core.plugins.module_utils._plan.template.decide import (
    check_annotations,
    check_definition,
    decide,
    decide_removal,
)
from ansible_collections.vmo.core.plugins.module_utils._words.template import read_template
from tests.unit.builders import apply_patch
from tests.unit.plan.template import examples
from tests.unit.plan.test_properties import options

Tree = dict[str, t.Any]
KIND = kind_at("spectrocloud.com/v1")
DEVICES = "spec.template.spec.domain.devices"
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}


def wish(
    name: str = "web", *, definition: Tree | None = None, whole: Tree | None = None, **more: t.Any
) -> WantedTemplate:
    """Return a wish; what is no field of it is an option."""
    fields = {field: more.pop(field) for field in list(more) if field in ("update", "allow_inline_secrets", "state")}
    return WantedTemplate(name=name, options=more, definition=definition or {}, whole=whole, **fields)


def planned(wanted: WantedTemplate, found: Tree | None) -> Plan:
    return decide(wanted, found, KIND, None)


def carried_out(made: Plan, found: Tree | None) -> Tree:
    """Return the template as a server has it that takes everything as it is."""
    template = copy.deepcopy(found or {})
    for step in made.steps:
        template = apply_patch(template, step.body) if step.verb == "patch" else copy.deepcopy(step.body)
    template["metadata"].update(uid="7d1e", resourceVersion="42")
    return template


def imported(template: Tree) -> Tree:
    """Return what an export of a template is read as."""
    return read_template(json.dumps(template), template["metadata"]["name"], "src")


def test_a_new_template_in_the_words_of_a_vm() -> None:
    made = planned(wish(display_name="Web", running=False, memory="2Gi", disks=[ROOT]), None)
    (step,) = made.steps
    assert (step.verb, made.action) == ("create", "create")
    assert step.body["metadata"] == {"name": "web"}
    assert (step.body["spec"]["displayName"], step.body["spec"]["running"]) == ("Web", False)
    assert dig(step.body, f"{DEVICES}.disks") == [{"name": "root", "disk": {"bus": "virtio"}}]
    assert dig(step.body, f"{DEVICES}.interfaces") == [{"name": "default", "masquerade": {}}]
    assert made.after["display_name"] == "Web"
    assert made.after["memory"] == "2Gi"


def test_a_template_in_a_namespace_says_so() -> None:
    (step,) = decide(wish(memory="2Gi"), None, KIND, "shop").steps
    assert step.body["metadata"]["namespace"] == "shop"


def test_a_card_alone_is_no_template() -> None:
    with pytest.raises(InvalidOption, match="which machine"):
        planned(wish(display_name="Web"), None)


def test_one_patch_with_the_version_that_was_read() -> None:
    found = examples.served(examples.CLONED_BY_PVC)
    (step,) = planned(wish("ubuntu-2204", memory="4Gi", description="newer"), found).steps
    assert step.body == {
        "metadata": {"resourceVersion": "41"},
        "spec": {"description": "newer", "template": {"spec": {"domain": {"memory": {"guest": "4Gi"}}}}},
    }
    assert planned(wish("ubuntu-2204", memory="2048Mi"), found).steps == ()


def test_the_image_and_size_of_a_disk_can_change() -> None:
    found = examples.served(examples.CLONED_BY_PVC)
    disks = [{"name": "datavolume-os", "clone": {"name": "newer", "namespace": "golden"}, "size": "60Gi"}]
    after = carried_out(planned(wish("ubuntu-2204", disks=disks), found), found)
    (template,) = after["spec"]["dataVolumeTemplates"]
    assert template["metadata"]["name"] == "ubuntu-2204"
    assert template["spec"]["source"] == {"pvc": {"name": "newer", "namespace": "golden"}}
    assert template["spec"]["pvc"]["resources"]["requests"]["storage"] == "60Gi"
    assert planned(wish("ubuntu-2204", disks=disks), after).steps == ()


def test_a_run_strategy_takes_the_place_of_running() -> None:
    found = examples.served(examples.CLONED_BY_PVC)
    after = carried_out(planned(wish("ubuntu-2204", run_strategy="Manual"), found), found)
    assert after["spec"]["runStrategy"] == "Manual"
    assert "running" not in after["spec"]


def test_a_golden_image_without_namespace_is_left_to_the_vm() -> None:
    (step,) = planned(wish(memory="2Gi", disks=[{"name": "root", "clone": {"name": "image"}}]), None).steps
    assert step.body["spec"]["dataVolumeTemplates"][0]["spec"]["source"] == {"pvc": {"name": "image"}}


class TestImport:
    @pytest.mark.parametrize("template", examples.EXAMPLES, ids=lambda item: item["metadata"]["name"])
    def test_every_example_goes_in_and_comes_out_as_it_was(self, template: Tree) -> None:
        name = template["metadata"]["name"]
        wanted = wish(name, whole=imported(template))
        after = carried_out(planned(wanted, None), None)
        assert after["spec"] == template["spec"]
        assert after["metadata"].get("labels") == template["metadata"].get("labels")
        assert planned(wanted, after).steps == ()
        again = wish(name, whole=imported(after))
        assert planned(again, after).steps == ()

    def test_the_machine_becomes_that_of_the_file(self) -> None:
        found = examples.served(examples.CLONED_BY_PVC, labels={"theirs": "stays"})
        found["spec"]["template"]["spec"]["nodeSelector"] = {"disk": "fast"}
        whole = imported(examples.BIG)
        del whole["spec"]["displayName"]
        after = carried_out(planned(wish("ubuntu-2204", whole=whole), found), found)
        assert "nodeSelector" not in after["spec"]["template"]["spec"]
        assert after["spec"]["dataVolumeTemplates"] == examples.BIG["spec"]["dataVolumeTemplates"]
        assert (after["spec"]["displayName"], after["spec"]["description"]) == (
            "Ubuntu 22.04",
            "cloned from a golden image",
        )
        assert after["metadata"]["labels"] == {"theirs": "stays"}

    def test_update_never_leaves_what_is_there(self) -> None:
        found = examples.served(examples.CLONED_BY_PVC)
        assert planned(wish("ubuntu-2204", whole=imported(examples.BIG), update="never"), found).steps == ()
        assert planned(wish("ubuntu-2204", whole=imported(examples.BIG), update="never"), None).action == "create"

    def test_options_are_laid_over_it(self) -> None:
        wanted = wish("web", whole=imported(examples.CLONED_BY_PVC), memory="8Gi", display_name="Web")
        after = carried_out(planned(wanted, None), None)
        assert dig(after, "spec.template.spec.domain.memory.guest") == "8Gi"
        assert after["spec"]["displayName"] == "Web"
        assert planned(wanted, after).steps == ()

    def test_what_means_the_same_is_no_change(self) -> None:
        found = examples.served(examples.CLONED_BY_PVC)
        plant(found, "spec.template.spec.domain.memory.guest", "2048Mi")
        assert planned(wish("ubuntu-2204", whole=imported(examples.CLONED_BY_PVC)), found).steps == ()

    def test_annotations_of_palette_are_kept(self) -> None:
        policy = SYSTEM_ANNOTATIONS[0]
        found = examples.served(examples.CLONED_BY_PVC, annotations={policy: "nightly"})
        whole = imported(
            {**examples.CLONED_BY_PVC, "metadata": {"name": "x", "annotations": {policy: "never", "a": "b"}}}
        )
        after = carried_out(planned(wish("ubuntu-2204", whole=whole), found), found)
        assert after["metadata"]["annotations"] == {policy: "nightly", "a": "b"}
        fresh = carried_out(planned(wish("x", whole=whole), None), None)
        assert fresh["metadata"]["annotations"][policy] == "never"
        with pytest.raises(InvalidOption, match="belongs to Palette"):
            check_annotations("annotations", {policy: "never"})


class TestRead:
    FILE = yaml.safe_dump_all(
        [{"kind": "StorageProfile", "spec": {}}, examples.BIG, examples.CLONED_BY_PVC, examples.AS_MACHINE]
    )

    def test_the_one_of_that_name(self) -> None:
        assert read_template(self.FILE, "ubuntu-2204", "src")["spec"] == examples.CLONED_BY_PVC["spec"]

    def test_the_only_template_whatever_its_name(self) -> None:
        text = yaml.safe_dump_all([{"kind": "StorageProfile", "spec": {}}, examples.BIG])
        assert read_template(text, "other", "src")["spec"] == examples.BIG["spec"]
        listed = {"kind": "List", "items": [examples.BIG]}
        assert read_template(listed, "other", "src")["spec"] == examples.BIG["spec"]

    def test_a_machine_where_no_template_is(self) -> None:
        assert read_template(examples.AS_MACHINE, "", "template")["spec"] == examples.AS_MACHINE["spec"]

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (FILE, "not one of them is other"),
            ("kind: Pod\nspec: {}\n", "Pod"),
            ("a: [pl4nted", "no YAML or JSON"),
            ("", "nothing"),
            ({"kind": "VmTemplate", "spec": {"displayName": "x"}}, "describes no machine"),
        ],
    )
    def test_what_is_no_template(self, content: t.Any, told: str) -> None:
        with pytest.raises(InvalidOption, match=told) as refused:
            read_template(content, "other", "src")
        assert "pl4nted" not in refused.value.message


class TestSecrets:
    def test_a_password_is_warned_of_when_it_is_written(self) -> None:
        wanted = wish("fedora-36", whole=imported(examples.CONTAINER_DISK))
        made = planned(wanted, None)
        assert "everybody who may read templates can read it" in made.notes[0]
        assert "pl4nted" not in json.dumps([made.before, made.after, made.notes]) + repr(made)
        assert planned(wanted, carried_out(made, None)).notes == ()

    def test_it_can_be_refused(self) -> None:
        for wanted in (
            wish(whole=imported(examples.CONTAINER_DISK), allow_inline_secrets=False),
            wish(memory="1Gi", cloud_init={"user_data": {"password": "x"}}, allow_inline_secrets=False),
            wish(definition=examples.CONTAINER_DISK | {"metadata": {}}, allow_inline_secrets=False),
        ):
            with pytest.raises(InvalidOption, match=r"cloud_init\.secret"):
                planned(wanted, None)

    def test_keys_are_public_and_a_secret_can_be_named(self) -> None:
        made = planned(wish(memory="1Gi", ssh_keys=["ssh-ed25519 AAAA me"], allow_inline_secrets=False), None)
        assert made.notes == ()
        named = planned(wish(memory="1Gi", cloud_init={"secret": "mine"}, allow_inline_secrets=False), None)
        assert "mine" in json.dumps(named.steps[0].body)
        with pytest.raises(InvalidOption, match="no Secret of its own"):
            planned(wish(memory="1Gi", cloud_init={"user_data": "x", "store": "secret"}), None)


def test_a_definition_is_about_this_template() -> None:
    whole = copy.deepcopy(examples.CLONED_BY_PVC)
    check_definition(wish("ubuntu-2204", definition=whole), "spectrocloud.com/v1")
    assert planned(wish("ubuntu-2204", definition=whole), None).steps[0].body["spec"] == whole["spec"]
    for path, value in (("kind", "Pod"), ("metadata.name", "other"), ("status", {})):
        other = copy.deepcopy(whole)
        plant(other, path, value)
        with pytest.raises(InvalidOption, match=path):
            check_definition(wish("ubuntu-2204", definition=other), None)
    with pytest.raises(InvalidOption, match="disagrees"):
        planned(wish("ubuntu-2204", definition=whole, memory="8Gi"), None)


def test_removal_is_of_the_one_that_was_read() -> None:
    (step,) = decide_removal(examples.served(examples.BIG), KIND).steps
    assert (step.verb, step.body) == ("delete", {"uid": "7d1e"})
    assert decide_removal(None, KIND).steps == ()


card = st.fixed_dictionaries(
    {}, optional={"display_name": st.just("T"), "icon": st.just("https://x"), "running": st.booleans()}
)


@settings(max_examples=80, deadline=None)
@given(options, card, st.one_of(st.none(), st.sampled_from(examples.EXAMPLES)), st.booleans())
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(
    body: Tree, cards: Tree, there: Tree | None, whole: bool
) -> None:
    if body.get("cloud_init", {}).get("store") == "secret":
        del body["cloud_init"]["store"]
    found = None if there is None else examples.served(there)
    wanted = wish("web", whole=imported(examples.BIG) if whole else None, **{"memory": "1Gi", **body, **cards})
    after = carried_out(planned(wanted, found), found)
    assert planned(wanted, after).steps == ()
    used = {dig(volume, "dataVolume.name") for volume in dig(after, "spec.template.spec.volumes") or ()}
    assert {item["metadata"]["name"] for item in after["spec"].get("dataVolumeTemplates", ())} <= used
