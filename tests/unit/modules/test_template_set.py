# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The templates and images that the roles bring: each is what its module takes, and templates become VMs."""

from __future__ import annotations

import copy
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.tools.sizes import CHECKOUT
from tests.unit.modules.bench import Bench
from tests.unit.modules.catalogue import Catalogue, simulated_catalogue
from tests.unit.modules.config_bench import warnings_of
from tests.unit.modules.test_vmo_vm_template import prepare

Tree = dict[str, t.Any]
# Brought by a user, as no one may pass it on.
BROUGHT_BY_USERS = {"template-windows-2022"}


def brought_by(role: str) -> dict[str, Tree]:
    """Return what a role brings, by the names of its files."""
    files = sorted((CHECKOUT / "roles" / role / "files").glob("*.yml"))
    return {path.stem: t.cast("Tree", yaml.safe_load(path.read_text(encoding="utf-8"))) for path in files}


TEMPLATES, IMAGES = brought_by("vm_templates"), brought_by("vm_images")


@pytest.fixture(name="catalogue")
def make_catalogue(bench: Bench) -> Catalogue:
    return simulated_catalogue(bench)


def sources(template: Tree) -> t.Iterator[Tree]:
    return (disk["clone"] for disk in template["disks"] if "clone" in disk)


def at_home(template: Tree, namespace: str) -> Tree:
    """Return a template whose images are that one of the test, and whose disks are small."""
    template = copy.deepcopy(template)
    for disk in template["disks"]:
        if "clone" in disk:
            disk["clone"] = {"namespace": namespace, "name": "template-ubuntu-2204"}
            disk.update(size="1Gi", access_modes=["ReadWriteOnce"], volume_mode="Filesystem")
    return template


def test_the_set_is_what_it_is_said_to_be() -> None:
    assert {name.partition("-")[0] for name in TEMPLATES} == {"ubuntu", "fedora", "centos", "debian", "windows"}
    assert {"ubuntu-2204", "ubuntu-2404", "ubuntu-2204-container-disk", "ubuntu-2204-static-ip"} <= set(TEMPLATES)
    for files in (TEMPLATES, IMAGES):
        assert [item["name"] for item in files.values()] == list(files)
    needed = {source["name"] for template in TEMPLATES.values() for source in sources(template)}
    assert needed == set(IMAGES) | BROUGHT_BY_USERS
    assert {source["namespace"] for template in TEMPLATES.values() for source in sources(template)} == {
        yaml.safe_load((CHECKOUT / "roles/vm_images/defaults/main.yml").read_text())["vm_images_namespace"]
    }


def test_every_template_of_the_set_is_made_and_becomes_a_vm(catalogue: Catalogue) -> None:
    prepare(catalogue.bench)
    for name, template in TEMPLATES.items():
        options = {key: value for key, value in at_home(template, catalogue.namespace).items() if key != "name"}
        made = catalogue.run(name, allow_inline_secrets=False, **options)
        assert made.verbs == ["create"], name
        assert not catalogue.run(name, **options).changed
        assert catalogue.read(name)["spec"]["displayName"] == template["display_name"]
        vm = f"vm-{name}"
        foreseen = catalogue.vm(name, name=vm, check=True)
        assert (foreseen.changed, foreseen.writes) == (True, []), name
        assert catalogue.vm(name, name=vm).changed
        again = catalogue.vm(name, name=vm)
        assert (again.changed, again.writes, again.result["template_drift"]) == (False, [], None)
        assert warnings_of(again) == []


def test_every_image_of_the_set_is_taken(bench: Bench) -> None:
    for name, image in IMAGES.items():
        answer = bench.run("vmo_image", check=True, **image)
        assert (answer.verbs, answer.writes) == (["create"], []), name


def test_the_files_are_short_enough_to_read() -> None:
    for role in ("vm_templates", "vm_images"):
        for path in Path(CHECKOUT / "roles" / role / "files").glob("*.yml"):
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 80, path
