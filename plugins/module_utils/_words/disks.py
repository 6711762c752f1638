# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks: one option for what the API spreads over disks, volumes and dataVolumeTemplates. Private to vmo.core."""

from __future__ import annotations

import copy
import hashlib
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import require_quantity
from ansible_collections.vmo.core.plugins.module_utils._model.tree import (
    DELETE,
    DIRECTIVE,
    dig,
    named,
    plant,
    take,
    take_list,
)
from ansible_collections.vmo.core.plugins.module_utils._words.fields import Tree, Word, describe, render

DEVICE_TYPES = ("disk", "cdrom", "lun")
_GUEST_WORDS = (
    Word("boot_order", "bootOrder"),
    Word("serial", "serial"),
    Word("cache", "cache"),
    Word("io", "io"),
    Word("shareable", "shareable"),
    Word("dedicated_io_thread", "dedicatedIOThread"),
)
_STORAGE_WORDS = (
    Word("size", "storage.resources.requests.storage"),
    Word("storage_class", "storage.storageClassName"),
    Word("access_modes", "storage.accessModes"),
    Word("volume_mode", "storage.volumeMode"),
)
# sources that are a volume by themselves
_VOLUME_WORDS: dict[str, tuple[str, tuple[Word, ...]]] = {
    "container_disk": (
        "containerDisk",
        (
            Word("image", "image"),
            Word("path", "path"),
            Word("pull_policy", "imagePullPolicy"),
            Word("pull_secret", "imagePullSecret"),
        ),
    ),
    "pvc": ("persistentVolumeClaim", (Word("name", "claimName"), Word("read_only", "readOnly"))),
    "data_volume": ("dataVolume", (Word("name", "name"),)),
    "config_map": ("configMap", (Word("name", "name"),)),
    "secret": ("secret", (Word("name", "secretName"),)),
}
# sources of a DataVolume that belongs to the VM
_DATA_WORDS: dict[str, tuple[str, tuple[Word, ...]]] = {
    "registry": (
        "source.registry",
        (
            Word("url", "url"),
            Word("pull_method", "pullMethod"),
            Word("secret", "secretRef"),
            Word("cert_config_map", "certConfigMap"),
        ),
    ),
    "http": (
        "source.http",
        (
            Word("url", "url"),
            Word("secret", "secretRef"),
            Word("cert_config_map", "certConfigMap"),
            Word("checksum", "checksum"),
        ),
    ),
    "s3": ("source.s3", (Word("url", "url"), Word("secret", "secretRef"), Word("cert_config_map", "certConfigMap"))),
    "blank": ("source.blank", ()),
    "clone": ("source.pvc", (Word("namespace", "namespace"), Word("name", "name"))),
    "snapshot": ("source.snapshot", (Word("namespace", "namespace"), Word("name", "name"))),
    "data_source": (
        "sourceRef",
        (Word("kind", "kind"), Word("namespace", "namespace"), Word("name", "name")),
    ),
}
DATA_SOURCES = tuple(_DATA_WORDS)
SOURCES = (*_VOLUME_WORDS, *DATA_SOURCES)
# CDI takes the size of these from what is copied
SIZED_BY_SOURCE = ("clone", "snapshot", "data_source")
_CREATION_ONLY = ("storage_class", "access_modes", "volume_mode")
NAME_LIMIT = 63


class DiskWish(t.NamedTuple):
    """What one item of ``disks`` asks for, in the API's lists. ``kept`` says what cannot follow the wish any more."""

    disk: Tree
    volume: Tree
    template: Tree | None
    kept: tuple[str, ...] = ()


def check(disk: t.Mapping[str, t.Any]) -> None:
    """Refuse what no cluster could accept."""
    name = disk["name"]
    sources = [source for source in SOURCES if disk.get(source) is not None]
    if len(sources) > 1:
        raise InvalidOption(f"disks: {name} names {' and '.join(sources)}; a disk has one source.", option="disks")
    if disk.get("state") == "absent":
        return
    if disk.get("size") is not None:
        require_quantity(disk["size"], f"disks: size of {name}")
    if sources and sources[0] in _VOLUME_WORDS and any(disk.get(option) for option in ("size", *_CREATION_ONLY)):
        raise InvalidOption(
            f"disks: {name} comes from {sources[0]}, so its size and storage cannot be chosen here.", option="disks"
        )


def volume_name(vm: str, disk: str) -> str:
    """Return the name of the DataVolume of a disk: ``vm-disk``, at most 63 characters, the same in every run."""
    name = f"{vm}-{disk}"
    if len(name) <= NAME_LIMIT:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: NAME_LIMIT - 9].rstrip('-.')}-{digest}"


