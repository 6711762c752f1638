# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Ansible's own Python has no ``kubernetes``, the Python of the task's host may have it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.unit.e2e.conftest import NAMESPACE, Stage

LOOK = {"name": "Look", "vmo.core.vmo_vm_info": {"namespace": NAMESPACE}}


@pytest.fixture
def bare_controller(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Hide the library from Ansible, and return an interpreter that still sees it."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "kubernetes.py").write_text("raise ImportError('No module named kubernetes')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(hidden))
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
