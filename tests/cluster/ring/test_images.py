# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios of golden images, unchanged, on the genuine cluster, and what only CDI itself can tell."""

from __future__ import annotations

import typing as t
from http import HTTPStatus

import pytest

from tests.cluster.ring import rights
from tests.cluster.ring.api import Api, path_of
from tests.cluster.ring.genuine import Genuine
from tests.cluster.ring.shared import scenarios_of
from tests.unit.modules import test_vmo_image, test_vmo_image_info, test_vmo_image_limits
from tests.unit.modules.bench import Bench

IMAGE_RIGHTS = rights.of_readme("vmo-image")

globals().update(scenarios_of(test_vmo_image, test_vmo_image_info, test_vmo_image_limits))


@pytest.fixture(autouse=True)
def let_the_user_keep_images(cluster: Genuine) -> None:
    """The scenarios are about VMs as well."""
    cluster.grant(rights.of_readme() | IMAGE_RIGHTS)


def test_the_rights_of_the_readme_are_enough(bench: Bench, cluster: Genuine) -> None:
    cluster.grant(IMAGE_RIGHTS)
    task: dict[str, t.Any] = {"name": "debian-13", "blank": {}, "size": "1Gi"}
    more: dict[str, t.Any] = {
        "publish_as": "debian",
        "clone_rights": [{"namespace": "default"}],
        "labels": {"os": "debian"},
    }
    assert bench.run("vmo_image", **task).changed
    assert bench.run("vmo_image", **task, **more).changed
    assert not bench.run("vmo_image", **task, **more).changed
    assert bench.run("vmo_image", **{**task, "size": "2Gi"}, recreate="always").changed
    assert bench.run("vmo_image_info").result["unavailable"] == []
    assert bench.run("vmo_image", name="debian-13", state="absent").changed


def test_a_clone_right_is_what_cdi_asks_for(bench: Bench, cluster: Genuine) -> None:
    """A service account of another namespace may copy this image with the right, and not without, nor another one."""
    for name in ("debian-13", "other"):
        bench.run("vmo_image", name=name, blank={}, size="1Gi")
    admin, elsewhere = cluster.admin, f"{cluster.namespace}-too"
    admin.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": elsewhere}})
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "builder", "namespace": elsewhere}}
    admin.put(account)
    rules = [{"apiGroups": ["cdi.kubevirt.io"], "resources": ["datavolumes"], "verbs": ["create"]}]
    head = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "builder", "namespace": elsewhere}}
    admin.put({**head, "kind": "Role", "rules": rules})
    subject = {"kind": "ServiceAccount", "name": "builder", "namespace": elsewhere}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "builder"}
    admin.put({**head, "kind": "RoleBinding", "roleRef": reference, "subjects": [subject]})
    path = f"{path_of('serviceaccounts', 'builder', elsewhere)}/token"
    builder = Api(cluster.lab.kubeconfig, str(admin.must("POST", path, {"spec": {}})["status"]["token"]))

    def may_copy(name: str) -> bool:
        source = {"pvc": {"namespace": cluster.namespace, "name": name}}
        volume = {
            "apiVersion": "cdi.kubevirt.io/v1beta1",
            "kind": "DataVolume",
            "metadata": {"name": "copy", "namespace": elsewhere},
            "spec": {"source": source, "storage": {"resources": {"requests": {"storage": "1Gi"}}}},
        }
        answer = builder.ask("POST", f"{path_of('datavolumes', '', elsewhere)}?dryRun=All", volume)
        assert answer.code in (HTTPStatus.CREATED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY), answer.text
        return answer.code == HTTPStatus.CREATED

    try:
        admin.until(lambda: builder.ask("GET", path_of("datavolumes", "", elsewhere)).code == HTTPStatus.FORBIDDEN)
        assert not may_copy("debian-13")
        right = {"namespace": elsewhere, "service_account": "builder"}
        bench.run("vmo_image", name="debian-13", clone_rights=[right])
        admin.until(lambda: may_copy("debian-13"))
        assert not may_copy("other")
        bench.run("vmo_image", name="debian-13", clone_rights=[{**right, "state": "absent"}])
        admin.until(lambda: not may_copy("debian-13"))
    finally:
        builder.close()
        admin.delete("namespaces", elsewhere)
