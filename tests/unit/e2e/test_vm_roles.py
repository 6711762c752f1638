# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles for images, templates and the removal of VMs: foreseen, done, done again, refused, explained."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest

from tests.unit.e2e.roles import Roles, at_work

Tree = dict[str, t.Any]
pytestmark = pytest.mark.usefixtures("any_kubernetes_core")
IMAGES: Tree = {
    "vm_images_images": [
        "template-ubuntu-2204",
        {"from": "template-debian-13", "publish_as": "debian", "size": "20Gi"},
        {"name": "own", "blank": {}},
    ],
    "vm_images_defaults": {"size": "1Gi", "labels": {"team": "web"}, "clone_rights": [{"namespace": "shop"}]},
}
TEMPLATES: Tree = {
    "vm_templates_templates": [
        "ubuntu-2204",
        {"from": "debian-13", "name": "web", "memory": "8Gi", "disks": [{"name": "root", "size": "40Gi"}]},
    ],
    "vm_templates_defaults": {"labels": {"team": "web"}},
}


@pytest.fixture
def any_kubernetes_core(monkeypatch: pytest.MonkeyPatch) -> None:
    # The development environment has one kubernetes.core for all versions of ansible-core.
    monkeypatch.setenv("ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH", "ignore")


@pytest.fixture
def roles() -> Iterator[Roles]:
    with at_work("1.8") as found:
        yield found


def test_images_are_imported_all_at_once(roles: Roles) -> None:
    foreseen, done = roles.life("vm_images", **IMAGES)
    assert "template-ubuntu-2204, template-debian-13, own: would be imported" in foreseen
    assert "3 images: 3 created." in done
    for name, size in (("template-ubuntu-2204", "1Gi"), ("template-debian-13", "20Gi"), ("own", "1Gi")):
        image = roles.cluster.read("datavolumes", "vmo-golden-images", name)
        assert image is not None
        assert image["status"]["phase"] == "Succeeded"
        assert image["metadata"]["labels"]["team"] == "web"
        assert image["spec"]["storage"]["resources"]["requests"]["storage"] == size
    source = roles.cluster.read("datasources", "vmo-golden-images", "debian")
    assert source is not None
    assert source["spec"]["source"]["pvc"]["name"] == "template-debian-13"

    gone = {**IMAGES, "vm_images_state": "absent"}
    assert "3 images: 3 would be deleted." in roles.run("vm_images", "--check", **gone).output
    assert "3 images: 3 deleted." in roles.run("vm_images", **gone).output
    assert roles.run("vm_images", **gone).recap["changed"] == 0


def test_an_import_that_fails_holds_up_no_other_and_is_explained(roles: Roles) -> None:
    broken = {"name": "broken", "http": {"url": "https://images.example.com/404.qcow2"}, "size": "1Gi"}
    images = {"vm_images_images": [broken, "template-ubuntu-2204"]}
    failed = roles.begin("vm_images", **images)
    assert failed.status != 0
    assert "2 images: 1 failed, 1 created." in failed.output
    assert "broken: failed: " in failed.output
    assert "404" in failed.output
    image = roles.cluster.read("datavolumes", "vmo-golden-images", "template-ubuntu-2204")
    assert image is not None
    assert image["status"]["phase"] == "Succeeded"


def test_templates_come_from_the_set_and_from_folders(roles: Roles) -> None:
    foreseen, done = roles.life("vm_templates", **TEMPLATES)
    assert "2 templates: 2 would be created." in foreseen
    assert "2 templates: 2 created." in done
    web = roles.cluster.read("vmtemplates", "", "web")
    assert web is not None
    assert web["metadata"]["labels"]["team"] == "web"
    assert web["spec"]["displayName"] == "Debian 13"
    assert web["spec"]["template"]["spec"]["domain"]["memory"]["guest"] == "8Gi"
    (disk,) = web["spec"]["dataVolumeTemplates"]
    assert disk["spec"]["storage"]["resources"]["requests"]["storage"] == "40Gi"
    assert disk["spec"]["source"]["pvc"]["name"] == "template-debian-13"

    folder = roles.stage.directory / "templates"
    folder.mkdir()
    (folder / "ubuntu-2204.yml").write_text("---\nname: ubuntu-2204\nmemory: 3Gi\n", encoding="utf-8")
    own = roles.run("vm_templates", "--diff", **TEMPLATES, vm_templates_directories=[str(folder)])
    assert "ubuntu-2204: changed (memory)" in own.output
    gone = roles.run("vm_templates", **TEMPLATES, vm_templates_state="absent")
    assert "2 templates: 2 deleted." in gone.output


