# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``vmo_cluster_check``. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import (
    OptionGroup,
    flag,
    mapping,
    number,
    text,
    texts,
)
from ansible_collections.vmo.core.plugins.module_utils._argspec.verdicts import VERDICTS
from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import MIGRATE, PURPOSES, RUN

THRESHOLDS = {
    "minimum_kubernetes": text(default="1.28"),
    "minimum_kubevirt": text(default="1.4"),
    "minimum_cdi": text(default="1.61"),
    "heartbeat_minutes": number(default=5),
    "quota_used": {"type": "float", "default": 0.9},
    "certificate_left": {"type": "float", "default": 0.1},
}

VMO_CLUSTER_CHECK = VERDICTS + OptionGroup(
    {
        "for": texts(default=[RUN, MIGRATE], choices=list(PURPOSES)),
        "namespace": text(),
        "images_namespace": text(),
        "storage_classes": texts(),
        "nodes": number(),
        "bridge": text(),
        "vlans": {"type": "list", "elements": "int"},
        "networks": texts(),
        "load_balancer": flag(default=False),
        "thresholds": mapping(THRESHOLDS, apply_defaults=True),
    }
)
