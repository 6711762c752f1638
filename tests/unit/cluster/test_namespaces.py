# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said where a lab cannot live."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.cluster import namespaces
from tests.cluster.errors import LabError


def test_missing_programs_come_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None if program == "ip" else f"/bin/{program}")
    assert namespaces.missing_programs(shutil.which) == {"ip": "iproute2"}


def test_missing_program_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespaces, "missing_programs", lambda: {"ip": "iproute2", "unshare": "util-linux"})
    with pytest.raises(LabError, match=r"needs ip and unshare, .*: apt-get install iproute2 util-linux$"):
        namespaces.choose()


class Machine:
    """Answers for ``unshare``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, user: int, *, plain: bool, by_user: bool) -> None:
        self.allowed = {False: plain, True: by_user}
        monkeypatch.setattr(os, "geteuid", lambda: user)
        monkeypatch.setattr(namespaces, "missing_programs", dict)
        monkeypatch.setattr(subprocess, "run", self.run)

    def run(self, command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        if self.allowed["--user" in command]:
            return subprocess.CompletedProcess(command, 0, "", "")
        return subprocess.CompletedProcess(command, 1, "", "unshare: unshare failed: Operation not permitted\n")


def test_root_takes_plain_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(monkeypatch, 0, plain=True, by_user=True)
    assert not namespaces.choose()


def test_root_of_a_container_takes_a_user_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(monkeypatch, 0, plain=False, by_user=True)
    assert namespaces.choose()


def test_others_take_a_user_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(monkeypatch, 1000, plain=True, by_user=True)
    assert namespaces.choose()


def test_where_there_are_none_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(monkeypatch, 1000, plain=False, by_user=False)
    with pytest.raises(LabError, match=r"user 1000 .*Operation not permitted.*: run it as root, or .*user namespaces"):
        namespaces.choose()