def render_disk(disk: t.Mapping[str, t.Any], namespace: str, vm: str, found: Tree, *, unmade: bool = False) -> DiskWish:
    """Return the wish for one item of ``disks`` of a VM whose object is ``found`` (empty for a new one).

    ``unmade``: the disk is a template's, so nothing but its description is there.
    """
    name = disk["name"]
    if disk.get("state") == "absent":
        gone = {"name": name, DIRECTIVE: DELETE}
        return DiskWish(gone, dict(gone), None)
    there = named(dig(found, "spec.template.spec.volumes"), name)
    source = next((source for source in SOURCES if disk.get(source) is not None), None)
    if there is None and source is None:
        raise InvalidOption(
            f"disks: {name} is new on VirtualMachine {namespace}/{vm}, so it needs a source: {', '.join(SOURCES)}.",
            option="disks",
        )
    volume: Tree = {"name": name}
    template: Tree | None = None
    kept: tuple[str, ...] = ()
    data_volume = dig(there or {}, "dataVolume.name")
    if unmade and source is None and data_volume is not None:
        template = _storage_of_unmade(disk, data_volume, found)
    elif source in _VOLUME_WORDS:
        field, words = _VOLUME_WORDS[source]
        plant(volume, field, {})
        render(words, disk[source], volume[field])
    elif data_volume is not None and not unmade:
        template, kept = _existing(disk, source, namespace, data_volume, found)
    elif source is not None:
        was = _template_named(data_volume, found) if data_volume else {}
        own = data_volume if was else volume_name(vm, name)
        template = _template(disk, source, namespace, own, has_size=bool(was))
        volume["dataVolume"] = {"name": own}
        template["spec"] = _in_place_of(was, template["spec"])
    return DiskWish(_device(disk, found), volume, template, kept)


def _device(disk: t.Mapping[str, t.Any], found: Tree) -> Tree:
    there = named(dig(found, "spec.template.spec.domain.devices.disks"), disk["name"]) or {}
    kind = disk.get("type") or device_type(there)
    device: Tree = {"name": disk["name"]}
    if disk.get("type"):
        device[kind] = {}
    render((Word("bus", f"{kind}.bus"), Word("read_only", f"{kind}.readonly"), *_GUEST_WORDS), disk, device)
    return device


def device_type(device: Tree) -> str:
    """Return what the guest sees: ``disk``, ``cdrom`` or ``lun``."""
    return next((kind for kind in DEVICE_TYPES if kind in device), "disk")


def _template(disk: t.Mapping[str, t.Any], source: str, namespace: str, name: str, *, has_size: bool = False) -> Tree:
    if disk.get("size") is None and source not in SIZED_BY_SOURCE and not has_size:
        raise InvalidOption(f"disks: {disk['name']} needs a size, since {source} does not bring one.", option="disks")
    return {"metadata": {"name": name}, "spec": volume_spec(disk, source, namespace)}


def volume_spec(options: t.Mapping[str, t.Any], source: str, namespace: str) -> Tree:
    """Return the spec of a DataVolume in that namespace; ``options`` has the source, the size and the storage."""
    spec = storage_spec(options)
    field, words = _DATA_WORDS[source]
    plant(spec, field, {})
    wanted = dict(options[source])
    if source in SIZED_BY_SOURCE:
        wanted["namespace"] = wanted.get("namespace") or namespace or None
    if source == "data_source":
        wanted["kind"] = "DataSource"
    render(words, wanted, dig(spec, field))
    return spec


def storage_spec(options: t.Mapping[str, t.Any]) -> Tree:
    """Return the part of the spec of a DataVolume that says where its data is kept."""
    spec: Tree = {"storage": {}}
    render(_STORAGE_WORDS, options, spec)
    return spec


def _existing(
    disk: t.Mapping[str, t.Any], source: str | None, namespace: str, data_volume: str, found: Tree
) -> tuple[Tree | None, tuple[str, ...]]:
    # a DataVolume cannot be changed once it is made: only its size can follow the task
    template = next(
        (item for item in dig(found, "spec.dataVolumeTemplates") or () if item["metadata"]["name"] == data_volume), None
    )
    if template is None:
        return None, ()
    kept = []
    if source is not None:
        wanted = _template({**disk, "size": disk.get("size") or 1}, source, namespace, data_volume)["spec"]
        if any(wanted.get(field) != template["spec"].get(field) for field in ("source", "sourceRef")):
            kept.append("source")
    said: Tree = {}
    describe(_STORAGE_WORDS, copy.deepcopy(template["spec"]), said)
    kept += [option for option in _CREATION_ONLY if disk.get(option) and disk[option] != said.get(option)]
    if disk.get("size") is None:
        return None, tuple(kept)
    wish: Tree = {"metadata": {"name": data_volume}}
    plant(wish, f"spec.{storage_field(template)}.resources.requests.storage", str(disk["size"]))
    return wish, tuple(kept)


