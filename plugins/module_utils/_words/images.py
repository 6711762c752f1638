# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A golden image: the words of a task to a DataVolume or DataImportCron, and back. Private to vmo.core."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import DEFAULTS, without_tokens
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import require_quantity
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._words.disks import (
    DATA_SOURCES,
    SIZED_BY_SOURCE,
    describe_volume_spec,
    storage_spec,
    volume_spec,
)
from ansible_collections.vmo.core.plugins.module_utils._words.fields import TEXT_MAP, Tree

IMMEDIATE = "cdi.kubevirt.io/storage.bind.immediate.requested"
UPLOAD = "upload"
IMAGE_SOURCES = (*DATA_SOURCES, UPLOAD)
# the checksum of the file that an image was, or shall be, filled with
_CHECKSUM = "vmo.core/upload-checksum"
_KEPT = "cdi.kubevirt.io/storage.deleteAfterCompletion"
# CDI's own notes, which say nothing about the image
_NOTES = ("cdi.kubevirt.io/storage.usePopulator",)


def source_of(options: t.Mapping[str, t.Any]) -> str | None:
    """Return the source that the task names, ``None`` if it names none."""
    return next((source for source in IMAGE_SOURCES if options.get(source) is not None), None)


def check(options: t.Mapping[str, t.Any]) -> None:
    """Refuse what no cluster could accept."""
    if options.get("size") is not None:
        require_quantity(options["size"], "size")
    renew = options.get("renew")
    source = source_of(options)
    if source == UPLOAD and options.get("immediate_binding") is False:
        raise InvalidOption(
            "immediate_binding: an image that is uploaded is always bound at once.", option="immediate_binding"
        )
    if renew is None:
        return
    if source not in (None, "registry"):
        raise InvalidOption(
            f"renew: CDI imports anew what comes from a registry, not what comes from {source}.", option="renew"
        )
    if options.get("immediate_binding") is False:
        raise InvalidOption("immediate_binding: an image with renew is always bound at once.", option="renew")
    if renew.get("keep") is not None and renew["keep"] < 1:
        raise InvalidOption(f"renew: keep: {renew['keep']} is less than 1.", option="renew")


def spec_wish(options: t.Mapping[str, t.Any], namespace: str) -> Tree:
    """Return the spec of a new DataVolume; raises ``InvalidOption`` where the task leaves out what one needs."""
    source = source_of(options)
    if source is None:
        raise InvalidOption(
            f"name: there is no such image in the namespace {namespace} yet, so it needs a source: "
            f"{', '.join(IMAGE_SOURCES)}.",
            option="name",
        )
    if options.get("size") is None and source not in SIZED_BY_SOURCE:
        raise InvalidOption(f"size: a new image needs one, since {source} does not bring one.", option="size")
    if source == UPLOAD:
        return {**storage_spec(options), "source": {"upload": {}}}
    return volume_spec(options, source, namespace)


def cron_spec(options: t.Mapping[str, t.Any], namespace: str, data_source: str) -> Tree:
    """Return the spec of a new DataImportCron, whose volumes go when it goes."""
    renew = options["renew"]
    spec: Tree = {
        "template": {"spec": spec_wish(options, namespace)},
        "schedule": renew["schedule"],
        "managedDataSource": data_source,
        "garbageCollect": "Outdated",
        "retentionPolicy": "None",
    }
    if renew.get("keep") is not None:
        spec["importsToKeep"] = renew["keep"]
    return spec


def labels_wish(options: t.Mapping[str, t.Any]) -> Tree:
    """Return the labels that the task names; ``None`` asks for the removal of one."""
    wish: Tree = dict(TEXT_MAP.to_field(options.get("labels") or {}))
    for word, label in DEFAULTS.items():
        matcher = options.get(word) or {}
        wish.update({label: matcher["name"]} if matcher.get("name") else {})
        wish.update({f"{label}-kind": matcher["kind"]} if matcher.get("kind") else {})
    return wish


def annotations_wish(options: t.Mapping[str, t.Any], *, is_new: bool, is_cron: bool) -> Tree:
    """Return the annotations that the task names, for a new image with what makes it one."""
    wish: Tree = {}
    immediate = options.get("immediate_binding")
    if not is_cron:
        if is_new:
            # CDI, where it is old or told to, deletes a DataVolume that is done; Palette would make it again, for ever
            wish[_KEPT] = "false"
            immediate = immediate is not False
        if immediate is not None:
            wish[IMMEDIATE] = "" if immediate else None
        checksum = (options.get(UPLOAD) or {}).get("checksum")
        if checksum is not None:
            wish[_CHECKSUM] = checksum
    return {**wish, **TEXT_MAP.to_field(options.get("annotations") or {})}


def describe_image(found: Tree | None) -> Tree:
    """Return a DataVolume or DataImportCron in the words of the options; what these cannot say is left out."""
    if found is None:
        return {}
    rest = copy.deepcopy(found)
    said: Tree = {}
    is_cron = "schedule" in rest.get("spec", {})
    spec = dig(rest, "spec.template.spec") if is_cron else rest.get("spec")
    if isinstance(spec, dict):
        if "pvc" in spec:
            spec["storage"] = spec.pop("pvc")
        describe_volume_spec(spec, said, str(dig(rest, "metadata.namespace")))
        if dig(spec, "source.upload") is not None:
            said[UPLOAD] = {}
    if is_cron:
        keep = dig(rest, "spec.importsToKeep")
        said["renew"] = {"schedule": dig(rest, "spec.schedule"), **({} if keep is None else {"keep": keep})}
        said["publish_as"] = dig(rest, "spec.managedDataSource")
    _describe_metadata(rest, said, is_cron=is_cron)
    return said


def _describe_metadata(rest: Tree, said: Tree, *, is_cron: bool) -> None:
    labels = dict(dig(rest, "metadata.labels") or {})
    for word, label in DEFAULTS.items():
        matcher = {"name": labels.pop(label, None), "kind": labels.pop(f"{label}-kind", None)}
        matcher = {field: value for field, value in matcher.items() if value is not None}
        if matcher:
            said[word] = matcher
    annotations = without_tokens(dig(rest, "metadata.annotations"))
    for note in _NOTES:
        annotations.pop(note, None)
    checksum = annotations.pop(_CHECKSUM, None)
    if checksum is not None and UPLOAD in said:
        said[UPLOAD]["checksum"] = checksum
    if not is_cron:
        said["immediate_binding"] = annotations.pop(IMMEDIATE, None) is not None
    if labels:
        said["labels"] = labels
    if annotations:
        said["annotations"] = annotations
