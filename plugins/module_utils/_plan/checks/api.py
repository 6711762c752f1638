# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.1: the API, the controllers and the settings of MAAS. Private to vmo.core."""

from __future__ import annotations

import html
import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    FAIL,
    WARN,
    Check,
    Finding,
    fail,
    good,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import text

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.fleet import Controller
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground

Findings = t.Iterator[Finding]
STUCK_DEPLOYMENTS_UNTIL = (3, 7, 3)
WRONG_IMAGES_FROM, WRONG_IMAGES_UNTIL = (3, 6, 0), (3, 7, 1)
LXD_HOSTS_UNTIL = (3, 8, 0)
IN_MEMORY_FROM = {(3, 5): (3, 5, 10), (3, 6): (3, 6, 3), (3, 7): (3, 7, 1)}
NEEDED_OF_RACKS = frozenset({"rackd", "tftp", "http", "dhcpd"})
NEEDED_OF_REGIONS = frozenset({"bind9", "dns_region", "regiond", "temporal", "temporal-worker"})


def dotted(version: t.Sequence[int]) -> str:
    """Return a version as text."""
    return ".".join(str(number) for number in version)


def _reachable(ground: Ground) -> Findings:
    if "version" in ground.fleet.gaps:
        yield fail(ground.fleet.why_unknown("version"))
    elif "version" not in ground.fleet.answers:
        yield fail("No MAAS answered.")


def _version(ground: Ground) -> Findings:
    version = ground.fleet.version
    if version is None:
        yield unknown(ground.fleet.why_unknown("version"))
        return
    minimum = ground.demands.thresholds.minimum_version
    if version < minimum:
        yield fail(f"MAAS is {dotted(version)}, at least {dotted(minimum)} is needed.", version=dotted(version))
        return
    bugs = []
    if version < STUCK_DEPLOYMENTS_UNTIL:
        bugs.append("a deployment can stay in Deploying for ever (LP2147037, until 3.7.3)")
    if WRONG_IMAGES_FROM <= version < WRONG_IMAGES_UNTIL:
        bugs.append("an image of the wrong architecture can be chosen (LP2138312, until 3.7.1)")
    if ground.demands.in_memory and version < IN_MEMORY_FROM.get(version[:2], (3, 5, 10)):
        bugs.append("deployment to memory needs 3.5.10, 3.6.3 or 3.7.1")
    if bugs:
        yield warn(f"MAAS {dotted(version)}: {'; '.join(bugs)}.", version=dotted(version))


def _auth(ground: Ground) -> Findings:
    if "whoami" in ground.fleet.gaps:
        yield fail(ground.fleet.why_unknown("whoami"))
    elif ground.fleet.username is None:
        yield unknown(ground.fleet.why_unknown("whoami"))


def _admin(ground: Ground) -> Findings:
    if ground.fleet.is_admin is None:
        yield unknown(ground.fleet.why_unknown("whoami"))
    elif not ground.fleet.is_admin:
        yield warn(
            f"The user {ground.fleet.username} is no administrator: controllers and machines of others are hidden.",
            unavailable=sorted(ground.fleet.gaps),
        )


def _clock_skew(ground: Ground) -> Findings:
    skew = ground.fleet.answers.get("clock-skew")
    if not isinstance(skew, (int, float)):
        yield unknown(ground.fleet.why_unknown("clock-skew"))
        return
    limits = ground.demands.thresholds
    said = f"The clocks of MAAS and of this host differ by {abs(skew):.0f} s"
    if abs(skew) > limits.clock_skew_fail:
        yield fail(f"{said}; from 300 s on MAAS refuses every request.", seconds=skew)
    elif abs(skew) > limits.clock_skew_warn:
        yield warn(f"{said}.", seconds=skew)


def _plaintext(ground: Ground) -> Findings:
    url = ground.fleet.answers.get("url")
    if not isinstance(url, str):
        yield unknown("The address of MAAS is not known.")
    elif not url.lower().startswith("https:"):
        yield warn("The API key travels unencrypted (http).", url=url)


