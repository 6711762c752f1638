# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a VM is made from: reading it, and what has to be there before. Private to vmo.core."""

from __future__ import annotations

import copy
import json
import secrets
import threading
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    ApiMissing,
    Forbidden,
    InvalidOption,
    NotFound,
    VmoError,
)
from ansible_collections.vmo.core.plugins.module_utils._model.template import (
    PARAMETERIZED,
    PARAMETERIZED_GROUP,
    Blueprint,
    is_parameterized,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.template.instantiate import (
    blueprint_of,
    filled_blueprint,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.template.needs import Need, lacking_sentence, needs_of
from ansible_collections.vmo.core.plugins.module_utils._plan.template.parameters import as_texts, fill
from ansible_collections.vmo.core.plugins.module_utils._usecase.template_find import Place, find
from ansible_collections.vmo.core.plugins.module_utils._words.guest_config import secret_name
from ansible_collections.vmo.core.plugins.module_utils._words.parameterized import has_parameters, plain_of
from ansible_collections.vmo.core.plugins.module_utils._words.template import read_template

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.vm import WantedVm
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster, JsonObject

_INLINE = "inline"
_OPTION = "template"


class _Source(t.NamedTuple):
    """A template before its parameters are put in; ``plain`` is ``None`` where there is none, and ``lack`` says so."""

    name: str
    plain: JsonObject | None
    lack: str = ""


def _read(cluster: Cluster, wanted: WantedVm) -> _Source:
    """Return what ``template`` of a task stands for: a name, a mapping, or the content of a file."""
    template = wanted.template
    if not isinstance(template, str) or "\n" in template or template.lstrip().startswith("{"):
        found = read_template(template, "", _OPTION)
        return _Source(str(dig(found, "metadata.name") or _INLINE), found)
    where, _slash, name = template.strip().rpartition("/")
    if not name:
        raise InvalidOption(f"template: {template!r} names no template.", option=_OPTION)
    try:
        place = find(cluster, wanted.template_api_version, where or wanted.namespace, name)
    except ApiMissing as error:
        return _Source(name, None, error.message)
    if place.found is None:
        inside = f" in the namespace {place.namespace}" if place.namespace else ""
        elsewhere = _elsewhere(cluster, wanted, place)
        return _Source(name, None, f"There is no {place.kind.name} {name}{inside}{elsewhere}.")
    plain = plain_of(place.kind, place.found)
    if not isinstance(dig(plain, "spec.template.spec"), dict):
        raise InvalidOption(f"template: {place.kind.name} {name} describes no machine.", option=_OPTION)
    return _Source(name, plain)


def _elsewhere(cluster: Cluster, wanted: WantedVm, place: Place) -> str:
    if wanted.template_api_version is not None or is_parameterized(place.kind):
        return ""
    if PARAMETERIZED_GROUP not in cluster.groups():
        return ""
    return f"; template_api_version lets a {PARAMETERIZED} be looked for, of which the cluster knows as well"


def _blueprint(wanted: WantedVm, source: _Source) -> Blueprint:
    name, plain, lack = source
    if plain is None:
        return Blueprint(name, lack=lack)
    given = as_texts(wanted.template_parameters)
    if has_parameters(plain):
        identity = {"name": wanted.name, "namespace": wanted.namespace}
        return filled_blueprint(name, plain, fill(plain, given, identity, secrets.choice))
    if given:
        raise InvalidOption(
            f"template_parameters: the template {name} takes none; a {PARAMETERIZED} does.",
            option="template_parameters",
        )
    return blueprint_of(name, plain)


class Surroundings:
    """What VMs are made from and refer to: each thing is read once, for however many VMs and threads."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._lock = threading.Lock()
        self._answers: dict[t.Hashable, _Answer] = {}

    def blueprint(self, wanted: WantedVm) -> Blueprint:
        """Return what the VM is made from, with its own parameters.

        Without a template on the cluster it has no body: a VM that was made from one needs it no more.
        """
        template, version, namespace = wanted.template, wanted.template_api_version, wanted.namespace
        text = template if isinstance(template, str) else json.dumps(template, sort_keys=True, default=str)
        source = self._once((type(template), text, version, namespace), lambda: _read(self._cluster, wanted))
        return _blueprint(wanted, source)

    def require_needs(self, wanted: WantedVm, vm: JsonObject) -> None:
        """Raise ``NotFound`` that names all that a new VM refers to and is not there, before anything is made.

        What the user may not read is taken to be there: KubeVirt and CDI will tell.
        """
        own = (secret_name(wanted.name),)
        missing = [need for need in needs_of(vm, wanted.namespace, own) if not self._has(need)]
        if missing:
            raise NotFound(
                lacking_sentence(wanted.subject, missing),
                missing=[
                    {
                        "kind": need.kinds[0].name,
                        "namespace": need.namespace,
                        "name": need.name,
                        "purpose": need.purpose,
                    }
                    for need in missing
                ],
            )

    def _has(self, need: Need) -> bool:
        key = (need.kinds, need.namespace, need.name)
        return bool(self._once(key, lambda: _is_there(self._cluster, need)))

    def _once(self, key: t.Hashable, read: t.Callable[[], t.Any]) -> t.Any:
        with self._lock:
            answer = self._answers.setdefault(key, _Answer())
        return answer.once(read)


class _Answer:
    """What came of a question that is asked once; who comes meanwhile waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_known = False
        self._value: t.Any = None
        self._error: VmoError | None = None

    def once(self, read: t.Callable[[], t.Any]) -> t.Any:
        with self._lock:
            if not self._is_known:
                try:
                    self._value = read()
                except VmoError as error:
                    self._error = error
                self._is_known = True
        if self._error is not None:
            # each VM adds to its failure what was done for it
            raise copy.copy(self._error)
        return self._value


def _is_there(cluster: Cluster, need: Need) -> bool:
    for kind in need.kinds:
        try:
            if cluster.get(kind, need.namespace, need.name) is not None:
                return True
        except Forbidden:
            return True
        except ApiMissing:
            # not installed, so there is none of it
            continue
    return False
