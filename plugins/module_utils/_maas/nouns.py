# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nouns and operations of MAAS's API: where they are, and how a sentence calls them. Private to vmo.core."""

from __future__ import annotations

import typing as t
from urllib.parse import quote


class Noun(t.NamedTuple):
    """Things of a kind: paths below the root, with ``{of}`` for the machine that they belong to, and words."""

    collection: str
    item: str
    one: str
    many: str
    named: str = "name"  # the field that a sentence names it by when it is created


def _plain(path: str, one: str, many: str = "", **more: str) -> Noun:
    return Noun(f"{path}/", f"{path}/{{name}}/", one, many or f"{one}s", **more)


def _of_machine(path: str, one: str) -> Noun:
    return _plain(f"nodes/{{of}}/{path}", one)


NOUNS = {
    "account": _plain("account", "account"),
    "blockdevices": _of_machine("blockdevices", "block device"),
    "boot-resources": _plain("boot-resources", "boot resource"),
    "devices": _of_machine("devices", "device"),
    "dnsresources": _plain("dnsresources", "DNS resource"),
    "domains": _plain("domains", "domain"),
    "events": _plain("events", "event"),
    "fabrics": _plain("fabrics", "fabric"),
    "interfaces": _of_machine("interfaces", "interface"),
    "ipranges": _plain("ipranges", "IP range", named="start_ip"),
    "maas": _plain("maas", "MAAS", "MAAS"),
    "machines": _plain("machines", "machine", named="hostname"),
    "notifications": _plain("notifications", "notification"),
    "rackcontrollers": _plain("rackcontrollers", "rack controller"),
    "regioncontrollers": _plain("regioncontrollers", "region controller"),
    "resourcepools": Noun("resourcepools/", "resourcepool/{name}/", "resource pool", "resource pools"),
    "results": _of_machine("results", "result"),
    "scripts": _plain("scripts", "script"),
    "spaces": _plain("spaces", "space"),
    "static-routes": _plain("static-routes", "static route"),
    "subnets": _plain("subnets", "subnet", named="cidr"),
    "tags": _plain("tags", "tag"),
    "users": _plain("users", "user"),
    "version": _plain("version", "version", "the version"),
    "vlans": _plain("vlans", "VLAN"),
    "zones": _plain("zones", "zone"),
}

# What an operation does, as a sentence goes on after "Cannot"; the others are verbs already.
_VERBS = {
    "add_tag": "add a tag to",
    "create_bond": "create a bond on",
    "create_bridge": "create a bridge on",
    "create_physical": "create a physical interface on",
    "create_vlan": "create a VLAN interface on",
    "exit_rescue_mode": "leave the rescue mode of",
    "get_config": "read a setting of",
    "ip_addresses": "read the addresses of",
    "is_importing": "ask about the import of",
    "link_subnet": "link a subnet to",
    "mark_broken": "call broken",
    "mark_fixed": "call repaired",
    "override_failed_testing": "override the failed tests of",
    "power_off": "power off",
    "power_on": "power on",
    "power_parameters": "read the power parameters of",
    "query": "read",
    "query_power_state": "ask for the power state of",
    "remove_tag": "remove a tag from",
    "rescue_mode": "enter the rescue mode of",
    "set_boot_disk": "boot from",
    "set_config": "change a setting of",
    "set_default_gateway": "set the default gateway of",
    "set_storage_layout": "set the storage layout of",
    "set_workload_annotations": "set the workload annotations of",
    "set_zone": "set the zone of",
    "statistics": "read the statistics of",
    "unlink_subnet": "unlink a subnet of",
    "update_nodes": "change the machines of",
    "whoami": "find the owner of the API key among",
}


class Attempt(t.NamedTuple):
    """What was tried on what, and the texts that no message may repeat.

    ``verb`` is a word of ours, or with ``is_action`` the name of an operation that changes something. ``of`` is the
    machine that the thing belongs to.
    """

    verb: str
    noun: str
    name: str = ""
    of: str = ""
    secrets: tuple[str, ...] = ()
    is_action: bool = False

    @property
    def thing(self) -> str:
        """Return ``machine abc123``, ``machines`` or ``interface br0 of machine abc123``."""
        noun = NOUNS[self.noun]
        what = f"{noun.one} {self.name}" if self.name else noun.many
        return f"{what} of machine {self.of}" if self.of else what

    @property
    def sentence(self) -> str:
        """Return ``Cannot commission machine abc123``."""
        return f"Cannot {_VERBS.get(self.verb, self.verb.replace('_', ' '))} {self.thing}"

    def called(self, kind: str) -> str:
        """Return our words for a class of MAAS's, such as ``ResourcePool``, if the attempt is about one of these."""
        one = NOUNS[self.noun].one
        if self.name and kind.lower() == one.replace(" ", "").lower():
            return one
        return "machine" if self.machine and kind in ("Machine", "Node") else ""

    @property
    def machine(self) -> str:
        """Return the ``system_id`` of the machine that would have changed, empty if it is about something else."""
        return self.of or (self.name if self.noun == "machines" else "")


def path(noun: str, name: str = "", of: str = "") -> str:
    """Return a path below the root; a name with a slash in it does not reach another thing."""
    template = NOUNS[noun].item if name else NOUNS[noun].collection
    return template.format(name=quote(name, safe=""), of=quote(of, safe=""))
