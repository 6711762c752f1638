# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals (401 to 409) as genuine servers word them (Kubernetes 1.34, KubeVirt 1.4), and what becomes of them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._model.kind import CLAIM, DATA_VOLUME, POD, VM, VMI, Kind
from tests.unit.kube.scripted import Answer, status

if t.TYPE_CHECKING:
    pass
from tests.unit.kube.cases import HIDDEN, Case, kind_of


def test_401_never_shows_the_body(case: Case) -> None:
    failure = case.get(status(401, "Unauthorized", f"token {HIDDEN} is unknown"))
    assert kind_of(failure) is _errors.Unauthorized
    assert failure.message == (
        "Cannot read VirtualMachine shop/web-01: the server does not accept the credentials; "
        "check api_key or renew the kubeconfig"
    )


# 403

RBAC = 'User "vmuser" cannot {} resource "{}" in API group "{}" {}'


@pytest.mark.parametrize(
    ("text", "rule", "says"),
    [
        (
            'virtualmachines.kubevirt.io "web-01" is forbidden: '
            + RBAC.format("get", "virtualmachines", "kubevirt.io", 'in the namespace "shop"'),
            {"apiGroups": ["kubevirt.io"], "resources": ["virtualmachines"], "verbs": ["get"], "namespace": "shop"},
            "the user vmuser lacks the right to get virtualmachines of kubevirt.io in the namespace shop",
        ),
        (
            "virtualmachines.kubevirt.io is forbidden: "
            + RBAC.format("list", "virtualmachines", "kubevirt.io", "at the cluster scope"),
            {"apiGroups": ["kubevirt.io"], "resources": ["virtualmachines"], "verbs": ["list"]},
            "the user vmuser lacks the right to list virtualmachines of kubevirt.io in the whole cluster",
        ),
        (
            'secrets "a" is forbidden: '
            + RBAC.format("patch", "secrets", "", 'in the namespace "shop"')
            + ': RBAC: clusterrole.rbac.authorization.k8s.io "x" not found',
            {"apiGroups": [""], "resources": ["secrets"], "verbs": ["patch"], "namespace": "shop"},
            "the user vmuser lacks the right to patch secrets in the namespace shop",
        ),
        (
            'virtualmachines.subresources.kubevirt.io "web-01" is forbidden: '
            + RBAC.format("update", "virtualmachines/start", "subresources.kubevirt.io", 'in the namespace "shop"'),
            {
                "apiGroups": ["subresources.kubevirt.io"],
                "resources": ["virtualmachines/start"],
                "verbs": ["update"],
                "namespace": "shop",
            },
            "lacks the right to update virtualmachines/start of subresources.kubevirt.io in the namespace shop",
        ),
    ],
)
def test_403_names_the_missing_rule(case: Case, text: str, rule: dict[str, t.Any], says: str) -> None:
    failure = case.get(status(403, "Forbidden", text))
    assert kind_of(failure) is _errors.Forbidden
    assert failure.details == {"rule": rule, "user": "vmuser"}
    assert failure.message.startswith("Cannot read VirtualMachine shop/web-01: ")
    assert failure.message.endswith(says)


@pytest.mark.parametrize(
    "text",
    [
        "exceeded quota: rq, requested: count/pods=1, used: count/pods=0, limited: count/pods=0",
        "maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 5Gi",
        "failed quota: rq: must specify limits.memory for: c",
    ],
)
def test_403_tells_a_quota_from_a_missing_right(case: Case, text: str) -> None:
    failure = case.create(status(403, "Forbidden", f'persistentvolumeclaims "p" is forbidden: {text}'), CLAIM)
    assert kind_of(failure) is _errors.QuotaExceeded
    assert failure.message == f"Cannot create PersistentVolumeClaim shop/web-01: {text}"


def test_403_of_pod_security_is_told(case: Case) -> None:
    text = 'violates PodSecurity "restricted:latest": privileged (container "c" must not set it)'
    failure = case.create(status(403, "Forbidden", f'pods "p" is forbidden: {text}'), POD)
    assert (type(failure), failure.details) == (_errors.Forbidden, {})
    assert failure.message.endswith(f"it {text}")


def test_403_of_a_dying_namespace_is_a_refusal(case: Case) -> None:
    text = "unable to create new content in namespace shop because it is being terminated"
    failure = case.create(status(403, "Forbidden", f'virtualmachines.kubevirt.io "web-01" is forbidden: {text}'))
    assert kind_of(failure) is _errors.Refused
    assert failure.message == f"Cannot create VirtualMachine shop/web-01: {text}"


def test_403_of_an_action_without_a_rule_is_a_refusal(case: Case) -> None:
    failure = case.invoke(
        status(403, "Forbidden", "Pausing VMIs with LivenessProbe is currently not supported"), "pause"
    )
    assert kind_of(failure) is _errors.Refused
    assert failure.details["reason"] == "Pausing VMIs with LivenessProbe is currently not supported"


