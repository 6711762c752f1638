# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The go command in one module."""

from __future__ import annotations

import os
import subprocess
import typing as t
from pathlib import Path

from tests.cluster.errors import LabError

FLAGS = "-mod=readonly -trimpath -buildvcs=false"
STRIPPED = "-s -w"

# How much of what a failed command wrote is shown.
LAST_LINES = 15


class GoModule:
    """A directory with a go.mod, and the go program for it. Every failure is a LabError with what go wrote."""

    def __init__(self, go: str, directory: Path, compiled: t.Callable[[str], None]) -> None:
        """``compiled`` hears of every package that had to be compiled."""
        self.go = go
        self.compiled = compiled
        self.directory = directory
        self.environment = os.environ | {"GOFLAGS": FLAGS, "CGO_ENABLED": "0", "GOWORK": "off"}

    def packages(self, names: t.Sequence[str]) -> int:
        """Download what these packages need; return how many packages that is, themselves included."""
        return len(self._output("list", "-deps", "-f", "{{.ImportPath}}", *names).split())

    def build(self, names: t.Sequence[str], output: Path, linker: str = "") -> None:
        """Build programs into a directory, or one into a file."""
        command = [self.go, "build", "-v", "-ldflags", f"{STRIPPED} {linker}".strip(), "-o", str(output), *names]
        lines = []
        with subprocess.Popen(
            command, cwd=self.directory, env=self.environment, stderr=subprocess.PIPE, text=True
        ) as process:
            for line in t.cast(t.IO[str], process.stderr):
                lines.append(line)
                self.compiled(line.strip())
        if process.returncode:
            raise LabError(_failure(command, "".join(lines)))

    def version(self, module: str) -> str:
        """Return the version of a module that this one needs."""
        return self._output("list", "-m", "-f", "{{.Version}}", module).strip()

    def source_of(self, module: str) -> Path:
        """Return the directory with the source of a module."""
        self._output("mod", "download", module)
        return Path(self._output("list", "-m", "-f", "{{.Dir}}", module).strip())

    def run(self, program: Path, options: t.Mapping[str, object]) -> str:
        """Return what a program writes that was built from here."""
        return self._checked([str(program), *(f"--{name}={value}" for name, value in options.items())])

    def _output(self, *arguments: str) -> str:
        return self._checked([self.go, *arguments])

    def _checked(self, command: t.Sequence[str]) -> str:
        done = subprocess.run(
            command, cwd=self.directory, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise LabError(_failure(command, done.stderr or done.stdout))
        return done.stdout


def _failure(command: t.Sequence[str], text: str) -> str:
    last = "\n".join(text.strip().splitlines()[-LAST_LINES:])
    return f"This step of the build failed: {Path(command[0]).name} {' '.join(command[1:3])} ...\n{last}"
