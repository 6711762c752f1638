# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role ``kubevirt`` and its playbooks: from an empty cluster on, foreseen, interrupted, repeated, refused."""

from __future__ import annotations

import json
import tempfile
import time
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sim.kubevirt import Fault, Simulator
from tests.tools.sizes import CHECKOUT
from tests.unit.e2e.playbook import Outcome, Started, start, write

Tree = dict[str, t.Any]
ROLE = {"ansible.builtin.import_role": {"name": "vmo.core.kubevirt"}}
MACHINE: Tree = {
    "apiVersion": "kubevirt.io/v1",
    "kind": "VirtualMachine",
    "metadata": {"name": "precious", "namespace": "default"},
    "spec": {"runStrategy": "Halted", "template": {"spec": {"domain": {"memory": {"guest": "1Gi"}}}}},
}
NETWORKS: Tree = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "network-attachment-definitions.k8s.cni.cncf.io"},
    "spec": {
        "group": "k8s.cni.cncf.io",
        "scope": "Namespaced",
        "names": {
            "plural": "network-attachment-definitions",
            "singular": "network-attachment-definition",
            "kind": "NetworkAttachmentDefinition",
        },
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {"type": "object", "properties": {"config": {"type": "string"}}},
                        },
                    }
                },
            }
        ],
    },
}


class Installation:
    """The role at work on a cluster, with manifests that the simulator serves."""

    def __init__(self, cluster: Simulator, directory: Path) -> None:
        self.cluster = cluster
        self.directory = directory
        self.variables: Tree = {
            "kubevirt_connection": {"kubeconfig": str(cluster.kubeconfig)},
            "kubevirt_manifest": f"{cluster.url}/_sim/manifests/kubevirt/v1.4.0",
            "kubevirt_cdi_manifest": f"{cluster.url}/_sim/manifests/cdi/v1.65.0",
            "kubevirt_download_ca_cert": str(cluster.ca_file),
            "kubevirt_settings": {"feature_gates": {"Snapshot": "enabled"}, "failure_grace": 1},
            "kubevirt_wait_timeout": 60,
        }
        keep = {
            "name": "Keep what was done",
            "check_mode": False,
            "changed_when": False,
            "ansible.builtin.copy": {
                "content": "{{ kubevirt_report | to_json }}",
                "dest": str(directory / "report.json"),
                "mode": "0600",
            },
        }
        self._playbook = write(directory / "install.yml", [{"name": "Install", **ROLE}, keep])

    def begin(self, *options: str, playbook: Path | None = None, **changed: t.Any) -> Started:
        self.cluster.clear_log()
        path = self.directory / "variables.json"
        path.write_text(json.dumps({**self.variables, **changed}), encoding="utf-8")
        return start(playbook or self._playbook, "-e", f"@{path}", *options, environment={})

    def run(self, *options: str, **changed: t.Any) -> Outcome:
        """Run the role, which must succeed and cause no warning."""
        outcome = self.begin(*options, **changed).finish()
        assert outcome.status == 0, outcome.output
        assert outcome.complaints == [], outcome.output
        return outcome

    def refused(self, *options: str, **changed: t.Any) -> str:
        """Run the role, which must fail before it changes anything, and return what it says."""
        outcome = self.begin(*options, **changed).finish()
        assert outcome.status != 0, outcome.output
        assert self.cluster.writes == [], outcome.output
        return outcome.output

    @property
    def changes(self) -> list[str]:
        """What the last run changed, or would have."""
        found: Tree = json.loads((self.directory / "report.json").read_text(encoding="utf-8"))
        return sorted(found["changed"])


@pytest.fixture
def cluster() -> Iterator[Simulator]:
    with Simulator("1.4", stage="empty") as simulator:
        yield simulator


@pytest.fixture
def installation(cluster: Simulator) -> Iterator[Installation]:
    # Not below pytest's own: Ansible has a socket there, and the path of a socket is short.
    with tempfile.TemporaryDirectory(prefix="vmo-") as directory:
        yield Installation(cluster, Path(directory))


def empty(_installation: Installation) -> None:
    pass


def half_installed(installation: Installation) -> None:
    """Leave an operator that nobody has told anything yet, of which a part is missing."""
    installation.begin("--tags", "kubevirt").finish()
    for plural, namespace, name in (("kubevirts", "kubevirt", "kubevirt"), ("roles", "kubevirt", "kubevirt-operator")):
        installation.cluster.remove(plural, namespace, name)


def installed(installation: Installation) -> None:
    installation.run()


@pytest.mark.parametrize("before", [empty, half_installed, installed], ids=["empty", "half installed", "installed"])
def test_what_check_mode_foresees_is_what_is_done(
    installation: Installation, before: t.Callable[[Installation], None]
) -> None:
    before(installation)
    foreseen = installation.run("--check", "--diff")
    said = installation.changes
    assert installation.cluster.writes == []

    done = installation.run("--diff")
    # settings of what is still to come cannot be compared with anything yet
    assert [change for change in installation.changes if not change.startswith("setting ")] == said
    assert bool(foreseen.recap["changed"]) is bool(done.recap["changed"]) is bool(said)
    assert "KubeVirt v1.4.0 is installed" in done.output
    assert "CDI v1.65.0 is installed" in done.output

    again = installation.run()
    assert again.recap["changed"] == 0
    assert installation.cluster.writes == []
    assert "Nothing had to be changed." in again.output


