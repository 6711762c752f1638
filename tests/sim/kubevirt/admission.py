# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to an object between the request and the store: schema, defaults, webhooks of KubeVirt and CDI."""

from __future__ import annotations

import base64
import re
import typing as t
import uuid

from tests.sim.kubevirt import definitions, images, judgement, machine_templates, operators, refusals, schema
from tests.sim.kubevirt.documents import at, bytes_of, canonical_quantity
from tests.sim.kubevirt.kinds import (
    CDI_ITSELF,
    CLUSTER_INSTANCETYPE,
    CLUSTER_PREFERENCE,
    CLUSTER_ROLE,
    CRD,
    DEPLOYMENT,
    DV,
    IMPORT_CRON,
    KUBEVIRT_ITSELF,
    MACHINE_TEMPLATE,
    NAMESPACE,
    PVC,
    QUOTA,
    SECRET,
    VM,
    Kind,
    Object,
)
from tests.sim.kubevirt.refusals import Cause
from tests.sim.kubevirt.store import Store

_NAME = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
_NAME_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_MATCHERS = {"instancetype": CLUSTER_INSTANCETYPE, "preference": CLUSTER_PREFERENCE}
_VM_MUTATOR, _VM_VALIDATOR = "virtualmachines-mutator.kubevirt.io", "virtualmachine-validator.kubevirt.io"
_DV_MUTATOR, _DV_VALIDATOR = "datavolume-mutate.cdi.kubevirt.io", "datavolume-validate.cdi.kubevirt.io"
_CLONE_TOKEN = "eyJhbGciOiJQUzI1NiJ9.c2ltdWxhdGVk.c2ltdWxhdGVk"
_BAD_QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


class Admission:
    """Judges and completes objects. ``old`` is None for a create."""

    def __init__(self, store: Store, version: str) -> None:
        self._store, self._version, self._legacy = store, version, version == "1.4"

    def admit(self, kind: Kind, wanted: Object, old: Object | None, validation: str) -> tuple[Object, list[str]]:
        """Returns the object to store and the warnings to send, or raises the refusal."""
        reading = schema.read(kind, self._version, wanted)
        warnings: list[str] = []
        if reading.unknown and validation == "Strict":
            raise _strict(kind, wanted, old, reading.unknown)
        if reading.unknown and validation != "Ignore":
            warnings = [f'unknown field "{path}"' for path in reading.unknown]
        item = reading.document
        if kind is VM:
            item = self._admit_machine(item, old, reading.mistyped)
            if at(item, "spec.running") is not None:
                warnings.append("spec.running is deprecated, please use spec.runStrategy instead.")
        elif kind is DV:
            self._admit_volume(item, old)
        elif kind is IMPORT_CRON:
            images.judge(item, old)
        elif kind is MACHINE_TEMPLATE:
            warnings += machine_templates.judge(item)
        elif kind is KUBEVIRT_ITSELF:
            warnings += operators.judge(item, old, self._version)
        elif kind is PVC and old is None:
            item["status"] = {"phase": "Pending"}
        elif kind in _COMPLETED:
            _COMPLETED[kind](item)
        _check(kind, item)
        return item, warnings

    def _admit_machine(self, item: Object, old: Object | None, mistyped: list[str]) -> Object:
        inner = at(item, "spec.template.spec")
        if "spec" not in item:
            mistyped = ["spec in body is required", 'spec in body must be of type object: "null"']
        elif at(item, "spec.template") is None:
            mistyped = ["spec.template in body is required"]
        elif inner is not None and inner.get("domain") is None:
            mistyped = ["spec.template.spec.domain in body is required"]
        if mistyped:
            raise refusals.denied(_VM_MUTATOR, [Cause("", text, "") for text in mistyped])
        try:
            _canonise(item["spec"])
        except ValueError:
            raise refusals.denied_plainly(_VM_MUTATOR, _BAD_QUANTITY) from None
        if at(item, "metadata.deletionTimestamp"):
            return item
        self._default_machine(item, old)
        causes = self._unknown_types(item["spec"]) or judgement.of_machine(item["spec"], legacy=self._legacy)
        if causes:
            raise refusals.denied(_VM_VALIDATOR, causes)
        if self._legacy:
            self._check_clone_sources(item)
        return item

    def _default_machine(self, item: Object, old: Object | None) -> None:
        spec = item["spec"]
        template = spec["template"]
        inner = template.setdefault("spec", {})
        domain = inner.setdefault("domain", {})
        inner.setdefault("architecture", "amd64")
        domain.setdefault("machine", {}).setdefault("type", "q35")
        domain.setdefault("resources", {})
        domain.setdefault("devices", {})
        for holder in (inner, inner["domain"]["devices"], spec):
            for key in [key for key, value in holder.items() if value == []]:
                del holder[key]
        if self._legacy:
            for matcher, kind in _MATCHERS.items():
                if at(spec, f"{matcher}.name"):
                    spec[matcher].setdefault("kind", kind.kind.lower())
            for holder in (template, *spec.get("dataVolumeTemplates", [])):
                holder["metadata"] = {"creationTimestamp": None} | (holder.get("metadata") or {})
        elif old is None:
            template.setdefault("metadata", {}).setdefault("annotations", {})["kubevirt.io/pci-topology-version"] = "v3"
            firmware = domain.setdefault("firmware", {})
            firmware.setdefault("uuid", str(uuid.uuid4()))
            firmware.setdefault("serial", str(uuid.uuid4()))

    def _unknown_types(self, spec: Object) -> list[Cause]:
        """KubeVirt 1.4 looks for the instance type at once; later versions when the VM starts."""
        for matcher, kind in _MATCHERS.items() if self._legacy else ():
            name = at(spec, f"{matcher}.name")
            if name and self._store.get(kind, "", name) is None:
                text = f'Failure to find {matcher}: {kind.resource} "{name}" not found'
                return [Cause("FieldValueNotFound", text, f"spec.{matcher}")]
        return []

    def _check_clone_sources(self, item: Object) -> None:
        for template in item["spec"].get("dataVolumeTemplates", []):
            namespace = at(template, "spec.source.pvc.namespace")
            if namespace and self._store.get(NAMESPACE, "", namespace) is None:
                raise refusals.denied_plainly(_VM_VALIDATOR, f'namespace "{namespace}" not found')

    def _admit_volume(self, item: Object, old: Object | None) -> None:
        spec = item.setdefault("spec", {})
        try:
            bytes_of(at(spec, "storage.resources.requests.storage", at(spec, "pvc.resources.requests.storage", "1Gi")))
        except ValueError:
            raise refusals.denied_plainly(_DV_MUTATOR, _BAD_QUANTITY) from None
        if old is None and at(spec, "source.pvc"):
            item["metadata"].setdefault("annotations", {})["cdi.kubevirt.io/storage.clone.token"] = _CLONE_TOKEN
        if old is not None and old["spec"] != spec:
            cause = Cause("FieldValueDuplicate", "Cannot update DataVolume Spec", "DataVolume.Spec")
            refusal = refusals.denied(_DV_VALIDATOR, [cause])
            raise refusals.Refusal(422, "", refusal.message.replace("request: ", "request:  ", 1), refusal.details)


