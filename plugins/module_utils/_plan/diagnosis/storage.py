# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Causes that lie with disks: claims, imports, clones. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.rules import Rule

_VOLUME = r"(?:data_volume|clone)_\w+|volume_event"
_FILLING = r"(?:data_volume|clone)_(?:running|bound)|importer_ended"
_LOOK = "Look at kubectl describe datavolume, and at the log of the importer pod."

CLAIM_RULES = (
    Rule(
        "pvc_not_found",
        r"missing_claim",
        r".*",
        r"PVC (?P<name>\S+) does not exist",
        "The PersistentVolumeClaim {name}, which {subject} uses, does not exist.",
        "Correct the name in the disk, or create the claim.",
    ),
    Rule(
        "data_volume_not_found",
        r"missing_data_volume",
        r".*",
        r"PVC (?P<name>\S+) does not exist",
        "The DataVolume {name}, which {subject} uses, does not exist.",
        "Correct the name in the disk, or create the DataVolume.",
    ),
    Rule(
        "no_storage_class",
        _VOLUME,
        r".*",
        r"storageclass\.storage\.k8s\.io \"(?P<name>[^\"]+)\" not found",
        "The StorageClass {name} of {subject} does not exist.",
        "Correct storage_class of the disk (kubectl get storageclass).",
        lasting=True,
    ),
    Rule(
        "no_storage_class",
        _VOLUME,
        r".*",
        r"no storageClass to choose profile|no storage class is set",
        "{subject} has no StorageClass: the one it names does not exist, or it names none and there is no default.",
        "Name an existing one in storage_class of the disk, or mark a StorageClass as the default.",
        lasting=True,
    ),
    Rule(
        "access_mode_unknown",
        _VOLUME,
        r".*",
        r"StorageProfile (?P<profile>\S+)",
        "No access mode is known for {subject}: StorageProfile {profile} names none.",
        "Give access_modes and volume_mode of the disk, or complete claimPropertySets in the StorageProfile.",
        lasting=True,
    ),
    Rule(
        "claim_not_valid",
        _VOLUME,
        r"ErrClaimNotValid",
        r"",
        "No claim can be made for {subject}: {text}.",
        "Correct size, access_modes and volume_mode of the disk.",
        lasting=True,
    ),
    Rule(
        "provisioning_failed",
        _VOLUME,
        r".*",
        r"failed to provision volume with StorageClass \"(?P<name>[^\"]+)\": (?P<why>.*)",
        "The StorageClass {name} cannot provide the volume of {subject}: {why}.",
        "Look at the space left in the storage and at the log of its CSI provisioner.",
    ),
    Rule(
        "provisioning_failed",
        r"volume_event",
        r"ProvisioningFailed|ErrCreatingPVCPrime|VolumeBindingFailed",
        r"",
        "The volume of {subject} cannot be provided: {text}.",
        "Look at the storage and at the log of its CSI provisioner.",
    ),
    Rule(
        "claim_lost",
        _VOLUME,
        r"(?:Err)?ClaimLost",
        r"",
        "{subject} has lost its volume: {text}.",
        "Restore the PersistentVolume, or delete the disk and make it again.",
        lasting=True,
    ),
    Rule(
        "claim_lost",
        r"claim",
        r"Lost",
        r"",
        "{subject} has lost its volume.",
        "Restore the PersistentVolume, or delete the claim and make it again.",
        lasting=True,
    ),
    Rule(
        "claim_exists",
        _VOLUME,
        r"ErrResourceExists",
        r"",
        "A claim of the name of {subject} exists already, and belongs to something else: {text}.",
        "Choose another name for the disk, or use the existing claim.",
        lasting=True,
    ),
)

CLONE_RULES = (
    Rule(
        "clone_source_not_found",
        _VOLUME,
        r"CloneWithoutSource",
        r"",
        "{subject} cannot be cloned: {text}.",
        "Correct name and namespace of the source (clone of the disk), or create it.",
    ),
    Rule(
        "clone_source_in_use",
        r"clone_bound",
        r".*",
        r"pod (?P<user>\S+) using PersistentVolumeClaim (?P<claim>\S+)",
        "{subject} cannot be cloned while the pod {user} uses its source {claim}.",
        "Stop what uses the source, or clone from a snapshot or a golden image.",
    ),
    Rule(
        "clone_not_valid",
        _VOLUME,
        r"CloneValidationFailed|ErrUnableToClone|ErrIncompatiblePVC|IncompatibleVolumeModes",
        r"",
        "{subject} cannot be cloned: {text}.",
        "Make the disk at least as large as its source, and keep the volume mode.",
        lasting=True,
    ),
)

