# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of one VM laid over those that all VMs of a fleet share. Private to vmo.core.

The rules are those of ``_plan.merge``: what is not named stays, ``None`` takes away, and lists with a natural key merge
by it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.tree import join
from ansible_collections.vmo.core.plugins.module_utils._plan.merge import Shape, merge
from ansible_collections.vmo.core.plugins.module_utils._plan.vm_shape import VM_SHAPE

Tree = dict[str, t.Any]
_BY_NAME = {"name": None}
_DEFINITION = "definition."


def _within(paths: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {_DEFINITION + path: value for path, value in paths.items()}


_OPTION_SHAPE = Shape(
    keys={
        "disks": _BY_NAME,
        "networks": _BY_NAME,
        "networks.ports": {"port": None, "protocol": "TCP"},
        "gpus": _BY_NAME,
        "host_devices": _BY_NAME,
        "cpu.features": _BY_NAME,
        "tolerations": {"key": None, "operator": "Equal", "value": None, "effect": None},
        **_within(VM_SHAPE.keys),
    },
    unions={
        "disks": frozenset(
            {
                "container_disk",
                "registry",
                "http",
                "s3",
                "blank",
                "clone",
                "snapshot",
                "data_source",
                "pvc",
                "data_volume",
                "config_map",
                "secret",
            }
        ),
        "networks": frozenset({"pod", "multus"}),
        "clock": frozenset({"timezone", "utc_offset"}),
        "sysprep": frozenset({"config_map", "secret"}),
        **_within(VM_SHAPE.unions),
    },
    # a word counts as it is written: which ones mean the same is decided when it meets a VM
    same=lambda _path, _left, _right: False,
)


def _require_mappings(tree: t.Any, path: str) -> None:
    """Refuse what cannot be merged by a key; types are checked when all is put together."""
    if isinstance(tree, dict):
        for field, value in tree.items():
            _require_mappings(value, join(path, str(field)))
    elif isinstance(tree, list) and path in _OPTION_SHAPE.keys:
        for item in tree:
            if not isinstance(item, dict):
                raise InvalidOption(f"{path}: an item of it is no mapping.", option=path.partition(".")[0])
            _require_mappings(item, path)


def overlay(base: t.Mapping[str, t.Any], over: t.Mapping[str, t.Any]) -> Tree:
    """Return the options ``base`` with ``over`` laid over them; both stay as they are. Raises ``InvalidOption``."""
    for options in (base, over):
        _require_mappings(options, "")
    return t.cast("Tree", merge(dict(base), dict(over), _OPTION_SHAPE))