def _lxd_removed(ground: Ground) -> Findings:
    version = ground.fleet.version
    if not ground.demands.lxd_hosts:
        yield skip("No LXD hosts are wanted.")
    elif version is None:
        yield unknown(ground.fleet.why_unknown("version"))
    elif version >= LXD_HOSTS_UNTIL:
        yield fail(f"MAAS {dotted(version)} has no VM hosts any more, and LXD hosts are wanted.")


def _controllers(ground: Ground, answer: str, found: tuple[Controller, ...] | None) -> Finding | None:
    if found is None:
        return unknown(ground.fleet.why_unknown(answer))
    if not found and ground.fleet.is_admin:
        return fail("There is none." if answer != "rackcontrollers" else "There is no rack controller.")
    if not found:
        return unknown("Only administrators see the controllers.")
    return None


def _services(controllers: t.Iterable[Controller], needed: frozenset[str]) -> Findings:
    for controller in controllers:
        statuses = {status for status, _info in controller.services.values()}
        if not statuses:
            yield unknown("Tells nothing of its services.", subject=controller.name)
        elif statuses == {"unknown"}:
            yield warn("Tells the state of no service: it has not connected to the region.", subject=controller.name)
        for name, (status, info) in sorted(controller.services.items()):
            said = f"The service {name} is {status}{f': {info}' if info else ''}."
            if status == "dead" and name in needed:
                yield fail(said, subject=controller.name, service=name)
            elif status in ("dead", "degraded"):
                yield warn(said, subject=controller.name, service=name)


def _rack_services(ground: Ground) -> Findings:
    missing = _controllers(ground, "rackcontrollers", ground.fleet.racks)
    if missing:
        yield missing
    yield from _services(ground.fleet.racks or (), NEEDED_OF_RACKS)


def _region_services(ground: Ground) -> Findings:
    missing = _controllers(ground, "regioncontrollers", ground.fleet.regions)
    if missing:
        yield missing
    yield from _services(ground.fleet.regions or (), NEEDED_OF_REGIONS)


def _rack_versions(ground: Ground) -> Findings:
    controllers = [*(ground.fleet.racks or ()), *(ground.fleet.regions or ())]
    versions = {
        one.name: found[1]
        for one in controllers
        for found in [re.match(r"(\d+\.\d+\.\d+)", one.version or "")]
        if found
    }
    if not versions:
        yield unknown("No controller tells its version.")
    elif len(set(versions.values())) > 1:
        told = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
        yield warn(f"The controllers run different versions: {told}.", versions=versions)


def _redundancy(ground: Ground) -> Findings:
    serving = [vlan for vlan, _machines in ground.pxe_vlans() if vlan.dhcp_on]
    if not serving or not all(vlan.racks_known for vlan in serving):
        yield unknown("It is not known which rack controllers serve the boot VLANs.")
        return
    racks = {rack for vlan in serving for rack in (vlan.primary_rack, vlan.secondary_rack) if rack}
    known = {rack.system_id for rack in ground.fleet.racks or ()}
    if len(racks | known) <= 1:
        yield warn("One rack controller alone serves the boot VLANs.", racks=sorted(racks))


def _notifications(ground: Ground) -> Findings:
    if ground.fleet.notifications is None:
        yield unknown(ground.fleet.why_unknown("notifications"))
        return
    for found in ground.fleet.notifications:
        ident = text(found, "ident") or ""
        said = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text(found, "message") or "")).split())
        if ident.startswith("deprecation"):
            continue
        if found.get("category") == "error":
            yield fail(f"MAAS reports an error: {said}", ident=ident)
        elif found.get("category") == "warning":
            yield warn(f"MAAS warns: {said}", ident=ident)


