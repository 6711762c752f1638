# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``kubevirt_manifest``: the text of a manifest becomes objects, and nothing in it is a template."""

from __future__ import annotations

import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.filter.kubevirt_manifest import FilterModule, kubevirt_manifest

TEXT = """
---
# nothing but words
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: virt-operator, namespace: kubevirt, creationTimestamp: null}
spec:
  template:
    spec:
      containers:
        - name: virt-operator
          image: quay.io/kubevirt/virt-operator:v1.8.0
          env:
            - {name: VIRT_OPERATOR_IMAGE, value: "quay.io/kubevirt/virt-operator:v1.8.0"}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: kubevirts.kubevirt.io, annotations: {made: 2026-01-31T08:15:00Z, of: "{{ 6 * 7 }}"}}
---
apiVersion: v1
kind: Namespace
metadata: {name: kubevirt}
"""
PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact:
        objects: "{{ lookup('ansible.builtin.file', text_of, rstrip=false)
          | vmo.core.kubevirt_manifest(registries={'quay.io': 'mirror.example'}, pull_secrets=['mirror']) }}"
      vars: {text_of: "TEXT"}
    - ansible.builtin.assert:
        that:
          - objects | map(attribute='kind') | list == ['Namespace', 'CustomResourceDefinition', 'Deployment']
          - objects[1].metadata.annotations.of | length == 11
          - pod.containers[0].image == 'mirror.example/kubevirt/virt-operator:v1.8.0'
          - pod.imagePullSecrets[0].name == 'mirror'
          - release.action == 'upgrade'
          - not blockers
          - prospect.known | length == 2
      vars:
        pod: "{{ objects[2].spec.template.spec }}"
        release: "{{ {'version': 'v1.4.0'} | vmo.core.kubevirt_release(version='1.5.0', pinned='1.8.0') }}"
        blockers: "{{ {'VirtualMachine': []} | vmo.core.kubevirt_blockers }}"
        prospect: "{{ objects | vmo.core.kubevirt_foreseen(namespaces=[], crds=[]) }}"
"""


def test_objects_come_in_the_order_in_which_they_can_be_applied() -> None:
    objects = kubevirt_manifest(TEXT)
    assert [found["kind"] for found in objects] == ["Namespace", "CustomResourceDefinition", "Deployment"]
    # a date is a text, as it is for Kubernetes
    assert objects[1]["metadata"]["annotations"]["made"] == "2026-01-31T08:15:00Z"
    assert objects[2]["metadata"]["creationTimestamp"] is None
    assert FilterModule().filters() == {"kubevirt_manifest": kubevirt_manifest}


def test_images_and_secrets_of_a_mirror() -> None:
    objects = kubevirt_manifest(TEXT, registries={"quay.io/kubevirt": "mirror.example/kv"}, pull_secrets=["mirror"])
    pod = objects[2]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["image"] == container["env"][0]["value"] == "mirror.example/kv/virt-operator:v1.8.0"
    assert pod["imagePullSecrets"] == [{"name": "mirror"}]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("<html>Not Found</html>", {}, "the text is no manifest: document 1 is no object of Kubernetes."),
        ("", {}, "the text is no manifest: the text holds no object"),
        ("a: [", {}, "the text is no YAML, line "),
        ("a: b\n  c: d", {}, "the text is no YAML, line 2: "),
        (b"a", {}, "the text of a manifest is needed, not bytes"),
        (TEXT, {"registries": ["quay.io"]}, "is no mapping of texts to texts"),
        (TEXT, {"registries": {"quay.io": None}}, "is no mapping of texts to texts"),
        (TEXT, {"pull_secrets": "mirror"}, "is no list of names"),
    ],
)
def test_what_is_no_manifest_is_told_in_a_sentence(text: t.Any, options: dict[str, t.Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError) as refusal:
        kubevirt_manifest(text, **options)
    assert "vmo.core.kubevirt_manifest: " in str(refusal.value)
    assert message in str(refusal.value)


def test_a_playbook_takes_no_part_of_a_manifest_for_a_template(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text(TEXT, encoding="utf-8")
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(PLAYBOOK.replace("TEXT", str(manifest)), encoding="utf-8")
    program = Path(sys.executable).with_name("ansible-playbook")
    done = subprocess.run(
        [program, "-i", "localhost,", "-c", "local", str(playbook)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
