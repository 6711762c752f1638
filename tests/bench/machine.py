# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On what was measured."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import time
import typing as t
from pathlib import Path

from tests.cluster.laboratory import Lab

PEERS = ("kubevirt/core", "kubernetes/core")


def about(lab: Lab, options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the machine, the versions and the load before anything was measured."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "machine": f"{os.cpu_count()} x {_processor()}, {_memory()} GiB, {platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in ("ansible-core", "kubernetes", "urllib3")},
        **_collections(),
        "kubevirt": lab.version,
        "kubectl": _kubectl(lab),
        "options": dict(options),
        "load before": load(),
    }


def load() -> str:
    """Return how busy the machine was in the last minutes, in processes that could have run."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _colon, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _collections() -> dict[str, str]:
    found = {}
    for path in os.environ["ANSIBLE_COLLECTIONS_PATH"].split(":"):
        for name in PEERS:
            manifest = Path(path) / "ansible_collections" / name / "MANIFEST.json"
            if manifest.exists():
                told = json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"]
                found[name.replace("/", ".")] = str(told)
    return found


def _kubectl(lab: Lab) -> str:
    """Return the version of Kubernetes in the lab, of which kubectl is a part."""
    settings = Path(__file__).parents[1] / "cluster/programs/kube/go.mod"
    for line in settings.read_text(encoding="utf-8").splitlines():
        parts = line.split()
        if parts[:1] == ["k8s.io/kubernetes"]:
            return parts[1]
    return f"that of the lab {lab.name}"
