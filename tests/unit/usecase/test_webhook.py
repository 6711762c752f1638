# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a cluster when a webhook does not answer, and what is not."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import Forbidden
from ansible_collections.vmo.core.plugins.module_utils._ports import Listing
from ansible_collections.vmo.core.plugins.module_utils._usecase.webhook import Inquiry

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster

Tree = dict[str, t.Any]
MESSAGE = 'failed calling webhook "v": Post "https://hook.system.svc:443/x": no endpoints available'
METADATA = {"name": "hook", "namespace": "system", "generation": 1}
SERVICE = {"metadata": METADATA, "spec": {"selector": {"b": "2", "a": "1"}}}
IDLE = {
    "kind": "Deployment",
    "metadata": METADATA,
    "spec": {"replicas": 0, "template": {"metadata": {"labels": {"a": "1", "b": "2"}}}},
    "status": {"observedGeneration": 1},
}


class Asked:
    """A cluster that notes what it is asked, with one service and one Deployment."""

    def __init__(self, *services: Tree | None, refused: str = "") -> None:
        self._service = services[0] if services else SERVICE
        self._refused = refused
        self.questions: list[str] = []

    def get(self, kind: Kind, namespace: str, name: str) -> Tree | None:
        self._ask(f"{kind.plural} {namespace}/{name}")
        return self._service

    def list_all(self, kind: Kind, namespace: str, labels: str = "") -> Listing:
        self._ask(f"{kind.plural} {namespace} {labels}".strip())
        return Listing([IDLE] if kind.name == "Deployment" else [], "1")

    def _ask(self, question: str) -> None:
        self.questions.append(question)
        if question.split(maxsplit=1)[0] == self._refused:
            raise Forbidden("Cannot")


def reason(asked: Asked, message: str = MESSAGE, seconds: float = 4.0) -> str | None:
    return Inquiry(t.cast("Cluster", asked))(message, seconds)


def test_what_is_behind_its_service_is_looked_at() -> None:
    asked = Asked()
    assert reason(asked) == "Deployment system/hook, which is to answer, is told to run no pods"
    assert asked.questions == ["services system/hook", "pods system a=1,b=2", "deployments system"]


def test_at_first_nobody_is_asked() -> None:
    asked = Asked()
    assert reason(asked, seconds=2.9) is None
    assert reason(asked, "failed calling webhook: EOF") is None
    assert asked.questions == []


@pytest.mark.parametrize("service", [None, {"metadata": METADATA, "spec": {}}])
def test_a_service_that_leads_nowhere_known_is_given_time(service: Tree | None) -> None:
    asked = Asked(service)
    assert reason(asked, seconds=59) is None
    assert asked.questions == ["services system/hook"]


@pytest.mark.parametrize("refused", ["services", "pods", "deployments"])
def test_who_may_not_look_keeps_the_patience(refused: str) -> None:
    assert reason(Asked(refused=refused), seconds=59) is None
