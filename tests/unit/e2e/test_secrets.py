# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task hides is in no output, no process list and no file that stays behind."""

from __future__ import annotations

import base64
import typing as t

import pytest
import yaml

from tests.unit.e2e.playbook import Task
from tests.unit.e2e.stage import Stage

ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
PLANTED = {
    "inline_password": "planted-Inline-4711",
    "secret_password": "planted-Secret-4712",
    "network_password": "planted-Network-4713",
    "definition_password": "planted-Definition-4714",
    "wrong_token": "planted-Token-4715",
    "proxy_password": "planted-Proxy-4716",
    "other_proxy_password": "planted-Proxy-4717",
}


def forms(secret: str) -> t.Iterator[str]:
    """A secret as it is, and as base64 wherever it begins in the encoded text."""
    yield secret
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret.encode()).decode()
        # The first and the last characters depend on what stands beside the secret.
        yield encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]


def leaks(secrets: t.Mapping[str, str], *texts: str) -> set[str]:
    return {name for name, secret in secrets.items() for form in forms(secret) if any(form in text for text in texts)}


def machine(name: str, **options: t.Any) -> Task:
    body = {"name": name, "state": "running", "memory": "1Gi", "disks": [ROOT], **options}
    return {"name": f"Machine {name}", "vmo.core.vmo_vm": body}


def tasks(stage: Stage) -> list[Task]:
    user_data = {"chpasswd": {"users": [{"name": "root", "password": "{{ inline_password }}"}]}}
    inline = {"user_data": user_data, "store": "inline", "network_data": {"wifis": "{{ network_password }}"}}
    in_secret = {"user_data": {"password": "{{ secret_password }}"}}
    volume = {
        "name": "cloudinit",
        "cloudInitNoCloud": {"userData": "#cloud-config\npassword: {{ definition_password }}"},
    }
    bad_option = {**in_secret, "nonsense": 1}
    bad_field = {"spec": {"template": {"spec": {"nonsense": "x"}}}}
    proxy = {"proxy_basic_auth": "me:{{ proxy_password }}", "basic_auth": "me:{{ other_proxy_password }}"}
    cluster = kubeconfig_of(stage)["clusters"][0]["cluster"]
    address = {"host": cluster["server"], "ca_cert": cluster["certificate-authority"], "kubeconfig": None}
    return [
        machine("inline", cloud_init=inline),
        machine("secret", cloud_init=in_secret),
        machine("secret", cloud_init={"user_data": {"password": "{{ secret_password }}-new"}}, memory="2Gi"),
        machine("defined", definition={"spec": {"template": {"spec": {"volumes": [volume]}}}}, state="present"),
        # The server quotes the whole object, the password in it included.
        {**machine("inline", definition=bad_field), "ignore_errors": True},
        {**machine("fresh", cloud_init=inline, definition=bad_field), "ignore_errors": True},
        {**machine("inline", **address, api_key="{{ wrong_token }}"), "ignore_errors": True},
        {**machine("inline", cloud_init=bad_option), "ignore_errors": True},
        machine("inline", **address, api_key="{{ token }}", proxy_headers=proxy, memory="1Gi"),
        machine("inline", kubeconfig="{{ kubeconfig }}", memory="1Gi"),
        {"name": "Look", "vmo.core.vmo_vm_info": {"with_objects": True}},
    ]


def kubeconfig_of(stage: Stage) -> t.Any:
    return yaml.safe_load(stage.backend.kubeconfig.read_text(encoding="utf-8"))


@pytest.mark.parametrize("fast_path", [True, False], ids=["in the worker", "as a module"])
def test_no_secret_is_seen_anywhere(stage: Stage, fast_path: bool) -> None:
    kubeconfig = kubeconfig_of(stage)
    planted = {**PLANTED, "token": kubeconfig["users"][0]["user"]["token"]}
    # One that is in the mapping alone.
    other_token = stage.backend.another_token()
    kubeconfig["users"][0]["user"]["token"] = other_token
    variables = stage.directory / "variables.yml"
    variables.write_text(yaml.safe_dump({**planted, "kubeconfig": kubeconfig}))
    secrets = {**planted, "kubeconfig": other_token}

    outcome = stage.start(
        tasks(stage),
        *("-vvv", "--diff", "--extra-vars", f"@{variables}"),
        watching=True,
        module_defaults={"group/vmo.core.vmo": {"namespace": stage.namespace}},
        vars={"vmo_fast_path": fast_path},
    ).finish()

    assert outcome.status == 0, outcome.output
    assert outcome.recap["ignored"] == 4, outcome.output
    assert outcome.recap["changed"] == 4, outcome.output
    assert stage.backend.read("secrets", "secret-cloud-init") is not None
    assert PLANTED["inline_password"] in str(stage.backend.read("virtualmachines", "inline"))
    # It told all that it tells, and went the way that is meant, and its processes were seen.
    assert '"invocation": {' in outcome.output
    assert f'"before_header": "VirtualMachine {stage.namespace}/inline"' in outcome.output
    assert any("AnsiballZ_vmo_vm_info" in line for line in outcome.command_lines) is not fast_path

    assert leaks(secrets, outcome.output) == set(), outcome.output
    assert leaks(secrets, *outcome.command_lines) == set()
    assert leaks(secrets, *outcome.environments) == set()
    left = [
        path for place in ("local", "remote", "tmp") for path in (stage.directory / place).rglob("*") if path.is_file()
    ]
    assert leaks(secrets, *(path.read_bytes().decode(errors="replace") for path in left)) == set(), left
    assert outcome.complaints == []
