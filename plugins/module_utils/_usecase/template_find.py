# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where templates are, and one of them by name. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ApiMissing, Forbidden, InvalidOption, VmoError
from ansible_collections.vmo.core.plugins.module_utils._model.template import (
    API_VERSIONS,
    PARAMETERIZED,
    PARAMETERIZED_VERSIONS,
    TEMPLATE,
    Served,
    is_parameterized,
    kind_at,
    served_in,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster, JsonObject


class Place(t.NamedTuple):
    """Where a template is or would be, and the template itself if it is there. Cluster-wide ones have no namespace."""

    kind: Kind
    namespace: str | None
    found: JsonObject | None


def find(cluster: Cluster, api_version: str | None, namespace: str | None, name: str) -> Place:
    """Read a template: one of Palette's where the cluster has these, else one of KubeVirt's.

    It is one request where templates are cluster-wide, as Palette keeps them in all releases known. Raises
    ``ApiMissing`` where no templates are served.
    """
    for kind in _candidates(cluster, api_version):
        try:
            if is_parameterized(kind):
                return _in_namespace(cluster, Served(kind, namespaced=True), namespace, name)
            return Place(kind, None, cluster.get(kind, None, name))
        except (ApiMissing, Forbidden) as refusal:
            # so does a server answer that keeps them in namespaces
            served = _elsewhere(cluster, kind, refusal)
            if served is None:
                continue
            if not served.namespaced and isinstance(refusal, Forbidden):
                raise
        return _in_namespace(cluster, served, namespace, name)
    raise not_served(api_version)


def _in_namespace(cluster: Cluster, served: Served, namespace: str | None, name: str) -> Place:
    if served.namespaced and not namespace:
        raise InvalidOption(
            f"namespace: on this cluster a {served.kind.name} is in a namespace, so the task has to name it.",
            option="namespace",
        )
    where = namespace if served.namespaced else None
    return Place(served.kind, where, cluster.get(served.kind, where, name))


def find_all(
    cluster: Cluster, api_version: str | None, namespace: str | None, *, labels: str | None, fields: str | None
) -> list[JsonObject]:
    """Return all templates that the selectors choose. Raises ``ApiMissing`` where no templates are served."""
    for kind in _candidates(cluster, api_version):
        where = namespace if is_parameterized(kind) else None
        try:
            return cluster.list_all(kind, where, labels=labels, fields=fields).items
        except (ApiMissing, Forbidden) as refusal:
            served = _elsewhere(cluster, kind, refusal)
            if served is None:
                continue
            if isinstance(refusal, Forbidden) and not (served.namespaced and namespace):
                raise
        where = namespace if served.namespaced else None
        return cluster.list_all(served.kind, where, labels=labels, fields=fields).items
    raise not_served(api_version)


def _candidates(cluster: Cluster, api_version: str | None) -> Iterator[Kind]:
    """Yield where to look, one after the other: no more is asked than is needed."""
    if api_version is not None:
        yield kind_at(api_version)
        return
    first, *others = map(kind_at, (*API_VERSIONS, *PARAMETERIZED_VERSIONS))
    yield first
    groups = cluster.groups()
    yield from (kind for kind in others if kind.group in groups)


def _elsewhere(cluster: Cluster, kind: Kind, refusal: ApiMissing | Forbidden) -> Served | None:
    """Return how the cluster serves templates of Palette at this place, if it does."""
    if not is_parameterized(kind):
        return served_in(kind.api_version, cluster.resources(kind.api_version))
    if isinstance(refusal, Forbidden):
        raise refusal
    return None


def not_served(api_version: str | None) -> VmoError:
    """Return the failure of a task that needs templates on a cluster that has none."""
    what = (
        f"neither {TEMPLATE} objects of Palette VMO nor {PARAMETERIZED} objects of KubeVirt, which it has from 1.8 on "
        f"with the feature gate Template"
        if api_version is None
        else f"no {kind_at(api_version).name} objects at {api_version}"
    )
    return ApiMissing(
        f"This cluster knows {what}. vmo_vm takes a template as a mapping or as the content of a file, too.",
        api_version=api_version or API_VERSIONS[0],
    )
