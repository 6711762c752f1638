# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where templates are, and one of them by name. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ApiMissing, Forbidden, InvalidOption, VmoError
from ansible_collections.vmo.core.plugins.module_utils._model.template import (
    API_VERSIONS,
    TEMPLATE,
    Served,
    kind_at,
    served_in,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster, JsonObject


class Place(t.NamedTuple):
    """Where a template is or would be, and the template itself if it is there. Cluster-wide ones have no namespace."""

    kind: Kind
    namespace: str | None
    found: JsonObject | None


def find(cluster: Cluster, api_version: str | None, namespace: str | None, name: str) -> Place:
    """Read a template, in one request where templates are cluster-wide, as they are in all releases known.

    Raises ``ApiMissing`` where no templates are served.
    """
    for candidate in _candidates(api_version):
        kind = kind_at(candidate)
        try:
            return Place(kind, None, cluster.get(kind, None, name))
        except (ApiMissing, Forbidden) as refusal:
            # so does a server answer that keeps them in namespaces
            served = _served(cluster, candidate)
            if served is None:
                continue
            if not served.namespaced and isinstance(refusal, Forbidden):
                raise
        return _in_namespace(cluster, served, namespace, name)
    raise not_served(api_version)


def _in_namespace(cluster: Cluster, served: Served, namespace: str | None, name: str) -> Place:
    if served.namespaced and not namespace:
        raise InvalidOption(
            f"namespace: on this cluster a {TEMPLATE} is in a namespace, so the task has to name it.",
            option="namespace",
        )
    where = namespace if served.namespaced else None
    return Place(served.kind, where, cluster.get(served.kind, where, name))


def find_all(
    cluster: Cluster, api_version: str | None, namespace: str | None, *, labels: str | None, fields: str | None
) -> list[JsonObject]:
    """Return all templates that the selectors choose. Raises ``ApiMissing`` where no templates are served."""
    for candidate in _candidates(api_version):
        try:
            return cluster.list_all(kind_at(candidate), None, labels=labels, fields=fields).items
        except (ApiMissing, Forbidden) as refusal:
            served = _served(cluster, candidate)
            if served is None:
                continue
            if isinstance(refusal, Forbidden) and not (served.namespaced and namespace):
                raise
        where = namespace if served.namespaced else None
        return cluster.list_all(served.kind, where, labels=labels, fields=fields).items
    raise not_served(api_version)


def _candidates(api_version: str | None) -> t.Sequence[str]:
    return API_VERSIONS if api_version is None else (api_version,)


def _served(cluster: Cluster, api_version: str) -> Served | None:
    return served_in(api_version, cluster.resources(api_version))


def not_served(api_version: str | None) -> VmoError:
    """Return the failure of a task that needs templates on a cluster that has none."""
    versions = ", ".join(_candidates(api_version))
    return ApiMissing(
        f"This cluster knows no {TEMPLATE} objects ({versions}): it is no Palette VMO, or an older one. vmo_vm takes a "
        f"template as a mapping or as the content of a file, too.",
        api_version=_candidates(api_version)[0],
    )
