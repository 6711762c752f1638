# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines of the control plane and of the simulators."""

from __future__ import annotations

import dataclasses
import sys

from tests.cluster import network
from tests.cluster.places import MANIFESTS, State
from tests.cluster.settings import Settings
from tests.cluster.users import token_file

ETCD_CLIENTS = "http://127.0.0.1:22379"
ETCD_PEERS = "http://127.0.0.1:22380"

# What a node that does not answer any more keeps its pods for; Kubernetes has 300 s.
EVICTION_SECONDS = 30

# What has no meaning where nodes have no kubelet and join without a token.
CONTROLLERS = "*,-node-ipam-controller,-bootstrap-signer-controller,-token-cleaner-controller"

# Simulator and its user.
SIMULATORS = {"kubelet": "lab-kubelet", "guests": "lab-guests"}


@dataclasses.dataclass(frozen=True)
class Component:
    """A program that the supervisor keeps running; its output goes to ``logs/NAME.log``."""

    name: str
    command: tuple[str, ...]


def feature_gates(kubevirt: str) -> tuple[str, ...]:
    """Return the options that switch features of Kubernetes off.

    KubeVirt 1.4 guards its patches of pod conditions with the conditions as its Kubernetes 1.31 client knows them. With
    the field observedGeneration in them, on by default since Kubernetes 1.34, that never matches: the patch is refused,
    and an unschedulable VM stays Starting for ever.
    """
    return ("--feature-gates=PodObservedGenerationTracking=false",) if kubevirt == "1.4" else ()


def etcd(state: State) -> Component:
    """Return etcd, with addresses on the loopback of the lab."""
    return Component("etcd", (str(state.programs / "kube/kube"), "etcd", str(state.etcd), ETCD_CLIENTS, ETCD_PEERS))


def api_server(state: State, kubevirt: str) -> Component:
    """Return the API server with RBAC, aggregation, static tokens and the audit log."""
    pki = state.pki
    options = {
        "etcd-servers": ETCD_CLIENTS,
        "bind-address": network.API_ADDRESS,
        "advertise-address": network.API_ADDRESS,
        "secure-port": network.API_PORT,
        "service-cluster-ip-range": network.SERVICES,
        "cert-dir": pki,
        "tls-cert-file": pki / "kube-apiserver.crt",
        "tls-private-key-file": pki / "kube-apiserver.key",
        "client-ca-file": pki / "ca.crt",
        "token-auth-file": pki / "tokens.csv",
        "service-account-key-file": pki / "service-accounts.key",
        "service-account-signing-key-file": pki / "service-accounts.key",
        "service-account-issuer": "https://kubernetes.default.svc",
        "authorization-mode": "RBAC",
        "allow-privileged": "true",
        # Services have no addresses here: aggregation goes to the pods.
        "enable-aggregator-routing": "true",
        "proxy-client-cert-file": pki / "front-proxy.crt",
        "proxy-client-key-file": pki / "front-proxy.key",
        "requestheader-client-ca-file": pki / "front-proxy-ca.crt",
        "requestheader-allowed-names": "front-proxy-client",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-username-headers": "X-Remote-User",
        "audit-policy-file": MANIFESTS / "audit-policy.yaml",
        "audit-log-path": state.audit_log,
        "audit-log-format": "json",
        # In megabytes: no rotation, so that a reader finds all of it in one file.
        "audit-log-maxsize": 100_000,
        "default-not-ready-toleration-seconds": EVICTION_SECONDS,
        "default-unreachable-toleration-seconds": EVICTION_SECONDS,
        "default-watch-cache-size": 200,
        "event-ttl": "2h",
        "profiling": "false",
    }
    program = (str(state.programs / "kube/kube"), "kube-apiserver")
    return Component("kube-apiserver", (*program, *_written(options), *feature_gates(kubevirt)))


def controller_manager(state: State, kubevirt: str) -> Component:
    """Return the controller manager; it notices a lost node after 20 s instead of 50."""
    options = {
        "secure-port": 26257,
        "cert-dir": state.pki / "kube-controller-manager",
        "service-account-private-key-file": state.pki / "service-accounts.key",
        "root-ca-file": state.pki / "ca.crt",
        "kube-api-qps": 200,
        "kube-api-burst": 400,
        "node-monitor-grace-period": "20s",
        "pvclaimbinder-sync-period": "2s",
        "controllers": CONTROLLERS,
    }
    return _controller(state, kubevirt, "kube-controller-manager", options)


def scheduler(state: State, kubevirt: str) -> Component:
    """Return the scheduler."""
    options = {"secure-port": 26259, "cert-dir": state.pki / "kube-scheduler"}
    return _controller(state, kubevirt, "kube-scheduler", options)


def _controller(state: State, kubevirt: str, name: str, options: dict[str, object]) -> Component:
    kubeconfig = state.pki / f"{name}.kubeconfig"
    access = {f"{purpose}kubeconfig": kubeconfig for purpose in ("", "authentication-", "authorization-")}
    shared = {"leader-elect": "false", "bind-address": "127.0.0.1", "profiling": "false"}
    program = (str(state.programs / "kube/kube"), name)
    return Component(name, (*program, *_written({**access, **shared, **options}), *feature_gates(kubevirt)))


def simulator(state: State, name: str) -> Component:
    """Return what plays the nodes or the guests."""
    command = (sys.executable, "-m", "tests.cluster.nodes", name, "--settings", str(state.settings(name)))
    return Component(name, command)


def write_settings(state: State, kubevirt: str) -> None:
    """Write what the simulators are told."""
    for name, user in SIMULATORS.items():
        settings = Settings(
            state=state.directory,
            programs=state.programs,
            kubevirt=kubevirt,
            server=network.API_URL,
            ca=state.pki / "ca.crt",
            token=token_file(state.pki, user),
            knobs=state.knobs,
        )
        settings.write(state.settings(name))


def _written(options: dict[str, object]) -> list[str]:
    return [f"--{name}={value}" for name, value in options.items()]
