# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields that VirtualMachine and DataVolume know, to answer typos and wrong types as the CRDs do.

Notation: ``name`` is a string, ``name#`` an integer, ``name?`` a boolean, ``name%`` a quantity, ``name*`` anything,
``name{...}`` an object, ``name[...]`` a list. What Kubernetes itself defines deep down (affinity, probes) is ``*``.
"""

from __future__ import annotations

import re
import typing as t

from tests.sim.kubevirt import operator_schema
from tests.sim.kubevirt.kinds import (
    CDI_ITSELF,
    CONFIG_MAP,
    DATA_SOURCE,
    DV,
    IMPORT_CRON,
    KUBEVIRT_ITSELF,
    MACHINE_TEMPLATE,
    PROFILE,
    SECRET,
    VM,
    Kind,
    Object,
)

_DATA_VOLUME = """
{checkpoints[{current previous}] contentType finalCheckpoint? preallocation? priorityClassName pvc{accessModes[]
dataSource{apiGroup kind name} dataSourceRef{apiGroup kind name namespace} resources{limits* requests*}
selector{matchExpressions[{key operator values[]}] matchLabels*} storageClassName volumeAttributesClassName
volumeMode volumeName} source{blank* gcs{secretRef url} http{certConfigMap checksum extraHeaders[]
secretExtraHeaders[] secretRef url} imageio{certConfigMap diskId secretRef url} pvc{name namespace}
registry{certConfigMap imageStream pullMethod secretRef url}
s3{certConfigMap secretRef url} snapshot{name namespace} upload* vddk{backingFile
initImageURL secretRef thumbprint url uuid}} sourceRef{kind name namespace} storage{accessModes[]
dataSource{apiGroup kind name} dataSourceRef{apiGroup kind name namespace} resources{claims[{name request}] limits*
requests*} selector{matchExpressions[{key operator values[]}] matchLabels*} storageClassName volumeMode volumeName}}
"""

_IMPORT_CRON = """
{garbageCollect importsToKeep# managedDataSource retentionPolicy schedule serviceAccountName
template{apiVersion kind metadata{} spec@ status*}}
"""

_DATA_SOURCE = "{source{dataSource{name namespace} pvc{name namespace} snapshot{name namespace}}}"

_MACHINE_TEMPLATE = """
{message parameters[{description displayName from generate name required? value}] virtualMachine*}
"""

_MACHINE = """
{dataVolumeTemplates[{apiVersion kind metadata* spec@ status*}] instancetype{inferFromVolume
inferFromVolumeFailurePolicy kind name revisionName} preference{inferFromVolume inferFromVolumeFailurePolicy kind
name revisionName} runStrategy running? template{metadata*
spec{accessCredentials[{sshPublicKey{propagationMethod{configDrive* noCloud* qemuGuestAgent{users[]}}
source{secret{secretName}}} userPassword{propagationMethod{qemuGuestAgent*} source{secret{secretName}}}}] affinity*
architecture dnsConfig* dnsPolicy domain{chassis{asset manufacturer serial sku version} clock* cpu{cores#
dedicatedCpuPlacement? features[{name policy}] isolateEmulatorThread? maxSockets# model
numa{guestMappingPassthrough*} realtime{mask} sockets# threads#} devices{autoattachGraphicsDevice?
autoattachInputDevice? autoattachMemBalloon? autoattachPodInterface? autoattachSerialConsole? autoattachVSOCK?
blockMultiQueue? clientPassthrough* disableHotplug? disks[{blockSize{custom{logical# physical#}
matchVolume{enabled?}} bootOrder# cache cdrom{bus readonly? tray} dedicatedIOThread? disk{bus pciAddress readonly?}
errorPolicy io lun{bus readonly? reservation?} name serial shareable? tag}] downwardMetrics* filesystems[{name
virtiofs*}] gpus[{deviceName name tag virtualGPUOptions{display{enabled? ramFB{enabled?}}}}] hostDevices[{deviceName
name tag}] inputs[{bus name type}] interfaces[{acpiIndex# binding{name} bootOrder# bridge* dhcpOptions{bootFileName
ntpServers[] privateOptions[{option# value}] tftpServerName} macAddress macvtap* masquerade* model name passt*
pciAddress ports[{name port# protocol}] slirp* sriov* state tag}] logSerialConsole? networkInterfaceMultiqueue? rng*
sound{model name} tpm{persistent?} useVirtioTransitional? watchdog{i6300esb{action} name}} features{acpi{enabled?}
apic{enabled? endOfInterrupt?} hyperv{evmcs{enabled?} frequencies{enabled?} ipi{enabled?} reenlightenment{enabled?}
relaxed{enabled?} reset{enabled?} runtime{enabled?} spinlocks{enabled? spinlocks#} synic{enabled?}
synictimer{direct{enabled?} enabled?} tlbflush{enabled?} vapic{enabled?} vendorid{enabled? vendorid}
vpindex{enabled?}} hypervPassthrough{enabled?} kvm{hidden?} pvspinlock{enabled?} smm{enabled?}}
firmware{acpi{slicNameRef} bootloader{bios{useSerial?} efi{persistent? secureBoot?}} kernelBoot{container{image
imagePullPolicy imagePullSecret initrdPath kernelPath} kernelArgs} serial uuid} ioThreadsPolicy
launchSecurity{sev{attestation* dhCert policy{encryptedState?} session}} machine{type} memory{guest%
hugepages{pageSize} maxGuest%} resources{limits* overcommitGuestOverhead? requests*}} evictionStrategy hostname
livenessProbe* networks[{multus{default? networkName} name pod{vmIPv6NetworkCIDR vmNetworkCIDR}}] nodeSelector*
priorityClassName readinessProbe* schedulerName startStrategy subdomain terminationGracePeriodSeconds# tolerations*
topologySpreadConstraints* volumes[{cloudInitConfigDrive{networkData networkDataBase64 networkDataSecretRef{name}
secretRef{name} userData userDataBase64} cloudInitNoCloud{networkData networkDataBase64 networkDataSecretRef{name}
secretRef{name} userData userDataBase64} configMap{name optional? volumeLabel} containerDisk{image imagePullPolicy
imagePullSecret path} dataVolume{hotpluggable? name} downwardAPI{fields[{fieldRef{apiVersion fieldPath} mode# path
resourceFieldRef{containerName divisor% resource}}] volumeLabel} downwardMetrics* emptyDisk{capacity%}
ephemeral{persistentVolumeClaim{claimName readOnly?}} hostDisk{capacity% path shared? type} memoryDump{claimName
hotpluggable? readOnly?} name persistentVolumeClaim{claimName hotpluggable? readOnly?} secret{optional? secretName
volumeLabel} serviceAccount{serviceAccountName} sysprep{configMap{name} secret{name}}}]}} updateVolumesStrategy}
"""

# Where 1.8 added fields: the object they belong to, and the fields.
_SINCE_1_8 = {
    "spec.template.spec": "utilityVolumes* resourceClaims*",
    "spec.template.spec.domain": "ioThreads* rebootPolicy",
    "spec.template.spec.domain.devices": "panicDevices[{model}] video{type}",
    "spec.template.spec.domain.devices.disks": "changedBlockTracking?",
    "spec.template.spec.domain.devices.interfaces": "passtBinding*",
    "spec.template.spec.domain.devices.tpm": "enabled?",
    "spec.template.spec.domain.launchSecurity": "snp* tdx*",
    "spec.template.spec.domain.memory": "reservedOverhead*",
}

# A node of the compiled notation: a type mark, or the fields of an object, or a list of one item type.
Node = t.Union[str, dict[str, t.Any], list[t.Any]]
_TYPES: dict[str, tuple[str, tuple[type, ...]]] = {
    "": ("string", (str,)),
    "#": ("integer", (int,)),
    "?": ("boolean", (bool,)),
    "%": ("string", (str, int, float)),
}
_IN_JSON = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}


def _compile(text: str) -> Node:
    tokens = re.findall(r"[A-Za-z0-9]+[#?%*]?|[\[\]{}]", text)

    def node() -> Node:
        closing = {"{": "}", "[": "]"}[tokens.pop(0)]
        if closing == "]":
            item: Node = node() if tokens[0] in "[{" else ""
            tokens.pop(0)
            return [item]
        fields: dict[str, Node] = {}
        while tokens[0] != "}":
            name = tokens.pop(0)
            fields[name.rstrip("#?%*")] = node() if tokens[0] in "[{" else name[len(name.rstrip("#?%*")) :]
        tokens.pop(0)
        return fields

    return node()


def _schemas(version: str) -> dict[Kind, Node]:
    top = "{apiVersion kind metadata* status* spec"
    machine = _compile(top + _MACHINE.replace("@", _DATA_VOLUME) + "}")
    kubevirt = _compile(top + operator_schema.KUBEVIRT + "}")
    if version != "1.4":
        _extend(machine, _SINCE_1_8)
        _extend(kubevirt, operator_schema.KUBEVIRT_SINCE_1_8)
    plain = "{apiVersion kind metadata* immutable? data* "
    core = {SECRET: _compile(plain + "stringData* type}"), CONFIG_MAP: _compile(plain + "binaryData*}")}
    cdi = {
        DV: _compile(top + _DATA_VOLUME + "}"),
        DATA_SOURCE: _compile(top + _DATA_SOURCE + "}"),
        IMPORT_CRON: _compile(top + _IMPORT_CRON.replace("@", _DATA_VOLUME) + "}"),
        CDI_ITSELF: _compile(top + operator_schema.CDI + "}"),
        PROFILE: _compile(top + operator_schema.PROFILE + "}"),
    }
    templates = {MACHINE_TEMPLATE: _compile(top + _MACHINE_TEMPLATE + "}")}
    return {VM: machine, KUBEVIRT_ITSELF: kubevirt, **cdi, **core, **templates}


def _extend(node: Node, since: t.Mapping[str, str]) -> None:
    for path, fields in since.items():
        place: t.Any = node
        for step in path.split("."):
            place = place[step][0] if isinstance(place[step], list) else place[step]
        place.update(_compile("{" + fields + "}"))


_COMPILED = {version: _schemas(version) for version in ("1.4", "1.8")}


class Reading(t.NamedTuple):
    """A document without what the schema does not know, and what was wrong with it."""

    document: Object
    unknown: list[str]
    mistyped: list[str]


def read(kind: Kind, version: str, document: Object) -> Reading:
    """Kinds without a schema here are taken as they are."""
    reading = Reading({}, [], [])
    node = _COMPILED[version].get(kind)
    reading.document.update(document if node is None else _read(node, document, "", reading))
    return reading


def _read(node: Node, value: t.Any, path: str, reading: Reading) -> t.Any:
    if node == "*" or value is None:
        return value
    wanted, types = _TYPES[node] if isinstance(node, str) else ("", t.cast("tuple[type, ...]", (type(node),)))
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        wanted = wanted or _IN_JSON[type(node)]
        reading.mistyped.append(f'{path} in body must be of type {wanted}: "{_IN_JSON[type(value)]}"')
        return value
    if isinstance(node, list):
        return [
            _read(node[0], item, f"{path}[{index}]", reading) for index, item in enumerate(t.cast("list[t.Any]", value))
        ]
    if isinstance(node, str):
        return value
    known: Object = {}
    for name in sorted(t.cast(Object, value)):
        inner = f"{path}.{name}" if path else name
        if name not in node:
            reading.unknown.append(inner)
        elif t.cast(Object, value)[name] is not None:
            known[name] = _read(node[name], t.cast(Object, value)[name], inner, reading)
    return known
