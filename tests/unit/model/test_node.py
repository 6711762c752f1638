# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Node object says of itself."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.node import Node


@pytest.mark.parametrize(
    ("said", "count"), [("1k", 1000), ("110", 110), (1000, 1000), ("0", 0), ("500m", 0), ("x", None), (None, None)]
)
def test_devices_are_counted_however_they_are_written(said: t.Any, count: int | None) -> None:
    # Measured on a kubelet: a device plugin's 1000 comes as 1k.
    assert Node.of({"status": {"allocatable": {"devices.kubevirt.io/kvm": said}}}).kvm == count


@pytest.mark.parametrize(("said", "mebibytes"), [("64Gi", 65536.0), ("1048576Ki", 1024.0), ("1e9", 953.67431640625)])
def test_memory_is_in_mebibytes(said: str, mebibytes: float) -> None:
    assert Node.of({"status": {"capacity": {"memory": said}}}).memory == mebibytes


def test_only_what_keeps_pods_away_repels() -> None:
    taints = [{"key": "a", "effect": "NoSchedule"}, {"key": "b", "effect": "PreferNoSchedule"}, {"effect": "NoExecute"}]
    assert Node.of({"spec": {"taints": taints}}).repelled == ("a", "None")
