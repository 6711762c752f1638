# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of storage classes and of snapshots. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    FAIL,
    STORAGE,
    WARN,
    Check,
    fail,
    good,
    skip,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import (
    CLONE,
    IMPORT,
    MIGRATE,
    SNAPSHOT,
    UPLOAD,
)
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import tree, whole
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import name_of, place_of
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.pods import images_of
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Finding
    from ansible_collections.vmo.core.plugins.module_utils._model.storage_class import StorageClass
    from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import Ground

    Findings = t.Iterator[Finding]

_DEFAULT_SNAPSHOTS = "snapshot.storage.kubernetes.io/is-default-class"
_CONTROLLER = "snapshot-controller"
HOST_COPY = "copy"


def _present(ground: Ground) -> Findings:
    known = {one.name for one in ground.classes}
    if not ground.demands.classes:
        yield skip("The task names none.")
    for name in ground.demands.classes:
        if name not in known:
            others = f"; there are {several(sorted(known))}" if known else ""
            yield fail(f"is no StorageClass of this cluster{others}.", subject=name)


def _default(ground: Ground) -> Findings:
    of_vms = [one.name for one in ground.classes if one.is_default_of_vms]
    defaults = [one.name for one in ground.classes if one.is_default]
    if not (of_vms or defaults):
        yield fail("No StorageClass is the default: disks that name none stay Pending.")
    elif len(of_vms) > 1 or (not of_vms and len(defaults) > 1):
        yield warn(
            f"Several StorageClasses are the default: {several(of_vms or defaults)}.", classes=of_vms or defaults
        )
    else:
        yield good(f"Disks that name no class get {(of_vms or defaults)[0]}.", classes=of_vms or defaults)


def _each(ground: Ground, judge: t.Callable[[StorageClass], Finding | None]) -> Findings:
    """Judge the classes that matter; the others are told of as they are."""
    judged = ground.judged_classes
    if not judged:
        yield skip("There is no StorageClass to judge.")
    for one in judged:
        found = judge(one)
        if found is not None:
            yield found


def _profile(ground: Ground) -> Findings:
    def judge(one: StorageClass) -> Finding | None:
        if one.access is None:
            return fail("has no StorageProfile: CDI has not seen it.", subject=one.name)
        if not one.access:
            said = f"is of {one.provisioner or 'a provisioner'}, whose access modes CDI does not know."
            return fail(said, subject=one.name, provisioner=one.provisioner)
        return None

    yield from _each(ground, judge)


def _shared(ground: Ground) -> Findings:
    def judge(one: StorageClass) -> Finding | None:
        modes = [f"{mode} {volume}" for mode, volume in one.access or ()]
        if not one.access:
            # That its access modes are not known is told by sc.profile.
            return skip("has no known access modes.", subject=one.name)
        if not one.is_shared:
            said = f"offers no ReadWriteMany ({several(modes)}): VMs with its disks do not migrate."
            return fail(said, subject=one.name, access=modes)
        return good(f"offers {several(modes)}.", subject=one.name, access=modes)

    yield from _each(ground, judge)


def _expansion(ground: Ground) -> Findings:
    def judge(one: StorageClass) -> Finding | None:
        if one.expands:
            return None
        return warn("does not let volumes grow, nor be cloned into bigger ones.", subject=one.name)

    yield from _each(ground, judge)


def _binding(ground: Ground) -> Findings:
    def judge(one: StorageClass) -> Finding | None:
        if not one.waits:
            return None
        return warn(
            "binds volumes with their first consumer: nothing is imported before a VM starts.", subject=one.name
        )

    yield from _each(ground, judge)


def _cloning(ground: Ground) -> Findings:
    def judge(one: StorageClass) -> Finding | None:
        if one.clone_strategy != HOST_COPY:
            return good(f"clones by {one.clone_strategy or 'a way that CDI chooses'}.", subject=one.name)
        return warn("clones by copying over the network, which takes as long as an import.", subject=one.name)

    yield from _each(ground, judge)


def _snapshot_class(ground: Ground) -> Findings:
    found = ground.survey.of("volumesnapshotclasses")

    def judge(one: StorageClass) -> Finding | None:
        fitting = [raw for raw in found if raw.get("driver") == one.provisioner]
        names = sorted(map(name_of, fitting))
        if not fitting:
            said = f"has no VolumeSnapshotClass of its provisioner {one.provisioner}."
            return fail(said, subject=one.name, provisioner=one.provisioner)
        defaults = [
            raw for raw in fitting if tree(tree(raw, "metadata"), "annotations").get(_DEFAULT_SNAPSHOTS) == "true"
        ]
        if len(fitting) > 1 and len(defaults) != 1:
            said = (
                f"has {len(fitting)} VolumeSnapshotClasses ({several(names)}), of which not exactly one is the default."
            )
            return warn(said, subject=one.name, classes=names)
        return good(f"has the VolumeSnapshotClass {several(names)}.", subject=one.name, classes=names)

    yield from _each(ground, judge)


