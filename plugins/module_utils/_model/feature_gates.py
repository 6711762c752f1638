# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KubeVirt's feature gates: what each version knows of them, and whether one has an effect. Private to vmo.core.

``judge`` answers for one gate of one cluster; ``state_of`` and ``purpose_of`` tell of the gate alone. A version is
written as KubeVirt writes it, ``v1.4.0``, or short, ``1.4``. One that is newer than this table is taken for its newest,
and one that cannot be read knows no gate.
"""

from __future__ import annotations

import re
import typing as t

ALPHA, BETA, GA = "Alpha", "Beta", "GA"
DEPRECATED, DISCONTINUED = "Deprecated", "Discontinued"
# a gate of the time before gates had states: off unless listed
LISTED = "Listed"

FIRST_MINOR, LAST_MINOR = 0, 10
# from this one on a beta gate is on unless disabled, and disabledFeatureGates has an effect
BETA_IS_ON = 9
# from this one on the API knows disabledFeatureGates
HAS_DISABLED = 8

_STATES = {"A": ALPHA, "B": BETA, "G": GA, "D": DEPRECATED, "X": DISCONTINUED, "L": LISTED}
_VERSION = re.compile(r"v?1\.(\d+)(?:\D.*)?")

# One letter for each minor version from 1.0 to 1.10, a dot where that does not know the name; and what it is about.
_GATES: dict[str, tuple[str, str]] = {
    "AlignCPUs": ("..LLLAAAAAA", "two CPUs for the emulator thread where that keeps their number even"),
    "AutoResourceLimitsGate": (".LLLLGGGGGG", "limits for the pods of VMs in namespaces whose quota wants them"),
    "BochsDisplayForEFIGuests": (".LLLGGGGGGG", "a bochs display for guests with UEFI"),
    "CPUManager": ("LLLLLAAAAAA", "dedicated CPUs, and the nodes that have them labelled"),
    "CPUNodeDiscovery": ("LLGGGGGGGGG", "CPU models as labels of nodes"),
    "ClusterProfiler": ("LLLLLAGGGGG", "profiles of KubeVirt's own components"),
    "CommonInstancetypesDeploymentGate": (".LLLGGGGGGG", "the instance types and preferences that come with KubeVirt"),
    "ConfigurableHypervisor": ("........AAA", "another hypervisor than KVM"),
    "ContainerPathVolumes": ("........AAA", "volumes that show a path of the container"),
    "CrossArchitectureVirtualization": (".........AA", "guests of another architecture than their node's"),
    "DecentralizedLiveMigration": ("......AAAAB", "live migration to another namespace or cluster"),
    "DeclarativeHotplugVolumes": ("......AAABB", "disks come and go with a change of the VM; empty CD-ROM drives"),
    "DisableCustomSELinuxPolicy": ("LLLLLGGGGGG", "no SELinux policy of KubeVirt's own"),
    "DisableMDEVConfiguration": ("LLLLLAAADDD", "mediated devices are left to somebody else"),
    "DockerSELinuxMCSWorkaround": ("LLLLDDDDDDD", "a workaround for SELinux with Docker"),
    "DownwardMetrics": ("LLLLLAAAAAA", "metrics of the host for the guest"),
    "DynamicPodInterfaceNaming": ("....LGGGGGG", "interfaces of pods may have any name"),
    "EnableVirtioFsConfigVolumes": (".....AAAGGG", "ConfigMaps, Secrets and ServiceAccounts as virtiofs"),
    "EnableVirtioFsStorageVolumes": (".....AAAAAA", "claims and DataVolumes as virtiofs"),
    "ExpandDisks": ("LLLLLAAAAGG", "the guest sees that a disk has grown"),
    "ExperimentalIgnitionSupport": ("LLLLLAAAAAA", "Ignition by an annotation"),
    "ExperimentalVirtiofsSupport": ("LLLLLDDDXXX", "virtiofs, before it had two gates of its own"),
    "ExternalNetResourceInjection": ("........BBB", "somebody else brings the resources of networks to pods"),
    "FirmwareAutoSelection": (".........AA", "libvirt chooses the firmware"),
    "GPU": ("LLLLGGGGGGG", "GPUs for guests"),
    "GPUsWithDRA": ("......AAABB", "GPUs by Kubernetes' dynamic resource allocation"),
    "GraceIOVirtualization": (".........AA", "pass-through on NVIDIA Grace"),
    "HostDevices": ("LLLLLAAAAAA", "PCI, USB and mediated devices of the host for guests"),
    "HostDevicesWithDRA": ("......AAABB", "host devices by Kubernetes' dynamic resource allocation"),
    "HostDisk": ("LLLLLAAAAAA", "disks in files of the node"),
    "HotplugNICs": ("LLLLGGGGGGG", "network interfaces attached to running VMs"),
    "HotplugVolumes": ("LLLLLAAAADD", "disks come and go on request (addvolume, removevolume)"),
    "HypervStrictCheck": ("LLLLLAAAAAA", "guests with Hyper-V features on nodes that have them alone"),
    "IOMMUFD": (".........AA", "pass-through by iommufd; nodes without it are not used"),
    "ImageVolume": ("......ABBBB", "container disks as image volumes of Kubernetes"),
    "IncrementalBackup": (".......AAAA", "incremental backups"),
    "InstancetypeReferencePolicy": ("....LBGGGGG", "instance types written out into VMs"),
    "KubevirtSeccompProfile": ("LLLLLAABBBB", "a seccomp profile of KubeVirt's own"),
    "LibvirtHooksServerAndClient": ("........ABG", "hooks of libvirt for other components"),
    "LiveMigration": ("LLGGGGGGGGG", "live migration"),
    "LiveUpdateNADRef": ("........BGG", "another network for an interface of a running VM"),
    "Macvtap": ("LLDXXXXXXXX", "the macvtap binding"),
    "MigrationDowntimeTuning": ("..........A", "a limit for the downtime of migrations"),
    "MigrationPriorityQueue": (".......ABGG", "more important migrations go first"),
    "MigrationStallDetection": (".........AA", "migrations that come no further are found"),
    "MultiArchitecture": ("LLLLLAAADDD", "VMs on nodes of several architectures"),
    "NUMA": ("LLLLGGGGGGG", "the guest sees NUMA nodes"),
    "NetworkBindingPlugins": (".LLLLGGGGGG", "network bindings by plug-ins"),
    "NetworkDevicesWithDRA": (".........AA", "network devices by Kubernetes' dynamic resource allocation"),
    "NodeRestriction": ("...LLABBBBB", "virt-handler may change objects of its own node alone"),
    "NonRoot": ("LLGGGGGGGGG", "pods of VMs do not run as root"),
    "OCIExport": (".........AA", "exports as OCI images"),
    "ObjectGraph": ("......LLLAA", "which objects belong to a VM"),
    "OptOutRoleAggregation": ("........ABB", "the roles of KubeVirt can be kept out of admin, edit and view"),
    "PCINUMAAwareTopology": ("........AAA", "PCI devices next to their NUMA node"),
    "PSA": ("LLGGGGGGGGG", "namespaces are labelled for Pod Security"),
    "PanicDevices": ("......ABBGG", "panic devices"),
    "Passt": ("LLDXXXXXXXX", "the passt binding as it was up to 1.2"),
    "PasstBinding": ("........BBB", "the passt binding"),
    "PasstIPStackMigration": ("......AAXXX", "passt keeps connections over a migration"),
    "PersistentReservation": ("LLLLLAAAAGG", "SCSI persistent reservations"),
    "Plugins": (".........AA", "plug-ins"),
    "PodSecondaryInterfaceNamingUpgrade": ("........BBB", "pods get new names of interfaces after an upgrade"),
    "PortRangesSpec": (".........AA", "ranges of ports of an interface"),
    "RebootPolicy": ("........ABB", "what a reboot of the guest does"),
    "ReservedOverheadMemlock": ("........AAA", "memory that is locked is reserved"),
    "Root": ("LLLLLAAAAAA", "pods of VMs run as root"),
    "SRIOVLiveMigration": ("LLGGGGGGGGG", "live migration of VMs with SR-IOV"),
    "SecureExecution": ("......LBBGG", "IBM Secure Execution"),
    "Sidecar": ("LLLLLAAAAAA", "hooks in sidecars"),
    "Snapshot": ("LLLLLABBBBB", "snapshots and restores of VMs; clones and VM templates need it, too"),
    "Template": ("........ABB", "the VM templates of KubeVirt itself"),
    "UtilityVolumes": ("........AAA", "volumes for tools beside the guest"),
    "VGPULiveMigration": (".........AA", "live migration of VMs with virtual GPUs"),
    "VMExport": ("LLLLLABBBGG", "exports of VMs and disks"),
    "VMLiveUpdateFeatures": ("LLLLLGGGGGG", "CPUs and memory added to running VMs"),
    "VMPersistentState": ("LLLLLAGGGGG", "TPM and UEFI variables that outlive a restart"),
    "VMStatsCollector": (".........AA", "statistics of guests by a collector"),
    "VSOCK": ("LLLLLAAAAAA", "sockets between guest and host"),
    "VideoConfig": ("......ABBGG", "the model of the video device"),
    "VmiMemoryOverheadReport": ("........ABG", "the memory that a VM costs beside its own is told"),
    "VolumeMigration": ("...LLGGGGGG", "disks moved to other storage while the VM runs"),
    "VolumesUpdateStrategy": ("...LLGGGGGG", "what becomes of a VM whose volumes are replaced"),
    "WorkloadEncryptionSEV": ("LLLLLAAAABB", "AMD SEV"),
    "WorkloadEncryptionTDX": (".......AAAA", "Intel TDX"),
}
NAMES = frozenset(_GATES)


class Verdict(t.NamedTuple):
    """Whether a gate has an effect on a cluster, and why."""

    effective: bool
    reason: str


def minor_of(version: str | None) -> int | None:
    """Return 4 for ``v1.4.0`` or ``1.4``, ``None`` for what is no version."""
    match = _VERSION.fullmatch(version or "")
    return int(match[1]) if match else None


def state_of(name: str, version: str | None) -> str | None:
    """Return the state of a gate in a version, ``None`` where that does not know it."""
    minor = minor_of(version)
    if minor is None or name not in _GATES:
        return None
    states = _GATES[name][0]
    return _STATES.get(states[max(FIRST_MINOR, min(minor, LAST_MINOR))])


def purpose_of(name: str) -> str:
    """Return what a gate is about in a few words, empty for one that nobody knows."""
    return _GATES.get(name, ("", ""))[1]


def has_disabled(version: str | None) -> bool:
    """Tell whether the API of that version has ``disabledFeatureGates``."""
    return (minor_of(version) or 0) >= HAS_DISABLED


def judge(
    name: str, version: str | None, listed: t.Collection[str], disabled: t.Collection[str] = frozenset()
) -> Verdict:
    """Tell whether a gate has an effect where ``featureGates`` and ``disabledFeatureGates`` are these."""
    minor, state = minor_of(version), state_of(name, version)
    if minor is None:
        return Verdict(name in listed, "the version of KubeVirt is not known")
    release = f"KubeVirt 1.{minor}"
    if state is None and name not in _GATES and minor > LAST_MINOR:
        return Verdict(name in listed, f"{release} is newer than what this collection knows of gates")
    if state is None:
        known = "knows it no more" if _was_known(name, minor) else "does not know it"
        return Verdict(False, f"{release} {known} and ignores it")
    if state == DISCONTINUED:
        return Verdict(False, f"{release} has this feature no more; VMs that use it are refused")
    if state == GA:
        return Verdict(True, f"always on in {release}; listing or disabling it has no effect")
    if name == "DeclarativeHotplugVolumes" and "HotplugVolumes" in listed:
        return Verdict(False, "ignored while HotplugVolumes is listed")
    if name in listed:
        return Verdict(True, "listed" + (f", and deprecated in {release}" if state == DEPRECATED else ""))
    if minor >= BETA_IS_ON and state == BETA:
        if name in disabled:
            return Verdict(False, "disabled")
        return Verdict(True, f"beta, which is on in {release} unless disabled")
    return Verdict(False, f"not listed, and {release} has it off then")


def _was_known(name: str, minor: int) -> bool:
    return name in _GATES and any(letter != "." for letter in _GATES[name][0][:minor])
