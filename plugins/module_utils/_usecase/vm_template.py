# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a VM is made from: reading it, and what has to be there before. Private to vmo.core."""

from __future__ import annotations

import secrets
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ApiMissing, Forbidden, InvalidOption, NotFound
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


def read_blueprint(cluster: Cluster, wanted: WantedVm) -> Blueprint:
    """Return what ``template`` of a task stands for: a name, a mapping, or the content of a file.

    One that is not on the cluster is a blueprint without a body: a VM that was made from it needs it no more.
    """
    template = wanted.template
    if not isinstance(template, str) or "\n" in template or template.lstrip().startswith("{"):
        found = read_template(template, "", _OPTION)
        return _blueprint(wanted, str(dig(found, "metadata.name") or _INLINE), found)
    where, _slash, name = template.strip().rpartition("/")
    if not name:
        raise InvalidOption(f"template: {template!r} names no template.", option=_OPTION)
    try:
        place = find(cluster, wanted.template_api_version, where or wanted.namespace, name)
    except ApiMissing as error:
        return Blueprint(name, lack=error.message)
    if place.found is None:
        inside = f" in the namespace {place.namespace}" if place.namespace else ""
        return Blueprint(
            name, lack=f"There is no {place.kind.name} {name}{inside}{_elsewhere(cluster, wanted, place)}."
        )
    plain = plain_of(place.kind, place.found)
    if not isinstance(dig(plain, "spec.template.spec"), dict):
        raise InvalidOption(f"template: {place.kind.name} {name} describes no machine.", option=_OPTION)
    return _blueprint(wanted, name, plain)


def _elsewhere(cluster: Cluster, wanted: WantedVm, place: Place) -> str:
    if wanted.template_api_version is not None or is_parameterized(place.kind):
        return ""
    if PARAMETERIZED_GROUP not in cluster.groups():
        return ""
    return f"; template_api_version lets a {PARAMETERIZED} be looked for, of which the cluster knows as well"


def _blueprint(wanted: WantedVm, name: str, plain: JsonObject) -> Blueprint:
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


def require_needs(cluster: Cluster, wanted: WantedVm, vm: JsonObject) -> None:
    """Raise ``NotFound`` that names all that a new VM refers to and is not there, before anything is made.

    What the user may not read is taken to be there: KubeVirt and CDI will tell.
    """
    own = (secret_name(wanted.name),)
    missing = [need for need in needs_of(vm, wanted.namespace, own) if not _is_there(cluster, need)]
    if missing:
        raise NotFound(
            lacking_sentence(wanted.subject, missing),
            missing=[
                {"kind": need.kinds[0].name, "namespace": need.namespace, "name": need.name, "purpose": need.purpose}
                for need in missing
            ],
        )


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
