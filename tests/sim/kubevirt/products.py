# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What virt-operator and cdi-operator bring: kinds, components, webhooks, and what stands in them from the start."""

from __future__ import annotations

import functools
import typing as t

import trustme

from tests.sim.kubevirt import seed
from tests.sim.kubevirt.kinds import (
    API_SERVICE,
    CDI,
    CDI_CONFIG,
    CDI_ITSELF,
    CLUSTER_INSTANCETYPE,
    CLUSTER_PREFERENCE,
    CLUSTER_ROLE,
    CONFIG_MAP,
    CRD,
    DAEMON_SET,
    DATA_SOURCE,
    DEPLOYMENT,
    DV,
    IMPORT_CRON,
    INSTANCETYPE,
    KUBEVIRT,
    KUBEVIRT_ITSELF,
    MUTATING,
    PROFILE,
    SERVICE,
    SNAPSHOT,
    VALIDATING,
    VM,
    VMI,
    Kind,
    Object,
)

Objects = t.Iterator[tuple[Kind, Object]]

_OF_KUBEVIRT = (
    VM, VMI, SNAPSHOT, CLUSTER_INSTANCETYPE, CLUSTER_PREFERENCE,
    Kind(KUBEVIRT, "v1", "VirtualMachineInstanceMigration", "virtualmachineinstancemigrations", status=True),
    Kind(KUBEVIRT, "v1", "VirtualMachineInstanceReplicaSet", "virtualmachineinstancereplicasets", status=True),
    Kind(
        KUBEVIRT, "v1alpha3", "VirtualMachineInstancePreset", "virtualmachineinstancepresets",
        deprecation="kubevirt.io/v1alpha3 VirtualMachineInstancePresets is now deprecated and will be removed in v2.",
    ),
    Kind(INSTANCETYPE, "v1beta1", "VirtualMachineInstancetype", "virtualmachineinstancetypes"),
    Kind(INSTANCETYPE, "v1beta1", "VirtualMachinePreference", "virtualmachinepreferences"),
    Kind(SNAPSHOT.group, "v1beta1", "VirtualMachineSnapshotContent", "virtualmachinesnapshotcontents", status=True),
    Kind(SNAPSHOT.group, "v1beta1", "VirtualMachineRestore", "virtualmachinerestores", status=True),
    Kind("export.kubevirt.io", "v1beta1", "VirtualMachineExport", "virtualmachineexports", status=True),
    Kind("migrations.kubevirt.io", "v1alpha1", "MigrationPolicy", "migrationpolicies", False, status=True),
)  # fmt: skip
# those with another version in 1.4
_MOVED = (("clone.kubevirt.io", "VirtualMachineClone"), ("pool.kubevirt.io", "VirtualMachinePool"))
_OF_CDI = (
    DV, PROFILE, CDI_CONFIG, DATA_SOURCE, IMPORT_CRON,
    Kind(CDI, "v1beta1", "ObjectTransfer", "objecttransfers", namespaced=False, status=True),
    Kind(CDI, "v1beta1", "VolumeCloneSource", "volumeclonesources"),
    Kind(CDI, "v1beta1", "VolumeImportSource", "volumeimportsources"),
    Kind(CDI, "v1beta1", "VolumeUploadSource", "volumeuploadsources"),
    Kind("forklift.cdi.kubevirt.io", "v1beta1", "OpenstackVolumePopulator", "openstackvolumepopulators"),
    Kind("forklift.cdi.kubevirt.io", "v1beta1", "OvirtVolumePopulator", "ovirtvolumepopulators"),
)  # fmt: skip


class Product(t.NamedTuple):
    """An operator's work. The names of its parts are the genuine ones."""

    itself: Kind
    namespace: str
    label: str
    operator: str
    deployments: tuple[str, ...]
    daemon_sets: tuple[str, ...]
    services: tuple[str, ...]
    roles: tuple[str, ...]
    validators: tuple[str, ...]
    mutators: tuple[str, ...]
    apis: tuple[tuple[str, str, str], ...]
    bundles: tuple[tuple[str, str], ...]


KUBEVIRT_PRODUCT = Product(
    KUBEVIRT_ITSELF, "kubevirt", "kubevirt.io", "virt-operator",
    deployments=("virt-api", "virt-controller", "virt-exportproxy"),
    daemon_sets=("virt-handler",),
    services=("kubevirt-operator-webhook", "kubevirt-prometheus-metrics", "virt-api", "virt-exportproxy"),
    roles=("kubevirt.io:admin", "kubevirt.io:default", "kubevirt.io:edit", "kubevirt.io:view"),
    validators=("virt-api-validator", "virt-operator-validator"),
    mutators=("virt-api-mutator",),
    apis=(("v1", "subresources.kubevirt.io", "virt-api"), ("v1alpha3", "subresources.kubevirt.io", "virt-api")),
    bundles=(("kubevirt-ca", "ca-bundle"),),
)  # fmt: skip
CDI_PRODUCT = Product(
    CDI_ITSELF, "cdi", "cdi.kubevirt.io", "cdi-operator",
    deployments=("cdi-apiserver", "cdi-deployment", "cdi-uploadproxy"),
    daemon_sets=(),
    services=("cdi-api", "cdi-prometheus-metrics", "cdi-uploadproxy"),
    roles=("cdi.kubevirt.io:admin", "cdi.kubevirt.io:config-reader", "cdi.kubevirt.io:edit", "cdi.kubevirt.io:view"),
    validators=("cdi-api-dataimportcron-validate", "cdi-api-datavolume-validate", "cdi-api-populator-validate",
                "cdi-api-validate", "objecttransfer-api-validate"),
    mutators=("cdi-api-datavolume-mutate", "cdi-api-pvc-mutate"),
    apis=(("v1beta1", "upload.cdi.kubevirt.io", "cdi-api"),),
    bundles=(("cdi-apiserver-signer-bundle", "ca-bundle.crt"), ("cdi-uploadproxy-signer-bundle", "ca-bundle.crt"),
             ("cdi-uploadserver-signer-bundle", "ca-bundle.crt")),
)  # fmt: skip


