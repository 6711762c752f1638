# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios of extensions/molecule on the genuine cluster; its audit log tells that check mode wrote nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.cluster.ring.genuine import Genuine
from tests.tools.sizes import CHECKOUT

# Of the lab: may do all, and is nobody else.
USER = "program"
_PATIENCE = 900.0


@pytest.fixture
def environment(cluster: Genuine, tmp_path: Path) -> dict[str, str]:
    """Return what lets the scenarios work on the genuine cluster."""
    lab = cluster.lab
    kubeconfig = tmp_path / "kubeconfig"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "lab", "cluster": {"server": lab.server, "certificate-authority": str(lab.ca)}}],
        "users": [{"name": USER, "user": {"token": lab.token(USER)}}],
        "contexts": [{"name": USER, "context": {"cluster": "lab", "user": USER}}],
        "current-context": USER,
    }
    kubeconfig.write_text(yaml.safe_dump(document), encoding="utf-8")
    own = {
        "VMO_CLUSTER_KUBECONFIG": str(kubeconfig),
        "VMO_CLUSTER_AUDIT_LOG": str(lab.audit_log),
        "MOLECULE_EPHEMERAL_DIRECTORY": str(tmp_path / "molecule"),
        "VMO_TEST_RUN": str(os.getpid()),
    }
    return {**os.environ, **own}


@pytest.mark.long
@pytest.mark.parametrize("scenario", ["vmo_cluster_check", "vmo_image", "vmo_image_info", "vmo_vm", "vmo_vm_info"])
def test_a_scenario(environment: dict[str, str], scenario: str) -> None:
    done = subprocess.run(
        ["molecule", "test", "--scenario-name", scenario],
        cwd=CHECKOUT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Cluster | It has none" in done.stdout
    assert "[WARNING]" not in done.stdout
