# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of storage."""

from __future__ import annotations

from tests.unit.plan.cluster_checks.builders import RBD, a_workload, demands, named
from tests.unit.plan.cluster_checks.faults import ABSENT, Fault, add, all_of, drop, put

BLOCK = "ceph-block"
MARK = "metadata.annotations.storageclass,kubernetes,io/is-default-class"
FOR_VMS = "metadata.annotations.storageclass,kubevirt,io/is-default-virt-class"
ALL = [
    Fault("sc.present", "fail", "ceph-blok", wanted=demands(classes=(BLOCK, "ceph-blok")), says="there are ceph-block"),
    Fault("sc.default", "fail", "storage classes", put("storageclasses", BLOCK, MARK, "false")),
    Fault(
        "sc.default",
        "warn",
        "storage classes",
        put("storageclasses", "cephfs", MARK, "true"),
        says="ceph-block, cephfs",
    ),
    Fault(
        "sc.default",
        "warn",
        "storage classes",
        all_of(put("storageclasses", "cephfs", FOR_VMS, "true"), put("storageclasses", "local", FOR_VMS, "true")),
        says="cephfs, local",
    ),
    Fault("sc.profile", "fail", BLOCK, put("storageprofiles", BLOCK, "status.claimPropertySets", None), says=RBD),
    Fault("sc.profile", "fail", BLOCK, drop("storageprofiles", BLOCK), says="no StorageProfile"),
    Fault(
        "sc.rwx",
        "fail",
        BLOCK,
        put("storageprofiles", BLOCK, "status.claimPropertySets", [{"accessModes": ["ReadWriteOnce"]}]),
        says="ReadWriteOnce Filesystem",
    ),
    # without names, the class that VMs get by themselves is judged
    Fault(
        "sc.rwx",
        "fail",
        BLOCK,
        put("storageprofiles", BLOCK, "status.claimPropertySets", [{"accessModes": ["ReadWriteOnce"]}]),
        wanted=demands(classes=()),
    ),
    Fault(
        "sc.profile",
        "fail",
        "local",
        all_of(put("storageclasses", "local", FOR_VMS, "true")),
        wanted=demands(classes=(), ignore=("snap.class",)),
    ),
    Fault("sc.expansion", "warn", BLOCK, put("storageclasses", BLOCK, "allowVolumeExpansion", False)),
    Fault("sc.binding", "warn", BLOCK, put("storageclasses", BLOCK, "volumeBindingMode", "WaitForFirstConsumer")),
    Fault("sc.cloning", "warn", BLOCK, put("storageprofiles", BLOCK, "status.cloneStrategy", "copy")),
    Fault("snap.api", "fail", "cluster", gaps={"volumesnapshotclasses": ABSENT}),
    Fault("snap.class", "fail", BLOCK, drop("volumesnapshotclasses", "rbd-snap"), says=RBD),
    Fault(
        "snap.class",
        "warn",
        BLOCK,
        add("volumesnapshotclasses", {**named("second"), "driver": RBD}),
        says="rbd-snap, second",
    ),
    Fault(
        "snap.controller",
        "fail",
        "cluster",
        add("deployments", a_workload("snapshot-controller", "backup", "csi-snapshot-controller:v6")),
        says="kube-system/snap, backup/snapshot-controller",
    ),
    Fault("snap.controller", "warn", "cluster", put("deployments", "snap", "spec.replicas", 0), says="outside"),
]
