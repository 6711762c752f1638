# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Go of this machine."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

from tests.cluster.errors import LabError

# Where Go is put by its own archive and by packages, when it is not on PATH.
USUAL = ("/usr/local/go/bin/go", "/usr/lib/go-*/bin/go", "/usr/lib/golang/bin/go")

Version = tuple[int, ...]


def required(modules: t.Iterable[Path]) -> str:
    """Return the newest version that one of these go.mod files asks for, such as ``1.24.0``."""
    found = [re.search(r"^go (\S+)$", module.read_text(encoding="utf-8"), re.MULTILINE) for module in modules]
    return max((match[1] for match in found if match), key=numbers)


def numbers(version: str) -> Version:
    """Return ``(1, 24, 0)`` for ``1.24.0``, ``1.24`` or ``go1.24rc1``."""
    parts = [int(part) for part in re.findall(r"\d+", re.split(r"rc|beta", version)[0])]
    return tuple([*parts, 0, 0][:3])


def candidates() -> list[str]:
    """Return the Go programs of this machine, that of PATH first."""
    on_path = shutil.which("go")
    return [*([on_path] if on_path else []), *(path for pattern in USUAL for path in sorted(glob.glob(pattern)))]


def version_of(go: str) -> str:
    """Return what a Go program says of itself, such as ``1.26.8``; empty where it does not run."""
    # Otherwise a Go that is too old would fetch another one.
    done = subprocess.run(
        [go, "env", "GOVERSION"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"GOTOOLCHAIN": "local"},
        cwd="/",
    )
    return done.stdout.strip().removeprefix("go")


def choose(minimum: str, versions: t.Mapping[str, str] | None = None) -> str:
    """Return the first Go that is new enough. Raises LabError where there is none.

    ``versions`` are paths and versions of the Go programs to choose from, by default those of this machine.
    """
    if versions is None:
        versions = {go: version_of(go) for go in candidates()}
    for go, version in versions.items():
        if version and numbers(version) >= numbers(minimum):
            return go
    newest = ".".join(minimum.split(".")[:2])
    advice = (
        f"Install Go {newest} or newer from https://go.dev/dl, or on Debian 13 and newer by: apt-get install golang-go"
    )
    if not versions:
        raise LabError(f"The lab is built from Go modules, and this machine has no Go. {advice}")
    present = ", ".join(f"{go} ({version or 'does not run'})" for go, version in versions.items())
    raise LabError(f"The lab is built from Go modules that need Go {minimum}; here is {present}. {advice}")
