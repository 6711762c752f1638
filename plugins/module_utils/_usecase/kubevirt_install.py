# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install, upgrade and remove KubeVirt, CDI, or what a plain manifest brings. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    AlreadyExists,
    ApiMissing,
    Conflict,
    InvalidOption,
    Refused,
    VmoError,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import CDI, DAEMON_SET, DEPLOYMENT, KUBEVIRT, Kind
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import only, target_of, version_of
from ansible_collections.vmo.core.plugins.module_utils._model.status import is_going
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.controllers import other_snapshot_controllers
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.manifest import (
    is_place_of_images,
    objects_of,
    place_of_secrets,
    with_pull_secrets,
    with_registries,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.operators import version_among
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.owner import owner_of
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.release import (
    ABSENT,
    NONE,
    PRESENT,
    PRODUCTS,
    Decision,
    Installed,
    decide_release,
)
from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_objects import Objects, Record
from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_uninstall import Removal, guard, remove
from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_wait import Waiting
from ansible_collections.vmo.core.plugins.module_utils._wait import Deadline, gives_way
from ansible_collections.vmo.core.plugins.module_utils._words.manifest import documents

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, JsonObject, Progress

_KINDS = {"KubeVirt": KUBEVIRT, "CDI": CDI}
_CONTROLLER = "SnapshotController"
_ON_LINUX = {"nodeSelector": {"kubernetes.io/os": "linux"}}
# what an operator is told to install where nobody has told it yet
_TOLD: dict[str, dict[str, t.Any]] = {
    "KubeVirt": {"metadata": {"name": "kubevirt"}, "spec": {}},
    "CDI": {
        "metadata": {"name": "cdi"},
        "spec": {
            "config": {"featureGates": ["HonorWaitForFirstConsumer"]},
            "infra": _ON_LINUX,
            "workload": _ON_LINUX,
        },
    },
}


@dataclass(frozen=True)
class Wanted:
    """One task. ``objects`` are those of its manifest, ``None`` where it has none.

    ``product``: what has a version and an operator, ``None`` for what a manifest alone describes. ``is_sole``: that is
    a snapshot controller.
    """

    product: str | None
    is_sole: bool
    only_decides: bool
    on_managed: str
    state: str
    version: str | None
    default_version: str | None
    objects: list[JsonObject] | None
    pull_secrets: tuple[str, ...]
    delete_crds: bool
    delete_namespaces: bool


def run(cluster: Cluster, params: dict[str, t.Any], clock: Clock, progress: Progress) -> dict[str, t.Any]:
    """Carry the task out and return its report: what was decided, changed, diff, actions, who manages it, warnings."""
    wanted = wanted_installation(params)
    waiting = Waiting(cluster, Deadline(clock, params["wait_timeout"]), progress, params["failure_grace"])
    found = _find(cluster, wanted)
    decision = _decide(wanted, found)
    told = {
        "action": "none" if decision is None else decision.action,
        "version": (decision.version or None) if decision else None,
        "previous_version": decision.previous if decision else None,
        "managed_by": _owner(found),
        "installed": found is not None,
        "check_mode": cluster.dry_run,
    }
    record = Record()
    notes = _notes(wanted, decision)
    if not (decision and decision.is_foreign):
        try:
            _carry_out(waiting, wanted, found, decision, record)
        except VmoError as error:
            error.report = {**told, **record.report(), "warnings": [*notes, *_said(cluster)]}
            raise
    return {**told, **record.report(), "warnings": [*notes, *_said(cluster)]}


def wanted_installation(params: t.Mapping[str, t.Any]) -> Wanted:
    """Return what the options ask for; raises ``InvalidOption``."""
    for option, least in (("wait_timeout", 1), ("failure_grace", 0)):
        if params[option] < least:
            raise InvalidOption(f"{option}: {params[option]} is less than {least} seconds.", option=option)
    product = params["product"] if params["product"] in _KINDS else None
    if product is None and params["manifest"] is None:
        raise InvalidOption("manifest: without a product there is nothing else to go by.", option="manifest")
    registries, secrets = params["registries"] or {}, tuple(params["image_pull_secrets"] or ())
    _check_registries(registries)
    manifest = params["manifest"]
    objects = None
    if manifest is not None:
        objects = [with_pull_secrets(with_registries(item, registries), secrets) for item in _objects(manifest)]
    return Wanted(
        product=product,
        is_sole=params["product"] == _CONTROLLER,
        only_decides=params["decide_only"] or objects is None,
        on_managed=params["on_managed"],
        state=params["state"],
        version=params["version"],
        default_version=params["default_version"],
        objects=objects,
        pull_secrets=secrets,
        delete_crds=params["delete_crds"],
        delete_namespaces=params["delete_namespaces"],
    )


def _check_registries(registries: t.Mapping[t.Any, t.Any]) -> None:
    """Refuse what is no place of images; an empty one would be the beginning of all of them."""
    for place, other in registries.items():
        for text in (place, other):
            if not is_place_of_images(text):
                raise InvalidOption(
                    f"registries: {text!r} is no place of images, such as quay.io/kubevirt or registry.example:5000.",
                    option="registries",
                )


def _objects(manifest: t.Any) -> list[JsonObject]:
    if isinstance(manifest, list):
        texts = [item for item in manifest if isinstance(item, str)]
        given: list[t.Any] = [] if len(texts) == len(manifest) else manifest
    elif isinstance(manifest, str):
        texts, given = [manifest], []
    else:
        texts, given = [], [manifest]
    try:
        read = [document for text in texts for document in documents(text)]
    except ValueError as error:
        raise InvalidOption(f"manifest: {error}.", option="manifest") from None
    try:
        return objects_of([*given, *read])
    except InvalidOption as error:
        raise InvalidOption(f"manifest: {error.message}", option="manifest") from None


def _find(cluster: Cluster, wanted: Wanted) -> JsonObject | None:
    """Return the object that tells the operator what to install, ``None`` where there is none."""
    if wanted.product is None:
        return None
    kind = _KINDS[wanted.product]
    try:
        there = cluster.list_all(kind).items
    except ApiMissing:
        return None
    return only(kind, there) if there else None


def _owner(found: JsonObject | None) -> dict[str, str] | None:
    owner = None if found is None else owner_of(found)
    return None if owner is None else owner._asdict()


def _decide(wanted: Wanted, found: JsonObject | None) -> Decision | None:
    """Return what is to be done, and refuse what has no way; a plain manifest needs no decision."""
    if wanted.product is None:
        return None
    brought = version_among(wanted.objects or ())
    installed = None if found is None else Installed(version_of(found), target_of(found), owner_of(found))
    if not (wanted.version or brought or wanted.default_version):
        raise InvalidOption("version: none is named, and the manifest tells none.", option="version")
    decision = decide_release(
        PRODUCTS[wanted.product],
        installed,
        state=wanted.state,
        version=wanted.version or brought,
        pinned=wanted.default_version or wanted.version or brought,
    )
    if decision.refusal:
        raise Refused(decision.refusal, code="no_way", kind=wanted.product)
    if wanted.state == PRESENT and not decision.is_foreign:
        _check_place(wanted, found, decision, brought)
    return decision


def _notes(wanted: Wanted, decision: Decision | None) -> list[str]:
    """Return what a human should know of the decision; refuses what somebody else manages, if the task wants that."""
    if decision is None or not decision.note:
        return []
    if decision.is_foreign and wanted.on_managed == "fail":
        raise Refused(decision.note, code="managed_elsewhere")
    return [] if decision.is_foreign and wanted.on_managed == "ignore" else [decision.note]


def _check_place(wanted: Wanted, found: JsonObject | None, decision: Decision, brought: str | None) -> None:
    product = str(wanted.product)
    if found is not None and is_going(found):
        raise Refused(
            f"{product} {found['metadata']['name']} is being deleted: wait until it is gone, or finish its removal.",
            code="being_deleted",
        )
    if brought is not None and brought != decision.version:
        raise InvalidOption(
            f"manifest: it brings {brought} of {product}, and {decision.version} is wanted: name the manifest of "
            f"{decision.version}, or want {brought}.",
            option="manifest",
        )
    there, brings = dig(found or {}, "metadata.namespace"), _namespace(wanted)
    if product == "KubeVirt" and there and wanted.objects is not None and there != brings:
        raise InvalidOption(
            f"manifest: KubeVirt is in the namespace {there}, and this would install a second operator in {brings}: "
            f"name a manifest for that namespace.",
            option="manifest",
        )


def _namespace(wanted: Wanted) -> str:
    """Return where the operator is: KubeVirt's object has to be there, too."""
    deployments = [item for item in wanted.objects or () if item["kind"] == "Deployment"]
    return next((str(item["metadata"].get("namespace") or "default") for item in deployments), "kubevirt")


def _carry_out(
    waiting: Waiting, wanted: Wanted, found: JsonObject | None, decision: Decision | None, record: Record
) -> None:
    objects = Objects(waiting, record)
    manifest = wanted.objects or []
    if wanted.state == ABSENT:
        removal = Removal(
            product=wanted.product,
            found=found,
            kind=None if wanted.product is None else _KINDS[wanted.product],
            manifest=manifest,
            delete_crds=wanted.delete_crds,
            delete_namespaces=wanted.delete_namespaces,
        )
        if wanted.only_decides:
            guard(waiting, removal)
        else:
            remove(waiting, objects, removal, record)
        return
    if wanted.is_sole:
        _refuse_a_second(waiting.cluster, manifest)
    if wanted.only_decides:
        return
    objects.bring(manifest, keeps_versions_dropped=decision is not None and decision.action == NONE)
    if wanted.product is not None:
        _tell_operator(waiting, wanted, found, objects, record)


def _refuse_a_second(cluster: Cluster, manifest: list[JsonObject]) -> None:
    there = [{**item, "kind": kind.name} for kind in (DEPLOYMENT, DAEMON_SET) for item in cluster.list_all(kind).items]
    others = other_snapshot_controllers(there, manifest)
    if others:
        raise Refused(
            f"{', '.join(others)} is a snapshot controller already, and a cluster has one at most: leave it to that.",
            code="already_there",
        )


def _tell_operator(
    waiting: Waiting, wanted: Wanted, found: JsonObject | None, objects: Objects, record: Record
) -> None:
    """Make the object that tells the operator to install; one that is there only gets the secrets that it lacks."""
    cluster, kind = waiting.cluster, _KINDS[str(wanted.product)]
    place = place_of_secrets(kind.group, kind.name)
    conflicts = 0
    while True:
        if found is None:
            new = _new_object(wanted, kind)
            if cluster.dry_run and not _can_be_asked(objects, new):
                record.note("create", new, foreseen=True)
                return
            try:
                cluster.create(kind, new)
            except AlreadyExists as error:
                # a lost answer, or somebody else
                found = _find(cluster, wanted)
                if error.is_perhaps_done:
                    record.note("create", new)
                continue
            record.note("create", new)
            return
        told = with_pull_secrets(found, wanted.pull_secrets)
        if told["spec"] == found["spec"]:
            return
        metadata = found["metadata"]
        patch = {"metadata": {"resourceVersion": metadata["resourceVersion"]}, **_secrets(told, place)}
        try:
            cluster.patch(kind, metadata.get("namespace"), metadata["name"], patch)
        except Conflict:
            conflicts += 1
            if not gives_way(waiting.deadline, conflicts):
                raise
            found = _find(cluster, wanted)
            continue
        record.note("patch", {**found, "kind": kind.name}, [f"{'.'.join(place)}.imagePullSecrets"])
        return


def _can_be_asked(objects: Objects, new: JsonObject) -> bool:
    namespace = new["metadata"].get("namespace")
    return objects.kind_of(new) is not None and objects.has_namespace(namespace)


def _new_object(wanted: Wanted, kind: Kind) -> JsonObject:
    new: JsonObject = {"apiVersion": kind.api_version, "kind": kind.name, **_TOLD[kind.name]}
    if kind is KUBEVIRT:
        new["metadata"] = {**new["metadata"], "namespace": _namespace(wanted)}
    return with_pull_secrets(new, wanted.pull_secrets)


def _secrets(told: JsonObject, place: t.Sequence[str]) -> JsonObject:
    """Return a patch that gives an object the secrets that it shall have."""
    names: t.Any = dig(told, ".".join(place))["imagePullSecrets"]
    patch: JsonObject = {"imagePullSecrets": names}
    for step in reversed(place):
        patch = {step: patch}
    return patch


def _said(cluster: Cluster) -> list[str]:
    return [text for text in cluster.drain_warnings() if text.strip()]