WRONG: dict[str, tuple[str, Tree, str]] = {
    "a template that nobody knows": (
        "vm_templates",
        {"vm_templates_templates": ["windows-95"]},
        "windows-95 is not in the catalogue, which has centos-stream-9, debian-13, ",
    ),
    "a template twice": ("vm_templates", {"vm_templates_templates": ["debian-13", "debian-13"]}, "named twice"),
    "a word that is none": (
        "vm_templates",
        {"vm_templates_templates": [{"from": "debian-13", "memoy": "1Gi"}]},
        "memoy",
    ),
    "an image that nobody knows": ("vm_images", {"vm_images_images": ["debian"]}, "debian is not in the catalogue"),
    "no VM": ("vm_remove", {"vm_remove_namespace": "shop"}, "Say which VMs of which namespace shall go"),
    "no namespace": ("vm_remove", {"vm_remove_names": ["web-01"]}, "vm_remove_namespace"),
    "an empty namespace": (
        "vm_remove",
        {"vm_remove_namespace": "", "vm_remove_names": ["web-01"]},
        "Say which VMs of which namespace shall go",
    ),
    "an empty condition": (
        "vm_remove",
        {"vm_remove_namespace": "shop", "vm_remove_label_selectors": [""]},
        "Say which VMs of which namespace shall go",
    ),
    "names and conditions": (
        "vm_remove",
        {"vm_remove_namespace": "shop", "vm_remove_names": ["web-01"], "vm_remove_label_selectors": ["app=web"]},
        "but not both",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_bad_input_is_refused_before_anything_is_changed(roles: Roles, what: str) -> None:
    role, variables, said = WRONG[what]
    make_machines(roles)
    # the namespace of images is no change that would matter
    assert said in " ".join(roles.refused(role, **{"vm_images_create_namespace": False, **variables}).split())


def make_machines(roles: Roles) -> None:
    """Make web-01, web-02 and db-01, each with a disk of its own."""
    machine = {
        "namespace": "shop",
        "state": "running",
        "memory": "1Gi",
        "disks": [{"name": "data", "blank": {}, "size": "1Gi"}],
    }
    tasks: list[Tree] = [
        {
            "name": f"Make {name}",
            "vmo.core.vmo_vm": {**machine, "name": name, "labels": {"app": name.partition("-")[0]}},
        }
        for name in ("web-01", "web-02", "db-01")
    ]
    roles.stage.play(tasks)


@pytest.mark.parametrize(
    "chosen", [{"vm_remove_names": ["web-01", "web-02"]}, {"vm_remove_label_selectors": ["app=web"]}]
)
def test_what_is_named_goes_and_nothing_else(roles: Roles, chosen: Tree) -> None:
    make_machines(roles)
    variables = {"vm_remove_namespace": "shop", **chosen}
    foreseen, done = roles.life("vm_remove", **variables)
    assert "2 VMs: 2 would be deleted." in foreseen
    assert "2 VMs: 2 deleted." in done

    def there(plural: str, names: t.Iterable[str]) -> list[str]:
        return [name for name in names if roles.cluster.read(plural, "shop", name)]

    disks = ("web-01-data", "web-02-data", "db-01-data")
    assert there("virtualmachines", ("web-01", "web-02", "db-01")) == ["db-01"]
    assert there("datavolumes", disks) == list(disks)
    roles.run("vm_remove", vm_remove_namespace="shop", vm_remove_names=["db-01"], vm_remove_disks=True)
    assert there("datavolumes", disks) == ["web-01-data", "web-02-data"]


@pytest.mark.parametrize("fast", ["true", "false"])
def test_what_templates_tell_cloud_init_shows_nowhere(roles: Roles, fast: str) -> None:
    secret = {"user_data": {"password": "hush-4711"}}
    own = {"vm_templates_templates": [{"from": "debian-13", "cloud_init": secret}], "vmo_fast_path": fast}
    outcome = roles.begin("vm_templates", "-vvv", "--diff", **own)
    assert outcome.status == 0, outcome.output
    assert "hush-4711" in str(roles.cluster.read("vmtemplates", "", "debian-13"))
    assert "hush-4711" not in outcome.output
    refusal = roles.begin(
        "vm_templates", "-vvv", **{**own, "vm_templates_defaults": {"allow_inline_secrets": False, "memory": "5Gi"}}
    )
    assert refusal.status != 0
    assert "hush-4711" not in refusal.output
