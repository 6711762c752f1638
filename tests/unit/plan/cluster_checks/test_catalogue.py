# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue is complete, the page of the documentation is its image, and options choose from it."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.vmo.core.plugins.module_utils._argspec.vmo_cluster_check import THRESHOLDS, VMO_CLUSTER_CHECK
from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model import kind as kinds
from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    INSTANCE,
    NAMESPACE,
    NETWORK,
    NODE,
    STORAGE,
)
from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import (
    GATES,
    PURPOSES,
    RIGHTS,
    ClusterDemands,
    ClusterThresholds,
    Version,
)
from ansible_collections.vmo.core.plugins.module_utils._model.feature_gates import NAMES
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.catalogue import (
    CATALOGUE,
    LEFT_OUT,
    helpful,
    needed,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.wishes import demands_of
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.weight import SUBJECTS
from ansible_collections.vmo.core.plugins.modules import vmo_cluster_check
from tests.tools.checks_page import CLUSTER_PAGE, cluster_page
from tests.unit.plan.cluster_checks.builders import demands, healthy, report, survey, told
from tests.unit.plan.cluster_checks.faults import put

IDS = [check.id for check in CATALOGUE]
SCOPES = {CLUSTER, NODE, STORAGE, NETWORK, NAMESPACE, INSTANCE}


def wanted(**options: t.Any) -> ClusterDemands:
    """Return the demands of a task."""
    checked = ArgumentSpecValidator(**VMO_CLUSTER_CHECK.module_arguments()).validate(options)
    assert not checked.error_messages
    return demands_of(checked.validated_parameters)


def test_the_page_is_up_to_date() -> None:
    assert CLUSTER_PAGE.read_text(encoding="utf-8") == cluster_page(), "see tests/tools/checks_page.py"


def test_every_row_is_complete() -> None:
    assert len(set(IDS)) == len(IDS)
    for check in CATALOGUE:
        assert check.scope in SCOPES
        assert check.severity in {"fail", "warn"}
        assert check.title
        assert check.reads
        assert check.remedy.endswith(".")
        assert "|" not in check.title + check.remedy
        assert set(check.purposes) <= set(PURPOSES)
        assert not check.of_machine
    assert {name for name, _part, _why in LEFT_OUT} <= set(IDS)
    assert SCOPES - {CLUSTER} <= set(SUBJECTS)


def test_every_answer_that_is_read_is_one_that_a_cluster_gives() -> None:
    plurals = {kind.plural for kind in vars(kinds).values() if isinstance(kind, kinds.Kind)}
    others = {"version", "rights", "kubevirt_certificates", "cdi_certificates"}
    read = {name for check in CATALOGUE for name in (*needed(check), *helpful(check))}
    assert read <= plurals | others
    assert read - others <= set(healthy())


def test_the_documentation_names_the_rights_that_are_needed() -> None:
    notes = " ".join(yaml.safe_load(vmo_cluster_check.DOCUMENTATION)["notes"])
    read = {name for check in CATALOGUE for name in (*needed(check), *helpful(check))}
    # what these hold is in ConfigMaps, and asked for without a right
    others = {"version", "rights", "kubevirt_certificates", "cdi_certificates"}
    shown_to_everybody = {"kubevirts", "cdiconfigs", "storageprofiles"}
    for name in (read - others - shown_to_everybody) | {"configmaps"}:
        assert f"C({name})" in notes, name


def test_every_purpose_has_rights_and_every_gate_is_known() -> None:
    assert set(RIGHTS) == set(PURPOSES)
    assert {f"right.{purpose}" for purpose in PURPOSES} <= set(IDS)
    assert {name for needs in GATES.values() for one_of in needs for name in one_of} <= NAMES


def test_the_defaults_of_the_options_are_those_of_the_demands() -> None:
    assert wanted() == ClusterDemands()
    assert set(THRESHOLDS) == set(ClusterThresholds.__dataclass_fields__)


def test_options_become_demands() -> None:
    found = wanted(**{"for": ["run", "clone", "run"]}, namespace="shop", networks=["a", "b/c"], vlans=[20], nodes=0)
    assert found.purposes == ("run", "clone")
    assert found.attachments == ("shop/a", "b/c")
    assert (found.nodes_wanted, found.vlans) == (0, (20,))
    assert wanted(networks=["a"]).attachments == ("default/a",)
    assert wanted(thresholds={"minimum_kubernetes": "v1.30.2"}).thresholds.minimum_kubernetes == Version(1, 30)


@pytest.mark.parametrize(("purposes", "nodes"), [(("run",), 1), (("run", "migrate"), 2), (("migrate",), 2)])
def test_it_takes_two_nodes_to_migrate(purposes: tuple[str, ...], nodes: int) -> None:
    assert demands(purposes=purposes).nodes_wanted == nodes


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"for": []}, "for"),
        ({"only": ["sc.rxw"]}, "sc.rxw"),
        ({"ignore": ["q"]}, "q"),
        ({"severity_overrides": {"sc.rwx": "panic"}}, "panic"),
        ({"severity_overrides": {"sc": "warn"}}, "sc"),
        ({"vlans": [0]}, "vlans"),
        ({"vlans": [4095]}, "4095"),
        ({"thresholds": {"minimum_cdi": "new"}}, "minimum_cdi"),
        ({"thresholds": {"quota_used": 90}}, "quota_used"),
        ({"thresholds": {"certificate_left": -1}}, "certificate_left"),
    ],
)
def test_what_cannot_be_is_told(options: dict[str, t.Any], part: str) -> None:
    with pytest.raises(InvalidOption, match=part):
        wanted(**options)


def test_only_what_is_chosen_is_judged() -> None:
    found = report(None, demands(only=("sc",), ignore=("sc.cloning",)))
    assert {verdict.id for verdict in found.verdicts} == {
        name for name in IDS if name.startswith("sc.") and name != "sc.cloning"
    }


def test_what_no_purpose_asks_for_is_skipped() -> None:
    found = report(None, demands(purposes=("run",)))
    assert ("snap.class", "storage classes") in told(found, "skip")
    assert next(one for one in found.verdicts if one.id == "sc.binding").message == "Asked only for import or upload."


@pytest.mark.parametrize("severity", ["fail", "warn", "pass"])
def test_a_severity_can_be_changed(severity: str) -> None:
    objects = healthy()
    put("nodes", "w-1", "spec.unschedulable", True)(objects)
    found = report(survey(objects), demands(overrides={"node.cordoned": severity}))
    assert ("node.cordoned", "w-1") in told(found, severity)
    assert found.status == severity


def test_the_summary_begins_with_what_stands_in_the_way() -> None:
    objects = healthy()
    put("nodes", "w-1", "spec.unschedulable", True)(objects)
    put("storageclasses", "ceph-block", "metadata.annotations", {})(objects)
    put("nodes", "w-2", "status.allocatable.devices,kubevirt,io/kvm", "0")(objects)
    lines = report(survey(objects)).summary()
    assert lines[0].startswith("NOT READY to run, migrate, snapshot")
    assert lines[0].endswith("; 2 failed and 1 warning verdicts.")
    assert [line.split(" ")[:2] for line in lines[1:]] == [
        ["FAIL", "sc.default"],
        ["FAIL", "node.kvm"],
        ["WARN", "node.cordoned"],
    ]
    assert lines[3] == (
        "WARN node.cordoned w-1 is cordoned: no new VM starts there. -> Uncordon the node when its maintenance is over."
    )
