# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates, tokens and kubeconfig files of a lab."""

from __future__ import annotations

import csv
import datetime as dt
import json
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.cluster import pki, users


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    pki.make_authorities(tmp_path)
    users.make_certificates(tmp_path)
    users.make_tokens(tmp_path)
    return tmp_path


def handshake(authority: Path, server: Path, client: Path, name: str) -> ssl.SSLObject:
    """Return the server's side of a TLS connection for which both sides had to show a certificate."""
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority))
    server_context.verify_mode = ssl.CERT_REQUIRED
    server_context.load_cert_chain(f"{server}.crt", f"{server}.key")
    client_context = ssl.create_default_context(cafile=str(authority))
    client_context.load_cert_chain(f"{client}.crt", f"{client}.key")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    answering = server_context.wrap_bio(to_server, to_client, server_side=True)
    for side in (asking, answering, asking, answering):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return answering


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "10.99.0.1", "kubernetes.default.svc"])
def test_api_server_and_client_believe_each_other(directory: Path, name: str) -> None:
    pki.Authority(directory, "ca").client(directory / "jane", "jane", ["devs", "ops"])
    connection = handshake(directory / "ca.crt", directory / "kube-apiserver", directory / "jane", name)
    assert connection.getpeercert()


def test_another_name_is_not_believed(directory: Path) -> None:
    pki.Authority(directory, "ca").client(directory / "jane", "jane")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(directory / "ca.crt", directory / "kube-apiserver", directory / "jane", "example.com")


def test_client_of_the_other_authority_is_not_believed(directory: Path) -> None:
    with pytest.raises(ssl.SSLError):
        handshake(directory / "ca.crt", directory / "kube-apiserver", directory / "front-proxy", "localhost")


def test_subject_says_user_and_groups(directory: Path) -> None:
    pki.Authority(directory, "ca").client(directory / "jane", "jane", ["devs", "ops"])
    certificate = x509.load_pem_x509_certificate((directory / "jane.crt").read_bytes())
    subject = certificate.subject
    assert [found.value for found in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["jane"]
    assert [found.value for found in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == ["devs", "ops"]
    assert certificate.not_valid_after_utc > dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=30)


def test_every_user_has_a_token_of_his_own(directory: Path) -> None:
    with (directory / "tokens.csv").open(encoding="utf-8") as file:
        table = {user: (token, groups) for token, user, _uid, groups in csv.reader(file)}
    assert set(table) == set(users.USERS)
    assert len({token for token, _groups in table.values()}) == len(users.USERS)
    assert table["visitor"][1] == "visitors"
    assert table["program"][0] == users.token_file(directory, "program").read_text(encoding="utf-8")


def test_tokens_are_made_anew(directory: Path) -> None:
    before = users.token_file(directory, "admin").read_text(encoding="utf-8")
    users.make_tokens(directory)
    assert users.token_file(directory, "admin").read_text(encoding="utf-8") != before


def test_nobody_else_can_read_a_secret(directory: Path) -> None:
    secret = [path for path in directory.iterdir() if path.suffix in (".key", ".token", ".csv", ".kubeconfig")]
    assert len(secret) > 10
    assert [path.name for path in secret if path.stat().st_mode & 0o077] == []


def test_kubeconfig_has_a_context_for_each_user(directory: Path) -> None:
    path = directory / "kubeconfig"
    users.write_kubeconfig(path, "https://127.0.0.1:1", directory / "ca.crt", users.tokens(directory))
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["current-context"] == "admin"
    assert [context["name"] for context in document["contexts"]] == ["admin", "program", "visitor"]
    assert path.stat().st_mode & 0o077 == 0
