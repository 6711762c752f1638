# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.8: what Palette and its Cluster API provider for MAAS stumble over. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    FAIL,
    MACHINE,
    WARN,
    Check,
    Finding,
    fail,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.demands import CONTROL_PLANE
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import text, texts, trees, whole
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import gb, named
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground

Findings = t.Iterator[Finding]
PCG_SIZES = (1, 3)
INSTALLATION_RESULT = 1
MARGIN = 1.2
OUT_OF_SERVICE = ("maas-lxd-host-maintenance", "maas-lxd-host-noschedule")


def _pcg_capacity(ground: Ground) -> Findings:
    role = ground.demands.role(CONTROL_PLANE)
    if ground.demands.preset != "palette_pcg" or role is None:
        yield skip("No Private Cloud Gateway is planned.")
    elif role.count not in PCG_SIZES:
        yield fail(f"A Private Cloud Gateway has 1 or 3 machines, not {role.count}.", subject=role.name)


def _pool_visible(ground: Ground) -> Findings:
    pools = ground.fleet.pools
    for team in ground.teams:
        if team.role.pool is None:
            continue
        if pools is None:
            yield unknown(ground.fleet.why_unknown("resourcepools"), subject=team.role.name)
        elif team.role.pool not in pools:
            said = f"The user {ground.fleet.username or 'of this key'} sees no resource pool {team.role.pool}."
            yield fail(said, subject=team.role.name, pools=list(pools))


def _timeout(ground: Ground) -> Findings:
    given = ground.demands.startup_timeout
    if given is None:
        yield skip("No time for the start of a node is named.")
        return
    measured = [seconds for machine in ground.candidates for seconds in [_deployment(machine, ground)] if seconds]
    if not measured:
        yield unknown("No deployment of these machines was measured yet.")
    elif given < max(measured) * MARGIN:
        said = f"Nodes may take {given} s to start; the slowest deployment took {max(measured):.0f} s."
        yield warn(said, seconds=max(measured))


def _deployment(machine: Machine, ground: Ground) -> float | None:
    """Return how long the last deployment took, from the times of its scripts."""
    times: list[float] = []
    for found in trees(ground.fleet.about("results", machine.system_id)):
        if whole(found, "type") == INSTALLATION_RESULT:
            for result in trees(found.get("results")):
                times += [float(time) for name in ("starttime", "endtime") for time in [whole(result, name)] if time]
    return max(times) - min(times) if times else None


def _multi_nic_ip(ground: Ground) -> Findings:
    if ground.demands.preferred_subnets:
        return
    for team in ground.teams:
        if team.role.name != CONTROL_PLANE:
            continue
        several_nets = [machine for machine in team.fit if len(_subnets(machine)) > 1]
        if several_nets:
            said = f"have addresses in several subnets, and none is preferred: {several(named(several_nets))}."
            yield warn(
                f"Control-plane machines {said} The name of the API may get the wrong one.", subject=CONTROL_PLANE
            )


def _subnets(machine: Machine) -> set[str]:
    return {
        link.subnet.label
        for item in machine.layout.in_use()
        for link in item.links
        if link.subnet is not None and link.mode != "link_up"
    }


def _erase(ground: Ground) -> Findings:
    erase = ground.fleet.config("enable_disk_erasing_on_release")
    if not isinstance(erase, bool):
        yield unknown(ground.fleet.why_unknown("config", "enable_disk_erasing_on_release"))
        return
    if not erase or ground.fleet.config("disk_erase_with_quick_erase") is True:
        return
    limit = ground.demands.thresholds.erase_disk_gb * 1000**3
    sizes = {machine.name: max((disk.size or 0 for disk in machine.disks), default=0) for machine in ground.candidates}
    large = sorted(name for name, size in sizes.items() if size >= limit)
    if large:
        said = f"Every release erases disks of up to {gb(max(sizes.values()))}: repaving takes hours."
        yield warn(said, machines=large)


def _dns_ttl(ground: Ground) -> Findings:
    endpoint = ground.demands.api_endpoint
    if ground.before or endpoint is None:
        yield skip("No name of the API is to be looked at.")
        return
    records = ground.fleet.answers.get("dnsresources")
    if not isinstance(records, list):
        yield unknown(ground.fleet.why_unknown("dnsresources"), subject=endpoint)
        return
    told: set[str] = set()
    for record in trees(records):
        if (text(record, "fqdn") or "").lower() == endpoint.lower():
            told |= {text(one, "ip") or "" for one in trees(record.get("ip_addresses"))}
            told |= set(texts(record.get("ip_addresses")))
    if not told:
        yield fail("MAAS has no such DNS record, or it is empty.", subject=endpoint)
        return
    team = next((team for team in ground.teams if team.role.name == CONTROL_PLANE), None)
    missing = [machine for machine in (team.candidates if team else ()) if machine.addresses]
    missing = [machine for machine in missing if not set(machine.addresses) & told]
    if missing:
        yield fail(f"The record lacks {several(named(missing))}.", subject=endpoint, addresses=sorted(told))


def _maint_tags(machine: Machine, _ground: Ground) -> Findings:
    if not machine.tells("tag_names"):
        yield unknown("MAAS does not tell the tags.")
    found = sorted(tag for tag in machine.tags if tag.startswith(OUT_OF_SERVICE))
    if found:
        yield warn(f"is tagged as out of service: {several(found)}.", tags=found)


CHECKS = (
    Check(
        "p.pcg_capacity",
        CLUSTER,
        "A Private Cloud Gateway has 1 or 3 machines",
        FAIL,
        ("demands",),
        "Ask for 1 machine, or for 3 in production; their size is judged by c.cpu, c.memory and s.boot_disk.",
        _pcg_capacity,
    ),
    Check(
        "p.pool_visible",
        CLUSTER,
        "The user of the key sees the resource pools",
        FAIL,
        ("resourcepools",),
        "Correct the name, or give the user rights on the pool.",
        _pool_visible,
    ),
    Check(
        "p.timeout",
        CLUSTER,
        "Nodes have time enough to start",
        WARN,
        ("results of the installation",),
        "Raise nodeStartupTimeout of the machine health check.",
        _timeout,
    ),
    Check(
        "p.multi_nic_ip",
        CLUSTER,
        "It is clear which address of a control-plane machine counts",
        WARN,
        ("interface_set.links",),
        "Name preferred_subnets (ConfigMap maas-preferred-subnet, key preferredSubnets).",
        _multi_nic_ip,
    ),
    Check(
        "p.erase",
        CLUSTER,
        "A release does not take hours",
        WARN,
        ("config.enable_disk_erasing_on_release", "config.disk_erase_with_quick_erase", "physicalblockdevice_set.size"),
        "Use quick erase, or turn erasing off.",
        _erase,
    ),
    Check(
        "p.dns_ttl",
        CLUSTER,
        "The name of the API has the addresses of all control-plane machines",
        FAIL,
        ("dnsresources", "ip_addresses"),
        "Correct the DNS record in MAAS; look at the log of the Cluster API provider.",
        _dns_ttl,
    ),
    Check(
        "p.maint_tags",
        MACHINE,
        "It is not tagged as out of service",
        WARN,
        ("tag_names",),
        "Remove the tag when the maintenance is over.",
        _maint_tags,
    ),
)
