# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is built is found by its inputs, and an interrupted build is never found."""

from __future__ import annotations

import io
import os
import shutil
import stat
import time
from pathlib import Path

import pytest

from tests.cluster import build, parts, toolchain
from tests.cluster.build import Workshop
from tests.cluster.errors import LabError
from tests.cluster.gomodule import GoModule
from tests.cluster.parts import PARTS, Part
from tests.cluster.places import STAMP
from tests.cluster.progress import Progress


class Loom:
    """Stands in for the recipe of a part, and counts."""

    def __init__(self) -> None:
        self.built = 0
        self.fails = False

    def __call__(self, _module: GoModule, output: Path) -> None:
        self.built += 1
        (output / "program").write_text("a program", encoding="utf-8")
        if self.fails:
            raise LabError("The compiler did not like it.")


@pytest.fixture
def loom() -> Loom:
    return Loom()


@pytest.fixture
def part(tmp_path: Path, loom: Loom, monkeypatch: pytest.MonkeyPatch) -> Part:
    monkeypatch.setattr(Part, "source", property(lambda part: tmp_path / "source" / part.name))
    made = Part("loom", ("example.test/loom",), "", loom)
    made.source.mkdir(parents=True)
    (made.source / "go.mod").write_text("module example.test\n\ngo 1.24.0\n", encoding="utf-8")
    (made.source / "go.sum").write_text("example.test v1.0.0 h1:abc\n", encoding="utf-8")
    return made


@pytest.fixture
def go(tmp_path: Path) -> Path:
    """Answers as the go command does where that is asked for here."""
    program = tmp_path / "go"
    program.write_text('#!/bin/sh\n[ "$1" = env ] && echo go1.26.8\nexit 0\n', encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.fixture
def workshop(tmp_path: Path, part: Part, go: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setattr(build, "PARTS", (part,))
    monkeypatch.setattr(toolchain, "candidates", lambda: [str(go)])
    return Workshop(Progress(io.StringIO()), tmp_path / "programs")


def test_built_once(workshop: Workshop, part: Part, loom: Loom) -> None:
    place = workshop.ensure([part])["loom"]
    assert (place / "program").exists()
    assert workshop.ensure([part]) == {"loom": place}
    assert loom.built == 1


@pytest.mark.parametrize("name", ["go.mod", "go.sum", "main.go"])
def test_built_again_when_an_input_changes(workshop: Workshop, part: Part, loom: Loom, name: str) -> None:
    before = workshop.ensure([part])
    with (part.source / name).open("a", encoding="utf-8") as file:
        file.write("// changed\n")
    assert workshop.ensure([part]) != before
    assert loom.built == 2


def test_key_depends_on_the_compiler_and_on_the_recipe(
    part: Part, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = build.key(part, "1.26.8")
    assert build.key(part, "1.26.8") == before
    assert build.key(part, "1.26.9") != before
    recipe = tmp_path / "parts.py"
    recipe.write_text("another recipe", encoding="utf-8")
    monkeypatch.setattr(parts, "__file__", str(recipe))
    assert build.key(part, "1.26.8") != before


def test_moving_a_byte_from_one_file_to_the_next_changes_the_key(part: Part) -> None:
    (part.source / "a.go").write_text("xy", encoding="utf-8")
    (part.source / "b.go").write_text("z", encoding="utf-8")
    before = build.key(part, "1.26.8")
    (part.source / "a.go").write_text("x", encoding="utf-8")
    (part.source / "b.go").write_text("yz", encoding="utf-8")
    assert build.key(part, "1.26.8") != before


def test_failed_build_is_no_build(workshop: Workshop, part: Part, loom: Loom) -> None:
    loom.fails = True
    with pytest.raises(LabError, match="did not like"):
        workshop.ensure([part])
    assert not workshop.place(part).exists()
    loom.fails = False
    place = workshop.ensure([part])["loom"]
    assert (place / STAMP).exists()
    assert [path.name for path in workshop.directory.iterdir() if path.is_dir()] == [place.name]


def test_directory_without_stamp_is_built_over(workshop: Workshop, part: Part, loom: Loom) -> None:
    workshop.place(part).mkdir(parents=True)
    workshop.ensure([part])
    assert loom.built == 1


def test_builds_that_nobody_used_for_long_are_removed(workshop: Workshop, part: Part) -> None:
    for name, days in (("loom-of-last-year", 300), ("loom-of-yesterday", 1), ("another-part", 300)):
        (workshop.directory / name).mkdir(parents=True)
        (workshop.directory / name / STAMP).touch()
        then = time.time() - days * 86400
        os.utime(workshop.directory / name / STAMP, (then, then))
    place = workshop.ensure([part])["loom"]
    left = {path.name for path in workshop.directory.iterdir() if path.is_dir()}
    assert left == {place.name, "loom-of-yesterday", "another-part"}


def test_every_part_has_its_module_locked() -> None:
    for part in PARTS:
        assert {"go.mod", "go.sum"} <= {path.name for path in part.source.iterdir()}


def test_cdi_is_pinned_to_one_node_and_nothing_else_is_touched() -> None:
    deployment = {"kind": "Deployment", "spec": {"template": {"spec": {"nodeSelector": {"kubernetes.io/os": "linux"}}}}}
    parts.pin_operator(deployment)
    assert deployment["spec"] == {"template": {"spec": {"nodeSelector": parts.CDI_NODE}}}
    role = {"kind": "ClusterRole", "rules": []}
    parts.pin_operator(role)
    parts.pin_components(role)
    assert role == {"kind": "ClusterRole", "rules": []}
    cdi: dict[str, object] = {"kind": "CDI", "spec": {"workload": {"nodeSelector": {"kubernetes.io/os": "linux"}}}}
    parts.pin_components(cdi)
    workload = {"nodeSelector": {"kubernetes.io/os": "linux"}}
    assert cdi["spec"] == {"infra": {"nodeSelector": parts.CDI_NODE}, "workload": workload}


def test_failure_of_the_go_command_is_told_with_its_own_words(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho 'go: no such module' >&2\nexit 1\n", encoding="utf-8")
    go.chmod(0o755)
    module = GoModule(str(go), tmp_path, lambda _package: None)
    with pytest.raises(LabError, match=r"(?s)go list -m .*no such module"):
        module.version("example.test/x")
    with pytest.raises(LabError, match=r"(?s)go build .*no such module"):
        module.build(["."], tmp_path / "out")


def test_copy_of_a_read_only_source_can_be_written_over(tmp_path: Path) -> None:
    source, destination = tmp_path / "source", tmp_path / "destination"
    source.write_text("text", encoding="utf-8")
    source.chmod(0o444)
    parts.copy(source, destination)
    assert destination.stat().st_mode & stat.S_IWUSR
    assert shutil.which("sh")
