# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The region itself: version, users, controllers, images, settings, events, notifications and names."""

from __future__ import annotations

import json
import time
from urllib.parse import urlencode

from tests.sim.maas import machine_documents as documents
from tests.sim.maas.model import DnsResource, Domain, Image, Object
from tests.sim.maas.wire import JSON, ROUTES, Answer, Call, invalid, missing, refuse

API = documents.API
_CAPABILITIES = [
    "networks-management", "static-ipaddresses", "ipv6-deployment-ubuntu", "devices-management",
    "storage-deployment-ubuntu", "network-deployment-ubuntu", "bridging-interface-ubuntu",
    "bridging-automatic-ubuntu", "authenticate-api",
]  # fmt: skip
_LEVELS = ("DEBUG", "AUDIT", "INFO", "WARNING", "ERROR", "CRITICAL")
_MOST_EVENTS = 1000


@ROUTES.on("GET version/", anonymous=True)
def version(call: Call) -> Object:
    return {"capabilities": _CAPABILITIES, "version": call.world.version, "subversion": ""}


def _user(name: str, is_superuser: bool) -> Object:
    return {
        "is_superuser": is_superuser, "username": name, "email": f"{name}@example.com", "is_local": True,
        "resource_uri": f"{API}users/{name}/",
    }  # fmt: skip


@ROUTES.on("GET users/ whoami")
def whoami(call: Call) -> Object:
    return _user(call.user.username, call.user.is_superuser)


@ROUTES.on("GET users/")
def list_users(call: Call) -> list[Object]:
    del call
    return [_user("MAAS", is_superuser=True), _user("admin", is_superuser=True), _user("user1", is_superuser=False)]


@ROUTES.on("GET rackcontrollers/")
def list_racks(call: Call) -> list[Object]:
    """Empty for an ordinary user, who may not see controllers."""
    racks = call.world.racks if call.user.is_superuser else []
    return [documents.controller(call.world, found, "rackcontrollers") for found in racks]


@ROUTES.on("GET regioncontrollers/")
def list_regions(call: Call) -> list[Object]:
    regions = call.world.regions if call.user.is_superuser else []
    return [documents.controller(call.world, found, "regioncontrollers") for found in regions]


@ROUTES.on("GET rackcontrollers/{system_id}/ list_boot_images", admin=True)
def list_boot_images(call: Call, system_id: str) -> Object:
    """Deprecated: it claims ``synced`` whatever the rack has."""
    if all(rack.system_id != system_id for rack in call.world.racks):
        raise missing("RackController")
    images = [
        {"name": i.name, "architecture": i.architecture.split("/")[0], "subarches": _subarches(i).split(",")}
        for i in call.world.images.values()
    ]
    return {"images": images, "connected": True, "status": "synced"}


def _subarches(found: Image) -> str:
    kernel = found.architecture.partition("/")[2]
    return ",".join(dict.fromkeys(["generic", kernel, "ga-22.04", "ga-24.04", "hwe-22.04", "hwe-24.04"]))


def _image(call: Call, found: Image) -> Object:
    # Releases after 3.7 show an uploaded image with the prefix that uploads have always used.
    prefix = "custom/" if found.type == "Uploaded" and call.world.release > (3, 7) else ""
    document = {
        "id": found.id, "type": found.type, "name": f"{prefix}{found.name}", "architecture": found.architecture,
        "resource_uri": f"{API}boot-resources/{found.id}/", "last_deployed": None, "platform": "generic",
        "subarches": _subarches(found), "supported_platforms": "generic",
    }  # fmt: skip
    return {**document, "title": found.name} if found.type == "Uploaded" else document


@ROUTES.on("GET boot-resources/")
def list_images(call: Call) -> list[Object]:
    wanted = call.query.get("type")
    if wanted not in ("", "all", "synced", "uploaded"):
        raise refuse(400, f"'{wanted}' is not a valid boot resource type.")
    return [_image(call, found) for found in call.world.images.values() if wanted in ("", "all", found.type.lower())]


@ROUTES.on("GET boot-resources/ is_importing")
def is_importing(call: Call) -> bool:
    return call.world.is_importing


@ROUTES.on("POST boot-resources/ import", admin=True)
def start_import(call: Call) -> Answer:
    call.world.is_importing = True
    return Answer(200, "Import of boot resources started")


@ROUTES.on("GET boot-resources/{key}/")
def read_image(call: Call, key: str) -> Object:
    found = call.world.images.get(int(key)) if key.isdigit() else None
    if found is None:
        raise missing("BootResource")
    sets = {}
    for label, complete in found.sets.items():
        progress = {"size": 600 * 10**6, "complete": complete, **({} if complete else {"progress": 40.0})}
        file = {"filename": "squashfs", "filetype": "squashfs", "sha256": "0" * 64, **progress}
        sets[label] = {"version": label, "label": "stable", **progress, "files": {"squashfs": file}}
    return {**_image(call, found), "sets": sets}


@ROUTES.on("GET maas/ get_config")
def get_config(call: Call) -> Answer:
    name = call.query.get("name")
    if not name:
        raise refuse(400, "No provided name!")
    if name not in call.world.config:
        valid = ", ".join(sorted(call.world.config))
        raise invalid({name: f"{name} is not a valid config setting (valid settings are: {valid})."})
    return Answer(200, json.dumps(call.world.config[name]), "application/json")


