# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects of a manifest a cluster can judge now, and which have no place there yet. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

Tree = dict[str, t.Any]
# the groups of Kubernetes itself
BUILT_IN = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)


class Prospect(t.NamedTuple):
    """Objects that a dry run can judge, and those that it cannot, since their namespace or kind is not there yet."""

    known: list[Tree]
    foreseen: list[Tree]


def prospect_of(objects: t.Sequence[Tree], namespaces: t.Collection[str], crds: t.Collection[str]) -> Prospect:
    """Return which objects can be judged in a cluster that has these namespaces and CustomResourceDefinitions."""
    defined = {
        (dig(item, "spec.group"), dig(item, "spec.names.kind")): item["metadata"]["name"]
        for item in objects
        if item["kind"] == "CustomResourceDefinition"
    }
    found = Prospect([], [])
    for item in objects:
        is_known = _has_place(item, namespaces) and _has_kind(item, defined, crds)
        (found.known if is_known else found.foreseen).append(item)
    return found


def _has_place(item: Tree, namespaces: t.Collection[str]) -> bool:
    namespace = dig(item, "metadata.namespace")
    return namespace is None or namespace in namespaces


def _has_kind(item: Tree, defined: t.Mapping[tuple[t.Any, t.Any], str], crds: t.Collection[str]) -> bool:
    group = str(item["apiVersion"]).rpartition("/")[0]
    if (group, item["kind"]) in defined:
        return defined[group, item["kind"]] in crds
    return group in BUILT_IN or any(name.partition(".")[2] == group for name in crds)
