# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_kubevirt_config`` waits for a version: on a cluster whose operators come by manifests, and go wrong.

Its unchanged runs, and what the operators of a genuine cluster do, are in tests/cluster/ring.
"""

from __future__ import annotations

import time
import typing as t
from collections.abc import Iterator

import pytest
import yaml

from tests.sim.kubevirt import Simulator
from tests.sim.kubevirt.manifests import PRODUCTS, manifest
from tests.unit.modules.bench import Answer, Bench
from tests.unit.modules.config_bench import MODULE, ConfigBench, warnings_of
from tests.unit.modules.simulated import Simulated, simulated_config

Tree = dict[str, t.Any]
USECASE = "ansible_collections.vmo.core.plugins.module_utils._usecase"
NOWHERE = {"registry.example": "registry.example/does-not-exist"}
pytestmark = pytest.mark.simulator_only("it installs KubeVirt anew: tests/cluster/ring has one cluster for all tests")


class Installation(t.NamedTuple):
    """A cluster to which operators come, and the module that waits for them."""

    simulator: Simulator
    config: ConfigBench

    def bring(self, product: str, version: str, changes: t.Mapping[str, str] | None = None) -> None:
        """Apply a manifest, with words in it changed."""
        text = manifest(PRODUCTS[product], version)
        for old, new in (changes or {}).items():
            text = text.replace(old, new)
        for item in yaml.safe_load_all(text):
            self.simulator.put(item)

    def ask_for(self, **spec: t.Any) -> None:
        """Make the objects that tell the operators to install."""
        kubevirt = {"apiVersion": "kubevirt.io/v1", "kind": "KubeVirt", "spec": spec}
        self.simulator.put({**kubevirt, "metadata": {"name": "kubevirt", "namespace": "kubevirt"}})
        self.until_served()

    def until_served(self, **params: t.Any) -> None:
        """Let the moment pass in which a kind is defined and not served yet."""
        while self.config.bench.attempt(MODULE, namespace=None, wait=False, **params).result.get("failed"):
            time.sleep(0.05)

    def wait(self, version: str | None, **params: t.Any) -> Answer:
        return self.config.run(wait=True, version=version, wait_timeout=60, **params)

    def fail(self, version: str, **params: t.Any) -> Answer:
        return self.config.fail(wait=True, version=version, **{"wait_timeout": 60, "failure_grace": 1, **params})


@pytest.fixture(name="cluster")
def make_cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    monkeypatch.setattr(f"{USECASE}.kubevirt_wait.PODS_SECONDS", 0.2)
    monkeypatch.setattr(f"{USECASE}.kubevirt_wait.ROLLOUT_SECONDS", 0.1)
    # whatever is installed, objects have the fields of this version
    with Simulator(version="1.8", stage="empty") as simulator:
        yield Installation(simulator, simulated_config(Bench(Simulated(simulator, "1.8"))))


@pytest.fixture(name="installed")
def make_installed(cluster: Installation) -> Installation:
    cluster.bring("kubevirt", "v1.4.0")
    cluster.ask_for()
    cluster.wait("1.4.0")
    return cluster


LOOK = ["list kubevirts", "list deployments", "list daemonsets"]


def test_a_fresh_installation_is_waited_for(cluster: Installation) -> None:
    missing = cluster.fail("1.4.0")
    assert (missing.result["error"]["code"], missing.result["error"]["kind"]) == ("not_found", "KubeVirt")
    cluster.bring("kubevirt", "v1.4.0")
    cluster.ask_for()
    made = cluster.wait("1.4.0")
    assert not made.changed
    assert (made.result["version"], made.result["target_version"]) == ("v1.4.0", "v1.4.0")
    assert made.result["kubevirt"]["status"]["phase"] == "Deployed"
    again = cluster.wait("v1.4.0")
    assert (again.reads, again.writes, warnings_of(again)) == (LOOK, [], [])


def test_an_upgrade_is_waited_for_until_its_components_are_up(installed: Installation) -> None:
    installed.bring("kubevirt", "v1.5.2")
    made = installed.wait("1.5.2")
    assert made.result["version"] == "v1.5.2"
    for name in ("virt-api", "virt-controller"):
        found = installed.simulator.read("deployments", "kubevirt", name)
        assert found is not None
        assert found["status"]["observedGeneration"] == found["metadata"]["generation"]
        assert found["status"]["updatedReplicas"] == found["status"]["readyReplicas"] == found["spec"]["replicas"]


def test_an_operator_that_cannot_be_pulled_is_told_with_its_pod_and_its_image(installed: Installation) -> None:
    installed.bring("kubevirt", "v1.5.2", NOWHERE)
    answer = installed.fail("1.5.2")
    error = answer.result["error"]
    assert error["code"] == "not_settled"
    assert error["reason"].startswith("Pod kubevirt/virt-operator-")
    assert "image registry.example/does-not-exist/kubevirt/virt-operator:v1.5.2 does not run, " in error["reason"]
    assert error["last_seen"] == "Deployed, v1.4.0 runs, v1.5.2 is awaited"
    # mended, it goes on
    installed.bring("kubevirt", "v1.5.2")
    assert installed.wait("1.5.2").result["version"] == "v1.5.2"


def test_the_first_operator_that_cannot_be_pulled_is_told(cluster: Installation) -> None:
    cluster.bring("kubevirt", "v1.4.0", NOWHERE)
    cluster.ask_for()
    answer = cluster.fail("1.4.0")
    assert "Pod kubevirt/virt-operator-" in answer.result["msg"]
    assert answer.result["error"]["last_seen"] == "not looked at yet, no version runs, v1.4.0 is awaited"
    blind = cluster.fail("1.4.0", wait_timeout=1, failure_grace=30)
    assert blind.result["error"]["code"] == "wait_timeout"
    assert "kubevirt/kubevirt is not at v1.4.0 after 1 seconds" in blind.result["msg"]


def test_who_may_see_nothing_waits_all_the_same(installed: Installation) -> None:
    for resource in ("pods", "deployments", "daemonsets"):
        installed.config.deny("list", resource)
    assert any("cannot be seen without the right" in text for text in warnings_of(installed.wait("1.4.0")))
    installed.bring("kubevirt", "v1.5.2", NOWHERE)
    answer = installed.fail("1.5.2", wait_timeout=1, failure_grace=0)
    assert answer.result["error"]["code"] == "wait_timeout"
    assert answer.result["error"]["last_seen"] == "Deployed, v1.4.0 runs, v1.5.2 is awaited"


def test_a_version_that_nobody_brings_is_told(installed: Installation) -> None:
    answer = installed.fail("1.5.0")
    assert answer.result["error"]["code"] == "not_settled"
    assert "Deployment kubevirt/virt-operator brings v1.4.0, not v1.5.0: apply" in answer.result["msg"]
    installed.simulator.remove("deployments", "kubevirt", "virt-operator")
    assert "there is no operator of KubeVirt" in installed.fail("1.5.0").result["msg"]


def test_without_waiting_a_version_is_compared(installed: Installation) -> None:
    for params in ({"check": True, "wait": True}, {"wait": False}):
        answer = installed.config.run(version="1.5.0", **params)
        assert not answer.changed
        assert answer.reads == ["list kubevirts"]
        (text,) = warnings_of(answer)
        assert "KubeVirt kubevirt/kubevirt is not at v1.5.0: v1.4.0 runs" in text
        assert not warnings_of(installed.config.run(version="1.4.0", **params))


@pytest.mark.parametrize(
    ("params", "option", "text"),
    [
        ({"version": "1.5"}, "version", "version: '1.5' is no version such as 1.8.0"),
        ({"version": ""}, "version", "version: '' is no version"),
        ({"cdi": {"version": "latest"}}, "cdi", "cdi: version: 'latest' is no version"),
    ],
)
def test_what_is_no_version_is_refused(cluster: Installation, params: Tree, option: str, text: str) -> None:
    answer = cluster.config.fail(**params)
    assert (answer.result["error"]["code"], answer.result["error"]["option"]) == ("invalid_option", option)
    assert text in answer.result["msg"]
    assert answer.reads == []


def test_settings_mean_what_they_mean_to_the_version_that_runs_then(cluster: Installation) -> None:
    cluster.bring("kubevirt", "v1.7.0")
    cluster.ask_for(configuration={"developerConfiguration": {"featureGates": ["Snapshot", "VMExport"]}})
    cluster.wait("1.7.0")
    cluster.bring("kubevirt", "v1.8.0")
    made = cluster.wait("1.8.0", feature_gates={"VMExport": "disabled"})
    developer = cluster.config.kubevirt["spec"]["configuration"]["developerConfiguration"]
    # 1.7 has no such list
    assert developer == {"featureGates": ["Snapshot"], "disabledFeatureGates": ["VMExport"]}
    assert made.verbs == ["patch", "patch"]
    assert made.result["diff"]["before"] == {"feature_gates": {"VMExport": "enabled"}}
    assert made.result["diff"]["after"] == {"feature_gates": {"VMExport": "disabled"}}
    again = cluster.wait("1.8.0", feature_gates={"VMExport": "disabled"})
    assert (again.changed, again.reads) == (False, LOOK)


def test_settings_of_a_fresh_installation_are_for_the_version_that_comes(cluster: Installation) -> None:
    cluster.bring("kubevirt", "v1.8.0")
    cluster.ask_for()
    made = cluster.wait("1.8.0", preset="palette_vmo")
    # the operator may write between the read and the patch, which is sent again then
    assert (made.changed, set(made.writes)) == (True, {"patch kubevirts/kubevirt"})
    assert "Snapshot" in cluster.config.gates
    # it is always on there
    assert "VMPersistentState" not in cluster.config.gates
    assert not cluster.wait("1.8.0", preset="palette_vmo").changed


def test_cdi_is_found_wherever_it_is_and_waited_for(installed: Installation) -> None:
    missing = installed.fail("1.4.0", cdi={"version": "1.64.0"})
    assert (missing.result["error"]["code"], missing.result["error"]["kind"]) == ("not_found", "CDI")
    installed.bring("cdi", "v1.64.0")
    installed.simulator.put(
        {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "CDI", "metadata": {"name": "cdi"}, "spec": {}}
    )
    installed.until_served(cdi={})
    made = installed.wait(None, cdi={"version": "1.64.0"})
    assert (made.result["cdi_version"], made.result["cdi_target_version"]) == ("v1.64.0", "v1.64.0")
    assert made.result["cdi_managed_by"] is None
    again = installed.wait("1.4.0", cdi={"version": "v1.64.0"})
    assert again.reads == [LOOK[0], "list cdis", *LOOK[1:], "list deployments", "list deployments"]
    down = installed.fail("1.4.0", cdi={"version": "1.63.0"})
    assert "CDI cdi cannot be followed: CDI does not go down from v1.64.0 to v1.63.0" in down.result["msg"]
    other = installed.fail("1.4.0", cdi={"version": "1.66.0"})
    assert "Deployment cdi/cdi-operator brings v1.64.0, not v1.66.0" in other.result["msg"]
    installed.bring("cdi", "v1.65.0", NOWHERE)
    bad = installed.fail("1.4.0", cdi={"version": "1.65.0"})
    assert bad.result["error"]["reason"].startswith("Pod cdi/cdi-operator-")
    assert "does-not-exist/kubevirt/cdi-operator:v1.65.0 does not run" in bad.result["error"]["reason"]
