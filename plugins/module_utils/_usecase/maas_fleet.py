# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a fleet of MAAS machines and all that is around it.

The number of requests does not grow with the number of machines; those answers that cost a request for each machine are
asked for by name only, and of the chosen machines only. Private to vmo.core.
"""

from __future__ import annotations

import base64
import binascii
import json
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    ApiMissing,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    Unavailable,
)
from ansible_collections.vmo.core.plugins.module_utils._model.fleet import CONFIG, Fleet
from ansible_collections.vmo.core.plugins.module_utils._model.image import Image
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import mapping, text, tree, trees, whole

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ansible_collections.vmo.core.plugins.module_utils._ports import Form, JsonObject, Maas, Progress

    Read = Callable[[Maas], t.Any]

AT_ONCE = 4  # requests; a query of a BMC holds a worker of MAAS for up to a minute
EVENTS = 1000  # the most that MAAS gives in one answer

LISTS = (
    "machines",  # first: it takes the longest
    "zones",
    "resourcepools",
    "tags",
    "domains",
    "dnsresources",
    "subnets",
    "fabrics",
    "spaces",
    "ipranges",
    "static-routes",
    "rackcontrollers",
    "regioncontrollers",
    "notifications",
    "boot-resources",
)
OF_SUBNETS = {"statistics": "statistics", "addresses": "ip_addresses"}
OF_MACHINES = ("lshw", "resources", "results", "devices", "power-states")
CHEAP = frozenset({*LISTS, "version", "whoami", "importing", "config", "events", *OF_SUBNETS})

_SCRIPTS = {"lshw": "maas-lshw", "resources": "50-maas-01-commissioning"}
_CONTROLLERS = ("rackcontrollers", "regioncontrollers")
# What is missing for one of these reasons is a gap; without the others nothing can be read at all.
_GAPS = (ApiMissing, Forbidden, Invalid, NotFound, Refused, Unavailable)
_ONLY_FOR_ADMINISTRATORS = "this API key is not an administrator's, and MAAS shows such a user no controllers"


def was_commissioned(machine: Mapping[str, t.Any]) -> bool:
    """Tell whether a raw machine can have results of commissioning."""
    return bool(machine.get("current_commissioning_result_id", True)) and machine.get("commissioning_status") != -1


@dataclass(frozen=True)
class Reading:
    """What to ask for.

    ``names`` are those of ``ANSWERS``; ``filters`` choose the machines, in MAAS. ``images`` are names of images whose
    files are looked at, ``networks`` names or CIDRs of subnets that matter beside those of the machines. ``of_machine``
    chooses, by the raw machine, of which ones the answers in ``OF_MACHINES`` are read.
    """

    names: frozenset[str] = CHEAP
    filters: Form = field(default_factory=dict)
    images: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    of_machine: Callable[[Mapping[str, t.Any]], bool] = was_commissioned


def read_fleet(maas: Maas, reading: Reading, progress: Progress) -> Fleet:
    """Return the fleet; what this user may not see, or this MAAS does not have, is a gap in it.

    Raises what the list of machines raises, and ``ConnectionFailed`` or ``Unauthorized`` of any request.
    """
    asking = _Asking(maas, progress)
    asking.all({name: read for name, read in _first(reading).items() if name in reading.names})
    if "machines" in asking.gaps:
        raise asking.failures["machines"]
    asking.answers["url"] = maas.address
    if maas.seconds_ahead is not None:
        asking.answers["clock-skew"] = maas.seconds_ahead
    _doubt_empty_controllers(asking)
    _about_subnets(asking, reading)
    _about_images(asking, reading)
    _about_machines(asking, reading)
    return Fleet.of(asking.answers, asking.gaps)


class _Asking:
    """Answers and gaps as they come in."""

    def __init__(self, maas: Maas, progress: Progress) -> None:
        self._maas = maas
        self._progress = progress
        self.answers: dict[str, t.Any] = {}
        self.gaps: dict[str, str] = {}
        self.failures: dict[str, Exception] = {}

    def all(self, reads: Mapping[str, Read]) -> None:
        """Ask for several answers at once; each becomes an answer of its name, or a gap."""
        self.answers.update(self.collected(reads))

    def collected(self, reads: Mapping[str, Read]) -> dict[str, t.Any]:
        """Ask for several things at once and return what came; what did not is a gap."""
        found: dict[str, t.Any] = {}
        if not reads:
            return found
        pool = ThreadPoolExecutor(max_workers=min(AT_ONCE, len(reads)))
        try:
            running = {name: pool.submit(read, self._maas) for name, read in reads.items()}
            for number, (name, future) in enumerate(running.items(), 1):
                try:
                    found[name] = future.result()
                except _GAPS as failure:
                    self.gaps[name] = failure.message
                    self.failures[name] = failure
                self._progress.report(f"read {number} of {len(reads)} answers of MAAS, {name} last")
        finally:
            pool.shutdown(cancel_futures=True)
        return found

    def listed(self, name: str) -> tuple[Mapping[str, t.Any], ...]:
        """Return the items of an answer that is a list, none where there is no answer."""
        return trees(self.answers.get(name))


def _first(reading: Reading) -> dict[str, Read]:
    """Return the questions that do not depend on an answer."""
    reads: dict[str, Read] = {}
    for noun in LISTS:
        reads[noun] = _list(noun, reading.filters if noun == "machines" else None)
    reads["version"] = lambda maas: maas.ask("version")
    reads["whoami"] = lambda maas: maas.ask("users", "whoami")
    reads["importing"] = lambda maas: maas.ask("boot-resources", "is_importing")
    reads["config"] = _settings
    reads["events"] = lambda maas: mapping(maas.ask("events", "query", {"level": "ERROR", "limit": EVENTS})).get(
        "events"
    )
    reads["power-addresses"] = _power_addresses
    return reads


def _list(noun: str, filters: Form | None = None, of: str = "") -> Read:
    return lambda maas: maas.list_all(noun, filters, of=of)


def _settings(maas: Maas) -> dict[str, t.Any]:
    """One after the other: before 3.7.2, MAAS trips over several such questions at once."""
    found = {}
    for name in CONFIG:
        try:
            found[name] = maas.ask("maas", "get_config", {"name": name})
        except Invalid:  # this version has no such setting
            continue
    return found


def _power_addresses(maas: Maas) -> dict[str, str]:
    """Return where the BMCs are; the passwords beside the addresses go no further than here."""
    told = mapping(maas.ask("machines", "power_parameters"))
    found = {system_id: text(mapping(parameters), "power_address") for system_id, parameters in told.items()}
    return {system_id: address for system_id, address in found.items() if address}


def _doubt_empty_controllers(asking: _Asking) -> None:
    """An ordinary user is answered with an empty list, not with a refusal."""
    if mapping(asking.answers.get("whoami")).get("is_superuser"):
        return
    for name in _CONTROLLERS:
        if asking.answers.get(name) == []:
            del asking.answers[name]
            asking.gaps[name] = _ONLY_FOR_ADMINISTRATORS


def _about_subnets(asking: _Asking, reading: Reading) -> None:
    wanted = [name for name in OF_SUBNETS if name in reading.names]
    if not wanted or "subnets" not in asking.answers:
        return
    ids = sorted(_subnets_that_matter(asking, reading))
    for name in wanted:
        found = asking.collected({f"{name}:{each}": _of_subnet(each, OF_SUBNETS[name]) for each in ids})
        asking.answers[name] = {int(key.rpartition(":")[2]): answer for key, answer in found.items()}


def _of_subnet(number: int, question: str) -> Read:
    return lambda maas: maas.ask("subnets", question, name=str(number))


def _subnets_that_matter(asking: _Asking, reading: Reading) -> set[int]:
    """Return the ids of the subnets on the VLANs and links of the machines, and of those that are named."""
    vlans: set[int | None] = set()
    linked: set[int | None] = set()
    for machine in asking.listed("machines"):
        for interface in trees(machine.get("interface_set")):
            vlans.add(whole(tree(interface, "vlan"), "id"))
            linked |= {whole(tree(link, "subnet"), "id") for link in trees(interface.get("links"))}
    vlans.discard(None)
    found: set[int] = set()
    for subnet in asking.listed("subnets"):
        number = whole(subnet, "id")
        is_named = {subnet.get("name"), subnet.get("cidr")} & set(reading.networks)
        if number is not None and (number in linked or is_named or whole(tree(subnet, "vlan"), "id") in vlans):
            found.add(number)
    return found


def _about_images(asking: _Asking, reading: Reading) -> None:
    """Put the files of the images that matter to them: a list does not tell whether they are complete."""
    release = mapping(asking.answers.get("config")).get("commissioning_distro_series")
    names = [*reading.images, *([release] if reading.images and isinstance(release, str) else [])]
    rows = {}
    for row in asking.listed("boot-resources"):
        image = Image.of(row)
        if image.id is not None and any(image.is_called(name) for name in names):
            rows[f"boot-resources:{image.id}"] = row
    found = asking.collected({key: _one("boot-resources", key.rpartition(":")[2]) for key in rows})
    for key, details in found.items():
        t.cast("JsonObject", rows[key])["sets"] = mapping(details).get("sets")


def _one(noun: str, name: str) -> Read:
    return lambda maas: maas.get(noun, name)


def _about_machines(asking: _Asking, reading: Reading) -> None:
    wanted = [name for name in OF_MACHINES if name in reading.names]
    chosen = [
        str(machine.get("system_id")) for machine in asking.listed("machines") if wanted and reading.of_machine(machine)
    ]
    scripts = [name for name in wanted if name in _SCRIPTS]
    if scripts:
        _outputs(asking, scripts, chosen)
    for name in wanted:
        if name not in _SCRIPTS:
            found = asking.collected({f"{name}:{each}": _OF_MACHINE[name](each) for each in chosen})
            asking.answers[name] = _by_machine(found)


def _by_machine(found: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {key.rpartition(":")[2]: answer for key, answer in found.items()}


def _outputs(asking: _Asking, names: list[str], chosen: Iterable[str]) -> None:
    """Read what commissioning scripts printed, all of a machine with one request."""
    filters = {"filters": ",".join(_SCRIPTS[name] for name in names), "include_output": 1}

    def output(system_id: str) -> Read:
        return lambda maas: _printed(maas.ask("results", "", filters, name="current-commissioning", of=system_id))

    # A gap is one of the first name; it tells the same for the others.
    printed = _by_machine(asking.collected({f"{names[0]}:{each}": output(each) for each in chosen}))
    for name in names:
        told = {system_id: outputs.get(_SCRIPTS[name]) for system_id, outputs in printed.items()}
        if name == "resources":
            told = {system_id: _json(output) for system_id, output in told.items()}
        asking.answers[name] = {system_id: value for system_id, value in told.items() if value}
    for key in [key for key in asking.gaps if key.startswith(f"{names[0]}:")]:
        for name in names[1:]:
            asking.gaps[f"{name}:{key.rpartition(':')[2]}"] = asking.gaps[key]


def _printed(answer: t.Any) -> dict[str, str]:
    """Return what each script of a set printed, by its name."""
    return {
        text(result, "name") or "?": _decoded(result.get("stdout") or result.get("output"))
        for result in trees(mapping(answer).get("results"))
    }


def _decoded(encoded: t.Any) -> str:
    try:
        return base64.b64decode(encoded or "", validate=False).decode("utf-8", "replace")
    except (TypeError, ValueError, binascii.Error):
        return ""


def _json(printed: str | None) -> t.Any:
    try:
        return json.loads(printed or "null")
    except ValueError:
        return None


def _power_state(system_id: str) -> Read:
    def read(maas: Maas) -> t.Any:
        try:
            return maas.ask("machines", "query_power_state", name=system_id)
        except Unavailable as failure:
            return {"error": failure.message}

    return read


_OF_MACHINE: dict[str, Callable[[str], Read]] = {
    "results": lambda system_id: _list("results", of=system_id),
    "devices": lambda system_id: _list("devices", of=system_id),
    "power-states": _power_state,
}
