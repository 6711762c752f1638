# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Causes that show on pods, and what becomes of a guest that once ran. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.rules import Rule

POD_RULES = (
    Rule(
        "missing_secret",
        r"pod_event",
        r".*",
        r"[Ss]ecret \"(?P<name>[^\"]+)\" not found",
        "The Secret {name}, which {subject} mounts, does not exist.",
        "Create the Secret in the namespace of the VM, or correct the name (cloud_init.secret for cloud-init).",
    ),
    Rule(
        "missing_config_map",
        r"pod_event",
        r".*",
        r"[Cc]onfig[Mm]ap \"(?P<name>[^\"]+)\" not found",
        "The ConfigMap {name}, which {subject} mounts, does not exist.",
        "Create the ConfigMap in the namespace of the VM, or correct the name.",
    ),
    Rule(
        "volume_attach_failed",
        r"pod_event",
        r"FailedAttachVolume",
        r"",
        "A volume of {subject} cannot be attached to the node: {text}.",
        "Look whether another node still uses the volume, and at the log of the CSI driver.",
    ),
    Rule(
        "pod_network_failed",
        r"pod_event",
        r"FailedCreatePodSandBox",
        r"",
        "The network of {subject} cannot be set up: {text}.",
        "Check the NetworkAttachmentDefinition, and that its CNI plugin and bridge are on the node.",
    ),
    Rule(
        "launcher_oom_killed",
        r"launcher_ended",
        r"OOMKilled",
        r"",
        "{subject} was killed since it took more memory than its limit.",
        "Raise the memory limit or the overhead ratio (additionalGuestMemoryOverheadRatio), or drop the limit.",
    ),
    Rule(
        "launcher_evicted",
        r"launcher_phase",
        r"Evicted|NodeLost|Shutdown|Terminated|Preempting|OutOf\w+|UnexpectedAdmissionError|NodeAffinity",
        r"",
        "{subject} was turned away by its node ({reason}): {text}.",
        "Look at the conditions and the pressure of the node (kubectl describe node).",
    ),
    Rule(
        "container_failed",
        r"launcher|importer",
        r"CreateContainer\w*Error|RunContainerError",
        r"",
        "A container of {subject} cannot be created: {text}.",
        "Correct what the message names; a missing Secret or ConfigMap is the usual cause.",
    ),
    Rule(
        "crash_loop",
        r"start_failure",
        r"(?P<times>\d+)",
        r"",
        "{subject} crashed at its start ({times} in a row), the next try is at {text}.",
        "Look at the log of the launcher pod (kubectl logs), the guest's console, CPU model and firmware.",
    ),
    Rule(
        "node_unresponsive",
        r"guest_phase",
        r"Failed",
        r"NodeUnresponsive",
        "{subject} failed since its node does not answer.",
        "Bring the node back, or delete it (after fencing) so that the VM can start elsewhere.",
    ),
    Rule(
        "guest_crashed",
        r"guest_phase",
        r"Failed",
        r"",
        "{subject} has crashed, and its run strategy does not start it again.",
        "Look at the guest's console and the log of the launcher pod, then start the VM (state running; after "
        "run_strategy Once, with another run_strategy).",
        lasting=True,
    ),
    Rule(
        "guest_powered_off",
        r"guest_phase",
        r"Succeeded",
        r"",
        "The guest of {subject} shut itself down, and its run strategy does not start it again.",
        "Start the VM (state running; after run_strategy Once, with another run_strategy). With run_strategy Always it "
        "comes back by itself.",
        lasting=True,
    ),
    Rule(
        "crash_loop",
        r"status",
        r"CrashLoopBackOff",
        r"",
        "{subject} crashes at its start.",
        "Look at the log of the launcher pod (kubectl logs) and the guest's console.",
    ),
)
