# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks inside the Ansible worker and as processes of their own, and what each of them said."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from tests.unit.e2e.playbook import start, write

Tree = dict[str, t.Any]


def results_of(
    directory: Path,
    tasks: t.Sequence[Tree],
    defaults: Tree,
    *,
    fast: bool,
    environment: t.Mapping[str, str] | None = None,
) -> tuple[list[Tree], str]:
    """Run tasks, some of which may fail; return their results, and all that could be seen of them."""
    kept = directory / f"results-{fast}.json"
    named: list[Tree] = [
        {"name": f"Task {number}", "ignore_errors": True, "register": f"r{number}", **task}
        for number, task in enumerate(tasks)
    ]
    everything = ", ".join(f"r{number}" for number in range(len(tasks)))
    keep = {"content": "{{ [" + everything + "] | to_json }}", "dest": str(kept), "mode": "0600"}
    named.append({"name": "Keep the results", "ansible.builtin.copy": keep})
    playbook = write(directory / "play.yml", named, module_defaults=defaults)
    # Results tell with which options they came about, as before ansible-core 2.21.
    told = {"ANSIBLE_INJECT_INVOCATION": "true", **(environment or {})}
    run = start(playbook, "-vvv", "-e", f"vmo_fast_path={fast}", environment=told).finish()
    assert kept.exists(), run.output
    text = kept.read_text(encoding="utf-8")
    return json.loads(text), run.output + text


def steady(value: t.Any, volatile: frozenset[str]) -> t.Any:
    """Return a result without what differs from run to run, which are the fields of these names."""
    if isinstance(value, dict):
        return {key: steady(item, volatile) for key, item in value.items() if key not in volatile}
    return [steady(item, volatile) for item in value] if isinstance(value, list) else value
