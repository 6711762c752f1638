# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.2: the images that the cluster is deployed from. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    FAIL,
    IMAGE,
    WARN,
    Check,
    Finding,
    fail,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.moment import DAY, moment
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.api import WRONG_IMAGES_UNTIL

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.image import Image
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground

Findings = t.Iterator[Finding]
SAME_NAMES = 2


def _architectures(ground: Ground) -> list[str]:
    wanted = {team.role.architecture for team in ground.teams if team.role.architecture}
    found = {machine.arch for machine in ground.candidates if machine.arch}
    return sorted((found & wanted if wanted else found) or wanted or {"amd64"})


def _rows(ground: Ground, arch: str) -> list[Image]:
    name = ground.demands.image or ""
    return [image for image in ground.fleet.images or () if image.is_called(name) and image.arch == arch]


def _nothing_to_say(ground: Ground) -> Finding | None:
    if ground.demands.image is None:
        return skip("No image is named.")
    if ground.fleet.images is None:
        return unknown(ground.fleet.why_unknown("boot-resources"), subject=ground.demands.image)
    return None


def _present(ground: Ground) -> Findings:
    nothing = _nothing_to_say(ground)
    if nothing:
        yield nothing
        return
    others = sorted({image.name for image in ground.fleet.images or ()})
    for arch in _architectures(ground):
        if not _rows(ground, arch):
            yield fail(
                f"MAAS has no image {ground.demands.image} for {arch}.",
                subject=str(ground.demands.image),
                images=others,
            )


def _synced(ground: Ground) -> Findings:
    nothing = _nothing_to_say(ground)
    if nothing:
        yield nothing
        return
    name = str(ground.demands.image)
    for arch in _architectures(ground):
        rows = _rows(ground, arch)
        sets = [row.sets for row in rows if row.sets]
        if not rows:
            continue
        if not sets or all(complete is None for found in sets for _version, complete in found):
            yield unknown(ground.fleet.why_unknown("boot-resources", "sets"), subject=name)
        elif not any(complete for found in sets for _version, complete in found):
            yield fail(f"No version of {name} for {arch} is complete.", subject=name)
        elif not any(found[0][1] for found in sets):
            yield warn(f"The newest version of {name} for {arch} is not complete; an older one is.", subject=name)
    if ground.fleet.answers.get("importing") is True:
        yield warn("MAAS is importing images right now.", subject=name)


def _commissioning(ground: Ground) -> Findings:
    series = ground.fleet.config("commissioning_distro_series")
    if not isinstance(series, str) or not series:
        yield unknown(ground.fleet.why_unknown("config", "commissioning_distro_series"))
        return
    if ground.fleet.images is None:
        yield unknown(ground.fleet.why_unknown("boot-resources"))
        return
    name = f"ubuntu/{series.split('/')[-1]}"
    for arch in _architectures(ground):
        if not any(image.name == name and image.arch == arch for image in ground.fleet.images):
            yield fail(
                f"The image {name} for {arch}, which machines are commissioned and installed with, is missing.",
                subject=name,
            )


def _arch_clash(ground: Ground) -> Findings:
    if ground.fleet.images is None:
        yield unknown(ground.fleet.why_unknown("boot-resources"))
        return
    found: dict[str, set[str]] = {}
    for image in ground.fleet.images:
        if image.kind == "uploaded":
            found.setdefault(image.name, set()).add(image.arch)
    for name, architectures in sorted(found.items()):
        if len(architectures) < SAME_NAMES:
            continue
        if ground.fleet.version is None:
            yield unknown(ground.fleet.why_unknown("version"), subject=name)
        elif ground.fleet.version < WRONG_IMAGES_UNTIL:
            yield warn(
                f"{' and '.join(sorted(architectures))} share the name {name}; MAAS may mix them up, LP2138312.",
                subject=name,
            )


def _age(ground: Ground) -> Findings:
    nothing = _nothing_to_say(ground)
    if nothing:
        yield nothing
        return
    days = ground.demands.thresholds.image_days
    for arch in _architectures(ground):
        for row in _rows(ground, arch)[:1]:
            version = row.sets[0][0] if row.sets else ""
            date = re.match(r"(\d{4})(\d\d)(\d\d)", version)
            if row.kind != "synced" or not date:
                yield skip("Only synced images carry a date.", subject=row.name)
                continue
            made = moment(f"{date[1]}-{date[2]}-{date[3]}T00:00:00")
            age = int((ground.now - (made or ground.now)) // DAY)
            if age > days:
                yield warn(f"{row.name} for {arch} is {age} days old.", subject=row.name, days=age)


CHECKS = (
    Check(
        "image.present",
        IMAGE,
        "The image is in MAAS for the architecture of the machines",
        FAIL,
        ("boot-resources.name", "boot-resources.architecture"),
        "Upload or import the image; a custom one is called custom/NAME.",
        _present,
    ),
    Check(
        "image.synced",
        IMAGE,
        "The image is complete",
        FAIL,
        ("boot-resources.sets", "is_importing"),
        "Wait for the import to end, or start it again.",
        _synced,
    ),
    Check(
        "image.commissioning",
        IMAGE,
        "The image that machines are commissioned with is there",
        FAIL,
        ("config.commissioning_distro_series", "boot-resources"),
        "Select the release and architecture in the boot sources, and import it.",
        _commissioning,
    ),
    Check(
        "image.arch_clash",
        IMAGE,
        "No custom image has one name for two architectures",
        WARN,
        ("boot-resources", "version"),
        "Give each architecture a name of its own, or upgrade MAAS to 3.7.1.",
        _arch_clash,
    ),
    Check(
        "image.age",
        IMAGE,
        "The image is not outdated",
        WARN,
        ("boot-resources.sets",),
        "Import the image again.",
        _age,
    ),
)
