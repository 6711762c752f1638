# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks that work on a cluster."""

from __future__ import annotations

import contextlib
import tempfile
import typing as t
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.unit.e2e import playbook
from tests.unit.e2e.playbook import Outcome, Started, Task
from tests.unit.modules.backend import Backend


@dataclass
class Stage:
    """One cluster, and playbooks that work on it. Nothing of this machine's other runs is seen or left behind."""

    backend: Backend
    directory: Path

    @property
    def namespace(self) -> str:
        return self.backend.namespace

    @property
    def places(self) -> dict[str, Path]:
        """Return where Ansible and the modules put their files, by environment variable."""
        names = {"ANSIBLE_LOCAL_TEMP": "local", "ANSIBLE_REMOTE_TMP": "remote", "TMPDIR": "tmp"}
        return {variable: self.directory / name for variable, name in names.items()}

    def play(self, tasks: list[Task] | Path, *options: str, connected: bool = True, **play: t.Any) -> Outcome:
        """Run a playbook, which must succeed and cause no warning."""
        outcome = self.start(tasks, *options, connected=connected, **play).finish()
        assert outcome.status == 0, outcome.output
        assert outcome.complaints == [], outcome.output
        return outcome

    def start(
        self, tasks: list[Task] | Path, *options: str, connected: bool = True, watching: bool = False, **play: t.Any
    ) -> Started:
        """Start a playbook, without a connection by its environment unless ``connected``."""
        path = tasks if isinstance(tasks, Path) else playbook.write(self.directory / "playbook.yml", tasks, **play)
        environment = {variable: str(place) for variable, place in self.places.items()}
        # Results tell with which options they came about, as before ansible-core 2.21.
        environment["ANSIBLE_INJECT_INVOCATION"] = "true"
        if connected:
            environment["K8S_AUTH_KUBECONFIG"] = str(self.backend.kubeconfig)
        return playbook.start(path, *options, environment=environment, watching=watching)


@contextlib.contextmanager
def staged(backend: Backend) -> Iterator[Stage]:
    """Yield a stage with an empty namespace."""
    # Not below pytest's own: Ansible has a socket there, and the path of a socket is short.
    with tempfile.TemporaryDirectory(prefix="vmo-") as directory:
        stage = Stage(backend, Path(directory))
        for place in stage.places.values():
            place.mkdir()
        yield stage
