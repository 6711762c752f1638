# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One answer of a server, and the error that comes of it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._model.kind import VM, Kind
from tests.unit.kube.scripted import TOKEN, Answer, ScriptedServer

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
