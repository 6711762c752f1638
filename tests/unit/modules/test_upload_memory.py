# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Large files: what they cost, and what whoever waits is told."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

from ansible_collections.vmo.core.plugins.module_utils import _runner
from tests.sim.kubevirt.uploads import UploadFault
from tests.tools.sizes import CHECKOUT
from tests.unit.modules.simulated import simulated

MEBIBYTE = 2**20
SMALL, LARGE = 64 * MEBIBYTE, 2048 * MEBIBYTE
# what Python's own memory may differ by from run to run; a file that was held would be 2 GiB
SLACK_KIBIBYTES = 12 * 1024


def filled(kubeconfig: Path, name: str, src: Path) -> t.Any:
    options = {"kubeconfig": str(kubeconfig), "namespace": "shop", "name": name, "upload": {"src": str(src)}}
    command = [sys.executable, "-m", "tests.unit.modules.upload_process", json.dumps(options)]
    # the collection is where this process has it
    environment = {**os.environ, "PYTHONPATH": str(Path(_runner.__file__).parents[5])}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_two_gibibytes_need_no_more_memory_than_a_few_mebibytes(tmp_path: Path) -> None:
    peaks = {}
    with simulated("1.8") as backend:
        backend.simulator.open_upload_proxy()
        for size in (SMALL, LARGE):
            src = tmp_path / f"{size}.img"
            with src.open("wb") as file:
                # sparse: it takes no room on the disk
                file.truncate(size)
            # in the midst of the large one, the line breaks once
            backend.simulator.uploads.faults.append(UploadFault("cut", after=size // 8))
            answer = filled(backend.kubeconfig, f"disk-{size}", src)
            assert answer["changed"]
            assert backend.simulator.uploads.asked[-1].taken == size
            peaks[size] = answer["kibibytes"]
            shares = [int(share) for share in re.findall(r"sending \S+ to \S+: (\d+)% of", "\n".join(answer["lines"]))]
            # twice from the beginning, since the line broke, and once to the end
            assert shares.count(100) >= 1
            assert sum(1 for before, after in zip(shares, shares[1:]) if after < before) == 1
            assert all(
                re.search(r"\d+% of \d+ MiB, \d+ MiB/s$", line) for line in answer["lines"] if ": sending " in line
            )
    assert peaks[LARGE] - peaks[SMALL] < SLACK_KIBIBYTES, peaks
    assert peaks[LARGE] * 1024 < LARGE / 4, peaks
