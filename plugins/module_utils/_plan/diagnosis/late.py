# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What healthy VMs show for a while, and what is the cause when a deadline has passed. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.rules import Rule

# the first row that fits any symptom is taken
LATE_RULES = (
    Rule(
        "claim_not_created",
        r"data_volume_bound",
        r"NotFound",
        r"No PVC found",
        "No claim was made for {subject}.",
        "CDI keeps silent where a LimitRange or an admission policy refuses the claim: compare the size with the "
        "LimitRange, and look at the log of cdi-deployment.",
    ),
    Rule(
        "volume_mount_failed",
        r"pod_event",
        r"Failed(?:Mount|MapVolume)",
        r"",
        "A volume of {subject} cannot be mounted: {text}.",
        "Correct what the message names, and look at the log of the CSI driver on that node.",
    ),
    Rule(
        "import_not_starting",
        r"importer",
        r"ContainerCreating|PodInitializing",
        r"",
        "The worker pod of {subject} does not start.",
        "Look at its events (kubectl describe pod): image, volumes and Secrets come first.",
    ),
    Rule(
        "import_running",
        r"data_volume_phase",
        r"Import\w+",
        r"(?P<progress>.*)",
        "{subject} is still being imported ({reason} {progress}).",
        "Give it more time (wait_timeout). A golden image in the cluster is cloned faster than it is imported.",
    ),
    Rule(
        "clone_running",
        r"clone_phase",
        r".*",
        r"(?P<progress>.*)",
        "{subject} is still being cloned ({reason} {progress}).",
        "Give it more time (wait_timeout), or use a StorageClass that clones or snapshots by itself.",
    ),
    Rule(
        "upload_awaited",
        r"data_volume_phase",
        r"Upload\w+",
        r"",
        "{subject} waits for an upload.",
        "Upload the image (virtctl image-upload), or choose another source.",
    ),
    Rule(
        "claim_pending",
        r"data_volume_phase",
        r"|Pending|Unknown",
        r"",
        "{subject} has no volume yet.",
        "Look at the events of the claim (kubectl describe pvc) and at the CSI provisioner of its StorageClass.",
    ),
    Rule(
        "claim_pending",
        r"claim",
        r"Pending",
        r"",
        "{subject} has no volume yet.",
        "Look at its events (kubectl describe pvc) and at the CSI provisioner of its StorageClass.",
    ),
    Rule(
        "claim_pending",
        r"schedule",
        r".*",
        r"unbound immediate PersistentVolumeClaims|persistentvolumeclaim .* not found",
        "{subject} waits for a claim that is not bound: {text}.",
        "Look at the claims of the namespace (kubectl get pvc) and their events.",
    ),
    Rule(
        "claim_pending",
        r"sync",
        r"BackendStorageNotReady|PVCNotReady",
        r"",
        "{subject} waits for a claim that is not bound: {text}.",
        "Look at the claims of the namespace (kubectl get pvc) and their events.",
    ),
    Rule(
        "launcher_not_starting",
        r"launcher",
        r"ContainerCreating|PodInitializing",
        r"",
        "{subject} is on its node, but its containers do not start.",
        "Look at its events (kubectl describe pod): image, volumes and network come first.",
    ),
    Rule(
        "guest_not_starting",
        r"guest_phase",
        r"Scheduled",
        r"",
        "{subject} is on its node, but its guest does not start.",
        "Look at the log of the launcher pod and of virt-handler on that node.",
    ),
    Rule(
        "launcher_not_starting",
        r"guest_phase",
        r"|Pending|Scheduling",
        r"",
        "{subject} has no running launcher pod.",
        "Look at the pods of the namespace, and at the log of virt-controller.",
    ),
    Rule(
        "guest_not_stopping",
        r"status",
        r"Stopping",
        r"",
        "The guest of {subject} does not shut down.",
        "Shut it down from inside, or use force: true to power it off.",
    ),
    Rule(
        "deletion_blocked",
        r"status",
        r"Terminating",
        r"",
        "{subject} is being deleted, but something holds it.",
        "Look at its finalizers, at the VirtualMachineInstance, and whether its node is up.",
    ),
    Rule(
        "no_guest_agent",
        r"agent",
        r".*",
        r"",
        "{subject} runs, but no guest agent has connected.",
        "Install and start qemu-guest-agent in the guest.",
    ),
    Rule(
        "no_address",
        r"address",
        r".*",
        r"(?P<name>.*)",
        "{subject} runs, but its network interface {name} has no address.",
        "Check DHCP and the VLAN; an address that is not on the pod network is known through the guest agent only.",
    ),
    Rule(
        "not_started",
        r"status",
        r"Stopped",
        r"",
        "{subject} is stopped.",
        "Look at its run strategy, and whether virt-controller runs.",
    ),
)