IMPORT_RULES = (
    Rule(
        "image_pull_failed",
        r"data_volume_running",
        r"ImagePullFailed|ErrImagePull|ImagePullBackOff",
        r"",
        "The image of {subject} cannot be pulled: {text}.",
        "Check name and tag, the pull secret, and that the nodes reach the registry.",
    ),
    Rule(
        "import_failed",
        _FILLING,
        r".*",
        r"too small to contain|larger than the reported available|larger PVC is required|no space left|quota exceeded$",
        "The disk {subject} is too small for its image: {text}.",
        "Give the disk at least the virtual size of the image (qemu-img info), and some more on a filesystem volume.",
        lasting=True,
    ),
    Rule(
        "import_failed",
        _FILLING,
        r".*",
        r"[Cc]hecksum",
        "The image of {subject} is not the expected one: {text}.",
        "Correct the checksum, or find out who changed the image.",
        lasting=True,
    ),
    Rule(
        "import_failed",
        _FILLING,
        r".*",
        r"x509|certificate|tls:|TLS",
        "The source of {subject} is not trusted: {text}.",
        "Give the CA in a ConfigMap (cert_config_map of the disk), or correct the server's certificate.",
        lasting=True,
    ),
    Rule(
        "import_failed",
        _FILLING,
        r".*",
        r"got (?:404|410)\b|manifest unknown|name unknown|repository name not known|NoSuchKey|NoSuchBucket",
        "The image of {subject} is not there: {text}.",
        "The server was reached; correct the address of the image.",
        lasting=True,
    ),
    Rule(
        "import_failed",
        _FILLING,
        r".*",
        r"got (?:401|403)\b|[Uu]nauthorized|authentication required|access to the resource is denied|AccessDenied"
        r"|InvalidAccessKeyId|SignatureDoesNotMatch",
        "The source of {subject} refuses access: {text}.",
        "Give the credentials of the source in a Secret (keys accessKeyId and secretKey), or correct them.",
        lasting=True,
    ),
    Rule(
        "import_failed",
        _FILLING,
        r".*",
        r"Invalid format|invalid backing file|Failed to find VM disk image|image file does not exist"
        r"|doesn't match requested arch|Invalid image name|Could not parse image|unable to untar",
        "What {subject} imports is no disk image that CDI knows: {text}.",
        "Give a qcow2, raw, vmdk, vdi, vhd or iso image (also gz, xz), or a container image with one file in /disk.",
        lasting=True,
    ),
    Rule(
        "import_failed",
        _FILLING,
        r".*",
        r"no such host|dial tcp|[Cc]onnection re|[Tt]imed? ?out|unreachable|proxyconnect|HTTP request errored|\bEOF\b",
        "The source of {subject} cannot be reached: {text}.",
        "Check the name, the proxy (importProxy of CDI) and the firewall, as seen from a pod of the cluster.",
    ),
    Rule(
        "import_failed",
        r"importer_ended",
        r"OOMKilled",
        r"",
        "The import of {subject} was killed since it took more memory than its limit.",
        "Raise podResourceRequirements in the CDI configuration.",
    ),
    Rule(
        "import_failed",
        r"(?:data_volume|clone)_running|importer_ended",
        r"Error|.*Failed",
        r"",
        "{subject} cannot be filled: {text}.",
        _LOOK,
    ),
    Rule(
        "import_failed",
        r"(?:data_volume|clone)_phase",
        r"Failed",
        r"",
        "{subject} has failed: {text}.",
        "It is not tried again: delete the DataVolume. " + _LOOK,
        lasting=True,
    ),
    Rule(
        "import_failed",
        r"status",
        r"DataVolumeError",
        r"",
        "A DataVolume of {subject} cannot be filled.",
        _LOOK,
    ),
)
