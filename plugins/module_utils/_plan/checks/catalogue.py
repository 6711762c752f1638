# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of checks: all rows, in the order of its areas. Private to vmo.core.

Documentation and tests are made from these rows, so that neither can drift from what is judged.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._plan.checks import (
    api,
    capacity,
    cards,
    compute,
    cross,
    fabric,
    identity,
    images,
    kernel,
    layout,
    palette,
    state,
    storage,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Check

AREAS: tuple[tuple[str, tuple[Check, ...]], ...] = (
    ("API, controllers and settings", api.CHECKS),
    ("Images", images.CHECKS),
    ("Capacity", capacity.CHECKS),
    ("Machine state", (*state.CHECKS, *identity.CHECKS)),
    ("Compute", (*compute.CHECKS, *kernel.CHECKS)),
    ("Storage", storage.CHECKS),
    ("Network", (*cards.CHECKS, *layout.CHECKS, *fabric.CHECKS)),
    ("Palette and its Cluster API provider", palette.CHECKS),
    ("MAAS and Kubernetes", cross.CHECKS),
)
CATALOGUE: tuple[Check, ...] = tuple(check for _title, checks in AREAS for check in checks)
# what is asked only where the task wants it, and by which choice of the option ``read``
OPT_IN = {
    "m.power_live": "power_state",
    "m.bmc_shared": "power_address",
    "set.dry_run": "allocation",
    "c.gpu_sriov": "devices",
    "c.virt": "hardware",
    "p.timeout": "results",
}

# What a check could look at and does not: its id, the part, and the reason.
LEFT_OUT: tuple[tuple[str, str, str], ...] = (
    ("m.hostname", "whether a hostname changed since the deployment", "MAAS keeps no former name; x.provider_id tells"),
    ("c.iommu", "the command line of the running kernel", "MAAS knows what it gives a kernel, not what runs"),
    ("c.ephemeral", "whether local storage is needed", "a demand for data disks says so, and s.data_disks judges it"),
    ("set.homogeneous", "firmware and boot mode", "c.firmware and c.boot_mode tell them for each machine"),
    ("n.bond", "the hash policy", "advice only: layer2 works, and what suits depends on the traffic"),
    ("n.bond_cards", "whether members go to one switch", "the names of cards are judged; LLDP data is not read"),
    ("n.mtu", "50 bytes for an overlay network", "the overlay is not known to MAAS; the remedy says it"),
    ("n.dns", "whether names resolve where the task runs", "no lookup is made; the domain in MAAS is judged"),
    ("p.pool_visible", "whether the user may edit the pool", "set.dry_run tells it, by asking for an allocation"),
    ("p.timeout", "deployments of other machines", "the scripts of the last deployment of a candidate are measured"),
    ("x.kvm", "whether KubeVirt emulates", "it is in the KubeVirt object, not in the nodes"),
)
