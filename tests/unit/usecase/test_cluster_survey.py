# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster is read once, no more of it than is asked for, and what it does not say is noted."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    ApiMissing,
    ConnectionFailed,
    Forbidden,
    Unauthorized,
    Unavailable,
    VmoError,
)
from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import OF_SOURCES, PURPOSES, RIGHTS
from ansible_collections.vmo.core.plugins.module_utils._model.survey import Survey
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.certificates import OF_CDI
from ansible_collections.vmo.core.plugins.module_utils._ports import Listing
from ansible_collections.vmo.core.plugins.module_utils._usecase.cluster_survey import survey_of
from ansible_collections.vmo.core.plugins.module_utils._wait import Silent
from tests.unit.plan.cluster_checks.builders import demands, healthy, named

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import ClusterDemands
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._model.right import Right
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster

Tree = dict[str, t.Any]
RULE = {"apiGroups": ["kubevirt.io"], "resources": ["virtualmachines"], "verbs": ["list"]}


FORBIDDEN = Forbidden("Cannot list them: the user jane lacks the right", rule=RULE, user="jane")
Refuse = t.Callable[[str, "str | None"], "VmoError | None"]


def refusing(error: VmoError, *whats: str, only_everywhere: bool = False) -> Refuse:
    """Return what refuses questions on these, those on one namespace only if nothing else is said."""
    return lambda what, where: error if what in whats and not (only_everywhere and where) else None


class Asked:
    """A cluster that answers questions and notes them; ``refuse`` returns the error of a question, if it is one."""

    dry_run = False

    def __init__(self, refuse: Refuse = lambda _what, _where: None) -> None:
        self._refuse = refuse
        self.questions: list[str] = []
        self.rights: list[tuple[Right, str | None]] = []

    def version(self) -> str:
        self._ask("version", None)
        return "v1.34.1"

    def groups(self) -> frozenset[str]:
        self._ask("groups", None)
        return frozenset({"kubevirt.io", "apps"})

    def list_all(self, kind: Kind, namespace: str | None = None, **_selectors: str | None) -> Listing:
        self._ask(kind.plural, namespace)
        return Listing(list(healthy().get(kind.plural, ())), "1")

    def get(self, kind: Kind, namespace: str | None, name: str) -> Tree | None:
        self._ask(kind.plural, f"{namespace}/{name}")
        return named(name, namespace or "")

    def may(self, right: Right, namespace: str | None = None) -> bool:
        self._ask("rights", namespace)
        self.rights.append((right, namespace))
        return right.verb != "delete"

    def _ask(self, what: str, where: str | None) -> None:
        self.questions.append(what if where is None else f"{what} {where}")
        refusal = self._refuse(what, where)
        if refusal is not None:
            raise refusal


def surveyed(wanted: ClusterDemands, refuse: Refuse = lambda _what, _where: None) -> tuple[Survey, Asked]:
    asked = Asked(refuse)
    return survey_of(t.cast("Cluster", asked), wanted, Silent()), asked


def test_everything_is_asked_for_once() -> None:
    found, asked = surveyed(demands())
    lists = [question for question in asked.questions if "/" not in question and not question.startswith("rights")]
    assert len(set(lists)) == len(lists)
    assert set(found.objects) == set(healthy())
    assert "resourcequotas shop" in lists
    assert [question for question in asked.questions if question.startswith("configmaps")] == [
        "configmaps kubevirt/kubevirt-ca",
        *(f"configmaps cdi/{name}" for name in OF_CDI),
    ]
    assert not found.gaps
    assert not found.partial


def test_nothing_is_asked_for_that_no_check_looks_at() -> None:
    _found, asked = surveyed(demands(only=("sc.default",)))
    assert asked.questions == ["version", "storageclasses"]
    _found, asked = surveyed(demands(only=("snap",), purposes=("run",)))
    assert asked.questions == ["version", "deployments", "daemonsets"]


