# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods as processes: what they mount, what they are told, how they are started and probed."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from tests.cluster.nodes.kubelet import mounts
from tests.cluster.nodes.kubelet.container import Launch
from tests.cluster.nodes.kubelet.downward import base_environment, expand, field
from tests.cluster.nodes.kubelet.genuine import crash_loop, is_genuine
from tests.cluster.nodes.kubelet.probe import Target, target
from tests.cluster.nodes.objects import Object
from tests.unit.cluster.nodes.builders import a_pod


def launch(container: Object, directory: Path, **environment: str) -> Launch:
    volumes = [{"name": "certs", "secret": {"secretName": "certs"}}]
    pod = a_pod(spec={"containers": [container], "volumes": volumes})
    programs = directory / "programs"

    def program(name: str) -> Path | None:
        return programs / name if name == "virt-api" else None

    return Launch(pod, container, environment, directory / "root", lambda volume: directory / volume, program)


@pytest.mark.parametrize(
    ("image", "genuine"), [("registry.example/virt-api:v1", True), ("registry.example/virt-launcher:v1", False)]
)
def test_only_pods_of_the_control_planes_run(image: str, genuine: bool) -> None:
    assert is_genuine(a_pod(image=image)) is genuine


def test_a_program_that_ends_again_and_again_is_waited_with() -> None:
    waiting = crash_loop({"name": "virt-operator"}, 4.0)["waiting"]

    assert waiting == {
        "reason": "CrashLoopBackOff",
        "message": "back-off 4s restarting failed container=virt-operator",
    }


def test_a_container_runs_the_program_of_its_image_or_command(tmp_path: Path) -> None:
    of_image = launch({"name": "api", "image": "r.example/virt-api:v1"}, tmp_path)
    of_command = launch({"name": "api", "image": "other", "command": ["virt-api", "-v"], "args": ["2"]}, tmp_path)
    foreign = launch({"name": "sh", "image": "other", "command": ["/bin/sh"]}, tmp_path)

    assert of_image.command() == ["/app/virt-api"]
    assert of_command.command() == ["/app/virt-api", "-v", "2"]
    assert foreign.command() == ["/bin/sh"]


def test_arguments_see_the_environment(tmp_path: Path) -> None:
    container = {"name": "api", "image": "virt-api", "args": ["--on=$(NODE)", "$(UNKNOWN)", "$(date)"]}

    assert launch(container, tmp_path, NODE="kv-node1").command()[1:] == ["--on=kv-node1", "$(UNKNOWN)", "$(date)"]


def test_the_script_mounts_and_quotes(tmp_path: Path) -> None:
    mount = [{"name": "certs", "mountPath": "/etc/virt-api/certificates/"}, {"name": "unknown", "mountPath": "/x"}]
    container = {"name": "api", "image": "virt-api", "args": ["it's; rm -rf $HOME"], "volumeMounts": mount}
    script = launch(container, tmp_path, NAME="a b").script()

    assert f'mount --bind {tmp_path}/certs "$root"/etc/virt-api/certificates' in script
    assert f'mount --bind {tmp_path}/programs/virt-api "$root/app/virt-api"' in script
    assert "unknown" not in script
    last = script.strip().splitlines()[-1].removeprefix('exec chroot "$root" ')
    told = subprocess.run(
        ["sh", "-c", last.replace("/app/virt-api", "echo")], capture_output=True, text=True, check=True
    )
    assert told.stdout == "it's; rm -rf $HOME\n"


def test_the_downward_api_knows_the_pod() -> None:
    pod = a_pod(metadata={"annotations": {"a/b": "yes"}}, spec={"serviceAccountName": "kubevirt-api"})

    assert field(pod, "metadata.annotations['a/b']", "") == "yes"
    assert field(pod, "metadata.labels['none']", "") == ""
    assert field(pod, "status.podIP", "10.99.0.10") == "10.99.0.10"
    assert field(pod, "status.hostIP", "") == "10.99.1.2"
    assert field(pod, "spec.serviceAccountName", "") == "kubevirt-api"
    assert field(pod, "spec.unknown", "") == ""


def test_the_environment_leads_to_the_api_server() -> None:
    found = base_environment(a_pod(), "https://10.99.0.1:26443")

    assert (found["KUBERNETES_SERVICE_HOST"], found["KUBERNETES_SERVICE_PORT"]) == ("10.99.0.1", "26443")
    assert expand("$(KUBERNETES_PORT)/x", found) == "tcp://10.99.0.1:26443/x"


def test_what_a_volume_needs_is_found_in_projections_too() -> None:
    projected = {"sources": [{"serviceAccountToken": {"path": "token"}}, {"configMap": {"name": "ca"}}]}
    kinds = [kind for _path, kind, _source in mounts.sources({"name": "kube-api-access", "projected": projected})]

    assert kinds == ["configmap"]
    assert list(mounts.sources({"name": "scratch", "emptyDir": {}})) == []


def test_secrets_are_decoded_and_keys_renamed() -> None:
    secret = {"data": {"tls.crt": base64.b64encode(b"PEM").decode()}}

    assert mounts.data(secret, secret=True) == {"tls.crt": b"PEM"}
    assert mounts.data({"data": {"key": "text"}}, secret=False) == {"key": b"text"}
    assert mounts.chosen("tls.crt", None) == ["tls.crt"]
    assert mounts.chosen("tls.crt", [{"key": "tls.crt", "path": "a"}, {"key": "tls.key", "path": "b"}]) == ["a"]


def test_a_file_is_replaced_only_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "sub" / "ca.crt"
    mounts.write_if_changed(file, b"one")
    before = file.stat().st_ino
    mounts.write_if_changed(file, b"one")
    assert file.stat().st_ino == before

    mounts.write_if_changed(file, b"two")
    assert file.read_bytes() == b"two"
    assert list(file.parent.iterdir()) == [file]


HTTPS = {"httpGet": {"scheme": "HTTPS", "port": 8443, "path": "/readyz"}}
NAMED = {"httpGet": {"port": "metrics"}}


@pytest.mark.parametrize(
    ("probe", "asked"),
    [
        (HTTPS, Target(8443, "https://10.99.0.10:8443/readyz")),
        (NAMED, Target(9090, "http://10.99.0.10:9090/")),
        ({"tcpSocket": {"port": "metrics"}}, Target(9090)),
        ({"exec": {"command": ["true"]}}, None),
        (None, None),
    ],
)
def test_readiness_probes(probe: Object | None, asked: Target | None) -> None:
    container = {"name": "api", "readinessProbe": probe, "ports": [{"name": "metrics", "containerPort": 9090}]}

    assert target(container, "10.99.0.10") == asked
