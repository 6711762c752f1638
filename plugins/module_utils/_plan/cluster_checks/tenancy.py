# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of what a namespace and the user in it may have and do. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t
from functools import partial

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    FAIL,
    NAMESPACE,
    Check,
    fail,
    good,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import CLONE, OF_SOURCES, PURPOSES, RIGHTS
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import tree
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import parse_quantity
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import name_of, place_of
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Finding
    from ansible_collections.vmo.core.plugins.module_utils._model.right import Right
    from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import Ground

    Findings = t.Iterator[Finding]

# what VMs and their disks are counted by
_COUNTED = re.compile(
    r"pods|cpu|memory|persistentvolumeclaims|(requests|limits)\..+|.+\.storageclass\.storage\.k8s\.io/.+"
    r"|count/(pods|persistentvolumeclaims|.+\.kubevirt\.io)"
)
_DOINGS = {
    "run": "make, start and stop VMs",
    "migrate": "migrate VMs",
    "snapshot": "take snapshots of VMs and restore them",
    "hotplug": "plug disks into running VMs",
    "clone": "clone disks",
    "import": "import disks",
    "upload": "upload disks",
}


def _present(ground: Ground) -> Findings:
    known = {name_of(one) for one in ground.survey.of("namespaces")}
    wanted = [ground.demands.namespace, ground.demands.images if ground.wants(CLONE) else None]
    if not any(wanted):
        yield skip("The task names none.")
    for name in filter(None, wanted):
        if name not in known:
            yield fail("does not exist.", subject=name)


def _quota(ground: Ground) -> Findings:
    for quota in ground.survey.of("resourcequotas"):
        status = tree(quota, "status")
        hard, used = tree(status, "hard"), tree(status, "used")
        shares = {name: _share(used.get(name), limit) for name, limit in hard.items() if _COUNTED.fullmatch(name)}
        full = sorted(name for name, share in shares.items() if share >= 1)
        short = sorted(name for name, share in shares.items() if ground.demands.thresholds.quota_used <= share < 1)
        evidence = {name: {"used": used.get(name), "hard": hard[name]} for name in full + short}
        if full:
            said = f"has nothing left of {several(full)}."
            found = fail if ground.demands.namespace else warn
            yield found(said, subject=place_of(quota), quota=evidence)
        elif short:
            yield warn(f"is nearly used up: {several(short)}.", subject=place_of(quota), quota=evidence)


def _share(used: t.Any, hard: t.Any) -> float:
    limit, taken = parse_quantity(hard), parse_quantity(used if used is not None else "0")
    if limit is None or taken is None:
        return 0.0
    return float(taken / limit) if limit else 1.0


def _rights(purpose: str, ground: Ground) -> Findings:
    gap = ground.survey.gaps.get("rights")
    if gap:
        yield unknown(gap.reason)
        return
    needed = [*RIGHTS[purpose]]
    if purpose == CLONE and ground.demands.images:
        needed.append((OF_SOURCES,))
    lacking = [one_of for one_of in needed if not any(ground.survey.rights.get(right) for right in one_of)]
    namespace = ground.demands.namespace
    where = f"in the namespace {namespace}" if namespace else "in all namespaces"
    subject = namespace or "all namespaces"
    if lacking:
        told = several([" or ".join(map(str, one_of)) for one_of in lacking])
        rules = [right.rule(_place(right, ground)) for one_of in lacking for right in one_of[:1]]
        yield fail(
            f"The user may not {_DOINGS[purpose]} {where}: the rights to {told} are missing.",
            subject=subject,
            rules=rules,
        )
    else:
        yield good(f"The user may {_DOINGS[purpose]} {where}.", subject=subject)


def _place(right: Right, ground: Ground) -> str | None:
    return ground.demands.images if right == OF_SOURCES else ground.demands.namespace


CHECKS = (
    Check(
        "ns.present",
        NAMESPACE,
        "The namespaces that are asked for are there",
        FAIL,
        ("namespaces",),
        "Make the namespace, or correct its name.",
        _present,
    ),
    Check(
        "quota.room",
        NAMESPACE,
        "The quotas leave room for VMs and disks",
        FAIL,
        ("resourcequotas.status",),
        "Raise the quota, or remove what is not needed.",
        _quota,
    ),
    *(
        Check(
            f"right.{purpose}",
            CLUSTER,
            f"The user may {_DOINGS[purpose]}",
            FAIL,
            ("(rights)",),
            "Bind a role with the rules of the evidence to the user"
            + ("; since KubeVirt 1.5 that is the ClusterRole kubevirt.io:migrate." if purpose == "migrate" else "."),
            partial(_rights, purpose),
            purposes=(purpose,),
        )
        for purpose in PURPOSES
    ),
)
