# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers with which MAAS refuses a request or its key, and what becomes of them."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils import _errors
from tests.unit.maas.scripted import API_KEY, HTML, PLAIN, SECRET, TOKEN, Answer

POWER = "power-secret-4711"
CLOUD_INIT = "cloud-init-4712"
LIST, READ, UPDATE, CREATE = "GET machines/", "GET machines/abc123/", "PUT machines/abc123/", "POST tags/"
COMMISSION, RELEASE, ALLOCATE = (
    "POST machines/abc123/?op=commission",
    "POST machines/abc123/?op=release",
    "POST machines/?op=allocate",
)
BREAK = "POST machines/abc123/?op=mark_broken"
DELETE_POOL = "DELETE resourcepool/1/"
LINK = "POST nodes/abc123/interfaces/7/?op=link_subnet"


class Row(t.NamedTuple):
    """An answer, and what becomes of it."""

    name: str
    route: str
    answer: Answer
    kind: type[_errors.VmoError]
    message: str
    details: dict[str, t.Any]


def bad_request(body: t.Any, kind: str = "application/json; charset=utf-8") -> Answer:
    return Answer(400, body, kind)


def stranger(text: str, kind: str = HTML) -> Answer:
    return Answer(401, text, kind, (("WWW-Authenticate", 'OAuth realm="OAuth"'),))


EVERYTHING = f"{API_KEY} {SECRET} {POWER} {CLOUD_INIT}"

BAD_REQUESTS = [
    Row(
        "400 fields",
        UPDATE,
        bad_request({"pool": ["Select a valid choice."], "architecture": ["'x/y' is not a valid architecture."]}),
        _errors.Invalid,
        "Cannot change machine abc123: pool: Select a valid choice; architecture: 'x/y' is not a valid architecture",
        {
            "fields": [
                {"field": "pool", "message": "Select a valid choice"},
                {"field": "architecture", "message": "'x/y' is not a valid architecture"},
            ]
        },
    ),
    Row(
        "400 field of a secret",
        UPDATE,
        bad_request({"power_parameters_power_pass": [f"'{POWER}' is too long."]}),
        _errors.Invalid,
        "Cannot change machine abc123: power_parameters_power_pass: it is not valid",
        {"fields": [{"field": "power_parameters_power_pass", "message": "it is not valid"}]},
    ),
    Row(
        "400 secret in another field",
        UPDATE,
        bad_request({"__all__": [f"IPMI says no to {POWER} of {SECRET}."]}),
        _errors.Invalid,
        "Cannot change machine abc123: IPMI says no to ******** of ********",
        {"fields": [{"field": "", "message": "IPMI says no to ******** of ********"}]},
    ),
    Row(
        "400 one text for a field",
        UPDATE,
        bad_request({"hostname": "No."}),
        _errors.Invalid,
        "Cannot change machine abc123: hostname: No",
        {"fields": [{"field": "hostname", "message": "No"}]},
    ),
    Row(
        "400 wrong state",
        COMMISSION,
        bad_request({"__all__": ["Commission is not available because of the current state of the node."]}),
        _errors.Refused,
        "Cannot commission machine abc123: Commission is not available because of the current state of the node",
        {"reason": "Commission is not available because of the current state of the node"},
    ),
    Row(
        "400 it exists",
        CREATE,
        bad_request({"name": ["Tag with this Name already exists."]}),
        _errors.AlreadyExists,
        "Cannot create tag gpu: name: Tag with this Name already exists",
        {},
    ),
    Row(
        "400 list",
        UPDATE,
        bad_request(["Subarchitecture cannot be specified twice."]),
        _errors.Invalid,
        "Cannot change machine abc123: Subarchitecture cannot be specified twice",
        {"fields": [{"field": "", "message": "Subarchitecture cannot be specified twice"}]},
    ),
    Row(
        "400 text",
        COMMISSION,
        bad_request("Expected int, got '1.5'.", PLAIN),
        _errors.Invalid,
        "Cannot commission machine abc123: Expected int, got '1.5'",
        {"fields": [{"field": "", "message": "Expected int, got '1.5'"}]},
    ),
    Row(
        "400 empty",
        COMMISSION,
        bad_request(b"", "text/html; charset=utf-8"),
        _errors.Invalid,
        "Cannot commission machine abc123: MAAS gives no reason; a proxy may have damaged the request on its way",
        {"fields": []},
    ),
    Row(
        "400 unknown operation",
        COMMISSION,
        bad_request("Unrecognised signature: method=POST op=commission", PLAIN),
        _errors.ApiMissing,
        "Cannot commission machine abc123: this MAAS does not know the operation commission",
        {},
    ),
    Row(
        "400 without a key",
        LIST,
        bad_request("Unrecognised signature: method=GET op=None", PLAIN),
        _errors.Unauthorized,
        "Cannot list machines: MAAS did not see the API key; a proxy may remove the Authorization header",
        {"cause": "not_logged_in"},
    ),
]
STRANGERS = [
    Row(
        "401 clock",
        LIST,
        stranger(
            "Authorization Error: 'Expired timestamp: given 1700000000 and now 1700003600 has a greater difference "
            "than threshold 300'"
        ),
        _errors.Unauthorized,
        "Cannot list machines: this machine's clock differs too much from that of MAAS; set the time by NTP on both "
        "(by 3600 seconds)",
        {"cause": "clock", "seconds": 3600},
    ),
    Row(
        "401 nonce",
        LIST,
        stranger("Authorization Error: 'Nonce already used: abc'"),
        _errors.Unauthorized,
        "Cannot list machines: MAAS has seen this very request before; something between here and there sends requests "
        "twice",
        {"cause": "nonce"},
    ),
    Row(
        "401 consumer",
        LIST,
        stranger("Authorization Error: Invalid API key."),
        _errors.Unauthorized,
        "Cannot list machines: MAAS does not know the API key; it was deleted or belongs to another MAAS. Make a new "
        "one",
        {"cause": "unknown_key"},
    ),
    Row(
        "401 token",
        LIST,
        stranger(f"Authorization Error: 'Invalid access token: {TOKEN}'"),
        _errors.Unauthorized,
        "Cannot list machines: MAAS does not know the API key; it was deleted or belongs to another MAAS. Make a new "
        "one",
        {"cause": "unknown_key"},
    ),
    Row(
        "401 secret",
        LIST,
        # What MAAS would have liked: a secret, and not the one that was sent.
        stranger("Authorization Error: 'Invalid signature. Expected signature base string: &the-right-secret'"),
        _errors.Unauthorized,
        "Cannot list machines: the API key is not complete or has a typing error in its last part; copy it again",
        {"cause": "wrong_secret"},
    ),
    Row(
        "401 forbidden",
        READ,
        stranger("Forbidden", PLAIN),
        _errors.Unauthorized,
        "Cannot read machine abc123: MAAS did not see the API key; a proxy may remove the Authorization header",
        {"cause": "not_logged_in"},
    ),
    Row(
        "401 missing signature",
        READ,
        stranger("Authorization Error: 'Missing signature.'"),
        _errors.Unauthorized,
        "Cannot read machine abc123: MAAS did not see the API key; a proxy may remove the Authorization header",
        {"cause": "not_logged_in"},
    ),
    Row(
        "401 another text",
        LIST,
        stranger(f"Who are you? {EVERYTHING}"),
        _errors.Unauthorized,
        "Cannot list machines: MAAS does not accept the API key; check maas_api_key",
        {"cause": "unknown"},
    ),
]
