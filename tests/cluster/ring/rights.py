# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rights, as the README tells them to users: what is tested is what is written there."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable

import yaml

from tests.tools.sizes import CHECKOUT

Tree = dict[str, t.Any]


class Right(t.NamedTuple):
    """One verb on one resource; a subresource stands behind a slash."""

    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}"


def of_readme(name: str = "vmo-vm") -> frozenset[Right]:
    """Return the rights of a Role in the README, by its name: that for VMs unless another one is asked for."""
    return _of_document("Role", name)


def of_cluster_role(name: str) -> frozenset[Right]:
    """Return the rights of a ClusterRole in the README."""
    return _of_document("ClusterRole", name)


def _of_document(kind: str, name: str) -> frozenset[Right]:
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    documents = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    (role,) = (
        document
        for document in documents
        if isinstance(document, dict) and document.get("kind") == kind and document["metadata"]["name"] == name
    )
    return of_rules(role["rules"])


def of_rules(rules: t.Iterable[Tree]) -> frozenset[Right]:
    """Return what a Role, or a review of it, says."""
    return frozenset(
        Right(group, resource, verb)
        for rule in rules
        for group in rule.get("apiGroups", ())
        for resource in rule.get("resources", ())
        for verb in rule["verbs"]
    )


def rules(rights: Iterable[Right]) -> list[Tree]:
    """Return the rules of a Role with these rights."""
    return [
        {"apiGroups": [right.group], "resources": [right.resource], "verbs": [right.verb]} for right in sorted(rights)
    ]
