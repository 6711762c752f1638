# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every check of a cluster stands on: the survey, the demands, the time. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from functools import cached_property

from ansible_collections.vmo.core.plugins.module_utils._model.check import UNKNOWN, Finding, skip
from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import ClusterDemands, Version
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree, mapping, text, tree
from ansible_collections.vmo.core.plugins.module_utils._model.node import Node
from ansible_collections.vmo.core.plugins.module_utils._model.status import condition
from ansible_collections.vmo.core.plugins.module_utils._model.storage_class import StorageClass
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.survey import Gap, Survey

_VERSION = re.compile(r"v?(\d+)\.(\d+)")
SCHEDULABLE = "kubevirt.io/schedulable"
CONFIGURATION = "spec.configuration"


@dataclass(frozen=True)
class Ground:
    """What a check stands on. ``now`` is in seconds since 1970."""

    survey: Survey
    demands: ClusterDemands
    now: float

    @cached_property
    def kubevirt(self) -> Tree | None:
        """Return the KubeVirt object, ``None`` if there is none."""
        return next(iter(self.survey.of("kubevirts")), None)

    @cached_property
    def cdi(self) -> Tree | None:
        """Return the CDI object, ``None`` if there is none."""
        return next(iter(self.survey.of("cdis")), None)

    @cached_property
    def kubernetes_version(self) -> Version | None:
        """Return the version of the API server."""
        return version_of(self.survey.version)

    @cached_property
    def kubevirt_version(self) -> Version | None:
        """Return the version of KubeVirt that runs."""
        return version_of(dig(self.kubevirt, "status.observedKubeVirtVersion"))

    def configured(self, path: str) -> t.Any:
        """Return a value of KubeVirt's configuration, ``None`` if it is not set."""
        return dig(self.kubevirt, f"{CONFIGURATION}.{path}")

    @cached_property
    def emulates(self) -> bool:
        """Tell whether VMs may run without KVM."""
        return self.configured("developerConfiguration.useEmulation") is True

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Return all nodes by name."""
        return tuple(sorted(map(Node.of, self.survey.of("nodes")), key=lambda node: node.name))

    @cached_property
    def workers(self) -> tuple[Node, ...]:
        """Return the nodes that VMs are meant for: where KubeVirt has been, and where its pods could go."""
        selector = mapping(dig(self.kubevirt, "spec.workloads.nodePlacement.nodeSelector"))
        return tuple(
            node
            for node in self.nodes
            if SCHEDULABLE in node.labels
            or (not node.repelled and all(node.labels.get(key) == value for key, value in selector.items()))
        )

    @cached_property
    def hosts(self) -> tuple[Node, ...]:
        """Return the nodes that take a new VM now."""
        return tuple(
            node
            for node in self.workers
            if node.labels.get(SCHEDULABLE) == "true" and node.ready is not False and not node.cordoned
        )

    @cached_property
    def classes(self) -> tuple[StorageClass, ...]:
        """Return all storage classes by name."""
        profiles = {name_of(profile): profile for profile in self.survey.of("storageprofiles")}
        found = (StorageClass.of(raw, profiles.get(name_of(raw))) for raw in self.survey.of("storageclasses"))
        return tuple(sorted(found, key=lambda one: one.name))

    @cached_property
    def judged_classes(self) -> tuple[StorageClass, ...]:
        """Return the classes that matter: those of the task, else the one that disks get by themselves."""
        if self.demands.classes:
            return tuple(one for one in self.classes if one.name in self.demands.classes)
        of_vms = tuple(one for one in self.classes if one.is_default_of_vms)
        return (of_vms or tuple(one for one in self.classes if one.is_default))[:1]

    def wants(self, *purposes: str) -> bool:
        """Tell whether the cluster is meant for one of these."""
        return bool(set(purposes) & set(self.demands.purposes))

    def missing(self, plural: str) -> Finding | None:
        """Return what is to be said where a kind could not be read: unknown, or skipped where it is not served."""
        gap = self.survey.gaps.get(plural)
        if gap is None:
            return None
        if gap.is_absent:
            return skip(gap.reason)
        return unread(gap, gap.reason)


def unread(gap: Gap, said: str) -> Finding:
    """Return that something could not be read, with the rule that is missing."""
    return Finding(UNKNOWN, said, {} if gap.rule is None else {"rule": dict(gap.rule)})


def version_of(value: t.Any) -> Version | None:
    """Return the version that a text such as ``v1.34.4`` begins with."""
    found = _VERSION.match(value) if isinstance(value, str) else None
    return Version(int(found[1]), int(found[2])) if found else None


def name_of(raw: Tree) -> str:
    """Return the name of an object."""
    return text(tree(raw, "metadata"), "name") or "?"


def namespace_of(raw: Tree) -> str:
    """Return the namespace of an object, empty if it has none."""
    return text(tree(raw, "metadata"), "namespace") or ""


def place_of(raw: Tree) -> str:
    """Return namespace and name of an object."""
    return "/".join(filter(None, (namespace_of(raw), name_of(raw))))


def says(raw: Tree, kind: str) -> tuple[str | None, str]:
    """Return status and text of a condition."""
    found = condition(dict(raw), kind)
    return found.get("status"), str(found.get("message") or found.get("reason") or "").strip().rstrip(".")