def _snapshot_api(ground: Ground) -> Findings:
    gap = ground.survey.gaps.get("volumesnapshotclasses")
    if gap and gap.is_absent:
        yield fail("The cluster does not serve snapshot.storage.k8s.io: the CRDs of CSI snapshots are missing.")
    elif gap:
        yield t.cast("Finding", ground.missing("volumesnapshotclasses"))


def _controller(ground: Ground) -> Findings:
    found = [
        place_of(one)
        for kind in ("deployments", "daemonsets")
        for one in ground.survey.of(kind)
        if whole(tree(one, "spec"), "replicas") != 0 and any(image.endswith(_CONTROLLER) for image in images_of(one))
    ]
    if len(found) > 1:
        said = f"{len(found)} snapshot controllers run ({several(found)}) and work against each other."
        yield fail(said, controllers=found)
    elif not found and ground.wants(SNAPSHOT):
        yield warn("No snapshot controller is among the Deployments; it may run outside of the cluster.")
    elif found:
        yield good(f"The snapshot controller is {found[0]}.", controllers=found)


CLASSES = "storageclasses"
PROFILES = "storageprofiles.status"

CHECKS = (
    Check(
        "sc.present",
        STORAGE,
        "The StorageClasses that are asked for are there",
        FAIL,
        (CLASSES,),
        "Correct the name, or install that storage.",
        _present,
    ),
    Check(
        "sc.default",
        STORAGE,
        "One StorageClass is the default",
        FAIL,
        (CLASSES,),
        "Set the annotation storageclass.kubernetes.io/is-default-class of one class to true.",
        _default,
    ),
    Check(
        "sc.profile",
        STORAGE,
        "CDI knows the access modes of the class",
        FAIL,
        (CLASSES, PROFILES),
        "Set claimPropertySets in the StorageProfile, or name access and volume mode with each disk.",
        _profile,
    ),
    Check(
        "sc.rwx",
        STORAGE,
        "The class has shared volumes (ReadWriteMany), which live migration needs",
        FAIL,
        (CLASSES, PROFILES),
        "Take a class with ReadWriteMany, such as Ceph RBD in block mode, or correct the StorageProfile.",
        _shared,
        purposes=(MIGRATE,),
    ),
    Check(
        "sc.expansion",
        STORAGE,
        "Volumes of the class can grow",
        WARN,
        (CLASSES,),
        "Set allowVolumeExpansion of the class, where its driver can do it.",
        _expansion,
    ),
    Check(
        "sc.binding",
        STORAGE,
        "Disks are imported without waiting for a VM",
        WARN,
        (CLASSES,),
        "Take a class with the binding mode Immediate for images, or ask for immediate binding with each disk.",
        _binding,
        purposes=(IMPORT, UPLOAD),
    ),
    Check(
        "sc.cloning",
        STORAGE,
        "The class clones by itself",
        WARN,
        (CLASSES, PROFILES),
        "Set cloneStrategy of the StorageProfile to csi-clone or snapshot, where the driver can do it.",
        _cloning,
        purposes=(CLONE,),
    ),
    Check(
        "snap.api",
        CLUSTER,
        "The cluster knows CSI snapshots",
        FAIL,
        ("(volumesnapshotclasses)",),
        "Install the CRDs of CSI snapshots and one snapshot controller.",
        _snapshot_api,
        purposes=(SNAPSHOT,),
    ),
    Check(
        "snap.class",
        STORAGE,
        "The class has a VolumeSnapshotClass",
        FAIL,
        (CLASSES, "volumesnapshotclasses"),
        "Make a VolumeSnapshotClass with the driver of the provisioner; of several, make one the default.",
        _snapshot_class,
        purposes=(SNAPSHOT,),
    ),
    Check(
        "snap.controller",
        CLUSTER,
        "One snapshot controller runs",
        FAIL,
        ("deployments.spec", "daemonsets.spec"),
        "Run exactly one: Palette's backups, the VMO pack and the distribution may each bring one of their own.",
        _controller,
    ),
)
