# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``differing``: what is as wanted is not written again."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.filter.differing import FilterModule, differing

Tree = dict[str, t.Any]
SERVICE: Tree = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "shop", "namespace": "shop"},
    "spec": {"selector": {"app": "shop"}, "ports": [{"port": 80}]},
}
NETWORK: Tree = {
    "apiVersion": "k8s.cni.cncf.io/v1",
    "kind": "NetworkAttachmentDefinition",
    "metadata": {"name": "shop"},
    "spec": {"config": "{}"},
}


def served(item: Tree) -> Tree:
    """Return an object with what a server adds."""
    found = copy.deepcopy(item)
    found["metadata"].update(uid="1", resourceVersion="7", labels={"added": "by somebody"})
    if found["kind"] == "Service":
        found["spec"].update(type="ClusterIP", clusterIP="198.51.100.7")
        found["spec"]["ports"][0].update(protocol="TCP", targetPort=80)
    return {**found, "status": {}}


def test_what_is_as_wanted_is_left_out() -> None:
    wanted = [SERVICE, NETWORK]
    assert differing(wanted, []) == wanted
    assert differing(wanted, [served(NETWORK)]) == [SERVICE]
    assert differing(wanted, [served(NETWORK), served(SERVICE)]) == []
    assert FilterModule().filters() == {"differing": differing}


@pytest.mark.parametrize(
    "change",
    [
        {"spec": {"selector": {"app": "other"}, "ports": [{"port": 80}]}},
        {"spec": {"selector": {"app": "shop"}, "ports": [{"port": 81}]}},
        {"metadata": {"name": "shop", "labels": {"tier": "front"}}},
    ],
)
def test_a_field_that_is_another_one_counts(change: Tree) -> None:
    wanted = {**SERVICE, **change}
    assert differing([wanted], [served(SERVICE)]) == [wanted]


@pytest.mark.parametrize(("wanted", "found"), [("x", []), ([{"kind": "Service"}], []), ([SERVICE], [{"items": []}])])
def test_what_is_no_object_is_refused(wanted: t.Any, found: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="lists of objects with a kind and a name are needed"):
        differing(wanted, found)
