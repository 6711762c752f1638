# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures as genuine servers word them (Kubernetes 1.34, KubeVirt 1.4, CDI 1.65), and what becomes of them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._model.kind import CLAIM, DATA_VOLUME, POD, SECRET, VM, VMI, Kind
from tests.unit.kube.scripted import TOKEN, Answer, ScriptedServer, status

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._kube.cluster import KubeCluster

HIDDEN = "hunter2"
PATCH: dict[str, t.Any] = {"metadata": {"resourceVersion": "1"}, "spec": {"userData": HIDDEN}}
VALIDATOR = 'admission webhook "virtualmachine-validator.kubevirt.io" denied the request: '


def kind_of(error: _errors.VmoError) -> type[_errors.VmoError]:
    """Return the class itself: a parent would be too vague."""
    return error.__class__


class Case:
    """A cluster that answers one request, and the error that comes of it."""

    def __init__(self, server: ScriptedServer, cluster: KubeCluster) -> None:
        self._server = server
        self._cluster = cluster

    def _raised(self, answer: Answer, call: t.Callable[[], object]) -> _errors.VmoError:
        self._server.answers(answer)
        with pytest.raises(_errors.VmoError) as failure:
            call()
        assert TOKEN not in repr(failure.value) + str(failure.value.as_failure())
        assert HIDDEN not in repr(failure.value) + str(failure.value.as_failure())
        assert "\n" not in failure.value.message
        return failure.value

    def get(self, answer: Answer, kind: Kind = VM) -> _errors.VmoError:
        return self._raised(answer, lambda: self._cluster.get(kind, "shop", "web-01"))

    def patch(self, answer: Answer, kind: Kind = VM) -> _errors.VmoError:
        return self._raised(answer, lambda: self._cluster.patch(kind, "shop", "web-01", PATCH))

    def create(self, answer: Answer, kind: Kind = VM) -> _errors.VmoError:
        body = {"metadata": {"name": "web-01", "namespace": "shop"}, "stringData": {"k": HIDDEN}}
        return self._raised(answer, lambda: self._cluster.create(kind, body))

    def delete(self, answer: Answer) -> _errors.VmoError:
        return self._raised(answer, lambda: self._cluster.delete(VM, "shop", "web-01", uid="u"))

    def invoke(self, answer: Answer, action: str = "start", kind: Kind = VM) -> _errors.VmoError:
        return self._raised(answer, lambda: self._cluster.invoke(kind, "shop", "web-01", action, {}))


@pytest.fixture
def case(server: ScriptedServer, cluster: KubeCluster) -> Case:
    return Case(server, cluster)


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


# 400 and 422


def test_400_names_the_fields_that_the_server_does_not_know(case: Case) -> None:
    text = (
        'VirtualMachine in version "v1" cannot be handled as a VirtualMachine: strict decoding error: '
        'unknown field "spec.bar", unknown field "spec.template.foo"'
    )
    failure = case.create(status(400, "BadRequest", text))
    assert kind_of(failure) is _errors.UnknownField
    assert [each["field"] for each in failure.details["fields"]] == ["spec.bar", "spec.template.foo"]
    assert failure.message.endswith("the server's version does not know spec.bar, spec.template.foo")


def test_400_of_an_action_is_about_its_options(case: Case) -> None:
    text = "For force restart, only gracePeriod=0 is supported for now"
    failure = case.invoke(status(400, "BadRequest", text), "restart")
    assert kind_of(failure) is _errors.Invalid
    assert failure.message.endswith(text)


def test_422_lists_the_fields_and_drops_the_webhooks_prefix(case: Case) -> None:
    disk = "spec.template.spec.domain.devices.disks[0]"
    causes = [
        {"reason": "FieldValueInvalid", "message": f"{disk}.Name 'q' not found.", "field": f"{disk}.name"},
        {"reason": "FieldValueInvalid", "message": "Invalid RunStrategy (Sometimes)", "field": "spec.runStrategy"},
    ]
    failure = case.patch(status(422, "Invalid", VALIDATOR + "everything once more", causes=causes))
    assert kind_of(failure) is _errors.Invalid
    assert failure.details == {
        "fields": [
            {"field": f"{disk}.name", "message": "'q' not found"},
            {"field": "spec.runStrategy", "message": "Invalid RunStrategy (Sometimes)"},
        ],
        "webhook": "virtualmachine-validator.kubevirt.io",
    }
    assert failure.message == (
        f"Cannot change VirtualMachine shop/web-01: {disk}.name 'q' not found; "
        "spec.runStrategy: Invalid RunStrategy (Sometimes)"
    )


def test_422_finds_the_field_in_the_words_of_a_schema(case: Case) -> None:
    causes = [{"message": 'spec.runStrategy in body must be of type string: "number"'}]
    failure = case.patch(status(422, "Invalid", "x", causes=causes))
    assert failure.details["fields"] == [{"field": "spec.runStrategy", "message": 'must be of type string: "number"'}]


def test_422_names_five_fields_and_counts_the_rest(case: Case) -> None:
    causes = [{"message": "is required", "field": f"spec.f{number}"} for number in range(8)]
    failure = case.patch(status(422, "Invalid", "x", causes=causes))
    assert len(failure.details["fields"]) == 8
    assert failure.message.endswith("spec.f4 is required; and 3 more")


def test_422_of_a_policy_is_told(case: Case) -> None:
    text = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: No VMs on Sundays"
    answer = status(422, "Invalid", f'virtualmachines.kubevirt.io "a" is forbidden: {text}', causes=[{"message": text}])
    assert case.create(answer).message.endswith(f"VirtualMachine shop/web-01: {text}")


