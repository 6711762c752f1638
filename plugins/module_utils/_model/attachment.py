# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A NetworkAttachmentDefinition and the plug-in that it configures. Private to vmo.core."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree, mapping, text, tree, trees, whole

_BRIDGES = ("bridge", "cnv-bridge")
# what the plug-in takes where the configuration names no bridge
_USUAL_BRIDGE = "cni0"


@dataclass(frozen=True)
class Attachment:
    """A NetworkAttachmentDefinition; ``name`` has the namespace before a slash.

    ``fault`` is what is wrong with its configuration, to be read after "that". ``bridge`` and ``vlan`` are those of a
    bridge plug-in, ``addresses`` the type of its address management.
    """

    name: str
    type: str | None = None
    bridge: str | None = None
    vlan: int | None = None
    addresses: str | None = None
    fault: str = ""

    @classmethod
    def of(cls, raw: Tree) -> Attachment:
        """Read a NetworkAttachmentDefinition."""
        metadata = tree(raw, "metadata")
        name = "/".join(filter(None, (text(metadata, "namespace"), text(metadata, "name"))))
        config = tree(raw, "spec").get("config")
        if not config:
            return cls(name)
        try:
            found: t.Any = json.loads(str(config))
        except ValueError:
            return cls(name, fault="is no JSON")
        plugin = mapping(found)
        if "plugins" in plugin:
            plugin = next(iter(trees(plugin["plugins"])), {})
        kind = text(plugin, "type")
        if kind is None:
            # an empty mapping means that the configuration is a file on the nodes
            return cls(name, fault="names no type of plug-in" if found else "")
        vlan = plugin.get("vlan")
        fault = "" if vlan is None or _is_vlan(vlan) else f"asks for the VLAN {vlan!r}, which is none"
        is_bridge = kind in _BRIDGES
        return cls(
            name,
            kind,
            (text(plugin, "bridge") or _USUAL_BRIDGE) if is_bridge else None,
            whole(plugin, "vlan") if is_bridge and not fault else None,
            text(tree(plugin, "ipam"), "type"),
            fault,
        )


def _is_vlan(value: t.Any) -> bool:
    highest = 4094
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= highest
