# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates are found where the cluster has them, in as few requests as there can be."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import ApiMissing, Forbidden, InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._ports import Listing
from ansible_collections.vmo.core.plugins.module_utils._usecase.template_find import find, find_all

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster

Tree = dict[str, t.Any]
OLDER = "spectrocloud.com/v1beta1"


class Palette:
    """A cluster that serves templates at one place, and notes what it is asked."""

    def __init__(
        self, api_version: str | None, *, namespaced: bool = False, plural: str = "vmtemplates", refuses: bool = False
    ) -> None:
        self._api_version, self._namespaced, self._plural, self._refuses = api_version, namespaced, plural, refuses
        self.asked: list[str] = []

    def get(self, kind: Kind, namespace: str | None, name: str) -> Tree | None:
        self.asked.append(f"get {kind.api_version} {kind.plural} {namespace or ''}".strip())
        self._judge(kind, namespace, is_list=False)
        return {"metadata": {"name": name}} if name == "web" else None

    def list_all(self, kind: Kind, namespace: str | None = None, **_selectors: t.Any) -> Listing:
        self.asked.append(f"list {kind.api_version} {kind.plural} {namespace or ''}".strip())
        self._judge(kind, namespace, is_list=True)
        return Listing([{"metadata": {"name": "web"}}], "1")

    def resources(self, api_version: str) -> list[Tree]:
        self.asked.append(f"resources {api_version}")
        status = {"name": f"{self._plural}/status", "kind": "VmTemplate", "namespaced": self._namespaced}
        itself = {"name": self._plural, "kind": "VmTemplate", "namespaced": self._namespaced}
        return [status, itself] if api_version == self._api_version else []

    def groups(self) -> frozenset[str]:
        self.asked.append("groups")
        return frozenset(filter(None, [(self._api_version or "").rpartition("/")[0], "kubevirt.io"]))

    def _judge(self, kind: Kind, namespace: str | None, *, is_list: bool) -> None:
        # rights are judged before anybody looks what is served
        if self._refuses and namespace is None:
            raise Forbidden("the user jane lacks the right")
        is_there = (kind.api_version, kind.plural) == (self._api_version, self._plural)
        if not is_there or (self._namespaced and namespace is None and not is_list):
            raise ApiMissing("page not found")


def search(palette: Palette, name: str = "web", api_version: str | None = None, namespace: str | None = None) -> t.Any:
    return find(t.cast("Cluster", palette), api_version, namespace, name)


def test_one_request_where_palette_documents_it() -> None:
    palette = Palette("spectrocloud.com/v1")
    place = search(palette, namespace="shop")
    assert (place.namespace, place.found) == (None, {"metadata": {"name": "web"}})
    assert search(palette, "nobody").found is None
    assert palette.asked == ["get spectrocloud.com/v1 vmtemplates"] * 2


def test_other_versions_are_looked_for() -> None:
    palette = Palette(OLDER)
    assert search(palette).kind.api_version == OLDER
    assert search(palette, api_version=OLDER).found
    assert palette.asked[-1] == f"get {OLDER} vmtemplates"


@pytest.mark.parametrize("refuses", [False, True])
def test_templates_in_namespaces_are_found_there(refuses: bool) -> None:
    palette = Palette("spectrocloud.com/v1", namespaced=True, refuses=refuses)
    place = search(palette, namespace="shop")
    assert (place.namespace, place.found) == ("shop", {"metadata": {"name": "web"}})
    with pytest.raises(InvalidOption, match="namespace"):
        search(palette)


def test_the_plural_is_that_of_the_cluster() -> None:
    assert search(Palette("spectrocloud.com/v1", plural="virtualtemplates")).kind.plural == "virtualtemplates"


def test_nobody_serves_them() -> None:
    for look in (search, lambda palette: find_all(palette, None, None, labels=None, fields=None)):
        palette = Palette(None)
        with pytest.raises(ApiMissing, match="neither VmTemplate objects of Palette VMO nor VirtualMachineTemplate"):
            look(palette)
        assert [asked.partition(" ")[0] for asked in palette.asked[1:]] == ["resources", "groups"]


def test_a_missing_right_is_told_as_it_is() -> None:
    with pytest.raises(Forbidden):
        search(Palette("spectrocloud.com/v1", refuses=True), namespace="shop")


def test_lists_go_over_all_namespaces() -> None:
    palette = Palette("spectrocloud.com/v1", namespaced=True)
    assert len(find_all(t.cast("Cluster", palette), None, None, labels=None, fields=None)) == 1
    refusing = Palette("spectrocloud.com/v1", namespaced=True, refuses=True)
    assert len(find_all(t.cast("Cluster", refusing), None, "shop", labels=None, fields=None)) == 1
    assert refusing.asked[-1] == "list spectrocloud.com/v1 vmtemplates shop"
