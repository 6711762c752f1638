# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds what is missing, once for all checkouts: a part is found by a key of everything that it is made from."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import time
import typing as t
from pathlib import Path

from tests.cluster import gomodule, parts, toolchain
from tests.cluster.gomodule import GoModule
from tests.cluster.parts import PARTS, Part
from tests.cluster.places import STAMP, only_one, shared
from tests.cluster.progress import Progress, age

# What was not used for so long was for another version of the sources.
FORGOTTEN = 30 * 24 * 3600.0

# Seconds between two lines about a step that takes minutes.
PULSE = 30.0


def recipe_files(part: Part) -> list[Path]:
    """Return the files that a part is made from, beside the modules that its go.sum names."""
    return [
        *sorted(path for path in part.source.iterdir() if path.is_file()),
        Path(parts.__file__),
        Path(gomodule.__file__),
    ]


def key(part: Part, go_version: str) -> str:
    """Return a short name for what goes into a part: the same inputs give the same name, on every machine."""
    digest = hashlib.sha256(f"{go_version}\0{platform.machine()}\0".encode())
    for path in recipe_files(part):
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]


class Workshop:
    """The directory of built parts, and the Go that builds them."""

    def __init__(self, say: Progress, directory: Path | None = None) -> None:
        minimum = toolchain.required(part.source / "go.mod" for part in PARTS)
        self.go = toolchain.choose(minimum)
        self.go_version = toolchain.version_of(self.go)
        self.directory = directory or shared() / "programs"
        self.say = say

    def place(self, part: Part) -> Path:
        """Return where a part is, or will be."""
        return self.directory / f"{part.name}-{key(part, self.go_version)}"

    def ensure(self, wanted: t.Iterable[Part]) -> dict[str, Path]:
        """Return the directories of these parts by name, built where they were not. Raises LabError."""
        found = {}
        for part in wanted:
            place = self.place(part)
            if not (place / STAMP).exists():
                with only_one(self.directory / f"{part.name}.lock"):
                    # Somebody else may have built it meanwhile.
                    if not (place / STAMP).exists():
                        self._build(part, place)
                        self._forget(part, place)
            # Its time says when it was used.
            (place / STAMP).touch()
            found[part.name] = place
        return found

    def _build(self, part: Part, place: Path) -> None:
        steps = Progress(self.say.stream)
        half_made = place.with_name(place.name + ".partial")
        shutil.rmtree(half_made, ignore_errors=True)
        (half_made / "manifests").mkdir(parents=True)
        module = GoModule(self.go, part.source, Pulse(self.say, part.name))
        self.say(f"{part.name}: downloading modules")
        total = module.packages(part.everything)
        self.say(f"{part.name}: modules are here ({steps.seconds():.0f} s); compiling {total} packages")
        part.build(module, half_made)
        (half_made / STAMP).touch()
        shutil.rmtree(place, ignore_errors=True)
        half_made.rename(place)
        size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) / 2**20
        self.say(f"{part.name}: built in {steps.seconds():.0f} s, {size:.0f} MiB")

    def _forget(self, part: Part, place: Path) -> None:
        """Remove what earlier versions of the sources left."""
        for other in self.directory.glob(f"{part.name}-*"):
            stamp = other / STAMP
            used = stamp.stat().st_mtime if stamp.exists() else 0.0
            if other not in (place, place.with_name(place.name + ".partial")) and time.time() - used > FORGOTTEN:
                self.say(f"{part.name}: removing a build that was not used for {age(time.time() - used)}")
                shutil.rmtree(other, ignore_errors=True)


class Pulse:
    """Tells now and then how far the compiler is."""

    def __init__(self, say: Progress, name: str) -> None:
        self.say = say
        self.name = name
        self.count = 0
        self.told = time.monotonic()

    def __call__(self, package: str) -> None:
        """Take note of a package; messages of the go command begin otherwise."""
        if package.startswith(("go: ", "#")):
            return
        self.count += 1
        if time.monotonic() - self.told > PULSE:
            self.told = time.monotonic()
            self.say(f"{self.name}: {self.count} packages, now {package}")


def link(found: t.Mapping[str, Path], directory: Path) -> None:
    """Make one directory with the parts under their plain names."""
    for name, place in found.items():
        os.symlink(place, directory / name)
