# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand, the log, the HTTP controls and the program."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
import yaml

from tests.sim.kubevirt import Fault, Simulator
from tests.unit.sim.client import MACHINES, SECRET, SECRETS, Client, machine

ROOT = pathlib.Path(__file__).resolve().parents[3]


def test_answers_instead_of_the_servers(client: Client) -> None:
    simulator = client.simulator
    simulator.add_fault(Fault("status", method="GET", path="/secrets", code=429, retry_after=2))
    answer = client.ask("GET", SECRETS)
    assert (answer.code, answer.headers["Retry-After"], answer.json["reason"]) == (429, "2", "TooManyRequests")
    assert client.ask("GET", SECRETS).code == 200
    fault = simulator.add_fault(Fault("webhook", method="POST", times=2))
    answer = client.ask("POST", MACHINES, machine())
    assert (answer.code, 'failed calling webhook "virtualmachines-mutator.kubevirt.io"' in answer.message) == (
        500,
        True,
    )
    assert fault.times == 1
    simulator.add_fault(Fault("garbage", method="GET"))
    assert client.ask("GET", SECRETS).text.startswith("<html>")


def test_cut_before_and_after_the_effect(client: Client) -> None:
    client.simulator.add_fault(Fault("cut", method="POST"))
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        client.ask("POST", SECRETS, SECRET)
    assert client.simulator.read("secrets", "default", "s") is None
    client.simulator.add_fault(Fault("cut-after", method="POST"))
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        client.ask("POST", SECRETS, SECRET)
    assert client.simulator.read("secrets", "default", "s") is not None


def test_slow_answer_and_expired_watch(client: Client) -> None:
    client.simulator.add_fault(Fault("slow", seconds=0.2))
    began = time.monotonic()
    client.ask("GET", SECRETS)
    assert time.monotonic() - began > 0.2
    client.simulator.add_fault(Fault("expired", path="watch=1"))
    revision = client.get(SECRETS)["metadata"]["resourceVersion"]
    event = json.loads(client.ask("GET", f"{SECRETS}?watch=1&timeoutSeconds=5&resourceVersion={revision}").text)
    assert (event["type"], event["object"]["reason"]) == ("ERROR", "Expired")


def test_the_log_tells_reads_dry_runs_and_writes(client: Client) -> None:
    client.ask("GET", f"{SECRETS}/s", User_Agent="me/1.0")
    client.ask("POST", f"{SECRETS}?dryRun=All", SECRET)
    client.ask("POST", SECRETS, SECRET, user="vmuser")
    client.ask("PATCH", f"{SECRETS}/s", {})
    log = [(entry.verb, entry.status, entry.dry_run, entry.stored, entry.user) for entry in client.simulator.requests]
    assert log == [
        ("get", 404, False, False, "admin"),
        ("create", 201, True, False, "admin"),
        ("create", 201, False, True, "vmuser"),
        ("patch", 200, False, False, "admin"),
    ]
    assert client.simulator.requests[0].user_agent == "me/1.0"
    assert [entry.path for entry in client.simulator.writes] == [SECRETS]
    client.simulator.clear_log()
    assert client.simulator.requests == []


def test_subresource_dry_run_counts_in_the_body_only(client: Client) -> None:
    client.create(machine())
    path = "/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachines/web/start"
    client.ask("PUT", path, {"dryRun": ["All"]})
    client.ask("PUT", f"{path}?dryRun=All", {})
    first, second = (entry for entry in client.simulator.requests if entry.path == path)
    assert (first.verb, first.dry_run, first.stored) == ("update", True, False)
    assert (second.dry_run, second.stored) == (False, True)


def test_refusing_writes(client: Client) -> None:
    client.simulator.refuse_writes = True
    assert client.ask("POST", SECRETS, SECRET).code == 500
    assert client.ask("POST", f"{SECRETS}?dryRun=All", SECRET).code == 201
    assert [entry.method for entry in client.simulator.refused] == ["POST"]


def test_controls_over_http(client: Client) -> None:
    client.ask("POST", SECRETS, SECRET)
    client.ask("POST", "/_sim/settings", {"refuse_writes": True})
    client.ask("DELETE", f"{SECRETS}/s")
    assert [entry["verb"] for entry in json.loads(client.ask("GET", "/_sim/refused").text)] == ["delete"]
    assert [entry["verb"] for entry in json.loads(client.ask("GET", "/_sim/writes").text)] == ["create"]


def test_scene_set_directly(simulator: Simulator) -> None:
    simulator.put({**SECRET, "metadata": {"name": "s", "namespace": "new"}})
    assert simulator.read("secrets", "new", "s")
    assert simulator.read("namespaces", "", "new")
    assert simulator.requests == []


def test_the_program(tmp_path: pathlib.Path) -> None:
    command = [sys.executable, "-m", "tests.sim", "kubevirt", "--state-dir", str(tmp_path), "--refuse-writes"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        assert program.stdout.readline() == f"export K8S_AUTH_KUBECONFIG={tmp_path}/kubeconfig\n"
        found = yaml.safe_load((tmp_path / "kubeconfig").read_text(encoding="utf-8"))
        assert found["clusters"][0]["cluster"]["certificate-authority"] == f"{tmp_path}/ca.crt"
        assert int((tmp_path / "pid").read_text(encoding="utf-8")) == program.pid
        os.kill(program.pid, signal.SIGTERM)
        assert program.wait(10) == 0
    assert not (tmp_path / "pid").exists()


def test_it_ends_with_the_process_that_it_is_for(tmp_path: pathlib.Path) -> None:
    owner = subprocess.Popen(["sleep", "600"])
    options = ["--state-dir", str(tmp_path), "--end-with", str(owner.pid)]
    simulator = subprocess.Popen([sys.executable, "-m", "tests.sim", "maas", *options], cwd=ROOT)
    try:
        while not (tmp_path / "env").exists():
            assert simulator.poll() is None
            time.sleep(0.02)
        owner.kill()
        owner.wait()
        assert simulator.wait(30) == 0
    finally:
        owner.kill()
        simulator.kill()
        simulator.wait()
