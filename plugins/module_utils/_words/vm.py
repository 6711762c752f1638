# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of a virtual machine: every option of ``vmo_vm`` that is a part of the object. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import require_quantity
from ansible_collections.vmo.core.plugins.module_utils._model.tree import (
    MISSING,
    append,
    copied,
    dig,
    join,
    named,
    plant,
    take,
)
from ansible_collections.vmo.core.plugins.module_utils._words import disks, guest_config, networks
from ansible_collections.vmo.core.plugins.module_utils._words.fields import (
    PRESENCE,
    TEXT,
    TEXT_MAP,
    Items,
    Tree,
    Word,
    describe,
    render,
)

TEMPLATE = "spec.template.spec"


def _at(base: str, *pairs: tuple[str, str]) -> tuple[Word, ...]:
    return tuple(Word(option, join(base, field)) for option, field in pairs)


_DEVICES = join(TEMPLATE, "domain.devices")
_HOST_DEVICE = Items({"name": "name", "device_name": "deviceName", "tag": "tag"})
WORDS: tuple[Word, ...] = (
    Word("labels", "metadata.labels", TEXT_MAP),
    Word("annotations", "metadata.annotations", TEXT_MAP),
    Word("template_labels", "spec.template.metadata.labels", TEXT_MAP),
    Word("template_annotations", "spec.template.metadata.annotations", TEXT_MAP),
    *_at(
        "spec.instancetype",
        ("instancetype.name", "name"),
        ("instancetype.kind", "kind"),
        ("instancetype.infer_from_volume", "inferFromVolume"),
        ("instancetype.infer_from_volume_failure_policy", "inferFromVolumeFailurePolicy"),
    ),
    *_at(
        "spec.preference",
        ("preference.name", "name"),
        ("preference.kind", "kind"),
        ("preference.infer_from_volume", "inferFromVolume"),
        ("preference.infer_from_volume_failure_policy", "inferFromVolumeFailurePolicy"),
    ),
    Word("update_volumes_strategy", "spec.updateVolumesStrategy"),
    *_at(
        join(TEMPLATE, "domain"),
        ("cpu.cores", "cpu.cores"),
        ("cpu.sockets", "cpu.sockets"),
        ("cpu.threads", "cpu.threads"),
        ("cpu.max_sockets", "cpu.maxSockets"),
        ("cpu.model", "cpu.model"),
        ("cpu.dedicated", "cpu.dedicatedCpuPlacement"),
        ("cpu.isolate_emulator_thread", "cpu.isolateEmulatorThread"),
        ("machine_type", "machine.type"),
        ("firmware.uuid", "firmware.uuid"),
        ("firmware.serial", "firmware.serial"),
        ("firmware.secure_boot", "firmware.bootloader.efi.secureBoot"),
        ("firmware.persistent", "firmware.bootloader.efi.persistent"),
        ("clock.timezone", "clock.timezone"),
        ("clock.utc_offset", "clock.utc.offsetSeconds"),
        ("io_threads_policy", "ioThreadsPolicy"),
    ),
    Word("cpu.features", join(TEMPLATE, "domain.cpu.features"), Items({"name": "name", "policy": "policy"})),
    Word("memory", join(TEMPLATE, "domain.memory.guest"), TEXT),
    Word("max_memory", join(TEMPLATE, "domain.memory.maxGuest"), TEXT),
    Word("hugepages", join(TEMPLATE, "domain.memory.hugepages.pageSize"), TEXT),
    Word("requests", join(TEMPLATE, "domain.resources.requests"), TEXT_MAP),
    Word("limits", join(TEMPLATE, "domain.resources.limits"), TEXT_MAP),
    Word("rng", join(_DEVICES, "rng"), PRESENCE),
    *_at(
        _DEVICES,
        ("tpm.persistent", "tpm.persistent"),
        ("graphics", "autoattachGraphicsDevice"),
        ("serial_console", "autoattachSerialConsole"),
        ("memory_balloon", "autoattachMemBalloon"),
        ("network_multiqueue", "networkInterfaceMultiqueue"),
        ("block_multiqueue", "blockMultiQueue"),
        ("watchdog.name", "watchdog.name"),
    ),
    Word("gpus", join(_DEVICES, "gpus"), _HOST_DEVICE),
    Word("host_devices", join(_DEVICES, "hostDevices"), _HOST_DEVICE),
    Word("node_selector", join(TEMPLATE, "nodeSelector"), TEXT_MAP),
    Word("affinity", join(TEMPLATE, "affinity")),
    Word(
        "tolerations",
        join(TEMPLATE, "tolerations"),
        Items(
            {
                "key": "key",
                "operator": "operator",
                "value": "value",
                "effect": "effect",
                "toleration_seconds": "tolerationSeconds",
            },
            keys=4,
        ),
    ),
    *_at(
        TEMPLATE,
        ("architecture", "architecture"),
        ("priority_class", "priorityClassName"),
        ("scheduler_name", "schedulerName"),
        ("eviction_strategy", "evictionStrategy"),
        ("start_strategy", "startStrategy"),
        ("termination_grace_period", "terminationGracePeriodSeconds"),
        ("hostname", "hostname"),
        ("subdomain", "subdomain"),
    ),
)
_WATCHDOGS = ("i6300esb", "diag288")
# what KubeVirt looks at when it makes a VM, and puts its finding in the place of
_INFERENCES = tuple(
    f"spec.{matcher}.{field}"
    for matcher in ("instancetype", "preference")
    for field in ("inferFromVolume", "inferFromVolumeFailurePolicy")
)


