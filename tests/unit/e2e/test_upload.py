# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads by playbook: one result both ways, progress, and a token that nobody sees."""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

from tests.sim.kubevirt.uploads import UploadFault
from tests.unit.e2e.both_ways import results_of, steady
from tests.unit.e2e.playbook import start, write
from tests.unit.e2e.test_same_as_module import VOLATILE
from tests.unit.modules.simulated import Simulated, simulated

Tree = dict[str, t.Any]
CONTENT = bytes(range(256)) * 4096 * 2
CHECKSUM = "sha256:" + hashlib.sha256(CONTENT).hexdigest()


def image(**upload: t.Any) -> Tree:
    # beside the playbook, as files of any other module
    return {"namespace": "shop", "name": "debian", "upload": {"src": "debian.img", **upload}}


TASKS: list[Tree] = [
    {"vmo.core.vmo_image": image(checksum="sha256:" + 64 * "0")},
    {"vmo.core.vmo_image": image(checksum=CHECKSUM), "check_mode": True, "diff": True},
    # the server has to be asked again, the second time with another token
    {"vmo.core.vmo_image": image(checksum=CHECKSUM), "diff": True},
    {"vmo.core.vmo_image": image(checksum=CHECKSUM)},
    {"vmo.core.vmo_image": {**image(), "name": "other", "upload": {"src": "missing.img"}}},
    {"vmo.core.vmo_image": {**image(), "name": "other"}},
    {"vmo.core.vmo_image_info": {"namespace": "shop", "name": "debian"}},
]


def disturb(backend: Simulated) -> None:
    uploads = backend.simulator.uploads
    uploads.faults += [
        UploadFault("cut", after=2**20),
        # past the first image, the second one is never taken
        UploadFault("none"),
        UploadFault("status", code=401, times=99),
    ]


def test_uploads_are_the_same_both_ways_and_tell_no_token(tmp_path: Path) -> None:
    answers = []
    (tmp_path / "files").mkdir()
    (tmp_path / "files/debian.img").write_bytes(CONTENT)
    for fast in (True, False):
        with simulated("1.8") as backend:
            url = backend.simulator.open_upload_proxy()
            disturb(backend)
            environment = {"K8S_AUTH_KUBECONFIG": str(backend.kubeconfig)}
            results, seen = results_of(tmp_path, TASKS, {}, fast=fast, environment=environment)
            uploads = backend.simulator.uploads
            # two for the first image, since the line broke, and three for the one that nobody takes
            assert len(uploads.tokens) == 5
            assert not [token for token in uploads.tokens if token in seen]
            taken = [asked for asked in uploads.asked if asked.taken == len(CONTENT)]
            assert [asked.checksum for asked in taken] == [CHECKSUM]
            answers.append(json.loads(json.dumps(results).replace(url, "https://proxy")))
    for number, (here, there) in enumerate(zip(*answers)):
        assert _steady(here) == _steady(there), TASKS[number]
    assert [result["changed"] for result in answers[0]] == [False, True, True, False, False, True, False]
    failures = [result["error"]["code"] if result.get("failed") else "" for result in answers[0]]
    assert failures == ["wrong_checksum", "", "", "", "invalid_option", "unauthorized", ""]
    assert answers[0][1]["diff"] == answers[0][2]["diff"]


def test_no_process_and_no_screen_shows_a_token(tmp_path: Path) -> None:
    (tmp_path / "debian.img").write_bytes(CONTENT)
    for fast in (True, False):
        with simulated("1.8") as backend:
            backend.simulator.open_upload_proxy()
            # long enough that progress is told
            backend.simulator.uploads.faults.append(UploadFault("status", code=503, times=6))
            playbook = write(tmp_path / "play.yml", [{"name": "Fill it", "vmo.core.vmo_image": image()}])
            environment = {"K8S_AUTH_KUBECONFIG": str(backend.kubeconfig)}
            options = ("-vvvv", "-e", f"vmo_fast_path={fast}")
            run = start(playbook, *options, environment=environment, watching=True).finish()
            assert run.status == 0, run.output
            tokens = backend.simulator.uploads.tokens
            assert len(tokens) == 7
            everything = "\n".join([run.output, *run.command_lines, *run.environments])
            assert not [token for token in tokens if token in everything]
            assert run.command_lines
            # the screen of a module is its result alone
            assert ("  ... DataVolume shop/debian: " in run.output) is fast


def _steady(result: Tree) -> t.Any:
    return {key: value for key, value in steady(result, VOLATILE).items() if key not in ("image", "images")}