@pytest.mark.parametrize("writes", [3, 11, 19])
def test_a_killed_installation_is_taken_up_by_the_next_run(installation: Installation, writes: int) -> None:
    run = installation.begin()
    end = time.monotonic() + 120
    while len(installation.cluster.writes) < writes:
        assert run.process.poll() is None, run.finish().output
        assert time.monotonic() < end
        time.sleep(0.005)
    run.kill()
    assert "KubeVirt v1.4.0 is installed" in installation.run().output
    assert installation.run().recap["changed"] == 0


WRONG: dict[str, tuple[Tree, str]] = {
    "a password in an address": (
        {"kubevirt_manifest": "https://jane:hush-4711@mirror.example.com/operator.yaml"},
        "put user and password into kubevirt_download_username and kubevirt_download_password",
    ),
    "no checksum": ({"kubevirt_manifest_checksum": "md5:00"}, "md5:00: a checksum is sha256: and 64 digits"),
    "another checksum": ({"kubevirt_manifest_checksum": f"sha256:{'0' * 64}"}, "somebody has changed it"),
    "no version": ({"kubevirt_version": "latest"}, "latest: a version is three numbers"),
    "a file that is not there": ({"kubevirt_manifest": "/nowhere.yaml"}, "name a copy in kubevirt_manifest"),
    "the manifest of another version": (
        {"kubevirt_version": "1.5.0"},
        "brings v1.4.0 of KubeVirt, and v1.5.0 is wanted",
    ),
    "a state": ({"kubevirt_state": "gone"}, "kubevirt_state"),
    "nobody": (
        {"kubevirt_connection": {"host": "https://127.0.0.1:1", "api_key": "hush-4711"}},
        "refused the connection",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_bad_input_is_refused_before_anything_is_changed(installation: Installation, what: str) -> None:
    variables, said = WRONG[what]
    output = installation.refused("-vv", **variables)
    assert said in output
    assert "hush-4711" not in output


def test_a_manifest_that_is_none_is_told(installation: Installation) -> None:
    path = installation.directory / "operator.yaml"
    path.write_text("<html>Please log in</html>\n", encoding="utf-8")
    assert "operator.yaml: the text is no manifest" in installation.refused(kubevirt_manifest=str(path))


def test_it_goes_up_one_minor_version_at_a_time(installation: Installation) -> None:
    installation.run()
    manifests = f"{installation.cluster.url}/_sim/manifests/kubevirt"
    too_far = installation.refused(kubevirt_manifest=f"{manifests}/v1.8.0")
    assert "1.4 → 1.5 → 1.6 → 1.7 → 1.8" in too_far
    assert "does not go down" in installation.refused(kubevirt_manifest=f"{manifests}/v1.3.0")
    upgrade: Tree = {"kubevirt_manifest": f"{manifests}/v1.5.0"}
    assert "KubeVirt v1.5.0 would be upgraded from v1.4.0" in installation.run("--check", **upgrade).output
    assert installation.cluster.writes == []
    assert "KubeVirt v1.5.0 is installed now, upgraded from v1.4.0" in installation.run(**upgrade).output
    assert installation.changes == ["Deployment virt-operator"]


def test_an_uninstallation_loses_nothing_and_is_foreseen(installation: Installation) -> None:
    installation.run()
    installation.cluster.put(MACHINE)
    said = installation.refused(kubevirt_state="absent")
    assert "this would be lost" in said
    assert "default/precious" in said
    installation.cluster.remove("virtualmachines", "default", "precious")

    installation.run("--check", kubevirt_state="absent")
    foreseen = installation.changes
    assert installation.cluster.writes == []
    assert "KubeVirt v1.4.0 is removed. CDI v1.65.0 is removed." in installation.run(kubevirt_state="absent").output
    assert installation.changes == foreseen
    assert installation.run(kubevirt_state="absent").recap["changed"] == 0
    assert installation.changes == []


def test_what_helm_manages_is_configured_only(cluster: Simulator, installation: Installation) -> None:
    installation.run()
    found = cluster.read("kubevirts", "kubevirt", "kubevirt")
    assert found is not None
    found["metadata"].pop("resourceVersion")
    found["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
    found["metadata"]["annotations"] = {"meta.helm.sh/release-name": "vms", "meta.helm.sh/release-namespace": "ops"}
    cluster.put(found)
    cluster.clear_log()
    settings = {"kubevirt_settings": {"feature_gates": {"VMExport": "enabled"}}, "kubevirt_on_managed": "ignore"}
    done = installation.run(**settings, kubevirt_version="1.8.0", kubevirt_manifest="")
    assert installation.changes == ["setting feature_gates"]
    assert "managed by release vms in namespace ops" in done.output
    assert [entry.path for entry in cluster.writes] == ["/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts/kubevirt"]
    assert "it has to be removed there" in installation.refused(kubevirt_state="absent")


def test_networks_are_made_on_a_bridge_of_the_nodes(cluster: Simulator, installation: Installation) -> None:
    multus = installation.directory / "multus.yaml"
    # what looks like a template is none
    words = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "words"}, "data": {"a": "{{ 6 * 7 }}"}}
    multus.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [NETWORKS, words]}), encoding="utf-8")
    more: Tree = {
        "kubevirt_multus": True,
        "kubevirt_multus_manifest": str(multus),
        "kubevirt_networks": [{"name": "vlan20", "vlan": 20}, {"name": "migration", "namespace": "kubevirt"}],
    }
    installation.run("--check", **more)
    assert "NetworkAttachmentDefinition vlan20" in installation.changes
    installation.run(**more)
    vlan20 = cluster.read("network-attachment-definitions", "default", "vlan20")
    assert vlan20 is not None
    config = {"cniVersion": "0.3.1", "name": "vlan20", "type": "bridge", "bridge": "br0", "vlan": 20, "ipam": {}}
    assert json.loads(vlan20["spec"]["config"]) == config
    assert cluster.read("network-attachment-definitions", "kubevirt", "migration") is not None
    found = cluster.read("configmaps", "default", "words")
    assert found is not None
    assert found["data"] == words["data"]
    assert installation.run(**more).recap["changed"] == 0


