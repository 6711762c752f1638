# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the machines that a task names, and what their plans need to know. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, NotFound
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import mapping, text, trees
from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
from ansible_collections.vmo.core.plugins.module_utils._model.network import Subnet, Vlan
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.found import Surroundings
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.readiness import HELD, is_known
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_machine_options import MAC, normal_mac

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import WantedMachine
    from ansible_collections.vmo.core.plugins.module_utils._ports import JsonObject, Maas

    Pairs = t.Sequence[tuple[WantedMachine, JsonObject]]
    # names of what an earlier task would have made: pools and tags
    Foreseen = t.Mapping[str, t.Any]

# the letters and the length that MAAS gives a system_id
_SYSTEM_ID = re.compile(r"[34678abcdefghkmnpqrstwxy]{6}")
# a request line has its limits
_AT_ONCE = 100


def find(maas: Maas, wanted: t.Sequence[WantedMachine]) -> dict[str, JsonObject | NotFound]:
    """Return each machine as MAAS tells it, or why it is not known, by the name that the task gives it.

    One list of machines is read, a second and a third one where host names, ids and MAC addresses are mixed. Raises
    ``InvalidOption`` where two names mean one machine.
    """
    names = [each.name for each in wanted]
    macs = [name for name in names if MAC.fullmatch(name)]
    found: dict[str, JsonObject] = {}
    if macs:
        _match(found, macs, _listed(maas, "mac_address", [normal_mac(name) for name in macs]))
    plain = [name for name in names if name not in macs]
    ids = [name for name in plain if _SYSTEM_ID.fullmatch(name)]
    if ids:
        _match(found, ids, _listed(maas, "id", ids))
    left = [name for name in plain if name not in found]
    if left:
        hosts = sorted({name.lower().partition(".")[0] for name in left})
        _match(found, left, _listed(maas, "hostname", hosts))
    _check_distinct(found)
    return {name: found[name] if name in found else _not_found(name) for name in names}


def by_id(maas: Maas, ids: t.Sequence[str]) -> dict[str, JsonObject]:
    """Return machines by their ``system_id``, those that are gone left out."""
    return {str(raw.get("system_id")): raw for raw in _listed(maas, "id", ids)}


def _listed(maas: Maas, filter_name: str, values: t.Sequence[str]) -> list[JsonObject]:
    return [
        raw
        for start in range(0, len(values), _AT_ONCE)
        for raw in maas.list_all("machines", {filter_name: values[start : start + _AT_ONCE]})
    ]


def _match(found: dict[str, JsonObject], names: t.Iterable[str], listed: t.Sequence[JsonObject]) -> None:
    known: dict[str, JsonObject] = {}
    for raw in listed:
        machine = Machine.of(raw)
        macs = {interface.mac for interface in machine.layout.interfaces if interface.mac}
        known.update(dict.fromkeys(machine.names | macs, raw))
    for name in names:
        key = normal_mac(name) if MAC.fullmatch(name) else name.lower()
        if key in known:
            found[name] = known[key]


def _not_found(name: str) -> NotFound:
    return NotFound(f"MAAS has no machine {name} that the user of this API key may see; check the name.", name=name)


def _check_distinct(found: t.Mapping[str, JsonObject]) -> None:
    names: dict[t.Any, str] = {}
    for name, raw in found.items():
        other = names.setdefault(raw.get("system_id"), name)
        if other != name:
            raise InvalidOption(f"{other} and {name} are one machine; name it once.", option="name")


