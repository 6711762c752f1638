# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Ansible's own Python lacks a library, the Python of the task's host may have it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.unit.e2e.conftest import NAMESPACE, Stage

LOOK = {"name": "Look", "vmo.core.vmo_vm_info": {"namespace": NAMESPACE}}


def hide(monkeypatch: pytest.MonkeyPatch, folder: Path, *libraries: str) -> None:
    hidden = folder / "hidden"
    hidden.mkdir()
    for name in libraries:
        (hidden / f"{name}.py").write_text(f"raise ImportError('No module named {name}')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(hidden))


@pytest.fixture
def bare_controller(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Hide the libraries from Ansible, and return an interpreter that still sees them."""
    hide(monkeypatch, tmp_path, "kubernetes", "urllib3")
    interpreter = tmp_path / "python"
    interpreter.write_text(f'#!/bin/sh\nunset PYTHONPATH\nexec {sys.executable} "$@"\n', encoding="utf-8")
    interpreter.chmod(0o755)
    return interpreter


def test_the_module_runs_instead(stage: Stage, bare_controller: Path) -> None:
    outcome = stage.play([LOOK], "-vvv", vars={"ansible_python_interpreter": str(bare_controller)})
    assert "run as a module, since Ansible's own Python lacks a library" in outcome.output


def test_nobody_has_it(stage: Stage, bare_controller: Path) -> None:
    assert bare_controller.exists()
    outcome = stage.start([LOOK]).finish()
    assert outcome.status != 0
    assert "The Python library kubernetes is needed where this task runs" in outcome.output


def test_a_plain_kubeconfig_needs_no_library_of_kubernetes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hide(monkeypatch, tmp_path, "kubernetes")
    assert "run as a module" not in stage.play([LOOK], "-vvv").output


def test_another_one_does(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hide(monkeypatch, tmp_path, "kubernetes")
    both = f"{stage.backend.kubeconfig}:{stage.backend.kubeconfig}"
    task = {**LOOK, "vmo.core.vmo_vm_info": {"namespace": NAMESPACE, "kubeconfig": both}}
    outcome = stage.start([task], "-vvv").finish()
    assert "run as a module, since Ansible's own Python lacks a library" in outcome.output
    assert "is needed where this task runs: No module named kubernetes" in outcome.output
