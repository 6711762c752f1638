# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloud-init and sysprep: what configures the guest at its first start. Private to vmo.core."""

from __future__ import annotations

import base64
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig, plant, take_list
from ansible_collections.vmo.core.plugins.module_utils._words import text
from ansible_collections.vmo.core.plugins.module_utils._words.fields import Tree, Word, describe

VOLUMES = "spec.template.spec.volumes"
_TYPES = {"no_cloud": "cloudInitNoCloud", "config_drive": "cloudInitConfigDrive"}
_INLINE = ("userData", "userDataBase64", "networkData", "networkDataBase64")
_REFERENCES = (
    Word("secret", "secretRef.name"),
    Word("network_data_secret", "networkDataSecretRef.name"),
)
# KubeVirt refuses longer documents in the VM itself (bytes)
INLINE_LIMIT = 2048
DISK_NAME = "cloudinit"
SYSPREP_NAME = "sysprep"
# the keys that KubeVirt reads from the Secrets that secretRef and networkDataSecretRef name
USER_KEY, NETWORK_KEY = "userdata", "networkdata"


class GuestConfig(t.NamedTuple):
    """The wish for the cloud-init disk, and the content of the Secret that keeps it (``None``: kept in the VM)."""

    disk: Tree
    volume: Tree
    secret: dict[str, str] | None = None


def secret_name(vm: str) -> str:
    """Return the name of the Secret in which a VM's cloud-init is kept."""
    return f"{vm}-cloud-init"


def check(options: t.Mapping[str, t.Any]) -> None:
    """Refuse what no cluster could accept."""
    wanted = options.get("cloud_init") or {}
    given = (
        wanted.get("user_data") is not None or wanted.get("network_data") is not None or bool(options.get("ssh_keys"))
    )
    for reference, content in (("secret", "user_data"), ("network_data_secret", "network_data")):
        if wanted.get(reference) is not None and (
            wanted.get(content) is not None or (given and content == "user_data")
        ):
            raise InvalidOption(
                f"cloud_init: {reference} names a Secret of yours, so {content} cannot be given as well.",
                option="cloud_init",
            )
    sysprep = options.get("sysprep") or {}
    if sysprep and (sysprep.get("config_map") is None) == (sysprep.get("secret") is None):
        raise InvalidOption("sysprep: name either config_map or secret.", option="sysprep")


def render_cloud_init(options: t.Mapping[str, t.Any], vm: str, found: Tree) -> GuestConfig | None:
    """Return the wish for cloud-init, ``None`` when the task does not name it."""
    wanted = options.get("cloud_init") or {}
    ssh_keys = options.get("ssh_keys") or []
    if not wanted and not ssh_keys:
        return None
    there, was = _volume(found)
    name = there.get("name", DISK_NAME)
    field = _TYPES.get(wanted.get("type") or "") or next((field for field in _TYPES.values() if field in there), None)
    field = field or _TYPES["no_cloud"]
    inline = _inline(was)
    if ssh_keys and wanted.get("user_data") is None and "secretRef" in was:
        raise InvalidOption(
            f"ssh_keys: the user data of {vm} is kept in the Secret {dig(was, 'secretRef.name')}, so keys can only be "
            "added to it together with cloud_init.user_data.",
            option="ssh_keys",
        )
    content = {
        USER_KEY: text.user_data(wanted.get("user_data"), ssh_keys, inline.get(USER_KEY)),
        NETWORK_KEY: text.network_data(wanted.get("network_data"), inline.get(NETWORK_KEY)),
    }
    given = {key: value for key, value in content.items() if value is not None}
    source: Tree = {}
    own = secret_name(vm)
    in_secret = own in (dig(was, "secretRef.name"), dig(was, "networkDataSecretRef.name"))
    keep = _keep_in_secret(wanted.get("store") or "auto", given, in_secret)
    if keep:
        for key, reference, inline_fields in (
            (USER_KEY, "secretRef", _INLINE[:2]),
            (NETWORK_KEY, "networkDataSecretRef", _INLINE[2:]),
        ):
            if key in given:
                source[reference] = {"name": own}
                source.update(dict.fromkeys(inline_fields))
    else:
        for key, inline_field, others in (
            (USER_KEY, "userData", ("secretRef", "userDataBase64")),
            (NETWORK_KEY, "networkData", ("networkDataSecretRef", "networkDataBase64")),
        ):
            if key in given and given[key] != inline.get(key):
                source[inline_field] = given[key]
                source.update(dict.fromkeys(others))
    for word in _REFERENCES:
        if wanted.get(word.option) is not None:
            plant(source, word.field, wanted[word.option])
            source.update(dict.fromkeys(_INLINE[:2] if word.option == "secret" else _INLINE[2:]))
    return GuestConfig({"name": name}, {"name": name, field: source}, given if keep else None)


