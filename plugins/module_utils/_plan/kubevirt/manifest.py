# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a manifest is made of, in the order in which a cluster can take it. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

Tree = dict[str, t.Any]
_FIRST = ("Namespace", "CustomResourceDefinition")
_TEMPLATES = {
    "Pod": "spec",
    "CronJob": "spec.jobTemplate.spec.template.spec",
    **dict.fromkeys(("DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"), "spec.template.spec"),
}
# where the objects that tell operators what to install name the secrets of registries
_SECRETS_OF_OPERATORS = {("kubevirt.io", "KubeVirt"): ("spec",), ("cdi.kubevirt.io", "CDI"): ("spec", "config")}
_DOCKER_HUB = "docker.io"
# a registry, perhaps a path in it, and perhaps one image: no scheme, no blank
_PLACE = re.compile(r"[A-Za-z0-9][\w.-]*(?::\d+)?(?:/[\w.-]+)*/?(?::[\w.-]+)?(?:@[\w:.+-]+)?")


def objects_of(documents: t.Iterable[t.Any]) -> list[Tree]:
    """Return the objects of a manifest: namespaces, the definitions of kinds, and then the rest as it came.

    Empty documents say nothing, lists are opened. Raises ``InvalidOption`` for what is no object.
    """
    objects = [item for number, document in enumerate(documents, 1) for item in _opened(document, f"document {number}")]
    if not objects:
        raise InvalidOption("the text holds no object.", option="manifest")
    return sorted(objects, key=lambda item: (*_FIRST, item["kind"]).index(item["kind"]))


def _opened(document: t.Any, place: str) -> t.Iterator[Tree]:
    if document is None or document == {}:
        return
    if not isinstance(document, dict):
        raise InvalidOption(f"{place} is no object of Kubernetes.", option="manifest")
    for field in ("apiVersion", "kind"):
        if not isinstance(document.get(field), str) or not document[field]:
            raise InvalidOption(f"{place} is no object of Kubernetes: it has no {field}.", option="manifest")
    if document["kind"] == "List":
        for number, item in enumerate(document.get("items") or (), 1):
            yield from _opened(item, f"{place}, item {number}")
        return
    name = dig(document, "metadata.name")
    if not isinstance(name, str) or not name:
        raise InvalidOption(f"{place}, of kind {document['kind']}, has no name.", option="manifest")
    yield document


def is_place_of_images(text: t.Any) -> bool:
    """Tell whether images can be called by this, in whole or by how they begin."""
    return isinstance(text, str) and _PLACE.fullmatch(text) is not None


def moved_image(image: str, registries: t.Mapping[str, str]) -> str:
    """Return where an image is to be pulled from: of all places that it begins with, the longest is replaced."""
    for name in dict.fromkeys((image, _in_full(image))):
        for place in sorted(registries, key=len, reverse=True):
            rest = name[len(place.rstrip("/")) :]
            if name.startswith(place.rstrip("/")) and _ends_there(rest):
                return registries[place].rstrip("/") + rest
    return image


def _ends_there(rest: str) -> bool:
    # a colon with a slash behind it stands before a port
    return not rest or rest[0] in "/@" or (rest[0] == ":" and "/" not in rest)


def _in_full(image: str) -> str:
    first, slash, _rest = image.partition("/")
    if not slash:
        return f"{_DOCKER_HUB}/library/{image}"
    return image if set(first) & {".", ":"} or first == "localhost" else f"{_DOCKER_HUB}/{image}"


def with_registries(item: Tree, registries: t.Mapping[str, str]) -> Tree:
    """Return an object whose images come from other registries, those that it names in its environment, too."""
    return _with_pods(item, lambda pod: _pod_with_registries(pod, registries)) if registries else item


def _pod_with_registries(pod: Tree, registries: t.Mapping[str, str]) -> Tree:
    lists = {field: pod[field] for field in ("initContainers", "containers") if isinstance(pod.get(field), list)}
    return {
        **pod,
        **{field: [_container(each, registries) for each in containers] for field, containers in lists.items()},
    }


def _container(container: Tree, registries: t.Mapping[str, str]) -> Tree:
    changed = dict(container)
    if isinstance(changed.get("image"), str):
        changed["image"] = moved_image(changed["image"], registries)
    if isinstance(changed.get("env"), list):
        changed["env"] = [_variable(each, registries) for each in changed["env"]]
    return changed


def _variable(variable: Tree, registries: t.Mapping[str, str]) -> Tree:
    is_image = "IMAGE" in str(variable.get("name")).split("_") and isinstance(variable.get("value"), str)
    return {**variable, "value": moved_image(variable["value"], registries)} if is_image else variable


def place_of_secrets(group: str, kind: str) -> tuple[str, ...]:
    """Return where an object that tells an operator what to install names the secrets of registries."""
    return _SECRETS_OF_OPERATORS.get((group, kind), ())


def with_pull_secrets(item: Tree, names: t.Sequence[str]) -> Tree:
    """Return an object whose pods, or those that it makes an operator start, pull images with these secrets, too."""
    if not names:
        return item
    group = str(item["apiVersion"]).rpartition("/")[0]
    path = place_of_secrets(group, item["kind"])
    if path:
        return _changed(item, path, lambda spec: _named_secrets(spec, names))
    return _with_pods(item, lambda pod: _named_secrets(pod, names))


def _named_secrets(pod: Tree, names: t.Sequence[str]) -> Tree:
    there = list(pod.get("imagePullSecrets") or ())
    known = {each.get("name") for each in there}
    more = [{"name": name} for name in dict.fromkeys(names) if name not in known]
    return {**pod, "imagePullSecrets": [*there, *more]}


def _with_pods(item: Tree, change: t.Callable[[Tree], Tree]) -> Tree:
    path = _TEMPLATES.get(item["kind"])
    if path is None or not isinstance(dig(item, path), dict):
        return item
    return _changed(item, tuple(path.split(".")), change)


def _changed(tree: Tree, path: t.Sequence[str], change: t.Callable[[Tree], Tree]) -> Tree:
    if not path:
        return change(tree)
    return {**tree, path[0]: _changed(tree.get(path[0]) or {}, path[1:], change)}