def test_each_right_is_asked_for_once_and_where_it_is_needed() -> None:
    found, asked = surveyed(demands(only=("right",)))
    assert len(asked.rights) == len(set(asked.rights))
    assert {right for right, _where in asked.rights} == {
        right for purpose in PURPOSES for one_of in RIGHTS[purpose] for right in one_of
    } | {OF_SOURCES}
    assert {where for right, where in asked.rights if right != OF_SOURCES} == {"shop"}
    assert (OF_SOURCES, "vmo-golden-images") in asked.rights
    assert found.rights == {right: right.verb != "delete" for right, _where in asked.rights}


def test_rights_of_purposes_that_are_not_judged_are_not_asked_for() -> None:
    _found, asked = surveyed(demands(only=("right.migrate",)))
    assert {right.verb for right, _where in asked.rights} == {"create", "update"}
    assert len(asked.rights) == 2


def test_what_may_not_be_seen_is_noted_with_the_rule() -> None:
    found, _asked = surveyed(demands(), refusing(FORBIDDEN, "nodes"))
    assert found.gaps["nodes"].rule == RULE
    assert "jane" in found.gaps["nodes"].reason
    assert not found.gaps["nodes"].is_absent
    assert not found.has("nodes")


def test_what_is_not_served_is_noted_as_such() -> None:
    found, _asked = surveyed(demands(), refusing(ApiMissing("MetalLB is not there"), "ipaddresspools"))
    assert found.gaps["ipaddresspools"].is_absent
    assert set(found.gaps) == {"ipaddresspools"}


def test_what_is_hidden_and_not_there_is_told_from_what_is_only_hidden() -> None:
    found, asked = surveyed(demands(), refusing(FORBIDDEN, "ipaddresspools", "deployments", "nodes"))
    assert {name for name, gap in found.gaps.items() if gap.is_absent} == {"ipaddresspools"}
    assert set(found.gaps) == {"ipaddresspools", "deployments", "nodes"}
    assert asked.questions.count("groups") == 1
    _found, asked = surveyed(demands(), refusing(FORBIDDEN, "nodes"))
    assert "groups" not in asked.questions


def test_groups_that_may_not_be_seen_tell_nothing() -> None:
    found, _asked = surveyed(demands(), refusing(FORBIDDEN, "ipaddresspools", "groups"))
    assert set(found.gaps) == {"ipaddresspools"}
    assert not found.gaps["ipaddresspools"].is_absent


def test_who_may_not_see_all_vms_sees_those_of_the_namespace() -> None:
    refuse = refusing(FORBIDDEN, "virtualmachines", only_everywhere=True)
    found, asked = surveyed(demands(), refuse)
    assert "virtualmachines shop" in asked.questions
    assert found.has("virtualmachines")
    assert found.partial["virtualmachines"].rule == RULE
    assert not found.gaps


def test_who_may_not_see_them_there_either_sees_none() -> None:
    refuse = refusing(FORBIDDEN, "virtualmachines")
    found, _asked = surveyed(demands(), refuse)
    assert set(found.gaps) == {"virtualmachines"}
    assert not found.partial
    found, asked = surveyed(demands(namespace=None), refuse)
    assert asked.questions.count("virtualmachines") == 1


def test_a_certificate_that_may_not_be_read_leaves_the_others() -> None:
    found, _asked = surveyed(demands(), lambda _what, where: FORBIDDEN if where == "kubevirt/kubevirt-ca" else None)
    assert set(found.gaps) == {"kubevirt_certificates"}
    assert len(found.of("cdi_certificates")) == len(OF_CDI)


def test_a_kind_that_fails_leaves_the_others() -> None:
    found, _asked = surveyed(demands(), refusing(Unavailable("it answers 503"), "nodes", "rights"))
    assert set(found.gaps) == {"nodes", "rights"}


@pytest.mark.parametrize("error", [ConnectionFailed, Unauthorized])
def test_a_server_that_cannot_be_asked_is_an_error(error: type[VmoError]) -> None:
    with pytest.raises(error):
        surveyed(demands(), lambda _what, _where: error("no"))