def _template_named(name: str, found: Tree) -> Tree:
    templates = dig(found, "spec.dataVolumeTemplates") or ()
    return next((item for item in templates if item["metadata"]["name"] == name), {})


def _storage_of_unmade(disk: t.Mapping[str, t.Any], data_volume: str, found: Tree) -> Tree:
    wish: Tree = {"metadata": {"name": data_volume}, "spec": {}}
    field = storage_field(_template_named(data_volume, found) or {"spec": {}})
    render(
        tuple(Word(option, path.replace("storage", field, 1)) for option, path, _form in _STORAGE_WORDS),
        disk,
        wish["spec"],
    )
    return wish


def _in_place_of(was: Tree, spec: Tree) -> Tree:
    """Return a wish that leaves nothing of the source that a template names for the disk; its storage stays."""
    if not was:
        return spec
    field = storage_field(was)
    said = {key: value for key, value in spec.items() if key != "storage"}
    if isinstance(said.get("source"), dict):
        others = dict.fromkeys(dig(was, "spec.source") or ())
        said["source"] = {**others, **said["source"]}
    if spec["storage"]:
        said[field] = spec["storage"]
    return said


def storage_field(template: Tree) -> str:
    """Return where a DataVolume says its size: ``storage``, or ``pvc`` in its older form."""
    return "pvc" if "pvc" in template["spec"] else "storage"


def describe_disks(rest: Tree, namespace: str) -> list[Tree]:
    """Move the disks of the object ``rest`` to the words of ``disks``; what these cannot say stays."""
    disks = take_list(rest, "spec.template.spec.domain.devices.disks")
    volumes = {volume["name"]: volume for volume in take_list(rest, "spec.template.spec.volumes")}
    templates = {item["metadata"]["name"]: item for item in take_list(rest, "spec.dataVolumeTemplates")}
    words, unsaid = [], []
    for device in disks:
        said: Tree = {"name": device["name"]}
        kind = device_type(device)
        if kind in device:
            said["type"] = kind
            describe((Word("bus", f"{kind}.bus"), Word("read_only", f"{kind}.readonly")), device, said)
            device.pop(kind, None)
        describe(_GUEST_WORDS, device, said)
        volume = volumes.get(said["name"], {})
        _describe_source(volume, templates, said, namespace)
        if len(volume) == 1:
            del volumes[said["name"]]
        if len(device) > 1:
            unsaid.append(device)
        words.append(said)
    _put_back(rest, "spec.template.spec.domain.devices.disks", unsaid)
    _put_back(rest, "spec.template.spec.volumes", list(volumes.values()))
    _put_back(rest, "spec.dataVolumeTemplates", list(templates.values()))
    return words


def _describe_source(volume: Tree, templates: dict[str, Tree], said: Tree, namespace: str) -> None:
    template = templates.get(dig(volume, "dataVolume.name"))
    if template is None:
        _describe_one_of(_VOLUME_WORDS, volume, said)
        return
    spec = template["spec"]
    describe_volume_spec(spec, said, namespace)
    del volume["dataVolume"]
    if not spec and set(template) == {"metadata", "spec"} and set(template["metadata"]) == {"name"}:
        del templates[template["metadata"]["name"]]


def describe_volume_spec(spec: Tree, said: Tree, namespace: str) -> None:
    """Move what the words can say of the spec of a DataVolume to ``said``; the rest stays."""
    _describe_one_of(_DATA_WORDS, spec, said)
    for source in SIZED_BY_SOURCE:
        if source in said:
            said[source].pop("kind", None)
            if said[source].get("namespace") == namespace:
                del said[source]["namespace"]
    describe(_STORAGE_WORDS, spec, said)
    if spec.get("storage") in ({}, {"resources": {}}):
        del spec["storage"]


def _describe_one_of(table: dict[str, tuple[str, tuple[Word, ...]]], rest: Tree, said: Tree) -> None:
    for source, (field, words) in table.items():
        inner = dig(rest, field)
        if inner is not None:
            said[source] = {}
            describe(words, inner, said[source])
            if not inner:
                take(rest, field)


def _put_back(rest: Tree, path: str, items: list[t.Any]) -> None:
    if items:
        plant(rest, path, items)
