# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine loses when it becomes a template, and a template when it becomes a machine. Private to vmo.core."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.template import MEANT_FOR_VMS, in_domain, is_of_a_tool
from ansible_collections.vmo.core.plugins.module_utils._model.tree import MISSING, dig, plant, take, take_list
from ansible_collections.vmo.core.plugins.module_utils._plan.template.instantiate import name_namespace

Tree = dict[str, t.Any]
_TEMPLATE = "spec.template.spec"
_DEVICES = f"{_TEMPLATE}.domain.devices"
# whose annotations tell of one machine
_MACHINES = ("kubevirt.io", "kubemacpool.io")
_REFERENCES = {"secretRef": "cloud_init.secret", "networkDataSecretRef": "cloud_init.network_data_secret"}
_CLOUD_INIT = ("cloudInitNoCloud", "cloudInitConfigDrive")
# of one machine alone, with the words by which they are told
_OWN = {
    f"{_TEMPLATE}.accessCredentials": "access_credentials",
    f"{_TEMPLATE}.hostname": "hostname",
    f"{_TEMPLATE}.subdomain": "subdomain",
    "spec.runStrategy": "run_strategy",
    "spec.running": "run_strategy",
    f"{_TEMPLATE}.domain.firmware.uuid": "firmware.uuid",
    f"{_TEMPLATE}.domain.firmware.serial": "firmware.serial",
    "spec.instancetype.revisionName": "instancetype.revision",
    "spec.preference.revisionName": "preference.revision",
}


class Saved(t.NamedTuple):
    """A machine as a template: what it lost, in the words of the options, and claims that its VMs would share."""

    body: Tree
    removed: tuple[str, ...]
    shared: tuple[str, ...]


def save(vm: t.Mapping[str, t.Any]) -> Saved:
    """Return the template that a VM makes (facts/palette-vmo.md 3.6)."""
    body: Tree = {"metadata": {}, "spec": copy.deepcopy(vm["spec"])}
    removed = [word for path, word in _OWN.items() if take(body, path) not in (MISSING, None)]
    for place, word, domains in (
        ("metadata.labels", "labels", ()),
        ("metadata.annotations", "annotations", _MACHINES),
        ("spec.template.metadata.annotations", "template_annotations", _MACHINES),
    ):
        kept, lost = _split(dig(vm, place) or {}, domains)
        take(body, place)
        if kept:
            plant(body, place, kept)
        removed += [f"{word}.{name}" for name in lost]
    take(body, "spec.template.metadata.creationTimestamp")
    for interface in dig(body, f"{_DEVICES}.interfaces") or ():
        if interface.pop("macAddress", None):
            removed.append(f"networks.{interface['name']}.mac")
    removed += _forget_secrets(body)
    removed += _forget_hotplug(body)
    for template in dig(body, "spec.dataVolumeTemplates") or ():
        metadata = template["metadata"]
        template["metadata"] = {field: metadata[field] for field in ("name", "labels") if metadata.get(field)}
        template.pop("status", None)
        # not that of the next machine
        name_namespace(template["spec"], vm["metadata"]["namespace"])
    if not body["metadata"]:
        del body["metadata"]
    return Saved(body, tuple(dict.fromkeys(removed)), tuple(_shared(body)))


def _split(named: t.Mapping[str, t.Any], domains: t.Sequence[str]) -> tuple[Tree, list[str]]:
    kept, lost = {}, []
    for name, value in named.items():
        if is_of_a_tool(name) or (in_domain(name, domains) and name not in MEANT_FOR_VMS):
            lost.append(name)
        else:
            kept[name] = value
    return kept, lost


def _forget_secrets(body: Tree) -> list[str]:
    removed, kept = [], []
    volumes = take_list(body, f"{_TEMPLATE}.volumes")
    for volume in volumes:
        source = next((volume[field] for field in _CLOUD_INIT if field in volume), None)
        if source is None:
            kept.append(volume)
            continue
        removed += [word for field, word in _REFERENCES.items() if source.pop(field, None) is not None]
        if source:
            kept.append(volume)
        else:
            # KubeVirt refuses a cloud-init disk with nothing on it
            _drop_disk(body, volume["name"])
    if kept:
        plant(body, f"{_TEMPLATE}.volumes", kept)
    return removed


def _drop_disk(body: Tree, name: str) -> None:
    disks = [disk for disk in take_list(body, f"{_DEVICES}.disks") if disk["name"] != name]
    if disks:
        plant(body, f"{_DEVICES}.disks", disks)


def _forget_hotplug(body: Tree) -> list[str]:
    """Take away what is on its way out, and memory dumps, which are of one guest."""
    interfaces = dig(body, f"{_DEVICES}.interfaces") or []
    going = {item["name"] for item in interfaces if item.get("state") == "absent"}
    for path in (f"{_DEVICES}.interfaces", f"{_TEMPLATE}.networks"):
        items = dig(body, path)
        if going and items:
            plant(body, path, [item for item in items if item["name"] not in going])
    removed = [f"networks.{name}" for name in sorted(going)]
    volumes = dig(body, f"{_TEMPLATE}.volumes") or []
    dumps = {volume["name"] for volume in volumes if "memoryDump" in volume}
    if dumps:
        plant(body, f"{_TEMPLATE}.volumes", [volume for volume in volumes if volume["name"] not in dumps])
    return removed + [f"disks.{name}" for name in sorted(dumps)]


def _shared(body: Tree) -> list[str]:
    """Return the claims that the template does not make: all of its VMs would use the same."""
    own = {item["metadata"]["name"] for item in dig(body, "spec.dataVolumeTemplates") or ()}
    names = []
    for volume in dig(body, f"{_TEMPLATE}.volumes") or ():
        claim = dig(volume, "dataVolume.name") or dig(volume, "persistentVolumeClaim.claimName")
        if claim and claim not in own:
            names.append(f"{volume['name']} ({claim})")
    return names
