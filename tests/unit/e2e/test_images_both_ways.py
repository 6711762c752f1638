# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside the Ansible worker or as a process of its own, a task about an image has one result."""

from __future__ import annotations

import json
import typing as t
from contextlib import AbstractContextManager
from pathlib import Path

from tests.unit.e2e.both_ways import results_of, steady
from tests.unit.e2e.test_same_as_module import VOLATILE
from tests.unit.modules.backend import Backend

Tree = dict[str, t.Any]
IMAGE: Tree = {"name": "debian", "blank": {}, "size": "1Gi", "publish_as": "stable"}
TASKS: list[tuple[str, Tree, Tree]] = [
    ("vmo_image", IMAGE, {"check_mode": True, "diff": True}),
    ("vmo_image", IMAGE, {"diff": True}),
    ("vmo_image", {**IMAGE, "size": "2Gi"}, {}),
    ("vmo_image", {**IMAGE, "http": {"url": "https://images.example.com/x"}}, {}),
    ("vmo_image_info", {"name": "debian", "with_users": True}, {}),
    ("vmo_image", {"name": "debian", "state": "absent"}, {"diff": True}),
]


def test_results_of_images_are_the_same_both_ways(
    tmp_path: Path, backends: t.Callable[[], AbstractContextManager[Backend]]
) -> None:
    answers = []
    for fast in (True, False):
        with backends() as backend:
            tasks = [
                {f"vmo.core.{module}": {"namespace": backend.namespace, **options}, **more}
                for module, options, more in TASKS
            ]
            environment = {"K8S_AUTH_KUBECONFIG": str(backend.kubeconfig)}
            results, _seen = results_of(tmp_path, tasks, {}, fast=fast, environment=environment)
            answers.append(json.loads(json.dumps(results).replace(backend.namespace, "shop")))
    for number, (here, there) in enumerate(zip(*answers)):
        assert _steady(here) == _steady(there), TASKS[number]
        assert here.keys() == there.keys(), TASKS[number]
    changed = [result["changed"] for result in answers[0]]
    assert changed == [True, True, False, False, False, True]
    assert [bool(result.get("failed")) for result in answers[0]] == [False, False, True, True, False, False]


def _steady(result: Tree) -> t.Any:
    return {key: value for key, value in steady(result, VOLATILE).items() if key not in ("image", "images")}