def _keep_in_secret(store: str, given: dict[str, str], in_secret: bool) -> bool:
    if not given or store == "inline":
        return False
    too_long = any(len(document.encode()) > INLINE_LIMIT for document in given.values())
    return store == "secret" or in_secret or too_long or any(map(text.holds_secret, given.values()))


def _volume(found: Tree) -> tuple[Tree, Tree]:
    for volume in dig(found, VOLUMES) or ():
        for field in _TYPES.values():
            if field in volume:
                return volume, volume[field]
    return {}, {}


def _inline(source: Tree) -> dict[str, str]:
    content = {}
    for key, plain, encoded in ((USER_KEY, *_INLINE[:2]), (NETWORK_KEY, *_INLINE[2:])):
        if source.get(plain):
            content[key] = source[plain]
        elif source.get(encoded):
            content[key] = base64.b64decode(source[encoded]).decode("utf-8", "replace")
    return content


def inline_documents(found: Tree) -> dict[str, str]:
    """Return the cloud-init data that stands in a VM itself, by the words of its options."""
    content = _inline(_volume(found)[1])
    words = {USER_KEY: "user_data", NETWORK_KEY: "network_data"}
    return {words[key]: document for key, document in content.items()}


def keeps_own_secret(vm: str, found: Tree) -> bool:
    """Tell whether cloud-init data of a VM is in the Secret that belongs to it."""
    source = _volume(found)[1]
    return secret_name(vm) in (dig(source, "secretRef.name"), dig(source, "networkDataSecretRef.name"))


def render_sysprep(options: t.Mapping[str, t.Any]) -> GuestConfig | None:
    """Return the wish for sysprep, ``None`` when the task does not name it."""
    wanted = options.get("sysprep")
    if not wanted:
        return None
    kind, source = ("configMap", "config_map") if wanted.get("config_map") is not None else ("secret", "secret")
    other = {"configMap": "secret", "secret": "configMap"}[kind]
    return GuestConfig(
        {"name": SYSPREP_NAME},
        {"name": SYSPREP_NAME, "sysprep": {kind: {"name": wanted[source]}, other: None}},
    )


def describe_guest_config(rest: Tree, said: Tree) -> None:
    """Move cloud-init and sysprep from the object ``rest`` to their words; documents stay readable."""
    kept = []
    for volume in take_list(rest, VOLUMES):
        kind = next((kind for kind, field in _TYPES.items() if field in volume), None)
        if kind is not None and "cloud_init" not in said:
            said["cloud_init"] = _describe_cloud_init(kind, volume.pop(_TYPES[kind]))
        elif "sysprep" in volume:
            said["sysprep"] = {}
            source = {"sysprep": volume.pop("sysprep")}
            describe(
                (Word("config_map", "sysprep.configMap.name"), Word("secret", "sysprep.secret.name")),
                source,
                said["sysprep"],
            )
        else:
            kept.append(volume)
            continue
        _drop_plain_disk(rest, volume["name"])
    if kept:
        plant(rest, VOLUMES, kept)


def _describe_cloud_init(kind: str, source: Tree) -> Tree:
    said: Tree = {"type": kind}
    content = _inline(source)
    if USER_KEY in content:
        said["user_data"] = content[USER_KEY]
    if NETWORK_KEY in content:
        said["network_data"] = content[NETWORK_KEY]
    if any(map(text.holds_secret, content.values())):
        # asked for again without this word, it would move to a Secret
        said["store"] = "inline"
    describe(_REFERENCES, source, said)
    return said


def _drop_plain_disk(rest: Tree, name: str) -> None:
    path = "spec.template.spec.domain.devices.disks"
    kept = [disk for disk in take_list(rest, path) if disk["name"] != name or set(disk) - {"name", "disk", "cdrom"}]
    if kept:
        plant(rest, path, kept)


def is_guest_config(volume: Tree) -> bool:
    """Tell whether a volume is cloud-init or sysprep, which are no items of ``disks``."""
    return "sysprep" in volume or any(field in volume for field in _TYPES.values())
