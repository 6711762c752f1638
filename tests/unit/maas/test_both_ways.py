# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside the Ansible worker or as a process of its own, a MAAS task has one result, and no output shows the key."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.unit.e2e.both_ways import results_of
from tests.unit.maas.documents import BMC_PASSWORD, a_machine, fill
from tests.unit.maas.scripted import API_KEY, CONSUMER, HTML, PLAIN, SECRET, TOKEN, Answer, MaasServer

Tree = dict[str, t.Any]
INFO = "vmo.core.maas_machine_info"
WRONG = f"{CONSUMER}:{TOKEN}:anotherSecret4714"
TASKS: list[Tree] = [
    {INFO: {}},
    {INFO: {"hostnames": ["worker-01"], "with_objects": True}, "check_mode": True},
    {INFO: {"status": ["levitating"]}},
    {INFO: {"zones": ["rack-a"]}, "environment": {"NOTHING": "special"}},
    {INFO: {"maas_url": "nonsense"}},
    {INFO: {"maas_api_key": WRONG, "tags": ["gpu"]}},
    {INFO: {"ca_cert": "/nowhere/ca.crt"}},
]


def run(directory: Path, server: MaasServer, *, fast: bool) -> tuple[list[Tree], str]:
    """Run the tasks, and see that no secret shows."""
    connection = {"group/vmo.core.maas": {"maas_url": server.url, "maas_api_key": API_KEY}}
    results, seen = results_of(directory, TASKS, connection, fast=fast)
    assert not any(secret in seen for secret in (SECRET, TOKEN, CONSUMER, "anotherSecret4714", BMC_PASSWORD))
    return results, seen


@pytest.fixture(name="both")
def run_both(tmp_path: Path) -> tuple[list[Tree], list[Tree], str, str]:
    answers = []
    for fast in (True, False):
        with MaasServer() as server:
            fill(server, [a_machine(power_parameters={"power_pass": BMC_PASSWORD})])
            machines = Answer(body=[a_machine(power_parameters={"power_pass": BMC_PASSWORD})])
            told = f"Authorization Error: 'Invalid signature. Expected signature base string: &{SECRET}'"
            busy = Answer(503, "Unable to connect", PLAIN, (("Retry-After", "1"),))
            server.answers("GET machines/", machines, busy, machines, machines, Answer(401, told, HTML))
            answers.append(run(tmp_path, server, fast=fast))
    (here, here_text), (there, there_text) = answers
    return here, there, here_text, there_text


def test_results_are_the_same_both_ways(both: tuple[list[Tree], list[Tree], str, str]) -> None:
    here, there, here_text, there_text = both
    for number, (left, right) in enumerate(zip(here, there)):
        assert without_address(left) == without_address(right), TASKS[number]
    assert [bool(result.get("failed")) for result in here] == [False, False, True, False, True, True, True]
    codes = [result.get("error", {}).get("code") for result in here]
    assert codes == [None, None, None, None, "configuration_failed", "unauthorized", "configuration_failed"]
    # the wrong argument and the environment of its own
    assert here_text.count("run as a module, since") == 2
    assert there_text.count("run as a module, since vmo_fast_path is off") == len(TASKS) - 1


def without_address(result: Tree) -> Tree:
    """Return a result without the port, which differs between the two servers."""
    arguments = result.get("invocation", {}).get("module_args", {})
    if str(arguments.get("maas_url")).startswith("http://127.0.0.1:"):
        arguments["maas_url"] = "the server"
    return result