class Wish(t.NamedTuple):
    """A task's options as a part of the object; ``kept`` holds sentences on what cannot follow them any more."""

    body: Tree
    secret: dict[str, str] | None
    kept: tuple[str, ...]


def check_words(options: t.Mapping[str, t.Any]) -> None:
    """Refuse options that no cluster could accept, before anything is read or sent."""
    for option, check in (("disks", disks.check), ("networks", networks.check)):
        seen: set[str] = set()
        for item in options.get(option) or ():
            if item["name"] in seen:
                raise InvalidOption(f"{option}: {item['name']} is listed twice.", option=option)
            seen.add(item["name"])
            check(item)
    _check_quantities(options)
    for option in options.get("exclusive") or ():
        if options.get(option) is None:
            raise InvalidOption(
                f"exclusive: it names {option}, but the task does not say which {option} there shall be.",
                option="exclusive",
            )
    guest_config.check(options)


def _check_quantities(options: t.Mapping[str, t.Any]) -> None:
    for option in ("memory", "max_memory", "hugepages"):
        if options.get(option) is not None:
            require_quantity(options[option], option)
    for option in ("requests", "limits"):
        for resource, amount in (options.get(option) or {}).items():
            if amount is not None:
                require_quantity(amount, f"{option}: {resource}")


def render_vm(
    options: t.Mapping[str, t.Any],
    namespace: str,
    name: str,
    found: Tree,
    *,
    running: bool,
    unmade: t.Collection[str] | None = None,
) -> Wish:
    """Return what the options ask of the VM ``found`` (empty for a new one).

    ``unmade`` names the disks of ``found`` that a template describes and nobody has made yet; ``None``: it is a VM.
    """
    body: Tree = {}
    render(WORDS, options, body)
    for path in _INFERENCES if found and unmade is None else ():
        take(body, path)
    _render_unions(options, body, found)
    kept: list[str] = []
    for disk in _with_exclusions(options, "disks", _disk_names(found)):
        wish = disks.render_disk(disk, namespace, name, found, unmade=disk["name"] in (unmade or ()))
        _append_disk(body, wish.disk, wish.volume, found)
        if wish.template is not None:
            append(body, "spec.dataVolumeTemplates", wish.template)
        kept += [
            f"Disk {disk['name']} of VirtualMachine {namespace}/{name} keeps its {what.replace('_', ' ')}, "
            "which is only for a new disk."
            for what in wish.kept
        ]
    for network in _with_exclusions(options, "networks", _network_names(found)):
        net = networks.render_network(network, f"VirtualMachine {namespace}/{name}", found, running=running)
        if net.network is not None:
            append(body, join(TEMPLATE, "networks"), net.network)
        append(body, join(_DEVICES, "interfaces"), net.interface)
    cloud_init = guest_config.render_cloud_init(options, name, found)
    for config in (cloud_init, guest_config.render_sysprep(options)):
        if config is not None:
            _append_disk(body, config.disk, config.volume, found)
    return Wish(body, cloud_init.secret if cloud_init else None, tuple(kept))


def _render_unions(options: t.Mapping[str, t.Any], body: Tree, found: Tree) -> None:
    domain = join(TEMPLATE, "domain")
    bootloader = dig(options, "firmware.bootloader")
    if bootloader == "bios":
        plant(body, join(domain, "firmware.bootloader.bios"), {})
    elif bootloader == "uefi":
        _plant_empty(body, join(domain, "firmware.bootloader.efi"))
    if dig(options, "firmware.secure_boot"):
        # KubeVirt refuses secure boot without system management mode
        plant(body, join(domain, "features.smm.enabled"), True)
    tpm = dig(options, "tpm.enabled")
    if tpm is False:
        plant(body, join(_DEVICES, "tpm"), None)
    elif options.get("tpm") is not None:
        _plant_empty(body, join(_DEVICES, "tpm"))
    watchdog = options.get("watchdog")
    if watchdog:
        there = dig(found, join(_DEVICES, "watchdog")) or {}
        model = watchdog.get("model") or next((model for model in _WATCHDOGS if model in there), None)
        if model is None:
            raise InvalidOption(f"watchdog: a new one needs a model: {', '.join(_WATCHDOGS)}.", option="watchdog")
        action = watchdog.get("action") or dig(there, f"{model}.action") or "reset"
        plant(body, join(_DEVICES, f"watchdog.{model}.action"), action)
    if options.get("networks") == []:
        plant(body, join(_DEVICES, "autoattachPodInterface"), False)


