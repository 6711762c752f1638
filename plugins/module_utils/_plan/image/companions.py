# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to a golden image: the DataSource that names it, and who may clone it. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import NotOwned
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import CRON_LABEL
from ansible_collections.vmo.core.plugins.module_utils._model.kind import DATA_SOURCE, ROLE, ROLE_BINDING
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.ownership import MANAGED_BY
from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Step

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import WantedImage
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind

Tree = dict[str, t.Any]
Words = tuple["Tree | None", "Tree | None"]
Part = tuple[Words, t.Sequence[Step]]
_NOTHING: Part = ((None, None), ())
_API = "rbac.authorization.k8s.io"


def rights_name(image: str) -> str:
    """Return the name of the Role and the RoleBinding of an image."""
    return f"vmo-clone-{image}"


def publish(wanted: WantedImage, found: Tree | None, *, foreseen: bool) -> Part:
    """Return what lets a DataSource point to the image, in words and steps."""
    name = wanted.data_source
    if name is None:
        return _NOTHING
    place = {"namespace": wanted.namespace, "name": wanted.name}
    now = {"publish_as": {name: f"{wanted.namespace}/{wanted.name}"}}
    if found is None:
        metadata: Tree = {"name": name, "namespace": wanted.namespace, "labels": dict(MANAGED_BY)}
        body = {"metadata": metadata, "spec": {"source": {"pvc": place}}}
        return (None, now), (Step("create", DATA_SOURCE, name, body, foreseen=foreseen),)
    source = dig(found, "spec.source") or {}
    if source == {"pvc": place}:
        return _NOTHING
    cron = (dig(found, "metadata.labels") or {}).get(CRON_LABEL)
    if cron:
        raise NotOwned(
            f"DataSource {wanted.namespace}/{name} belongs to the DataImportCron {cron}, which would take the change "
            f"back: name another one in publish_as, or delete the image {cron}.",
            kind=DATA_SOURCE.name,
            name=name,
        )
    version = found["metadata"]["resourceVersion"]
    gone = {field: None for field in source if field != "pvc"}
    patch = {"metadata": {"resourceVersion": version}, "spec": {"source": {**gone, "pvc": place}}}
    before = {"publish_as": {name: _target(source)}}
    return (before, now), (Step("patch", DATA_SOURCE, name, patch, foreseen=foreseen),)


def _target(source: Tree) -> str | None:
    for place in source.values():
        if isinstance(place, dict):
            return f"{place.get('namespace')}/{place.get('name')}"
    return None


def rights(wanted: WantedImage, role: Tree | None, binding: Tree | None, *, is_cron: bool) -> Part:
    """Return what lets the service accounts that the task names clone the image, in words and steps."""
    wishes = wanted.options.get("clone_rights")
    if wishes is None:
        return _NOTHING
    name = rights_name(wanted.name)
    before = [] if binding is None else list(binding.get("subjects") or ())
    after = _merged(before, wishes)
    if not after and binding is None:
        return _NOTHING
    steps = []
    # the volumes of an image that renews have a new name each time
    rule = {"apiGroups": ["cdi.kubevirt.io"], "resources": ["datavolumes/source"], "verbs": ["create"]}
    rules = [rule if is_cron else {**rule, "resourceNames": [wanted.name]}]
    if role is None:
        steps.append(Step("create", ROLE, name, {"metadata": _metadata(wanted, name), "rules": rules}))
    elif role.get("rules") != rules:
        _require_own(ROLE, role)
        steps.append(Step("patch", ROLE, name, {**_version(role), "rules": rules}))
    if binding is None:
        reference = {"apiGroup": _API, "kind": ROLE.name, "name": name}
        body = {"metadata": _metadata(wanted, name), "roleRef": reference, "subjects": after}
        steps.append(Step("create", ROLE_BINDING, name, body))
    elif after != before:
        _require_own(ROLE_BINDING, binding)
        steps.append(Step("patch", ROLE_BINDING, name, {**_version(binding), "subjects": after}))
    if not steps:
        return _NOTHING
    words = (None if binding is None else _words(before), _words(after))
    return (words if after != before else (None, None)), steps


def _merged(found: t.Sequence[Tree], wishes: t.Sequence[t.Mapping[str, t.Any]]) -> list[Tree]:
    kept = list(found)
    for wish in wishes:
        subject = {"kind": "ServiceAccount", "namespace": wish["namespace"], "name": wish["service_account"]}
        there = [item for item in kept if all(item.get(field) == value for field, value in subject.items())]
        if wish["state"] == "absent":
            kept = [item for item in kept if item not in there]
        elif not there:
            kept.append(subject)
    return kept


def _words(subjects: t.Sequence[Tree]) -> Tree:
    accounts = [{"namespace": item.get("namespace"), "service_account": item.get("name")} for item in subjects]
    return {"clone_rights": accounts}


def owner_words(binding: Tree | None) -> Tree:
    """Return who may clone, in the words of the options."""
    subjects = [] if binding is None else binding.get("subjects") or []
    return _words(subjects) if subjects else {}


def removal(wanted: WantedImage, data_sources: t.Sequence[Tree], role: Tree | None, binding: Tree | None) -> list[Step]:
    """Return the steps that take away what was made for the image; what others made stays."""
    steps = [_deletion(DATA_SOURCE, found) for found in data_sources]
    name = rights_name(wanted.name)
    for kind, found in ((ROLE_BINDING, binding), (ROLE, role)):
        if found is not None and found["metadata"]["name"] == name and is_own(found):
            steps.append(_deletion(kind, found))
    return steps


def _deletion(kind: Kind, found: Tree) -> Step:
    return Step("delete", kind, found["metadata"]["name"], {"uid": found["metadata"]["uid"]})


def is_own(found: Tree) -> bool:
    """Tell whether this collection made an object."""
    return not MANAGED_BY.items() - (dig(found, "metadata.labels") or {}).items()


def _require_own(kind: Kind, found: Tree) -> None:
    if not is_own(found):
        metadata = found["metadata"]
        raise NotOwned(
            f"{kind.name} {metadata.get('namespace')}/{metadata['name']} exists, but vmo.core did not make it, so it "
            f"is left alone: rename it, or give the rights there.",
            kind=kind.name,
            name=metadata["name"],
        )


def _metadata(wanted: WantedImage, name: str) -> Tree:
    return {"name": name, "namespace": wanted.namespace, "labels": dict(MANAGED_BY)}


def _version(found: Tree) -> Tree:
    return {"metadata": {"resourceVersion": found["metadata"]["resourceVersion"]}}
