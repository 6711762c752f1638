# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invalid objects, servers in trouble and answers that are none, as genuine servers word them; secrets in them."""

from __future__ import annotations

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._kube.failures import Attempt, error_of
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import Response
from ansible_collections.vmo.core.plugins.module_utils._model.kind import SECRET, VM
from tests.unit.kube.cases import VALIDATOR, Case, kind_of
from tests.unit.kube.scripted import Answer, status

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
        (
            status(
                500,
                "InternalError",
                'failed calling webhook "kubevirt-update-validator.kubevirt.io": failed to call webhook: Post '
                '"https://kubevirt-operator-webhook.kubevirt.svc:443/x": no endpoints available',
            ),
            "no endpoints available; look at the pods of the service kubevirt/kubevirt-operator-webhook",
        ),
    ],
)
def test_what_may_pass_is_unavailable_with_a_hint(case: Case, answer: Answer, says: str) -> None:
    failure = case.create(answer)
    assert kind_of(failure) is _errors.Unavailable
    assert failure.details["status"] == answer.status
    assert failure.message.endswith(says)


def test_what_was_found_out_beside_it_is_told() -> None:
    body = b'{"kind": "Status", "message": "failed calling webhook \\"a.example\\": x", "code": 500}'
    failure = error_of(Response(500, {}, body, cause="nothing runs behind it"), Attempt("create", VM, "shop", "a"))
    assert failure.message.endswith('failed calling webhook "a.example": x; nothing runs behind it')
    assert failure.details == {"status": 500, "webhook": "a.example", "reason": "nothing runs behind it"}


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
