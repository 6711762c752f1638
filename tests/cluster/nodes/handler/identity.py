# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""virt-handler's identity: its ServiceAccount, on a certain node."""

from __future__ import annotations

from tests.cluster.nodes.api import Api
from tests.cluster.nodes.events import Recorder

SERVICE_ACCOUNT = "system:serviceaccount:kubevirt:kubevirt-handler"
COMPONENT = "virt-handler"
# Where a token bound to a pod carries the pod's node, which KubeVirt 1.8 compares with what is written.
_NODE = "Authentication.kubernetes.io%2Fnode-Name"


class Identity:
    """Everything that virt-handler writes goes through ``on``."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def on(self, node: str) -> Api:
        """Return a client that acts as the virt-handler of a node."""
        return self._api.impersonating(SERVICE_ACCOUNT, {_NODE: node})

    def recorder(self, node: str) -> Recorder:
        return Recorder(self.on(node), COMPONENT)
