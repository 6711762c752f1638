# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a cluster for its checks: a list of each kind, however many objects there are. Private to vmo.core."""

from __future__ import annotations

import typing as t
from functools import partial

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    ApiMissing,
    Forbidden,
    NotFound,
    Unavailable,
    UnexpectedAnswer,
    VmoError,
)
from ansible_collections.vmo.core.plugins.module_utils._model import kind as kinds
from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import CLONE
from ansible_collections.vmo.core.plugins.module_utils._model.survey import Gap, Survey
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.catalogue import CATALOGUE, helpful, needed
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.certificates import OF_CDI, OF_KUBEVIRT
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.judge import asked_for
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.kubevirt import UPLOADS
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.choice import chosen

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import ClusterDemands
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster, JsonObject, Progress

_OF_THE_CLUSTER = (
    kinds.KUBEVIRT,
    kinds.CDI,
    kinds.CDI_CONFIG,
    kinds.NODE,
    kinds.API_SERVICE,
    kinds.DEPLOYMENT,
    kinds.DAEMON_SET,
    kinds.STORAGE_CLASS,
    kinds.STORAGE_PROFILE,
    kinds.SNAPSHOT_CLASS,
    kinds.NODE_NETWORK,
    kinds.ADDRESS_POOL,
    kinds.CERTIFICATE,
)
# Who may not see all of these may see those of the namespace.
_OF_NAMESPACES = (kinds.VM, kinds.VMI, kinds.ATTACHMENT, kinds.SERVICE)
_SILENT = (Forbidden, ApiMissing, NotFound, Unavailable, UnexpectedAnswer)
_USUAL_NAMESPACE_OF_CDI = "cdi"

Answer = t.TypeVar("Answer")


class _Reader:
    """Asks a cluster, and notes what it does not say."""

    def __init__(self, cluster: Cluster, demands: ClusterDemands, progress: Progress) -> None:
        self.cluster = cluster
        self.demands = demands
        self.objects: dict[str, tuple[JsonObject, ...]] = {}
        self.gaps: dict[str, Gap] = {}
        self.partial: dict[str, Gap] = {}
        self._progress = progress

    def ask(self, name: str, question: t.Callable[[], Answer]) -> Answer | None:
        """Return an answer, ``None`` where there is none; a cluster that cannot be asked at all is an error."""
        self._progress.report(f"Reading {name}")
        try:
            return question()
        except _SILENT as silence:
            self.gaps[name] = _gap(silence)
            return None

    def read(self, kind: Kind, namespace: str | None = None) -> None:
        found = self.ask(kind.plural, lambda: self.cluster.list_all(kind, namespace).items)
        if found is not None:
            self.objects[kind.plural] = tuple(found)

    def read_wherever_allowed(self, kind: Kind) -> None:
        self.read(kind)
        gap = self.gaps.get(kind.plural)
        if gap is not None and gap.rule is not None and self.demands.namespace:
            self.read(kind, self.demands.namespace)
            if kind.plural in self.objects:
                self.partial[kind.plural] = self.gaps.pop(kind.plural)

    def read_by_name(self, answer: str, kind: Kind, namespace: str | None, names: Iterable[str]) -> None:
        found = []
        for name in names:
            item = self.ask(answer, partial(self.cluster.get, kind, namespace, name))
            if item is not None:
                found.append(item)
        if answer not in self.gaps:
            self.objects[answer] = tuple(found)


def survey_of(cluster: Cluster, demands: ClusterDemands, progress: Progress) -> Survey:
    """Ask what the checks of a task look at, and nothing else."""
    checks = [check for check in chosen(CATALOGUE, demands.only, demands.ignore) if asked_for(check, demands)]
    wanted = {name for check in checks for name in (*needed(check), *helpful(check))}
    reader = _Reader(cluster, demands, progress)
    # This is answered to everybody: a server that does not answer it cannot be asked anything.
    version = reader.ask("version", cluster.version)
    for kind in _OF_THE_CLUSTER:
        if kind.plural in wanted:
            reader.read(kind)
    for kind in _OF_NAMESPACES:
        if kind.plural in wanted:
            reader.read_wherever_allowed(kind)
    if kinds.QUOTA.plural in wanted:
        reader.read(kinds.QUOTA, demands.namespace)
    _read_by_name(reader, wanted)
    purposes = [check.purposes[0] for check in checks if check.area == "right"]
    rights = {}
    for right, namespace in demands.rights(purposes).items():
        may = reader.ask("rights", partial(cluster.may, right, namespace))
        if may is not None:
            rights[right] = may
    _tell_absent_from_hidden(reader)
    return Survey(reader.objects, version, rights, reader.gaps, reader.partial)


def _tell_absent_from_hidden(reader: _Reader) -> None:
    """Correct the gaps of kinds that the cluster does not serve: to whom it hides something, it does not say so."""
    hidden = {
        kind.plural: kind.group
        for kind in (*_OF_THE_CLUSTER, *_OF_NAMESPACES)
        if kind.group and kind.plural in reader.gaps and reader.gaps[kind.plural].rule
    }
    groups = reader.ask("groups", reader.cluster.groups) if hidden else None
    if groups is None:
        reader.gaps.pop("groups", None)
        return
    for plural, group in hidden.items():
        if group not in groups:
            reader.gaps[plural] = Gap(f"The cluster does not serve {group}.", is_absent=True)


def _read_by_name(reader: _Reader, wanted: t.Collection[str]) -> None:
    demands, objects = reader.demands, reader.objects
    if "namespaces" in wanted:
        names = [demands.namespace, demands.images if CLONE in demands.purposes else None]
        reader.read_by_name("namespaces", kinds.NAMESPACE, None, [name for name in names if name])
    kubevirt = next(iter(objects.get("kubevirts", ())), None)
    if "kubevirt_certificates" in wanted and kubevirt is not None:
        where = dig(kubevirt, "metadata.namespace")
        reader.read_by_name("kubevirt_certificates", kinds.CONFIG_MAP, where, OF_KUBEVIRT)
    if "cdi_certificates" in wanted and objects.get("cdis"):
        where = _namespace_of_cdi(objects.get(kinds.API_SERVICE.plural, ()))
        reader.read_by_name("cdi_certificates", kinds.CONFIG_MAP, where, OF_CDI)


def _namespace_of_cdi(services: Iterable[JsonObject]) -> str:
    found = (dig(one, "spec.service.namespace") for one in services if dig(one, "spec.group") == UPLOADS)
    return next((str(namespace) for namespace in found if namespace), _USUAL_NAMESPACE_OF_CDI)


def _gap(silence: VmoError) -> Gap:
    return Gap(silence.message, silence.details.get("rule"), isinstance(silence, ApiMissing))
