# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the options of a task to what a cluster is to be good for. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import ClusterDemands, ClusterThresholds
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.catalogue import CATALOGUE
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import version_of
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.choice import ids_of, overrides_of

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import Version

Params = t.Mapping[str, t.Any]
HIGHEST_VLAN = 4094
PARTS = ("quota_used", "certificate_left")
VERSIONS = ("minimum_kubernetes", "minimum_kubevirt", "minimum_cdi")


def demands_of(params: Params) -> ClusterDemands:
    """Return what a task asks for. Raises ``InvalidOption`` for what cannot be."""
    purposes = tuple(dict.fromkeys(params["for"]))
    if not purposes:
        raise InvalidOption("for: name what the cluster is to be good for, such as run.", option="for")
    for vlan in params["vlans"] or ():
        if not 0 < vlan <= HIGHEST_VLAN:
            raise InvalidOption(f"vlans: {vlan} is no VLAN; they go from 1 to {HIGHEST_VLAN}.", option="vlans")
    namespace = params["namespace"]
    return ClusterDemands(
        purposes=purposes,
        namespace=namespace,
        images=params["images_namespace"],
        classes=tuple(params["storage_classes"] or ()),
        nodes=params["nodes"],
        bridge=params["bridge"],
        vlans=tuple(params["vlans"] or ()),
        attachments=tuple(
            name if "/" in name else f"{namespace or 'default'}/{name}" for name in params["networks"] or ()
        ),
        load_balancer=params["load_balancer"],
        thresholds=_thresholds(params["thresholds"]),
        overrides=overrides_of(CATALOGUE, params),
        only=ids_of(CATALOGUE, params, "only"),
        ignore=ids_of(CATALOGUE, params, "ignore"),
    )


def _thresholds(given: Params) -> ClusterThresholds:
    for name in PARTS:
        if not 0 <= given[name] <= 1:
            said = f"thresholds.{name}: {given[name]} is no part of one, such as 0.5."
            raise InvalidOption(said, option="thresholds")
    return ClusterThresholds(**{**given, **{name: _version(given[name], name) for name in VERSIONS}})


def _version(value: str, name: str) -> Version:
    found = version_of(value)
    if found is None:
        raise InvalidOption(f"thresholds.{name}: {value} is no version such as 1.28.", option="thresholds")
    return found
