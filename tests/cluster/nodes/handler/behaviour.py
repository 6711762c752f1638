# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In what the virt-handlers of two KubeVirt versions differ."""

from __future__ import annotations

import typing as t


class Behaviour(t.NamedTuple):
    """Read in the sources of 1.4.0 and 1.8.0; a version between them counts as the nearer one."""

    source_acknowledges: bool
    """The source node hands a migrated VMI over, once the target is ready; else the target takes it."""
    keeps_target_label: bool
    """The label with the target node's name stays on the VMI after a migration."""
    disks_first: bool
    """Disks are the first reason that a VMI cannot migrate, and not the last."""
    virtiofs_migrates: bool
    method_once: bool
    """status.migrationMethod is set with the first LiveMigratable condition, and then stays."""
    machine_labels: bool
    """Nodes are labelled with the machine types that they can run."""
    pod_network_refusal: str


_OLD = Behaviour(
    source_acknowledges=True,
    keeps_target_label=True,
    disks_first=True,
    virtiofs_migrates=False,
    method_once=True,
    machine_labels=False,
    pod_network_refusal=(
        "cannot migrate VMI which does not use masquerade, bridge with "
        "kubevirt.io/allow-pod-bridge-network-live-migration VM annotation or a migratable plugin to connect to the "
        "pod network"
    ),
)
_NEW = Behaviour(
    source_acknowledges=False,
    keeps_target_label=False,
    disks_first=False,
    virtiofs_migrates=True,
    method_once=False,
    machine_labels=True,
    pod_network_refusal=(
        "cannot migrate VMI which does not use masquerade or a migratable plugin to connect to the pod network"
    ),
)


def of(version: tuple[int, int]) -> Behaviour:
    """Return the behaviour of a minor version."""
    return _OLD if version < (1, 6) else _NEW
