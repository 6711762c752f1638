# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine that most scenarios begin with, and what happens while a task waits."""

from __future__ import annotations

import contextlib
import threading
import typing as t
from collections.abc import Iterator

VM = "vmo_vm"
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
BODY: dict[str, t.Any] = {"name": "web-01", "memory": "1Gi", "disks": [ROOT]}
RUNNING = {**BODY, "state": "running"}


def annotated(**annotations: str) -> dict[str, t.Any]:
    """Return the option that tells the simulated node how the guest behaves; ``agent_delay`` is sim/agent-delay."""
    marks = {f"sim/{name.replace('_', '-')}": value for name, value in annotations.items()}
    return {"template_annotations": marks}


@contextlib.contextmanager
def meanwhile(action: t.Callable[[], t.Any]) -> Iterator[None]:
    """Do something beside the task in the block; what goes wrong there fails the test."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            action()
        except (Exception, AssertionError) as failure:  # noqa: BLE001 - it is raised again, where pytest sees it
            failures.append(failure)

    thread = threading.Thread(target=run, name="meanwhile")
    thread.start()
    try:
        yield
    finally:
        thread.join()
    for failure in failures:
        raise failure
