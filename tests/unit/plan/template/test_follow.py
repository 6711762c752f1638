# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs whose template has changed: what is told, and what they take over on request."""

from __future__ import annotations

import contextlib
import copy
import typing as t

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, NotFound
from ansible_collections.vmo.core.plugins.module_utils._model.template import TRACE, TRACE_DIGEST, Blueprint
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig, named
from tests.unit.builders import a_vm, plan, served, the_step, wanted
from tests.unit.plan.template import examples
from tests.unit.plan.template.machines import blueprint, changed
from tests.unit.plan.test_properties import options

Tree = dict[str, t.Any]
VOLUMES = "spec.template.spec.volumes"
DOMAIN = "spec.template.spec.domain"


class TestDrift:
    NEWER = changed(changed(examples.BIG, f"{DOMAIN}.cpu.cores", 6), "spec.description", "newer")

    def vm(self) -> Tree:
        return served(plan(wanted(blueprint=blueprint(examples.BIG)), None), None)

    def test_a_new_card_is_no_drift(self) -> None:
        newer = changed(examples.BIG, "spec.description", "newer")
        assert plan(wanted(blueprint=blueprint(newer)), self.vm()).drift is None

    def test_a_changed_template_is_told_and_not_applied(self) -> None:
        made_plan = plan(wanted(blueprint=blueprint(self.NEWER)), self.vm())
        assert made_plan.steps == ()
        assert made_plan.drift == {
            "template": "ubuntu-2204-big",
            "before": {"cpu": {"cores": 4}},
            "after": {"cpu": {"cores": 6}},
        }

    def test_it_is_applied_on_request_once(self) -> None:
        vm = self.vm()
        wish = wanted(blueprint=blueprint(self.NEWER), template_update=True)
        patch = the_step(plan(wish, vm), "patch").body
        assert patch["spec"] == {"template": {"spec": {"domain": {"cpu": {"cores": 6}}}}}
        assert set(patch["metadata"]["annotations"]) == {TRACE_DIGEST}
        after = served(plan(wish, vm), vm)
        assert plan(wish, after).steps == ()

    def test_what_the_task_says_is_no_drift(self) -> None:
        made_plan = plan(wanted(blueprint=blueprint(self.NEWER), cpu={"cores": 8}), self.vm())
        assert made_plan.drift is not None
        assert made_plan.drift["after"]["cpu"] == {"cores": 8}
        vm = served(made_plan, self.vm())
        assert plan(wanted(blueprint=blueprint(self.NEWER), cpu={"cores": 8}), vm).drift == {
            "template": "ubuntu-2204-big",
            "before": {},
            "after": {},
        }

    def test_disks_that_were_made_only_grow(self) -> None:
        vm = self.vm()
        path = "spec.dataVolumeTemplates.0.spec.pvc.resources.requests.storage"
        for size, grown in (("10Gi", "50Gi"), ("60Gi", "60Gi")):
            newer = changed(examples.BIG, path, size)
            newer["spec"]["dataVolumeTemplates"][0]["spec"]["source"] = {
                "pvc": {"name": "newer", "namespace": "golden"}
            }
            after = served(plan(wanted(blueprint=blueprint(newer), template_update=True), vm), vm)
            (template,) = after["spec"]["dataVolumeTemplates"]
            assert template["spec"]["pvc"]["resources"]["requests"]["storage"] == grown
            assert template["spec"]["source"] == examples.BIG["spec"]["dataVolumeTemplates"][0]["spec"]["source"]

    def test_a_new_disk_is_made_and_cloud_init_stays(self) -> None:
        vm = self.vm()
        newer = copy.deepcopy(examples.BIG)
        newer["spec"]["dataVolumeTemplates"].append(
            {
                "metadata": {"name": "data"},
                "spec": {"source": {"blank": {}}, "storage": {"resources": {"requests": {"storage": "1Gi"}}}},
            }
        )
        inner = newer["spec"]["template"]["spec"]
        inner["volumes"].insert(1, {"name": "data", "dataVolume": {"name": "data"}})
        inner["domain"]["devices"]["disks"].insert(1, {"name": "data", "disk": {"bus": "scsi"}})
        inner["volumes"][2]["cloudInitNoCloud"]["userData"] = "#cloud-config\n"
        after = served(plan(wanted(blueprint=blueprint(newer), template_update=True), vm), vm)
        assert [item["metadata"]["name"] for item in after["spec"]["dataVolumeTemplates"]] == [
            "web-01-datavolume-os",
            "web-01-data",
        ]
        assert named(dig(after, VOLUMES), "cloudinitdisk") == named(dig(vm, VOLUMES), "cloudinitdisk")

    def test_a_vm_of_somebody_else_is_left_alone(self) -> None:
        vm = a_vm()
        made_plan = plan(wanted(blueprint=blueprint(examples.BIG)), vm)
        assert made_plan.steps == ()
        assert made_plan.drift is not None

    def test_a_template_that_is_gone_matters_to_new_vms_only(self) -> None:
        gone = Blueprint("big", lack="There is no VmTemplate big.")
        made_plan = plan(wanted(blueprint=gone), self.vm())
        assert (made_plan.steps, made_plan.drift) == ((), None)
        assert "There is no VmTemplate big." in made_plan.notes[0]
        with pytest.raises(NotFound, match="There is no VmTemplate big"):
            plan(wanted(blueprint=gone), None)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(examples.EXAMPLES), st.sampled_from(examples.EXAMPLES), options)
def test_following_another_template_ends(one: Tree, other: Tree, given_options: Tree) -> None:
    vm = served(plan(wanted(blueprint=blueprint(one)), None), None)
    vm["status"] = {}
    wish = wanted(blueprint=blueprint(other), template_update=True, **given_options)
    first = None
    # what the task itself says of a disk
    with contextlib.suppress(InvalidOption):
        first = plan(wish, vm)
    assume(first is not None)
    assert first is not None
    after = served(first, vm)
    assert after["metadata"]["annotations"][TRACE] == other["metadata"]["name"]
    assert [step for step in plan(wish, after).steps if step.kind.name == "VirtualMachine"] == []
