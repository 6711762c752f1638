# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of checks of a cluster: all rows, in the order of its areas. Private to vmo.core.

Documentation and tests are made from these rows, so that neither can drift from what is judged. What stands in
parentheses under what is read helps a check that can do without.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks import (
    cdi,
    certificates,
    kubevirt,
    machines,
    network,
    nodes,
    processors,
    storage,
    tenancy,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Check

AREAS: tuple[tuple[str, tuple[Check, ...]], ...] = (
    ("Kubernetes and its nodes", (*nodes.CHECKS, *processors.CHECKS)),
    ("KubeVirt", kubevirt.CHECKS),
    ("Containerized Data Importer", cdi.CHECKS),
    ("Storage and snapshots", storage.CHECKS),
    ("Networks", network.CHECKS),
    ("Quotas and rights", tenancy.CHECKS),
    ("VMs", machines.CHECKS),
    ("Certificates", certificates.CHECKS),
)
CATALOGUE: tuple[Check, ...] = tuple(check for _title, checks in AREAS for check in checks)


def needed(check: Check) -> tuple[str, ...]:
    """Return the answers that a check cannot do without."""
    return tuple(dict.fromkeys(name.partition(".")[0] for name in check.reads if not name.startswith("(")))


def helpful(check: Check) -> tuple[str, ...]:
    """Return the answers that a check looks at if it gets them."""
    return tuple(dict.fromkeys(name.strip("()").partition(".")[0] for name in check.reads if name.startswith("(")))


# What a check could look at and does not: its id, the part, and the reason.
LEFT_OUT: tuple[tuple[str, str, str], ...] = (
    (
        "net.bridge",
        "nodes without nmstate or the bridge marker",
        "no object tells their bridges; maas_cluster_check does",
    ),
    ("net.load_balancer", "address pools of others than MetalLB", "a service without an address is found with any"),
    ("node.kvm", "whether the processor can nest", "MAAS knows it: maas_cluster_check, c.nested"),
    ("right.clone", "rights of the ServiceAccount that clones for a VM", "only an administrator may ask for others"),
    ("cert.kubevirt", "certificates of servers", "they are in Secrets beside their keys, which nobody should read"),
    (
        "vm.drain",
        "why a migration would fail that is possible",
        "a migration tells; KubeVirt's own condition is judged",
    ),
)
