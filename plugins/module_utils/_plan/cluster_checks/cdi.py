# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the Containerized Data Importer (CDI). Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    FAIL,
    WARN,
    Check,
    fail,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import IMPORT, OF_DISKS, UPLOAD
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import mapping, text, tree
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.kubevirt import (
    UPLOADS,
    health,
    served,
    version_told,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Finding
    from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import Ground

    Findings = t.Iterator[Finding]


def _installed(ground: Ground) -> Findings:
    gap = ground.survey.gaps.get("cdis")
    if gap and not gap.is_absent:
        yield t.cast("Finding", ground.missing("cdis"))
    elif gap or not ground.cdi:
        said = "CDI is not installed" if gap else "CDI's operator may be there, but no CDI object"
        if ground.wants(*OF_DISKS):
            yield fail(f"{said}; without it no disk is imported, cloned or made.")
        else:
            yield warn(f"{said}: VMs can have container disks and existing claims only.")


def _healthy(ground: Ground) -> Findings:
    yield from health(ground.cdi or {}, what="CDI")


def _version(ground: Ground) -> Findings:
    status = tree(ground.cdi or {}, "status")
    running, target = status.get("observedVersion"), status.get("targetVersion")
    yield from version_told("CDI", running, target, ground.demands.thresholds.minimum_cdi, warn)


def _api(ground: Ground) -> Findings:
    yield from served(ground, UPLOADS)


def _exposed(ground: Ground) -> Findings:
    config = next(iter(ground.survey.of("cdiconfigs")), None)
    if not dig(config, "status.uploadProxyURL"):
        yield warn("CDI tells no address for uploads; from outside the cluster there is no way to send an image.")


def _scratch(ground: Ground) -> Findings:
    config = next(iter(ground.survey.of("cdiconfigs")), None)
    name = text(tree(mapping(config), "status"), "scratchSpaceStorageClass")
    if name and name not in {one.name for one in ground.classes}:
        yield fail(f"There is no StorageClass {name}, which imports are to take their scratch space from.")


CHECKS = (
    Check(
        "cdi.installed",
        CLUSTER,
        "CDI is installed",
        FAIL,
        ("(cdis)",),
        "Install CDI.",
        _installed,
    ),
    Check(
        "cdi.healthy",
        CLUSTER,
        "CDI is deployed and available",
        FAIL,
        ("cdis.status",),
        "Follow the message; look at the log of cdi-operator.",
        _healthy,
    ),
    Check(
        "cdi.version",
        CLUSTER,
        "CDI is new enough, and the version it should be",
        WARN,
        ("cdis.status",),
        "Upgrade CDI; where that is under way, wait for its end.",
        _version,
    ),
    Check(
        "cdi.api",
        CLUSTER,
        "The API that gives tokens for uploads answers",
        FAIL,
        ("cdis", "apiservices.status"),
        "Look at cdi-apiserver and at the network between the API server and its pods.",
        _api,
        purposes=(UPLOAD,),
    ),
    Check(
        "cdi.exposed",
        CLUSTER,
        "Uploads have an address outside the cluster",
        WARN,
        ("cdiconfigs.status", "cdis"),
        "Expose the service cdi-uploadproxy, and set uploadProxyURLOverride of CDI.",
        _exposed,
        purposes=(UPLOAD,),
    ),
    Check(
        "cdi.scratch",
        CLUSTER,
        "The class for scratch space is there",
        FAIL,
        ("cdiconfigs.status", "storageclasses"),
        "Correct scratchSpaceStorageClass of CDI.",
        _scratch,
        purposes=(IMPORT,),
    ),
)