def _strict(kind: Kind, wanted: Object, old: Object | None, unknown: list[str]) -> refusals.Refusal:
    """A refused patch quotes the whole patched object: a client that prints the message prints its secrets, too."""
    listed = "strict decoding error: " + ", ".join(f'unknown field "{path}"' for path in unknown)
    if old is None:
        return refusals.bad_request(
            f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}: {listed}'
        )
    return refusals.patched_object_refused(wanted, listed)


def _check(kind: Kind, item: Object) -> None:
    name = at(item, "metadata.name", "")
    cause = None
    if not name and not at(item, "metadata.generateName"):
        cause = refusals.required("Required value: name or generateName is required", "metadata.name")
    elif name and not _NAME.match(name) and kind.group != CLUSTER_ROLE.group:
        cause = refusals.invalid(f'Invalid value: "{name}": {_NAME_RULE}', "metadata.name")
    elif kind in (KUBEVIRT_ITSELF, CDI_ITSELF) and "spec" not in item:
        cause = refusals.required("Required value", "spec")
    if cause:
        raise refusals.unprocessable(kind, name, [cause])


def _canonise(spec: Object) -> None:
    """Quantities of a VM as its mutator writes them back; raises ValueError on one that is none."""
    domain = at(spec, "template.spec.domain", {})
    for holder in (domain.get("memory") or {}, *at(domain, "resources", {}).values()):
        if isinstance(holder, dict):
            for name in [name for name in holder if name != "hugepages"]:
                holder[name] = canonical_quantity(holder[name])
    for volume in at(spec, "template.spec.volumes", []):
        for source in ("emptyDisk", "hostDisk"):
            if at(volume, f"{source}.capacity") is not None:
                volume[source]["capacity"] = canonical_quantity(volume[source]["capacity"])
    for template in spec.get("dataVolumeTemplates", []):
        canonise_volume(template.get("spec") or {})


def canonise_volume(spec: Object) -> None:
    """The requested size of a DataVolume as Go prints it."""
    for target in ("storage", "pvc"):
        requests = at(spec, f"{target}.resources.requests", {})
        requests |= {name: canonical_quantity(value) for name, value in requests.items()}


def _encode_string_data(secret: Object) -> None:
    plain: t.Mapping[str, str] = secret.pop("stringData", None) or {}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in plain.items()}
    if encoded or secret.get("data"):
        secret["data"] = {**(secret.get("data") or {}), **encoded}
    secret.setdefault("type", "Opaque")


def _activate(namespace: Object) -> None:
    namespace["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = namespace["metadata"].get(
        "name", ""
    )
    namespace |= {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}


def _open_quota(quota: Object) -> None:
    quota["status"] = {"hard": at(quota, "spec.hard", {})}


def _count_replicas(deployment: Object) -> None:
    deployment["spec"].setdefault("replicas", 1)
    deployment.setdefault("status", {})


_COMPLETED: dict[Kind, t.Callable[[Object], None]] = {
    SECRET: _encode_string_data,
    NAMESPACE: _activate,
    QUOTA: _open_quota,
    CRD: definitions.complete,
    DEPLOYMENT: _count_replicas,
}