def _with_exclusions(options: t.Mapping[str, t.Any], option: str, found: list[str]) -> list[t.Any]:
    wanted = list(options.get(option) or ())
    if option in (options.get("exclusive") or ()):
        names = {item["name"] for item in wanted}
        wanted += [{"name": name, "state": "absent"} for name in found if name not in names]
    return wanted


def _disk_names(found: Tree) -> list[str]:
    config = {
        volume["name"] for volume in dig(found, join(TEMPLATE, "volumes")) or () if guest_config.is_guest_config(volume)
    }
    return [disk["name"] for disk in dig(found, join(_DEVICES, "disks")) or () if disk["name"] not in config]


def _network_names(found: Tree) -> list[str]:
    return [interface["name"] for interface in dig(found, join(_DEVICES, "interfaces")) or ()]


def _plant_empty(body: Tree, path: str) -> None:
    if dig(body, path) is None:
        plant(body, path, {})


def _append_disk(body: Tree, disk: Tree, volume: Tree, found: Tree) -> None:
    append(body, join(TEMPLATE, "volumes"), volume)
    if len(disk) > 1 or named(dig(found, join(TEMPLATE, "volumes")), volume["name"]) is None:
        # KubeVirt gives a volume without a disk one of its own; that is how it may stay
        append(body, join(_DEVICES, "disks"), disk)


def describe_vm(vm: Tree) -> Tree:
    """Return a VM in the words of its options. What these cannot say is under ``definition``, unchanged.

    Documents of cloud-init are returned as they are: hide them with ``_plan.diff`` before anybody sees them.
    """
    rest = copied(vm)
    said: Tree = {}
    _drop_server_fields(rest)
    guest_config.describe_guest_config(rest, said)
    for option, items in (
        ("disks", disks.describe_disks(rest, dig(vm, "metadata.namespace", ""))),
        ("networks", networks.describe_networks(rest)),
    ):
        if items:
            said[option] = items
    _describe_unions(rest, said)
    describe(WORDS, rest, said)
    if rest:
        said["definition"] = rest
    return said


def _describe_unions(rest: Tree, said: Tree) -> None:
    domain = join(TEMPLATE, "domain")
    bootloader = dig(rest, join(domain, "firmware.bootloader"))
    if bootloader is not None and "efi" in bootloader:
        plant(said, "firmware.bootloader", "uefi")
        if not bootloader["efi"]:
            take(rest, join(domain, "firmware.bootloader.efi"))
    elif bootloader == {"bios": {}}:
        plant(said, "firmware.bootloader", "bios")
        take(rest, join(domain, "firmware.bootloader"))
    if dig(rest, join(_DEVICES, "tpm")) is not None:
        plant(said, "tpm.enabled", True)
        if not dig(rest, join(_DEVICES, "tpm")):
            take(rest, join(_DEVICES, "tpm"))
    for model in _WATCHDOGS:
        action = take(rest, join(_DEVICES, f"watchdog.{model}.action"))
        if action is not MISSING:
            plant(said, "watchdog.model", model)
            plant(said, "watchdog.action", action)
    if "networks" not in said and dig(rest, join(_DEVICES, "autoattachPodInterface")) is False:
        take(rest, join(_DEVICES, "autoattachPodInterface"))
        said["networks"] = []
    run_strategy = take(rest, "spec.runStrategy")
    if run_strategy is not MISSING:
        said["run_strategy"] = run_strategy


def _drop_server_fields(rest: Tree) -> None:
    for path in ("apiVersion", "kind", "status", "spec.template.metadata.creationTimestamp"):
        take(rest, path)
    metadata = rest.get("metadata", {})
    rest["metadata"] = {field: metadata[field] for field in ("labels", "annotations") if metadata.get(field)}
    for annotation in list(dig(rest, "metadata.annotations") or ()):
        if annotation.startswith(SERVER_ANNOTATIONS):
            del rest["metadata"]["annotations"][annotation]
    if not dig(rest, "metadata.annotations", True):
        del rest["metadata"]["annotations"]
    if not rest["metadata"]:
        del rest["metadata"]
    for template in dig(rest, "spec.dataVolumeTemplates") or ():
        if template["metadata"].get("creationTimestamp", MISSING) is None:
            del template["metadata"]["creationTimestamp"]
    if dig(rest, join(TEMPLATE, "domain.resources")) == {}:
        take(rest, join(TEMPLATE, "domain.resources"))


# written by kubectl, controllers and kubemacpool, never by a task
SERVER_ANNOTATIONS = (
    "kubectl.kubernetes.io/",
    "kubevirt.io/latest-observed-api-version",
    "kubevirt.io/storage-observed-api-version",
    "kubemacpool.io/",
)
