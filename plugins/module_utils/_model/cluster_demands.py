# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster is to be good for, and what that takes. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._model.right import Right

RUN, MIGRATE, SNAPSHOT, HOTPLUG = "run", "migrate", "snapshot", "hotplug"
CLONE, IMPORT, UPLOAD = "clone", "import", "upload"
PURPOSES = (RUN, MIGRATE, SNAPSHOT, HOTPLUG, CLONE, IMPORT, UPLOAD)
# for these CDI makes the disks
OF_DISKS = (HOTPLUG, CLONE, IMPORT, UPLOAD)

# gates that a purpose needs: of each tuple one
GATES: t.Mapping[str, tuple[tuple[str, ...], ...]] = {
    MIGRATE: (("LiveMigration",),),
    SNAPSHOT: (("Snapshot",),),
    HOTPLUG: (("HotplugVolumes", "DeclarativeHotplugVolumes"),),
}

_VIRT, _CDI, _SUB = "kubevirt.io", "cdi.kubevirt.io", "subresources.kubevirt.io"
_SNAPSHOT, _UPLOAD = "snapshot.kubevirt.io", "upload.cdi.kubevirt.io"
_VOLUMES = ((Right("create", _CDI, "datavolumes"),), (Right("get", _CDI, "datavolumes"),))

# rights that a purpose needs: of each tuple one
RIGHTS: t.Mapping[str, tuple[tuple[Right, ...], ...]] = {
    RUN: (
        (Right("get", _VIRT, "virtualmachines"),),
        (Right("create", _VIRT, "virtualmachines"),),
        (Right("patch", _VIRT, "virtualmachines"),),
        (Right("delete", _VIRT, "virtualmachines"),),
        (Right("get", _VIRT, "virtualmachineinstances"),),
        (Right("update", _SUB, "virtualmachines/start"),),
        (Right("update", _SUB, "virtualmachines/stop"),),
        (Right("update", _SUB, "virtualmachines/restart"),),
    ),
    MIGRATE: (
        (
            Right("create", _VIRT, "virtualmachineinstancemigrations"),
            Right("update", _SUB, "virtualmachines/migrate"),
        ),
    ),
    SNAPSHOT: (
        (Right("create", _SNAPSHOT, "virtualmachinesnapshots"),),
        (Right("get", _SNAPSHOT, "virtualmachinesnapshots"),),
        (Right("create", _SNAPSHOT, "virtualmachinerestores"),),
    ),
    HOTPLUG: (
        (Right("update", _SUB, "virtualmachines/addvolume"),),
        (Right("update", _SUB, "virtualmachines/removevolume"),),
        *_VOLUMES,
    ),
    CLONE: _VOLUMES,
    IMPORT: _VOLUMES,
    UPLOAD: (*_VOLUMES, (Right("create", _UPLOAD, "uploadtokenrequests"),)),
}
# needed where the golden images are, which may be another namespace
OF_SOURCES = Right("create", _CDI, "datavolumes/source")


class Version(t.NamedTuple):
    """A version as far as it is compared."""

    major: int
    minor: int

    def __str__(self) -> str:
        """Return it as people write it."""
        return f"{self.major}.{self.minor}"


OLDEST_KUBERNETES, OLDEST_KUBEVIRT, OLDEST_CDI = Version(1, 28), Version(1, 4), Version(1, 61)


@dataclass(frozen=True)
class ClusterThresholds:
    """Where a number begins to matter: oldest versions, minutes, and parts of one."""

    minimum_kubernetes: Version = OLDEST_KUBERNETES
    minimum_kubevirt: Version = OLDEST_KUBEVIRT
    minimum_cdi: Version = OLDEST_CDI
    heartbeat_minutes: int = 5
    quota_used: float = 0.9
    certificate_left: float = 0.1


@dataclass(frozen=True)
class ClusterDemands:
    """All that is wanted of a cluster.

    ``purposes`` are of ``PURPOSES``. ``namespace`` is where the VMs are to be, ``None`` for everywhere, ``images``
    where golden images are. ``classes`` are names of StorageClasses; without any, the one that VMs get by themselves is
    meant. ``attachments`` are names of NetworkAttachmentDefinitions with their namespaces. So many ``nodes`` must take
    VMs, and ``load_balancer`` tells whether services are to have addresses. ``overrides`` maps ids of checks to the
    severity that replaces fail and warn; ``only`` and ``ignore`` are ids, or areas such as ``sc``.
    """

    purposes: tuple[str, ...] = (RUN, MIGRATE)
    namespace: str | None = None
    images: str | None = None
    classes: tuple[str, ...] = ()
    nodes: int | None = None
    bridge: str | None = None
    vlans: tuple[int, ...] = ()
    attachments: tuple[str, ...] = ()
    load_balancer: bool = False
    thresholds: ClusterThresholds = field(default_factory=ClusterThresholds)
    overrides: t.Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    @property
    def nodes_wanted(self) -> int:
        """Return how many nodes must take VMs: two where these are to move."""
        return self.nodes if self.nodes is not None else 1 + (MIGRATE in self.purposes)

    def rights(self, purposes: t.Collection[str]) -> dict[Right, str | None]:
        """Return all rights that matter for these purposes, with the namespace that each is needed in."""
        found = {right: self.namespace for purpose in purposes for one_of in RIGHTS[purpose] for right in one_of}
        if CLONE in purposes and self.images:
            found[OF_SOURCES] = self.images
        return found