def look_around(maas: Maas, pairs: Pairs, foreseen: Foreseen) -> tuple[Surroundings, dict[str, dict[str, str]]]:
    """Return what the plans need beside the machines, and the power parameters that the task names by ``system_id``.

    Only what matters is read: the number of requests does not grow with that of machines. Raises ``InvalidOption`` for
    pools and the like that are neither there nor foreseen.
    """
    _check_names(maas, pairs, foreseen)
    with_network = [wanted for wanted, _raw in pairs if wanted.interfaces or wanted.gateway]
    subnets: tuple[Subnet, ...] = ()
    vlans: tuple[Vlan, ...] = ()
    if with_network:
        subnets = tuple(Subnet.of(raw) for raw in maas.list_all("subnets"))
        fabrics = maas.list_all("fabrics")
        vlans = tuple(Vlan.of(raw) for fabric in fabrics for raw in trees(fabric.get("vlans")))
    fresh = [wanted for wanted, raw in pairs if wanted.ready and not is_known(Machine.of(raw)) and _lays_out(wanted)]
    around = Surroundings(
        subnets=subnets,
        vlans=vlans,
        me=_who_asks(maas) if any(_has_owner(wanted, raw) for wanted, raw in pairs) else None,
        default_layout=_setting(maas, "default_storage_layout", "flat") if fresh else "flat",
        boot_link=_setting(maas, "default_boot_interface_link_type", "auto") if fresh else "auto",
    )
    return around, _power_parameters(maas, pairs)


def _lays_out(wanted: WantedMachine) -> bool:
    return bool(wanted.storage or wanted.interfaces or wanted.gateway)


def _has_owner(wanted: WantedMachine, raw: JsonObject) -> bool:
    return raw.get("status") in HELD and bool(raw.get("owner")) and not wanted.permissions.change_owned


def _who_asks(maas: Maas) -> str | None:
    return text(mapping(maas.ask("users", "whoami")), "username")


def _setting(maas: Maas, name: str, otherwise: str) -> str:
    value = maas.ask("maas", "get_config", {"name": name})
    return value if isinstance(value, str) and value else otherwise


def _check_names(maas: Maas, pairs: Pairs, foreseen: Foreseen) -> None:
    """Look up only names that would change something: those that are in use are there."""
    for noun, option in (("resourcepools", "pool"), ("zones", "zone"), ("domains", "domain")):
        asked = {
            name
            for wanted, raw in pairs
            for name in [getattr(wanted, option)]
            if name is not None and mapping(raw.get(option)).get("name") != name
        }
        if asked:
            known = {text(each, "name") for each in maas.list_all(noun)}
            _missing(option, sorted(asked - known - set(foreseen.get(f"{option}s") or ())))
    _check_tags(maas, pairs, set(foreseen.get("tags") or ()))


def _missing(option: str, names: t.Sequence[str]) -> None:
    if names:
        plural = "" if len(names) == 1 else "s"
        raise InvalidOption(f"{option}: MAAS has no {option}{plural} {', '.join(names)}; make it first.", option=option)


def _check_tags(maas: Maas, pairs: Pairs, foreseen: set[str]) -> None:
    added: set[str] = set()
    changed: set[str] = set()
    for wanted, raw in pairs:
        has = set(raw.get("tag_names") or ())
        added |= set(wanted.tags) - has
        changed |= (set(wanted.tags) - has) | (set(wanted.without_tags) & has)
    if not changed:
        return
    tags = {text(tag, "name"): tag for tag in maas.list_all("tags")}
    _missing("tag", sorted(added - tags.keys() - foreseen))
    automatic = sorted(name for name in changed if text(tags.get(name, {}), "definition"))
    if automatic:
        raise InvalidOption(
            f"tags: {automatic[0]} is set by MAAS from a definition, which would undo this; change its definition.",
            option="tags",
        )


def _power_parameters(maas: Maas, pairs: Pairs) -> dict[str, dict[str, str]]:
    """Return of each machine the parameters that the task names: none of the others leaves this function."""
    asked = {
        str(raw.get("system_id")): wanted.power.params
        for wanted, raw in pairs
        if wanted.power is not None and wanted.power.params
    }
    if not asked:
        return {}
    answer = mapping(maas.ask("machines", "power_parameters", {"id": sorted(asked)}))
    return {
        system_id: {name: str(told[name]) for name in params if told.get(name) is not None}
        for system_id, params in asked.items()
        for told in [mapping(answer.get(system_id))]
    }
