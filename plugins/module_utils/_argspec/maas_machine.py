# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``maas_machine``. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import (
    OptionGroup,
    Options,
    flag,
    items,
    mapping,
    number,
    text,
    texts,
)

_POWER: Options = {
    "type": text(),
    "parameters": mapping(),
    "secrets": mapping(no_log=True),
    "renew_secrets": flag(no_log=False),
    "skip_check": flag(),
}
_STORAGE: Options = {
    "layout": text(choices=["flat", "lvm", "blank"]),
    "boot_disk": text(),
    "root_device": text(),
    "boot_size": text(),
    "root_size": text(),
    "vg_name": text(),
    "lv_name": text(),
    "lv_size": text(),
}
_BOND: Options = {
    "mode": text(
        choices=[
            "balance-rr",
            "active-backup",
            "balance-xor",
            "broadcast",
            "802.3ad",
            "balance-tlb",
            "balance-alb",
        ]
    ),
    "miimon": number(),
    "updelay": number(),
    "downdelay": number(),
    "lacp_rate": text(choices=["slow", "fast"]),
    "xmit_hash_policy": text(choices=["layer2", "layer2+3", "layer3+4", "encap2+3", "encap3+4"]),
    "num_grat_arp": number(),
}
_BRIDGE: Options = {"type": text(choices=["standard", "ovs"]), "stp": flag(), "fd": number()}
_LINK: Options = {
    "mode": text(required=True, choices=["auto", "dhcp", "static", "link_up"]),
    "subnet": text(),
    "address": text(),
}
_INTERFACE: Options = {
    "name": text(required=True),
    "type": text(choices=["physical", "bond", "vlan", "bridge"]),
    "state": text(choices=["present", "absent"]),
    "mac_address": text(),
    "parents": texts(),
    "bond": mapping(_BOND),
    "bridge": mapping(_BRIDGE),
    "vid": number(),
    "fabric": text(),
    "mtu": number(),
    "links": items(_LINK),
}
# what can be said of all machines of a task, and of one of them otherwise
_BODY: Options = {
    "hostname": text(),
    "domain": text(),
    "description": text(),
    "pool": text(),
    "zone": text(),
    "tags": texts(),
    "without_tags": texts(),
    "swap_size": text(),
    "locked": flag(),
    "power": mapping(_POWER),
    "storage": mapping(_STORAGE),
    "interfaces": items(_INTERFACE),
    "default_gateway": mapping({"interface": text(required=True), "subnet": text()}),
}

MAAS_MACHINE = OptionGroup(
    {
        "name": texts(aliases=["names"]),
        "machines": items({"name": text(required=True), **_BODY}),
        "state": text(choices=["present", "ready"], default="present"),
        **_BODY,
        "commissioning": mapping(
            {
                "scripts": texts(),
                "testing_scripts": texts(),
                "parameters": mapping(),
                "enable_ssh": flag(),
                "skip_bmc_config": flag(),
                "skip_networking": flag(),
                "skip_storage": flag(),
            }
        ),
        "recommission": flag(default=False),
        "retest": flag(default=False),
        "accept_failed_tests": flag(default=False),
        "broken": text(choices=["refuse", "commission", "mark_fixed"], default="refuse"),
        "release": flag(default=False),
        "erase": text(choices=["none", "quick", "full", "secure"], default="none"),
        "change_owned": flag(default=False),
        "foreseen": mapping({"pools": texts(), "tags": texts()}),
        "wait": flag(default=True),
        "wait_timeout": number(default=3600),
    }
)
