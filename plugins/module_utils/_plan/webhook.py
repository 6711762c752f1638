# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a webhook does not answer, and whether that will pass. Private to vmo.core.

While its pods start anew there may be a moment in which none of them serves. That is worth patience. What nobody mends
is not.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.status import condition, holds, is_going
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.pods import trouble_of_pods, unfinished

Tree = dict[str, t.Any]
# after so many seconds it is looked what is behind it, and what may pass yet has to last so long
LOOK_SECONDS = 3.0
LASTING_SECONDS = 10.0


class Behind(t.NamedTuple):
    """What is behind the service of a webhook. ``deployments`` are all of its namespace."""

    service: Tree
    pods: list[Tree]
    deployments: list[Tree]


def selector_of(service: Tree) -> dict[str, str]:
    """Return the labels of the pods behind a service, none where somebody else tells where it leads."""
    return dict(dig(service, "spec.selector") or {})


def reason_of_silence(behind: Behind, seconds: float) -> str | None:
    """Return why the pods behind a webhook will not answer, ``None`` where they may yet.

    ``seconds``: for how long it has not answered.
    """
    if any(map(_serves, behind.pods)):
        return None
    wanted = selector_of(behind.service).items()
    deployments = [
        item for item in behind.deployments if wanted <= (dig(item, "spec.template.metadata.labels") or {}).items()
    ]
    idle = [item for item in deployments if dig(item, "spec.replicas", 1) == 0]
    if deployments and idle == deployments and unfinished(idle) is None:
        return f"Deployment {_place_of(idle[0])}, which is to answer, is told to run no pods"
    return _hindrance(behind, deployments) if seconds >= LASTING_SECONDS else None


def _hindrance(behind: Behind, deployments: t.Sequence[Tree]) -> str | None:
    trouble = trouble_of_pods(behind.pods)
    if trouble is not None:
        return trouble
    for item in deployments:
        if holds(item, "ReplicaFailure"):
            message = condition(item, "ReplicaFailure").get("message")
            return f"Deployment {_place_of(item)} cannot start pods: {message}"
    if not behind.pods and not deployments:
        return f"there is no pod behind the service {_place_of(behind.service)}, and no Deployment that would start one"
    return None


def _serves(pod: Tree) -> bool:
    return not is_going(pod) and holds(pod, "Ready")


def _place_of(item: Tree) -> str:
    return f"{item['metadata'].get('namespace')}/{item['metadata']['name']}"