@ROUTES.on("POST maas/ set_config", admin=True)
def set_config(call: Call) -> Answer:
    name, value = call.data.get("name"), call.data.get("value")
    if name not in call.world.config:
        raise invalid({name: f"{name} is not a valid config setting."})
    kept = call.world.config[name]
    call.world.config[name] = call.data.true("value") if isinstance(kept, bool) else value
    return Answer(200, "OK")


@ROUTES.on("GET notifications/")
def list_notifications(call: Call) -> list[Object]:
    return [
        {
            "ident": found.ident, "user": None, "users": False, "admins": True, "message": found.message,
            "context": {}, "category": found.category, "dismissable": found.dismissable, "id": found.id,
            "resource_uri": f"{API}notifications/{found.id}/",
        }
        for found in call.world.notifications
    ]  # fmt: skip


@ROUTES.on("GET events/ query")
def query_events(call: Call) -> Object:
    query = call.query
    limit = query.number("limit", 100) or 1
    if limit > _MOST_EVENTS:
        raise refuse(400, f"Requested number of events {limit} is greater than limit: {_MOST_EVENTS}")
    level = query.get("level", "INFO")
    if level not in _LEVELS:
        raise refuse(400, f"Unrecognised log level: {level}")
    found = [e for e in reversed(call.world.events) if _LEVELS.index(e.level) >= _LEVELS.index(level)]
    for field, name in (("id", "system_id"), ("hostname", "hostname"), ("owner", "username")):
        if query.all(field):
            found = [event for event in found if getattr(event, name) in query.all(field)]
    before, after = query.number("before"), query.number("after")
    found = [e for e in found if (before is None or e.id < before) and (after is None or e.id > after)]
    shown = found[-limit:] if after is not None else found[:limit]
    kept = [(name, value) for name, values in query.values.items() for value in values]
    base = [("op", "query"), *((name, value) for name, value in kept if name not in ("before", "after"))]
    newest, oldest = (shown[0].id, shown[-1].id) if shown else (0, 0)
    events = [
        {
            "username": e.username, "node": e.system_id, "hostname": e.hostname, "id": e.id, "level": e.level,
            "created": time.strftime("%a, %d %b. %Y %H:%M:%S", time.gmtime(e.created)), "type": e.type,
            "description": e.description,
        }
        for e in shown
    ]  # fmt: skip
    uris = {name: f"{API}events/?{urlencode([*base, end])}" for name, end in (
        ("next_uri", ("after", str(newest))), ("prev_uri", ("before", str(oldest))),
    )}  # fmt: skip
    return {"count": len(events), "events": events, **uris}


@ROUTES.on("GET domains/")
def list_domains(call: Call) -> list[Object]:
    names = call.world.dns.values()
    return [
        documents.domain(found, sum(1 for name in names if name.domain == found.id))
        for found in call.world.domains.values()
    ]


@ROUTES.on("GET domains/{key}/")
def read_domain(call: Call, key: str) -> Object:
    found = call.world.domains.get(int(key)) if key.isdigit() else None
    if found is None:
        raise missing("Domain")
    return documents.domain(found)


@ROUTES.on("POST domains/", admin=True)
def create_domain(call: Call) -> Object:
    name = call.data.get("name")
    if not name or call.world.domain_named(name):
        raise invalid({"name": "Domain with this Name already exists." if name else "This field is required."})
    authoritative = call.data.get("authoritative", "true").lower() == "true"
    found = Domain(call.world.new_id(), name, authoritative, call.data.number("ttl"))
    call.world.domains[found.id] = found
    return documents.domain(found)


def _name(call: Call, found: DnsResource) -> Object:
    addresses = [{"id": call.world.new_id(), "ip": address, "alloc_type": 4} for address in found.ip_addresses]
    return {
        "id": found.id, "fqdn": f"{found.name}.{call.world.domains[found.domain].name}",
        "address_ttl": found.address_ttl, "ip_addresses": addresses, "resource_records": [],
        "resource_uri": f"{API}dnsresources/{found.id}/",
    }  # fmt: skip


@ROUTES.on("GET dnsresources/")
def list_names(call: Call) -> list[Object]:
    shown = [_name(call, found) for found in call.world.dns.values()]
    fqdn, name, domain = (call.query.get(field) for field in ("fqdn", "name", "domain"))
    wanted = fqdn or (f"{name}.{domain}" if name and domain else "")
    if domain and call.world.domain_named(domain) is None:
        raise missing("Domain")
    chosen = [found for found in shown if not wanted or found["fqdn"] == wanted]
    return [found for found in chosen if not domain or found["fqdn"].endswith(f".{domain}")]


@ROUTES.on("POST dnsresources/", admin=True)
def create_name(call: Call) -> Object:
    form = call.data
    name, _dot, rest = form.get("fqdn").partition(".")
    domain = call.world.domain_named(form.get("domain") or rest)
    if domain is None:
        raise invalid({"domain": "This field is required."})
    addresses = [part for value in form.all("ip_addresses") for part in value.split()]
    found = DnsResource(call.world.new_id(), form.get("name") or name, domain.id, addresses, form.number("address_ttl"))
    call.world.dns[found.id] = found
    return _name(call, found)


@ROUTES.on("GET vm-hosts/")
@ROUTES.on("GET dhcp-snippets/")
@ROUTES.on("GET account/prefs/sshkeys/")
def nothing(call: Call) -> Answer:
    """Lists that are empty here."""
    del call
    return Answer(200, "[]", JSON)
