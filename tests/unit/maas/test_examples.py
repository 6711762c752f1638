# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example in the documentation of the MAAS modules works."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.vmo.core.plugins.module_utils._maas.connect import connect
from ansible_collections.vmo.core.plugins.module_utils._maas.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._model.machine_status import STATUSES
from tests.sim.maas import Simulator
from tests.unit.e2e.playbook import start, write
from tests.unit.e2e.test_examples import examples_of
from tests.unit.kube.scripted import FakeClock


@pytest.mark.parametrize("module", ["maas_machine_info"])
def test_the_examples_work_one_after_the_other(tmp_path: Path, module: str) -> None:
    tasks = examples_of(module)
    assert tasks
    with Simulator(machines=6) as region:
        maas = connect(Credentials(region.url, region.key()), FakeClock(), patience=60, read_only=False)
        machine = maas.list_all("machines", {"hostname": "worker-01"})[0]["system_id"]
        # what the comments of the examples ask for
        for noun, name in (("resourcepools", "kubernetes"), ("tags", "worker")):
            if name not in {item["name"] for item in maas.list_all(noun)}:
                maas.create(noun, {"name": name})
        maas.update("machines", machine, {"pool": "kubernetes"})
        maas.invoke("tags", "update_nodes", {"add": [machine]}, name="worker")
        region.machine("worker-02").status = STATUSES.index("failed_testing")
        environment = {"MAAS_URL": region.url, "MAAS_API_KEY": region.key()}
        run = start(write(tmp_path / "play.yml", tasks), environment=environment).finish()
    assert run.status == 0, run.output
    assert run.complaints == []
    assert run.recap["ok"] == len(tasks)
    assert "1 in " in run.output
