# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator says that it cannot do, and what only sounds like it."""

from __future__ import annotations

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import trouble_of


@pytest.mark.parametrize(
    ("reason", "trouble"), [("DeletionInProgress", None), ("VirtHandlerNotReady", "It is told why.")]
)
def test_what_goes_is_not_in_trouble(reason: str, trouble: str | None) -> None:
    said = {"reason": reason, "message": "It is told why."}
    conditions = [
        {"type": "Available", "status": "False", **said},
        {"type": "Progressing", "status": "False", **said},
        {"type": "Degraded", "status": "True", **said},
    ]
    assert trouble_of({"status": {"conditions": conditions}}) == trouble
    blocked = {"type": "Synchronized", "status": "False", "reason": "DeletionFailed", "message": "There are VMs."}
    assert trouble_of({"status": {"conditions": [*conditions, blocked]}}) == "There are VMs."
