# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task wants of a virtual machine. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.vmo.core.plugins.module_utils._model.template import Blueprint

STATES = ("present", "absent", "running", "stopped", "restarted", "paused")


@dataclass(frozen=True)
class WantedVm:
    """One VM of one task. Times are seconds.

    ``options`` are the words of the VM as the task wrote them (``None`` and left out are the same); ``definition`` is
    the part in the API's words. Both may hold secrets, so they never show, as ``template``: a name or the template
    itself. ``blueprint`` is what was read for it: what a new VM begins as; with ``template_update`` one that is there
    follows it, too.
    """

    namespace: str
    name: str
    state: str = "present"
    run_strategy: str | None = None
    options: Mapping[str, t.Any] = field(default_factory=dict, repr=False)
    definition: Mapping[str, t.Any] = field(default_factory=dict, repr=False)
    restart: str = "never"
    delete_disks: bool = False
    grace_period: int | None = None
    force: bool = False
    wait: bool = True
    wait_for: tuple[str, ...] | None = None
    wait_timeout: float = 600
    failure_grace: float = 10
    template: t.Any = field(default=None, repr=False)
    template_api_version: str | None = None
    template_parameters: Mapping[str, t.Any] = field(default_factory=dict, repr=False)
    template_update: bool = False
    blueprint: Blueprint | None = None

    @property
    def subject(self) -> str:
        """Return how messages call the VM."""
        return f"VirtualMachine {self.namespace}/{self.name}"
