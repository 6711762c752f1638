# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The causes for which a VM does not come up: one row a cause. Private to vmo.core.

A new cause is a new row; codes are stable. Rows on storage, and on what is a cause only at a deadline, stand in the
sibling files. ``{subject}`` is the object that complains, ``{text}`` its complaint, and the
named groups of the patterns can be used as well.
"""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.symptoms import Symptom

_DATA_VOLUME = r"(?:data_volume|clone)_\w+"
_REFUSED = r"failure|sync"
_ANYWHERE = rf"{_REFUSED}|{_DATA_VOLUME}|volume_event"


class Rule(t.NamedTuple):
    """``where`` and ``reason`` match as a whole, ``text`` anywhere.

    ``lasting``: it cannot heal by itself.
    """

    code: str
    where: str
    reason: str
    text: str
    message: str
    hint: str
    lasting: bool = False

    def match(self, symptom: Symptom) -> dict[str, str] | None:
        """Return the values for the templates, ``None`` if the symptom is of another cause."""
        reason = re.fullmatch(self.reason, symptom.reason)
        text = re.search(self.text, symptom.text, re.DOTALL)
        if reason is None or text is None or not re.fullmatch(self.where, symptom.where):
            return None
        values = {**reason.groupdict(), **text.groupdict()}
        return {"subject": symptom.subject, "text": symptom.text.rstrip("."), "reason": symptom.reason, **values}


POLICY_RULES = (
    Rule(
        "quota_exceeded",
        _ANYWHERE,
        r".*",
        r"exceeded quota: (?P<quota>[^,]+), (?P<sum>requested: .*limited: [^\s\]]+)",
        "{subject} does not fit into the ResourceQuota {quota} ({sum}).",
        "Raise the quota, free what it counts, or ask for less.",
    ),
    Rule(
        "quota_needs_limits",
        _ANYWHERE,
        r".*",
        r"failed quota: (?P<quota>[^:]+): (?P<must>must specify [^)]*)",
        "The ResourceQuota {quota} refuses the pod of {subject}: {must}.",
        "Give the VM these limits, add a LimitRange with defaults, or let KubeVirt set them (label "
        "alpha.kubevirt.io/auto-memory-limits-ratio of the namespace, autoCPULimitNamespaceLabelSelector).",
        lasting=True,
    ),
    Rule(
        "quota_exceeded",
        _DATA_VOLUME,
        r"ErrExceededQuota",
        r"",
        "A ResourceQuota leaves no room for the pod that fills {subject}.",
        "Compare kubectl describe resourcequota with the needs of a CDI worker pod (one pod, its CPU and memory).",
    ),
    Rule(
        "limit_range_violated",
        _ANYWHERE,
        r".*",
        r"(?P<rule>(?:minimum|maximum) [\w./-]+ usage per [^,\]]+, but [^,\]]+"
        r"|\S+ max limit to request ratio per [^,\]]+|must be less than or equal to \S+ limit of \S+)",
        "A LimitRange refuses what {subject} needs: {rule}.",
        "Change the LimitRange of the namespace; the pod needs the guest's memory and some more.",
        lasting=True,
    ),
    Rule(
        "pod_security_violation",
        _ANYWHERE,
        r".*",
        r"violates PodSecurity (?P<level>\"[^\"]+\"): (?P<what>.*)",
        "The namespace's Pod Security level {level} refuses the pod of {subject}: {what}.",
        "Label the namespace pod-security.kubernetes.io/enforce=privileged, as KubeVirt's pods need it.",
        lasting=True,
    ),
    Rule(
        "service_account_not_found",
        _REFUSED,
        r".*",
        r"serviceaccount \"(?P<name>[^\"]+)\" not found",
        "The ServiceAccount {name} of {subject} does not exist.",
        "Create it, or correct the VM's serviceAccount volume.",
    ),
)

VM_RULES = (
    Rule(
        "clone_not_allowed",
        r"failure|volume_event|refusal",
        r".*",
        r"User (?P<user>\S+) has insufficient permissions in clone source namespace (?P<namespace>[^\s\]]+)",
        "{subject} may not clone from the namespace {namespace}: {user} lacks the right.",
        "Let this ServiceAccount create datavolumes/source in the namespace {namespace} (Role and RoleBinding there).",
    ),
    Rule(
        "instancetype_not_found",
        r"failure",
        r"FailedFindInstancetype",
        r"",
        "The instance type of {subject} cannot be found: {text}.",
        "Correct name or kind (VirtualMachineClusterInstancetype unless told otherwise), or create it.",
    ),
    Rule(
        "preference_not_found",
        r"failure",
        r"FailedFindPreference",
        r"",
        "The preference of {subject} cannot be found: {text}.",
        "Correct name or kind (VirtualMachineClusterPreference unless told otherwise), or create it.",
    ),
    Rule(
        "instancetype_not_found",
        r"failure|refusal",
        r".*",
        r"instancetypes?\.instancetype\S* \"[^\"]+\" not found",
        "The instance type of {subject} cannot be found: {text}.",
        "Correct name or kind, or create it.",
    ),
    Rule(
        "preference_not_found",
        r"failure|refusal",
        r".*",
        r"preferences?\.instancetype\S* \"[^\"]+\" not found",
        "The preference of {subject} cannot be found: {text}.",
        "Correct name or kind, or create it.",
    ),
    Rule(
        "data_volume_refused",
        r"failure",
        r".*",
        r"(?:failed to create|[Ee]rror creating) DataVolume:? (?P<why>.*)",
        "A DataVolume of {subject} is refused: {why}.",
        "Correct the disk that the message names.",
    ),
    Rule(
        "network_attachment_not_found",
        r"sync",
        r".*",
        r"network attachment definition (?P<name>\S+)",
        "The NetworkAttachmentDefinition {name} of {subject} does not exist.",
        "Create it in that namespace, or correct the network of the VM (namespace/name).",
    ),
    Rule(
        "image_pull_failed",
        r"sync|launcher",
        r"ErrImagePull|ImagePullBackOff|InvalidImageName",
        r"",
        "An image of {subject} cannot be pulled: {text}.",
        "Check name and tag, the pull secret (container_disk.pull_secret), and that the nodes reach the registry.",
    ),
    Rule(
        "resources_not_guaranteed",
        r"sync",
        r"FailedGuaranteeResources",
        r"",
        "The pod of {subject} does not get dedicated CPUs: {text}.",
        "Run the VM on nodes with the CPU manager (label cpumanager=true) and give it whole CPUs.",
    ),
    Rule(
        "backend_storage_failed",
        r"sync",
        r"FailedBackendStorage\w+",
        r"",
        "The volume for the persistent TPM or EFI state of {subject} cannot be made: {text}.",
        "Set vmStateStorageClass in the KubeVirt configuration to a class that exists.",
    ),
    Rule(
        "paused_io_error",
        r"paused",
        r"PausedIOError",
        r"",
        "{subject} is paused since its storage failed: {text}.",
        "Look whether the storage is full or out of reach, then unpause the VM.",
    ),
    Rule(
        "pod_refused",
        r"sync",
        r"FailedCreate\w*",
        r"",
        "The cluster refuses the launcher pod of {subject}: {text}.",
        "Look for a quota, an admission policy or a webhook that the message names.",
    ),
    Rule(
        "sync_failed",
        r"sync",
        r"(?!BackendStorageNotReady|PVCNotReady|MigrationBackoff|FailedPvcNotFound).*",
        r"",
        "{subject} cannot be started on its node: {text}.",
        "Look at the log of the launcher pod and of virt-handler on that node.",
    ),
    Rule(
        "start_failed",
        r"failure",
        r".*",
        r"",
        "KubeVirt cannot carry out {subject}: {text}.",
        "Correct what the message names; KubeVirt tries again by itself.",
    ),
)