def test_a_second_snapshot_controller_is_refused(cluster: Simulator, installation: Installation) -> None:
    pod = {"containers": [{"name": "it", "image": "example.com/snapshot-controller:v7"}]}
    template = {"metadata": {"labels": {"app": "it"}}, "spec": pod}
    head: Tree = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "csi", "namespace": "kube-system"},
    }
    cluster.put({**head, "spec": {"selector": {"matchLabels": {"app": "it"}}, "template": template}})
    path = installation.directory / "controller.yaml"
    path.write_text(json.dumps({**head, "metadata": {"name": "own"}, "spec": {}}), encoding="utf-8")
    said = installation.refused(
        kubevirt_snapshot_controller=True, kubevirt_snapshot_controller_manifests=[{"from": str(path)}]
    )
    assert "kube-system/csi is a snapshot controller already" in said


def test_an_answer_that_only_comes_later_is_waited_for(cluster: Simulator, installation: Installation) -> None:
    fault = cluster.add_fault(Fault("status", method="PATCH", path="/deployments/virt-operator", times=1, code=503))
    assert "KubeVirt v1.4.0 is installed" in installation.run().output
    assert fault.times == 0


def test_who_may_not_install_is_told_what_is_missing(cluster: Simulator, installation: Installation) -> None:
    cluster.deny("admin", verb="patch", resource="clusterroles")
    outcome = installation.begin().finish()
    assert outcome.status != 0
    assert "Bring KubeVirt to what it shall be" in outcome.output
    assert "clusterroles" in outcome.output.rpartition("fatal: ")[2]


def test_secrets_show_nowhere(cluster: Simulator, installation: Installation) -> None:
    secret: Tree = {
        "kubevirt_connection": {"host": cluster.url, "api_key": cluster.token, "ca_cert": str(cluster.ca_file)},
        "kubevirt_download_username": "jane",
        "kubevirt_download_password": "hush-4711",
        "kubevirt_image_pull_secrets": ["mirror"],
    }
    outcome = installation.run("-vvv", "--diff", **secret)
    assert cluster.token not in outcome.output
    assert "hush-4711" not in outcome.output
    kubevirt = cluster.read("kubevirts", "kubevirt", "kubevirt")
    assert kubevirt is not None
    assert kubevirt["spec"]["imagePullSecrets"] == [{"name": "mirror"}]


def test_the_playbooks_configure_and_check(cluster: Simulator, installation: Installation) -> None:
    configure, check = (CHECKOUT / f"playbooks/{name}.yml" for name in ("configure_kubevirt", "check_cluster"))
    nothing = installation.begin(playbook=configure).finish()
    assert nothing.status != 0
    assert "install KubeVirt first" in nothing.output
    assert cluster.writes == []
    installation.run()
    changed = installation.begin(playbook=configure, kubevirt_settings={"cpu_allocation_ratio": 8}).finish()
    assert changed.status == 0, changed.output
    assert "Changed: cpu_allocation_ratio." in changed.output
    verdicts = installation.begin(playbook=check, kubevirt_check={"only": ["node"]}).finish()
    assert verdicts.status == 0, verdicts.output
    assert "READY to run, migrate" in verdicts.output
    bad = installation.begin(playbook=check, kubevirt_check={"nodes": 7, "only": ["node"]}).finish()
    assert bad.status != 0
    assert "NOT READY to run, migrate" in bad.output
