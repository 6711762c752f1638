# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``maas_machine`` as wishes, one for each machine. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.network import address
from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import (
    LONGEST_NAME,
    Commissioning,
    Gateway,
    Permissions,
    WantedInterface,
    WantedLink,
    WantedMachine,
    WantedPower,
    WantedStorage,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.refine import refined, said
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.settings import swap_bytes

if t.TYPE_CHECKING:
    Tree = t.Mapping[str, t.Any]

MAC = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}|([0-9a-f]{4}\.){2}[0-9a-f]{4}", re.IGNORECASE)
_HOSTNAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", re.IGNORECASE)
# an option of one machine that says nothing leaves that of the task
_PERMISSIONS = (
    "release",
    "erase",
    "change_owned",
    "accept_failed_tests",
    "broken",
    "recommission",
    "retest",
)
_SECRET = re.compile(r"pass|secret|token$|^key$|private|k_g$|certificate", re.IGNORECASE)
_SIZE = re.compile(r"(\d+)\s*([KMGT]?)(i?)B?", re.IGNORECASE)


def wanted_machines(params: Tree) -> list[WantedMachine]:
    """Return what the task wants of each machine that it names; raises ``InvalidOption``."""
    own = [{"name": name} for name in params["name"] or ()] + list(params["machines"] or ())
    if not own and params["name"] is None and params["machines"] is None:
        raise _invalid("name", "say which machine: name, or machines for several with options of their own.")
    if params["wait_timeout"] < 1:
        raise _invalid("wait_timeout", f"wait_timeout: {params['wait_timeout']} is less than a second.")
    wanted = [_wanted(refined(params, each)) for each in own]
    names = [each.name.lower() for each in wanted]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _invalid("name", f"{twice[0]} is named twice.")
    return wanted


def normal_mac(text: str) -> str:
    """Return a MAC address as MAAS writes it."""
    digits = re.sub("[^0-9a-f]", "", text.lower())
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))


def size_bytes(option: str, text: str | None) -> int | None:
    """Return the bytes of a size: decimal units (``G``), binary ones (``Gi``), or bytes."""
    if text is None:
        return None
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise _invalid("storage", f"storage.{option}: {text!r} is no size such as 100G or 100Gi.")
    exponent = " KMGT".index(match[2].upper() or " ")
    return int(match[1]) * int((1024 if match[3] else 1000) ** exponent)


def _invalid(option: str, sentence: str) -> InvalidOption:
    return InvalidOption(sentence, option=option)


def _wanted(options: Tree) -> WantedMachine:
    name = options["name"].strip()
    if not name:
        raise _invalid("name", "name: the name of a machine is empty.")
    ready = options["state"] == "ready"
    if ready and options["locked"]:
        raise _invalid("locked", "locked: a machine that is to be ready cannot be locked; only a deployed one can.")
    _check_names(options)
    return WantedMachine(
        name=name,
        ready=ready,
        hostname=options["hostname"],
        domain=options["domain"],
        description=options["description"],
        pool=options["pool"],
        zone=options["zone"],
        tags=tuple(dict.fromkeys(options["tags"] or ())),
        without_tags=tuple(dict.fromkeys(options["without_tags"] or ())),
        swap_size=options["swap_size"],
        locked=options["locked"],
        power=_power(options["power"]),
        storage=_storage(options["storage"]),
        interfaces=tuple(_interface(each) for each in options["interfaces"] or ()),
        gateway=Gateway(**options["default_gateway"]) if options["default_gateway"] else None,
        commissioning=_commissioning(options["commissioning"] or {}),
        permissions=Permissions(**{word: options[word] for word in _PERMISSIONS}),
    )


