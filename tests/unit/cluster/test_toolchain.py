# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Go is taken, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster import toolchain
from tests.cluster.errors import LabError
from tests.cluster.parts import PARTS


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.24.0", (1, 24, 0)),
        ("1.24", (1, 24, 0)),
        ("1.9.2", (1, 9, 2)),
        ("1.25rc1", (1, 25, 0)),
        ("1.26.8", (1, 26, 8)),
    ],
)
def test_numbers(version: str, expected: tuple[int, ...]) -> None:
    assert toolchain.numbers(version) == expected


def test_required_is_the_newest_that_any_module_asks_for(tmp_path: Path) -> None:
    for name, version in (("a", "1.9"), ("b", "1.24.0"), ("c", "1.22.0")):
        (tmp_path / name).write_text(f"module {name}\n\ngo {version}\n\nrequire x v1.2.3\n", encoding="utf-8")
    assert toolchain.required(tmp_path.iterdir()) == "1.24.0"
    assert toolchain.numbers(toolchain.required(part.source / "go.mod" for part in PARTS)) >= (1, 24, 0)


def test_first_that_is_new_enough_is_taken() -> None:
    assert (
        toolchain.choose("1.24.0", {"/usr/bin/go": "1.19.8", "/usr/local/go/bin/go": "1.26.8"})
        == "/usr/local/go/bin/go"
    )


def test_no_go() -> None:
    with pytest.raises(LabError, match=r"has no Go\. Install Go 1\.24 or newer from https://go\.dev/dl"):
        toolchain.choose("1.24.0", {})


@pytest.mark.parametrize(("version", "told"), [("1.19.8", "1.19.8"), ("", "does not run")])
def test_go_that_is_too_old_or_broken(version: str, told: str) -> None:
    with pytest.raises(
        LabError, match=rf"need Go 1\.24\.0; here is /usr/bin/go \({told}\)\. Install Go 1\.24 or newer"
    ):
        toolchain.choose("1.24.0", {"/usr/bin/go": version})


def test_version_of_a_program_that_is_no_go(tmp_path: Path) -> None:
    program = tmp_path / "go"
    program.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    assert not toolchain.version_of(str(program))
