# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What everything in one of the two programs is given."""

from __future__ import annotations

import typing as t

from tests.cluster.nodes.api import Api
from tests.cluster.nodes.events import Recorder
from tests.cluster.nodes.knobs import Knobs
from tests.cluster.nodes.outage import Outages
from tests.cluster.settings import Settings


class Context(t.NamedTuple):
    """``api`` has the program's own identity."""

    settings: Settings
    api: Api
    knobs: Knobs
    outages: Outages

    @classmethod
    def of(cls, settings: Settings, api: Api) -> Context:
        return cls(settings, api, Knobs(settings.knobs), Outages(settings.state))

    @property
    def version(self) -> tuple[int, int]:
        """The minor version of KubeVirt."""
        major, minor = self.settings.kubevirt.split(".")[:2]
        return int(major), int(minor)

    def recorder(self, component: str) -> Recorder:
        return Recorder(self.api, component)
