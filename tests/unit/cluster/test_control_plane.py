# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines of a lab's programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster import control_plane, network, supervisor, users
from tests.cluster.namespaces import command
from tests.cluster.nodes.addresses import NODES
from tests.cluster.parts import KUBEVIRT_VERSIONS, PARTS, parts_of
from tests.cluster.places import MANIFESTS, State
from tests.cluster.settings import Settings


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "one")
    state.prepare()
    return state


def test_audit_log_has_a_policy_and_is_never_rotated(state: State) -> None:
    options = control_plane.api_server(state, "1.8").command
    assert f"--audit-policy-file={MANIFESTS / 'audit-policy.yaml'}" in options
    assert f"--audit-log-path={state.audit_log}" in options
    assert "--audit-log-maxsize=100000" in options


@pytest.mark.parametrize("make", [control_plane.api_server, control_plane.controller_manager, control_plane.scheduler])
def test_kubevirt_1_4_needs_a_feature_of_kubernetes_switched_off(state: State, make: object) -> None:
    assert callable(make)
    gate = "--feature-gates=PodObservedGenerationTracking=false"
    assert gate in make(state, "1.4").command
    assert gate not in make(state, "1.8").command


def test_no_secret_is_in_a_command_line(state: State) -> None:
    users.make_tokens(state.pki)
    secrets = [path.read_text(encoding="utf-8") for path in state.pki.glob("*.token")]
    components = [control_plane.etcd(state), control_plane.api_server(state, "1.4")]
    components += [control_plane.simulator(state, name) for name in control_plane.SIMULATORS]
    lines = " ".join(word for component in components for word in component.command)
    lines += " ".join(supervisor.command(state, "1.4", 3, 4))
    assert len(secrets) == len(users.USERS)
    assert not any(secret in lines for secret in secrets)


def test_settings_of_simulators_come_back_as_they_were_written(state: State) -> None:
    control_plane.write_settings(state, "1.8")
    kubelet, guests = (Settings.read(state.settings(name)) for name in ("kubelet", "guests"))
    assert kubelet.kubevirt == "1.8"
    assert kubelet.state == state.directory
    assert kubelet.server == "https://10.99.0.1:26443"
    assert (kubelet.token.name, guests.token.name) == ("lab-kubelet.token", "lab-guests.token")


def test_network_gives_each_node_two_addresses() -> None:
    lines = [" ".join(line) for line in network.commands()]
    assert "ip address add 10.99.0.1/16 dev kvbr0" in lines
    assert sum("/32" in line for line in lines) == 2 * len(NODES)
    assert lines.index("mount -t tmpfs none /run") < lines.index("ip link add kvbr0 type bridge")


def test_lab_has_its_own_processes_network_and_mounts() -> None:
    as_root = command(["true"], user_namespace=False)
    assert {"--net", "--mount", "--pid", "--kill-child"} <= set(as_root)
    assert "--user" not in as_root
    assert as_root[-1] == "true"
    assert {"--user", "--map-root-user"} <= set(command(["true"], user_namespace=True))


@pytest.mark.parametrize("version", KUBEVIRT_VERSIONS)
def test_a_lab_needs_one_kubevirt(version: str) -> None:
    assert [part.name for part in parts_of(version)] == ["kube", f"kubevirt-{version}", "cdi"]
    assert {part.name for part in parts_of(version)} < {part.name for part in PARTS}
    assert (MANIFESTS / f"kubevirt-{version}.yaml").exists()