# 429 and 5xx


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (status(429, "TooManyRequests", "too many requests"), "it is busy, try again later"),
        (Answer(503, b"service unavailable\n"), "the server answers 503: service unavailable; look at the API server"),
        (Answer(502, b"<html>Bad Gateway</html>"), "look at the API server"),
        (
            status(
                500,
                "InternalError",
                'Internal error occurred: failed calling webhook "virtualmachines-mutator.kubevirt.io": '
                "connect: connection refused",
            ),
            'webhook "virtualmachines-mutator.kubevirt.io": connect: connection refused; look at the pods of virt-api',
        ),
        (
            status(500, "InternalError", 'failed calling webhook "datavolume-mutate.cdi.kubevirt.io": x'),
            "look at the pods of cdi-apiserver",
        ),
        (status(500, "InternalError", 'failed calling webhook "a.example": x'), "look at the pods behind that webhook"),
    ],
)
def test_what_may_pass_is_unavailable_with_a_hint(case: Case, answer: Answer, says: str) -> None:
    failure = case.create(answer)
    assert kind_of(failure) is _errors.Unavailable
    assert failure.details["status"] == answer.status
    assert failure.message.endswith(says)


def test_503_of_an_action_points_at_virt_api(case: Case) -> None:
    assert case.invoke(Answer(503, b"service unavailable\n")).message.endswith("look at the pods of virt-api")


@pytest.mark.parametrize("code", [500, 422, 403])
def test_a_refused_migration_is_a_refusal_whatever_the_status(case: Case, code: int) -> None:
    text = "Cannot migrate VMI, Reason: InterfaceNotLiveMigratable, Message: no"
    message = f'admission webhook "migration-create-validator.kubevirt.io" denied the request: {text}'
    failure = case.invoke(status(code, "", f"Internal error occurred: {message}"), "migrate")
    assert kind_of(failure) is _errors.Refused
    assert (failure.details["reason"], failure.details["webhook"]) == (text, "migration-create-validator.kubevirt.io")


def test_a_refused_migration_object_is_invalid(case: Case) -> None:
    message = 'admission webhook "migration-create-validator.kubevirt.io" denied the request: no such VMI'
    failure = case.create(status(500, "InternalError", message))
    assert kind_of(failure) is _errors.Invalid


@pytest.mark.parametrize(
    "text", ["unable to complete request: stop/start already underway", "unexpected return code 400 (400 Bad Request)"]
)
def test_500_of_an_action_that_is_about_the_vm_is_a_refusal(case: Case, text: str) -> None:
    failure = case.invoke(status(500, "InternalError", f"Internal error occurred: {text}"))
    assert (type(failure), failure.details["reason"]) == (_errors.Refused, text)


# What is no answer of an API server


@pytest.mark.parametrize("code", [302, 405, 406, 415, 418])
def test_a_status_without_sense_is_told(case: Case, code: int) -> None:
    failure = case.patch(Answer(code, b"what do you want?"))
    assert (type(failure), failure.details) == (_errors.UnexpectedAnswer, {"status": code})
    assert failure.message.endswith("is this a Kubernetes API?: what do you want?")


def test_a_login_page_is_told_by_its_beginning(case: Case) -> None:
    failure = case.get(Answer(200, b"<html>\n  <title>Sign in</title>" + b"x" * 1000))
    assert kind_of(failure) is _errors.UnexpectedAnswer
    assert "<html> <title>Sign in</title>xxx" in failure.message
    assert len(failure.message) < 350


@pytest.mark.parametrize("body", [b'{"spec": {"userData": "hunter2', b'["hunter2"]', b"[hunter2", b"\xff\xfe\x00", b""])
def test_broken_json_is_told_and_not_shown(case: Case, body: bytes) -> None:
    assert kind_of(case.get(Answer(200, body))) is _errors.UnexpectedAnswer


# Secrets


@pytest.mark.parametrize(
    "answer",
    [
        status(400, "BadRequest", 'Secret in version "v1" cannot be handled as a Secret: ...|hunter2|...'),
        status(500, "InternalError", "hunter2"),
        status(403, "Forbidden", "hunter2"),
        status(409, "Conflict", "hunter2"),
        status(404, "NotFound", '"hunter2" not found'),
        status(418, "", "hunter2"),
        Answer(200, b"hunter2"),
        status(
            422,
            "Invalid",
            "hunter2",
            causes=[{"reason": "FieldValueInvalid", "field": "data[hunter2]", "message": 'Invalid value: "hunter2"'}],
        ),
    ],
)
@pytest.mark.parametrize("verb", ["create", "patch"])
def test_nothing_of_a_secret_is_shown(case: Case, answer: Answer, verb: str) -> None:
    assert "Secret shop/web-01" in getattr(case, verb)(answer, SECRET).message


@pytest.mark.parametrize(
    "answer",
    [
        status(422, "Invalid", "x", causes=[{"field": "spec.x.userData", "message": "spec.x.userData hunter2 is bad"}]),
        status(422, "Invalid", "x", causes=[{"message": 'spec.x.userDataBase64 in body must be a string: "hunter2"'}]),
        status(400, "BadRequest", 'strict decoding error: unknown field "spec.x.cloudInitNoCloud.userData.hunter2"'),
        status(400, "BadRequest", "the object provided is unrecognized: Object 'Kind' is missing in '{hunter2}' ({})"),
        status(400, "BadRequest", "json: cannot unmarshal, error found in #10 byte of ...|hunter2|..., bigger context"),
    ],
)
def test_nothing_of_cloud_init_is_shown(case: Case, answer: Answer) -> None:
    case.patch(answer)
