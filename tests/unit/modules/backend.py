# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scenario needs of a cluster, be it the simulator or the genuine one (tests/cluster/ring)."""

from __future__ import annotations

import typing as t
from pathlib import Path

from tests.sim.kubevirt import Fault

Tree = dict[str, t.Any]


class Asked(t.NamedTuple):
    """One request of the user whose tasks are tested.

    ``verb`` is Kubernetes' word (get, list, watch, create, patch, update, delete), ``target`` what stands behind the
    namespace: ``virtualmachines``, ``virtualmachines/web-01``, ``virtualmachines/web-01/start``. A rehearsal is a write
    that the server only judged.
    """

    verb: str
    target: str
    is_rehearsal: bool = False

    @property
    def is_read(self) -> bool:
        return self.verb in ("get", "list", "watch")

    def __str__(self) -> str:
        return f"{self.verb} {self.target}"


class Backend(t.Protocol):
    """One namespace of a cluster, the user who works in it, and all that a test does to them by another way."""

    @property
    def version(self) -> str:
        """The version of KubeVirt, such as 1.8."""

    @property
    def namespace(self) -> str:
        """A namespace of this test alone."""

    @property
    def kubeconfig(self) -> Path:
        """The file with which the user comes."""

    def put(self, item: Tree) -> None:
        """Create or replace an object, in the namespace of the test unless it names another one."""

    def read(self, plural: str, name: str) -> Tree | None:
        """Return an object of the namespace; its request is not one of the user's."""

    def forget(self) -> None:
        """Let ``asked`` begin anew."""

    def asked(self) -> list[Asked]:
        """Return the requests of the user since ``forget``, oldest first."""

    def deny(self, verb: str, resource: str) -> None:
        """Take a right from the user."""

    def show_everything(self) -> None:
        """Let the user read the VMs of all namespaces, too."""

    def another_token(self) -> str:
        """Return a token that is in no file, of somebody who may do the same."""

    def disturb(self, fault: Fault) -> None:
        """Disturb the next requests of the user that match."""
