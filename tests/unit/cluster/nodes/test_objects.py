# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths, images and conditions of Kubernetes objects; quantities."""

from __future__ import annotations

import pytest

from tests.cluster.nodes import objects
from tests.cluster.nodes.quantities import number
from tests.unit.cluster.nodes.builders import a_pod


def test_paths_of_namespaced_and_of_cluster_wide_objects() -> None:
    volume = {"metadata": {"name": "pvc-1"}}

    assert objects.path(objects.PODS, a_pod()) == "/api/v1/namespaces/shop/pods/web-pod"
    assert objects.path(objects.VOLUMES, volume) == "/api/v1/persistentvolumes/pvc-1"
    assert objects.namespaced(objects.INSTANCES, "shop") == (
        "/apis/kubevirt.io/v1/namespaces/shop/virtualmachineinstances"
    )


@pytest.mark.parametrize(
    "image",
    [
        "virt-api",
        "registry.example/kubevirt/virt-api:v1.4.0",
        "registry.example:5000/virt-api@sha256:0123",
        "registry.example:5000/kubevirt/virt-api:v1.4.0@sha256:0123",
    ],
)
def test_image_names_lose_registry_tag_and_digest(image: str) -> None:
    assert objects.image_name(image) == "virt-api"


def test_conditions_are_found_by_type() -> None:
    pod = a_pod(status={"conditions": [{"type": "Ready", "status": "True"}, {"type": "Other", "status": "False"}]})

    assert objects.is_true(pod, "Ready")
    assert not objects.is_true(pod, "Other")
    assert objects.condition(pod, "Absent") is None
    assert objects.condition({"metadata": {}}, "Ready") is None


@pytest.mark.parametrize(
    ("quantity", "value"),
    [("1Gi", 2**30), ("10737418240", 10737418240), ("1.5Ti", 1.5 * 2**40), ("500m", 0.5), ("2e3", 2000), ("1k", 1000)],
)
def test_quantities_are_numbers(quantity: str, value: float) -> None:
    assert number(quantity) == value


@pytest.mark.parametrize("text", ["", "Gi", "1 Gi", "1Qi", "None"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no quantity"):
        number(text)