def _check_names(options: Tree) -> None:
    hostname = options["hostname"]
    if hostname is not None and not _HOSTNAME.fullmatch(hostname):
        raise _invalid("hostname", f"hostname: {hostname!r} is not a host name; its domain goes into domain.")
    both = sorted(set(options["tags"] or ()) & set(options["without_tags"] or ()))
    if both:
        raise _invalid("tags", f"tags: {both[0]} is in tags and in without_tags.")
    if options["swap_size"] is not None:
        try:
            swap_bytes(options["swap_size"])
        except ValueError:
            raise _invalid(
                "swap_size", f"swap_size: {options['swap_size']!r} is no size such as 0 or 8G, and not default."
            ) from None


def _power(options: Tree | None) -> WantedPower | None:
    if options is None:
        return None
    params, secrets = options.get("parameters") or {}, options.get("secrets") or {}
    shown = sorted(name for name in params if _SECRET.search(name))
    if shown:
        raise _invalid("power", f"power: {shown[0]} belongs into secrets; parameters are shown.")
    return WantedPower(
        kind=options.get("type"),
        params=params,
        secrets=secrets,
        renew=bool(options.get("renew_secrets")),
        skip_check=bool(options.get("skip_check")),
    )


def _storage(options: Tree | None) -> WantedStorage | None:
    if options is None:
        return None
    if options.get("layout") is None and any(
        options.get(word) for word in ("root_device", "boot_size", "root_size", "vg_name", "lv_name", "lv_size")
    ):
        raise _invalid("storage", "storage: sizes, names and the root device belong to a layout; say which one.")
    return WantedStorage(
        layout=options.get("layout"),
        boot_disk=options.get("boot_disk"),
        root_device=options.get("root_device"),
        boot_size=size_bytes("boot_size", options.get("boot_size")),
        root_size=size_bytes("root_size", options.get("root_size")),
        vg_name=options.get("vg_name"),
        lv_name=options.get("lv_name"),
        lv_size=size_bytes("lv_size", options.get("lv_size")),
    )


def _commissioning(options: Tree) -> Commissioning:
    scripts, tests = options.get("scripts"), options.get("testing_scripts")
    return Commissioning(
        scripts=None if scripts is None else tuple(scripts),
        tests=None if tests is None else tuple(tests),
        parameters=options.get("parameters") or {},
        enable_ssh=options.get("enable_ssh"),
        skip_bmc_config=options.get("skip_bmc_config"),
        skip_networking=options.get("skip_networking"),
        skip_storage=options.get("skip_storage"),
    )


def _interface(options: Tree) -> WantedInterface:
    name = options["name"]
    if not name or len(name) > LONGEST_NAME or re.search(r"[\s/]", name):
        raise _invalid(
            "interfaces", f"interfaces: {name!r} is no name of an interface: 1 to {LONGEST_NAME} characters, no blanks."
        )
    mac = options.get("mac_address")
    if mac is not None and not MAC.fullmatch(mac):
        raise _invalid("interfaces", f"interfaces: {mac!r} of {name} is no MAC address.")
    kind = options.get("type")
    params: dict[str, t.Any] = {}
    for part in ("bond", "bridge"):
        told = said(options.get(part) or {})
        if told and kind not in (None, part):
            raise _invalid("interfaces", f"interfaces: {name} is a {kind} interface and has no {part} parameters.")
        kind = part if told else kind
        params.update({f"{part}_{word}": value for word, value in told.items()})
    links = options.get("links")
    parents = options.get("parents")
    return WantedInterface(
        name=name,
        kind=kind,
        absent=options.get("state") == "absent",
        mac=None if mac is None else normal_mac(mac),
        parents=None if parents is None else tuple(dict.fromkeys(parents)),
        params=params,
        vid=options.get("vid"),
        fabric=options.get("fabric"),
        mtu=options.get("mtu"),
        links=None if links is None else tuple(_link(name, each) for each in links),
    )


def _link(name: str, options: Tree) -> WantedLink:
    mode, told = options["mode"], options.get("address")
    if told is not None and (mode != "static" or address(told) is None):
        why = f"{told!r} is no IP address" if mode == "static" else f"a link with mode {mode} has no address of its own"
        raise _invalid("interfaces", f"interfaces: {why} ({name}).")
    return WantedLink(mode, options.get("subnet"), told)