def test_403_of_a_policy_webhook_judges_the_object(case: Case) -> None:
    text = (
        'admission webhook "validation.gatekeeper.sh" denied the request: [labels] you must provide labels: {"owner"}'
    )
    failure = case.create(status(403, "Forbidden", text))
    assert kind_of(failure) is _errors.Invalid
    assert failure.message.endswith('VirtualMachine shop/web-01: [labels] you must provide labels: {"owner"}')
    assert failure.details["webhook"] == "validation.gatekeeper.sh"


# 404


def test_404_of_an_object_names_it(case: Case) -> None:
    gone = status(
        404, "NotFound", 'virtualmachines.kubevirt.io "web-01" not found', name="web-01", kind="virtualmachines"
    )
    failure = case.patch(gone)
    assert kind_of(failure) is _errors.NotFound
    assert failure.message == "Cannot change VirtualMachine shop/web-01: it does not exist"


def test_404_of_a_namespace_names_the_namespace(case: Case) -> None:
    failure = case.create(status(404, "NotFound", 'namespaces "shop" not found', name="shop", kind="namespaces"))
    assert kind_of(failure) is _errors.NotFound
    assert failure.message.endswith("there is no namespace shop")


@pytest.mark.parametrize(
    "answer",
    [Answer(404, b"404 page not found\n"), status(404, "NotFound", "the server could not find the requested resource")],
)
@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (VM, "KubeVirt is not installed on this cluster, or it does not serve virtualmachines in kubevirt.io/v1"),
        (
            DATA_VOLUME,
            "CDI is not installed on this cluster, or it does not serve datavolumes in cdi.kubevirt.io/v1beta1",
        ),
        (Kind("x.io", "v1", "things", "Thing"), "this cluster does not serve things in x.io/v1"),
    ],
)
def test_404_of_an_api_names_the_product(case: Case, answer: Answer, kind: Kind, says: str) -> None:
    failure = case.get(answer, kind)
    assert (type(failure), failure.details) == (_errors.ApiMissing, {"api_version": kind.api_version})
    assert failure.message.endswith(says)


def test_404_of_an_unknown_action_is_told(case: Case) -> None:
    failure = case.invoke(Answer(404, b"404: Page Not Found"), "reset", VMI)
    assert kind_of(failure) is _errors.ApiMissing
    assert "its version does not know this action" in failure.message


def test_404_of_the_instance_of_a_vm_means_that_it_is_not_running(case: Case) -> None:
    failure = case.invoke(status(404, "NotFound", 'virtualmachineinstance.kubevirt.io "web-01" not found'), "migrate")
    assert (type(failure), failure.details["reason"]) == (_errors.Refused, "VM is not running")


# 409

CANNOT = 'Operation cannot be fulfilled on virtualmachines.kubevirt.io "web-01": '
MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


def test_409_of_a_create_means_that_it_exists(case: Case) -> None:
    failure = case.create(status(409, "AlreadyExists", 'virtualmachines.kubevirt.io "web-01" already exists'))
    assert kind_of(failure) is _errors.AlreadyExists


def test_409_of_a_create_while_the_old_one_goes_is_told(case: Case) -> None:
    text = 'object is being deleted: virtualmachines.kubevirt.io "web-01" already exists'
    failure = case.create(status(409, "AlreadyExists", text))
    assert (type(failure), failure.details) == (_errors.AlreadyExists, {"is_deleting": True})


@pytest.mark.parametrize("verb", ["patch", "invoke"])
def test_409_of_a_race_is_a_conflict(case: Case, verb: str) -> None:
    failure = getattr(case, verb)(status(409, "Conflict", CANNOT + MODIFIED))
    assert kind_of(failure) is _errors.Conflict
    assert failure.message.endswith("VirtualMachine shop/web-01: it changed in the meantime")


def test_409_of_another_uid_is_a_conflict(case: Case) -> None:
    text = "the UID in the precondition (0) does not match the UID in record (1)."
    failure = case.delete(status(409, "Conflict", CANNOT + text))
    assert kind_of(failure) is _errors.Conflict
    assert failure.message.endswith("it is another object of that name by now")


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("start", "VM is already running"),
        ("stop", "VM is not running"),
        ("restart", "RunStategy Halted does not support manual restart requests"),
        ("removevolume", "Unable to remove volume [x] because it does not exist"),
    ],
)
def test_409_of_an_action_is_a_refusal_with_the_servers_reason(case: Case, action: str, text: str) -> None:
    answer = status(409, "Conflict", f'Operation cannot be fulfilled on virtualmachine.kubevirt.io "web-01": {text}')
    failure = case.invoke(answer, action)
    assert (type(failure), failure.details) == (_errors.Refused, {"reason": text})
    assert failure.message.endswith(f"VirtualMachine shop/web-01: {text}")
