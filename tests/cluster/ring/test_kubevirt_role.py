# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role ``kubevirt`` on a genuine cluster that begins empty: one installation, with all that may happen to it.

It has a lab of its own, so that nobody else is disturbed. An installation takes a minute, so there is one, and what is
to be shown of an empty cluster, of a half and of a fully installed one is shown on its way.
"""

from __future__ import annotations

import tempfile
import time
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.laboratory import Lab
from tests.cluster.ring.installation import CDI, DEFINITIONS, DEPLOYMENTS, KUBEVIRT, OPERATOR, Site

Tree = dict[str, t.Any]

BROKEN = {"registry.example/kubevirt": "registry.example/does-not-exist"}
WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/{}webhookconfigurations"
SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"
MACHINES = "/apis/kubevirt.io/v1/namespaces/default/virtualmachines"
NETWORK = "/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions/vlan20"
# It would be waited for a quarter of an hour.
SECONDS = 180.0


@pytest.fixture
def site(empty_lab: Lab) -> Iterator[Site]:
    # Ansible has sockets there, and the path of a socket is short.
    with tempfile.TemporaryDirectory(prefix="vmo-") as directory:
        site = Site(empty_lab, Path(directory))
        yield site
        site.close()


def conditions(found: Tree | None) -> dict[str, str]:
    return {one["type"]: one["status"] for one in (found or {}).get("status", {}).get("conditions", [])}


def is_deployed(site: Site) -> bool:
    found = [site.read(path) or {} for path in (KUBEVIRT, CDI)]
    return all(one.get("status", {}).get("phase") == "Deployed" for one in found) and all(
        (conditions(one).get("Available"), conditions(one).get("Degraded")) == ("True", "False") for one in found
    )


def image(site: Site) -> str:
    found = site.read(OPERATOR)
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"]) if found else ""


def foreseen(site: Site, **variables: t.Any) -> list[str]:
    """Return what check mode would change; it writes nothing."""
    outcome = site.run("--check", "--diff", **variables)
    assert site.writes == []
    assert bool(outcome.recap["changed"]) is bool(site.changed)
    return site.changed


def done(site: Site, **variables: t.Any) -> list[str]:
    """Return what the role has changed."""
    outcome = site.run("--diff", **variables)
    assert bool(outcome.recap["changed"]) is bool(site.changed)
    return site.changed


def test_from_an_empty_cluster_to_kubevirt_and_back(site: Site) -> None:
    an_image_that_cannot_be_pulled_is_told_within_seconds(site)
    a_killed_run_is_taken_up_by_the_next_one(site)
    nothing_is_changed_the_second_time(site)
    an_upgrade_over_more_than_one_minor_version_is_refused(site)
    a_webhook_that_is_down_is_told_and_mended(site)
    a_machine_is_not_uninstalled(site)
    what_was_installed_goes_and_nothing_else(site)


def an_image_that_cannot_be_pulled_is_told_within_seconds(site: Site) -> None:
    settings = {"infra": {"replicas": 1}, "failure_grace": 3}
    wish: Tree = {"kubevirt_registries": BROKEN, "kubevirt_settings": settings, **site.addons}
    said = foreseen(site, **wish)
    assert site.names(DEFINITIONS) == set()

    outcome = site.fail(**wish)
    assert site.waited < SECONDS
    assert "registry.example/does-not-exist/virt-operator" in outcome.output
    assert "ImagePullBackOff" in outcome.output or "ErrImagePull" in outcome.output
    # What was foreseen has happened, but for what waits for the image.
    applied = {asked.target.split("/")[1] for asked in site.writes if asked.verb == "patch"}
    assert {text.split()[-1] for text in said} == applied
    assert t.cast("Tree", site.read(NETWORK))["spec"]["config"]


def a_killed_run_is_taken_up_by_the_next_one(site: Site) -> None:
    run = site.begin()
    try:
        site.admin.until(lambda: "does-not-exist" not in image(site) or run.process.poll() is not None, 240.0)
        assert run.process.poll() is None, run.finish().output
    finally:
        run.kill()
    assert not is_deployed(site)

    said = foreseen(site)
    assert said
    assert done(site) == said
    assert is_deployed(site)
    found = t.cast("Tree", site.read(KUBEVIRT))
    assert found["status"]["observedKubeVirtVersion"] == f"v{site.version}"


def nothing_is_changed_the_second_time(site: Site) -> None:
    assert foreseen(site, **site.addons) == []
    before = [t.cast("Tree", site.read(path))["metadata"]["generation"] for path in (KUBEVIRT, CDI, OPERATOR)]
    assert done(site, **site.addons) == []
    after = [t.cast("Tree", site.read(path))["metadata"]["generation"] for path in (KUBEVIRT, CDI, OPERATOR)]
    assert before == after


def an_upgrade_over_more_than_one_minor_version_is_refused(site: Site) -> None:
    minor = int(site.version.split(".")[1])
    outcome = site.fail(kubevirt_version=f"1.{minor + 4}.0", kubevirt_manifest="")
    assert " → ".join(f"1.{minor + step}" for step in range(5)) in outcome.output
    assert site.writes == []


def a_webhook_that_is_down_is_told_and_mended(site: Site) -> None:
    scale = f"{OPERATOR}/scale"
    site.admin.must("PATCH", scale, {"spec": {"replicas": 0}})
    pods = "/api/v1/namespaces/kubevirt/pods?labelSelector=kubevirt.io%3Dvirt-operator"
    site.admin.until(lambda: not site.names(pods))
    begin = time.monotonic()
    outcome = site.fail(entry="configure", kubevirt_settings={"cpu_allocation_ratio": 8})
    assert time.monotonic() - begin < SECONDS
    assert "webhook" in outcome.output
    assert "kubevirt-operator-webhook" in outcome.output

    assert done(site) == ["Deployment virt-operator"]
    assert is_deployed(site)


def a_machine_is_not_uninstalled(site: Site) -> None:
    spec = {"runStrategy": "Halted", "template": {"spec": {"domain": {"devices": {}, "memory": {"guest": "1Gi"}}}}}
    head = {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": {"name": "web-01"}}
    site.admin.must("POST", MACHINES, {**head, "spec": spec})
    outcome = site.fail(kubevirt_state="absent")
    assert "VirtualMachine" in outcome.output
    assert "default/web-01" in outcome.output
    assert site.writes == []
    site.admin.must("DELETE", f"{MACHINES}/web-01")
    site.admin.until(lambda: site.read(f"{MACHINES}/web-01") is None)


def what_was_installed_goes_and_nothing_else(site: Site) -> None:
    definitions = site.names(DEFINITIONS)
    said = foreseen(site, kubevirt_state="absent")
    assert done(site, kubevirt_state="absent") == said

    assert [site.read(path) for path in (KUBEVIRT, CDI)] == [None, None]
    assert {name: site.names(DEPLOYMENTS.format(name)) for name in ("kubevirt", "cdi")} == {
        "kubevirt": set(),
        "cdi": set(),
    }
    for kind in ("validating", "mutating"):
        assert not {name for name in site.names(WEBHOOKS.format(kind)) if name.startswith(("virt-", "cdi-"))}
    assert not {name for name in site.names(SERVICES) if "subresources.kubevirt.io" in name or "upload.cdi" in name}
    # The operators' own definitions and the namespaces stay, as does what is not of KubeVirt.
    assert {"kubevirts.kubevirt.io", "cdis.cdi.kubevirt.io"} <= site.names(DEFINITIONS) <= definitions
    assert {"kubevirt", "cdi"} <= site.names("/api/v1/namespaces")
    assert site.read(NETWORK) is not None

    assert done(site, kubevirt_state="absent") == []
