# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules for generic objects say when they fail, in a sentence. Most texts are those of a genuine cluster."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.failure import explained


def status(message: str, code: int, **more: object) -> str:
    return json.dumps(
        {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code, **more}
    )


RBAC = '{0} "a" is forbidden: User "visitor" cannot get resource "{0}" in API group "{1}" {2}'
UNCALLED = (
    'Internal error occurred: failed calling webhook "kubevirt-update-validator.kubevirt.io": failed to call webhook: '
    'Post "https://kubevirt-operator-webhook.kubevirt.svc:443/kubevirt-validate-update?timeout=10s": no endpoints '
    'available for service "kubevirt-operator-webhook"'
)
REFUSED_LINE = (
    "Task failed: Module failed: Value of unknown type: <class 'urllib3.exceptions.NewConnectionError'>, "
    "HTTPSConnection(host='127.0.0.1', port=1): Failed to establish a new connection: [Errno 111] Connection refused"
)
POOL = (
    "HTTPSConnectionPool(host='api.example.com', port=6443): Max retries exceeded with url: /version (Caused by "
    "{0}(<urllib3.connection.HTTPSConnection object at 0x7f>{1}))"
)
FAILURES: dict[str, tuple[str, str, bool]] = {
    "no right in a namespace": (
        status(RBAC.format("configmaps", "", 'in the namespace "default"'), 403),
        "The user visitor lacks the right to get configmaps in the namespace default.",
        False,
    ),
    "no right anywhere": (
        status(RBAC.format("clusterroles", "rbac.authorization.k8s.io", "at the cluster scope"), 403),
        "The user visitor lacks the right to get clusterroles of rbac.authorization.k8s.io in the whole cluster.",
        False,
    ),
    "a webhook that is not there": (
        status(UNCALLED, 500),
        (
            "The webhook kubevirt-update-validator.kubevirt.io cannot be called: Post "
            '"https://kubevirt-operator-webhook.kubevirt.svc:443/kubevirt-validate-update?timeout=10s": no endpoints '
            'available for service "kubevirt-operator-webhook".'
        ),
        True,
    ),
    "a webhook that refuses": (
        status(
            'admission webhook "kubevirt-create-validator.kubevirt.io" denied the request: Kubevirt is already created',
            400,
        ),
        "The webhook kubevirt-create-validator.kubevirt.io refuses it: Kubevirt is already created.",
        False,
    ),
    "a namespace on its way out": (
        status(
            'serviceaccounts "a" is forbidden: unable to create new content in namespace kubevirt because it is being '
            "terminated",
            403,
            details={"name": "a", "kind": "serviceaccounts"},
        ),
        (
            'serviceaccounts "a" is forbidden: unable to create new content in namespace kubevirt because it is being '
            "terminated."
        ),
        True,
    ),
    "no namespace": (status('namespaces "nowhere" not found', 404), 'namespaces "nowhere" not found.', False),
    "no such kind": (
        "Failed to find exact match for nowhere.example/v1.Thing by [kind, name, singularName, shortNames]",
        "The cluster does not know the kind Thing of nowhere.example/v1 yet.",
        True,
    ),
    "no credentials": (status("Unauthorized", 401), "The API server does not accept the credentials.", False),
    "somebody else was faster": (
        status(
            'Operation cannot be fulfilled on kubevirts.kubevirt.io "kubevirt": the object has been modified; please '
            "apply your changes to the latest version and try again",
            409,
        ),
        (
            'kubevirts.kubevirt.io "kubevirt": the object has been modified; please apply your changes to the latest '
            "version and try again."
        ),
        True,
    ),
    "somebody else owns it": (
        status('Apply failed with 1 conflict: conflict with "helm": .spec.replicas', 409),
        'Apply failed with 1 conflict: conflict with "helm": .spec.replicas.',
        False,
    ),
    "a server that is busy": (
        status("too many requests, please try again later", 429),
        "too many requests, please try again later.",
        True,
    ),
    "no connection": (REFUSED_LINE, "The API server at 127.0.0.1:1 cannot be reached: Connection refused.", True),
    "no connection of a pool": (
        POOL.format("NewConnectionError", ": Failed to establish a new connection: [Errno 111] Connection refused'"),
        "The API server at api.example.com:6443 cannot be reached: Connection refused.",
        True,
    ),
    "no answer": (
        POOL.format("ConnectTimeoutError", ", 'Connection to api.example.com timed out. (connect timeout=None)'"),
        "The API server at api.example.com:6443 cannot be reached: it does not answer.",
        True,
    ),
    "no such host": (
        REFUSED_LINE.replace("[Errno 111] Connection refused", "([Errno -2] Name or service not known)"),
        "The API server at 127.0.0.1:1 cannot be reached: Name or service not known.",
        False,
    ),
    "no trust": (
        (
            "Task failed: Module failed: Value of unknown type: <class 'urllib3.exceptions.SSLError'>, [SSL: "
            "CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1020)"
        ),
        "The certificate of the API server is not trusted: unable to get local issuer certificate.",
        False,
    ),
    "something else": ("what is\n this", "what is this.", False),
    "nothing": ("", "No reason was given.", False),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_is_a_sentence(case: str) -> None:
    said, sentence, is_passing = FAILURES[case]
    assert explained(said) == (sentence, is_passing)
    # as text and as bytes that were printed, with the attempt before it
    assert explained(f"Failed to apply object: {said}\n") == (sentence, is_passing)
    assert explained(f"Failed to retrieve requested object: {said.encode()!r}") == (sentence, is_passing)


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_what_the_server_has_itself_to_blame_for_passes(code: int) -> None:
    assert explained(status("etcdserver: leader changed", code)) == ("etcdserver: leader changed.", True)


@given(st.text())
def test_whatever_is_said_a_sentence_comes_back(text: str) -> None:
    for said in (text, f"Failed to apply object: {text}", f"Failed to apply object: b'{text}", status(text, 400)):
        sentence = explained(said).sentence
        assert sentence.endswith((".", "!", "?"))
        assert "\n" not in sentence
