# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab tells the simulators of nodes and guests: one JSON file, named by ``--settings``."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Settings:
    """Paths are absolute. A simulator writes below ``state`` only."""

    state: Path
    """The lab's directory, with ``logs/``, ``pids/``, ``pods/`` and ``nodes/``. ``nodes/NAME.down`` cuts a node off."""
    programs: Path
    """Holds ``kube/``, ``kubevirt-VERSION/`` and ``cdi/`` with the programs that pods run."""
    kubevirt: str
    """The minor version of KubeVirt, such as ``1.4``."""
    server: str
    """The address of the API server, as pods and simulators reach it."""
    ca: Path
    """The certificate authority that signed the API server's certificate, as PEM."""
    token: Path
    """A file with the bearer token of this simulator."""
    knobs: Path
    """A JSON object of delays and failures that may change at any time; see the README."""

    @classmethod
    def read(cls, path: Path) -> Settings:
        """Return what a file says. Raises KeyError for a name that is missing, ValueError where it is not JSON."""
        document = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{name: _types()[name](document[name]) for name in _types()})

    def write(self, path: Path) -> None:
        """Write the file; it holds no secret."""
        document = {name: str(value) for name, value in dataclasses.asdict(self).items()}
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _types() -> dict[str, type[t.Any]]:
    return t.get_type_hints(Settings)
