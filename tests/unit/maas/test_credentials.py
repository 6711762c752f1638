# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses as people have them, keys, and the header that signs a request."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._maas.credentials import Credentials, api_url, hidden_in
from tests.unit.maas.scripted import API_KEY, CONSUMER, SECRET, TOKEN

API = "http://192.0.2.10:5240/MAAS/api/2.0/"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("http://192.0.2.10:5240", API),
        ("http://192.0.2.10:5240/", API),
        ("http://192.0.2.10:5240/MAAS", API),
        ("http://192.0.2.10:5240/MAAS/", API),
        ("  http://192.0.2.10:5240/MAAS\n", API),
        ("http://192.0.2.10:5240/MAAS/api/2.0", API),
        ("http://192.0.2.10:5240/MAAS/api/2.0/", API),
        ("http://192.0.2.10:5240/MAAS/r/machines?status=ready", API),
        ("http://192.0.2.10:5240/MAAS/#/machines", API),
        ("https://maas.example.com", "https://maas.example.com/MAAS/api/2.0/"),
        ("https://maas.example.com:5443/MAAS", "https://maas.example.com:5443/MAAS/api/2.0/"),
        ("https://gate.example.com/site-a/MAAS/", "https://gate.example.com/site-a/MAAS/api/2.0/"),
        ("https://gate.example.com/site-a/api/2.0/", "https://gate.example.com/site-a/api/2.0/"),
        ("https://gate.example.com/site-a", "https://gate.example.com/site-a/api/2.0/"),
        ("http://[2001:db8::7]:5240/MAAS", "http://[2001:db8::7]:5240/MAAS/api/2.0/"),
    ],
)
def test_an_address_is_taken_as_it_is_given(given: str, expected: str) -> None:
    assert api_url(given) == expected
    assert api_url(expected) == expected


@pytest.mark.parametrize(
    "given", ["", "maas.example.com", "192.0.2.10:5240/MAAS", "ftp://h/", "http://", "http://h:x/"]
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(_errors.ConfigurationFailed, match="maas_url"):
        api_url(given)


def test_an_address_with_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(_errors.ConfigurationFailed) as failure:
        api_url("http://admin:hunter2@192.0.2.10:5240/MAAS")
    assert "hunter2" not in failure.value.message


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"api_key": API_KEY}, "maas_url"),
        ({"url": "maas"}, "maas_url"),
        ({"api_key": None}, "maas_api_key"),
        ({"api_key": f"{TOKEN}:{SECRET}"}, "maas_api_key"),
        ({"api_key": f"{CONSUMER}::{SECRET}"}, "maas_api_key"),
        ({"api_key": f"{API_KEY}:more"}, "maas_api_key"),
        ({"api_key": f"{CONSUMER}:{TOKEN} {SECRET}:x"}, "maas_api_key"),
        ({"ca_cert": "/nowhere/ca.crt"}, "ca_cert"),
        ({"timeout": 0.0}, "timeout"),
    ],
)
def test_what_cannot_be_used_is_told_before_anything_is_sent(options: dict[str, str], option: str) -> None:
    given = {"url": "http://192.0.2.10:5240", "api_key": API_KEY, **options}
    if option == "maas_url":
        given["url"] = options.get("url", "")
    with pytest.raises(_errors.ConfigurationFailed) as failure:
        Credentials(**given).check()  # type: ignore[arg-type]
    assert failure.value.details == {"option": option}
    assert not any(secret in str(failure.value.as_failure()) for secret in (CONSUMER, TOKEN, SECRET))


def test_good_options_pass(tmp_path: Path) -> None:
    ca = tmp_path / "ca.crt"
    ca.write_text("")
    Credentials(url="http://192.0.2.10:5240", api_key=f" {API_KEY}\n", ca_cert=str(ca)).check()


def test_credentials_do_not_show_what_they_hold() -> None:
    shown = repr(Credentials(url="http://jo:hunter2@h/", api_key=API_KEY))
    assert not any(secret in shown for secret in (CONSUMER, TOKEN, SECRET, "hunter2"))


def test_the_header_is_oauth_1_plaintext() -> None:
    header = Credentials(api_key=f"{API_KEY}\n").authorization(1700000000.9, "n0nce")
    scheme, _space, parts = header.partition(" ")
    told = {name: unquote(value.strip('"')) for name, value in (part.split("=", 1) for part in parts.split(", "))}
    assert scheme == "OAuth"
    assert told == {
        "oauth_version": "1.0",
        "oauth_signature_method": "PLAINTEXT",
        "oauth_consumer_key": CONSUMER,
        "oauth_token": TOKEN,
        "oauth_signature": f"&{SECRET}",
        "oauth_timestamp": "1700000000",  # a float would be answered 500
        "oauth_nonce": "n0nce",
    }
    assert f'oauth_signature="%26{SECRET}"' in parts


def test_a_key_cannot_break_out_of_the_header() -> None:
    assert '\\"' not in Credentials(api_key='a"b:c,d:e=f').authorization(0, "n")
    assert "%22" in Credentials(api_key='a"b:c,d:e=f').authorization(0, "n")


def test_secrets_are_blotted_out_however_they_are_quoted() -> None:
    secrets = Credentials(api_key="con/sumer:to+ken:se&cret").secrets
    text = hidden_in("con/sumer:to+ken:se&cret con%2Fsumer to+ken to%2Bken se%26cret se&cret", secrets)
    assert not any(part in text for part in ("sumer", "ken", "cret"))