def kinds(product: Product, *, legacy: bool) -> tuple[Kind, ...]:
    """The kinds that the operator itself defines; that of its own object comes with its manifest."""
    if product is CDI_PRODUCT:
        return _OF_CDI
    version = "v1alpha1" if legacy else "v1beta1"
    return (*_OF_KUBEVIRT, *(Kind(group, version, kind, f"{kind.lower()}s", status=True) for group, kind in _MOVED))


def definitions(product: Product, *, legacy: bool) -> t.Iterator[Object]:
    """The CRDs of these kinds."""
    labels = {"operator.cdi.kubevirt.io/createVersion": ""} if product is CDI_PRODUCT else _managed(product)
    return (definition(kind, labels=labels) for kind in kinds(product, legacy=legacy))


def definition(kind: Kind, **metadata: t.Any) -> Object:
    """The CRD of a kind, with a schema that takes anything."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version: Object = {"name": kind.version, "served": True, "storage": True, "schema": schema}
    version |= {"subresources": {"status": {}}} if kind.status else {}
    version |= {"deprecated": True, "deprecationWarning": kind.deprecation} if kind.deprecation else {}
    names = {"kind": kind.kind, "plural": kind.plural}
    spec = {"group": kind.group, "names": names, "scope": "Namespaced" if kind.namespaced else "Cluster"}
    return named(CRD, kind.resource, {"spec": {**spec, "versions": [version]}}, **metadata)


def named(kind: Kind, name: str, rest: Object, namespace: str = "", **metadata: t.Any) -> Object:
    where = {"namespace": namespace} if namespace else {}
    head = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name, **where, **metadata}}
    return {**head, **rest}


def workload(product: Product, name: str, image: str, namespace: str, replicas: int = 1) -> tuple[Kind, Object]:
    """A Deployment or DaemonSet of one container."""
    labels = {product.label: name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": name, "image": image}]}}
    kind = DAEMON_SET if name in product.daemon_sets else DEPLOYMENT
    spec: Object = {"selector": {"matchLabels": labels}, "template": template}
    spec |= {"replicas": replicas} if kind is DEPLOYMENT else {}
    return kind, named(kind, name, {"spec": spec}, namespace, labels=_managed(product) | labels)


def components(product: Product, namespace: str, registry: str, version: str, replicas: int) -> Objects:
    """What runs. The images are in one place and have one tag."""
    for name in (*product.deployments, *product.daemon_sets):
        image = f"{registry}/{name.replace('cdi-deployment', 'cdi-controller')}:{version}"
        yield workload(product, name, image, namespace, replicas)


def surroundings(product: Product, namespace: str) -> Objects:
    """What stands around it."""
    managed = _managed(product)
    for kind, names in ((CLUSTER_ROLE, product.roles), (VALIDATING, product.validators), (MUTATING, product.mutators)):
        part = "rules" if kind is CLUSTER_ROLE else "webhooks"
        yield from ((kind, named(kind, name, {part: []}, labels=managed)) for name in names)
    for name in product.services:
        yield SERVICE, named(SERVICE, name, {"spec": {"ports": [{"port": 443}]}}, namespace, labels=managed)
    for served, group, service in product.apis:
        spec = {"group": group, "version": served, "service": {"namespace": namespace, "name": service, "port": 443}}
        passed = {"type": "Available", "status": "True", "reason": "Passed", "message": "all checks passed"}
        rest = {"spec": spec, "status": {"conditions": [passed]}}
        yield API_SERVICE, named(API_SERVICE, f"{served}.{group}", rest, labels=managed)
    for name, key in product.bundles:
        yield CONFIG_MAP, named(CONFIG_MAP, name, {"data": {key: _authority()}}, namespace, labels=managed)


def contents(product: Product) -> Objects:
    """Objects of the kinds that it defines."""
    if product is CDI_PRODUCT:
        rest: Object = {"spec": {}, "status": {"filesystemOverhead": {"global": "0.06"}}}
        yield CDI_CONFIG, named(CDI_CONFIG, "config", rest)
        for name, status in seed.profiles():
            yield PROFILE, named(PROFILE, name, {"spec": {}, "status": status})
        return
    medium = {"spec": {"cpu": {"guest": 1}, "memory": {"guest": "4Gi"}}}
    yield CLUSTER_INSTANCETYPE, named(CLUSTER_INSTANCETYPE, "u1.medium", medium, labels=_managed(product))
    virtio = {"spec": {"devices": {"preferredDiskBus": "virtio"}}}
    yield CLUSTER_PREFERENCE, named(CLUSTER_PREFERENCE, "fedora", virtio, labels=_managed(product))


def _managed(product: Product) -> dict[str, str]:
    return {"app.kubernetes.io/managed-by": product.operator}


@functools.cache
def _authority() -> str:
    """Return a certificate that is valid for long, without its key."""
    return trustme.CA().cert_pem.bytes().decode()
