# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user may do, in the words of RBAC. Private to vmo.core."""

from __future__ import annotations

import typing as t


class Right(t.NamedTuple):
    """One verb on one resource; a subresource stands behind a slash: ``virtualmachines/start``."""

    verb: str
    group: str
    resource: str

    def __str__(self) -> str:
        """Return it as a sentence goes on with it: ``update virtualmachines/start of subresources.kubevirt.io``."""
        return f"{self.verb} {self.resource}" + (f" of {self.group}" if self.group else "")

    def rule(self, namespace: str | None) -> dict[str, t.Any]:
        """Return the rule that grants it, as errors of missing rights have it."""
        rule = {"apiGroups": [self.group], "resources": [self.resource], "verbs": [self.verb]}
        return {**rule, "namespace": namespace} if namespace else rule
