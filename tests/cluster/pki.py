# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and keys: two authorities that a snapshot carries along, and what each lab signs with them anew."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import shutil
import typing as t
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = dt.timedelta(days=365)

# What pods were told about the cluster stands in etcd, so whoever takes over its data has to take these over, too.
KEPT = ("ca.crt", "ca.key", "front-proxy-ca.crt", "front-proxy-ca.key", "service-accounts.key")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, at no moment anybody else."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _key_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of one machine agree, but a second has to begin before the certificate is used.
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common_name: str, organizations: t.Iterable[str] = ()) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, name) for name in organizations]
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Authority:
    """Signs certificates. Its own is ``NAME.crt`` and its key ``NAME.key`` in a directory."""

    def __init__(self, directory: Path, name: str) -> None:
        self.certificate_file = directory / f"{name}.crt"
        self.key_file = directory / f"{name}.key"

    def make(self) -> None:
        """Make its key and certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(f"lab {self.key_file.stem}")
        usage = dict.fromkeys(("key_cert_sign", "crl_sign", "digital_signature"), True)
        certificate = (
            _builder(name, name, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_key_usage(**usage), critical=True)
            .sign(key, hashes.SHA256())
        )
        write_private(self.key_file, _key_pem(key))
        self.certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, file: Path, names: t.Iterable[str]) -> None:
        """Write ``FILE.crt`` and ``FILE.key`` for a server with these names and addresses."""
        alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
        self._sign(file, _name(file.name), ExtendedKeyUsageOID.SERVER_AUTH, alternatives)

    def client(self, file: Path, user: str, groups: t.Iterable[str] = ()) -> None:
        """Write ``FILE.crt`` and ``FILE.key`` for a client; Kubernetes takes user and groups from its subject."""
        self._sign(file, _name(user, groups), ExtendedKeyUsageOID.CLIENT_AUTH)

    def _sign(self, file: Path, subject: x509.Name, purpose: x509.ObjectIdentifier, *more: x509.ExtensionType) -> None:
        own = x509.load_pem_x509_certificate(self.certificate_file.read_bytes())
        own_key = serialization.load_pem_private_key(self.key_file.read_bytes(), password=None)
        if not isinstance(own_key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self.key_file} does not hold a key of an elliptic curve.")
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            _builder(subject, own.subject, key)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own_key.public_key()), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        )
        for extension in more:
            builder = builder.add_extension(extension, critical=False)
        certificate = builder.sign(own_key, hashes.SHA256())
        write_private(file.with_name(file.name + ".key"), _key_pem(key))
        file.with_name(file.name + ".crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _key_usage(**wanted: bool) -> x509.KeyUsage:
    names = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"]
    names += ["key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{name: wanted.get(name, False) for name in names})


def make_authorities(directory: Path) -> None:
    """Make both authorities and the key that signs tokens of service accounts."""
    for name in ("ca", "front-proxy-ca"):
        Authority(directory, name).make()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    write_private(directory / "service-accounts.key", _key_pem(key))


def keep_authorities(source: Path, destination: Path) -> None:
    """Copy what belongs to the data of etcd, from or to a snapshot."""
    for name in KEPT:
        shutil.copy2(source / name, destination / name)
