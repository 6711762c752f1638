# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab is given before it is ready; the API server and kubectl are stand-ins."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import yaml

from tests.cluster import install
from tests.cluster.api import Answer, Api
from tests.cluster.errors import LabError
from tests.cluster.install import Cluster
from tests.cluster.nodes.addresses import NODES
from tests.cluster.nodes.objects import Object
from tests.cluster.places import State
from tests.cluster.progress import Progress

# Writes down what it is told to apply.
KUBECTL = """#!/bin/sh
for argument; do last=$argument; done
cat "$last" >>"$KUBECONFIG.applied"
"""


class Nodes(Api):
    """Knows nodes, and nothing else."""

    def __init__(self, ready: list[str]) -> None:
        self.ready = ready

    def request(self, method: str, path: str, body: Object | None = None) -> Answer:
        assert (method, path, body) == ("GET", install.NODES, None)
        items = [
            {
                "metadata": {"name": name},
                "status": {"conditions": [{"type": "Ready", "status": str(name in self.ready)}]},
            }
            for name in NODES
        ]
        return Answer(200, json.dumps({"items": items}))


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "labs/one")
    state.prepare()
    kubectl = state.programs / "kube/kubectl"
    kubectl.parent.mkdir()
    kubectl.write_text(KUBECTL, encoding="utf-8")
    kubectl.chmod(0o700)
    return state


def cluster(state: State, ready: list[str], *, alive: bool = True) -> Cluster:
    return Cluster(state, Nodes(ready), "1.4", Progress(io.StringIO()), lambda: alive)


def test_an_empty_cluster_gets_storage_that_needs_no_definition(state: State) -> None:
    cluster(state, list(NODES)).furnish()
    applied = list(yaml.safe_load_all(state.kubeconfig.with_name("kubeconfig.applied").read_text(encoding="utf-8")))
    assert {item["kind"] for item in applied} == {"CSIDriver", "StorageClass"}
    classes = {item["metadata"]["name"] for item in applied if item["kind"] == "StorageClass"}
    assert classes == {"ceph-rbd", "ceph-rbd-wffc", "cephfs", "hostpath", "local-path"}


def test_an_empty_cluster_is_there_when_all_its_nodes_are(state: State) -> None:
    with pytest.raises(LabError, match="nodes"):
        cluster(state, ["kv-node1", "kv-node3"], alive=False).furnish()