def _ntp_dns(ground: Ground) -> Findings:
    settings = ground.fleet.answers.get("config")
    for name, purpose in (("ntp_servers", "time"), ("upstream_dns", "names outside MAAS")):
        if not isinstance(settings, dict) or name not in settings:
            yield unknown(ground.fleet.why_unknown("config", name))
        elif not settings[name]:
            yield warn(f"{name} is empty: machines may have no source of {purpose}.", setting=name)


def _release_erase(ground: Ground) -> Findings:
    erase = ground.fleet.config("enable_disk_erasing_on_release")
    if not isinstance(erase, bool):
        yield unknown(ground.fleet.why_unknown("config", "enable_disk_erasing_on_release"))
    elif erase:
        yield good("Disks are erased on every release, which can take hours.")


CHECKS = (
    Check(
        "api.reachable",
        CLUSTER,
        "MAAS answers",
        FAIL,
        ("version",),
        "Check the address (it ends in /MAAS), the port, and whether it must be https.",
        _reachable,
    ),
    Check(
        "api.version",
        CLUSTER,
        "The version of MAAS is supported and free of known trouble",
        FAIL,
        ("version",),
        "Upgrade MAAS.",
        _version,
    ),
    Check(
        "api.auth",
        CLUSTER,
        "The API key is valid",
        FAIL,
        ("whoami",),
        "Make a new API key; if the text speaks of an expired timestamp, correct the clock of this host.",
        _auth,
    ),
    Check(
        "api.admin",
        CLUSTER,
        "The API key sees everything",
        WARN,
        ("whoami.is_superuser",),
        "Use the key of an administrator, or of a user who may edit the resource pool.",
        _admin,
    ),
    Check(
        "api.clock_skew",
        CLUSTER,
        "The clocks of MAAS and of this host agree",
        FAIL,
        ("header Date",),
        "Let both follow NTP.",
        _clock_skew,
    ),
    Check(
        "api.plaintext",
        CLUSTER,
        "The API is asked over TLS",
        WARN,
        ("url",),
        "Turn TLS on (maas config-tls enable) and use https.",
        _plaintext,
    ),
    Check(
        "api.lxd_removed",
        CLUSTER,
        "LXD hosts are still supported, where they are wanted",
        FAIL,
        ("version",),
        "Stay on MAAS 3.7, or do without LXD hosts.",
        _lxd_removed,
    ),
    Check(
        "rack.services",
        CLUSTER,
        "The services of the rack controllers run",
        FAIL,
        ("rackcontrollers.service_set",),
        "Restart the service; status_info tells more.",
        _rack_services,
    ),
    Check(
        "rack.versions",
        CLUSTER,
        "All controllers run one version",
        WARN,
        ("rackcontrollers.version", "regioncontrollers.version"),
        "Upgrade the controllers together.",
        _rack_versions,
    ),
    Check(
        "rack.redundancy",
        CLUSTER,
        "More than one rack controller serves the boot VLANs",
        WARN,
        ("vlan.primary_rack", "vlan.secondary_rack", "rackcontrollers"),
        "Add a second rack controller and make it the secondary_rack of the boot VLANs.",
        _redundancy,
    ),
    Check(
        "region.services",
        CLUSTER,
        "The services of the region controllers run",
        FAIL,
        ("regioncontrollers.service_set",),
        "Restart the service; status_info tells more.",
        _region_services,
    ),
    Check(
        "maas.notifications",
        CLUSTER,
        "MAAS itself reports no trouble",
        FAIL,
        ("notifications",),
        "Follow the message in the MAAS UI, then dismiss it.",
        _notifications,
    ),
    Check(
        "maas.ntp_dns",
        CLUSTER,
        "Sources of time and of names are set",
        WARN,
        ("config.ntp_servers", "config.upstream_dns"),
        "Set ntp_servers and upstream_dns in the settings of MAAS.",
        _ntp_dns,
    ),
    Check(
        "maas.release_erase",
        CLUSTER,
        "How long a release takes",
        "pass",
        ("config.enable_disk_erasing_on_release",),
        "Plan for it, or turn erasing off in the settings of MAAS.",
        _release_erase,
    ),
)
