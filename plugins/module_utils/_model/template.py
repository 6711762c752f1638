# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VM templates: Palette's VmTemplate, KubeVirt's VirtualMachineTemplate, and what a virtual machine is made of.

Private to vmo.core.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Tree = dict[str, t.Any]
TEMPLATE = "VmTemplate"
# Where Palette's generations serve it, the documented place first (facts/palette-vmo.md 3.1).
API_VERSIONS = ("spectrocloud.com/v1", "virtualization.spectrocloud.com/v1beta1", "spectrocloud.com/v1beta1")
PLURAL = "vmtemplates"
# KubeVirt's own: 1.8 serves the second, 1.9 both (facts/kubevirt.md 0)
PARAMETERIZED = "VirtualMachineTemplate"
PARAMETERIZED_GROUP = "template.kubevirt.io"
PARAMETERIZED_VERSIONS = (f"{PARAMETERIZED_GROUP}/v1beta1", f"{PARAMETERIZED_GROUP}/v1alpha1")
_PARAMETERIZED_PLURAL = "virtualmachinetemplates"
# what a template has beside the machine
CATALOGUE = ("displayName", "description", "icon", "message")
# the same, with what only KubeVirt's own has: see _words/parameterized.py
BESIDE_MACHINE = (*CATALOGUE, "parameters", "machine")
# Palette writes these; a task never does (facts/palette-vmo.md 3.6)
SYSTEM_ANNOTATIONS = (
    "vmo-manager.spectrocloud.com/snapshot-policy",
    "kubevirt.io/disablePCIHole64",
    "app.kubernetes.io/managed-by",
)
# what of them is meant for the VMs
MEANT_FOR_VMS = SYSTEM_ANNOTATIONS[:2]
# the domains of labels and annotations by which tools know what they made: a copy would pass for theirs
_TOOLS = ("app.kubernetes.io", "kubectl.kubernetes.io", "helm.sh", "argoproj.io", "fluxcd.io", "spectrocloud.com")
_OWN = "vmo.core"
# what a VM tells of the template that it was made from
TRACE = "vmo.core/template"
TRACE_DIGEST = "vmo.core/template-digest"
TRACE_VALUES = "vmo.core/template-values"
UPDATES = ("always", "never")


def kind_at(api_version: str, plural: str = PLURAL) -> Kind:
    """Return the kind of templates at an ``apiVersion``; the plural is that of Palette's."""
    group, _slash, version = api_version.rpartition("/")
    if group == PARAMETERIZED_GROUP:
        return Kind(group, version, _PARAMETERIZED_PLURAL, PARAMETERIZED)
    return Kind(group, version, plural, TEMPLATE)


def is_parameterized(kind: Kind) -> bool:
    """Tell whether these templates are KubeVirt's own."""
    return kind.group == PARAMETERIZED_GROUP


class Served(t.NamedTuple):
    """The kind as the cluster serves it, and whether its objects live in namespaces."""

    kind: Kind
    namespaced: bool


def served_in(api_version: str, resources: Iterable[Mapping[str, t.Any]]) -> Served | None:
    """Find templates among the resources of an ``apiVersion``, as discovery lists them."""
    for resource in resources:
        name = str(resource.get("name"))
        if resource.get("kind") == TEMPLATE and "/" not in name:
            return Served(kind_at(api_version, name), bool(resource.get("namespaced")))
    return None


def is_system_annotation(name: str) -> bool:
    """Tell whether an annotation belongs to Palette."""
    return name in SYSTEM_ANNOTATIONS


def in_domain(name: str, domains: Iterable[str]) -> bool:
    """Tell whether a label or annotation belongs to one of these domains, or to one below them."""
    domain = name.rpartition("/")[0]
    return any(domain == one or domain.endswith(f".{one}") for one in domains)


def is_of_a_tool(name: str) -> bool:
    """Tell whether a label or annotation says who made or keeps an object, so that it is not copied to another."""
    return in_domain(name, (*_TOOLS, _OWN)) and name not in MEANT_FOR_VMS


def display_name(template: Mapping[str, t.Any]) -> str:
    """Return the title of a template's card, its name if it has none."""
    return str(dig(template, "spec.displayName") or dig(template, "metadata.name", ""))


@dataclass(frozen=True)
class WantedTemplate:
    """One template of one task.

    ``options`` are the words of the machine as the task wrote them, ``definition`` the part in the API's words.
    ``whole`` is a machine and its catalogue fields that was read from a file or a VM, and that the template shall
    equal where options do not say otherwise. All three may hold secrets, so they never show.
    """

    name: str
    state: str = "present"
    options: Mapping[str, t.Any] = field(default_factory=dict, repr=False)
    definition: Mapping[str, t.Any] = field(default_factory=dict, repr=False)
    whole: Mapping[str, t.Any] | None = field(default=None, repr=False)
    update: str = "always"
    allow_inline_secrets: bool = True

    @property
    def subject(self) -> str:
        """Return how messages call the template."""
        return f"template {self.name}"


@dataclass(frozen=True)
class Filling:
    """What stands in for the parameters of a template.

    ``values`` has them all. ``generated`` names those that nobody chose: a VM keeps what it got. ``own`` names those
    that say which VM it is. Any value may be a password.
    """

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    generated: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Blueprint:
    """What a VM is made from. ``body`` is a VirtualMachine without identity, ``None`` if there is none of that name.

    ``lack`` says why there is none, ``run_strategy`` what the template says of the power state. Of a template with
    parameters, ``source`` is the VirtualMachine with its references, and ``filling`` what ``body`` has in their place.
    ``kept`` are the values that the VM remembers: they are generated, and stand in it where everybody can read them.
    """

    name: str
    body: Mapping[str, t.Any] | None = field(default=None, repr=False)
    digest: str = ""
    run_strategy: str | None = None
    lack: str = ""
    source: Mapping[str, t.Any] | None = field(default=None, repr=False)
    filling: Filling = Filling()
    kept: str = ""

    @property
    def marks(self) -> dict[str, str]:
        """Return all annotations of a VM that was made from it."""
        return {**self.trace, **({TRACE_VALUES: self.kept} if self.kept else {})}

    @property
    def trace(self) -> dict[str, str]:
        """Return the annotations by which a VM tells what it was made from."""
        return {TRACE: self.name, TRACE_DIGEST: self.digest}
